/** Channels: what is refused, what reads back, and that a change loses nothing. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { buildFrame, ethernet, ipv4, payload, payloadPattern, udp } from '../../reference-impl/packet/build.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { BROADCAST, FAR_END, SOMEBODY_ELSE, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import { intoHost, ontoWire } from './exchange.js';
import { ethtoolListening } from './featureSwitches.steps.js';
import { ethtoolNews } from './listening.js';
import { sameNumbers } from './port.steps.js';
import { accepted, ethtoolCall, firstAttributeAt, expectRefusal } from './settings.js';
import type { NicWorld } from './world.js';

const KINDS = ['RX', 'TX', 'OTHER', 'COMBINED'] as const;
type Kind = (typeof KINDS)[number];
type Counts = Readonly<Record<Kind, number>>;

interface ChannelNotes {
  counts: Counts;
  refused: { readonly kind: Kind; readonly answer: NetlinkResult<unknown> }[];
  bursts: number[];
  changedTo: number;
}
const NO_COUNTS: Counts = { RX: 0, TX: 0, OTHER: 0, COMBINED: 0 };
const queueNotes = (world: NicWorld): ChannelNotes =>
  world.note('channels', () => ({ counts: NO_COUNTS, refused: [], bursts: [], changedTo: 0 }));

async function channels(world: NicWorld): Promise<{ readonly counts: Counts; readonly max: Counts }> {
  const values = accepted(await ethtoolCall(world, 'CHANNELS_GET'), 'reading the channels');
  const read = (suffix: string): Counts =>
    Object.fromEntries(
      KINDS.map((kind) => [kind, numberIn(values, `ETHTOOL_A_CHANNELS_${kind}_${suffix}`) ?? 0]),
    ) as unknown as Counts;
  return { counts: read('COUNT'), max: read('MAX') };
}

const setChannels = (world: NicWorld, counts: Partial<Counts>): Promise<NetlinkResult<Values>> =>
  ethtoolCall(
    world,
    'CHANNELS_SET',
    Object.fromEntries(Object.entries(counts).map(([kind, count]) => [`ETHTOOL_A_CHANNELS_${kind}_COUNT`, count])),
  );

const sameCounts = (a: Counts, b: Counts): boolean => KINDS.every((kind) => a[kind] === b[kind]);

When('one channel more than the maximum is asked for, of each kind in turn', async function (this: NicWorld) {
  const notes = queueNotes(this);
  const { counts, max } = await channels(this);
  notes.counts = counts;
  for (const kind of KINDS) {
    notes.refused.push({ kind, answer: await setChannels(this, { [kind]: max[kind] + 1 }) });
  }
});

Then('each is refused with EINVAL, at the attribute of that kind', function (this: NicWorld) {
  for (const { kind, answer } of queueNotes(this).refused) {
    this.answer = answer;
    expectThat(
      expectRefusal(this, 'EINVAL').offset === firstAttributeAt(this),
      `${kind} was refused without its place`,
    );
  }
});

Then('the channel counts are what they were', async function (this: NicWorld) {
  const { counts } = await channels(this);
  expectThat(sameCounts(counts, queueNotes(this).counts), `the counts are ${JSON.stringify(counts)}`);
});

Then(
  'for every count beyond the maximum of its kind, the request is refused and the counts stay',
  async function (this: NicWorld) {
    const { counts, max } = await channels(this);
    await this.law(
      fc.asyncProperty(fc.constantFrom(...KINDS), fc.integer({ min: 1, max: 0x7fff_0000 }), async (kind, beyond) => {
        this.answer = await setChannels(this, { [kind]: max[kind] + beyond });
        expectRefusal(this, 'EINVAL');
        expectThat(sameCounts((await channels(this)).counts, counts), 'the counts have changed');
      }),
      { runs: 0.5 },
    );
  },
);

When(/^no channel that (receives|transmits) is asked for$/, async function (this: NicWorld, what: string) {
  const { counts } = await channels(this);
  queueNotes(this).counts = counts;
  const none = what === 'receives' ? 'RX' : 'TX';
  this.answer = await setChannels(this, counts.COMBINED > 0 ? { COMBINED: 0 } : { [none]: 0 });
});

const BURST = 40;

When(
  'the channel counts that are in force are asked for again, between two bursts of frames',
  async function (this: NicWorld) {
    const { counts, max } = await channels(this);
    const known = Object.fromEntries(KINDS.filter((kind) => max[kind] > 0).map((kind) => [kind, counts[kind]]));
    const first = await ontoWire(this, numberedFrames(BROADCAST, BURST));
    this.answer = await setChannels(this, known);
    const second = await ontoWire(this, numberedFrames(BROADCAST, BURST, BURST));
    queueNotes(this).bursts = numbersOf([...first, ...second].map(({ bytes }) => bytes));
  },
);

Then('both bursts arrive whole', function (this: NicWorld) {
  const all = Array.from({ length: 2 * BURST }, (_, index) => index);
  expectThat(sameNumbers(queueNotes(this).bursts, all), `these arrived: ${queueNotes(this).bursts.join(' ')}`);
});

Then('the queues of the netdev family are those of sysfs, numbered from 0', async function (this: NicWorld) {
  const listed = await this.target.sysfs.list(`class/net/${this.port.netDevice}/queues`);
  expectThat(listed.ok, 'sysfs does not list the queues');
  const queues = accepted(await (await this.ethtool()).queues(this.port.ifIndex), 'listing the queues');
  for (const type of ['rx', 'tx'] as const) {
    const inSysfs = listed.value.filter((name) => name.startsWith(`${type}-`)).length;
    const ids = queues.filter((queue) => queue.type === type).map(({ id }) => id);
    ids.sort((a, b) => a - b);
    const expected = Array.from({ length: inSysfs }, (_, index) => index);
    expectThat(sameNumbers(ids, expected), `sysfs has ${inSysfs} ${type} queues, the netdev family ${ids.join(' ')}`);
  }
});

/** The kind of channel whose count can go down and up again. */
async function changeableKind(world: NicWorld): Promise<Kind> {
  const { counts } = await channels(world);
  return counts.COMBINED > 0 ? 'COMBINED' : 'RX';
}

/** One less, or one more where there is only one. */
When('the number of channels is changed by one', async function (this: NicWorld) {
  const { counts } = await channels(this);
  const notes = queueNotes(this);
  notes.counts = counts;
  const kind = await changeableKind(this);
  notes.changedTo = counts[kind] > 1 ? counts[kind] - 1 : counts[kind] + 1;
  accepted(await setChannels(this, { [kind]: notes.changedTo }), 'changing the number of channels');
});

When('there are as many channels as before', async function (this: NicWorld) {
  const kind = await changeableKind(this);
  accepted(await setChannels(this, { [kind]: queueNotes(this).counts[kind] }), 'having as many channels as before');
});

When('the receive queue 0 is asked for', async function (this: NicWorld) {
  this.answer = await (await this.ethtool()).queue(this.port.ifIndex, 'rx', 0);
});

When('there is as few channels as possible', async function (this: NicWorld) {
  const kind = await changeableKind(this);
  const { counts } = await channels(this);
  accepted(await setChannels(this, { [kind]: 1 }), 'having one channel');
  queueNotes(this).counts = { ...counts, [kind]: 1 };
});

Then('the channel counts read back as asked', async function (this: NicWorld) {
  const { counts } = await channels(this);
  expectThat(sameCounts(counts, queueNotes(this).counts), `the counts are ${JSON.stringify(counts)}`);
});

/** One UDP datagram of each flow, both ways: whatever the queue that its hash leads to. */
async function expectFlows(world: NicWorld, count: number): Promise<void> {
  const datagrams = (source: string, destination: string): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => {
      const udpLayer = udp({ sourcePort: 1024 + 7 * index, destinationPort: 5000 });
      const network = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' });
      return buildFrame([ethernet({ destination, source }), network, udpLayer, payload(payloadPattern(64, index))])
        .bytes;
    });
  const into = datagrams(FAR_END, world.port.address);
  const received = (await intoHost(world, into)).map(({ bytes }) => hex(bytes)).sort();
  expectThat(received.join() === into.map(hex).sort().join(), `of ${count} flows ${received.length} reached the host`);
  const out = datagrams(world.port.address, SOMEBODY_ELSE);
  const left = (await ontoWire(world, out)).map(({ bytes }) => hex(bytes)).sort();
  expectThat(left.join() === out.map(hex).sort().join(), `of ${count} flows ${left.length} left`);
}

Then('{int} flows pass in both directions', async function (this: NicWorld, flows: number) {
  await expectFlows(this, flows);
});

Then(
  'for every accepted count of channels, it reads back and 16 flows pass in both directions',
  async function (this: NicWorld) {
    const kind = await changeableKind(this);
    const { counts, max } = await channels(this);
    await this.law(
      fc.asyncProperty(fc.integer({ min: 1, max: max[kind] }), async (count) => {
        const answer = await setChannels(this, { [kind]: count });
        if (answer.ok) expectNumber((await channels(this)).counts[kind], count, 'channels');
        await expectFlows(this, 16);
        accepted(await setChannels(this, { [kind]: counts[kind] }), 'having as many channels as before');
      }),
      { runs: 0.2 },
    );
  },
);

Then('one change of channels is announced, with the new counts', async function (this: NicWorld) {
  const { listener } = ethtoolListening(this);
  expectThat(listener !== undefined, 'nobody listens');
  const news = await ethtoolNews(this, listener, 'CHANNELS_NTF');
  expectNumber(news.length, 1, 'announcements');
  const kind = await changeableKind(this);
  const announced = numberIn(news[0]?.values, `ETHTOOL_A_CHANNELS_${kind}_COUNT`) ?? -1;
  expectNumber(announced, queueNotes(this).changedTo, 'channels that were announced');
});
