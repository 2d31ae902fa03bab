/** Bridges and ports come, go and change state, as multicast sees it: br_multicast_open(), br_multicast_toggle() and their kin. */
import { isUp } from '../../netDevice.js';
import { BR_STATE_BLOCKING, BR_STATE_DISABLED, type Bridge, type BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { forgetGroups } from './groups.js';
import {
  FAMILIES,
  newBridgeMulticast,
  newPortMulticast,
  type BridgeMulticast,
  type PortMulticast,
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
} from './queries.js';

/** `bridge`: the one that it is made for, once it is there. */
export function multicastOfBridge(events: BridgeEvents, bridge: () => Bridge): BridgeMulticast {
  return newBridgeMulticast(events.at.bind(events), {
    querierGone: (family) => querierGone(events, bridge(), family),
    ownQuery: (family) => sendOwnQuery(events, bridge(), null, family),
    hostRouterGone: () => {
      if (!isHostRouter(bridge())) events.multicast.hostRouterChanged(bridge(), false);
    },
  });
}

export function multicastOfPort(events: BridgeEvents, port: () => BridgePort): PortMulticast {
  return newPortMulticast(events.at.bind(events), {
    routerGone: (family) => routerExpired(events, port(), family),
    ownQuery: (family) => portQueryDue(events, port(), family),
  });
}

/** br_multicast_enable_port(), after states were chosen. */
export function portsChosen(events: BridgeEvents, bridge: Bridge): void {
  for (const port of bridge.ports.values())
    if (port.state !== BR_STATE_DISABLED && port.state !== BR_STATE_BLOCKING) enablePort(events, port);
}

/** br_multicast_disable_port(). */
export function portDown(events: BridgeEvents, port: BridgePort): void {
  if (events.multicast.parts.portDownForgets) forgetGroups(events, port, 'temporary');
  disablePort(events, port);
}

/** br_multicast_del_port(). */
export function portLeaves(events: BridgeEvents, port: BridgePort): void {
  portDown(events, port);
  forgetGroups(events, port, 'all');
}

/** br_multicast_open() and br_multicast_stop(). */
export function upOrDown(events: BridgeEvents, bridge: Bridge): void {
  if (isUp(bridge.netDevice)) openQueries(events, bridge);
  else stopTimers(bridge);
}

function stopTimers({ multicast }: Bridge): void {
  for (const family of FAMILIES) {
    const { otherQuerier, answers, ownQuery, hostRouter } = multicast.families[family];
    for (const timer of [otherQuerier, answers, ownQuery, hostRouter]) timer.stop();
  }
}

/** br_multicast_dev_del(). */
export function bridgeGone(bridge: Bridge): void {
  for (const { timer } of bridge.multicast.groups.entries()) timer.stop();
  bridge.multicast.groups.clear();
  stopTimers(bridge);
}

/** br_multicast_toggle(). */
export function setSnooping(events: BridgeEvents, bridge: Bridge, on: boolean): void {
  if (bridge.multicastSnooping === on) return;
  bridge.multicastSnooping = on;
  events.multicast.snoopingChanged(bridge);
  if (!on) {
    for (const port of bridge.ports.values()) portDown(events, port);
    return;
  }
  if (!isUp(bridge.netDevice)) return;
  openQueries(events, bridge);
  for (const port of bridge.ports.values()) enablePort(events, port);
}
