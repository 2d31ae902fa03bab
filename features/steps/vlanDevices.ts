/** VLAN devices on top of the port: made, found and removed over rtnetlink. */
import type { NetDeviceName } from '../../harness/contract/index.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { expectThat } from './expectations.js';
import { accepted, setFlag, IFF_UP } from './settings.js';
import type { NicWorld } from './world.js';

export interface VlanDevice {
  readonly name: NetDeviceName;
  readonly ifIndex: number;
  readonly vid: number;
  readonly tpid: number;
}

export const vlanDevices = (world: NicWorld): VlanDevice[] => world.note('VLAN devices', () => []);

/** A VLAN device that is up. */
export async function addVlanDevice(world: NicWorld, vid: number, tpid: number): Promise<VlanDevice> {
  const route = await world.route();
  const name = `nv${tpid === 0x88a8 ? 's' : 'c'}${vid}` as NetDeviceName;
  accepted(await route.addVlan({ name, on: world.port.ifIndex, vid, tpid }), `adding the VLAN device ${name}`);
  const { header } = accepted(await route.link(name), `looking for ${name}`);
  const device = { name, ifIndex: numberIn(header, 'ifi_index') ?? 0, vid, tpid };
  vlanDevices(world).push(device);
  await setFlag(world, IFF_UP, true, device.ifIndex);
  return device;
}

export async function removeVlanDevice(world: NicWorld, vid: number): Promise<void> {
  const devices = vlanDevices(world);
  const at = devices.findIndex((device) => device.vid === vid);
  const [device] = at < 0 ? [] : devices.splice(at, 1);
  expectThat(device !== undefined, `no VLAN device has the VID ${vid}`);
  accepted(await (await world.route()).removeLink(device.ifIndex), `removing ${device.name}`);
}

/** The one that was added last. */
export function vlanDevice(world: NicWorld): VlanDevice {
  const device = vlanDevices(world).at(-1);
  expectThat(device !== undefined, 'there is no VLAN device');
  return device;
}

export const vlanDeviceIndex = (world: NicWorld): number => vlanDevice(world).ifIndex;
