/** A bridge that answers neighbour solicitations for others: br_do_suppress_nd() and br_nd_send() of net/bridge/br_arp_nd_proxy.c. */
import { parseMac } from '../../../packet/addresses.js';
import { concat, equalBytes } from '../../../packet/bytes.js';
import { ETH_HLEN, ETH_P_IPV6, IPPROTO_ICMPV6, IPV6_HEADER } from '../../../packet/protocols.js';
import { icmpv6Packet } from '../../routing6/icmpv6.js';
import { ALL_NODES, groupMac, isUnspecified } from '../../routing6/ipv6Addresses.js';
import { NDISC_NEIGHBOUR_ADVERTISEMENT, NDISC_NEIGHBOUR_SOLICITATION } from '../../routing6/ndisc.js';
import type { Bridge } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { reply, type Answer, type Asked } from './answer.js';
import type { ProxyEvents } from './proxyEvents.js';
import { isHosts, neighbourDevice, standInFor, suppressesAt, type StandIn } from './standIn.js';

const NEXT_HEADER = ETH_HLEN + 6;
const SOURCE = ETH_HLEN + 8;
const DESTINATION = ETH_HLEN + 24;
const MESSAGE = ETH_HLEN + IPV6_HEADER;
const TARGET = MESSAGE + 8;
/** struct nd_msg. */
const OPTIONS = MESSAGE + 24;
const ND_OPT_SOURCE_LL_ADDR = 1;
const ND_OPT_TARGET_LL_ADDR = 2;
const HOP_LIMIT = 255;
const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;

/** br_is_nd_neigh_msg(). */
const isAboutNeighbours = ({ parts }: ProxyEvents, frame: Uint8Array): boolean =>
  frame.length >= OPTIONS &&
  frame[NEXT_HEADER] === IPPROTO_ICMPV6 &&
  parts.understands('ND', frame[MESSAGE + 1] === 0) &&
  (frame[MESSAGE] === NDISC_NEIGHBOUR_SOLICITATION || frame[MESSAGE] === NDISC_NEIGHBOUR_ADVERTISEMENT);

/** Answers whether the message is kept from ports with suppression. */
export function proxyNd(events: BridgeEvents, bridge: Bridge, asked: Asked): boolean {
  const { parts, ipv6 } = events.proxy;
  const { bytes } = asked.frame;
  if (!parts.isOn(bridge) || !isAboutNeighbours(events.proxy, bytes)) return false;
  if (asked.from === null && !parts.answersHost) return false;
  if (suppressesAt(events, asked.from, asked.vid) && parts.passesOwnQuestions) return false;
  const isSolicitation = bytes[MESSAGE] === NDISC_NEIGHBOUR_SOLICITATION;
  const isUnsolicited = !isSolicitation && ((bytes[MESSAGE + 4] ?? 0) & SOLICITED) === 0;
  const [source, destination] = [bytes.subarray(SOURCE, SOURCE + 16), bytes.subarray(DESTINATION, DESTINATION + 16)];
  const isAnnouncement = isUnsolicited || (isSolicitation && equalBytes(source, destination));
  if (isAnnouncement && parts.keepsAnnouncements('ND')) return true;
  if (!parts.isQuestion(isSolicitation)) return false;
  const netDevice = neighbourDevice(events, bridge, asked.vid);
  if (netDevice === undefined) return false;
  const target = bytes.subarray(TARGET, TARGET + 16);
  if (parts.knowsOwnAddresses('ND') && isHosts(events, ipv6, netDevice, target)) return true;
  const found = standInFor(events, bridge, ipv6, { netDevice, vid: asked.vid }, target);
  if (found === undefined) return parts.keepsUnknown;
  if (parts.answersFor(suppressesAt(events, found.port, asked.vid))) advertise(events, bridge, asked, found);
  return true;
}

/** br_nd_send(): a solicitation with a broken option gets no answer. */
function advertise(events: BridgeEvents, bridge: Bridge, asked: Asked, found: StandIn): void {
  const { parts } = events.proxy;
  const { bytes } = asked.frame;
  const asker =
    askerIn(bytes, parts.honoursSourceOption) ?? (parts.refusesBrokenOptions ? undefined : bytes.slice(6, 12));
  if (asker === undefined) return;
  const source = bytes.slice(SOURCE, SOURCE + 16);
  const isExamination = isUnspecified(source);
  const toAll = isExamination && parts.examinationToAll;
  const sound: Answer = {
    station: found.station,
    to: toAll ? parseMac(groupMac(ALL_NODES)) : asker,
    address: bytes.slice(TARGET, TARGET + 16),
  };
  const { station, to, address } = parts.answer(sound);
  const flags =
    (parts.routerFlag(found.neighbour.isRouter) ? ROUTER : 0) |
    (parts.solicitedFlag(isExamination) ? SOLICITED : 0) |
    (parts.overrideFlag ? OVERRIDE : 0);
  const message = concat(
    Uint8Array.of(NDISC_NEIGHBOUR_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0),
    address,
    Uint8Array.of(ND_OPT_TARGET_LL_ADDR, 1),
    station,
  );
  const trafficClass = ((bytes[ETH_HLEN] ?? 0) & 0x0f) << 4;
  const packet = icmpv6Packet(address, toAll ? ALL_NODES : source, message, { hopLimit: HOP_LIMIT, trafficClass });
  reply(events, bridge, asked, concat(to, station, Uint8Array.of(ETH_P_IPV6 >> 8, ETH_P_IPV6 & 0xff), packet));
}

/** The station that asks: what the option says, or who sent the frame; undefined: an option has no length, or one beyond the end. */
function askerIn(frame: Uint8Array, honoursOption: boolean): Uint8Array | undefined {
  for (let at = OPTIONS; at < frame.length - 1;) {
    const length = 8 * (frame[at + 1] ?? 0);
    if (length === 0 || at + length > frame.length) return undefined;
    if (frame[at] === ND_OPT_SOURCE_LL_ADDR && honoursOption) return frame.slice(at + 2, at + 8);
    at += length;
  }
  return frame.slice(6, 12);
}
