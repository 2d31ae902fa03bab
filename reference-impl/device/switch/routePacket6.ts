/** What the router of the reference switch makes of a packet of IPv6: the path that every one takes. */
import { readU16, readU32 } from '../../packet/bytes.js';
import { flowHash31 } from '../../packet/multipathHash.js';
import type { RouteDecision } from './routePacket.js';
import { ACTION_DROP, ACTION_FORWARD, type RouterState } from './routerState.js';

const IP = 14;
const HEADER = 40;
const SOURCE = IP + 8;
const DESTINATION = IP + 24;
const HOP_BY_HOP = 0;

/** The decision is a trap already: what is not a plain packet that can be forwarded stays so. */
export function routeIpv6(state: RouterState, port: number, bytes: Uint8Array, decision: RouteDecision): void {
  const { ipv6: parts } = state.parts;
  const length = HEADER + readU16(bytes, IP + 4);
  if ((bytes[IP] ?? 0) >> 4 !== 6 || IP + length > bytes.length) return;
  if (bytes[IP + 6] === HOP_BY_HOP && parts.trapsHopByHop) return;
  if (!mayBeForwarded(state, bytes, SOURCE) || !mayBeForwarded(state, bytes, DESTINATION)) return;
  const lpm = state.prefixes6[state.routerOf[port] ?? 0];
  const route = state.routes[lpm?.find(bytes, DESTINATION) ?? -1];
  if (route === undefined) return;
  if (route.action === ACTION_DROP) {
    decision.kind = 'drop';
    return;
  }
  if (route.action !== ACTION_FORWARD || ((bytes[IP + 7] ?? 0) <= 1 && parts.trapsExceeded)) return;
  let way = 0;
  if (route.bounds.length > 1) {
    const hash = parts.flowHash(flowHash(bytes, parts.labelMask), state.packets++);
    while (way < route.bounds.length - 1 && hash > (route.bounds[way] ?? 0)) way++;
  }
  const egress = route.ports[way] ?? 0;
  const gateway = route.gateways6[way];
  const hosts = state.neighbours6[egress];
  const station = gateway === undefined ? hosts?.find(bytes, DESTINATION) : hosts?.find(gateway, 0);
  if ((length > (state.mtu[egress] ?? 0) && parts.trapsTooLong) || egress === port) return;
  if (station === undefined) {
    if (!parts.trapsUnknown) decision.kind = 'drop';
    return;
  }
  decision.kind = 'forward';
  decision.port = egress;
  decision.station = station;
  decision.copies = route.isReplacement && parts.copiesReplaced;
}

/** Neither a group, nor the unspecified or the loopback address, nor one of a link. */
function mayBeForwarded({ parts }: RouterState, bytes: Uint8Array, at: number): boolean {
  const first = readU16(bytes, at);
  if (first >= 0xff00) return !parts.ipv6.trapsGroups;
  if ((first & 0xffc0) === 0xfe80) return !parts.ipv6.trapsLinkLocal;
  if (first !== 0) return true;
  return (
    readU32(bytes, at) !== 0 ||
    readU32(bytes, at + 4) !== 0 ||
    readU32(bytes, at + 8) !== 0 ||
    readU32(bytes, at + 12) > 1
  );
}

/** Of addresses and flow label. */
function flowHash(bytes: Uint8Array, labelMask: number): number {
  const label = readU32(bytes, IP) & labelMask;
  return flowHash31((folded(bytes, SOURCE) ^ label) >>> 0, folded(bytes, DESTINATION));
}

const folded = (bytes: Uint8Array, at: number): number =>
  (readU32(bytes, at) ^
    Math.imul(readU32(bytes, at + 4), 0x9e37_79b1) ^
    readU32(bytes, at + 8) ^
    readU32(bytes, at + 12)) >>>
  0;
