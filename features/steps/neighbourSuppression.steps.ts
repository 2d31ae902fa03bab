/** A bridge that answers for neighbours: questions that come in at its ports, and what comes out where. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { IfIndex, NetDeviceName } from '../../harness/contract/index.js';
import {
  NLM_F_REPLACE,
  NTF_ROUTER,
  NUD_PERMANENT,
  NUD_REACHABLE,
  NUD_STALE,
} from '../../reference-impl/netlink/constants.js';
import { NUD_FAILED } from '../../reference-impl/netlink/families/routing.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { isIpv6Text } from '../properties/ipv6Packets.js';
import {
  announcementOf,
  answerOf,
  questionFor,
  unpadded,
  type Announcement,
  type Named,
  type QuestionChange,
} from '../properties/neighbourQuestions.js';
import { CUSTOMER_TAG, withTags, type Tag } from '../properties/numberedFrames.js';
import type { StationName } from '../properties/stations.js';
import { expectFrames, expectThat } from './expectations.js';
import { enableIpv6 } from './routedPorts.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { tagIn } from './switch.steps.js';
import { arrivedAt, bridgeCalled, namesIn, sendFromHost, sendInto, settled, usedPorts, watch } from './switchPorts.js';
import { putEntry, stationAddress } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

interface Asking {
  readonly addresses: Map<StationName, string>;
  /** VLAN devices on the bridge, by their VID. */
  readonly vlanDevices: Map<number, number>;
  /** Who asked last, where, and how. */
  asker: { readonly station: StationName; readonly place: string; readonly isProbe: boolean } | undefined;
  /** The frame as it was sent, without its tags, and these. */
  frame: Uint8Array;
  tags: readonly Tag[];
}

export const asking = (world: NicWorld): Asking =>
  world.note('questions for neighbours', () => ({
    addresses: new Map(),
    vlanDevices: new Map(),
    asker: undefined,
    frame: new Uint8Array(0),
    tags: [],
  }));

export function named(world: NicWorld, station: StationName): Named {
  const address = asking(world).addresses.get(station);
  expectThat(address !== undefined, `${station} has no address of its network`);
  return { mac: stationAddress(world, station), address };
}

const ADDRESS = String.raw`((?:[\da-f]*[.:])+[\da-f]+)`;
const TAGGED = String.raw`(?:, tagged (\d+)(?: with priority (\d))?)?`;

Given(new RegExp(`^([A-Z]) has ${ADDRESS}$`), function (this: NicWorld, station: StationName, address: string) {
  asking(this).addresses.set(station, address);
});

Given(
  new RegExp(String.raw`^([A-Z]) has ${ADDRESS} and is at (p\d)(?: in VLAN (\d+))?$`),
  async function (this: NicWorld, station: StationName, address: string, port: string, vid: string | null) {
    asking(this).addresses.set(station, address);
    const place = vid === null ? {} : { vid: Number(vid) };
    accepted(await putEntry(this, station, port, 'static', place), `putting ${station} at ${port}`);
  },
);

const STATES: Readonly<Record<string, number>> = {
  permanent: NUD_PERMANENT,
  reachable: NUD_REACHABLE,
  stale: NUD_STALE,
};

const vlanDeviceName = (vid: number): string => `brv${vid}`;

/** `ip neigh add … dev br0`, or at a VLAN device on it. */
export async function makeKnown(
  world: NicWorld,
  station: StationName,
  how: { readonly state?: string; readonly vid?: number; readonly isRouter?: boolean } = {},
): Promise<void> {
  const { mac, address } = named(world, station);
  const bridge = bridgeCalled(world).ifIndex;
  const ifIndex = how.vid === undefined ? bridge : (asking(world).vlanDevices.get(how.vid) ?? 0);
  const state = STATES[how.state ?? 'permanent'] ?? 0;
  const name = how.vid === undefined ? bridgeCalled(world).name : vlanDeviceName(how.vid);
  if (isIpv6Text(address)) await enableIpv6(world, name, ifIndex, false);
  const neighbour = { ifIndex, address, station: mac, state, flags: how.isRouter === true ? NTF_ROUTER : 0 };
  accepted(await (await world.routing(address)).addNeighbour(neighbour), `making ${station} known to the bridge`);
}

Given(
  /^the bridge knows ([A-Z])(, a router)?(?:, (permanent|reachable|stale))?(?: in VLAN (\d+))?$/,
  async function (
    this: NicWorld,
    station: StationName,
    router: string | null,
    state: string | null,
    vid: string | null,
  ) {
    await makeKnown(this, station, {
      ...(state === null ? {} : { state }),
      ...(vid === null ? {} : { vid: Number(vid) }),
      isRouter: router !== null,
    });
  },
);

When(/^the bridge has asked ([A-Z]) in vain$/, async function (this: NicWorld, station: StationName) {
  const { address } = named(this, station);
  const { ifIndex } = bridgeCalled(this);
  const client = await this.routing(address);
  const failed = { ifIndex, address, state: NUD_FAILED };
  accepted(await client.addNeighbour(failed, NLM_F_REPLACE), `saying that ${station} does not answer`);
});

Given(/^there is a VLAN device (\d+) on the bridge$/, async function (this: NicWorld, text: string) {
  const vid = Number(text);
  const route = await this.route();
  const name = vlanDeviceName(vid) as NetDeviceName;
  const { ifIndex: on } = bridgeCalled(this);
  accepted(await route.addVlan({ name, on, vid, tpid: CUSTOMER_TAG }), `adding the VLAN device ${name}`);
  const { header } = accepted(await route.link(name), `looking for ${name}`);
  const ifIndex = numberIn(header, 'ifi_index') ?? 0;
  asking(this).vlanDevices.set(vid, ifIndex);
  await setFlag(this, IFF_UP, true, ifIndex);
});

Given(
  new RegExp(String.raw`^the host has ${ADDRESS}/(\d+) at (?:the bridge|the VLAN device (\d+))$`),
  async function (this: NicWorld, address: string, length: string, vid: string | null) {
    const bridge = bridgeCalled(this);
    const ifIndex = vid === null ? bridge.ifIndex : (asking(this).vlanDevices.get(Number(vid)) ?? 0);
    if (isIpv6Text(address))
      await enableIpv6(this, vid === null ? bridge.name : vlanDeviceName(Number(vid)), ifIndex, false);
    const client = await this.routing(address);
    accepted(await client.addAddress(ifIndex as IfIndex, `${address}/${length}`), `adding ${address} to the bridge`);
    await settled(this);
  },
);

/** The frame is sent, and is what the sentences that follow speak of. */
export async function ask(
  world: NicWorld,
  asker: NonNullable<Asking['asker']>,
  frame: Uint8Array,
  tags: readonly Tag[] = [],
): Promise<void> {
  Object.assign(asking(world), { asker, frame, tags });
  const bytes = withTags(frame, tags);
  if (asker.place === 'the host') await sendFromHost(world, bridgeCalled(world).name, [bytes]);
  else await sendInto(world, asker.place, [bytes]);
}

When(
  new RegExp(String.raw`^([A-Z]) (asks|probes) for ${ADDRESS} at (p\d)${TAGGED}$`),
  async function (
    this: NicWorld,
    station: StationName,
    how: string,
    address: string,
    place: string,
    vid: string | null,
    priority: string | null,
  ) {
    const isProbe = how === 'probes';
    const frame = questionFor(named(this, station), address, { isProbe });
    await ask(this, { station, place, isProbe }, frame, tagIn(null, vid, priority));
  },
);

const DIFFERENT: Readonly<Record<string, (world: NicWorld) => QuestionChange>> = {
  'without saying whom to answer': () => ({ option: 'none' }),
  'for C to be answered': (world) => ({ option: stationAddress(world, 'C') }),
  'with a broken option': () => ({ option: 'none', hasBrokenOption: true }),
  'as a reverse request': () => ({ operation: 3 }),
  'as a reverse answer': () => ({ operation: 4 }),
  'as an answer': () => ({ operation: 2 }),
  'of AppleTalk': () => ({ protocol: 0x809b }),
  'with long addresses of the link': () => ({ macLength: 8 }),
  'with another code': () => ({ code: 1 }),
};

When(
  new RegExp(String.raw`^([A-Z]) asks for ${ADDRESS} at (p\d), (${Object.keys(DIFFERENT).join('|')})$`),
  async function (this: NicWorld, station: StationName, address: string, place: string, how: string) {
    const frame = questionFor(named(this, station), address, DIFFERENT[how]?.(this));
    await ask(this, { station, place, isProbe: false }, frame);
  },
);

When(
  new RegExp(`^the host asks for ${ADDRESS} through the bridge, as ([A-Z])$`),
  async function (this: NicWorld, address: string, station: StationName) {
    const place = 'the host';
    await ask(this, { station, place, isProbe: false }, questionFor(named(this, station), address));
  },
);

When(
  /^([A-Z]) announces itself at (p\d) by (a request for itself|an answer to nobody|an advertisement)(?:, tagged (\d+))?$/,
  async function (this: NicWorld, station: StationName, place: string, how: Announcement, vid: string | null) {
    const frame = announcementOf(named(this, station), how);
    await ask(this, { station, place, isProbe: false }, frame, tagIn(null, vid, null));
  },
);

When(/^([A-Z]) solicits itself at (p\d)$/, async function (this: NicWorld, station: StationName, place: string) {
  await ask(this, { station, place, isProbe: false }, announcementOf(named(this, station), 'to itself'));
});

/** At each port, and at the host's end of the bridge where that is asked for: exactly these frames. */
async function expectFramesAt(world: NicWorld, expected: ReadonlyMap<string, readonly Uint8Array[]>): Promise<void> {
  await watch(world, new Map([...expected].map(([place, frames]) => [place, frames.length])));
  for (const { port } of usedPorts(world))
    expectFrames(arrivedAt(world, port).map(unpadded), expected.get(port) ?? [], `at ${port}`);
}

/** `tags`: what the frame is tagged with where it leaves; absent: as it came. */
export async function expectOutcome(
  world: NicWorld,
  ports: string,
  answer: { readonly owner: StationName; readonly frame: Uint8Array; readonly tags: readonly Tag[] } | undefined,
): Promise<void> {
  const { asker, frame, tags } = asking(world);
  expectThat(asker !== undefined, 'nobody has asked for anything');
  const question = unpadded(withTags(frame, tags));
  const expected = new Map<string, Uint8Array[]>(namesIn(ports).map((port) => [port, [question]]));
  if (answer !== undefined && asker.place !== 'the host')
    expected.set(asker.place, [...(expected.get(asker.place) ?? []), withTags(answer.frame, answer.tags)]);
  await expectFramesAt(world, expected);
}

const PORTS = String.raw`(p\d(?:(?:, | and )p\d)*|nowhere)`;

Then(
  new RegExp(`^it goes on at ${PORTS}, and nobody answers for the bridge$`),
  async function (this: NicWorld, ports: string) {
    await expectOutcome(this, ports, undefined);
  },
);

/** `, a router`, `, at C`: what is said of the owner, and whom the frame is for. */
Then(
  new RegExp(
    String.raw`^it goes on at ${PORTS}, and ([A-Z]) is answered that ([A-Z])(, a router,)? has it( at [A-Z])?(?:, (un)?tagged(?: (\d+))?(?: with priority (\d))?)?$`,
  ),
  async function (
    this: NicWorld,
    ports: string,
    station: StationName,
    owner: StationName,
    router: string | null,
    at: string | null,
    untagged: string | null,
    vid: string | null,
    priority: string | null,
  ) {
    const { asker, tags } = asking(this);
    expectThat(asker !== undefined, 'nobody has asked for anything');
    const frame = answerOf({
      owner: named(this, owner),
      asker: named(this, station),
      isProbe: asker.isProbe,
      isRouter: router !== null,
      ...(at === null ? {} : { to: stationAddress(this, at.slice(-1)) }),
    });
    const answerTags = untagged === null && vid === null ? tags : tagIn(null, vid, priority);
    await expectOutcome(this, ports, { owner, frame, tags: answerTags });
  },
);

/** Linux 6.12 answers a probe as any other question; Linux 6.18 keeps it to itself. */
Then(
  new RegExp(`^it goes on at ${PORTS}, and who is answered hears that ([A-Z]) has it$`),
  async function (this: NicWorld, ports: string, owner: StationName) {
    const { asker, frame } = asking(this);
    expectThat(asker !== undefined, 'nobody has asked for anything');
    await watch(this, new Map(namesIn(ports).map((port) => [port, 1])));
    const isAnswer = arrivedAt(this, asker.place).length > 0;
    const answer = answerOf({ owner: named(this, owner), asker: named(this, asker.station), isProbe: asker.isProbe });
    const expected = new Map(namesIn(ports).map((port) => [port, [unpadded(frame)]]));
    await expectFramesAt(this, isAnswer ? expected.set(asker.place, [answer]) : expected);
  },
);

Then(/^the host is answered at the bridge that ([A-Z]) has it$/, async function (this: NicWorld, owner: StationName) {
  const { asker } = asking(this);
  expectThat(asker !== undefined, 'nobody has asked for anything');
  const { name } = bridgeCalled(this);
  await watch(this, new Map([[name, 1]]));
  const frame = answerOf({ owner: named(this, owner), asker: named(this, asker.station) });
  const own = arrivedAt(this, name).filter((bytes) => formatMac(bytes, 6) === stationAddress(this, owner));
  expectFrames(own.map(unpadded), [frame], 'at the bridge');
});
