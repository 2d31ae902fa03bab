/** VRF net devices: drivers/net/vrf.c. What is put under one has the routing table of its own that the device names. */
import type { IfIndex, NetDeviceName, MacAddress } from '../../harness/contract/index.js';
import { closeNetDevice, openNetDevice } from './deviceControl.js';
import { EBUSY, EINVAL, OK, refused } from './errno.js';
import { notify, type KernelState, type Outcome } from './kernelState.js';
import { createNetDevice, IFF_MASTER, IFF_NOARP, isUp, type NetDevice } from './netDevice.js';
import { NO_LIMITS } from './noPort.js';

/** IP6_MAX_MTU and IPV6_MIN_MTU: vrf_setup(). */
const VRF_MTU = 65575;
const VRF_MIN_MTU = 1280;

/** vrf_newlink(). */
export function createVrf(
  kernel: KernelState,
  seed: { readonly ifIndex: IfIndex; readonly name: NetDeviceName; readonly table: number },
): NetDevice {
  const netDevice = createNetDevice({
    ifIndex: seed.ifIndex,
    name: seed.name,
    lower: { kind: 'vrf', table: seed.table },
    address: `02:76:72:66:00:${seed.ifIndex.toString(16).padStart(2, '0')}` as MacAddress,
    mtu: VRF_MTU,
    limits: { ...NO_LIMITS, minMtu: VRF_MIN_MTU, maxMtu: VRF_MTU },
    hwFeatures: [],
    features: [],
  });
  // vrf_dev_init().
  netDevice.flags = IFF_MASTER | IFF_NOARP;
  netDevice.carrier = true;
  kernel.netDevices.set(netDevice.ifIndex, netDevice);
  notify(kernel, 'NETDEV_REGISTER', netDevice);
  return netDevice;
}

/** vrf_dellink(). */
export async function removeVrf(kernel: KernelState, vrf: NetDevice): Promise<void> {
  for (const netDevice of kernel.netDevices.values()) if (netDevice.vrf === vrf) await leaveVrf(kernel, netDevice);
  await closeNetDevice(kernel, vrf);
  kernel.netDevices.delete(vrf.ifIndex);
  notify(kernel, 'NETDEV_UNREGISTER', vrf);
}

/** vrf_add_slave(): down and up again, so that routes and neighbours are made anew in the other table. */
export async function joinVrf(kernel: KernelState, netDevice: NetDevice, vrf: NetDevice): Promise<Outcome> {
  if (netDevice.lower.kind === 'vrf') return refused(EINVAL, 'Can not enslave an L3 master device to a VRF');
  if (netDevice.bridgePort !== undefined) return refused(EBUSY);
  await cycle(kernel, netDevice, vrf);
  return OK;
}

export const leaveVrf = (kernel: KernelState, netDevice: NetDevice): Promise<void> =>
  cycle(kernel, netDevice, undefined);

/** cycle_netdev(). */
async function cycle(kernel: KernelState, netDevice: NetDevice, vrf: NetDevice | undefined): Promise<void> {
  const wasUp = isUp(netDevice);
  netDevice.vrf = vrf;
  notify(kernel, 'NETDEV_CHANGEUPPER', netDevice);
  await closeNetDevice(kernel, netDevice);
  if (wasUp) await openNetDevice(kernel, netDevice);
}
