/** Flows over the members of an aggregate, and laws of aggregates. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { hex } from '../../reference-impl/packet/bytes.js';
import { errorAbout, flowFrame, type Flow } from '../properties/flowFrames.js';
import { ETH_P_EXPERIMENTAL } from '../../reference-impl/packet/protocols.js';
import { addressOf, station, stationFamily, type StationName } from '../properties/stations.js';
import {
  FIRST,
  MODES,
  activeMember,
  aggregateCalled,
  byNumber,
  carrierUntil,
  egressByFrame,
  forgetAggregate,
  joinAggregate,
  makeAggregate,
  memberUntil,
  setMemberLink,
  until,
} from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { namesIn, portCalled, sendFromHost, switched } from './switchPorts.js';
import type { NicWorld } from './world.js';

const MEMBERS = ['p0', 'p1', 'p2'] as const;
type Member = (typeof MEMBERS)[number];

/** How many flows are enough to find every member, unless the hash is blind. */
export const FLOWS = 24;

/** What differs from flow to flow, by the words of a scenario. */
export const DIFFERING: Readonly<Record<string, (index: number) => Flow>> = {
  'the Ethernet address': (index) => ({ toMac: 3 + index }),
  'the source address': (index) => ({ fromMac: 3 + index }),
  'the destination address': (index) => ({ toMac: 3 + index }),
  'the IP address': (index) => ({ toIp: 3 + index }),
  'the port': (index) => ({ toPort: 20_000 + index }),
  'the id of their echo requests': (index) => ({ echoId: 2 * index }),
  'the IP address inside of GRE': (index) => ({ tunnel: 'GRE', toIp: 3 + index }),
  'the port inside of GRE with a key': (index) => ({ tunnel: 'GRE with a key', toPort: 20_000 + index }),
  'the IP address inside of IP': (index) => ({ tunnel: 'IP in IP', toIp: 3 + index }),
  'the port inside of GRE': (index) => ({ tunnel: 'GRE', toPort: 20_000 + index }),
  'the port inside of IP': (index) => ({ tunnel: 'IP in IP', toPort: 20_000 + index }),
};

/** The host sends a packet of each flow; where each left. */
async function placesOfFlows(world: NicWorld, members: readonly string[], what: string): Promise<readonly string[]> {
  const make = DIFFERING[what];
  expectThat(make !== undefined, `flows cannot differ in "${what}"`);
  const family = stationFamily(world.scenario);
  return placesOfFrames(
    world,
    members,
    Array.from({ length: FLOWS }, (_, index) => flowFrame(make(index), family)),
  );
}

/** Frames that all differ, and the member at which each of them leaves. */
async function placesOfFrames(
  world: NicWorld,
  members: readonly string[],
  frames: readonly Uint8Array[],
): Promise<readonly string[]> {
  await sendFromHost(world, aggregateCalled(world).name, frames);
  const places = await egressByFrame(world, members, frames.length, hex);
  return frames.map((frame, index) => {
    const [place, ...more] = places.get(hex(frame)) ?? [];
    expectThat(place !== undefined, `flow ${index} left nowhere`);
    expectThat(more.length === 0, `flow ${index} left at ${[place, ...more].join(' and ')}`);
    return place;
  });
}

export const WHAT = Object.keys(DIFFERING).join('|');
const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;

Then(
  new RegExp(`^flows that differ in (${WHAT}) are spread over (${PORTS})$`),
  async function (this: NicWorld, what: string, ports: string) {
    const members = namesIn(ports);
    const used = new Set(await placesOfFlows(this, members, what));
    for (const member of members) expectThat(used.has(member), `of ${FLOWS} flows none left at ${member}`);
  },
);

Then(new RegExp(`^flows that differ in (${WHAT}) leave at one member$`), async function (this: NicWorld, what: string) {
  const used = new Set(await placesOfFlows(this, ['p0', 'p1'], what));
  expectNumber(used.size, 1, `members at which ${FLOWS} flows left that differ in ${what}`);
});

Then('errors of ICMP leave where the flows leave that they are about', async function (this: NicWorld) {
  const family = stationFamily(this.scenario);
  const flows: readonly Flow[] = Array.from({ length: FLOWS }, (_, index) => ({ toPort: 20_000 + index }));
  const frames = [...flows.map((flow) => flowFrame(flow, family)), ...flows.map((flow) => errorAbout(flow, family))];
  const places = await placesOfFrames(this, ['p0', 'p1'], frames);
  expectNumber(new Set(places.slice(0, FLOWS)).size, 2, 'members at which the flows left');
  for (const [index, place] of places.slice(0, FLOWS).entries()) {
    const error = places[FLOWS + index];
    expectThat(place === error, `flow ${index} leaves at ${place}, and an error about it at ${error ?? 'nowhere'}`);
  }
});

Then(
  /^(\d+) of them leave at (p\d) and (\d+) at (p\d)$/,
  async function (this: NicWorld, one: string, first: string, other: string, second: string) {
    const { sent } = switched(this);
    const places = await egressByFrame(this, [first, second], sent.length, byNumber);
    const at = (port: string): number => [...places.values()].filter((each) => each.includes(port)).length;
    expectNumber(at(first), Number(one), `frames at ${first}`);
    expectNumber(at(second), Number(other), `frames at ${second}`);
    for (const number of sent) expectNumber((places.get(String(number)) ?? []).length, 1, `places of frame ${number}`);
  },
);

const pair = fc.tuple(station, station).filter(([from, to]) => from !== to);

/** Each pair sends `times` frames; of each pair the members at which they left. */
async function placesOfPairs(
  world: NicWorld,
  members: readonly string[],
  pairs: readonly (readonly [StationName, StationName])[],
  times: number,
): Promise<readonly (readonly string[])[]> {
  const frames = Array.from({ length: times }, () => pairs.map(([from, to]) => ({ from, to }))).flat();
  await sendFromHost(world, aggregateCalled(world).name, frames);
  const { sent } = switched(world);
  const places = await egressByFrame(world, members, frames.length, byNumber);
  return pairs.map((_, index) => {
    const own = sent.filter((_number, at) => at % pairs.length === index);
    return own.map((number) => {
      const all = places.get(String(number)) ?? [];
      expectNumber(all.length, 1, `members at which frame ${number} left`);
      return all[0] ?? '';
    });
  });
}

Then('for every set of flows, all frames of a flow leave at one member and the same', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(
      fc.array(pair, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      async (pairs, times) => {
        const places = await placesOfPairs(this, MEMBERS, pairs, times);
        for (const [index, own] of places.entries())
          expectNumber(new Set(own).size, 1, `members at which the flow ${pairs[index]?.join(' to ') ?? ''} left`);
      },
    ),
    { runs: 0.5 },
  );
});

/** bonding.rst, xmit_hash_policy layer2: source MAC XOR destination MAC XOR packet type, modulo the number of members. */
function layer2Member(from: StationName, to: StationName, family: number): Member {
  const last = (name: StationName): number => Number.parseInt(addressOf(name, family).slice(-2), 16);
  return MEMBERS[(last(from) ^ last(to) ^ ETH_P_EXPERIMENTAL) % MEMBERS.length] ?? 'p0';
}

Then(
  'for every pair of stations, the member is the one that the formula of layer2 names',
  async function (this: NicWorld) {
    const family = stationFamily(this.scenario);
    await this.law(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 8 }), async (pairs) => {
        const places = await placesOfPairs(this, MEMBERS, pairs, 1);
        for (const [index, [from, to]] of pairs.entries()) {
          const wanted = layer2Member(from, to, family);
          const [place = 'nowhere'] = places[index] ?? [];
          expectThat(place === wanted, `${from} to ${to} left at ${place} instead of ${wanted}`);
        }
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every set of members with a link, each flow leaves at one of them, and all of them are used',
  async function (this: NicWorld) {
    const linked = new Set<Member>(MEMBERS);
    const manyPairs = Array.from({ length: FLOWS }, (_, index) => ['A', `station ${index}`] as const);
    await this.law(
      fc.asyncProperty(fc.subarray([...MEMBERS], { minLength: 1 }), async (wanted) => {
        // Links come before links go, so that the aggregate is never without one.
        for (const member of MEMBERS)
          if (wanted.includes(member) && !linked.has(member)) {
            await setMemberLink(this, member, true);
            linked.add(member);
          }
        for (const member of MEMBERS)
          if (!wanted.includes(member) && linked.delete(member)) await setMemberLink(this, member, false);
        const places = (await placesOfPairs(this, MEMBERS, manyPairs, 1)).flat();
        for (const place of places)
          expectThat(linked.has(place as Member), `a flow left at ${place}, which has no link`);
        for (const member of linked) expectThat(places.includes(member), `of ${FLOWS} flows none left at ${member}`);
      }),
      { runs: 0.2 },
    );
  },
);

/** Members in the order in which they came, and the ports whose cable is in. */
interface LinksModel {
  members: Member[];
  readonly plugged: Set<Member>;
  active: Member | undefined;
}
type LinksCommand = fc.AsyncCommand<LinksModel, NicWorld>;

/** The first member with a link. */
const best = ({ members, plugged }: LinksModel): Member | undefined => members.find((member) => plugged.has(member));

async function expectLikeModel(world: NicWorld, model: LinksModel): Promise<void> {
  const aggregate = aggregateCalled(world);
  const isLive = best(model) !== undefined;
  const hasCarrier = await carrierUntil(world, aggregate.ifIndex, isLive);
  expectThat(hasCarrier, `the aggregate has ${isLive ? 'no' : 'a'} carrier`);
  await until(world, async () => (await activeMember(world)) === model.active);
  const active = await activeMember(world);
  expectThat(active === model.active, `the active member is ${active ?? 'none'} instead of ${model.active ?? 'none'}`);
}

const joins = (member: Member): LinksCommand => ({
  check: ({ members }) => !members.includes(member),
  async run(model, world) {
    await joinAggregate(world, member, aggregateCalled(world));
    await memberUntil(world, member, ({ mii }) => (mii === 0) === model.plugged.has(member));
    model.members.push(member);
    // Whoever comes makes the choice anew: the kernel takes the first that has a link.
    model.active = best(model);
    await expectLikeModel(world, model);
  },
  toString: () => `${member} joins`,
});

const leaves = (member: Member): LinksCommand => ({
  check: ({ members }) => members.includes(member),
  async run(model, world) {
    accepted(await (await world.bonds()).setMaster(portCalled(world, member).ifIndex, 0), `taking ${member} out`);
    model.members = model.members.filter((each) => each !== member);
    if (model.active === member) model.active = best(model);
    await expectLikeModel(world, model);
  },
  toString: () => `${member} leaves`,
});

const isPlugged = (member: Member, up: boolean): LinksCommand => ({
  check: ({ plugged, members }) => members.includes(member) && plugged.has(member) !== up,
  async run(model, world) {
    await setMemberLink(world, member, up);
    if (up) model.plugged.add(member);
    else model.plugged.delete(member);
    if (model.active === undefined || model.active === member) model.active = best(model);
    await expectLikeModel(world, model);
  },
  toString: () => `${member} ${up ? 'gets its link back' : 'loses its link'}`,
});

const MOST_COMMANDS = 16;

Then(
  'for every sequence of members that join, leave, lose and get back their links, carrier and active member are as they should be',
  async function (this: NicWorld) {
    const member = fc.constantFrom(...MEMBERS);
    const commands = this.commands(
      [
        member.map(joins),
        member.map(joins),
        member.map(joins),
        member.map(leaves),
        member.map((each) => isPlugged(each, false)),
        member.map((each) => isPlugged(each, false)),
        member.map((each) => isPlugged(each, true)),
      ],
      MOST_COMMANDS,
    );
    await this.law(
      fc.asyncProperty(commands, async (sequence) => {
        const model: LinksModel = { members: [], plugged: new Set(MEMBERS), active: undefined };
        await makeAggregate(this, [], { IFLA_BOND_MODE: MODES['active-backup'] ?? 1 });
        try {
          await fc.asyncModelRun(() => ({ model, real: this }), sequence);
        } finally {
          for (const each of MEMBERS) await (await this.wire(portCalled(this, each).port)).setCarrier(true);
          await (await this.route()).removeLink(aggregateCalled(this).ifIndex);
          forgetAggregate(this, FIRST);
        }
      }),
      { runs: 0.5 },
    );
  },
);
