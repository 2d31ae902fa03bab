/** Whether a VLAN forwards at a port, by its own state: br_vlan_state_allowed() and __allowed_ingress() of net/bridge/br_vlan.c. */
import type { Vid } from '../../../harness/contract/index.js';
import {
  BR_STATE_FORWARDING,
  stateLearns,
  type Bridge,
  type BridgePort,
  type StpState,
  type VlanGroup,
} from './bridge.js';
import type { BridgeEvents } from './bridgeEvents.js';

const stateOf = ({ members }: VlanGroup, vid: Vid): StpState => members.get(vid)?.state ?? BR_STATE_FORWARDING;

/** The state with which a frame goes on that came in at the port; undefined: it is dropped. The VLAN has a say where the port forwards. */
export function stateOnEntry(events: BridgeEvents, port: BridgePort, vid: Vid): StpState | undefined {
  if (!port.bridge.vlanFiltering) return port.bridge.mst ? BR_STATE_FORWARDING : port.state;
  if (!port.bridge.mst && port.state !== BR_STATE_FORWARDING) return port.state;
  return vlanLetsIn(events, port, vid);
}

/** The VLAN's own state; undefined: it lets nothing in. */
export function vlanLetsIn(
  { mst }: BridgeEvents,
  { bridge, vlans, state: ofPort }: BridgePort,
  vid: Vid,
): StpState | undefined {
  if (!bridge.vlanFiltering) return ofPort;
  const state = mst.stateOf(stateOf(vlans, vid), ofPort, 'in');
  return mst.allows(state, stateLearns(state), 'in') ? state : undefined;
}

/** What the host sends in the VLAN. */
export const hostLetsIn = ({ vlanFiltering, vlans }: Bridge, vid: Vid): boolean =>
  !vlanFiltering || stateLearns(stateOf(vlans, vid));

/** br_allowed_egress(): without a port, to the host. */
export function vlanLetsOut({ mst }: BridgeEvents, bridge: Bridge, port: BridgePort | null, vid: Vid): boolean {
  if (!bridge.vlanFiltering) return true;
  const own = stateOf((port ?? bridge).vlans, vid);
  const state = port === null ? own : mst.stateOf(own, port.state, 'out');
  return mst.allows(state, state === BR_STATE_FORWARDING, 'out');
}
