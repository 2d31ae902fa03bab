/** Links of the kind "bridge" and what is said of their ports: br_link_ops and br_setport() of net/bridge/br_netlink.c. */
import type { IfIndex, MacAddress, Vid } from '../../../harness/contract/index.js';
import { BRIDGE_POLICY, BRIDGE_PORT_POLICY } from '../../netlink/families/bridge.js';
import { bytesIn, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { formatMac } from '../../packet/addresses.js';
import type { Bridge, BridgePort, PortFlagName } from '../bridge/bridge.js';
import { setMab } from '../bridge/authentication/lockedPort.js';
import {
  createBridge,
  recalculateGroupAddress,
  removeBridge,
  setStateByUser,
  setStp,
  setVlanFiltering,
} from '../bridge/bridging.js';
import { flushBridge, flushPort, planAgeing } from '../bridge/fdb.js';
import { setMst } from '../bridge/mst.js';
import { setVlanSnooping } from '../bridge/multicast/vlanSnooping.js';
import { forgetTunnels } from '../bridge/vlanTunnels.js';
import { setDefaultPvid } from '../bridge/vlans.js';
import { EINVAL, ENOENT, ERANGE, OK, refused } from '../errno.js';
import { checkLinkAddress, linkInfoData, linkSeed } from './linkInfo.js';
import { MULTICAST_MEMBERS, setPortMulticast } from './bridgeMulticast.js';
import type { ReferenceKernel } from '../kernel.js';
import type { Outcome } from '../kernelState.js';
import { fromOutcome, refusal } from '../refusals.js';

const EPROTONOSUPPORT = 93;
const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;
/** USER_HZ: times of bridges are hundredths of a second. */
const CLOCK_TICK = 10_000_000n;
const BR_GROUPFWD_MACPAUSE = 0x2;
const VLAN_VID_MASK = 4095;

/** br_dev_newlink(). What the data says is checked before the bridge is made; a refusal behind that unmakes it. */
export async function newBridge(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  name: string | undefined,
): Promise<HandlerResult> {
  const data = linkInfoData(request, 'IFLA_INFO_DATA', BRIDGE_POLICY);
  if (!data.ok) return data;
  const invalid = checkLinkAddress(request) ?? validate(kernel, data.values);
  if (invalid !== undefined) return invalid;
  const bridge = await createBridge(kernel.bridging, linkSeed(kernel, request, name, 'bridge'));
  const refused = await change(kernel, bridge, data.values);
  if (refused === undefined) return { ok: true };
  await removeBridge(kernel.bridging, bridge);
  return refused;
}

/** br_validate(). */
function validate({ parts }: ReferenceKernel, data: Values): Refusal | undefined {
  const protocol = numberIn(data, 'IFLA_BR_VLAN_PROTOCOL');
  const isKnown = protocol === undefined || protocol === ETH_P_8021Q || protocol === ETH_P_8021AD;
  if (!isKnown && parts.bridge.refusesProtocol) return refusal(EPROTONOSUPPORT);
  return (numberIn(data, 'IFLA_BR_VLAN_DEFAULT_PVID') ?? 0) >= VLAN_VID_MASK ? refusal(EINVAL) : undefined;
}

/** br_changelink(): RTM_NEWLINK of a bridge that is there. */
export async function changeBridge(
  kernel: ReferenceKernel,
  bridge: Bridge,
  request: NetlinkRequest,
): Promise<Refusal | undefined> {
  const data = linkInfoData(request, 'IFLA_INFO_DATA', BRIDGE_POLICY);
  if (!data.ok) return data;
  return validate(kernel, data.values) ?? change(kernel, bridge, data.values);
}

async function change(kernel: ReferenceKernel, bridge: Bridge, data: Values): Promise<Refusal | undefined> {
  for (const member of BRIDGE_MEMBERS) {
    if (data[member.attribute] === undefined || kernel.parts.control.forgets.has(member.attribute)) continue;
    const refused = await member.change(kernel, bridge, data);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

export interface BridgeMember {
  readonly attribute: string;
  readonly change: (kernel: ReferenceKernel, bridge: Bridge, data: Values) => Promise<Refusal | undefined>;
}

/** A setting that nothing else hangs on. */
export const setting = (attribute: string, set: (bridge: Bridge, value: number) => void): BridgeMember => ({
  attribute,
  change: async (_kernel, bridge, data) => {
    set(bridge, numberIn(data, attribute) ?? 0);
    return undefined;
  },
});
/** A time within the bounds of 802.1D, in hundredths of a second: br_set_hello_time(), br_set_max_age(). */
const bounded = (
  attribute: string,
  [least, most]: readonly [number, number],
  set: (bridge: Bridge, value: number) => void,
  during: 'always' | 'stp' = 'always',
): BridgeMember => ({
  attribute,
  change: async ({ parts }, bridge, data) => {
    const value = numberIn(data, attribute) ?? 0;
    const isBound = (during === 'always' || bridge.stp !== 'off') && parts.control.checks(attribute);
    if (isBound && (value < least || value > most)) return refusal(ERANGE);
    set(bridge, value);
    return undefined;
  },
});
const ticks = (value: number): bigint => BigInt(value) * CLOCK_TICK;

/** In the order in which br_changelink() takes them; what is done before a refusal stays done. */
const BRIDGE_MEMBERS: readonly BridgeMember[] = [
  // br_set_forward_delay(): bounds are those of the protocol, and hold while it runs.
  bounded('IFLA_BR_FORWARD_DELAY', [200, 3000], (bridge, value) => void (bridge.forwardDelay = ticks(value)), 'stp'),
  bounded('IFLA_BR_HELLO_TIME', [100, 1000], (bridge, value) => void (bridge.helloTime = ticks(value))),
  bounded('IFLA_BR_MAX_AGE', [600, 4000], (bridge, value) => void (bridge.maxAge = ticks(value))),
  {
    attribute: 'IFLA_BR_AGEING_TIME',
    change: async ({ bridging }, bridge, data) => {
      const ageingTime = ticks(numberIn(data, 'IFLA_BR_AGEING_TIME') ?? 0);
      const set = await bridging.switchdev.setBridge(bridge, { kind: 'ageing-time', ageingTime });
      if (!set.ok) return fromOutcome(set);
      bridge.ageingTime = ageingTime;
      bridge.ageingPlanned = false;
      planAgeing(bridging.events, bridge);
      return undefined;
    },
  },
  {
    attribute: 'IFLA_BR_STP_STATE',
    change: async ({ bridging }, bridge, data) => {
      setStp(bridging, bridge, (numberIn(data, 'IFLA_BR_STP_STATE') ?? 0) !== 0);
      return undefined;
    },
  },
  setting('IFLA_BR_PRIORITY', (bridge, value) => void (bridge.priority = value)),
  {
    attribute: 'IFLA_BR_VLAN_FILTERING',
    change: async ({ bridging }, bridge, data) =>
      fromOutcome(await setVlanFiltering(bridging, bridge, (numberIn(data, 'IFLA_BR_VLAN_FILTERING') ?? 0) !== 0)),
  },
  {
    attribute: 'IFLA_BR_VLAN_PROTOCOL',
    change: async ({ bridging }, bridge, data) => {
      const protocol = numberIn(data, 'IFLA_BR_VLAN_PROTOCOL') ?? ETH_P_8021Q;
      const set = await bridging.switchdev.setBridge(bridge, { kind: 'vlan-protocol', protocol });
      if (!set.ok) return fromOutcome(set);
      bridge.vlanProtocol = protocol;
      recalculateGroupAddress(bridging.events, bridge);
      return undefined;
    },
  },
  {
    attribute: 'IFLA_BR_VLAN_DEFAULT_PVID',
    change: async ({ bridging }, bridge, data) => {
      const pvid = (numberIn(data, 'IFLA_BR_VLAN_DEFAULT_PVID') ?? 0) as Vid | 0;
      return fromOutcome(await setDefaultPvid(bridging, bridge, pvid));
    },
  },
  {
    attribute: 'IFLA_BR_GROUP_FWD_MASK',
    change: async ({ parts }, bridge, data) => {
      const mask = numberIn(data, 'IFLA_BR_GROUP_FWD_MASK') ?? 0;
      // STP, pause and LACP stay on their link, whatever the mask.
      if ((mask & parts.bridge.restrictedMask) !== 0) return refusal(EINVAL);
      bridge.groupForwardMask = mask;
      return undefined;
    },
  },
  {
    attribute: 'IFLA_BR_GROUP_ADDR',
    change: async ({ parts }, bridge, data) => {
      const address = bytesIn(data, 'IFLA_BR_GROUP_ADDR') ?? new Uint8Array(0);
      if (address.length !== 6 || !parts.bridge.isGroupAddress(isGroupAddress(formatMac(address))))
        return refusal(EINVAL);
      bridge.groupAddress = formatMac(address) as MacAddress;
      bridge.groupAddressIsUsers = true;
      return undefined;
    },
  },
  {
    attribute: 'IFLA_BR_FDB_FLUSH',
    change: async ({ bridging }, bridge) => {
      flushBridge(bridging.events, bridge);
      return undefined;
    },
  },
  ...MULTICAST_MEMBERS,
  {
    attribute: 'IFLA_BR_MULTI_BOOLOPT',
    change: (kernel, bridge, data) => setBooleanOptions(kernel, bridge, nestIn(data, 'IFLA_BR_MULTI_BOOLOPT')),
  },
  setting('IFLA_BR_NF_CALL_IPTABLES', ({ netfilterCalls }, value) => void (netfilterCalls.iptables = value !== 0)),
  setting('IFLA_BR_NF_CALL_IP6TABLES', ({ netfilterCalls }, value) => void (netfilterCalls.ip6tables = value !== 0)),
  setting('IFLA_BR_NF_CALL_ARPTABLES', ({ netfilterCalls }, value) => void (netfilterCalls.arptables = value !== 0)),
  setting('IFLA_BR_FDB_MAX_LEARNED', (bridge, value) => void (bridge.maxLearned = value)),
];

/** br_boolopt_toggle(), by the bit. */
const BOOLEAN_OPTIONS: readonly ((kernel: ReferenceKernel, bridge: Bridge, on: boolean) => Promise<Outcome>)[] = [
  async (_kernel, bridge, on) => {
    bridge.noLinkLocalLearn = on;
    return OK;
  },
  async ({ bridging }, bridge, on) =>
    setVlanSnooping(bridging.events, bridge, on)
      ? OK
      : refused(EINVAL, 'bridge: Cannot enable multicast vlan snooping with vlan filtering disabled'),
  ({ bridging }, bridge, on) => setMst(bridging, bridge, on),
];

/** br_boolopt_multi_toggle(): one bit after the other, up to one that is refused. */
async function setBooleanOptions(
  kernel: ReferenceKernel,
  bridge: Bridge,
  options: Values | undefined,
): Promise<Refusal | undefined> {
  const [values, mask] = [numberIn(options, 'optval') ?? 0, numberIn(options, 'optmask') ?? 0];
  const unknown = mask >>> BOOLEAN_OPTIONS.length;
  if (unknown !== 0)
    return refusal(
      EINVAL,
      `bridge: Unknown boolean option ${BOOLEAN_OPTIONS.length + 31 - Math.clz32(unknown & -unknown)}`,
    );
  for (const [bit, set] of BOOLEAN_OPTIONS.entries()) {
    if ((mask & (1 << bit)) === 0) continue;
    const outcome = await set(kernel, bridge, (values & (1 << bit)) !== 0);
    if (!outcome.ok) return fromOutcome(outcome);
  }
  return undefined;
}

/** A reserved address, but not that of pause frames, LACP or 802.1X. */
const isGroupAddress = (address: string): boolean => /^01:80:c2:00:00:0[04-9a-f]$/.test(address);

/** IFLA_INFO_SLAVE_DATA of a port: br_port_slave_changelink(). */
export async function changePortByLinkInfo(
  kernel: ReferenceKernel,
  port: BridgePort,
  request: NetlinkRequest,
): Promise<Refusal | undefined> {
  const data = linkInfoData(request, 'IFLA_INFO_SLAVE_DATA', BRIDGE_PORT_POLICY);
  return data.ok ? setPort(kernel, port, data.values) : data;
}

/** The flags of a port by their attributes. */
export const PORT_FLAG_ATTRIBUTES: readonly (readonly [attribute: string, flag: PortFlagName])[] = [
  ['IFLA_BRPORT_MODE', 'hairpin'],
  ['IFLA_BRPORT_GUARD', 'bpduGuard'],
  ['IFLA_BRPORT_FAST_LEAVE', 'fastLeave'],
  ['IFLA_BRPORT_PROTECT', 'rootBlock'],
  ['IFLA_BRPORT_LEARNING', 'learning'],
  ['IFLA_BRPORT_UNICAST_FLOOD', 'unicastFlood'],
  ['IFLA_BRPORT_MCAST_FLOOD', 'multicastFlood'],
  ['IFLA_BRPORT_MCAST_TO_UCAST', 'multicastToUnicast'],
  ['IFLA_BRPORT_BCAST_FLOOD', 'broadcastFlood'],
  ['IFLA_BRPORT_ISOLATED', 'isolated'],
  ['IFLA_BRPORT_LOCKED', 'locked'],
  ['IFLA_BRPORT_VLAN_TUNNEL', 'vlanTunnel'],
  ['IFLA_BRPORT_PROXYARP', 'proxyArp'],
  ['IFLA_BRPORT_PROXYARP_WIFI', 'proxyArpWifi'],
  ['IFLA_BRPORT_NEIGH_SUPPRESS', 'neighbourSuppress'],
  ['IFLA_BRPORT_MAB', 'mab'],
  ['IFLA_BRPORT_NEIGH_VLAN_SUPPRESS', 'neighbourVlanSuppress'],
];

/** br_setport(): the flags all at once, as the hardware takes or refuses them; then one member after the other. */
export async function setPort(kernel: ReferenceKernel, port: BridgePort, values: Values): Promise<Refusal | undefined> {
  const { bridging } = kernel;
  const flags = { ...port.flags };
  for (const [attribute, flag] of PORT_FLAG_ATTRIBUTES) {
    const value = numberIn(values, attribute);
    if (value !== undefined) flags[flag] = value !== 0;
  }
  const notAuthenticating = setMab(bridging.events, port, flags);
  if (notAuthenticating !== undefined) return refusal(EINVAL, notAuthenticating);
  const isChange = PORT_FLAG_ATTRIBUTES.some(([, flag]) => flags[flag] !== port.flags[flag]);
  if (isChange) {
    const set = await bridging.switchdev.setPortFlags(port, flags);
    if (!set.ok && bridging.events.parts.keepsRefusedFlags) Object.assign(port.flags, flags);
    if (!set.ok) return fromOutcome(set);
    const isTunnelled = port.flags.vlanTunnel;
    for (const each of bridging.events.parts.flagsOf(port)) Object.assign(each.flags, flags);
    // nbp_vlan_tunnel_info_flush().
    if (isTunnelled && !flags.vlanTunnel && kernel.parts.vlanTunnels.goWithFlag) forgetTunnels(port);
  }
  const refusedTree = setSpanningTree(kernel, port, values);
  if (refusedTree !== undefined) return refusedTree;
  const state = numberIn(values, 'IFLA_BRPORT_STATE');
  const refused = state === undefined ? undefined : fromOutcome(setStateByUser(bridging, port, state));
  if (refused !== undefined) return refused;
  if (values['IFLA_BRPORT_FLUSH'] !== undefined) {
    bridging.switchdev.deferPort(port, { kind: 'flush' });
    flushPort(bridging.events, port, 'learned');
  }
  const refusedMulticast = setPortMulticast(kernel, port, values);
  if (refusedMulticast !== undefined) return refusedMulticast;
  const mask = numberIn(values, 'IFLA_BRPORT_GROUP_FWD_MASK');
  if (mask !== undefined && (mask & BR_GROUPFWD_MACPAUSE) !== 0) return refusal(EINVAL);
  port.groupForwardMask = mask ?? port.groupForwardMask;
  const backup = numberIn(values, 'IFLA_BRPORT_BACKUP_PORT');
  const refusedBackup = backup === undefined ? undefined : setBackup(kernel, port, backup);
  if (refusedBackup === undefined)
    port.backupNexthop = numberIn(values, 'IFLA_BRPORT_BACKUP_NHID') ?? port.backupNexthop;
  return refusedBackup;
}

/** BR_MIN_PATH_COST, BR_MAX_PATH_COST, BR_MAX_PORT_PRIORITY. */
const PATH_COSTS = [1, 65_535] as const;
const MOST_PORT_PRIORITY = 0x3f;

/** br_stp_set_path_cost() and br_stp_set_port_priority(). */
function setSpanningTree({ parts }: ReferenceKernel, port: BridgePort, values: Values): Refusal | undefined {
  const cost = numberIn(values, 'IFLA_BRPORT_COST') ?? port.pathCost;
  const isCost = cost >= PATH_COSTS[0] && cost <= PATH_COSTS[1];
  if (!isCost && parts.control.checks('IFLA_BRPORT_COST')) return refusal(ERANGE);
  port.pathCost = cost;
  const priority = numberIn(values, 'IFLA_BRPORT_PRIORITY') ?? port.priority;
  if (priority > MOST_PORT_PRIORITY && parts.control.checks('IFLA_BRPORT_PRIORITY')) return refusal(ERANGE);
  port.priority = priority;
  return undefined;
}

/** nbp_backup_change(): another port of the same bridge; 0: none. */
function setBackup({ netDevices, parts }: ReferenceKernel, port: BridgePort, ifIndex: number): Refusal | undefined {
  const backup = ifIndex === 0 ? undefined : netDevices.get(ifIndex as IfIndex)?.bridgePort;
  if (parts.control.checks('IFLA_BRPORT_BACKUP_PORT')) {
    if (ifIndex !== 0 && backup === undefined) return refusal(ENOENT);
    if (backup === port || (backup !== undefined && backup.bridge !== port.bridge)) return refusal(EINVAL);
  }
  port.backup = backup;
  return undefined;
}
