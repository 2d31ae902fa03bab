/** What can be set of a VLAN at a port, and of a VLAN in the whole bridge: net/bridge/br_vlan_options.c. */
import type { Vid } from '../../../harness/contract/index.js';
import { numberIn, type Value, type Values } from '../../netlink/schema.js';
import { parseIpv4, parseIpv6 } from '../../packet/addresses.js';
import type { Refusal } from '../../netlink/validate.js';
import type { Bridge, BridgePort, MemberVlan, StpState } from '../bridge/bridge.js';
import { BR_STATE_BLOCKING } from '../bridge/bridge.js';
import type { GlobalVlan } from '../bridge/globalVlans.js';
import { tunnelsJoin } from '../bridge/vlanTunnels.js';
import { setTree, setVlanState } from '../bridge/mst.js';
import { isGloballyOff } from '../bridge/multicast/contexts.js';
import type { BridgeContext, MulticastIntervals, PortContext } from '../bridge/multicast/multicastState.js';
import { setBridgeRouter, setPortRouter, setQuerier } from '../bridge/multicast/queries.js';
import { setSnoopingInVlan } from '../bridge/multicast/vlanSnooping.js';
import { EBUSY, EINVAL } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { KernelParts } from '../parts.js';
import { fromOutcome, refusal } from '../refusals.js';
import { intervalOf, ticks } from './bridgeMulticast.js';
import { setTunnel, tunnelEntry } from './bridgeTunnels.js';
import { routersOf } from './mdbMessage.js';

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
  readonly tells?: (kernel: ReferenceKernel, owner: Owner, vid: Vid, vlan: MemberVlan) => Value | undefined;
  /** Whether a VLAN may be told in one range with the one before it; absent: if the same is told of both. */
  readonly joins?: (kernel: ReferenceKernel, vlan: MemberVlan, before: MemberVlan) => boolean;
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
  {
    attribute: 'BRIDGE_VLANDB_ENTRY_TUNNEL_INFO',
    set: (kernel, owner, vid, _vlan, values) => setTunnel(kernel, owner, vid, values),
    tells: (_kernel, _owner, _vid, vlan) => tunnelEntry(vlan),
    joins: ({ parts }, vlan, before) => tunnelsJoin(parts.vlanTunnels, vlan, before),
  },
  {
    attribute: 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS',
    set: setNeighbourSuppression,
    tells: (_kernel, _owner, _vid, { neighbourSuppress }) => (neighbourSuppress === true ? 1 : 0),
    compares: false,
  },
  {
    attribute: 'BRIDGE_VLANDB_ENTRY_MCAST_ROUTER',
    set: setRouter,
    tells: (_kernel, { bridge }, vid, { multicast }) => (multicast ?? bridge.globalVlans.get(vid)?.multicast)?.router,
  },
  {
    attribute: 'BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS',
    tells: ({ parts }, _owner, _vid, { multicast }) =>
      isTold(parts, multicast) ? parts.multicast.vlan.toldGroups(multicast) : undefined,
    compares: false,
  },
  {
    attribute: 'BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS',
    set: setMaxGroups,
    tells: ({ parts }, _owner, _vid, { multicast }) => (isTold(parts, multicast) ? multicast.maxGroups : undefined),
    compares: false,
  },
];

/** br_multicast_port_ctx_vlan_disabled(): where nothing is snooped nothing is counted. */
const isTold = ({ multicast: { vlan } }: KernelParts, context: PortContext | undefined): context is PortContext =>
  context !== undefined && (context.isOn || !vlan.hidesWhenOff);

/** br_multicast_set_vlan_router(). */
function setRouter(
  { bridging }: ReferenceKernel,
  { bridge }: Owner,
  vid: Vid,
  vlan: MemberVlan,
  values: Values,
): Setting {
  const router = numberIn(values, 'BRIDGE_VLANDB_ENTRY_MCAST_ROUTER') ?? 0;
  const global = bridge.globalVlans.get(vid);
  const { events } = bridging;
  const isSet =
    vlan.multicast === undefined
      ? global !== undefined && setBridgeRouter(events, global.multicast, router)
      : setPortRouter(events, vlan.multicast, router);
  return isSet || refusal(EINVAL);
}

function setMaxGroups(
  { parts }: ReferenceKernel,
  _owner: Owner,
  _vid: Vid,
  { multicast }: MemberVlan,
  values: Values,
): Setting {
  const { refuses } = parts.multicast.vlan;
  if (multicast === undefined)
    return refuses('limit-of-bridge')
      ? refusal(EINVAL, "bridge: Can't set mcast_max_groups for non-port vlans")
      : false;
  if (!multicast.isOn && refuses('limit-when-off'))
    return refusal(EINVAL, 'bridge: Multicast snooping disabled on this VLAN');
  multicast.maxGroups = numberIn(values, 'BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS') ?? 0;
  return true;
}

function setNeighbourSuppression(
  { parts }: ReferenceKernel,
  { port }: Owner,
  _vid: Vid,
  vlan: MemberVlan,
  values: Values,
): Setting {
  if (port === null && parts.proxy.refusesVlanOfBridge)
    return refusal(EINVAL, "bridge: Can't set neigh_suppress for non-port vlans");
  const suppresses = numberIn(values, 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS') === 1;
  if (suppresses === (vlan.neighbourSuppress === true)) return false;
  vlan.neighbourSuppress = suppresses;
  return true;
}

/** br_vlan_modify_state(). */
function setState(
  { bridging, parts }: ReferenceKernel,
  { bridge, port }: Owner,
  vid: Vid,
  vlan: MemberVlan,
  values: Values,
): Setting {
  const state = numberIn(values, 'BRIDGE_VLANDB_ENTRY_STATE') ?? 0;
  if (state > BR_STATE_BLOCKING && parts.vlanOptions.refuses('state'))
    return refusal(EINVAL, 'bridge: Invalid vlan state');
  if (bridge.mst && bridging.events.mst.refuses('direct-state'))
    return refusal(EBUSY, "bridge: Can't modify vlan state directly when MST is enabled");
  if (vlan.state === state) return false;
  if (port === null) vlan.state = state as StpState;
  else setVlanState(bridging.events, port, vid, state as StpState);
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

type Stored = (value: number) => void;

/** An option of multicast that is a number, and counts as a change whatever it was. */
const plain = (
  attribute: string,
  tells: (context: BridgeContext) => number,
  store: (context: BridgeContext) => Stored,
): GlobalVlanOption => ({
  attribute,
  set: ({ parts }, _bridge, { multicast }, values) => {
    store(multicast)(parts.multicast.vlan.stored(attribute, numberIn(values, attribute) ?? 0));
    return true;
  },
  tells: (_kernel, _bridge, { multicast }) => tells(multicast),
});

const interval = (attribute: string, name: keyof MulticastIntervals): GlobalVlanOption =>
  plain(
    attribute,
    ({ intervals }) => ticks(intervals[name]),
    ({ intervals }) =>
      (value) =>
        void (intervals[name] = intervalOf(name, value)),
  );

const version = (attribute: string, least: number, name: 'igmpVersion' | 'mldVersion'): GlobalVlanOption => ({
  attribute,
  set: ({ parts }, _bridge, { multicast }, values) => {
    const value = numberIn(values, attribute) ?? 0;
    const isVersion = value === least || value === least + 1;
    if (!isVersion && parts.vlanOptions.refuses('old-version')) return refusal(EINVAL);
    multicast[name] = value;
    return true;
  },
  tells: (_kernel, _bridge, { multicast }) => multicast[name],
});

/** In the order of br_vlan_process_global_one_opts(). */
export const GLOBAL_VLAN_OPTIONS: readonly GlobalVlanOption[] = [
  {
    attribute: 'BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING',
    set: ({ bridging }, _bridge, { multicast }, values) =>
      setSnoopingInVlan(
        bridging.events,
        multicast,
        (numberIn(values, 'BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING') ?? 0) !== 0,
      ),
    tells: (_kernel, _bridge, { multicast }) => (multicast.snoops ? 1 : 0),
  },
  version('BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION', 2, 'igmpVersion'),
  plain(
    'BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT',
    ({ lastMemberCount }) => lastMemberCount,
    (context) => (value) => void (context.lastMemberCount = value),
  ),
  plain(
    'BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT',
    ({ startupQueryCount }) => startupQueryCount,
    (context) => (value) => void (context.startupQueryCount = value),
  ),
  interval('BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL', 'lastMember'),
  interval('BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL', 'membership'),
  interval('BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL', 'querier'),
  interval('BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL', 'query'),
  interval('BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL', 'queryResponse'),
  interval('BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL', 'startupQuery'),
  {
    attribute: 'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER',
    set: ({ bridging }, _bridge, { multicast }, values) => {
      setQuerier(bridging.events, multicast, (numberIn(values, 'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER') ?? 0) !== 0);
      return true;
    },
    tells: (_kernel, _bridge, { multicast }) => (multicast.querier ? 1 : 0),
  },
  { attribute: 'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE', tells: querierState, compares: false },
  {
    attribute: 'BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS',
    tells: (kernel, _bridge, { multicast }) => {
      const routers = routersOf(kernel, multicast);
      return Object.keys(routers).length === 0 ? undefined : routers;
    },
  },
  version('BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION', 1, 'mldVersion'),
  {
    attribute: 'BRIDGE_VLANDB_GOPTS_MSTI',
    set: async ({ bridging }, bridge, vlan, values) =>
      fromOutcome(await setTree(bridging, bridge, vlan, numberIn(values, 'BRIDGE_VLANDB_GOPTS_MSTI') ?? 0)) ?? true,
    tells: (_kernel, _bridge, { msti }) => msti,
  },
];

/** br_multicast_dump_querier_state(). */
function querierState(kernel: ReferenceKernel, bridge: Bridge, { multicast }: GlobalVlan): Values | undefined {
  if (!bridge.multicastSnooping || isGloballyOff(multicast)) return undefined;
  const told: Record<string, Value> = {};
  for (const [family, prefix] of [
    ['ipv4', 'BRIDGE_QUERIER_IP'],
    ['ipv6', 'BRIDGE_QUERIER_IPV6'],
  ] as const) {
    const { otherQuerier, querierAddress, querierPort } = multicast.families[family];
    if (!multicast.querier && !otherQuerier.isPending) continue;
    const [parse, none] = family === 'ipv4' ? [parseIpv4, '0.0.0.0'] : [parseIpv6, '::'];
    told[`${prefix}_ADDRESS`] = parse(querierAddress === '' ? none : querierAddress);
    if (!otherQuerier.isPending) continue;
    told[`${prefix}_OTHER_TIMER`] = ticks(otherQuerier.left(kernel.now));
    if (querierPort !== undefined) told[`${prefix}_PORT`] = querierPort.netDevice.ifIndex;
  }
  return told;
}
