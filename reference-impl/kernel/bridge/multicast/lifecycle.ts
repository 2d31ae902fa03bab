/** Bridges and ports come, go and change state, as multicast sees it: br_multicast_open(), br_multicast_toggle() and their kin. */
import { isUp } from '../../netDevice.js';
import { BR_STATE_BLOCKING, BR_STATE_DISABLED, type Bridge, type BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { forgetGroups } from './groups.js';
import {
  newBridgeMulticast,
  newPortMulticast,
  type BridgeContext,
  type BridgeMulticast,
  type BridgeTimers,
  type PortContext,
  type PortMulticast,
  type PortTimers,
} from './multicastState.js';
import {
  disablePort,
  enablePort,
  isHostRouter,
  openQueries,
  portQueryDue,
  querierGone,
  routerExpired,
  sendOwnQuery,
  stopQueries,
} from './queries.js';
import { togglePortVlans } from './vlanSnooping.js';

/** What its timers do; `context`: the one that they are made for, once it is there. */
export const contextTimers = (events: BridgeEvents, context: () => BridgeContext): BridgeTimers => ({
  querierGone: (family) => querierGone(events, context(), family),
  // br_multicast_query_expired().
  ownQuery: (family) => {
    if (context().isOn) sendOwnQuery(events, context(), null, family);
  },
  hostRouterGone: () => {
    if (!isHostRouter(context())) events.multicast.hostRouterChanged(context().bridge, false);
  },
});

export const portContextTimers = (events: BridgeEvents, context: () => PortContext): PortTimers => ({
  routerGone: (family) => routerExpired(events, context(), family),
  ownQuery: (family) => portQueryDue(events, context(), family),
});

/** `bridge`: the one that it is made for, once it is there. */
export function multicastOfBridge(events: BridgeEvents, bridge: () => Bridge): BridgeMulticast {
  return newBridgeMulticast(
    events.at.bind(events),
    contextTimers(events, () => bridge().multicast),
    bridge,
  );
}

export function multicastOfPort(events: BridgeEvents, port: () => BridgePort): PortMulticast {
  return newPortMulticast(
    events.at.bind(events),
    portContextTimers(events, () => port().multicast),
    port,
  );
}

/** br_multicast_enable_port(), after states were chosen. */
export function portsChosen(events: BridgeEvents, bridge: Bridge): void {
  for (const port of bridge.ports.values()) {
    if (port.state === BR_STATE_DISABLED || port.state === BR_STATE_BLOCKING) continue;
    if (bridge.multicastVlanSnooping) togglePortVlans(events, port, true);
    else enablePort(events, port.multicast);
  }
}

/** br_multicast_disable_port(). */
export function portDown(events: BridgeEvents, port: BridgePort): void {
  if (port.bridge.multicastVlanSnooping) {
    togglePortVlans(events, port, false);
    return;
  }
  if (events.multicast.parts.portDownForgets) forgetGroups(events, port, 'temporary');
  disablePort(events, port.multicast);
}

/** br_multicast_del_port(). */
export function portLeaves(events: BridgeEvents, port: BridgePort): void {
  portDown(events, port);
  forgetGroups(events, port, 'all');
}

/** br_multicast_open() and br_multicast_stop(). */
export function upOrDown(events: BridgeEvents, bridge: Bridge): void {
  const contexts = bridge.multicastVlanSnooping
    ? [...bridge.globalVlans.values()].map(({ multicast }) => multicast).filter(({ isOn }) => isOn)
    : [bridge.multicast];
  for (const context of contexts)
    if (isUp(bridge.netDevice)) openQueries(events, context);
    else stopQueries(context);
}

/** br_multicast_dev_del(). */
export function bridgeGone(bridge: Bridge): void {
  for (const { timer } of bridge.multicast.groups.entries()) timer.stop();
  bridge.multicast.groups.clear();
  stopQueries(bridge.multicast);
  for (const { multicast } of bridge.globalVlans.values()) stopQueries(multicast);
}

/** br_multicast_toggle(). */
export function setSnooping(events: BridgeEvents, bridge: Bridge, on: boolean): void {
  if (bridge.multicastSnooping === on) return;
  bridge.multicastSnooping = on;
  events.multicast.snoopingChanged(bridge);
  const ports = bridge.multicastVlanSnooping ? [] : [...bridge.ports.values()];
  if (!on) {
    for (const port of ports) portDown(events, port);
    return;
  }
  if (!isUp(bridge.netDevice)) return;
  upOrDown(events, bridge);
  for (const port of ports) enablePort(events, port.multicast);
}
