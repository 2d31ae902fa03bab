/** IGMP and MLD as the kernel reads them: ip_mc_check_igmp() of net/ipv4/igmp.c and ipv6_mc_check_mld() of net/ipv6/mcast_snoop.c. */
import { formatIpv4, formatIpv6 } from '../../../packet/addresses.js';
import { readU16 } from '../../../packet/bytes.js';
import { pseudoHeaderSum, sumsToOnes } from '../../../packet/checksum.js';
import { ETH_HLEN, ETH_P_IP, ETH_P_IPV6, IPPROTO_HOPOPTS, IPPROTO_ICMPV6 } from '../../../packet/protocols.js';
import type { Family } from './multicastState.js';

export type MessageType =
  | 'igmp-query-v1'
  | 'igmp-query-v2'
  | 'igmp-query-v3'
  | 'igmp-leave'
  | 'igmp-report-v1'
  | 'igmp-report-v2'
  | 'igmp-report-v3'
  | 'mld-query-v1'
  | 'mld-query-v2'
  | 'mld-done'
  | 'mld-report-v1'
  | 'mld-report-v2';

export interface Addressed {
  readonly family: Family;
  readonly source: string;
  readonly destination: string;
  /** Where what IP carries begins and ends in the frame. */
  readonly start: number;
  readonly end: number;
}

export type ReadFrame =
  | { readonly kind: 'other' }
  /** What IP or the protocol itself forbids: -EINVAL. */
  | { readonly kind: 'broken'; readonly family: Family }
  /** IP, and no message: -ENOMSG, -ENODATA. */
  | ({ readonly kind: 'data'; readonly protocol: number } & Addressed)
  | ({ readonly kind: 'message'; readonly type: MessageType } & Addressed);

const IPPROTO_IGMP = 2;
const OTHER: ReadFrame = { kind: 'other' };

/** Never throws. The tag, if there is one, is beside the bytes. */
export function readMessage(bytes: Uint8Array): ReadFrame {
  switch (readU16(bytes, 12)) {
    case ETH_P_IP:
      return readIpv4(bytes) ?? { kind: 'broken', family: 'ipv4' };
    case ETH_P_IPV6:
      return readIpv6(bytes) ?? { kind: 'broken', family: 'ipv6' };
    default:
      return OTHER;
  }
}

function readIpv4(bytes: Uint8Array): ReadFrame | undefined {
  const start = ETH_HLEN + 4 * ((bytes[ETH_HLEN] ?? 0) & 0xf);
  const end = ETH_HLEN + readU16(bytes, ETH_HLEN + 2);
  const isHeader = (bytes[ETH_HLEN] ?? 0) >> 4 === 4 && start >= ETH_HLEN + 20 && bytes.length >= start;
  if (!isHeader || !sumsToOnes(bytes, ETH_HLEN, start) || bytes.length < end || end < start) return undefined;
  const addressed: Addressed = {
    family: 'ipv4',
    source: formatIpv4(bytes, ETH_HLEN + 12),
    destination: formatIpv4(bytes, ETH_HLEN + 16),
    start,
    end,
  };
  const protocol = bytes[ETH_HLEN + 9] ?? 0;
  if (protocol !== IPPROTO_IGMP) return { kind: 'data', protocol, ...addressed };
  if (end - start < 8 || !sumsToOnes(bytes, start, end)) return undefined;
  switch (bytes[start]) {
    case 0x12:
      return { kind: 'message', type: 'igmp-report-v1', ...addressed };
    case 0x16:
      return { kind: 'message', type: 'igmp-report-v2', ...addressed };
    case 0x17:
      return { kind: 'message', type: 'igmp-leave', ...addressed };
    case 0x22:
      return { kind: 'message', type: 'igmp-report-v3', ...addressed };
    case 0x11:
      return readIgmpQuery(bytes, addressed);
    default:
      return { kind: 'data', protocol, ...addressed };
  }
}

/** ip_mc_check_igmp_query(). */
function readIgmpQuery(bytes: Uint8Array, addressed: Addressed): ReadFrame | undefined {
  const { start, end, destination } = addressed;
  const length = end - start;
  if (length !== 8 && length < 12) return undefined;
  const isGeneral = readU16(bytes, start + 4) === 0 && readU16(bytes, start + 6) === 0;
  if (isGeneral && destination !== '224.0.0.1') return undefined;
  const type = length !== 8 ? 'igmp-query-v3' : bytes[start + 1] === 0 ? 'igmp-query-v1' : 'igmp-query-v2';
  return { kind: 'message', type, ...addressed };
}

function readIpv6(bytes: Uint8Array): ReadFrame | undefined {
  const header = ETH_HLEN + 40;
  const end = header + readU16(bytes, ETH_HLEN + 4);
  const isHeader = bytes.length >= header && (bytes[ETH_HLEN] ?? 0) >> 4 === 6;
  if (!isHeader || bytes.length < end || end <= header) return undefined;
  const addresses = {
    family: 'ipv6' as const,
    source: formatIpv6(bytes, ETH_HLEN + 8),
    destination: formatIpv6(bytes, ETH_HLEN + 24),
    end,
  };
  const protocol = bytes[ETH_HLEN + 6] ?? 0;
  if (protocol !== IPPROTO_HOPOPTS) return { kind: 'data', protocol, ...addresses, start: header };
  const start = header + 8 * ((bytes[header + 1] ?? 0) + 1);
  const next = bytes[header] ?? 0;
  if (next !== IPPROTO_ICMPV6) return { kind: 'data', protocol: next, ...addresses, start };
  const length = end - start;
  const pseudo = pseudoHeaderSum(bytes, ETH_HLEN, IPPROTO_ICMPV6, length);
  if (length < 8 || !sumsToOnes(bytes, start, end, pseudo)) return undefined;
  const addressed: Addressed = { ...addresses, start };
  const data: ReadFrame = { kind: 'data', protocol: next, ...addressed };
  switch (bytes[start]) {
    case 131:
      return length < 24 ? data : { kind: 'message', type: 'mld-report-v1', ...addressed };
    case 132:
      return length < 24 ? data : { kind: 'message', type: 'mld-done', ...addressed };
    case 143:
      return length < 24 ? data : { kind: 'message', type: 'mld-report-v2', ...addressed };
    case 130:
      return length < 24 ? data : readMldQuery(bytes, addressed);
    default:
      return data;
  }
}

/** ipv6_mc_check_mld_query(). */
function readMldQuery(bytes: Uint8Array, addressed: Addressed): ReadFrame | undefined {
  const { start, end, source, destination } = addressed;
  const length = end - start;
  if (!/^fe[89ab]/.test(source) || (length !== 24 && length < 28)) return undefined;
  const isGeneral = bytes.subarray(start + 8, start + 24).every((byte) => byte === 0);
  if (isGeneral && destination !== 'ff02::1') return undefined;
  return { kind: 'message', type: length === 24 ? 'mld-query-v1' : 'mld-query-v2', ...addressed };
}
