/** What a net device makes known of its addresses without being asked: gratuitous ARP and neighbour advertisements, at every port. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { arpIn, isArp, isIpv6 } from '../properties/ipPackets.js';
import { groupMacOf, isIpv6Text, neighbourMessageIn } from '../properties/ipv6Packets.js';
import { BROADCAST, tagsOf, type Tag } from '../properties/numberedFrames.js';
import { aggregateCalled } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { withoutTags } from './linkTargets.js';
import { addressesInUse, giveAddress, netDeviceOf } from './routedPorts.js';
import { accepted, stationOfLink } from './settings.js';
import { linkNews } from './sriovLife.steps.js';
import { bridgeCalled, namesIn, portCalled, settled, usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** One gratuitous message. */
interface Notice {
  readonly port: string;
  readonly address: string;
  /** What the message says that the station is, and where its frame is from. */
  readonly station: string;
  readonly frameFrom: string;
  readonly tags: readonly Tag[];
  /** Why it is not what such a message has to be; undefined: it is. */
  readonly fault: string | undefined;
  /** Of an advertisement: whether it is a router's. */
  readonly isRouter: boolean;
  /** Milliseconds. */
  readonly time: number;
}

const ARPOP_REQUEST = 1;
const HOP_LIMIT = 255;
const ALL_NODES = 'ff02::1';
const NOBODY = '00:00:00:00:00:00';

type Message = Pick<Notice, 'address' | 'station' | 'fault' | 'isRouter'>;

/** A message about its own sender; undefined: it is none. */
function arpNotice(frame: Uint8Array): Message | undefined {
  const { to, operation, senderMac, senderIp, targetMac, targetIp } = arpIn(frame);
  if (to !== BROADCAST) return undefined;
  const fault =
    operation !== ARPOP_REQUEST || targetIp !== senderIp || targetMac !== NOBODY
      ? `operation ${operation} of ${senderIp} for ${targetIp} at ${targetMac}`
      : undefined;
  return { address: senderIp, station: senderMac, fault, isRouter: false };
}

function neighbourNotice(frame: Uint8Array): Message | undefined {
  const message = neighbourMessageIn(frame);
  if (message?.kind !== 'advertisement' || message.isSolicited) return undefined;
  const isRight =
    message.to === ALL_NODES &&
    message.frameTo === groupMacOf(ALL_NODES) &&
    message.overrides &&
    message.from === message.target &&
    message.hopLimit === HOP_LIMIT &&
    message.isSound;
  const fault = isRight ? undefined : JSON.stringify(message);
  return { address: message.target, station: message.station ?? 'nobody', fault, isRouter: message.isRouter };
}

function noticeIn(port: string, tagged: Uint8Array, time: number): Notice | undefined {
  const tags = tagsOf(tagged);
  const frame = withoutTags(tagged, tags.length);
  const message = isArp(frame) ? arpNotice(frame) : isIpv6(frame) ? neighbourNotice(frame) : undefined;
  return message === undefined ? undefined : { port, ...message, frameFrom: formatMac(frame, 6), tags, time };
}

const noticesOf = (world: NicWorld): { all: Notice[] } => world.note('peer notices', () => ({ all: [] }));

const ROUND_MS = 10;

/** Takes what left at all ports for so long. */
async function listenFor(world: NicWorld, milliseconds: number): Promise<readonly Notice[]> {
  const { clock } = world.target;
  const now = async (): Promise<number> => Number(await clock.now()) / 1_000_000;
  const { all } = noticesOf(world);
  const start = await now();
  for (;;) {
    const time = await now();
    for (const { port } of usedPorts(world))
      for (const { bytes } of await (await world.wire(port)).receive({ withinMs: 0 })) {
        const notice = noticeIn(port, bytes, time);
        if (notice !== undefined) all.push(notice);
      }
    if (time - start >= milliseconds) return all;
    await clock.sleep(ROUND_MS);
  }
}

const ADDRESS = String.raw`[\da-f]*[.:][\da-f.:]+`;
const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;
/** What an aggregate looks at its links in, some times over. */
const MONITOR_RUNS_MS = 200;

Given(/^the (?:aggregate|team) has (\S+\/\d+)$/, async function (this: NicWorld, address: string) {
  const aggregate = aggregateCalled(this);
  await giveAddress(this, aggregate, address);
  if (isIpv6Text(address)) await addressesInUse(this, aggregate.ifIndex);
});

Given('what was said before is forgotten', async function (this: NicWorld) {
  await settled(this);
  await listenFor(this, MONITOR_RUNS_MS + this.quietMs);
  noticesOf(this).all = [];
});

Given(
  /^the IPv4 setting (\w+) of (p\d|the bridge) is (\d+)$/,
  async function (this: NicWorld, name: string, place: string, value: string | number) {
    const netDevice = place === 'the bridge' ? bridgeCalled(this).name : await netDeviceOf(this, place);
    const sysctl = `net/ipv4/conf/${netDevice}/${name}`;
    const written = await this.target.sysctl.write(sysctl, String(value));
    expectThat(written.ok, `${sysctl} cannot be written: errno ${written.ok ? 0 : written.errno}`);
  },
);

When(/^(p\d) gets the station (\S{17})$/, async function (this: NicWorld, port: string, station: string) {
  const changed = await (
    await this.route()
  ).setLink(portCalled(this, port).ifIndex, { IFLA_ADDRESS: parseMac(station) });
  accepted(changed, `changing the station of ${port}`);
});

async function stationAt(world: NicWorld, whose: string): Promise<string> {
  if (!/^(?:p\d|the bridge|the aggregate)$/.test(whose)) return whose;
  const ifIndex =
    whose === 'the bridge'
      ? bridgeCalled(world).ifIndex
      : whose === 'the aggregate'
        ? aggregateCalled(world).ifIndex
        : portCalled(world, whose).ifIndex;
  return stationOfLink(world, ifIndex);
}

/** Notices about an address, each of them right, as often as they should be at these ports, and at no other. */
async function expectNotices(
  world: NicWorld,
  address: string,
  ports: readonly string[],
  count: number,
  withinMs: number,
): Promise<readonly Notice[]> {
  const heard = (await listenFor(world, withinMs)).filter((each) => each.address === address);
  for (const { port } of usedPorts(world)) {
    const here = heard.filter((each) => each.port === port);
    expectNumber(here.length, ports.includes(port) ? count : 0, `notices of ${address} at ${port}`);
  }
  for (const { fault } of heard)
    expectThat(fault === undefined, `the notice of ${address} is not right: ${fault ?? ''}`);
  return heard;
}

Then(
  new RegExp(
    `^(${ADDRESS}) is made known at (${PORTS}), (\\d+) times?, with the station (?:of )?(p\\d|the \\w+|\\S{17})$`,
  ),
  async function (this: NicWorld, address: string, ports: string, count: string, whose: string) {
    const within = Number(count) * MONITOR_RUNS_MS + MONITOR_RUNS_MS + this.quietMs;
    const station = await stationAt(this, whose);
    for (const each of await expectNotices(this, address, namesIn(ports), Number(count), within)) {
      expectThat(each.station === station, `${address} is said to be at ${each.station} instead of ${station}`);
      expectThat(each.frameFrom === station, `the frame is from ${each.frameFrom} instead of ${station}`);
      expectNumber(each.tags.length, 0, 'tags of the notice');
    }
  },
);

Then(
  new RegExp(`^(${ADDRESS}) is made known at (p\\d), (\\d+) time, in the VLAN (\\d+)$`),
  async function (this: NicWorld, address: string, port: string, count: string, vid: string) {
    const within = MONITOR_RUNS_MS + this.quietMs;
    for (const { tags } of await expectNotices(this, address, [port], Number(count), within)) {
      expectNumber(tags.length, 1, 'tags of the notice');
      expectNumber((tags[0]?.tci ?? 0) & 0xfff, Number(vid), 'the VLAN of the notice');
    }
  },
);

/** A notice waits for a run of the monitor, and is heard in the round behind it. */
const GREATEST_DEVIATION = 0.4;

Then(
  new RegExp(`^(${ADDRESS}) is made known at (p\\d), (\\d+) times, (\\d+) ms apart$`),
  async function (this: NicWorld, address: string, port: string, count: string, apart: string) {
    const delay = Number(apart);
    const heard = await expectNotices(this, address, [port], Number(count), (Number(count) + 1) * delay);
    for (const [index, { time }] of heard.entries()) {
      const before = heard[index - 1];
      if (before === undefined) continue;
      const between = time - before.time;
      const isRight = Math.abs(between - delay) <= GREATEST_DEVIATION * delay;
      expectThat(isRight, `${Math.round(between)} ms pass between two notices instead of ${delay}`);
    }
  },
);

Then(/^it is made known as a (router|host)'s$/, function (this: NicWorld, what: string) {
  const { all } = noticesOf(this);
  expectThat(all.length > 0, 'nothing is made known');
  for (const { address, isRouter } of all)
    expectThat(isRouter === (what === 'router'), `${address} is made known as a ${isRouter ? 'router' : 'host'}'s`);
});

Then(
  /^nothing is made known(?: for (\d+) seconds)?$/,
  async function (this: NicWorld, seconds: string | number | null) {
    const within = seconds === null ? MONITOR_RUNS_MS + this.quietMs : 1000 * Number(seconds);
    const heard = await listenFor(this, within);
    const said = heard.map(({ address, port }) => `${address} at ${port}`).join(', ');
    expectThat(heard.length === 0, `this is made known: ${said}`);
  },
);

const TIMES: Readonly<Record<string, number>> = { once: 1, 'two times': 2 };

Then(
  /^the announcements of the aggregate tell IFLA_EVENT (\d) (once|two times), and then IFLA_EVENT (\d) (once|two times)$/,
  async function (this: NicWorld, first: string, once: string, second: string, more: string) {
    const { ifIndex } = aggregateCalled(this);
    await this.target.clock.sleep(MONITOR_RUNS_MS);
    const news = (await linkNews(this)).filter(({ header }) => header['ifi_index'] === ifIndex);
    const wanted = [Number(first), Number(second)];
    const events = news
      .map(({ values }) => numberIn(values, 'IFLA_EVENT') ?? 0)
      .filter((event) => wanted.includes(event));
    const expected = [
      ...Array.from({ length: TIMES[once] ?? 0 }, () => Number(first)),
      ...Array.from({ length: TIMES[more] ?? 0 }, () => Number(second)),
    ];
    const isRight = events.join() === expected.join();
    expectThat(isRight, `the events ${events.join(', ')} were announced instead of ${expected.join(', ')}`);
  },
);
