/** VLAN net devices: net/8021q. */
import type { IfIndex, MacAddress, NetDeviceName, Vid } from '../../harness/contract/index.js';
import { bondOf } from './bond/bond.js';
import { forgetClientsInVlan } from './bond/clientTable.js';
import { announceFeatures, closeNetDevice } from './deviceControl.js';
import { EEXIST, OK, refused } from './errno.js';
import { SOFT_FEATURES } from './features.js';
import { notify, type KernelState, type Outcome } from './kernelState.js';
import { createNetDevice, portOf, type NetDevice } from './netDevice.js';
import { addVid, removeVid } from './receiveFilter.js';

/** vlan_setup() and vlan_dev_init(): what a VLAN device can have switched on. */
const VLAN_HW_FEATURES = [
  'tx-checksum-ip-generic',
  'tx-scatter-gather',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
  'tx-udp-segmentation',
  'rx-checksum',
];

export interface VlanRequest {
  readonly ifIndex: IfIndex;
  readonly name: NetDeviceName;
  readonly on: NetDevice;
  readonly tpid: number;
  readonly vid: Vid;
  readonly address?: MacAddress;
}

/** register_vlan_dev(). EEXIST if the VID is taken on this device, or what the device says of one VID more. */
export async function createVlanDevice(kernel: KernelState, request: VlanRequest): Promise<Outcome> {
  const { on, tpid, vid } = request;
  const taken = [...on.uppers].some(
    ({ lower }) => lower.kind === 'vlan' && kernel.parts.vlanIsTaken(lower, { tpid, vid }),
  );
  if (taken) return refused(EEXIST, '8021q: VLAN device already exists');
  const added = await addVid(on, tpid, vid);
  if (!added.ok) return added;

  const { limits } = portOf(on);
  const netDevice = createNetDevice({
    ifIndex: request.ifIndex,
    name: request.name,
    lower: { kind: 'vlan', on, tpid, vid },
    address: request.address ?? on.address,
    mtu: on.mtu,
    limits: { ...limits, minMtu: 0, maxMtu: 65535 },
    hwFeatures: [...VLAN_HW_FEATURES, ...SOFT_FEATURES],
    features: [...VLAN_HW_FEATURES, ...SOFT_FEATURES, 'tx-lockless'],
  });
  netDevice.carrier = on.carrier;
  kernel.netDevices.set(netDevice.ifIndex, netDevice);
  on.uppers.add(netDevice);
  await announceFeatures(kernel, netDevice);
  notify(kernel, 'NETDEV_REGISTER', netDevice);
  return OK;
}

/** unregister_vlan_dev(). */
export async function removeVlanDevice(kernel: KernelState, netDevice: NetDevice): Promise<void> {
  const { lower } = netDevice;
  if (lower.kind !== 'vlan') return;
  for (const upper of [...netDevice.uppers]) await removeVlanDevice(kernel, upper);
  await closeNetDevice(kernel, netDevice);
  lower.on.uppers.delete(netDevice);
  kernel.netDevices.delete(netDevice.ifIndex);
  await removeVid(lower.on, lower.tpid, lower.vid);
  const bond = bondOf(lower.on);
  if (bond !== undefined) forgetClientsInVlan(kernel.parts.bond.alb, bond, lower.vid);
  notify(kernel, 'NETDEV_UNREGISTER', netDevice);
}
