/**
 * The fields of a frame that rules look at, laid out one behind the other in a key of a fixed length: what flow_dissector.c reads for a
 * classifier, and what the parser of a chip hands to its TCAM. One key is filled in for frame after frame.
 */
import { readU16, writeU16 } from './bytes.js';
import { newFlow, parseNetwork } from './flow.js';
import { ETH_P_8021AD, ETH_P_8021Q, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP } from './protocols.js';

/** Where each field lies, and how many bytes it has. */
export const FLOW_FIELDS = {
  'eth-dst': [0, 6],
  'eth-src': [6, 6],
  'eth-type': [12, 2],
  'vlan-tpid': [14, 2],
  'vlan-id': [16, 2],
  'vlan-priority': [18, 1],
  'ip-version': [19, 1],
  'vlan-eth-type': [20, 2],
  'ip-proto': [22, 1],
  'ip-tos': [23, 1],
  'ip-ttl': [24, 1],
  'icmp-type': [25, 1],
  'icmp-code': [26, 1],
  'l4-src': [28, 2],
  'l4-dst': [30, 2],
  'tcp-flags': [32, 2],
  'ipv4-src': [36, 4],
  'ipv4-dst': [40, 4],
  'ipv6-src': [44, 16],
  'ipv6-dst': [60, 16],
} as const satisfies Record<string, readonly [offset: number, length: number]>;

export type FlowFieldName = keyof typeof FLOW_FIELDS;

/** A multiple of four. */
export const FLOW_KEY_LENGTH = 76;

/** A tag that is kept beside the bytes of a frame. */
export interface TagBeside {
  readonly tpid: number;
  readonly tci: number;
}

const flow = newFlow();
const ADDRESSES = 12;
const isTagType = (type: number): boolean => type === ETH_P_8021Q || type === ETH_P_8021AD;

/** Fills the key in; answers the type that the frame has for a classifier: that of its outer tag, or of its content. */
export function fillFlowKey(bytes: Uint8Array, beside: TagBeside | undefined, key: Uint8Array): number {
  key.fill(0);
  for (let at = 0; at < ADDRESSES; at++) key[at] = bytes[at] ?? 0;
  let at = ADDRESSES;
  let type = readU16(bytes, at);
  const first = beside === undefined ? type : beside.tpid;
  if (beside !== undefined) writeTag(key, beside.tpid, beside.tci, type);
  else if (isTagType(type) && bytes.length >= at + 6)
    writeTag(key, type, readU16(bytes, at + 2), readU16(bytes, at + 4));
  while (isTagType(type) && bytes.length >= at + 6) {
    at += 4;
    type = readU16(bytes, at);
  }
  writeU16(key, FLOW_FIELDS['eth-type'][0], type);
  parseNetwork(bytes, at + 2, type, flow);
  if (flow.ipVersion !== 0) writeNetwork(bytes, key);
  return first;
}

function writeTag(key: Uint8Array, tpid: number, tci: number, next: number): void {
  writeU16(key, FLOW_FIELDS['vlan-tpid'][0], tpid);
  writeU16(key, FLOW_FIELDS['vlan-id'][0], tci & 0xfff);
  key[FLOW_FIELDS['vlan-priority'][0]] = tci >> 13;
  writeU16(key, FLOW_FIELDS['vlan-eth-type'][0], next);
}

function writeNetwork(bytes: Uint8Array, key: Uint8Array): void {
  const { networkOffset: at, ipVersion, protocol } = flow;
  key[FLOW_FIELDS['ip-version'][0]] = ipVersion;
  key[FLOW_FIELDS['ip-proto'][0]] = protocol;
  if (ipVersion === 4) {
    key[FLOW_FIELDS['ip-tos'][0]] = bytes[at + 1] ?? 0;
    key[FLOW_FIELDS['ip-ttl'][0]] = bytes[at + 8] ?? 0;
    copy(bytes, at + 12, key, FLOW_FIELDS['ipv4-src'][0], 8);
  } else {
    key[FLOW_FIELDS['ip-tos'][0]] = ((readU16(bytes, at) >> 4) & 0xff) | 0;
    key[FLOW_FIELDS['ip-ttl'][0]] = bytes[at + 7] ?? 0;
    copy(bytes, at + 8, key, FLOW_FIELDS['ipv6-src'][0], 32);
  }
  // Of a fragment, even of the first, the dissector reads no further.
  if (flow.isFragment || flow.transportOffset < 0) return;
  writeTransport(bytes, key);
}

function writeTransport(bytes: Uint8Array, key: Uint8Array): void {
  const { transportOffset: at, protocol, sourcePort, destinationPort } = flow;
  if (sourcePort >= 0) {
    writeU16(key, FLOW_FIELDS['l4-src'][0], sourcePort);
    writeU16(key, FLOW_FIELDS['l4-dst'][0], destinationPort);
  }
  if (protocol === IPPROTO_TCP) writeU16(key, FLOW_FIELDS['tcp-flags'][0], readU16(bytes, at + 12) & 0x0fff);
  if (protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6) {
    key[FLOW_FIELDS['icmp-type'][0]] = bytes[at] ?? 0;
    key[FLOW_FIELDS['icmp-code'][0]] = bytes[at + 1] ?? 0;
  }
}

function copy(from: Uint8Array, at: number, to: Uint8Array, offset: number, length: number): void {
  for (let index = 0; index < length; index++) to[offset + index] = from[at + index] ?? 0;
}
