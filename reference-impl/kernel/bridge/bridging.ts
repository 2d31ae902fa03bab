/** Bridges and their ports come, go and change state: net/bridge/br_if.c, br_stp_if.c, br_device.c. */
import type { IfIndex, MacAddress, NetDeviceName, Vid } from '../../../harness/contract/index.js';
import { drawnAddress } from '../drawnAddress.js';
import { EBUSY, EINVAL, ELOOP, ENETDOWN, OK, refused } from '../errno.js';
import { notify, type KernelState, type Outcome } from '../kernelState.js';
import { setCarrier, updateOperState } from '../linkState.js';
import { SOFT_FEATURES, UPPER_FEATURES } from '../features.js';
import { NO_LIMITS } from '../noPort.js';
import { IF_OPER_UP, createNetDevice, isUp, type NetDevice } from '../netDevice.js';
import { changeAllMulticast, changePromiscuity } from '../receiveFilter.js';
import type { SwitchdevCore } from '../switchdev.js';
import {
  BRIDGE_DEFAULTS,
  BR_STATE_BLOCKING,
  BR_STATE_DISABLED,
  BR_STATE_FORWARDING,
  bridgeOf,
  emptyVlanGroup,
  isProviders,
  type Bridge,
  type BridgePort,
  type StpState,
} from './bridge.js';
import type { BridgeEvents } from './bridgeEvents.js';
import { addLocal, flushPort, removeLocal } from './fdb.js';
import { FdbTable } from './fdbTable.js';
import {
  bridgeGone,
  multicastOfBridge,
  multicastOfPort,
  portDown,
  portLeaves,
  portsChosen,
  upOrDown,
} from './multicast/lifecycle.js';
import { followTree } from './mst.js';
import { setVlanSnooping } from './multicast/vlanSnooping.js';
import { newVlanStatistics } from './vlanStatistics.js';
import { addHostVlan, addPortVlan, removeAllVlans } from './vlans.js';

/** What the operations on bridges work with. */
export interface Bridging {
  readonly kernel: KernelState;
  readonly events: BridgeEvents;
  readonly switchdev: SwitchdevCore;
}

const DEFAULT_MTU = 1500;
const NO_ADDRESS = '00:00:00:00:00:00' as MacAddress;
const NO_VID = 0 as Vid;

export interface BridgeSeed {
  readonly ifIndex: IfIndex;
  readonly name: NetDeviceName;
  /** The user's; without it one is drawn, and the address follows the ports. */
  readonly address?: MacAddress;
  readonly mtu?: number;
}

/** br_dev_setup() and br_dev_newlink(): a bridge without ports, down. */
export async function createBridge({ kernel, events, switchdev }: Bridging, seed: BridgeSeed): Promise<Bridge> {
  const address = seed.address ?? drawnAddress('02:62:72', seed.ifIndex);
  const settings = { ...BRIDGE_DEFAULTS };
  const lower: { kind: 'bridge'; bridge: Bridge } = { kind: 'bridge', bridge: undefined as never };
  const netDevice = createNetDevice({
    ifIndex: seed.ifIndex,
    name: seed.name,
    lower,
    address,
    mtu: seed.mtu ?? DEFAULT_MTU,
    limits: NO_LIMITS,
    hwFeatures: UPPER_FEATURES,
    features: [...UPPER_FEATURES, ...SOFT_FEATURES],
  });
  const bridge: Bridge = {
    ...settings,
    netDevice,
    ports: new Map(),
    fdb: new FdbTable(),
    vlans: emptyVlanGroup(),
    globalVlans: new Map(),
    multicast: multicastOfBridge(events, () => bridge),
    vlanStatistics: newVlanStatistics(),
    netfilterCalls: { iptables: false, ip6tables: false, arptables: false },
    addressIsUsers: seed.address !== undefined,
    mtuIsUsers: seed.mtu !== undefined,
    ageingPlanned: false,
  };
  lower.bridge = bridge;
  // Until its first port comes nobody has said that there is no carrier.
  netDevice.carrier = true;
  kernel.netDevices.set(netDevice.ifIndex, netDevice);
  addLocal(events, bridge, null, address, NO_VID);
  if (bridge.defaultPvid !== 0)
    await addHostVlan({ kernel, events, switchdev }, bridge, { vid: bridge.defaultPvid, pvid: true, untagged: true });
  notify(kernel, 'NETDEV_REGISTER', netDevice);
  return bridge;
}

/** br_dev_delete(). */
export async function removeBridge(bridging: Bridging, bridge: Bridge): Promise<void> {
  for (const port of [...bridge.ports.values()]) await releasePort(bridging, port);
  bridgeGone(bridge);
  bridging.kernel.netDevices.delete(bridge.netDevice.ifIndex);
  notify(bridging.kernel, 'NETDEV_UNREGISTER', bridge.netDevice);
}

/** br_add_if(). */
export async function enslavePort(bridging: Bridging, bridge: Bridge, netDevice: NetDevice): Promise<Outcome> {
  const { kernel, events, switchdev } = bridging;
  if (bridgeOf(netDevice) !== undefined && !events.parts.refusesBridgeInBridge) return OK;
  if (bridgeOf(netDevice) !== undefined) return refused(ELOOP, 'Can not enslave a bridge to a bridge');
  if (netDevice.bridgePort !== undefined) return refused(EBUSY);
  const port: BridgePort = {
    bridge,
    netDevice,
    address: netDevice.address,
    number: events.parts.portNumber(freeNumber(bridge), bridge.ports.size),
    state: BR_STATE_DISABLED,
    priority: 0x20,
    pathCost: 2,
    flags: { ...events.parts.newPortFlags },
    groupForwardMask: 0,
    vlans: emptyVlanGroup(),
    multicast: multicastOfPort(events, () => port),
    hardwareDomain: 0,
    backup: undefined,
    backupNexthop: 0,
  };
  const joined = await switchdev.join(port);
  if (!joined.ok) return joined;
  netDevice.bridgePort = port;
  bridge.ports.set(netDevice.ifIndex, port);
  await changeAllMulticast(kernel, netDevice, 1);
  await changePromiscuity(kernel, netDevice, 1);
  // A port that is the first of its switch brings the bridge's own addresses and VLANs there.
  for (const entry of bridge.fdb.entries()) if (entry.isLocal) switchdev.deferFdb(bridge, entry, 'add');
  for (const [vid, { untagged }] of bridge.vlans.members)
    await switchdev.addHostObject(bridge, { kind: 'vlan', vid, pvid: bridge.vlans.pvid === vid, untagged });
  switchdev.deferMulticast(port);
  if (events.parts.ownsPortAddresses) addLocal(events, bridge, port, netDevice.address, NO_VID);
  if (bridge.defaultPvid !== 0) {
    const vlan = { vid: bridge.defaultPvid, pvid: true, untagged: true };
    const added = await addPortVlan(bridging, port, vlan);
    if (!added.ok) {
      await releasePort(bridging, port);
      return added;
    }
  }
  followPortAddresses(bridging, bridge);
  checkPort(bridging, port);
  notify(kernel, 'NETDEV_CHANGEUPPER', netDevice);
  followPortMtus(bridging, bridge);
  return OK;
}

/** br_del_if(). */
export async function releasePort(bridging: Bridging, port: BridgePort): Promise<void> {
  const { kernel, events, switchdev } = bridging;
  const { bridge, netDevice } = port;
  setState(bridging, port, BR_STATE_DISABLED);
  portLeaves(events, port);
  await removeAllVlans(bridging, port);
  if (events.parts.flushesOnLeave) flushPort(events, port, 'all');
  await switchdev.leave(port);
  if (events.parts.clearsBackup) clearBackup(port);
  bridge.ports.delete(netDevice.ifIndex);
  netDevice.bridgePort = undefined;
  if (events.parts.releasesReceiveMode('everybody')) await changePromiscuity(kernel, netDevice, -1);
  if (events.parts.releasesReceiveMode('groups')) await changeAllMulticast(kernel, netDevice, -1);
  followPortAddresses(bridging, bridge);
  followPortMtus(bridging, bridge);
  selectStates(bridging, bridge);
  notify(kernel, 'NETDEV_CHANGEUPPER', netDevice);
}

function freeNumber({ ports }: Bridge): number {
  const taken = new Set([...ports.values()].map(({ number }) => number));
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}

/** br_port_carrier_check(), br_stp_enable_port() and br_stp_disable_port(): a port is on as long as it, its link and the bridge are. */
export function checkPort(bridging: Bridging, port: BridgePort): void {
  const isOn = isUp(port.netDevice) && port.netDevice.operState === IF_OPER_UP && isUp(port.bridge.netDevice);
  if (isOn && port.state === BR_STATE_DISABLED) {
    setState(bridging, port, bridging.events.parts.startState);
    selectStates(bridging, port.bridge);
  } else if (!isOn && port.state !== BR_STATE_DISABLED) {
    setState(bridging, port, BR_STATE_DISABLED);
    portDown(bridging.events, port);
    // br_stp_disable_port(): what was learned is reached by way of the backup.
    const { flushesOnDown, keepsForBackup } = bridging.events.parts;
    if (flushesOnDown && (port.backup === undefined || !keepsForBackup)) {
      bridging.switchdev.deferPort(port, { kind: 'flush' });
      flushPort(bridging.events, port, 'learned');
    }
    selectStates(bridging, port.bridge);
  }
}

/** br_set_state(). */
function setState(bridging: Bridging, port: BridgePort, state: StpState): void {
  if (port.state === state) return;
  port.state = state;
  if (port.bridge.mst && bridging.events.mst.portLeadsTreeZero) followTree(bridging.events, port, 0, state);
  bridging.switchdev.deferPort(port, { kind: 'stp-state', state });
  bridging.events.portChanged(port);
}

/** br_set_port_state(): the user plays the spanning tree protocol. */
export function setStateByUser(bridging: Bridging, port: BridgePort, state: number): Outcome {
  const { parts } = bridging.events;
  if (parts.refusesState(state)) return refused(EINVAL);
  const isUsable = port.netDevice.operState === IF_OPER_UP || state === BR_STATE_DISABLED;
  if ((!isUp(port.netDevice) || !isUsable) && parts.refusesStateWhenDown) return refused(ENETDOWN);
  setState(bridging, port, state as StpState);
  if (parts.selectsAfterUser) selectStates(bridging, port.bridge);
  return OK;
}

/** br_vlan_filter_toggle(): a switch that cannot keeps it from changing. */
export async function setVlanFiltering({ events, switchdev }: Bridging, bridge: Bridge, on: boolean): Promise<Outcome> {
  if (bridge.vlanFiltering === on) return OK;
  const set = await switchdev.setBridge(bridge, { kind: 'vlan-filtering', on });
  if (!set.ok) return set;
  bridge.vlanFiltering = on;
  recalculateGroupAddress(events, bridge);
  if (!on && events.multicast.parts.vlan.endsWithFiltering) setVlanSnooping(events, bridge, false);
  return set;
}

/** br_stp_set_enabled(), with a program of the user's that takes over when it is asked. */
export function setStp(bridging: Bridging, bridge: Bridge, on: boolean): void {
  if (!on && bridge.stp === 'user') selectStates(bridging, bridge);
  bridge.stp = on ? 'user' : 'off';
  if (bridging.events.parts.selectsAfterStp) selectStates(bridging, bridge);
}

/**
 * br_port_state_selection(): without a spanning tree protocol no port stays blocked; the bridge has carrier as long as one port
 * forwards.
 */
function selectStates(bridging: Bridging, bridge: Bridge): void {
  const ports = [...bridge.ports.values()];
  for (const port of ports)
    if (bridge.stp === 'off' && port.state === BR_STATE_BLOCKING && bridging.events.parts.unblocksWithoutStp)
      setState(bridging, port, BR_STATE_FORWARDING);
  portsChosen(bridging.events, bridge);
  const isLive = ports.some(({ state }) => state === BR_STATE_FORWARDING);
  if (!bridging.events.parts.carrierFollowsPorts) return;
  setCarrier(bridging.kernel, bridge.netDevice, isLive && isUp(bridge.netDevice));
}

/** br_dev_open() and br_dev_stop(). */
export function bridgeUpOrDown(bridging: Bridging, bridge: Bridge): void {
  for (const port of bridge.ports.values()) checkPort(bridging, port);
  upOrDown(bridging.events, bridge);
  updateOperState(bridging.kernel, bridge.netDevice);
}

/** br_stp_recalculate_bridge_id(): the lowest address of the ports is the bridge's. */
export function followPortAddresses(bridging: Bridging, bridge: Bridge): void {
  if (bridge.addressIsUsers || !bridging.events.parts.addressFollowsPorts) return;
  const [lowest = NO_ADDRESS] = [...bridge.ports.values()].map(({ netDevice }) => netDevice.address).sort();
  if (lowest !== bridge.netDevice.address) changeBridgeAddress(bridging, bridge, lowest);
}

/** br_stp_change_bridge_id() and br_fdb_change_mac_address(). */
export function changeBridgeAddress({ kernel, events }: Bridging, bridge: Bridge, address: MacAddress): void {
  const vids = [NO_VID, ...bridge.vlans.members.keys()];
  const before = bridge.netDevice.address;
  for (const vid of vids) removeLocal(events, bridge, null, before, vid);
  bridge.netDevice.address = address;
  for (const vid of vids) if (address !== NO_ADDRESS) addLocal(events, bridge, null, address, vid);
  notify(kernel, 'NETDEV_CHANGEADDR', bridge.netDevice);
}

/** br_fdb_changeaddr(): a port has another address. */
export function portAddressChanged(bridging: Bridging, port: BridgePort): void {
  const { events } = bridging;
  const { address: before } = port;
  const { address } = port.netDevice;
  if (address === before) return;
  port.address = address;
  for (const vid of events.parts.vidsOfAddress([NO_VID, ...port.vlans.members.keys()])) {
    removeLocal(events, port.bridge, port, before, vid);
    addLocal(events, port.bridge, port, address, vid);
  }
  followPortAddresses(bridging, port.bridge);
}

/** br_mtu_auto_adjust(): the bridge is as wide as its narrowest port. */
export function followPortMtus({ kernel, events }: Bridging, bridge: Bridge): void {
  if (bridge.mtuIsUsers || !events.parts.mtuFollowsPorts) return;
  const mtus = [...bridge.ports.values()].map(({ netDevice }) => netDevice.mtu);
  const mtu = mtus.length === 0 ? DEFAULT_MTU : Math.min(...mtus);
  if (mtu === bridge.netDevice.mtu) return;
  bridge.netDevice.mtu = mtu;
  notify(kernel, 'NETDEV_CHANGEMTU', bridge.netDevice);
}

/** nbp_backup_clear(). */
function clearBackup(port: BridgePort): void {
  for (const other of port.bridge.ports.values()) if (other.backup === port) other.backup = undefined;
}

/** recalculate_group_addr(): BPDUs of a provider have another address than those of its customers. */
export function recalculateGroupAddress({ parts }: BridgeEvents, bridge: Bridge): void {
  if (bridge.groupAddressIsUsers) return;
  const address = isProviders(bridge) ? '01:80:c2:00:00:08' : '01:80:c2:00:00:00';
  bridge.groupAddress = parts.groupAddress(address as MacAddress);
}
