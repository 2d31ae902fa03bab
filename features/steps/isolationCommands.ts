/** Commands for the laws of isolation: what is set for functions, what they ask for, and frames that show what is in force. */
import fc from 'fast-check';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import type { Values } from '../../reference-impl/netlink/schema.js';
import {
  asksAgain,
  asksForMode,
  isInPortVlan,
  leaves,
  newModelFunction,
  receives,
  sentIn,
  tagsOnTheWay,
  type ModelFrame,
  type ModelFunction,
} from '../properties/isolation.js';
import {
  BROADCAST,
  CUSTOMER_TAG,
  FAR_END,
  SERVICE_TAG,
  SOMEBODY_ELSE,
  type Tag,
} from '../properties/numberedFrames.js';
import { expectThat } from './expectations.js';
import { IFF_ALLMULTI, IFF_PROMISC, IFF_UP, accepted, setFlag } from './settings.js';
import { vlanNameOf } from './sriovFrames.steps.js';
import { probeDriver, unbindDriver } from './sriovLife.steps.js';
import {
  CABLE,
  PHYSICAL,
  collect,
  forgetDevices,
  functions,
  macValues,
  makeFunctions,
  placeOfVf,
  sendFrom,
  setVf,
  tagsAt,
  useVf,
  vfDevice,
  type Place,
} from './virtualFunctions.js';
import type { NicWorld } from './world.js';

const COUNT = 3;
const GROUP = '01:00:5e:7f:00:01';
const ZERO = '00:00:00:00:00:00';
const ADDRESSES = ['02:00:5e:00:53:a0', '02:00:5e:00:53:a1', '02:00:5e:00:53:a2'] as const;
const VIDS = [10, 20] as const;

export class IsolationModel {
  readonly functions: ModelFunction[] = [];
  physical = '';

  /** Functions as nobody has used them. */
  async start(world: NicWorld): Promise<void> {
    await forgetDevices(world);
    await world.target.reset();
    await makeFunctions(world, COUNT);
    this.physical = world.port.address;
    this.functions.length = 0;
    for (let vf = 0; vf < COUNT; vf++) {
      this.functions.push(newModelFunction(vfDevice(world, vf).address));
      await setVf(world, { IFLA_VF_SPOOFCHK: { vf, setting: 1 } });
    }
  }

  at(vf: number): ModelFunction {
    const found = this.functions[vf];
    expectThat(found !== undefined, `the model has no VF ${vf}`);
    return found;
  }
}

export type IsolationCommand = fc.AsyncCommand<IsolationModel, NicWorld>;

const command = (text: string, run: (model: IsolationModel, world: NicWorld) => Promise<void>): IsolationCommand => ({
  check: () => true,
  run,
  toString: () => text,
});

// What is set.

const setting = (text: string, vf: number, info: Values, change: (vf: ModelFunction) => void): IsolationCommand =>
  command(text, async (model, world) => {
    await setVf(world, info);
    change(model.at(vf));
  });

const setMac = (vf: number, address: string): IsolationCommand =>
  setting(`mac(${vf}, ${address})`, vf, macValues(vf, address), (of) => {
    of.setAddress = address === ZERO ? null : address;
    of.address = of.setAddress;
  });

const setVlan = (vf: number, vlan: number, qos: number): IsolationCommand =>
  setting(`vlan(${vf}, ${vlan}, ${qos})`, vf, { IFLA_VF_VLAN: { vf, vlan, qos } }, (of) => {
    of.vlan = vlan;
    of.qos = qos;
    asksForEverything(of);
  });

const setCheck = (vf: number, on: boolean): IsolationCommand =>
  setting(`spoofchk(${vf}, ${on})`, vf, { IFLA_VF_SPOOFCHK: { vf, setting: on ? 1 : 0 } }, (of) => {
    of.checked = on;
  });

const setTrust = (vf: number, on: boolean): IsolationCommand =>
  setting(`trust(${vf}, ${on})`, vf, { IFLA_VF_TRUST: { vf, setting: on ? 1 : 0 } }, (of) => {
    of.trusted = on;
    asksForEverything(of);
  });

const setLinkState = (vf: number, state: 0 | 2): IsolationCommand =>
  setting(`state(${vf}, ${state})`, vf, { IFLA_VF_LINK_STATE: { vf, link_state: state } }, (of) => {
    of.cutOff = state === 2;
    asksForEverything(of);
  });

/** What its net device is called, where nothing was set: known from the last request. */
const ownNames = new WeakMap<ModelFunction, string>();

function asksForEverything(vf: ModelFunction): void {
  asksAgain(vf);
  vf.address = vf.setAddress ?? ownNames.get(vf) ?? vf.address;
}

// What a function asks for.

const askAddress = (vf: number, address: string): IsolationCommand =>
  command(`address(${vf}, ${address})`, async (model, world) => {
    const of = model.at(vf);
    if (!ownNames.has(of)) ownNames.set(of, vfDevice(world, vf).address);
    const route = await world.route();
    const answer = await route.setLink(vfDevice(world, vf).ifIndex, { IFLA_ADDRESS: parseMac(address) });
    const allowed = of.trusted || of.setAddress === null || of.address === address;
    expectThat(answer.ok === allowed, `the address was ${answer.ok ? 'accepted' : 'refused'}`);
    if (!answer.ok) return;
    of.address = address;
    ownNames.set(of, address);
    if (of.setAddress !== null) of.setAddress = address;
  });

const joinVlan = (vf: number, vid: number): IsolationCommand =>
  command(`join(${vf}, ${vid})`, async (model, world) => {
    const of = model.at(vf);
    if (of.wantsVids.has(vid)) return;
    const { ifIndex } = vfDevice(world, vf);
    const made = await (
      await world.route()
    ).addVlan({ name: vlanNameOf(vf, vid), on: ifIndex, vid, tpid: CUSTOMER_TAG });
    expectThat(made.ok === !isInPortVlan(of), `the VLAN was ${made.ok ? 'accepted' : 'refused'}`);
    if (!made.ok) return;
    of.wantsVids.add(vid);
    of.vids.add(vid);
  });

const leaveVlan = (vf: number, vid: number): IsolationCommand =>
  command(`leave(${vf}, ${vid})`, async (model, world) => {
    const of = model.at(vf);
    if (!of.wantsVids.delete(vid)) return;
    of.vids.delete(vid);
    const route = await world.route();
    const { header } = accepted(await route.link(vlanNameOf(vf, vid)), 'looking for the VLAN');
    accepted(await route.removeLink(Number(header['ifi_index'])), 'leaving the VLAN');
  });

const flag = (vf: number, what: 'promisc' | 'allmulti', on: boolean): IsolationCommand =>
  command(`${what}(${vf}, ${on})`, async (model, world) => {
    const of = model.at(vf);
    const bit = what === 'promisc' ? IFF_PROMISC : IFF_ALLMULTI;
    await setFlag(world, bit, on, vfDevice(world, vf).ifIndex);
    if (what === 'promisc') of.wantsAll = on;
    else of.wantsAllGroups = on;
    asksForMode(of);
  });

const joinGroup = (vf: number, on: boolean): IsolationCommand =>
  command(`group(${vf}, ${on})`, async (model, world) => {
    const of = model.at(vf);
    if (of.wantsGroups.has(GROUP) === on) return;
    const [route, { ifIndex }] = [await world.route(), vfDevice(world, vf)];
    accepted(await (on ? route.addAddress(ifIndex, GROUP) : route.removeAddress(ifIndex, GROUP)), 'a group');
    if (on) of.wantsGroups.add(GROUP);
    else of.wantsGroups.delete(GROUP);
  });

const downAndUp = (vf: number): IsolationCommand =>
  command(`updown(${vf})`, async (model, world) => {
    const { ifIndex } = vfDevice(world, vf);
    await setFlag(world, IFF_UP, false, ifIndex);
    await setFlag(world, IFF_UP, true, ifIndex);
    const of = model.at(vf);
    if (!ownNames.has(of)) ownNames.set(of, vfDevice(world, vf).address);
    asksForEverything(of);
  });

const reload = (vf: number): IsolationCommand =>
  command(`reload(${vf})`, async (model, world) => {
    const of = model.at(vf);
    if (of.cutOff) return;
    await unbindDriver(world, vf);
    await probeDriver(world, vf);
    const { address } = await useVf(world, vf);
    of.wantsVids.clear();
    of.wantsGroups.clear();
    of.wantsAll = of.wantsAllGroups = false;
    ownNames.set(of, address);
    asksForEverything(of);
    expectThat(of.setAddress === null || of.setAddress === address, `the driver has the address ${address}`);
  });

// Frames.

type Address = 'vf 0' | 'vf 1' | 'vf 2' | 'physical' | 'far end' | 'somebody' | 'broadcast' | 'group';

function addressIn(model: IsolationModel, name: Address): string {
  const [, vf] = /^vf (\d)$/.exec(name) ?? [];
  if (vf !== undefined) return model.at(Number(vf)).address ?? SOMEBODY_ELSE;
  switch (name) {
    case 'physical':
      return model.physical;
    case 'far end':
      return FAR_END;
    case 'broadcast':
      return BROADCAST;
    case 'group':
      return GROUP;
    default:
      return SOMEBODY_ELSE;
  }
}

const tagText = (tags: readonly Tag[]): string =>
  tags.map(({ tpid, tci }) => `${tpid.toString(16)}:${tci.toString(16)}`).join(' ') || 'no tag';

export const send = (place: Place, to: Address, from: Address, tags: readonly Tag[]): IsolationCommand =>
  command(`send(${place}, from ${from} to ${to}, ${tagText(tags)})`, async (model, world) => {
    const frame: ModelFrame = { to: addressIn(model, to), from: addressIn(model, from), tags };
    await sendFrom(world, place, [frame]);
    await collect(world, 0);
    const sender = place === CABLE || place === PHYSICAL ? undefined : Number(place.slice(3));
    const vid = sender === undefined ? vidOf(tags) : sentIn(model.at(sender), frame);
    const onTheWay = sender === undefined ? tags : tagsOnTheWay(model.at(sender), frame);
    for (let vf = 0; vf < COUNT; vf++) expectVf(model, world, vf, frame, vf === sender ? null : vid, onTheWay);
    if (sender === undefined) return;
    const others = model.functions.filter((_vf, index) => index !== sender);
    const own = model.at(sender);
    // To itself: the switch knows the address, and sends nothing back.
    const known = frame.to === own.address ? [...others, own] : others;
    const out = vid !== null && leaves(known, model.physical, frame, vid);
    expectCable(world, out, onTheWay);
  });

const vidOf = ([first]: readonly Tag[]): number => (first?.tpid === CUSTOMER_TAG ? first.tci & 0xfff : 0);

/** `vid` is null where nobody may send the frame, or where it is the sender's own. */
function expectVf(
  model: IsolationModel,
  world: NicWorld,
  vf: number,
  frame: ModelFrame,
  vid: number | null,
  onTheWay: readonly Tag[],
): void {
  const of = model.at(vf);
  const verdict = vid === null ? 'not' : receives(of, frame, vid);
  const place = placeOfVf(vf);
  const tags = tagsAt(world, place);
  expectThat(verdict !== 'not' || tags.length === 0, `${place} gets a frame that is not its to have`);
  expectThat(verdict !== 'must' || tags.length === 1, `${place} gets ${tags.length} frames, and one is its own`);
  expectThat(tags.length <= 1, `${place} gets a frame ${tags.length} times`);
  const [got] = tags;
  if (got === undefined) return;
  const wanted = isInPortVlan(of) && onTheWay[0]?.tpid === CUSTOMER_TAG ? onTheWay.slice(1) : onTheWay;
  expectThat(tagText(got) === tagText(wanted), `${place} sees ${tagText(got)} instead of ${tagText(wanted)}`);
}

function expectCable(world: NicWorld, out: boolean, onTheWay: readonly Tag[]): void {
  const [got, ...more] = tagsAt(world, CABLE);
  expectThat(more.length === 0, 'a frame leaves more than once');
  expectThat(out === (got !== undefined), out ? 'a frame does not leave' : 'a frame leaves that may not');
  if (got !== undefined) expectThat(tagText(got) === tagText(onTheWay), `it leaves with ${tagText(got)}`);
}

// What is drawn.

const anyVf = fc.constantFrom(0, 1, 2);
const address = fc.constantFrom(...ADDRESSES);
const addressName = fc.constantFrom<Address>(
  'vf 0',
  'vf 1',
  'vf 2',
  'physical',
  'far end',
  'somebody',
  'broadcast',
  'group',
);
const sourceName = fc.constantFrom<Address>('vf 0', 'vf 1', 'vf 2', 'somebody');
const tagged = (vid: number, tpid = CUSTOMER_TAG): readonly Tag[] => [{ tpid, tci: vid }];
const anyTags = fc.constantFrom<readonly Tag[]>([], [], tagged(10), tagged(20), tagged(0), tagged(10, SERVICE_TAG));

const sendings = (vf: fc.Arbitrary<number>): fc.Arbitrary<IsolationCommand>[] => [
  fc.tuple(vf, addressName, anyTags).map(([of, to, tags]) => send(placeOfVf(of), to, `vf ${of}` as Address, tags)),
  fc.tuple(vf, addressName, sourceName, anyTags).map(([of, to, from, tags]) => send(placeOfVf(of), to, from, tags)),
];

const fromCable = fc.tuple(addressName, anyTags).map(([to, tags]) => send(CABLE, to, 'far end', tags));

const wishes = (vf: fc.Arbitrary<number>): fc.Arbitrary<IsolationCommand>[] => [
  fc.tuple(vf, address).map(([of, wanted]) => askAddress(of, wanted)),
  fc.tuple(vf, fc.constantFrom(...VIDS)).map(([of, vid]) => joinVlan(of, vid)),
  fc.tuple(vf, fc.constantFrom(...VIDS)).map(([of, vid]) => leaveVlan(of, vid)),
  fc
    .tuple(vf, fc.constantFrom<'promisc' | 'allmulti'>('promisc', 'allmulti'), fc.boolean())
    .map(([of, what, on]) => flag(of, what, on)),
  fc.tuple(vf, fc.boolean()).map(([of, on]) => joinGroup(of, on)),
  vf.map(downAndUp),
  vf.map(reload),
];

export const isolationCommands = (): fc.Arbitrary<IsolationCommand>[] => [
  fc.tuple(anyVf, fc.oneof(address, fc.constant(ZERO))).map(([vf, wanted]) => setMac(vf, wanted)),
  fc
    .tuple(anyVf, fc.constantFrom(0, 10, 20), fc.constantFrom(0, 0, 5))
    .map(([vf, vlan, qos]) => setVlan(vf, vlan, qos)),
  fc.tuple(anyVf, fc.boolean()).map(([vf, on]) => setCheck(vf, on)),
  fc.tuple(anyVf, fc.boolean()).map(([vf, on]) => setTrust(vf, on)),
  fc.tuple(anyVf, fc.constantFrom<0 | 2>(0, 0, 2)).map(([vf, state]) => setLinkState(vf, state)),
  ...wishes(anyVf),
  ...sendings(anyVf),
  ...sendings(anyVf),
  fromCable,
  fromCable,
];

const guest = fc.constant(0);

/** What a guest can do with VF 0, and nothing else. */
export const guestCommands = (): fc.Arbitrary<IsolationCommand>[] => [
  ...wishes(guest),
  ...sendings(guest),
  ...sendings(guest),
];

/** VF 0 is a guest that nobody trusts; VF 1 and VF 2 are its neighbours, one of them in a VLAN. */
export async function startNeighbours(model: IsolationModel, world: NicWorld): Promise<void> {
  await model.start(world);
  for (const vf of [0, 1, 2]) await setMac(vf, ADDRESSES[vf] ?? ZERO).run(model, world);
  await setVlan(2, 10, 0).run(model, world);
}

/** Frames that are the neighbours' own. */
export async function probeNeighbours(model: IsolationModel, world: NicWorld): Promise<void> {
  await send(CABLE, 'vf 1', 'far end', []).run(model, world);
  await send(CABLE, 'vf 2', 'far end', tagged(10)).run(model, world);
  await send(placeOfVf(1), 'far end', 'vf 1', []).run(model, world);
  expectThat(functions(world).devices.size === COUNT, 'a function is gone');
}
