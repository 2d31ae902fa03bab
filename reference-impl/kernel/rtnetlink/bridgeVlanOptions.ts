/** What can be set of a VLAN at a port, and of a VLAN in the whole bridge: net/bridge/br_vlan_options.c. */
import type { Vid } from '../../../harness/contract/index.js';
import { numberIn, type Value, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import type { Bridge, BridgePort, MemberVlan, StpState } from '../bridge/bridge.js';
import { BR_STATE_BLOCKING } from '../bridge/bridge.js';
import type { GlobalVlan } from '../bridge/globalVlans.js';
import { setTree } from '../bridge/mst.js';
import { EBUSY, EINVAL } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { fromOutcome, refusal } from '../refusals.js';

interface Owner {
  readonly bridge: Bridge;
  readonly port: BridgePort | null;
}

/** Whether it counts as a change, or why it is refused. */
type Setting = boolean | Refusal;

export interface VlanOption {
  readonly attribute: string;
  readonly set?: (kernel: ReferenceKernel, owner: Owner, vid: Vid, vlan: MemberVlan, values: Values) => Setting;
  /** Undefined: nothing is told of it. */
  readonly tells?: (kernel: ReferenceKernel, owner: Owner, vid: Vid, vlan: MemberVlan) => number | undefined;
  /** Whether VLANs that differ in it are told apart. */
  readonly compares?: boolean;
}

/** In the order of br_vlan_process_one_opts(). */
export const VLAN_OPTIONS: readonly VlanOption[] = [
  {
    attribute: 'BRIDGE_VLANDB_ENTRY_STATE',
    set: setState,
    tells: (_kernel, _owner, _vid, { state }) => state,
  },
  { attribute: 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS', tells: () => 0, compares: false },
  { attribute: 'BRIDGE_VLANDB_ENTRY_MCAST_ROUTER', tells: () => 1 },
];

/** br_vlan_modify_state(). */
function setState(
  { bridging }: ReferenceKernel,
  { bridge }: Owner,
  _vid: Vid,
  vlan: MemberVlan,
  values: Values,
): Setting {
  const state = numberIn(values, 'BRIDGE_VLANDB_ENTRY_STATE') ?? 0;
  if (state > BR_STATE_BLOCKING) return refusal(EINVAL, 'bridge: Invalid vlan state');
  if (bridge.mst && bridging.events.mst.refuses('direct-state'))
    return refusal(EBUSY, "bridge: Can't modify vlan state directly when MST is enabled");
  if (vlan.state === state) return false;
  vlan.state = state as StpState;
  return true;
}

export interface GlobalVlanOption {
  readonly attribute: string;
  readonly set?: (
    kernel: ReferenceKernel,
    bridge: Bridge,
    vlan: GlobalVlan,
    values: Values,
  ) => Setting | Promise<Setting>;
  readonly tells?: (kernel: ReferenceKernel, bridge: Bridge, vlan: GlobalVlan) => Value | undefined;
  readonly compares?: boolean;
}

/** In the order of br_vlan_process_global_one_opts(). */
export const GLOBAL_VLAN_OPTIONS: readonly GlobalVlanOption[] = [
  {
    attribute: 'BRIDGE_VLANDB_GOPTS_MSTI',
    set: async ({ bridging }, bridge, vlan, values) =>
      fromOutcome(await setTree(bridging, bridge, vlan, numberIn(values, 'BRIDGE_VLANDB_GOPTS_MSTI') ?? 0)) ?? true,
    tells: (_kernel, _bridge, { msti }) => msti,
  },
];
