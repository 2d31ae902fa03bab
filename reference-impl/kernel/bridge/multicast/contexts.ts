/** By which settings a frame, a group or a timer goes: br_multicast_rcv(), br_multicast_pg_to_port_ctx() and br_multicast_*_ctx_*() of net/bridge. */
import type { Vid } from '../../../../harness/contract/index.js';
import { isUp } from '../../netDevice.js';
import { BR_STATE_BLOCKING, BR_STATE_DISABLED, type Bridge, type BridgePort, type StpState } from '../bridge.js';
import type { GroupEntry } from './groupTable.js';
import type { BridgeContext, PortContext } from './multicastState.js';

/** That of the VLAN, where VLANs are snooped in apart, else that of the whole bridge. */
export const contextOf = (bridge: Bridge, vid: Vid): BridgeContext =>
  (bridge.multicastVlanSnooping ? bridge.globalVlans.get(vid)?.multicast : undefined) ?? bridge.multicast;

export const portContextOf = (port: BridgePort, vid: Vid): PortContext =>
  (port.bridge.multicastVlanSnooping ? port.vlans.members.get(vid)?.multicast : undefined) ?? port.multicast;

export const contextOfEntry = ({ bridge, address }: GroupEntry): BridgeContext => contextOf(bridge, address.vid);

/** br_multicast_port_ctx_get_global(). */
export const globalOf = ({ port: { bridge }, vid }: PortContext): BridgeContext =>
  (vid === 0 ? undefined : bridge.globalVlans.get(vid)?.multicast) ?? bridge.multicast;

/** br_multicast_ctx_vlan_global_disabled(): nothing is snooped in the VLAN. */
export const isGloballyOff = ({ bridge, vid, snoops }: BridgeContext): boolean =>
  vid !== 0 && (!bridge.multicastVlanSnooping || !snoops);

/** br_multicast_ctx_matches_vlan_snooping(). */
export const isCurrent = ({ bridge, vid }: BridgeContext): boolean => bridge.multicastVlanSnooping === (vid !== 0);

/** BR_STATE_* of the port in the VLAN. */
const stateIn = ({ port, vid }: PortContext): StpState =>
  vid === 0 ? port.state : (port.vlans.members.get(vid)?.state ?? BR_STATE_DISABLED);

/** br_multicast_port_ctx_state_disabled(). */
export const isDisabled = (context: PortContext): boolean =>
  context.port.state === BR_STATE_DISABLED || !context.isOn || stateIn(context) === BR_STATE_DISABLED;

/** br_multicast_port_ctx_state_stopped(). */
export const isStopped = (context: PortContext): boolean =>
  isDisabled(context) || context.port.state === BR_STATE_BLOCKING || stateIn(context) === BR_STATE_BLOCKING;

/** br_multicast_ctx_should_use(). */
export const isInUse = (context: BridgeContext, port: PortContext | null): boolean =>
  isUp(context.bridge.netDevice) && (port === null ? context.isOn : !isDisabled(port));
