/** Virtual functions of the port: made, found, and frames between them, the physical function and the cable. */
import type { NetDeviceName, SysfsResult } from '../../harness/contract/index.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import { bytesIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { VirtualFunctionClient } from '../../reference-impl/netlink/virtualFunctionClient.js';
import {
  BROADCAST,
  CUSTOMER_TAG,
  FAR_END,
  SOMEBODY_ELSE,
  numberOf,
  numberedFrame,
  tagsOf,
  withTag,
  withTags,
  type Tag,
} from '../properties/numberedFrames.js';
import { expectThat } from './expectations.js';
import { eventually } from './listening.js';
import { IFF_LOWER_UP, IFF_UP, accepted, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

/** `the cable`, `the physical function`, `VF 0`: where frames are sent and come out. */
export type Place = string;
export const CABLE = 'the cable';
export const PHYSICAL = 'the physical function';
export const placeOfVf = (vf: number): Place => `VF ${vf}`;

export interface VfDevice {
  readonly netDevice: NetDeviceName;
  readonly ifIndex: number;
  readonly address: string;
}

interface Functions {
  client: Promise<VirtualFunctionClient> | undefined;
  /** Net devices of virtual functions, by number. */
  readonly devices: Map<number, VfDevice>;
  /** Other net devices that frames are sent from and come out at, by place. */
  readonly others: Map<Place, VfDevice>;
  /** Addresses that scenarios have given names, by name. */
  readonly addresses: Map<string, string>;
  nextNumber: number;
  /** The frames of the last sending. */
  sent: Uint8Array[];
  /** When it began. */
  sentAt: bigint;
  readonly arrived: Map<Place, Uint8Array[]>;
  isWatched: boolean;
}

export const functions = (world: NicWorld): Functions =>
  world.note('virtual functions', () => ({
    client: undefined,
    devices: new Map<number, VfDevice>(),
    others: new Map<Place, VfDevice>(),
    addresses: new Map<string, string>(),
    nextNumber: 1,
    sent: [],
    sentAt: 0n,
    arrived: new Map<Place, Uint8Array[]>(),
    isWatched: true,
  }));

export function vfClient(world: NicWorld): Promise<VirtualFunctionClient> {
  const state = functions(world);
  state.client ??= VirtualFunctionClient.open((protocol) => world.target.netlink(protocol));
  return state.client;
}

// sysfs.

export const deviceFolder = (world: NicWorld): string => `class/net/${world.port.netDevice}/device`;

export const readDevice = async (world: NicWorld, attribute: string): Promise<string> =>
  valueOf(await world.target.sysfs.read(`${deviceFolder(world)}/${attribute}`), `reading ${attribute}`).trim();

export const writeDevice = (world: NicWorld, attribute: string, value: string): Promise<SysfsResult<void>> =>
  world.target.sysfs.write(`${deviceFolder(world)}/${attribute}`, value);

export function valueOf<Value>(result: SysfsResult<Value>, what: string): Value {
  expectThat(result.ok, `${what} was refused: ${result.ok ? '' : errnoName(result.errno)}`);
  return result.value;
}

export async function setNumVfs(world: NicWorld, count: number): Promise<void> {
  valueOf(await writeDevice(world, 'sriov_numvfs', String(count)), `making ${count} virtual functions`);
  if (count === 0) await forgetDevices(world);
}

export async function forgetDevices(world: NicWorld): Promise<void> {
  const { devices } = functions(world);
  for (const { netDevice } of devices.values()) await world.closeHost(netDevice);
  devices.clear();
}

/** The net device of a virtual function, if its driver has one. */
export async function netDeviceOfVf(world: NicWorld, vf: number): Promise<NetDeviceName | undefined> {
  const listed = await world.target.sysfs.list(`${deviceFolder(world)}/virtfn${vf}/net`);
  return listed.ok ? (listed.value[0] as NetDeviceName | undefined) : undefined;
}

/** So many virtual functions, each with a net device that is up and listened to. */
export async function makeFunctions(world: NicWorld, count: number): Promise<void> {
  await setNumVfs(world, count);
  await physicalLink(world);
  for (let vf = 0; vf < count; vf++) await useVf(world, vf);
  await listen(world);
}

/**
 * The physical function is up, and has its link: making functions may bring it up anew. A function that looks for the link before there is
 * one looks again seconds later, and a rate is compared with a link that is there.
 */
export async function physicalLink(world: NicWorld): Promise<void> {
  await setFlag(world, IFF_UP, true);
  const hasCarrier = async (): Promise<boolean> => {
    const { header } = accepted(await (await world.route()).link(world.port.ifIndex), 'reading the link');
    return ((numberIn(header, 'ifi_flags') ?? 0) & IFF_LOWER_UP) !== 0;
  };
  await eventually(world, hasCarrier, () => 'the physical function gets no carrier', PROBE_MS);
}

/** Every place is listened to from now on. */
export async function listen(world: NicWorld): Promise<void> {
  await world.wire();
  await world.host();
  for (const { netDevice } of functions(world).devices.values()) await world.host(netDevice);
}

/** A driver takes a function when it gets to it, and asks for its link over the mailbox, every two seconds in igbvf. */
const PROBE_MS = 20_000;

/** Waits for the net device of a virtual function, and sets it up. */
export async function useVf(world: NicWorld, vf: number): Promise<VfDevice> {
  const device = await findVf(world, vf);
  await setFlag(world, IFF_UP, true, device.ifIndex);
  await eventually(
    world,
    () => carrierOf(world, vf),
    () => `${placeOfVf(vf)} gets no carrier`,
    PROBE_MS,
  );
  await world.host(device.netDevice);
  return device;
}

export async function findVf(world: NicWorld, vf: number): Promise<VfDevice> {
  let netDevice: NetDeviceName | undefined;
  await eventually(
    world,
    async () => (netDevice = await netDeviceOfVf(world, vf)) !== undefined,
    () => `${placeOfVf(vf)} has no net device`,
    PROBE_MS,
  );
  const { header, values } = accepted(await (await world.route()).link(netDevice ?? ''), 'reading the link');
  const device = {
    netDevice: netDevice ?? ('' as NetDeviceName),
    ifIndex: numberIn(header, 'ifi_index') ?? 0,
    address: formatMac(bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(6)),
  };
  functions(world).devices.set(vf, device);
  return device;
}

export function vfDevice(world: NicWorld, vf: number): VfDevice {
  const device = functions(world).devices.get(vf);
  expectThat(device !== undefined, `nobody looked for ${placeOfVf(vf)} yet`);
  return device;
}

export async function carrierOf(world: NicWorld, vf: number): Promise<boolean> {
  const { header } = accepted(await (await world.route()).link(vfDevice(world, vf).ifIndex), 'reading the link');
  return ((numberIn(header, 'ifi_flags') ?? 0) & IFF_LOWER_UP) !== 0;
}

// Settings.

/** The IFLA_VF_INFO of a virtual function. */
export async function vfInfo(world: NicWorld, vf: number): Promise<Values> {
  const { entries } = accepted(await (await vfClient(world)).functionsOf(world.port.ifIndex), 'reading the functions');
  const info = entries?.find((each) => numberIn(nestIn(each, 'IFLA_VF_MAC'), 'vf') === vf);
  expectThat(info !== undefined, `the link tells nothing of ${placeOfVf(vf)}`);
  return info;
}

export async function setVf(world: NicWorld, ...infos: readonly Values[]): Promise<void> {
  accepted(await (await vfClient(world)).set(world.port.ifIndex, ...infos), 'setting a virtual function');
}

export const macValues = (vf: number, address: string): Values => {
  const mac = new Uint8Array(32);
  mac.set(parseMac(address));
  return { IFLA_VF_MAC: { vf, mac } };
};

export const macIn = (info: Values): string =>
  formatMac((bytesIn(nestIn(info, 'IFLA_VF_MAC'), 'mac') ?? new Uint8Array(6)).subarray(0, 6));

/** A number in one of the structs of IFLA_VF_INFO. */
export const vfNumber = (info: Values, attribute: string, member: string): number =>
  numberIn(nestIn(info, attribute), member) ?? -1;

// Frames.

export interface VfSending {
  readonly to: string;
  readonly from?: string;
  readonly tags?: readonly Tag[];
  readonly length?: number;
}

/** `VF 1`, `the far end`, `broadcast`, `group 1`, `somebody else`, or an address. */
export function addressCalled(world: NicWorld, name: string): string {
  const known = functions(world).addresses.get(name);
  if (known !== undefined) return known;
  const [, vf] = /^VF (\d+)$/.exec(name) ?? [];
  if (vf !== undefined) return vfDevice(world, Number(vf)).address;
  const [, group] = /^group (\d+)$/.exec(name) ?? [];
  // No hash of its last bytes is that of a group which every host is in: filters by hash are allowed to be imperfect.
  if (group !== undefined) return `01:00:5e:7f:53:${Number(group).toString(16).padStart(2, '0')}`;
  // What a software switch sends there is somebody's behind it.
  if (name.startsWith('the representor of ')) return FAR_END;
  switch (name) {
    case 'broadcast':
      return BROADCAST;
    case 'the far end':
    case CABLE:
      return FAR_END;
    case 'somebody else':
      return SOMEBODY_ELSE;
    case PHYSICAL:
      return world.port.address;
    default:
      expectThat(name.includes(':'), `"${name}" is nobody's name`);
      return name;
  }
}

export const customerTag = (vid: number, priority = 0): Tag => ({ tpid: CUSTOMER_TAG, tci: (priority << 13) | vid });

/** One behind the other, from one place; what came of earlier frames is gone. */
export async function sendFrom(world: NicWorld, place: Place, sendings: readonly VfSending[]): Promise<void> {
  await collect(world, 0);
  const state = functions(world);
  state.arrived.clear();
  state.sent = sendings.map(({ to, from = place, tags = [], length }) => {
    const number = state.nextNumber++;
    const [destination, source] = [addressCalled(world, to), addressCalled(world, from)];
    return withTags(numberedFrame({ destination, source, number, ...(length === undefined ? {} : { length }) }), tags);
  });
  state.isWatched = false;
  state.sentAt = await world.target.clock.now();
  if (place === CABLE) {
    await (await world.wire()).send(state.sent.map((bytes) => ({ bytes })));
    return;
  }
  const result = await (await world.host(netDeviceAt(world, place))).send(state.sent.map((bytes) => ({ bytes })));
  expectThat(result.ok, `the kernel refused to send: errno ${result.ok ? 0 : result.errno}`);
}

export const netDeviceAt = (world: NicWorld, place: Place): NetDeviceName =>
  functions(world).others.get(place)?.netDevice ??
  (place === PHYSICAL ? world.port.netDevice : vfDevice(world, Number(place.slice(3))).netDevice);

const placesOf = (world: NicWorld): readonly Place[] => [
  CABLE,
  PHYSICAL,
  ...[...functions(world).devices.keys()].map(placeOfVf),
  ...functions(world).others.keys(),
];

/** Takes what came out at every place: `expected` frames are waited for, and then a little longer for what must not come. */
export async function collect(world: NicWorld, expected: number | ReadonlyMap<Place, number>): Promise<void> {
  const state = functions(world);
  if (expected instanceof Map)
    for (const [place, count] of expected as ReadonlyMap<Place, number>)
      while ((state.arrived.get(place)?.length ?? 0) < count) {
        const missing = count - (state.arrived.get(place)?.length ?? 0);
        const came = await take(world, place, { withinMs: world.patienceMs, count: missing });
        world.noteAwaited(came > 0);
        if (came === 0) break;
      }
  const quietMs = state.isWatched ? 0 : world.quietMs;
  for (const [index, place] of placesOf(world).entries())
    await take(world, place, { withinMs: index === 0 ? quietMs : 0 });
  state.isWatched = true;
}

async function take(world: NicWorld, place: Place, wait: { withinMs: number; count?: number }): Promise<number> {
  const { arrived } = functions(world);
  const bytes =
    place === CABLE
      ? (await (await world.wire()).receive(wait)).map((frame) => frame.bytes)
      : (await (await world.host(netDeviceAt(world, place))).receive(wait)).map((frame) =>
          frame.vlan === undefined ? frame.bytes : withTag(frame.bytes, frame.vlan),
        );
  // The kernel's own are nobody's.
  const ours = bytes.filter((frame) => numberOf(frame) !== undefined);
  arrived.set(place, [...(arrived.get(place) ?? []), ...ours]);
  return bytes.length;
}

/** Exactly at these places each frame of the last sending comes out, once, in order, and unchanged but for tags. */
export async function expectAt(world: NicWorld, places: readonly Place[]): Promise<void> {
  const { sent, arrived } = functions(world);
  await collect(world, new Map(places.map((place) => [place, sent.length])));
  for (const place of placesOf(world)) {
    const came = arrived.get(place) ?? [];
    const wanted = places.includes(place) ? sent : [];
    expectThat(
      came.length === wanted.length,
      `at ${place} came ${words(came.length)}, and ${words(wanted.length)} should have come`,
    );
    for (const [index, frame] of wanted.entries())
      expectThat(
        equalBytes(withoutTags(came[index] ?? new Uint8Array(0)), withoutTags(frame)),
        `what came at ${place} is not the frame that was sent`,
      );
  }
}

const words = (count: number): string => (count === 0 ? 'no frame' : count === 1 ? 'one frame' : `${count} frames`);

/** Padding behind a tag that was taken off is no part of the frame. */
function withoutTags(frame: Uint8Array): Uint8Array {
  const length = tagsOf(frame).length * 4;
  const bytes = new Uint8Array(frame.length - length);
  bytes.set(frame.subarray(0, 12));
  bytes.set(frame.subarray(12 + length), 12);
  return bytes;
}

/** The tags of the frames that came out at a place. */
export const tagsAt = (world: NicWorld, place: Place): readonly (readonly Tag[])[] =>
  (functions(world).arrived.get(place) ?? []).map(tagsOf);

/** `VF 0, VF 1 and the cable`, `nowhere`: a list of places. */
export const placesIn = (list: string): Place[] =>
  list === 'nowhere' ? [] : list.split(/, | and (?=the |VF )/).map((place) => place.trim());
