/** What a host says of its groups, and is asked: IGMP as net/ipv4/igmp.c sends and reads it. */
import type { MacAddress } from '../../../harness/contract/index.js';
import { concat, readU16, writeU16 } from '../../packet/bytes.js';
import { formatMac, parseMac } from '../../packet/addresses.js';
import { internetChecksum, sumsToOnes } from '../../packet/checksum.js';
import { ETH_HLEN, ETH_P_IP, IPPROTO_IGMP } from '../../packet/protocols.js';

export const IGMPV3_MODE_IS_EXCLUDE = 2;
export const IGMPV3_CHANGE_TO_INCLUDE = 3;
export const IGMPV3_CHANGE_TO_EXCLUDE = 4;

const IGMP_HOST_MEMBERSHIP_QUERY = 0x11;
const IGMPV2_HOST_MEMBERSHIP_REPORT = 0x16;
const IGMP_HOST_LEAVE_MESSAGE = 0x17;
const IGMPV3_HOST_MEMBERSHIP_REPORT = 0x22;

export const ALL_HOSTS = Uint8Array.of(224, 0, 0, 1);
const ALL_ROUTERS = Uint8Array.of(224, 0, 0, 2);
const ALL_REPORTERS = Uint8Array.of(224, 0, 0, 22);
const WITH_OPTION = 24;

/** ip_eth_mc_map(). */
export const ipv4GroupMac = (group: Uint8Array): MacAddress =>
  formatMac(Uint8Array.of(0x01, 0x00, 0x5e, (group[1] ?? 0) & 0x7f, group[2] ?? 0, group[3] ?? 0)) as MacAddress;

/** Who says it. */
export interface Reporter {
  readonly station: MacAddress;
  readonly address: Uint8Array;
  readonly identification: number;
}

export interface GroupRecord {
  readonly type: number;
  readonly group: Uint8Array;
}

/** igmpv3_newpack() and add_grec(), of groups that are wanted from everybody. */
export function reportV3(reporter: Reporter, records: readonly GroupRecord[]): Uint8Array {
  const message = new Uint8Array(8 + 8 * records.length);
  message[0] = IGMPV3_HOST_MEMBERSHIP_REPORT;
  writeU16(message, 6, records.length);
  for (const [index, { type, group }] of records.entries()) {
    message[8 + 8 * index] = type;
    message.set(group, 12 + 8 * index);
  }
  return frameOf(reporter, ALL_REPORTERS, message);
}

/** igmp_send_report() in the presence of a querier of IGMPv2. */
export const reportV2 = (reporter: Reporter, group: Uint8Array): Uint8Array =>
  frameOf(reporter, group, concat(Uint8Array.of(IGMPV2_HOST_MEMBERSHIP_REPORT, 0, 0, 0), group));

export const leaveV2 = (reporter: Reporter, group: Uint8Array): Uint8Array =>
  frameOf(reporter, ALL_ROUTERS, concat(Uint8Array.of(IGMP_HOST_LEAVE_MESSAGE, 0, 0, 0), group));

/** With the option that makes routers look (RFC 2113). */
function frameOf({ station, address, identification }: Reporter, to: Uint8Array, message: Uint8Array): Uint8Array {
  writeU16(message, 2, internetChecksum(message));
  const header = new Uint8Array(WITH_OPTION);
  header.set([0x46, 0xc0]);
  writeU16(header, 2, WITH_OPTION + message.length);
  writeU16(header, 4, identification);
  header.set([0x40, 0, 1, IPPROTO_IGMP], 6);
  header.set(address, 12);
  header.set(to, 16);
  header.set([0x94, 4, 0, 0], 20);
  writeU16(header, 10, internetChecksum(header));
  return concat(parseMac(ipv4GroupMac(to)), parseMac(station), Uint8Array.of(0x08, 0), header, message);
}

export interface MembershipQuery {
  readonly version: 2 | 3;
  /** Undefined: of all groups. */
  readonly group: Uint8Array | undefined;
  /** Tenths of a second within which an answer is wanted. */
  readonly within: number;
}

/** igmp_rcv() and igmp_heard_query(): a query of a querier of IGMPv2 or later; undefined: it is none. */
export function queryIn(frame: Uint8Array): MembershipQuery | undefined {
  const start = ETH_HLEN + 4 * ((frame[ETH_HLEN] ?? 0) & 0xf);
  const end = ETH_HLEN + readU16(frame, ETH_HLEN + 2);
  const isIgmp = readU16(frame, 12) === ETH_P_IP && frame[ETH_HLEN + 9] === IPPROTO_IGMP && frame.length >= end;
  if (!isIgmp || end - start < 8 || frame[start] !== IGMP_HOST_MEMBERSHIP_QUERY) return undefined;
  const code = frame[start + 1] ?? 0;
  const version = end - start === 8 ? 2 : 3;
  const isTooShort = version === 3 && end - start < 12;
  // A querier of IGMPv1 says no time.
  if (isTooShort || (version === 2 && code === 0) || !sumsToOnes(frame, start, end)) return undefined;
  const group = frame.slice(start + 4, start + 8);
  return {
    version,
    group: group.every((byte) => byte === 0) ? undefined : group,
    within: Math.max(1, version === 3 ? timeOf(code) : code),
  };
}

/** IGMPV3_MRC(). */
const timeOf = (code: number): number => (code < 0x80 ? code : ((code & 0x0f) | 0x10) << (((code >> 4) & 7) + 3));
