/** Aggregates that balance what they send: at which member flows leave, from which station, and what switches are told. */
import { Then, When } from '@cucumber/cucumber';
import { formatMac } from '../../reference-impl/packet/addresses.js';

import { hex } from '../../reference-impl/packet/bytes.js';
import { flowFrame } from '../properties/flowFrames.js';
import { neighbourFrame } from '../properties/ipv6Packets.js';
import { tagsOf } from '../properties/numberedFrames.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { activeMember, aggregateCalled, until } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { withoutTags } from './linkTargets.js';
import { stationOfLink } from './settings.js';
import { DIFFERING, FLOWS, WHAT } from './switchAggregationLaws.steps.js';
import { namesIn, portCalled, sendFromHost, usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;

/** All of a frame but where it is from. */
const withoutSource = (frame: Uint8Array): string => hex(frame.subarray(0, 6)) + hex(frame.subarray(12));

export function flowsThatDifferIn(world: NicWorld, what: string): readonly Uint8Array[] {
  const make = DIFFERING[what];
  expectThat(make !== undefined, `flows cannot differ in "${what}"`);
  return Array.from({ length: FLOWS }, (_, index) => flowFrame(make(index), stationFamily(world.scenario)));
}

export interface Left {
  readonly port: string;
  readonly bytes: Uint8Array;
}

/** So often a cable is looked at for what is still missing. */
const LOOKS = 40;

/** The host sends a packet of each flow; where each left, from whichever station. */
export async function sendFlows(world: NicWorld, frames: readonly Uint8Array[]): Promise<readonly Left[]> {
  const own = new Set(frames.map(withoutSource));
  await sendFromHost(world, aggregateCalled(world).name, frames);
  const left: Left[] = [];
  for (let look = 0; look < LOOKS && left.length < frames.length; look++)
    for (const { port } of usedPorts(world))
      for (const { bytes } of await (await world.wire(port)).receive({ withinMs: world.quietMs }))
        if (own.has(withoutSource(bytes))) left.push({ port, bytes });
  return left;
}

export const stationOf = (world: NicWorld, which: string): Promise<string> =>
  stationOfLink(world, (which === 'the aggregate' ? aggregateCalled(world) : portCalled(world, which)).ifIndex);

Then(
  new RegExp(`^flows that differ in (${WHAT}) leave at (p\\d) as they are, and at (p\\d) from the station of (p\\d)$`),
  async function (this: NicWorld, what: string, active: string, other: string, whose: string) {
    await expectSpread(this, flowsThatDifferIn(this, what), active, [other, whose]);
  },
);

/** Each flow leaves at one member: at the active one as it is, at the other one from the station of whoever is named. */
export async function expectSpread(
  world: NicWorld,
  frames: readonly Uint8Array[],
  active: string,
  [other, whose]: readonly [string, string],
): Promise<void> {
  const left = await sendFlows(world, frames);
  for (const [index, frame] of frames.entries()) {
    const places = left.filter(({ bytes }) => withoutSource(bytes) === withoutSource(frame));
    expectNumber(places.length, 1, `members at which flow ${index} left`);
  }
  const sources = (port: string): Set<string> =>
    new Set(left.filter((each) => each.port === port).map(({ bytes }) => formatMac(bytes, 6)));
  const [sent = new Uint8Array(12)] = frames;
  const wanted = new Map([
    [active, formatMac(sent, 6)],
    [other, await stationOf(world, whose)],
  ]);
  for (const [port, station] of wanted) {
    const seen = [...sources(port)].join(', ');
    expectThat(seen === station, `flows leave at ${port} from ${seen || 'nobody'} instead of ${station}`);
  }
}

Then(
  /^advertisements to each of 24 stations leave at (p\d) as they are$/,
  async function (this: NicWorld, port: string) {
    const stations = flowsThatDifferIn(this, 'the Ethernet address').map((frame) => formatMac(frame));
    const source = addressOf('A', stationFamily(this.scenario));
    const frames = stations.map((destination) =>
      neighbourFrame({
        kind: 'advertisement',
        source,
        destination,
        from: '2001:db8::1',
        to: '2001:db8::2',
        target: '2001:db8::1',
        isSolicited: true,
        station: source,
      }),
    );
    const left = await sendFlows(this, frames);
    expectNumber(left.length, frames.length, 'advertisements that left');
    for (const each of left) {
      expectThat(each.port === port, `an advertisement left at ${each.port}`);
      expectThat(formatMac(each.bytes, 6) === source, `an advertisement is from ${formatMac(each.bytes, 6)}`);
    }
  },
);

const REBALANCED_MS = 11_000;

When(
  new RegExp(`^flows that differ in (${WHAT}) are sent, and ten seconds pass$`),
  async function (this: NicWorld, what: string) {
    const frames = flowsThatDifferIn(this, what);
    await sendFlows(this, frames);
    await this.target.clock.sleep(REBALANCED_MS);
  },
);

// What switches are told.

const LEARNING_TYPE = 0x9000;

interface Lesson {
  readonly port: string;
  readonly station: string;
  readonly isToItself: boolean;
  readonly vid: number;
}

function lessonIn(port: string, tagged: Uint8Array): Lesson | undefined {
  const tags = tagsOf(tagged);
  const frame = withoutTags(tagged, tags.length);
  if (((frame[12] ?? 0) << 8) + (frame[13] ?? 0) !== LEARNING_TYPE) return undefined;
  const station = formatMac(frame, 6);
  return { port, station, isToItself: formatMac(frame) === station, vid: (tags[0]?.tci ?? 0) & 0xfff };
}

/** What the members told in so many milliseconds. */
async function lessons(world: NicWorld, milliseconds: number): Promise<readonly Lesson[]> {
  if (milliseconds > 0) await world.target.clock.sleep(milliseconds);
  const all: Lesson[] = [];
  for (const { port } of usedPorts(world))
    for (const { bytes } of await (await world.wire(port)).receive({ withinMs: world.quietMs })) {
      const lesson = lessonIn(port, bytes);
      if (lesson !== undefined) all.push(lesson);
    }
  return all;
}

const SECONDS = 5;

Then(
  new RegExp(`^(${PORTS}) tell the station of each to the switch(?: in the VLAN (\\d+))?, once in a second$`),
  async function (this: NicWorld, ports: string, vid: string | number | null) {
    const told = (await lessons(this, SECONDS * 1000)).filter((each) => each.vid === Number(vid ?? 0));
    for (const port of namesIn(ports)) {
      const own = told.filter((each) => each.port === port);
      const isOften = own.length >= SECONDS - 2 && own.length <= SECONDS + 2;
      expectThat(isOften, `${port} tells its station ${own.length} times in ${SECONDS} seconds`);
      const station = await stationOf(this, port);
      for (const each of own) {
        const isRight = each.station === station && each.isToItself;
        expectThat(isRight, `${port} tells the station ${each.station} instead of ${station}`);
      }
    }
  },
);

/** Long enough for a link to be seen as lost. */
const FAILOVER_MS = 500;

Then(
  /^(p\d) tells the station of (the aggregate|p\d) to the switch, once$/,
  async function (this: NicWorld, port: string, whose: string) {
    const station = await stationOf(this, whose);
    const told = (await lessons(this, FAILOVER_MS)).filter((each) => each.station === station && each.isToItself);
    const at = told.map((each) => each.port).join(', ');
    expectThat(at === port, `the station of ${whose} is told at ${at || 'no port'}`);
  },
);

Then(/^(p\d) is told as the active member$/, async function (this: NicWorld, port: string) {
  await until(this, async () => (await activeMember(this)) === port);
  const active = await activeMember(this);
  expectThat(active === port, `the active member is ${active ?? 'nobody'} instead of ${port}`);
});

Then(
  /^(p\d), (p\d) and the aggregate have stations that differ, but for the active member$/,
  async function (this: NicWorld, one: string, other: string) {
    const [first, second, aggregate] = [
      await stationOf(this, one),
      await stationOf(this, other),
      await stationOf(this, 'the aggregate'),
    ];
    expectThat(first !== second, `both members have ${first}`);
    const active = await activeMember(this);
    const own = active === one ? first : second;
    expectThat(own === aggregate, `the active member ${active ?? ''} has ${own}, and the aggregate ${aggregate}`);
  },
);
