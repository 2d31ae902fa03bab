/** ARP: questions of the router's, and its answers (net/ipv4/arp.c). */
import { AF_INET, NUD_REACHABLE, NUD_STALE } from '../../netlink/constants.js';
import { arp, buildFrame, ethernet } from '../../packet/build.js';
import { equalBytes, readU16 } from '../../packet/bytes.js';
import { ETH_HLEN, ETH_P_IP } from '../../packet/protocols.js';
import { formatIpv4, formatMac, isBroadcastMac } from '../../packet/addresses.js';
import type { NetDevice } from '../netDevice.js';
import type { PeerNoticeParts } from '../peerNotices.js';
import type { RouteInput } from './ipv4Input.js';
import { LOCKTIME, type NeighbourTable } from './neighbours.js';
import type { RoutingParts } from './routingParts.js';

const ARPOP_REQUEST = 1;
const ARPOP_REPLY = 2;
const ARP_LENGTH = 28;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

/** arp_create() of a request. */
export function arpRequest(
  { address }: NetDevice,
  own: Uint8Array,
  target: Uint8Array,
  to: Uint8Array | undefined,
): Uint8Array {
  return buildFrame([
    ethernet({ destination: to === undefined ? BROADCAST : formatMac(to), source: address }),
    arp({
      operation: ARPOP_REQUEST,
      senderMac: address,
      senderIp: formatIpv4(own),
      targetMac: to === undefined ? '00:00:00:00:00:00' : formatMac(to),
      targetIp: formatIpv4(target),
    }),
  ]).bytes;
}

/** inetdev_send_gratuitous_arp(): a question for an address that is the own one, so that everybody sees whose it is. */
export function gratuitousArp(netDevice: NetDevice, own: Uint8Array, parts: PeerNoticeParts): Uint8Array {
  return buildFrame([
    ethernet({ destination: BROADCAST, source: netDevice.address }),
    arp({
      operation: parts.operation(ARPOP_REQUEST),
      senderMac: netDevice.address,
      senderIp: formatIpv4(own),
      targetMac: '00:00:00:00:00:00',
      targetIp: formatIpv4(parts.target(own)),
    }),
  ]).bytes;
}

export function arpReply({ address }: NetDevice, own: Uint8Array, asker: Uint8Array, askerIp: Uint8Array): Uint8Array {
  return buildFrame([
    ethernet({ destination: formatMac(asker), source: address }),
    arp({
      operation: ARPOP_REPLY,
      senderMac: address,
      senderIp: formatIpv4(own),
      targetMac: formatMac(asker),
      targetIp: formatIpv4(askerIp),
    }),
  ]).bytes;
}

export interface ArpSurroundings {
  readonly parts: RoutingParts;
  now(): bigint;
  readonly neighbours: NeighbourTable;
  /** ip_route_input(): what the router would do with a packet between these. */
  routeInput(netDevice: NetDevice, source: Uint8Array, destination: Uint8Array): RouteInput;
  isLocal(netDevice: NetDevice, address: Uint8Array): boolean;
  transmit(netDevice: NetDevice, frame: Uint8Array): void;
  /** NF_ARP_IN: the frame that goes on. */
  passes(netDevice: NetDevice, frame: Uint8Array): Uint8Array | undefined;
}

/** arp_rcv() and arp_process(). */
export function receiveArp(around: ArpSurroundings, netDevice: NetDevice, received: Uint8Array): void {
  const at = ETH_HLEN;
  const hasLengths = received[at + 4] === 6 && received[at + 5] === 4;
  if (received.length < at + ARP_LENGTH || !hasLengths) return;
  const frame = around.passes(netDevice, received);
  if (frame === undefined) return;
  const hardware = readU16(frame, at);
  const isIpOverEthernet =
    (hardware === 1 || hardware === 6) &&
    readU16(frame, at + 2) === ETH_P_IP &&
    frame[at + 4] === 6 &&
    frame[at + 5] === 4;
  const operation = readU16(frame, at + 6);
  if (!isIpOverEthernet || (operation !== ARPOP_REQUEST && operation !== ARPOP_REPLY)) return;
  const [sender, senderIp] = [frame.slice(at + 8, at + 14), frame.slice(at + 14, at + 18)];
  const targetIp = frame.slice(at + 24, at + 28);
  if ((targetIp[0] ?? 0) >> 4 === 0xe || targetIp[0] === 127) return;
  const { parts } = around;
  if (senderIp.every((byte) => byte === 0)) {
    const isProbeOfOurs = operation === ARPOP_REQUEST && around.isLocal(netDevice, targetIp);
    if (isProbeOfOurs) around.transmit(netDevice, arpReply(netDevice, targetIp, sender, senderIp));
    return;
  }
  if (operation === ARPOP_REQUEST) {
    const route = around.routeInput(netDevice, senderIp, targetIp);
    const isOwn = route.kind === 'local';
    if (parts.answersFor(isOwn)) {
      if (parts.learnsFromRequests) learn(around, netDevice, senderIp, sender);
      around.transmit(netDevice, arpReply(netDevice, targetIp, sender, senderIp));
      return;
    }
    if (isOwn) return;
  }
  const isDirect = !isBroadcastMac(frame, 0);
  confirm(around, netDevice, {
    address: senderIp,
    station: sender,
    isAnswer: operation === ARPOP_REPLY && isDirect,
    isGratuitous: equalBytes(senderIp, targetIp),
  });
}

/** neigh_event_ns(): who asks for us wants to talk to us. */
function learn({ neighbours }: ArpSurroundings, netDevice: NetDevice, address: Uint8Array, station: Uint8Array): void {
  const neighbour = neighbours.findOrMake(netDevice, address, AF_INET);
  neighbours.update(neighbour, { station, state: NUD_STALE, overrides: true, byUser: false });
}

interface Claim {
  readonly address: Uint8Array;
  readonly station: Uint8Array;
  readonly isAnswer: boolean;
  readonly isGratuitous: boolean;
}

/** What is known already is kept up to date; nothing is learned unasked. */
function confirm(around: ArpSurroundings, netDevice: NetDevice, claim: Claim): void {
  const { neighbours, parts } = around;
  const { address, station, isAnswer, isGratuitous } = claim;
  const known = parts.learnsUnasked
    ? neighbours.findOrMake(netDevice, address, AF_INET)
    : neighbours.find(netDevice, address);
  if (known === undefined || (isGratuitous && !parts.followsGratuitous)) return;
  neighbours.update(known, {
    station,
    state: isAnswer ? NUD_REACHABLE : NUD_STALE,
    overrides: isGratuitous || around.now() > known.updated + LOCKTIME,
    byUser: false,
  });
}
