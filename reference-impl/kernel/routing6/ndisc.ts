/** Neighbour discovery: questions of the router's, and its answers (net/ipv6/ndisc.c). */
import { AF_INET6, NUD_REACHABLE, NUD_STALE } from '../../netlink/constants.js';
import { IFA_F_TENTATIVE, NUD_FAILED } from '../../netlink/families/routing.js';
import { parseMac } from '../../packet/addresses.js';
import type { NetDevice } from '../netDevice.js';
import type { PeerNoticeParts } from '../peerNotices.js';
import type { Neighbour } from '../routing/neighbours.js';
import { icmpv6Packet } from './icmpv6.js';
import {
  ALL_NODES,
  UNSPECIFIED,
  groupMac,
  isMulticast,
  isSolicitedNode,
  isUnspecified,
  solicitedNode,
} from './ipv6Addresses.js';
import { destinationIn, hopLimitIn, sourceIn } from './ipv6Header.js';
import { sendLocally6, sendToStation } from './ipv6Output.js';
import type { Arrived6, Router6 } from './router6.js';

export const NDISC_NEIGHBOUR_SOLICITATION = 135;
export const NDISC_NEIGHBOUR_ADVERTISEMENT = 136;

const ND_OPT_SOURCE_LL_ADDR = 1;
const ND_OPT_TARGET_LL_ADDR = 2;
const ND_OPT_NONCE = 14;
/** Of a message before its options. */
const ND_MESSAGE = 24;
const HOP_LIMIT = 255;
const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;

function message(type: number, flags: number, target: Uint8Array, option: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ND_MESSAGE + option.length);
  bytes[0] = type;
  bytes[4] = flags;
  bytes.set(target, 8);
  bytes.set(option, ND_MESSAGE);
  return bytes;
}

const stationOption = (type: number, { address }: NetDevice): Uint8Array =>
  Uint8Array.of(type, 1, ...parseMac(address));

/** ndisc_solicit(): to the group of who may have the address, or to the station that had it. */
export function solicit(
  router: Router6,
  { netDevice, address }: Neighbour,
  station: Uint8Array | undefined,
  packet: Uint8Array | undefined,
): void {
  const { addresses, parts } = router;
  const waiting = packet === undefined ? undefined : sourceIn(packet);
  const isOwn = waiting !== undefined && addresses.owns(waiting, netDevice);
  const source = isOwn ? waiting : addresses.linkLocal(netDevice);
  if (source === undefined) return;
  const to = station === undefined ? parts.solicitsGroup(solicitedNode(address), address) : address;
  const question = neighbourSolicitation(netDevice, source, to, address, parts.saysOwnStation);
  const at = station ?? parseMac(groupMac(to));
  sendToStation(router, netDevice, at, question);
}

/** ndisc_ns_create(): a question for `target`, with or without the station that asks. */
export function neighbourSolicitation(
  netDevice: NetDevice,
  source: Uint8Array,
  to: Uint8Array,
  target: Uint8Array,
  saysStation: boolean,
): Uint8Array {
  const option = saysStation ? stationOption(ND_OPT_SOURCE_LL_ADDR, netDevice) : new Uint8Array(0);
  const bytes = message(NDISC_NEIGHBOUR_SOLICITATION, 0, target, option);
  return icmpv6Packet(source, to, bytes, { hopLimit: HOP_LIMIT });
}

/** addrconf_dad_work(): a question from nobody, with a number that tells it from those of others (RFC 7527). */
export function examine(router: Router6, netDevice: NetDevice, address: Uint8Array): void {
  const nonce = Uint8Array.from({ length: 6 }, (_, index) => (0x5a + 37 * index + (address[15] ?? 0)) & 0xff);
  const bytes = message(NDISC_NEIGHBOUR_SOLICITATION, 0, address, Uint8Array.of(ND_OPT_NONCE, 1, ...nonce));
  const group = solicitedNode(address);
  const question = icmpv6Packet(UNSPECIFIED, group, bytes, { hopLimit: HOP_LIMIT });
  sendToStation(router, netDevice, parseMac(groupMac(group)), question);
}

/** ndisc_rcv(). What came by way of a router, or broken, is nobody's. */
export function receiveNeighbourMessage(router: Router6, arrived: Arrived6, at: number): void {
  const { packet } = arrived;
  const type = packet[at] ?? 0;
  const isAboutNeighbours = type === NDISC_NEIGHBOUR_SOLICITATION || type === NDISC_NEIGHBOUR_ADVERTISEMENT;
  if (!isAboutNeighbours || packet.length < at + ND_MESSAGE) return;
  if ((hopLimitIn(packet) !== HOP_LIMIT && router.parts.requiresHopLimit255) || packet[at + 1] !== 0) return;
  const target = packet.slice(at + 8, at + 24);
  if (isMulticast(target)) return;
  const options = optionsOf(packet, at + ND_MESSAGE);
  if (options === undefined && router.parts.checksOptions) return;
  if (type === NDISC_NEIGHBOUR_SOLICITATION) solicited(router, arrived, target, options?.get(ND_OPT_SOURCE_LL_ADDR));
  else
    advertised(router, arrived, { target, flags: packet[at + 4] ?? 0, station: options?.get(ND_OPT_TARGET_LL_ADDR) });
}

/** ndisc_parse_options(): addresses of stations by the number of their option; undefined: an option without a length. */
function optionsOf(packet: Uint8Array, from: number): Map<number, Uint8Array> | undefined {
  const options = new Map<number, Uint8Array>();
  for (let at = from; at < packet.length;) {
    const length = 8 * (packet[at + 1] ?? 0);
    if (length === 0 || at + length > packet.length) return undefined;
    const type = packet[at] ?? 0;
    if (!options.has(type)) options.set(type, packet.slice(at + 2, at + 8));
    at += length;
  }
  return options;
}

/** ndisc_recv_ns(). */
function solicited(router: Router6, arrived: Arrived6, target: Uint8Array, station: Uint8Array | undefined): void {
  const { addresses, parts, neighbours, settings } = router;
  const { netDevice, packet } = arrived;
  const [source, destination] = [sourceIn(packet), destinationIn(packet)];
  const isExamination = isUnspecified(source);
  if (isExamination && (!isSolicitedNode(destination) || station !== undefined)) return;
  const own = addresses.find(netDevice, target);
  if (own !== undefined && (own.flags & IFA_F_TENTATIVE) !== 0) {
    if (isExamination) addresses.failed(netDevice, target);
    return;
  }
  const isAnycast = own === undefined && addresses.isAnycast(netDevice, target);
  if (own === undefined && !isAnycast && parts.answersOnlyForOwn) return;
  const isToGroup = isMulticast(destination);
  const flags = parts.routerFlag(settings.get(netDevice, 'forwarding') !== 0) ? ROUTER : 0;
  if (isExamination) {
    if (parts.answersExamination)
      advertise(router, netDevice, ALL_NODES, target, flags | override(router, own !== undefined));
    return;
  }
  const known = neighbours.find(netDevice, source);
  if (station !== undefined && parts.learnsFromSolicitations) {
    const neighbour = known ?? neighbours.findOrMake(netDevice, source, AF_INET6);
    neighbours.update(neighbour, { station, state: NUD_STALE, overrides: true, doubts: true, byUser: false });
  } else if (known === undefined && !isToGroup) neighbours.findOrMake(netDevice, source, AF_INET6);
  advertise(
    router,
    netDevice,
    source,
    target,
    flags | SOLICITED | override(router, own !== undefined && isToGroup),
    isToGroup,
  );
}

const override = ({ parts }: Router6, sound: boolean): number => (parts.overrideFlag(sound) ? OVERRIDE : 0);

/** ndisc_send_na(): from the address itself, or, where several routers have it, from another. */
function advertise(
  router: Router6,
  netDevice: NetDevice,
  to: Uint8Array,
  target: Uint8Array,
  flags: number,
  hasStation = true,
): void {
  const isOwn = router.addresses.find(netDevice, target) !== undefined;
  const source = isOwn ? target : router.addresses.sourceFor(netDevice, to);
  if (source === undefined) return;
  const option = hasStation ? stationOption(ND_OPT_TARGET_LL_ADDR, netDevice) : new Uint8Array(0);
  const bytes = message(NDISC_NEIGHBOUR_ADVERTISEMENT, flags, target, option);
  const answer = icmpv6Packet(source, to, bytes, { hopLimit: HOP_LIMIT });
  sendLocally6(router, { netDevice, gateway: undefined, weight: 1, flags: 0, scope: 0 }, answer);
}

/** ndisc_send_unsol_na() of one address: nobody asked, and what others know is out of date. */
export function announceAddress(
  router: Router6,
  netDevice: NetDevice,
  address: Uint8Array,
  { overrides, saysRouter }: PeerNoticeParts,
): void {
  const forwards = router.parts.routerFlag(router.settings.get(netDevice, 'forwarding') !== 0);
  advertise(router, netDevice, ALL_NODES, address, (saysRouter(forwards) ? ROUTER : 0) | (overrides ? OVERRIDE : 0));
}

interface Advertisement {
  readonly target: Uint8Array;
  readonly flags: number;
  readonly station: Uint8Array | undefined;
}

/** ndisc_recv_na(). */
function advertised(router: Router6, { netDevice, packet }: Arrived6, { target, flags, station }: Advertisement): void {
  const { addresses, neighbours, parts, settings } = router;
  const isSolicited = (flags & SOLICITED) !== 0;
  if (isSolicited && isMulticast(destinationIn(packet))) return;
  if (!isSolicited && settings.get(netDevice, 'drop_unsolicited_na') !== 0) return;
  if (addresses.find(netDevice, target) !== undefined) {
    addresses.failed(netDevice, target);
    return;
  }
  const known = neighbours.find(netDevice, target);
  const neighbour =
    known ??
    (parts.learnsUnasked && station !== undefined ? neighbours.findOrMake(netDevice, target, AF_INET6) : undefined);
  if (neighbour === undefined || (neighbour.state & NUD_FAILED) !== 0) return;
  neighbours.update(neighbour, {
    station,
    state: isSolicited && known !== undefined ? NUD_REACHABLE : NUD_STALE,
    overrides: (flags & OVERRIDE) !== 0 || !parts.honoursOverride,
    doubts: true,
    ...(parts.notesRouters ? { isRouter: (flags & ROUTER) !== 0 } : {}),
    byUser: false,
  });
}
