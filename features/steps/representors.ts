/** The embedded switch over devlink: its mode, its ports, and the net devices that represent virtual functions. */
import type { NetDeviceName } from '../../harness/contract/index.js';
import { DevlinkClient } from '../../reference-impl/netlink/devlinkClient.js';
import { DEVLINK_ESWITCH_MODES, DEVLINK_PORT_FLAVOURS } from '../../reference-impl/netlink/families/devlink.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectThat } from './expectations.js';
import { eventually } from './listening.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { functions, placeOfVf, type VfDevice } from './virtualFunctions.js';
import type { NicWorld } from './world.js';

interface Represented {
  client: DevlinkClient | undefined;
  before: readonly string[];
}

const represented = (world: NicWorld): Represented =>
  world.note('representors', () => ({ client: undefined, before: [] }));

export async function devlinkClient(world: NicWorld): Promise<DevlinkClient> {
  const state = represented(world);
  state.client ??= accepted(await DevlinkClient.open((protocol) => world.target.netlink(protocol)), 'opening devlink');
  return state.client;
}

/** The instance that the port belongs to, by the device that it is on. */
export async function handleValues(world: NicWorld): Promise<Values> {
  const { values } = accepted(await (await world.route()).link(world.port.ifIndex), 'reading the link');
  return {
    DEVLINK_ATTR_BUS_NAME: textIn(values, 'IFLA_PARENT_DEV_BUS_NAME') ?? '',
    DEVLINK_ATTR_DEV_NAME: textIn(values, 'IFLA_PARENT_DEV_NAME') ?? '',
  };
}

export type ModeName = (typeof DEVLINK_ESWITCH_MODES)[number];

export async function askForMode(world: NicWorld, mode: ModeName): Promise<NetlinkResult<unknown>> {
  const client = await devlinkClient(world);
  const number = DEVLINK_ESWITCH_MODES.indexOf(mode);
  return client.call('ESWITCH_SET', { ...(await handleValues(world)), DEVLINK_ATTR_ESWITCH_MODE: number });
}

export async function modeOf(world: NicWorld): Promise<ModeName | undefined> {
  const client = await devlinkClient(world);
  const [reply] = accepted(await client.call('ESWITCH_GET', await handleValues(world)), 'reading the mode');
  return DEVLINK_ESWITCH_MODES[numberIn(reply?.values, 'DEVLINK_ATTR_ESWITCH_MODE') ?? -1];
}

/** What devlink tells of a port of a virtual function. */
export interface VfPort {
  readonly index: number;
  readonly pf: number;
  readonly vf: number;
  readonly netDevice: NetDeviceName | undefined;
  readonly values: Values;
}

/** The ports of virtual functions, in the order of these. */
export async function vfPorts(world: NicWorld): Promise<readonly VfPort[]> {
  const [client, handle] = [await devlinkClient(world), await handleValues(world)];
  const all = accepted(await client.dump('PORT_GET'), 'reading the ports');
  const flavour = DEVLINK_PORT_FLAVOURS.indexOf('pcivf');
  return all
    .map(({ values }) => values)
    .filter(
      (values) =>
        values['DEVLINK_ATTR_DEV_NAME'] === handle['DEVLINK_ATTR_DEV_NAME'] &&
        values['DEVLINK_ATTR_PORT_FLAVOUR'] === flavour,
    )
    .map((values) => ({
      index: numberIn(values, 'DEVLINK_ATTR_PORT_INDEX') ?? -1,
      pf: numberIn(values, 'DEVLINK_ATTR_PORT_PCI_PF_NUMBER') ?? -1,
      vf: numberIn(values, 'DEVLINK_ATTR_PORT_PCI_VF_NUMBER') ?? -1,
      netDevice: textIn(values, 'DEVLINK_ATTR_PORT_NETDEV_NAME') as NetDeviceName | undefined,
      values,
    }))
    .sort((one, other) => one.vf - other.vf);
}

export const placeOfRepresentor = (vf: number): string => `the representor of ${placeOfVf(vf)}`;

/** Finds the net device that represents a function. */
export async function findRepresentor(world: NicWorld, vf: number): Promise<VfDevice> {
  let netDevice: NetDeviceName | undefined;
  await eventually(
    world,
    async () => (netDevice = (await vfPorts(world)).find((port) => port.vf === vf)?.netDevice) !== undefined,
    () => `${placeOfVf(vf)} has no representor`,
  );
  const { header } = accepted(await (await world.route()).link(netDevice ?? ''), 'reading the link');
  const device = {
    netDevice: netDevice ?? ('' as NetDeviceName),
    ifIndex: numberIn(header, 'ifi_index') ?? 0,
    address: '',
  };
  functions(world).others.set(placeOfRepresentor(vf), device);
  return device;
}

/** Up and listened to. */
export async function useRepresentor(world: NicWorld, vf: number): Promise<VfDevice> {
  const device = await findRepresentor(world, vf);
  await setFlag(world, IFF_UP, true, device.ifIndex);
  await world.host(device.netDevice);
  return device;
}

export async function forgetRepresentors(world: NicWorld): Promise<void> {
  const { others } = functions(world);
  for (const { netDevice } of others.values()) await world.closeHost(netDevice);
  others.clear();
}

export function representorOf(world: NicWorld, vf: number): VfDevice {
  const device = functions(world).others.get(placeOfRepresentor(vf));
  expectThat(device !== undefined, `nobody looked for the representor of VF ${vf} yet`);
  return device;
}

/** The net device of a place: a representor, the uplink. */
export const ifIndexOf = (world: NicWorld, place: string): number =>
  functions(world).others.get(place)?.ifIndex ?? world.port.ifIndex;

export const noteBefore = (world: NicWorld, names: readonly string[]): void => {
  represented(world).before = names;
};
export const notedBefore = (world: NicWorld): readonly string[] => represented(world).before;
