/** A bridge that answers ARP for others: br_do_proxy_suppress_arp() of net/bridge/br_arp_nd_proxy.c. */
import { arp, buildFrame, ethernet } from '../../../packet/build.js';
import { formatIpv4, formatMac } from '../../../packet/addresses.js';
import { equalBytes, readU16 } from '../../../packet/bytes.js';
import { ETH_HLEN, ETH_P_IP } from '../../../packet/protocols.js';
import { IFF_NOARP } from '../../netDevice.js';
import type { Bridge } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { reply, type Asked } from './answer.js';
import type { ProxyEvents } from './proxyEvents.js';
import { isHosts, neighbourDevice, standInFor, suppressesAt } from './standIn.js';

const ARPOP_REQUEST = 1;
const ARPOP_REPLY = 2;
const ARPOP_RREQUEST = 3;
const ARPOP_RREPLY = 4;
const ARP_LENGTH = 28;
const LOOPBACK = 127;
const MULTICAST_PREFIX = 0xe;

interface ArpMessage {
  readonly operation: number;
  readonly senderMac: Uint8Array;
  readonly senderIp: Uint8Array;
  readonly targetIp: Uint8Array;
}

/** Of IPv4 over addresses of six bytes; undefined: something else, or cut short. */
function arpIn({ parts }: ProxyEvents, frame: Uint8Array): ArpMessage | undefined {
  const at = ETH_HLEN;
  if (frame.length < at + ARP_LENGTH) return undefined;
  const isOfIpv4 = readU16(frame, at + 2) === ETH_P_IP && frame[at + 4] === 6 && frame[at + 5] === 4;
  if (!parts.understands('ARP', isOfIpv4)) return undefined;
  return {
    operation: readU16(frame, at + 6),
    senderMac: frame.subarray(at + 8, at + 14),
    senderIp: frame.subarray(at + 14, at + 18),
    targetIp: frame.subarray(at + 24, at + 28),
  };
}

/** Answers whether the message is kept from ports with suppression. */
export function proxyArp(events: BridgeEvents, bridge: Bridge, asked: Asked): boolean {
  const { parts } = events.proxy;
  const { bytes } = asked.frame;
  const isOn = parts.isOn(bridge);
  if (asked.from === null && !(isOn && parts.answersHost)) return false;
  const message = (bridge.netDevice.flags & IFF_NOARP) === 0 ? arpIn(events.proxy, bytes) : undefined;
  if (message === undefined) return false;
  const { operation, senderIp, targetIp } = message;
  const isSpecial = targetIp[0] === LOOPBACK || (targetIp[0] ?? 0) >> 4 === MULTICAST_PREFIX;
  if (isSpecial && parts.sparesSpecialAddresses) return false;
  if (isOn) {
    if (suppressesAt(events, asked.from, asked.vid) && parts.passesOwnQuestions) return false;
    const isReverse = operation === ARPOP_RREQUEST || operation === ARPOP_RREPLY;
    const isAnnouncement = !(isReverse && parts.knowsReverse) && equalBytes(senderIp, targetIp);
    if (isAnnouncement && parts.keepsAnnouncements('ARP')) return true;
  }
  return parts.isQuestion(operation === ARPOP_REQUEST) && answerFor(events, bridge, asked, message, isOn);
}

function answerFor(events: BridgeEvents, bridge: Bridge, asked: Asked, message: ArpMessage, isOn: boolean): boolean {
  const { parts, ipv4 } = events.proxy;
  const { from, vid } = asked;
  const netDevice = neighbourDevice(events, bridge, vid);
  if (netDevice === undefined) return false;
  if (isOn && parts.knowsOwnAddresses('ARP') && isHosts(events, ipv4, netDevice, message.targetIp)) return true;
  const found = standInFor(events, bridge, ipv4, { netDevice, vid }, message.targetIp);
  if (found === undefined) return isOn && parts.keepsUnknown;
  const answers =
    (from !== null && parts.answersAt(from)) ||
    (found.port !== null && parts.answersBehind(found.port)) ||
    (isOn && parts.answersFor(suppressesAt(events, found.port, vid)));
  if (answers) {
    const answer = { station: found.station, to: message.senderMac, address: message.targetIp };
    const bytes = arpReply(parts.answer(answer), message);
    // arp_send() without a tag goes out by the device of the question: the host's own comes back into the bridge.
    if (vid === 0 && from === null) events.transmit(bridge.netDevice, { bytes, checksum: { kind: 'none' } });
    else reply(events, bridge, asked, bytes);
  }
  return answers || isOn;
}

/** br_arp_send(). */
function arpReply(
  { station, to, address }: { readonly station: Uint8Array; readonly to: Uint8Array; readonly address: Uint8Array },
  { senderMac, senderIp }: ArpMessage,
): Uint8Array {
  return buildFrame([
    ethernet({ destination: formatMac(to), source: formatMac(station) }),
    arp({
      operation: ARPOP_REPLY,
      senderMac: formatMac(station),
      senderIp: formatIpv4(address),
      targetMac: formatMac(senderMac),
      targetIp: formatIpv4(senderIp),
    }),
  ]).bytes;
}
