/** Groups of a bridge, as steps put them there, have stations join them, and look who is in them. */
import { MdbClient, type GroupTable, type Membership } from '../../reference-impl/netlink/mdbClient.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { groupFrame, isIpv6, type Sender } from '../properties/groupFrames.js';
import { CUSTOMER_TAG, type Tag } from '../properties/numberedFrames.js';
import { stationFamily, type StationName } from '../properties/stations.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { bridgeCalled, changeBridge, portCalled, sendInto, settled, switched, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** In the words of a step: a group, a VLAN, a tag. */
export const GROUP = String.raw`the group ([0-9a-f]+[.:][0-9a-f.:]+)`;
export const IN_VLAN = String.raw`(?: in VLAN (\d+))?`;
export const TAGGED = String.raw`(?:, tagged (\d+))?`;
export const vidIn = (text: string | null): { readonly vid?: number } => (text === null ? {} : { vid: Number(text) });

/** Over the socket that the scenario asks bridges through. */
export const groupsOf = async (world: NicWorld): Promise<MdbClient> => new MdbClient((await world.bridges()).client);

export const customerTags = (vid: number | undefined): readonly Tag[] =>
  vid === undefined ? [] : [{ tpid: CUSTOMER_TAG, tci: vid }];

/** The next frame of a station. */
export const senderCalled = (world: NicWorld, from: StationName, vid?: number, source?: string): Sender => ({
  from,
  family: stationFamily(world.scenario),
  number: switched(world).nextNumber++,
  tags: customerTags(vid),
  ...(source === undefined ? {} : { source }),
});

/** A message comes in, and the bridge is given the time to take it. */
export async function sendMessage(world: NicWorld, port: string, frame: Uint8Array): Promise<void> {
  await sendInto(world, port, [frame]);
}

export async function sendToGroup(
  world: NicWorld,
  port: string,
  from: StationName,
  group: string,
  more: { readonly vid?: number; readonly source?: string } = {},
): Promise<void> {
  await taken(world);
  await sendInto(world, port, [groupFrame(group, senderCalled(world, from, more.vid, more.source))]);
}

/** What was sent before has been taken by the bridge, and by the hardware below it. */
export async function taken(world: NicWorld): Promise<void> {
  await watch(world, new Map());
  await settled(world);
}

/** Milliseconds within which members answer the first question, and a little more. */
const ANSWERS_TICKS = 10;
const ANSWERED_MS = 300;

/** From now on groups are known: members had the time to answer. */
export async function askOurselves(world: NicWorld): Promise<void> {
  await changeBridge(world, { IFLA_BR_MCAST_QUERY_RESPONSE_INTVL: ANSWERS_TICKS });
  await changeBridge(world, { IFLA_BR_MCAST_QUERIER: 1 });
  await world.target.clock.sleep(ANSWERED_MS);
}

/**
 * A bridge that was opened has a question of its own to ask, though it is no querier, and until that timer has run out it obeys no
 * querier of IPv6: br_multicast_select_querier compares addresses before it looks at timers, and no address is below `::`.
 */
const OWN_QUESTION_MS = { virtual: 0, real: 200 } as const;

export const ownQuestionIsOver = (world: NicWorld): Promise<void> =>
  world.target.clock.sleep(OWN_QUESTION_MS[world.session.description.clock]);

export const answered = (world: NicWorld): Promise<void> => world.target.clock.sleep(ANSWERED_MS);

/** Who is meant by `p1`, or `the bridge`. */
export const indexOfMember = (world: NicWorld, who: string): number =>
  who === 'the bridge' || who === 'the host' ? bridgeCalled(world).ifIndex : portCalled(world, who).ifIndex;

export interface Put {
  readonly isPermanent?: boolean;
  readonly vid?: number;
  readonly messageFlags?: number;
  readonly source?: string;
  readonly mode?: number;
  readonly sources?: readonly string[];
}

export async function putGroup(
  world: NicWorld,
  group: string,
  who: string,
  how: Put = {},
): Promise<NetlinkResult<void>> {
  const bridge = bridgeCalled(world).ifIndex;
  const result = await (await groupsOf(world)).add({ bridge, ifIndex: indexOfMember(world, who), group, ...how });
  await settled(world);
  return result;
}

export async function takeGroup(
  world: NicWorld,
  group: string,
  who: string,
  how: Put = {},
): Promise<NetlinkResult<void>> {
  const bridge = bridgeCalled(world).ifIndex;
  const result = await (await groupsOf(world)).remove({ bridge, ifIndex: indexOfMember(world, who), group, ...how });
  await settled(world);
  return result;
}

export async function groupTable(world: NicWorld): Promise<GroupTable> {
  return accepted(await (await groupsOf(world)).table(), 'reading the multicast database');
}

/** Who is in a group: the entries of its own, without those that stand for sources. */
export async function membersOf(world: NicWorld, group: string, vid?: number): Promise<readonly Membership[]> {
  const bridge = bridgeCalled(world).ifIndex;
  return (await groupTable(world)).members.filter(
    (each) => each.bridge === bridge && each.group === group && each.source === '' && each.vid === (vid ?? each.vid),
  );
}

const LOOK_AGAIN_MS = 20;
const TAKEN_MS = { virtual: 0, real: 1000 } as const;

/** Looks until it is so, as long as a bridge may take. */
export async function lookUntil<Found>(
  world: NicWorld,
  look: () => Promise<Found>,
  isSo: (found: Found) => boolean,
): Promise<Found> {
  await taken(world);
  const end = (await world.target.clock.now()) + BigInt(TAKEN_MS[world.session.description.clock]) * 1_000_000n;
  let found = await look();
  while (!isSo(found) && (await world.target.clock.now()) < end) {
    await world.target.clock.sleep(LOOK_AGAIN_MS);
    found = await look();
  }
  return found;
}

/** Names of the ports, and `the host`, by their indices. */
export function nameOfMember(world: NicWorld, ifIndex: number): string {
  if (ifIndex === bridgeCalled(world).ifIndex) return 'the host';
  return world.session.description.ports.find((port) => port.ifIndex === ifIndex)?.port ?? `device ${ifIndex}`;
}

/** Exactly these are in the group. */
export async function expectMembers(
  world: NicWorld,
  group: string,
  wanted: readonly string[],
  vid?: number,
): Promise<readonly Membership[]> {
  const namesOf = (members: readonly Membership[]): string =>
    [...new Set(members.map(({ ifIndex }) => nameOfMember(world, ifIndex)))].sort().join(', ');
  const right = [...wanted].sort().join(', ');
  const members = await lookUntil(
    world,
    () => membersOf(world, group, vid),
    (found) => namesOf(found) === right,
  );
  const told = namesOf(members);
  expectThat(told === right, `in ${group} are ${told || 'none'} instead of ${right || 'none'}`);
  return members;
}

export const familyOf = (group: string): 'ipv4' | 'ipv6' => (isIpv6(group) ? 'ipv6' : 'ipv4');
