/** A frame for people: every layer with its fields by name, from the outermost to the payload. */
import {
  raw,
  type DissectedField,
  type DissectedLayer,
  type Dissection,
  type Reading,
  type Step,
} from './dissection.js';
import { readArp, readEthernet, readMacControl, readMpls, readVlan } from './dissectLink.js';
import { readIgmp, readSlowProtocol } from './dissectControl.js';
import { readExtension, readIpv4, readIpv6 } from './dissectNetwork.js';
import { readGre, readIcmp, readSctp, readTcp, readUdp, readVxlan } from './dissectTransport.js';
import {
  ETH_P_8021AD,
  ETH_P_8021Q,
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  ETH_P_MPLS_UC,
  ETH_P_PAUSE,
  ETH_P_SLOW,
  IPPROTO_GRE,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IGMP,
  IPPROTO_IPIP,
  IPPROTO_IPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from './protocols.js';

export type { DissectedField, DissectedKind, DissectedLayer, Dissection } from './dissection.js';

/** Reads a frame from its destination address on. Never throws: what contradicts itself is a `malformed` layer. */
export function dissect(bytes: Uint8Array): Dissection {
  const layers: DissectedLayer[] = [];
  let step: Step = { to: 'ethernet', at: 0, end: bytes.length };
  let reading = read(bytes, step);
  while (reading !== undefined) {
    if (reading.layer !== undefined) layers.push(reading.layer);
    step = reading.next;
    reading = read(bytes, step);
  }
  const { at, end } = step;
  if (step.to === 'malformed') layers.push({ ...opaque(bytes, 'malformed', at, end), reason: step.reason });
  else if (end > at) layers.push(opaque(bytes, 'payload', at, end));
  if (bytes.length > end) layers.push(opaque(bytes, 'padding', end, bytes.length));
  return { layers };
}

/** The fields that a byte belongs to, each with its layer; bytes of a payload belong to one field of that name. */
export function fieldsAt(
  dissection: Dissection,
  offset: number,
): { readonly layer: DissectedLayer; readonly field: DissectedField }[] {
  const layer = dissection.layers.find((one) => offset >= one.offset && offset < one.offset + one.length);
  if (layer === undefined) return [];
  const fields = layer.fields.filter((field) => offset >= field.offset && offset < field.offset + field.length);
  return fields.map((field) => ({ layer, field }));
}

function opaque(bytes: Uint8Array, kind: 'payload' | 'padding' | 'malformed', at: number, end: number): DissectedLayer {
  const name = kind === 'malformed' ? 'bytes' : kind;
  return { kind, offset: at, length: end - at, fields: end > at ? [raw(bytes, name, at, end - at)] : [] };
}

/** The layer at the step, or undefined where the step is the last. */
function read(bytes: Uint8Array, step: Step): Reading | undefined {
  switch (step.to) {
    case 'ethernet':
      return readEthernet(bytes, step.at, step.end);
    case 'ether-type':
      return readEtherType(bytes, step);
    case 'protocol':
      return readProtocol(bytes, step);
    case 'vxlan':
      return readVxlan(bytes, step.at, step.end);
    case 'payload':
    case 'malformed':
      return undefined;
  }
}

function readEtherType(bytes: Uint8Array, { type, at, end }: Step & { to: 'ether-type' }): Reading | undefined {
  switch (type) {
    case ETH_P_8021Q:
    case ETH_P_8021AD:
      return readVlan(bytes, at, end);
    case ETH_P_IP:
      return readIpv4(bytes, at, end);
    case ETH_P_IPV6:
      return readIpv6(bytes, at, end);
    case ETH_P_ARP:
      return readArp(bytes, at, end);
    case ETH_P_MPLS_UC:
      return readMpls(bytes, at, end);
    case ETH_P_PAUSE:
      return readMacControl(bytes, at, end);
    case ETH_P_SLOW:
      return readSlowProtocol(bytes, at, end);
    default:
      return undefined;
  }
}

function readProtocol(bytes: Uint8Array, step: Step & { to: 'protocol' }): Reading | undefined {
  switch (step.protocol) {
    case IPPROTO_TCP:
      return readTcp(bytes, step);
    case IPPROTO_UDP:
      return readUdp(bytes, step);
    case IPPROTO_SCTP:
      return readSctp(bytes, step);
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      return readIcmp(bytes, step);
    case IPPROTO_IGMP:
      return readIgmp(bytes, step);
    case IPPROTO_GRE:
    case IPPROTO_IPIP:
    case IPPROTO_IPV6:
      // What is inside a fragment is cut off somewhere.
      return step.network.isFragment ? undefined : readTunnel(bytes, step);
    default:
      return readExtension(bytes, step);
  }
}

function readTunnel(bytes: Uint8Array, step: Step & { to: 'protocol' }): Reading {
  if (step.protocol === IPPROTO_GRE) return readGre(bytes, step);
  return step.protocol === IPPROTO_IPIP ? readIpv4(bytes, step.at, step.end) : readIpv6(bytes, step.at, step.end);
}
