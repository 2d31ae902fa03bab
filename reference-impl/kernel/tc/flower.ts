/** From the attributes of a flower filter to what it matches, and back: fl_set_key() and fl_dump_key() of net/sched/cls_flower.c. */
import { FlowMatchBuilder, type FlowMatch } from '../flow/flowMatch.js';
import type { FlowField } from '../../../harness/contract/index.js';
import { bytesIn, numberIn, type Value, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import {
  ETH_P_8021AD,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from '../../packet/protocols.js';
import { EINVAL } from '../errno.js';
import { refusal } from '../refusals.js';
import type { TcParts } from './tcParts.js';

export interface FlowerKeys {
  readonly match: FlowMatch;
  /** What a dump tells of it. */
  readonly keys: Values;
}

/** The request being read, and what came of it so far. */
interface Reading {
  readonly values: Values;
  readonly match: FlowMatchBuilder;
  readonly keys: Record<string, Value>;
}

const isVlanType = (type: number | undefined): boolean => type === ETH_P_8021Q || type === ETH_P_8021AD;

export function readFlower(values: Values, parts: TcParts): FlowerKeys | Refusal {
  const reading: Reading = { values, match: new FlowMatchBuilder(), keys: {} };
  address(reading, 'DST', 'eth-dst');
  address(reading, 'SRC', 'eth-src');
  const type = readTypes(reading);
  if (type === ETH_P_IP || type === ETH_P_IPV6) {
    byte(reading, 'TCA_FLOWER_KEY_IP_PROTO', 'ip-proto');
    byte(reading, 'TCA_FLOWER_KEY_IP_TOS', 'ip-tos', 'TCA_FLOWER_KEY_IP_TOS_MASK');
    byte(reading, 'TCA_FLOWER_KEY_IP_TTL', 'ip-ttl', 'TCA_FLOWER_KEY_IP_TTL_MASK');
  }
  readAddresses(reading);
  const protocol = type === ETH_P_IP || type === ETH_P_IPV6 ? numberIn(values, 'TCA_FLOWER_KEY_IP_PROTO') : undefined;
  const refused = readTransport(reading, type, protocol, parts);
  if (refused !== undefined) return refused;
  return { match: reading.match.build(), keys: parts.keptKeys(reading.keys) };
}

function address({ values, match, keys }: Reading, which: 'DST' | 'SRC', field: FlowField): void {
  keep(values, keys, `TCA_FLOWER_KEY_ETH_${which}`, 6, (value, mask) => match.bytes(field, value, mask));
}

/** fl_set_key_val() and fl_dump_key_val(): without a mask all bits count, and a mask without bits is as no key at all. */
function keep(
  values: Values,
  keys: Record<string, Value>,
  name: string,
  length: number,
  set: (value: Uint8Array, mask: Uint8Array) => void,
): void {
  const value = bytesIn(values, name)?.slice(0, length);
  if (value === undefined) return;
  const mask = bytesIn(values, `${name}_MASK`)?.slice(0, length) ?? new Uint8Array(length).fill(0xff);
  set(value, mask);
  if (mask.every((each) => each === 0)) return;
  keys[name] = value;
  keys[`${name}_MASK`] = mask;
}

function byte({ values, match, keys }: Reading, name: string, field: FlowField, maskName?: string): void {
  const value = numberIn(values, name);
  if (value === undefined) return;
  const mask = (maskName === undefined ? undefined : numberIn(values, maskName)) ?? 0xff;
  match.number(field, value, mask);
  if (mask === 0) return;
  keys[name] = value;
  if (maskName !== undefined) keys[maskName] = mask;
}

function port({ values, match, keys }: Reading, name: string, field: FlowField, bits = 0xffff): void {
  const value = numberIn(values, name);
  if (value === undefined) return;
  const mask = numberIn(values, `${name}_MASK`) ?? bits;
  match.number(field, value, mask);
  if (mask === 0) return;
  keys[name] = value;
  keys[`${name}_MASK`] = mask;
}

/** is_vlan_key() and fl_set_key_vlan(); answers the type behind the tags, where it is named. */
function readTypes({ values, match, keys }: Reading): number | undefined {
  const outer = numberIn(values, 'TCA_FLOWER_KEY_ETH_TYPE');
  if (!isVlanType(outer)) {
    if (outer === undefined) return undefined;
    match.number('eth-type', outer);
    keys['TCA_FLOWER_KEY_ETH_TYPE'] = outer;
    return outer;
  }
  match.number('vlan-tpid', outer ?? 0);
  const vid = numberIn(values, 'TCA_FLOWER_KEY_VLAN_ID');
  if (vid !== undefined) {
    match.number('vlan-id', vid & 0xfff, 0xfff);
    keys['TCA_FLOWER_KEY_VLAN_ID'] = vid & 0xfff;
  }
  const priority = numberIn(values, 'TCA_FLOWER_KEY_VLAN_PRIO');
  if (priority !== undefined) {
    match.number('vlan-priority', priority & 7, 7);
    keys['TCA_FLOWER_KEY_VLAN_PRIO'] = priority & 7;
  }
  const inner = numberIn(values, 'TCA_FLOWER_KEY_VLAN_ETH_TYPE');
  if (inner === undefined) return undefined;
  match.number('vlan-eth-type', inner);
  keys['TCA_FLOWER_KEY_VLAN_ETH_TYPE'] = inner;
  if (isVlanType(inner)) return undefined;
  match.number('eth-type', inner);
  keys['TCA_FLOWER_KEY_ETH_TYPE'] = inner;
  return inner;
}

function readAddresses({ values, match, keys }: Reading): void {
  for (const version of [4, 6] as const) {
    const names = ['SRC', 'DST'].map((which) => `TCA_FLOWER_KEY_IPV${version}_${which}`);
    if (names.every((name) => values[name] === undefined)) continue;
    match.number('ip-version', version);
    for (const name of names) {
      const field: FlowField = `ipv${version}-${name.endsWith('SRC') ? 'src' : 'dst'}`;
      keep(values, keys, name, version === 4 ? 4 : 16, (value, mask) => match.bytes(field, value, mask));
    }
    // IPv4 addresses shut IPv6 ones out.
    return;
  }
}

function readTransport(
  reading: Reading,
  type: number | undefined,
  protocol: number | undefined,
  parts: TcParts,
): Refusal | undefined {
  switch (protocol) {
    case IPPROTO_TCP:
      port(reading, 'TCA_FLOWER_KEY_TCP_SRC', 'l4-src');
      port(reading, 'TCA_FLOWER_KEY_TCP_DST', 'l4-dst');
      port(reading, 'TCA_FLOWER_KEY_TCP_FLAGS', 'tcp-flags');
      return readRanges(reading, parts);
    case IPPROTO_UDP:
      port(reading, 'TCA_FLOWER_KEY_UDP_SRC', 'l4-src');
      port(reading, 'TCA_FLOWER_KEY_UDP_DST', 'l4-dst');
      return readRanges(reading, parts);
    case IPPROTO_ICMP:
      if (type === ETH_P_IP) readIcmp(reading, 4);
      return undefined;
    case IPPROTO_ICMPV6:
      if (type === ETH_P_IPV6) readIcmp(reading, 6);
      return undefined;
    default:
      return undefined;
  }
}

function readIcmp(reading: Reading, version: 4 | 6): void {
  for (const which of ['type', 'code'] as const) {
    const name = `TCA_FLOWER_KEY_ICMPV${version}_${which.toUpperCase()}`;
    byte(reading, name, `icmp-${which}`, `${name}_MASK`);
  }
}

/** fl_set_key_port_range(). */
function readRanges({ values, match, keys }: Reading, { checksRanges }: TcParts): Refusal | undefined {
  for (const [which, word, field] of [
    ['DST', 'destination', 'l4-dst'],
    ['SRC', 'source', 'l4-src'],
  ] as const) {
    const names = [`TCA_FLOWER_KEY_PORT_${which}_MIN`, `TCA_FLOWER_KEY_PORT_${which}_MAX`] as const;
    const [min, max] = names.map((name) => numberIn(values, name));
    if (min === undefined && max === undefined) continue;
    if (min === undefined || max === undefined)
      return refusal(EINVAL, `Both min and max ${word} ports must be specified`);
    if (max <= min && checksRanges)
      return refusal(EINVAL, `Invalid ${word} port range (min must be strictly smaller than max)`);
    match.range({ field, min, max });
    keys[names[0]] = min;
    keys[names[1]] = max;
  }
  return undefined;
}
