/** Frames through a bridge: net/bridge/br_input.c, br_forward.c, and br_dev_xmit() of br_device.c. */
import type { VirtioNetHeader } from '../../../harness/contract/index.js';
import type { RxFrame, TxFrame } from '../frames.js';
import { isBroadcastMac, isLinkLocalMac, isMulticastMac, isZeroMac, parseMac } from '../../packet/addresses.js';
import { equalBytes } from '../../packet/bytes.js';
import { IFF_PROMISC, isUp } from '../netDevice.js';
import { summedBy } from '../netfilter/path/framePackets.js';
import { PACKET_OTHERHOST } from '../netfilter/path/packet.js';
import {
  NF_INET_FORWARD,
  NF_INET_LOCAL_IN,
  NF_INET_LOCAL_OUT,
  NF_INET_POST_ROUTING,
  NF_INET_PRE_ROUTING,
} from '../netfilter/ruleset.js';
import { packetTypeAt } from '../packetType.js';
import { frameFromHost } from '../virtioRequest.js';
import {
  BR_STATE_FORWARDING,
  isProviders,
  stateLearns,
  type Bridge,
  type BridgePort,
  type StpState,
} from './bridge.js';
import type { BridgeEvents } from './bridgeEvents.js';
import type { FrameKind } from './bridgeParts.js';
import type { FdbEntry } from './fdbTable.js';
import { learn } from './fdb.js';
import { copiesOf, groupOf, isForHost as isHostsGroup, type GroupHit } from './multicast/groupForward.js';
import { countMessage } from './multicast/multicastCounters.js';
import { snoop } from './multicast/snooping.js';
import { admits } from './authentication/lockedPort.js';
import { isAnswered } from './proxy/neighbourProxy.js';
import { isSpared } from './proxy/standIn.js';
import { classify, leaving, mayLeave, type Classified } from './vlanFilter.js';
import { hostLetsIn, stateOnEntry, vlanLetsIn, vlanLetsOut } from './vlanState.js';
import { countVlan } from './vlanStatistics.js';

/** What the port's own net device is left with: the bridge took the frame, or it goes on up there. */
export type Taken = 'consumed' | 'pass';

const DESTINATION = 0;
const SOURCE = 6;
const ETH_HLEN = 14;
const VLAN_HLEN = 4;

/** A frame on its way through, with where it came from; null: from the host. */
interface Passage extends Classified {
  readonly from: BridgePort | null;
  readonly kind: FrameKind;
  /** A message of IGMP or MLD, which is counted where it leaves. */
  readonly isMessage?: boolean;
  /** The hardware has forwarded it among its own ports already. */
  readonly isForwarded: boolean;
  /** The bridge has answered it, or keeps it from ports whose questions it answers. */
  readonly isAnswered: boolean;
  readonly received?: { readonly frame: RxFrame; readonly vnet: VirtioNetHeader | undefined };
}

/** br_handle_frame(), the rx_handler of a port. */
export function receive(
  events: BridgeEvents,
  port: BridgePort,
  frame: RxFrame,
  vnet: VirtioNetHeader | undefined,
): Taken {
  const { bytes } = frame;
  const badSource = isMulticastMac(bytes, SOURCE) || isZeroMac(bytes, SOURCE);
  if (badSource && events.parts.refusesBadSources) return 'consumed';
  if (isLinkLocalMac(bytes, 0)) {
    const kept = linkLocal(events, port, frame, vnet);
    if (kept !== undefined) return kept;
  }
  // With several trees the state of the VLAN decides, once it is known.
  const { state } = port;
  if (port.bridge.mst || events.parts.receivesIn(state, stateLearns(state))) {
    const passed = events.netfilter.bridgeReceived(NF_INET_PRE_ROUTING, port.netDevice, frame, vnet, typeAt(port));
    if (passed !== undefined) finish(events, port, passed, vnet);
  }
  return 'consumed';
}

/** br_handle_frame(): what is the bridge's own is the host's. */
const typeAt =
  ({ bridge, netDevice }: BridgePort) =>
  ({ bytes }: RxFrame): number => {
    const type = packetTypeAt(netDevice, bytes);
    return type === PACKET_OTHERHOST ? packetTypeAt(bridge.netDevice, bytes) : type;
  };

const PAUSE = 1;
/** BR_GROUPFWD_8021AD: addresses between bridges of a customer, who sees one link where the provider's bridges are. */
const BETWEEN_CUSTOMERS = 0xb801;
/** br_recalculate_fwd_mask(): what goes to the bridge itself does not pass. */
const ofCustomers = (bridge: Bridge): number =>
  BETWEEN_CUSTOMERS & ~(1 << Number.parseInt(bridge.groupAddress.slice(-2), 16));

/** Addresses that IEEE 802.1D, table 7-10, keeps on their link; undefined: this one is forwarded. */
function linkLocal(
  events: BridgeEvents,
  port: BridgePort,
  frame: RxFrame,
  vnet: VirtioNetHeader | undefined,
): Taken | undefined {
  const last = frame.bytes[5] ?? 0;
  const { bridge } = port;
  if (last === PAUSE) return events.parts.keepsLinkLocal(last, false) ? 'consumed' : undefined;
  // Without a spanning tree protocol of its own the bridge passes the BPDUs of others on.
  const isBpdu = last === 0;
  const required = events.parts.requiredMask(isProviders(bridge) ? ofCustomers(bridge) : 0);
  const mask = required | events.parts.portMask(port.groupForwardMask) | (isBpdu ? 0 : bridge.groupForwardMask);
  const forwards = (isBpdu && bridge.stp === 'off') || (mask & (1 << last)) !== 0;
  if (!events.parts.keepsLinkLocal(last, forwards)) return undefined;
  if (events.netfilter.bridgeReceived(NF_INET_LOCAL_IN, port.netDevice, frame, vnet, typeAt(port)) === undefined)
    return 'consumed';
  // __br_handle_local_finish().
  const classified = classify(events.parts, bridge, port.vlans, asTransmit(frame, undefined));
  const mayLearn = events.parts.learnsLinkLocal(port.flags.learning && !bridge.noLinkLocalLearn);
  const isLetIn = classified !== undefined && vlanLetsIn(events, port, classified.vid) !== undefined;
  if (isLetIn && mayLearn && learnsIn(events, port.state))
    learn(events, port, frame.bytes, SOURCE, events.parts.fdbVid(bridge, classified.vid));
  return 'pass';
}

const learnsIn = ({ parts }: BridgeEvents, state: StpState): boolean => parts.learnsIn(state, stateLearns(state));

/** br_handle_frame_finish(). */
function finish(events: BridgeEvents, port: BridgePort, frame: RxFrame, vnet: VirtioNetHeader | undefined): void {
  const { parts } = events;
  const { bridge } = port;
  const classified = classify(parts, bridge, port.vlans, asTransmit(frame, vnet));
  if (classified === undefined) return;
  const state = stateOnEntry(events, port, classified.vid);
  if (state === undefined) return;
  const { bytes } = classified.frame;
  countVlan(events, bridge, port, classified.vid, 'rx', bytes.length);
  const vid = parts.fdbVid(bridge, classified.vid);
  if (parts.flag(port.flags, 'locked') && !admits(events, port, bytes, vid)) return;
  if (parts.flag(port.flags, 'learning') && learnsIn(events, state)) learn(events, port, bytes, SOURCE, vid);
  const snooped = kindOf(bytes) === 'multicast' ? snoop(events, bridge, port, bytes, classified.vid) : undefined;
  if (snooped?.isBroken === true || !parts.forwardsFrom(state, state === BR_STATE_FORWARDING)) return;
  const passage: Passage = {
    ...classified,
    from: port,
    kind: parts.floodKind(kindOf(bytes)),
    isMessage: snooped?.isMessage === true,
    isForwarded: frame.offloadForwardMark === true,
    isAnswered: isAnswered(events, bridge, { ...classified, from: port }),
    received: { frame, vnet },
  };
  const group = snooped === undefined ? undefined : groupOf(events, bridge, snooped, bytes, classified.vid);
  const isWanted = group === undefined ? passage.kind !== 'unicast' : isHostsGroup(events, bridge, group);
  let isForHost = ((bridge.netDevice.flags & IFF_PROMISC) !== 0 && parts.hearsWhenPromiscuous) || isWanted;
  const entry = passage.kind === 'unicast' ? bridge.fdb.find(bytes, DESTINATION, vid) : undefined;
  if (entry?.isLocal === true) isForHost = true;
  else if (group !== undefined) sendToGroup(events, bridge, passage, group);
  else sendOn(events, bridge, passage, entry);
  if (isForHost) passUp(events, bridge, passage);
}

function kindOf(bytes: Uint8Array): FrameKind {
  if (isBroadcastMac(bytes, DESTINATION)) return 'broadcast';
  return isMulticastMac(bytes, DESTINATION) ? 'multicast' : 'unicast';
}

/** To the port of the entry, or to all that take it. */
function sendOn(events: BridgeEvents, bridge: Bridge, passage: Passage, entry: FdbEntry | undefined): void {
  if (entry !== undefined) {
    if (events.parts.countsAsUse(passage.from !== null)) entry.used = events.now();
    if (events.parts.refreshesOnUse) entry.updated = events.now();
    const port = entry.port === null ? undefined : usable(events, entry.port);
    if (port !== undefined && mayDeliver(events, port, passage)) deliver(events, port, passage);
    return;
  }
  for (const port of bridge.ports.values())
    if (floodsTo(events, port, passage) && !isSpared(events, port, passage.vid, passage.isAnswered))
      if (mayDeliver(events, port, passage)) deliver(events, port, passage);
}

/** br_forward(): the port, or the one that stands in for it while it is down. */
function usable({ parts }: BridgeEvents, port: BridgePort): BridgePort {
  const { netDevice } = port;
  return isUp(netDevice) && netDevice.carrier ? port : (parts.backupOf(port) ?? port);
}

/** br_multicast_flood(). */
function sendToGroup(events: BridgeEvents, bridge: Bridge, passage: Passage, group: GroupHit): void {
  for (const { port, to } of copiesOf(events, bridge, group)) {
    if (!mayDeliver(events, port, passage)) continue;
    if (to === undefined || to === '') {
      deliver(events, port, passage);
      continue;
    }
    const address = parseMac(to);
    // maybe_deliver_addr(): nobody hears what it said itself.
    const isOwn = passage.from === port && equalBytes(passage.frame.bytes.subarray(SOURCE, SOURCE + 6), address);
    if (!isOwn) deliver(events, port, { ...passage, frame: withDestination(passage.frame, address) });
  }
}

function withDestination(frame: TxFrame, address: Uint8Array): TxFrame {
  const bytes = frame.bytes.slice();
  bytes.set(address, DESTINATION);
  return { ...frame, bytes };
}

function floodsTo({ parts }: BridgeEvents, { flags }: BridgePort, { kind, from }: Passage): boolean {
  const isOwn = from === null && parts.floodsOwnFrames;
  switch (kind) {
    case 'unicast':
      return parts.flag(flags, 'unicastFlood');
    case 'multicast':
      return parts.flag(flags, 'multicastFlood') || isOwn;
    case 'broadcast':
      return parts.flag(flags, 'broadcastFlood') || isOwn;
  }
}

/** should_deliver(). */
function mayDeliver(events: BridgeEvents, port: BridgePort, passage: Passage): boolean {
  const { parts } = events;
  const { from, vid, isForwarded } = passage;
  if (from === port && !parts.returns(port)) return false;
  if (!port.bridge.mst && !parts.sendsIn(port.state, port.state === BR_STATE_FORWARDING)) return false;
  if (!mayLeave(parts, port.bridge, port.vlans, vid) || !vlanLetsOut(events, port.bridge, port, vid)) return false;
  // nbp_switchdev_allowed_egress().
  if (isForwarded && port.hardwareDomain !== 0 && from?.hardwareDomain === port.hardwareDomain) return false;
  return !(from !== null && parts.flag(from.flags, 'isolated') && parts.flag(port.flags, 'isolated'));
}

/** __br_forward() and br_dev_queue_push_xmit(): what does not fit is dropped without a word. */
function deliver(events: BridgeEvents, port: BridgePort, passage: Passage): void {
  const { parts } = events;
  const { netDevice } = port;
  if (passage.isMessage === true) countMessage(events, port.bridge, port, passage.frame.bytes, 'tx');
  countVlan(events, port.bridge, port, passage.vid, 'tx', passage.frame.bytes.length);
  const hook = passage.from === null ? NF_INET_LOCAL_OUT : NF_INET_FORWARD;
  const { checksum } = passage.received?.frame ?? {};
  const frame = events.netfilter.bridgeSent(
    hook,
    passage.from?.netDevice,
    netDevice,
    leaving(parts, port.bridge, port.vlans, passage),
    summedBy(checksum?.status ?? 'none'),
  );
  if (frame !== undefined) push(events, port, frame);
}

/** br_forward_finish() and br_dev_queue_push_xmit(). */
function push(events: BridgeEvents, { netDevice }: BridgePort, before: TxFrame): void {
  const { parts } = events;
  const frame = events.netfilter.bridgeSent(NF_INET_POST_ROUTING, undefined, netDevice, before);
  if (frame === undefined) return;
  const fits = parts.fits(frame.bytes.length, netDevice.mtu + ETH_HLEN + VLAN_HLEN);
  if (!isUp(netDevice) || (frame.gso === undefined && !fits)) return;
  events.transmit(netDevice, parts.forwarded(frame));
}

/** br_forward() of a frame that the host made for a station behind this port. */
export function sendFromHost(events: BridgeEvents, port: BridgePort, frame: TxFrame): void {
  if (port.state !== BR_STATE_FORWARDING && !port.bridge.mst) return;
  const passed = events.netfilter.bridgeSent(NF_INET_LOCAL_OUT, undefined, port.netDevice, frame);
  if (passed !== undefined) push(events, port, passed);
}

/** br_pass_frame_up(). */
function passUp(events: BridgeEvents, bridge: Bridge, passage: Passage): void {
  const { netDevice } = bridge;
  const { received, frame: tagged, kind } = passage;
  if (received === undefined || !isUp(netDevice)) return;
  const traffic = netDevice.softwareTraffic;
  traffic.rxPackets++;
  traffic.rxBytes += events.parts.countedBytes(tagged.bytes.length, ETH_HLEN);
  if (kind === 'multicast' && events.parts.countsMulticast) traffic.multicast++;
  const isPromiscuous = (netDevice.flags & IFF_PROMISC) !== 0;
  const isMember = mayLeave(events.parts, bridge, bridge.vlans, passage.vid);
  if ((!isMember || !vlanLetsOut(events, bridge, null, passage.vid)) && !isPromiscuous) return;
  countVlan(events, bridge, null, passage.vid, 'tx', tagged.bytes.length);
  if (passage.isMessage === true) countMessage(events, bridge, null, tagged.bytes, 'tx');
  const { bytes, vlan, marks } = isMember ? leaving(events.parts, bridge, bridge.vlans, passage) : tagged;
  const { queue, checksum, hash, headerLength, hardwareTimestamp } = received.frame;
  const frame: RxFrame = {
    bytes,
    queue,
    checksum,
    ...(vlan === undefined ? {} : { vlan }),
    ...(marks === undefined ? {} : { marks }),
    ...(hash === undefined ? {} : { hash }),
    ...(headerLength === undefined ? {} : { headerLength }),
    ...(hardwareTimestamp === undefined ? {} : { hardwareTimestamp }),
  };
  const input = passage.from?.netDevice ?? netDevice;
  const type = ({ bytes: own }: RxFrame): number => packetTypeAt(netDevice, own);
  const passed = events.netfilter.bridgeReceived(NF_INET_LOCAL_IN, input, frame, received.vnet, type);
  if (passed !== undefined) events.deliver(bridge, passed, received.vnet);
}

/** br_dev_xmit(): the host sends through the bridge. */
export function transmit(events: BridgeEvents, bridge: Bridge, frame: TxFrame): void {
  const { parts } = events;
  const traffic = bridge.netDevice.softwareTraffic;
  traffic.txPackets += parts.countsSent(frame.gso?.segments ?? 1);
  traffic.txBytes += frame.bytes.length;
  const classified = classify(parts, bridge, bridge.vlans, withTagBeside(frame, bridge));
  if (classified === undefined || !hostLetsIn(bridge, classified.vid)) return;
  const { bytes } = classified.frame;
  countVlan(events, bridge, null, classified.vid, 'rx', bytes.length);
  const kind = kindOf(bytes);
  const answered = isAnswered(events, bridge, { ...classified, from: null });
  const passage: Passage = { ...classified, from: null, kind, isForwarded: false, isAnswered: answered };
  if (kind === 'multicast') {
    const snooped = snoop(events, bridge, null, bytes, classified.vid);
    if (snooped.isBroken) return;
    const group = groupOf(events, bridge, snooped, bytes, classified.vid);
    const counted = { ...passage, isMessage: snooped.isMessage };
    if (group === undefined) sendOn(events, bridge, counted, undefined);
    else sendToGroup(events, bridge, counted, group);
    return;
  }
  const vid = parts.fdbVid(bridge, classified.vid);
  const entry = kind === 'unicast' ? bridge.fdb.find(bytes, DESTINATION, vid) : undefined;
  sendOn(events, bridge, passage, entry);
}

/** skb_vlan_untag(): a tag of the bridge's own protocol that the host wrote into the bytes. */
function withTagBeside(frame: TxFrame, { vlanFiltering, vlanProtocol }: Bridge): TxFrame {
  const { bytes, checksum, gso } = frame;
  const tpid = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
  const isPlain = checksum.kind === 'none' && gso === undefined;
  if (!vlanFiltering || frame.vlan !== undefined || tpid !== vlanProtocol || bytes.length < 18 || !isPlain)
    return frame;
  const stripped = new Uint8Array(bytes.length - VLAN_HLEN);
  stripped.set(bytes.subarray(0, 12));
  stripped.set(bytes.subarray(16), 12);
  return { ...frame, bytes: stripped, vlan: { tpid, tci: ((bytes[14] ?? 0) << 8) | (bytes[15] ?? 0) } };
}

/** skb_forward_csum(): a received frame as one to send; an aggregate asks for its segments again. */
export function asTransmit({ bytes, vlan, marks }: RxFrame, vnet: VirtioNetHeader | undefined): TxFrame {
  const tag = { ...(vlan === undefined ? {} : { vlan }), ...(marks === undefined ? {} : { marks }) };
  if (vnet !== undefined && vnet.gsoType !== 0) {
    const request = frameFromHost({ bytes, vnet });
    if (request.ok) return { ...request.value, ...tag };
  }
  return { bytes, checksum: { kind: 'none' }, ...tag };
}
