/** Groups that the host is in by an address of its own, and what it reports of them: when it joins, is asked, or is reached another way. */
import { Given, Then, When } from '@cucumber/cucumber';
import { IFA_F_MCAUTOJOIN } from '../../reference-impl/netlink/families/rtnetlink.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { formatIpv4, formatIpv6 } from '../../reference-impl/packet/addresses.js';
import { RECORD_NUMBERS, questionFrame, type IgmpVersion } from '../properties/groupFrames.js';
import { headerOf, isIpv4, isIpv6, naiveChecksum, packetIn } from '../properties/ipPackets.js';
import { solicitedNodeOf, sumOf } from '../properties/ipv6Packets.js';
import { tagsOf } from '../properties/numberedFrames.js';
import { stationFamily } from '../properties/stations.js';
import { aggregateCalled } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { withoutTags } from './linkTargets.js';
import { accepted } from './settings.js';
import { linkNews } from './sriovLife.steps.js';
import { VLAN_DEVICE } from './switchAggregation.steps.js';
import { bridgeCalled, namesIn, portCalled, settled, usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** A group that a message is about, as it left at a port. */
interface Reported {
  readonly port: string;
  readonly group: string;
  /** `TO_EX` …, `report` or `leave` of IGMPv2. */
  readonly what: string;
  readonly source: string;
  readonly vid: number;
  /** What is not as it has to be; empty: nothing. */
  readonly faults: string;
  /** Milliseconds. */
  readonly time: number;
}

type Said = Pick<Reported, 'group' | 'what'>;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RECORD_NUMBERS).map(([name, number]) => [number, name]),
);

const recordsIn = (message: Uint8Array, length: number, format: (bytes: Uint8Array) => string): Said[] =>
  Array.from({ length: (message[6] ?? 0) * 256 + (message[7] ?? 0) }, (_, index) => {
    const record = message.subarray(8 + (4 + length) * index);
    return { group: format(record.subarray(4, 4 + length)), what: NAMES.get(record[0] ?? 0) ?? 'nothing' };
  });

const IGMP = 2;
const V2_NAMES: Readonly<Record<number, string>> = { 0x16: 'report', 0x17: 'leave' };
const ROUTER_ALERT = 0x94;

function igmpIn(frame: Uint8Array): Omit<Reported, 'port' | 'vid' | 'time'>[] {
  const packet = packetIn(frame);
  if (packet[9] !== IGMP) return [];
  const header = headerOf(packet);
  const message = packet.subarray(header.length);
  const group = formatIpv4(message, 4);
  const v2 = V2_NAMES[message[0] ?? 0];
  const said = v2 === undefined ? recordsIn(message, 4, (bytes) => formatIpv4(bytes)) : [{ group, what: v2 }];
  if (v2 === undefined && message[0] !== 0x22) return [];
  const destination = formatIpv4(packet, 16);
  const wanted = v2 === undefined ? '224.0.0.22' : v2 === 'leave' ? '224.0.0.2' : group;
  const faults = [
    ...(packet[8] === 1 ? [] : ['a TTL that is not 1']),
    ...(header[20] === ROUTER_ALERT ? [] : ['no router alert']),
    ...(destination === wanted ? [] : [`the destination ${destination}`]),
    ...(naiveChecksum(header) === 0 && naiveChecksum(message) === 0 ? [] : ['a wrong checksum']),
  ];
  return said.map((each) => ({ ...each, source: formatIpv4(packet, 12), faults: faults.join(', ') }));
}

const ICMPV6 = 58;
const MLD2_REPORT = 143;
const HEADERS = 48;

function mldIn(frame: Uint8Array): Omit<Reported, 'port' | 'vid' | 'time'>[] {
  const packet = packetIn(frame);
  const message = packet.subarray(HEADERS);
  if (packet[6] !== 0 || packet[40] !== ICMPV6 || message[0] !== MLD2_REPORT) return [];
  const [source, destination] = [formatIpv6(packet, 8), formatIpv6(packet, 24)];
  const faults = [
    ...(packet[7] === 1 ? [] : ['a hop limit that is not 1']),
    ...(packet[42] === 5 ? [] : ['no router alert']),
    ...(destination === 'ff02::16' ? [] : [`the destination ${destination}`]),
    ...(sumOf(source, destination, ICMPV6, message) === 0 ? [] : ['a wrong checksum']),
  ];
  const said = recordsIn(message, 16, (bytes) => formatIpv6(bytes));
  return said.map((each) => ({ ...each, source, faults: faults.join(', ') }));
}

const reports = (world: NicWorld): { all: Reported[] } => world.note('reports of groups', () => ({ all: [] }));

const ROUND_MS = 10;

/** Takes what left at all ports for so long. */
async function listenFor(world: NicWorld, milliseconds: number): Promise<readonly Reported[]> {
  const { clock } = world.target;
  const now = async (): Promise<number> => Number(await clock.now()) / 1_000_000;
  const { all } = reports(world);
  const start = await now();
  for (;;) {
    const time = await now();
    for (const { port } of usedPorts(world))
      for (const { bytes } of await (await world.wire(port)).receive({ withinMs: 0 })) {
        const tags = tagsOf(bytes);
        const frame = withoutTags(bytes, tags.length);
        const said = isIpv4(frame) ? igmpIn(frame) : isIpv6(frame) ? mldIn(frame) : [];
        all.push(...said.map((each) => ({ ...each, port, vid: (tags[0]?.tci ?? 0) & 0xfff, time })));
      }
    if (time - start >= milliseconds) return all;
    await clock.sleep(ROUND_MS);
  }
}

const PLACE = String.raw`(p\d|the aggregate|the team|the bridge|the VLAN device)`;

async function indexOf(world: NicWorld, place: string): Promise<number> {
  switch (place) {
    case 'the aggregate':
    case 'the team':
      return aggregateCalled(world).ifIndex;
    case 'the bridge':
      return bridgeCalled(world).ifIndex;
    case 'the VLAN device': {
      const link = accepted(await (await world.route()).link(VLAN_DEVICE), 'looking for the VLAN device');
      return numberIn(link.header, 'ifi_index') ?? 0;
    }
    default:
      return portCalled(world, place).ifIndex;
  }
}

const IP = String.raw`\d+\.\d+\.\d+\.\d+`;

When(new RegExp(`^the host joins ${PLACE} to the group (${IP})$`), join);

async function join(this: NicWorld, place: string, group: string): Promise<void> {
  for (const { port } of usedPorts(this)) await this.wire(port);
  const ifIndex = await indexOf(this, place);
  const added = await (await this.routing()).addAddress(ifIndex, `${group}/32`, { flags: IFA_F_MCAUTOJOIN });
  accepted(added, `joining ${group}`);
  await settled(this);
}

When(
  new RegExp(`^the host is asked to join p0 to (${IP}), which is no group$`),
  async function (this: NicWorld, address: string) {
    const ifIndex = await indexOf(this, 'p0');
    this.answer = await (await this.routing()).addAddress(ifIndex, `${address}/32`, { flags: IFA_F_MCAUTOJOIN });
  },
);

When(
  new RegExp(`^the host has ${PLACE} leave the group (${IP})$`),
  async function (this: NicWorld, place: string, group: string) {
    const removed = await (await this.routing()).removeAddress(await indexOf(this, place), `${group}/32`);
    accepted(removed, `leaving ${group}`);
  },
);

/** A host repeats a report within a second. */
const REPEATED_MS = 2500;
/** Where it examines its address of the link first, it begins anew after that. */
const FORGOTTEN_MS = 6000;

Given('what was reported before is forgotten', async function (this: NicWorld) {
  await settled(this);
  await listenFor(this, FORGOTTEN_MS);
  reports(this).all = [];
});

When(
  /^a querier asks at (p\d) by (IGMPv2|IGMPv3) for (all groups|\d+\.\d+\.\d+\.\d+), to be answered within a second$/,
  async function (this: NicWorld, port: string, version: IgmpVersion, group: string) {
    const sender = { from: 'Q', family: stationFamily(this.scenario), number: 1, source: '192.0.2.200' };
    const asked = group === 'all groups' ? {} : { group };
    const bytes = questionFrame(version, sender, { answersWithin: 10, ...asked });
    await (await this.wire(portCalled(this, port).port)).send([{ bytes }]);
  },
);

const TYPES = 'TO_EX|TO_IN|IS_EX|report|leave';
const GREATEST_DEVIATION = 0.4;

Then(
  new RegExp(
    `^(${IP}|the group of \\S+) is reported at (p\\d(?: and p\\d)*) as (${TYPES}), (once|\\d+ times)(?:, (\\d+) ms apart)?(?:, from (${IP}))?(?:, in the VLAN (\\d+))?$`,
  ),
  async function (
    this: NicWorld,
    group: string,
    ports: string,
    what: string,
    count: string,
    apart: string | number | null,
    source: string | null,
    vid: string | number | null,
  ) {
    const [, address] = /^the group of (\S+)$/.exec(group) ?? [];
    const wanted = address === undefined ? group : solicitedNodeOf(address);
    const times = count === 'once' ? 1 : Number(count.split(' ')[0]);
    // In IPv6 a host says besides that it joins, whenever it examined an address.
    const isAbout = (each: Reported): boolean => each.group === wanted && (address === undefined || each.what === what);
    const all = (await listenFor(this, REPEATED_MS)).filter(isAbout);
    for (const { port } of usedPorts(this)) {
      const here = all.filter((each) => each.port === port);
      const words = here.map((each) => `${each.what} in the VLAN ${each.vid}`).join(', ') || 'nothing';
      const isRight = here.every((each) => each.what === what && each.vid === Number(vid ?? 0));
      expectThat(isRight, `of ${wanted} is reported at ${port}: ${words}`);
      expectNumber(here.length, namesIn(ports).includes(port) ? times : 0, `reports of ${wanted} at ${port}`);
      for (const [index, { time }] of here.entries()) expectApart(time, here[index - 1]?.time, Number(apart ?? 0));
    }
    for (const each of all) {
      expectThat(each.faults === '', `the report has ${each.faults}`);
      expectThat(source === null || each.source === source, `the report is from ${each.source}`);
    }
    reports(this).all = [];
  },
);

function expectApart(time: number, before: number | undefined, apart: number): void {
  if (before === undefined || apart === 0) return;
  const isRight = Math.abs(time - before - apart) <= GREATEST_DEVIATION * apart;
  expectThat(isRight, `${Math.round(time - before)} ms pass between two reports instead of ${apart}`);
}

Then(/^nothing is reported$/, async function (this: NicWorld) {
  const all = await listenFor(this, REPEATED_MS);
  const words = all.map(({ group, what, port }) => `${group} as ${what} at ${port}`).join(', ');
  expectThat(all.length === 0, `this is reported: ${words}`);
});

const IFLA_EVENT_IGMP_RESEND = 5;

Then(
  /^the announcements of (the aggregate|the VLAN device) tell IFLA_EVENT 5 (at most once|\d+ times)$/,
  async function (this: NicWorld, which: string, count: string) {
    const ifIndex = await indexOf(this, which);
    await this.target.clock.sleep(REPEATED_MS);
    const news = (await linkNews(this)).filter(({ header }) => header['ifi_index'] === ifIndex);
    const events = news.filter(({ values }) => numberIn(values, 'IFLA_EVENT') === IFLA_EVENT_IGMP_RESEND);
    const isRight = count === 'at most once' ? events.length <= 1 : events.length === Number(count.split(' ')[0]);
    expectThat(isRight, `IFLA_EVENT 5 is announced ${events.length} times`);
  },
);
