/** Net devices of a device's ports, those that are there from the start and those that come and go: register_netdev(). */
import type { Device, DevicePort, IfIndex, NetDeviceName } from '../../harness/contract/index.js';
import { releaseMember } from './bond/bonding.js';
import { releasePort } from './bridge/bridging.js';
import { closeNetDevice } from './deviceControl.js';
import { SOFT_FEATURES, SOFT_FEATURES_OFF } from './features.js';
import type { ReferenceKernel } from './kernel.js';
import { notify } from './kernelState.js';
import { createNetDevice, type NetDevice } from './netDevice.js';
import { removeVlanDevice } from './vlanDevice.js';
import { leaveVrf } from './vrfDevice.js';

const DEFAULT_MTU = 1500;

export interface PortSeed {
  readonly ifIndex: IfIndex;
  readonly name: NetDeviceName;
  readonly device: Device;
  readonly limits: DevicePort;
  /** Features of the kernel's own that can be switched. */
  readonly softFeatures: readonly string[];
}

/** alloc_etherdev() as a driver fills it in. */
export function netDeviceOfPort({ ifIndex, name, device, limits, softFeatures }: PortSeed): NetDevice {
  return createNetDevice({
    ifIndex,
    name,
    lower: { kind: 'port', device, port: limits.port, limits },
    address: limits.address,
    mtu: DEFAULT_MTU,
    limits,
    hwFeatures: [...limits.hwFeatures, ...softFeatures, ...SOFT_FEATURES_OFF],
    features: [...limits.features, ...SOFT_FEATURES],
  });
}

/** unregister_netdevice(): what lies on top goes first, then what it belongs to is left. */
export async function unregisterNetDevice(kernel: ReferenceKernel, netDevice: NetDevice): Promise<void> {
  for (const upper of [...netDevice.uppers]) await removeVlanDevice(kernel, upper);
  if (netDevice.bridgePort !== undefined) await releasePort(kernel.bridging, netDevice.bridgePort);
  if (netDevice.bondMember !== undefined) await releaseMember(kernel.bonds, netDevice.bondMember);
  if (netDevice.vrf !== undefined) await leaveVrf(kernel, netDevice);
  await closeNetDevice(kernel, netDevice);
  kernel.netDevices.delete(netDevice.ifIndex);
  notify(kernel, 'NETDEV_UNREGISTER', netDevice);
}
