/** Aggregates over ports of the target: made, their members watched, and frames seen at whichever member they leave. */
import type { NetDeviceName } from '../../harness/contract/index.js';
import { bondData, bondMemberData } from '../../reference-impl/netlink/bondClient.js';
import { BOND_LINK_UP } from '../../reference-impl/netlink/families/bond.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { numberOf } from '../properties/numberedFrames.js';
import { expectThat } from './expectations.js';
import { IFF_LOWER_UP, IFF_UP, accepted, setFlag } from './settings.js';
import { arrivedAt, listenAt, portCalled, settled, switched, usedPorts, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

export interface Aggregate {
  readonly kind: 'bond' | 'team';
  readonly name: NetDeviceName;
  readonly ifIndex: number;
}

const aggregates = (world: NicWorld): Map<string, Aggregate> =>
  world.note('aggregates', () => new Map<string, Aggregate>());

/** Modes by the names that bonding.rst gives them. */
export const MODES: Readonly<Record<string, number>> = {
  'round-robin': 0,
  'active-backup': 1,
  xor: 2,
  broadcast: 3,
  'balance-tlb': 5,
  'balance-alb': 6,
};

/** Milliseconds between two looks at the links: less than a scenario notices. */
const MONITOR_MS = 20;

export const FIRST = 'lag0';

/** An aggregate that is up and looks at its links, with these members. Every cable and the aggregate itself are watched. */
export async function makeAggregate(
  world: NicWorld,
  members: readonly string[],
  data: Values,
  name: string = FIRST,
): Promise<Aggregate> {
  const bonds = await world.bonds();
  accepted(await bonds.addBond(name, { IFLA_BOND_MIIMON: MONITOR_MS, ...data }), `making ${name}`);
  return fillAggregate(world, 'bond', members, name);
}

/** Of an aggregate that was just made: it is set up, and its members join it one behind the other. */
export async function fillAggregate(
  world: NicWorld,
  kind: Aggregate['kind'],
  members: readonly string[],
  name: string,
): Promise<Aggregate> {
  const link = accepted(await (await world.route()).link(name), `looking for ${name}`);
  const aggregate = { kind, name: name as NetDeviceName, ifIndex: numberIn(link.header, 'ifi_index') ?? 0 };
  aggregates(world).set(name, aggregate);
  await setFlag(world, IFF_UP, true, aggregate.ifIndex);
  for (const member of members) {
    await joinAggregate(world, member, aggregate);
    // Its link may come a while after it is up, and which member is the first with a link matters.
    await linkUntil(world, member, true);
  }
  for (const { port } of usedPorts(world)) await world.wire(port);
  await listenAt(world, aggregate.name);
  await carrierUntil(world, aggregate.ifIndex, members.length > 0);
  return aggregate;
}

export function aggregateCalled(world: NicWorld, name: string = FIRST): Aggregate {
  const aggregate = aggregates(world).get(name);
  expectThat(aggregate !== undefined, `there is no aggregate ${name}`);
  return aggregate;
}

export function forgetAggregate(world: NicWorld, name: string): void {
  aggregates(world).delete(name);
  switched(world).listened.delete(name as NetDeviceName);
}

/** A net device becomes a member only while it is down. */
export async function joinAggregate(world: NicWorld, port: string, aggregate: Aggregate): Promise<void> {
  const { ifIndex } = portCalled(world, port);
  await setFlag(world, IFF_UP, false, ifIndex);
  accepted(await (await world.bonds()).setMaster(ifIndex, aggregate.ifIndex), `putting ${port} into ${aggregate.name}`);
}

export interface MemberData {
  /** IFLA_MASTER; 0: of nobody. */
  readonly master: number;
  readonly flags: number;
  readonly values: Values;
  /** BOND_STATE_*, BOND_LINK_*; -1 of a net device that is no member. */
  readonly state: number;
  readonly mii: number;
  readonly failures: number;
}

export async function memberData(world: NicWorld, port: string): Promise<MemberData> {
  const { header, values } = accepted(await (await world.route()).link(portCalled(world, port).ifIndex), 'reading');
  const data = bondMemberData(values);
  return {
    master: numberIn(values, 'IFLA_MASTER') ?? 0,
    flags: numberIn(header, 'ifi_flags') ?? 0,
    values,
    state: numberIn(data, 'IFLA_BOND_SLAVE_STATE') ?? -1,
    mii: numberIn(data, 'IFLA_BOND_SLAVE_MII_STATUS') ?? -1,
    failures: numberIn(data, 'IFLA_BOND_SLAVE_LINK_FAILURE_COUNT') ?? -1,
  };
}

/** The settings of an aggregate, by IFLA_BOND_ names. */
export async function aggregateSettings(
  world: NicWorld,
  { ifIndex, name }: Aggregate = aggregateCalled(world),
): Promise<Values> {
  return bondData(accepted(await (await world.route()).link(ifIndex), `reading ${name}`).values);
}

/** The port that is the active member; undefined: none. */
export async function activeMember(world: NicWorld, aggregate?: Aggregate): Promise<string | undefined> {
  const index = numberIn(await aggregateSettings(world, aggregate), 'IFLA_BOND_ACTIVE_SLAVE');
  return usedPorts(world).find(({ ifIndex }) => ifIndex === index)?.port;
}

const LOOKS = 150;
const LOOK_MS = 20;

/** Looks again and again until it is so, for a link takes its time. Whether it ever was is for the steps that follow to see. */
export async function until(world: NicWorld, isSo: () => Promise<boolean>): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (await isSo()) return true;
    await world.target.clock.sleep(LOOK_MS);
  }
  return false;
}

export const memberUntil = (world: NicWorld, port: string, isSo: (data: MemberData) => boolean): Promise<boolean> =>
  until(world, async () => isSo(await memberData(world, port)));

export const carrierUntil = (world: NicWorld, ifIndex: number, up: boolean): Promise<boolean> =>
  until(world, async () => {
    const { header } = accepted(await (await world.route()).link(ifIndex), 'reading the aggregate');
    return (((numberIn(header, 'ifi_flags') ?? 0) & IFF_LOWER_UP) !== 0) === up;
  });

/** Whether its aggregate takes the link of a member for up; undefined: it is a member of nobody. */
async function memberLink(world: NicWorld, port: string): Promise<boolean | undefined> {
  const { master, mii } = await memberData(world, port);
  const aggregate = [...aggregates(world).values()].find(({ ifIndex }) => ifIndex === master);
  if (aggregate === undefined) return undefined;
  if (aggregate.kind === 'bond') return mii === BOND_LINK_UP;
  const ports = accepted(await (await world.teams()).ports(master), `asking for the ports of ${aggregate.name}`);
  return ports.find(({ ifIndex }) => ifIndex === portCalled(world, port).ifIndex)?.linkUp;
}

/** Its aggregate is given the time to see the link of a member come or go. */
export const linkUntil = (world: NicWorld, port: string, up: boolean): Promise<boolean> =>
  until(world, async () => ((await memberLink(world, port)) ?? up) === up);

/** The cable of a member is pulled out or plugged in, and its aggregate is given the time to see it. */
export async function setMemberLink(world: NicWorld, port: string, up: boolean): Promise<void> {
  await (await world.wire(portCalled(world, port).port)).setCarrier(up);
  await linkUntil(world, port, up);
  await settled(world);
}

/** Milliseconds that frames are given to come, and looks at the members meanwhile. */
const PATIENT_LOOKS = 40;

/**
 * Of each frame of the last sending the members at which it left, by its number. Where it leaves is not known before: members are looked
 * at again and again until as many came as were sent, and once more for what must not come.
 */
export async function egressByFrame(
  world: NicWorld,
  members: readonly string[],
  count: number,
  keyOf: (frame: Uint8Array) => string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const state = switched(world);
  const arrived = (): number => members.reduce((sum, member) => sum + arrivedAt(world, member).length, 0);
  await watch(world, new Map());
  for (let look = 0; look < PATIENT_LOOKS && arrived() < count; look++) {
    state.isQuiet = false;
    await watch(world, new Map());
  }
  const places = new Map<string, string[]>();
  for (const { port } of usedPorts(world))
    for (const frame of arrivedAt(world, port)) {
      const key = keyOf(frame);
      places.set(key, [...(places.get(key) ?? []), port]);
    }
  return places;
}

export const byNumber = (frame: Uint8Array): string => String(numberOf(frame));

/** Each frame of the last sending leaves at exactly one of the members, and at all of `others`. */
export async function expectAtOneOf(
  world: NicWorld,
  members: readonly string[],
  others: readonly string[] = [],
): Promise<void> {
  const { sent } = switched(world);
  await watch(world, new Map(others.map((port) => [port, sent.length])));
  const places = await egressByFrame(world, members, sent.length, byNumber);
  for (const number of sent) {
    const all = places.get(String(number)) ?? [];
    const atMembers = all.filter((port) => !others.includes(port));
    const isRight =
      atMembers.length === 1 &&
      members.includes(atMembers[0] ?? '') &&
      others.every((port) => all.filter((each) => each === port).length === 1);
    const wanted = [...others, `one of ${members.join(', ')}`].join(' and ');
    expectThat(isRight, `the frame left at ${all.join(', ') || 'nowhere'} instead of ${wanted}`);
  }
}
