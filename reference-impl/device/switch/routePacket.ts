/** What the router of the reference switch makes of a frame: the path that every packet takes. */
import { readU16, readU32, writeU16, writeU32 } from '../../packet/bytes.js';
import { sumsToOnes } from '../../packet/checksum.js';
import { flowHash31 } from '../../packet/multipathHash.js';
import { ETH_P_IP, ETH_P_IPV6 } from '../../packet/protocols.js';
import { routeIpv6 } from './routePacket6.js';
import { ACTION_DROP, ACTION_FORWARD, type RouterState } from './routerState.js';
import { NO_TRAP, TRAP_BLACKHOLE, TRAP_EXPIRED } from './switchTraps.js';

/** Where a packet goes. One object is filled in for packet after packet. */
export interface RouteDecision {
  /** `trap`: to the host, which decides what becomes of it. */
  kind: 'trap' | 'drop' | 'forward';
  port: number;
  station: Uint8Array | undefined;
  /** The host gets it as well. */
  copies: boolean;
  /** A number of SWITCH_TRAPS, or NO_TRAP. */
  trap: number;
}

export const newRouteDecision = (): RouteDecision => ({
  kind: 'trap',
  port: 0,
  station: undefined,
  copies: false,
  trap: NO_TRAP,
});

const IP = 14;
const PLAIN_HEADER = 0x45;
const IPV6_HEADER = 40;

/** `port` is the index of one that routes. What is not a plain packet that can be forwarded goes to the host. */
export function routePacket(state: RouterState, port: number, bytes: Uint8Array, decision: RouteDecision): void {
  const { parts } = state;
  decision.kind = 'trap';
  decision.trap = NO_TRAP;
  const isOurs = readU16(bytes, 0) === state.macHigh[port] && readU32(bytes, 2) === state.macLow[port];
  if (!isOurs && parts.checksAddress) return;
  const type = readU16(bytes, 12);
  if (type === ETH_P_IPV6 && state.isInterface6[port] === 1) routeIpv6(state, port, bytes, decision);
  else if (type === ETH_P_IP && state.isInterface[port] === 1) routeIpv4(state, port, bytes, decision);
}

function routeIpv4(state: RouterState, port: number, bytes: Uint8Array, decision: RouteDecision): void {
  const { parts } = state;
  const header = headerLength(state, bytes);
  if (header === 0 || !isSound(bytes, header)) return;
  const source = readU32(bytes, IP + 12);
  const destination = readU32(bytes, IP + 16);
  if (!isUnicast(source) || !isUnicast(destination)) return;
  const lpm = state.prefixes[state.routerOf[port] ?? 0];
  // fib_validate_source(): a packet from an address of the host's own is the host's to judge.
  const sender = state.routes[lpm?.find(source) ?? -1];
  if (sender !== undefined && sender.action !== ACTION_FORWARD) return;
  const route = state.routes[lpm?.find(parts.key(destination)) ?? -1];
  if (route === undefined) return;
  if (route.action === ACTION_DROP) {
    decision.kind = 'drop';
    decision.trap = parts.reportsBlackhole ? TRAP_BLACKHOLE : NO_TRAP;
    return;
  }
  if (route.action !== ACTION_FORWARD) return;
  if ((bytes[IP + 8] ?? 0) <= 1 && parts.trapsExpired) {
    decision.trap = TRAP_EXPIRED;
    return;
  }
  let way = 0;
  if (route.bounds.length > 1) {
    const hash = parts.flowHash(flowHash31(source, destination), state.packets++);
    while (way < route.bounds.length - 1 && hash > (route.bounds[way] ?? 0)) way++;
  }
  const egress = route.ports[way] ?? 0;
  const gateway = route.gateways[way] ?? 0;
  const station = state.neighbours[egress]?.get(gateway === 0 ? destination : gateway);
  const isLong = readU16(bytes, IP + 2) > (state.mtu[egress] ?? 0) && parts.trapsTooLong;
  if (isLong || egress === port) return;
  if (station === undefined) {
    if (!parts.trapsUnknown) decision.kind = 'drop';
    return;
  }
  decision.kind = 'forward';
  decision.port = egress;
  decision.station = station;
  decision.copies = route.isReplacement && parts.copiesReplaced;
}

/** 0: a packet with options, or of another version, which is the host's to look at. */
function headerLength({ parts }: RouterState, bytes: Uint8Array): number {
  const first = bytes[IP] ?? 0;
  if (first === PLAIN_HEADER) return 20;
  return first >> 4 === 4 && !parts.trapsOptions ? (first & 0xf) * 4 : 0;
}

function isSound(bytes: Uint8Array, header: number): boolean {
  const length = readU16(bytes, IP + 2);
  return length >= header && IP + length <= bytes.length && sumsToOnes(bytes, IP, IP + header);
}

/** Neither 0/8, loopback, a group, nor what is reserved. */
const isUnicast = (address: number): boolean => {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
};

/** The frame as it leaves: to the station, one hop older, without what lay behind the packet. */
export function nextFrame(state: RouterState, bytes: Uint8Array, { port, station }: RouteDecision): Uint8Array {
  const isIpv6 = readU16(bytes, 12) === ETH_P_IPV6;
  const length = isIpv6 ? IPV6_HEADER + readU16(bytes, IP + 4) : readU16(bytes, IP + 2);
  const frame = bytes.slice(0, state.parts.trimsPadding ? IP + length : bytes.length);
  if (station !== undefined) frame.set(station);
  writeU16(frame, 6, state.macHigh[port] ?? 0);
  writeU32(frame, 8, state.macLow[port] ?? 0);
  if (isIpv6) {
    frame[IP + 7] = (frame[IP + 7] ?? 0) - 1;
    return frame;
  }
  frame[IP + 8] = (frame[IP + 8] ?? 0) - 1;
  // ip_decrease_ttl(): the TTL is the upper half of its word. What would be all ones is zero, as in a sum made anew.
  writeU16(frame, IP + 10, state.parts.headerChecksum(readU16(frame, IP + 10) + 0x100));
  return frame;
}
