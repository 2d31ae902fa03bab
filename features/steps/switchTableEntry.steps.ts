/** One entry of the forwarding database, asked for by its address. */
import { Then, When } from '@cucumber/cucumber';
import { decodeBody, encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_BRIDGE,
  NTF_MASTER,
  NTF_SELF,
  NTF_USE,
  NUD_PERMANENT,
  RTM_GETNEIGH,
} from '../../reference-impl/netlink/constants.js';
import { NDMSG, NEIGHBOUR } from '../../reference-impl/netlink/families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import type { StationName } from '../properties/stations.js';
import { expectNumber, expectThat } from './expectations.js';
import { ask, expectRefused, expectTaken, repliesIn, talk } from './netlinkTalk.js';
import { bridgeCalled, portCalled } from './switchPorts.js';
import { entriesOf, stationAddress } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

const NO_SUCH_INDEX = 0x7fff_fff0;

interface Question {
  readonly index?: number;
  readonly flags?: number;
  readonly state?: number;
  /** Instead of the address of the station, and what else is asked with. */
  readonly attributes?: Values;
}

async function askFor(world: NicWorld, station: StationName, question: Question): Promise<void> {
  const { index = 0, flags = 0, state = 0, attributes = {} } = question;
  const header = { ndm_family: AF_BRIDGE, ndm_ifindex: index, ndm_flags: flags, ndm_state: state };
  const all = { NDA_LLADDR: parseMac(stationAddress(world, station)), ...attributes };
  await ask(world, {
    type: RTM_GETNEIGH,
    flags: 0,
    body: encodeBody(NDMSG, header, encodeAttributes(NEIGHBOUR, all)),
  });
  world.note('the entry of', () => ({ station: '', vid: 0 })).station = station;
}

const entryAsked = (world: NicWorld): { station: StationName; vid: number } =>
  world.note('the entry of', () => ({ station: '', vid: 0 }));

const indexOf = (world: NicWorld, port: string): number => portCalled(world, port).ifIndex;
const bridgeIndex = (world: NicWorld): number => bridgeCalled(world).ifIndex;

/** By whom an entry may be asked for, and how it may not. */
const QUESTIONS: Readonly<Record<string, (world: NicWorld) => Question>> = {
  'by p0': (world) => ({ index: indexOf(world, 'p0') }),
  'by p1': (world) => ({ index: indexOf(world, 'p1') }),
  'by p0 as a port of the bridge': (world) => ({ index: indexOf(world, 'p0'), flags: NTF_MASTER }),
  'by the bridge as the master': (world) => ({ attributes: { NDA_MASTER: bridgeIndex(world) } }),
  'by the bridge itself': (world) => ({ index: bridgeIndex(world), flags: NTF_SELF }),
  'with another address': (world) => ({
    index: indexOf(world, 'p1'),
    attributes: { NDA_LLADDR: parseMac('02:5a:00:00:99:99') },
  }),
  'with the VLAN 4095': (world) => ({ index: indexOf(world, 'p1'), attributes: { NDA_VLAN: 4095 } }),
  'with the VLAN 0': (world) => ({ index: indexOf(world, 'p1'), attributes: { NDA_VLAN: 0 } }),
  'by nobody': () => ({}),
  'by a device that there is not': () => ({ index: NO_SUCH_INDEX }),
  'by a master that there is not': () => ({ attributes: { NDA_MASTER: NO_SUCH_INDEX } }),
  'by a port and by its master': (world) => ({
    index: indexOf(world, 'p1'),
    attributes: { NDA_MASTER: bridgeIndex(world) },
  }),
  'by the bridge as if it were a port': (world) => ({ index: bridgeIndex(world) }),
  'by a port itself': (world) => ({ index: indexOf(world, 'p1'), flags: NTF_SELF }),
  'by a port as the master': (world) => ({ attributes: { NDA_MASTER: indexOf(world, 'p1') } }),
  'with a state': (world) => ({ index: indexOf(world, 'p1'), state: NUD_PERMANENT }),
  'with a flag that says nothing': (world) => ({ index: indexOf(world, 'p1'), flags: NTF_USE }),
  'with a destination': (world) => ({
    index: indexOf(world, 'p1'),
    attributes: { NDA_DST: Uint8Array.of(192, 0, 2, 1) },
  }),
};

When('the entry of B is asked for without an address', async function (this: NicWorld) {
  const header = { ndm_family: AF_BRIDGE, ndm_ifindex: indexOf(this, 'p1') };
  await ask(this, { type: RTM_GETNEIGH, flags: 0, body: encodeBody(NDMSG, header, new Uint8Array(0)) });
});

When(
  /^the entry of ([A-Z]) is asked for ((?:by|with) .+)$/,
  async function (this: NicWorld, station: StationName, how: string) {
    const question = QUESTIONS[how];
    expectThat(question !== undefined, `nobody said what it is to be asked ${how}`);
    entryAsked(this).vid = 0;
    await askFor(this, station, question(this));
  },
);

When(
  /^the entry of ([A-Z]) in VLAN (\d+) is asked for by (p\d)$/,
  async function (this: NicWorld, station: StationName, vid: string, port: string) {
    entryAsked(this).vid = Number(vid);
    await askFor(this, station, { index: indexOf(this, port), attributes: { NDA_VLAN: Number(vid) } });
  },
);

Then(/^it is told as in the table, at (p\d)$/, async function (this: NicWorld, port: string) {
  const { station, vid } = entryAsked(this);
  expectTaken(talk(this).messages, 'the entry');
  const replies = repliesIn(talk(this).messages);
  expectNumber(replies.length, 1, 'entries');
  const [reply] = replies;
  expectThat(reply !== undefined, 'there is no answer');
  const { header, values } = decodeBody(NDMSG, NEIGHBOUR, reply);
  const listed = (await entriesOf(this, station)).find((entry) => entry.vid === vid);
  expectThat(listed !== undefined, `the table does not have ${station}`);
  expectNumber(numberIn(header, 'ndm_ifindex') ?? 0, indexOf(this, port), 'the port of the entry');
  expectNumber(listed.ifIndex, indexOf(this, port), 'the port in the table');
  expectNumber(numberIn(header, 'ndm_state') ?? 0, listed.state, 'the state of the entry');
  expectNumber(numberIn(header, 'ndm_flags') ?? 0, listed.flags, 'the flags of the entry');
  expectNumber(numberIn(values, 'NDA_MASTER') ?? 0, bridgeIndex(this), 'the bridge of the entry');
  expectNumber(numberIn(values, 'NDA_VLAN') ?? 0, vid, 'the VLAN of the entry');
  const address = formatMac(bytesIn(values, 'NDA_LLADDR') ?? new Uint8Array(6));
  expectThat(address === stationAddress(this, station), `the address of the entry is ${address}`);
});

Then(
  /^the request for the entry is refused with (E[A-Z]+): "(.+)"$/,
  function (this: NicWorld, errno: string, why: string) {
    const { message = 'nothing' } = expectRefused(talk(this).messages, errno);
    expectThat(message === why, `it is said that "${message}"`);
  },
);
