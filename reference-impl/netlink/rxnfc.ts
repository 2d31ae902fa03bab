/** `struct ethtool_rxnfc` (linux/ethtool.h): the ioctl for n-tuple rules and hash fields, which have no netlink equal. */
import { viewOf } from './wire.js';

export const ETHTOOL_GRXFH = 0x29;
export const ETHTOOL_SRXFH = 0x2a;
export const ETHTOOL_GRXRINGS = 0x2d;
export const ETHTOOL_GRXCLSRLCNT = 0x2e;
export const ETHTOOL_GRXCLSRULE = 0x2f;
export const ETHTOOL_GRXCLSRLALL = 0x30;
export const ETHTOOL_SRXCLSRLDEL = 0x31;
export const ETHTOOL_SRXCLSRLINS = 0x32;
/** `struct ethtool_stats`: private counters have no netlink equal either. */
export const ETHTOOL_GSTATS = 0x1d;

export const RX_CLS_LOC_ANY = 0xffff_ffff;
export const RX_CLS_LOC_SPECIAL = 0x8000_0000;
const RX_CLS_FLOW_DISC = 0xffff_ffff_ffff_ffffn;
const FLOW_EXT = 0x8000_0000;
const FLOW_MAC_EXT = 0x4000_0000;
const FLOW_RSS = 0x2000_0000;

/** The same names as the contract's FlowType has. */
export const FLOW_TYPES = {
  tcp4: 0x01,
  udp4: 0x02,
  sctp4: 0x03,
  tcp6: 0x05,
  udp6: 0x06,
  sctp6: 0x07,
  ip4: 0x0d,
  ip6: 0x0e,
  ether: 0x12,
} as const;
export type RxFlowType = keyof typeof FLOW_TYPES;

/** RXH_*, by the contract's names of the fields. */
export const HASH_FIELDS = {
  vlan: 1 << 2,
  'ip-src': 1 << 4,
  'ip-dst': 1 << 5,
  'l4-src': 1 << 6,
  'l4-dst': 1 << 7,
  'ip6-flow-label': 1 << 9,
} as const;
export type RxHashField = keyof typeof HASH_FIELDS;

export interface RxMaskedBytes {
  readonly value: Uint8Array;
  readonly mask: Uint8Array;
}

/**
 * The same members as the contract's FlowRule has.
 * @requirement NIC-NTP-*
 */
export interface RxFlowRule {
  readonly location: number;
  readonly flow: RxFlowType;
  readonly match: RxFlowMatch;
  readonly action: { readonly queue: number } | 'drop';
  readonly rssContext?: number;
}

export interface RxFlowMatch {
  readonly sourceAddress?: RxMaskedBytes;
  readonly destinationAddress?: RxMaskedBytes;
  readonly sourcePort?: RxMaskedBytes;
  readonly destinationPort?: RxMaskedBytes;
  readonly trafficClass?: RxMaskedBytes;
  readonly vlanTci?: RxMaskedBytes;
  readonly sourceMac?: RxMaskedBytes;
  readonly destinationMac?: RxMaskedBytes;
  readonly etherType?: RxMaskedBytes;
}

export const RXNFC_LENGTH = 192;
const SPEC_AT = 16;
const FLOW_AT = SPEC_AT + 4;
const EXT_AT = SPEC_AT + 56;
const FLOW_MASK_AT = SPEC_AT + 76;
const EXT_MASK_AT = SPEC_AT + 128;
const COOKIE_AT = SPEC_AT + 152;
const LOCATION_AT = SPEC_AT + 160;
const CONTEXT_AT = 184;
const RULES_AT = 188;
const UNION_LENGTH = 52;
const EXT_LENGTH = 20;

type Member = keyof RxFlowMatch;
interface Place {
  readonly member: Member;
  readonly at: number;
  readonly length: number;
}

const place = (member: Member, at: number, length: number): Place => ({ member, at, length });

const L4_PLACES = (address: number): readonly Place[] => [
  place('sourceAddress', 0, address),
  place('destinationAddress', address, address),
  place('sourcePort', 2 * address, 2),
  place('destinationPort', 2 * address + 2, 2),
  place('trafficClass', 2 * address + 4, 1),
];
/** usr_ip4_spec and usr_ip6_spec have four bytes of the transport header where the ports would be. */
const IP_PLACES = (address: number): readonly Place[] =>
  L4_PLACES(address).filter(({ member }) => member !== 'sourcePort' && member !== 'destinationPort');

/** Where the members stand in `union ethtool_flow_union`. */
const FLOW_PLACES: Readonly<Record<RxFlowType, readonly Place[]>> = {
  tcp4: L4_PLACES(4),
  udp4: L4_PLACES(4),
  sctp4: L4_PLACES(4),
  tcp6: L4_PLACES(16),
  udp6: L4_PLACES(16),
  sctp6: L4_PLACES(16),
  ip4: IP_PLACES(4),
  ip6: IP_PLACES(16),
  ether: [place('destinationMac', 0, 6), place('sourceMac', 6, 6), place('etherType', 12, 2)],
};
/** In `struct ethtool_flow_ext`. */
const TCI_PLACE = place('vlanTci', 10, 2);
const EXT_MAC_PLACE = place('destinationMac', 2, 6);

/** What a command carries beside its number; members that a command does not use are left out. */
export interface RxnfcRequest {
  readonly command: number;
  /** GRXFH, SRXFH. */
  readonly flow?: RxFlowType;
  /** SRXFH: the RXH_ bits. */
  readonly data?: number;
  /** SRXCLSRLINS. */
  readonly rule?: RxFlowRule;
  /** GRXCLSRULE, SRXCLSRLDEL. */
  readonly location?: number;
  /** GRXCLSRLALL: room for so many locations. */
  readonly room?: number;
}

export function encodeRxnfc(request: RxnfcRequest): Uint8Array {
  const bytes = new Uint8Array(RXNFC_LENGTH + 4 * (request.room ?? 0));
  const view = viewOf(bytes);
  view.setUint32(0, request.command, true);
  if (request.flow !== undefined) view.setUint32(4, FLOW_TYPES[request.flow], true);
  if (request.data !== undefined) view.setBigUint64(8, BigInt(request.data), true);
  if (request.room !== undefined) view.setUint32(CONTEXT_AT, request.room, true);
  if (request.location !== undefined) view.setUint32(LOCATION_AT, request.location, true);
  if (request.rule !== undefined) writeRule(bytes, request.rule);
  return bytes;
}

/** Writes a rule into the struct, over what was there. */
export function writeRule(bytes: Uint8Array, rule: RxFlowRule): void {
  const view = viewOf(bytes);
  bytes.fill(0, SPEC_AT, CONTEXT_AT);
  let type: number = FLOW_TYPES[rule.flow];
  for (const { member, at, length } of FLOW_PLACES[rule.flow]) {
    writeMember(bytes, FLOW_AT + at, FLOW_MASK_AT + at, length, rule.match[member]);
  }
  if (rule.match.vlanTci !== undefined) {
    type |= FLOW_EXT;
    writeMember(bytes, EXT_AT + TCI_PLACE.at, EXT_MASK_AT + TCI_PLACE.at, TCI_PLACE.length, rule.match.vlanTci);
  }
  if (rule.flow !== 'ether' && rule.match.destinationMac !== undefined) {
    type |= FLOW_MAC_EXT;
    writeMember(
      bytes,
      EXT_AT + EXT_MAC_PLACE.at,
      EXT_MASK_AT + EXT_MAC_PLACE.at,
      EXT_MAC_PLACE.length,
      rule.match.destinationMac,
    );
  }
  if (rule.rssContext !== undefined) {
    type |= FLOW_RSS;
    view.setUint32(CONTEXT_AT, rule.rssContext, true);
  }
  view.setUint32(SPEC_AT, type >>> 0, true);
  view.setBigUint64(COOKIE_AT, rule.action === 'drop' ? RX_CLS_FLOW_DISC : BigInt(rule.action.queue), true);
  view.setUint32(LOCATION_AT, rule.location, true);
}

function writeMember(
  bytes: Uint8Array,
  at: number,
  maskAt: number,
  length: number,
  value: RxMaskedBytes | undefined,
): void {
  if (value === undefined) return;
  bytes.set(value.value.subarray(0, length), at);
  bytes.set(value.mask.subarray(0, length), maskAt);
}

export const rxnfcCommand = (bytes: Uint8Array): number => (bytes.length >= 4 ? viewOf(bytes).getUint32(0, true) : 0);
export const rxnfcData = (bytes: Uint8Array): bigint => viewOf(bytes).getBigUint64(8, true);
export const rxnfcLocation = (bytes: Uint8Array): number => viewOf(bytes).getUint32(LOCATION_AT, true);
export const rxnfcRoom = (bytes: Uint8Array): number => viewOf(bytes).getUint32(CONTEXT_AT, true);

export function setRxnfcData(bytes: Uint8Array, data: bigint): void {
  viewOf(bytes).setBigUint64(8, data, true);
}

export function setRxnfcLocation(bytes: Uint8Array, location: number): void {
  viewOf(bytes).setUint32(LOCATION_AT, location, true);
}

/** The flow type of GRXFH and SRXFH; undefined for one that is not known here. */
export function rxnfcFlow(bytes: Uint8Array): RxFlowType | undefined {
  return flowName(viewOf(bytes).getUint32(4, true) & ~FLOW_RSS);
}

const flowName = (number: number): RxFlowType | undefined =>
  (Object.keys(FLOW_TYPES) as RxFlowType[]).find((name) => FLOW_TYPES[name] === number);

/** GRXCLSRLALL: how many rules there are, and where. */
export function readLocations(bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  const count = Math.min(rxnfcRoom(bytes), (bytes.length - RULES_AT) >> 2);
  return Array.from({ length: count }, (_, index) => view.getUint32(RULES_AT + 4 * index, true));
}

/** Writes the locations and their count; answers false where there is no room for them. */
export function writeLocations(bytes: Uint8Array, locations: readonly number[]): boolean {
  const view = viewOf(bytes);
  if (locations.length > rxnfcRoom(bytes) || RULES_AT + 4 * locations.length > bytes.length) return false;
  view.setUint32(CONTEXT_AT, locations.length, true);
  for (const [index, location] of locations.entries()) view.setUint32(RULES_AT + 4 * index, location, true);
  return true;
}

/** How many: GRXCLSRLCNT. */
export function setRuleCount(bytes: Uint8Array, count: number): void {
  viewOf(bytes).setUint32(CONTEXT_AT, count, true);
}

export type RuleReading =
  | { readonly ok: true; readonly rule: RxFlowRule }
  /** A flow type, or a masked bit, that a rule here cannot say: it must not be taken for "do not care". */
  | { readonly ok: false; readonly why: string };

/**
 * The rule in the struct.
 * @requirement NIC-NTP-*
 */
export function readRule(bytes: Uint8Array): RuleReading {
  const view = viewOf(bytes);
  const type = view.getUint32(SPEC_AT, true);
  const flow = flowName(type & ~(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS) & 0x7fff_ffff);
  if (flow === undefined) return { ok: false, why: `flow type ${type & 0xff}` };
  const hasMac = (type & FLOW_MAC_EXT) !== 0 && flow !== 'ether';
  const hasTci = (type & FLOW_EXT) !== 0;
  const said = new Uint8Array(bytes.length);
  const match: { -readonly [Name in Member]?: RxMaskedBytes } = {};
  const take = ({ member, at, length }: Place, valueAt: number, maskAt: number): void => {
    const mask = bytes.slice(maskAt + at, maskAt + at + length);
    said.fill(1, maskAt + at, maskAt + at + length);
    if (mask.some((byte) => byte !== 0))
      match[member] = { value: bytes.slice(valueAt + at, valueAt + at + length), mask };
  };
  for (const entry of FLOW_PLACES[flow]) take(entry, FLOW_AT, FLOW_MASK_AT);
  // ip_ver of usr_ip4_spec is a constant, and is written without a mask of its own.
  if (hasTci) take(TCI_PLACE, EXT_AT, EXT_MASK_AT);
  if (hasMac) take(EXT_MAC_PLACE, EXT_AT, EXT_MASK_AT);
  const unsaid = (from: number, length: number, looked: boolean): boolean =>
    looked && bytes.subarray(from, from + length).some((byte, index) => byte !== 0 && said[from + index] === 0);
  if (unsaid(FLOW_MASK_AT, UNION_LENGTH, true) || unsaid(EXT_MASK_AT, EXT_LENGTH, hasTci)) {
    return { ok: false, why: 'a masked field that no rule has' };
  }
  const cookie = view.getBigUint64(COOKIE_AT, true);
  return {
    ok: true,
    rule: {
      location: view.getUint32(LOCATION_AT, true),
      flow,
      match,
      action: cookie === RX_CLS_FLOW_DISC ? 'drop' : { queue: Number(cookie & 0xffff_ffffn) },
      ...((type & FLOW_RSS) === 0 ? {} : { rssContext: view.getUint32(CONTEXT_AT, true) }),
    },
  };
}

/** `struct ethtool_stats`: command, count, then 64-bit counters. */
export function encodeStatisticsRequest(count: number): Uint8Array {
  const bytes = new Uint8Array(8 + 8 * count);
  viewOf(bytes).setUint32(0, ETHTOOL_GSTATS, true);
  viewOf(bytes).setUint32(4, count, true);
  return bytes;
}

export function readStatistics(bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  const count = Math.min(view.getUint32(4, true), (bytes.length - 8) >> 3);
  return Array.from({ length: count }, (_, index) => Number(view.getBigUint64(8 + 8 * index, true)));
}

export function writeStatistics(bytes: Uint8Array, values: readonly number[]): void {
  const view = viewOf(bytes);
  view.setUint32(4, values.length, true);
  for (const [index, value] of values.entries()) {
    if (8 + 8 * index + 8 <= bytes.length) view.setBigUint64(8 + 8 * index, BigInt(value), true);
  }
}
