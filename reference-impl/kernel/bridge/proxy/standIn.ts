/**
 * Whom a bridge answers for, and from which ports it keeps a question: br_do_proxy_suppress_arp() and br_do_suppress_nd() of
 * net/bridge/br_arp_nd_proxy.c, br_flood() of net/bridge/br_forward.c.
 */
import type { MacAddress, Vid } from '../../../../harness/contract/index.js';
import { formatMac } from '../../../packet/addresses.js';
import type { NetDevice } from '../../netDevice.js';
import type { Neighbour } from '../../routing/neighbours.js';
import type { Bridge, BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import type { KnownAddresses } from './proxyEvents.js';

/** A neighbour that the bridge may answer for, with the port where its station is. */
export interface StandIn {
  readonly neighbour: Neighbour;
  readonly station: Uint8Array;
  /** Null: the station is the host's own. */
  readonly port: BridgePort | null;
}

/** The net device at which the neighbours of a frame are: the bridge, or its VLAN device; undefined: there is none. */
export function neighbourDevice({ proxy }: BridgeEvents, bridge: Bridge, vid: Vid): NetDevice | undefined {
  if (vid === 0 || !proxy.parts.asksVlanDevice) return bridge.netDevice;
  for (const upper of bridge.netDevice.uppers) {
    const { lower } = upper;
    if (lower.kind === 'vlan' && lower.vid === vid && lower.tpid === bridge.vlanProtocol) return upper;
  }
  return undefined;
}

/** br_is_local_ip(): an address of the net device, or of one above it. */
export function isHosts(
  { proxy }: BridgeEvents,
  known: KnownAddresses,
  netDevice: NetDevice,
  address: Uint8Array,
): boolean {
  if (known.owns(netDevice, address)) return true;
  return proxy.parts.looksAbove && isAbove(known, netDevice, address);
}

function isAbove(known: KnownAddresses, netDevice: NetDevice, address: Uint8Array): boolean {
  if (netDevice.vrf !== undefined && known.owns(netDevice.vrf, address)) return true;
  for (const upper of netDevice.uppers) if (known.owns(upper, address) || isAbove(known, upper, address)) return true;
  return false;
}

/** Who has the address, if the bridge knows it and where it is. */
export function standInFor(
  { proxy }: BridgeEvents,
  bridge: Bridge,
  known: KnownAddresses,
  place: { readonly netDevice: NetDevice; readonly vid: Vid },
  address: Uint8Array,
): StandIn | undefined {
  const neighbour = known.neighbour(place.netDevice, address);
  if (neighbour?.station === undefined || !proxy.parts.isUsable(neighbour)) return undefined;
  const { station } = neighbour;
  const entry = bridge.fdb.get(formatMac(station) as MacAddress, place.vid);
  if (entry === undefined) return proxy.parts.asksTable ? undefined : { neighbour, station, port: null };
  return { neighbour, station, port: entry.port };
}

/** Whether the port is one whose questions the bridge answers itself. */
export const suppressesAt = ({ proxy }: BridgeEvents, port: BridgePort | null, vid: Vid): boolean =>
  port !== null && proxy.parts.suppresses(port, vid);

/** br_flood(): whether a flooded frame leaves out the port. `isAnswered`: the bridge has answered it, or keeps it back. */
export function isSpared(events: BridgeEvents, port: BridgePort, vid: Vid, isAnswered: boolean): boolean {
  const { parts } = events.proxy;
  if (port.flags.proxyArp && parts.sparesProxyPorts) return true;
  const isWireless = port.flags.proxyArpWifi && parts.keepsFromWireless(parts.isOn(port.bridge));
  return parts.keeps(isAnswered, isWireless || parts.suppresses(port, vid));
}
