/** The queries that a bridge sends: br_ip4_multicast_alloc_query() and br_ip6_multicast_alloc_query() of net/bridge/br_multicast.c. */
import { concat, writeU16 } from '../../../packet/bytes.js';
import { parseIpv4, parseIpv6, parseMac } from '../../../packet/addresses.js';
import { internetChecksum, pseudoHeaderSum } from '../../../packet/checksum.js';
import { ETH_HLEN, ETH_P_IP, ETH_P_IPV6, IPPROTO_HOPOPTS, IPPROTO_ICMPV6 } from '../../../packet/protocols.js';
import type { Bridge } from '../bridge.js';
import type { BridgeContext, Family } from './multicastState.js';
import { MILLISECOND } from '../../../nanoseconds.js';

export interface Query {
  readonly family: Family;
  /** Empty: of all groups. */
  readonly group: string;
  /** To the group itself, and not to all hosts. */
  readonly toGroup: boolean;
  /** RFC 3376, section 4.1.5: routers are not to lower their timers. */
  readonly suppress: boolean;
  readonly sources: readonly string[];
  readonly ttl: number;
}

const IPPROTO_IGMP = 2;
const IGMP_HOST_MEMBERSHIP_QUERY = 0x11;
const ICMPV6_MGM_QUERY = 130;
const TENTH = 100_000_000n;
const SECOND = 1_000_000_000n;
const ROBUSTNESS = 2;
const IPV4_WITH_OPTION = 24;
const IPV6_WITH_OPTION = 48;

export function queryFrame(context: BridgeContext, query: Query): Uint8Array {
  return query.family === 'ipv4' ? igmpQuery(context, query) : mldQuery(context, query);
}

const answerTime = ({ intervals }: BridgeContext, { group }: Query): bigint =>
  group === '' ? intervals.queryResponse : intervals.lastMember;

function igmpQuery(context: BridgeContext, query: Query): Uint8Array {
  const { bridge, igmpVersion, intervals } = context;
  const message = new Uint8Array(igmpVersion === 3 ? 12 + 4 * query.sources.length : 8);
  message[0] = IGMP_HOST_MEMBERSHIP_QUERY;
  message[1] = Number(answerTime(context, query) / TENTH);
  if (query.group !== '') message.set(parseIpv4(query.group), 4);
  if (igmpVersion === 3) {
    message[8] = (query.suppress ? 8 : 0) | ROBUSTNESS;
    message[9] = Number(intervals.query / SECOND);
    writeU16(message, 10, query.sources.length);
    for (const [index, source] of query.sources.entries()) message.set(parseIpv4(source), 12 + 4 * index);
  }
  writeU16(message, 2, internetChecksum(message));
  const destination = parseIpv4(query.toGroup ? query.group : '224.0.0.1');
  const header = new Uint8Array(IPV4_WITH_OPTION);
  header.set([0x46, 0xc0]);
  writeU16(header, 2, IPV4_WITH_OPTION + message.length);
  // Don't fragment.
  header[6] = 0x40;
  header[8] = query.ttl;
  header[9] = IPPROTO_IGMP;
  header.set(destination, 16);
  // Router alert.
  header.set([0x94, 4, 0, 0], 20);
  writeU16(header, 10, internetChecksum(header));
  return concat(ethernetHeader(bridge, ipv4GroupMac(destination), ETH_P_IP), header, message);
}

function mldQuery(context: BridgeContext, query: Query): Uint8Array {
  const { bridge, mldVersion, intervals } = context;
  const message = new Uint8Array(mldVersion === 2 ? 28 + 16 * query.sources.length : 24);
  message[0] = ICMPV6_MGM_QUERY;
  writeU16(message, 4, Number(answerTime(context, query) / MILLISECOND) & 0xffff);
  if (query.group !== '') message.set(parseIpv6(query.group), 8);
  if (mldVersion === 2) {
    message[24] = (query.suppress ? 8 : 0) | ROBUSTNESS;
    message[25] = Number(intervals.query / SECOND);
    writeU16(message, 26, query.sources.length);
    for (const [index, source] of query.sources.entries()) message.set(parseIpv6(source), 28 + 16 * index);
  }
  const destination = parseIpv6(query.toGroup ? query.group : 'ff02::1');
  const header = new Uint8Array(IPV6_WITH_OPTION);
  header[0] = 0x60;
  writeU16(header, 4, 8 + message.length);
  header[6] = IPPROTO_HOPOPTS;
  header[7] = query.ttl;
  header.set(linkLocalAddress(parseMac(bridge.netDevice.address)), 8);
  header.set(destination, 24);
  // Router alert for MLD, and padding.
  header.set([IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 0, 0], 40);
  const frame = concat(ethernetHeader(bridge, ipv6GroupMac(destination), ETH_P_IPV6), header, message);
  const at = ETH_HLEN + IPV6_WITH_OPTION;
  const sum = pseudoHeaderSum(frame, ETH_HLEN, IPPROTO_ICMPV6, message.length);
  writeU16(frame, at + 2, internetChecksum(frame, at, frame.length, sum));
  return frame;
}

function ethernetHeader({ netDevice }: Bridge, destination: Uint8Array, etherType: number): Uint8Array {
  const header = new Uint8Array(ETH_HLEN);
  header.set(destination);
  header.set(parseMac(netDevice.address), 6);
  writeU16(header, 12, etherType);
  return header;
}

/** ip_eth_mc_map(). */
export const ipv4GroupMac = (group: Uint8Array): Uint8Array =>
  Uint8Array.of(0x01, 0x00, 0x5e, (group[1] ?? 0) & 0x7f, group[2] ?? 0, group[3] ?? 0);

/** ipv6_eth_mc_map(). */
export const ipv6GroupMac = (group: Uint8Array): Uint8Array => Uint8Array.of(0x33, 0x33, ...group.subarray(12, 16));

/** RFC 4291, appendix A. */
function linkLocalAddress(mac: Uint8Array): Uint8Array {
  const address = new Uint8Array(16);
  address.set([0xfe, 0x80]);
  address.set([(mac[0] ?? 0) ^ 2, mac[1] ?? 0, mac[2] ?? 0, 0xff, 0xfe, mac[3] ?? 0, mac[4] ?? 0, mac[5] ?? 0], 8);
  return address;
}
