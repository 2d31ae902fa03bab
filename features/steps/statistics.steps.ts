/** Interface statistics: what each counter grows by. */
import { Given, Then, When } from '@cucumber/cucumber';
import { ETHTOOL_FLAG_STATS } from '../../reference-impl/netlink/families/ethtool.js';
import type { QueueCounter } from '../../reference-impl/netlink/families/netdev.js';
import { LINK_STATISTICS, type LinkStatistic } from '../../reference-impl/netlink/families/rtnetlink.js';
import { bytesIn, nestIn, numberIn } from '../../reference-impl/netlink/schema.js';
import { ETH_MAC_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { buildFrame, ethernet, payload } from '../../reference-impl/packet/build.js';
import { exampleFlow, packetOf } from '../properties/flows.js';
import { FAR_END, numberedFrame, numberedFrames, withTag } from '../properties/numberedFrames.js';
import {
  FCS_LENGTH,
  STANDARD_NAMES,
  areContiguous,
  bucketGrowth,
  goodFrames,
  growthOfSize,
  wentBack,
  type CountedFrame,
} from '../properties/statistics.js';
import { expectNumber, expectThat } from './expectations.js';
import { askForChannels, channelCounts, happenToPort, setRings } from './receiveControl.js';
import {
  deviceCounters,
  flat,
  groups,
  joinGroup,
  linkCounters,
  linkGrowth,
  noteCounters,
  receiveCounted,
  snapshot,
  statisticsNotes,
  superFrame,
  transmitCounted,
  transmitted,
} from './statisticsControl.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

/** Notes the counters, then the far end sends. */
async function farEndSends(world: NicWorld, frames: readonly CountedFrame[]): Promise<void> {
  const state = await noteCounters(world);
  state.received.push(...(await receiveCounted(world, frames)));
}

const mix = (unicast: number, multicast: number, broadcast: number): CountedFrame[] => [
  ...goodFrames(unicast),
  ...goodFrames(multicast, 'multicast'),
  ...goodFrames(broadcast, 'broadcast'),
];

When(
  'the far end sends {int} unicast frames, {int} multicast frames of a joined group and {int} broadcast frames',
  async function (this: NicWorld, unicast: number, multicast: number, broadcast: number) {
    await joinGroup(this);
    await farEndSends(this, mix(unicast, multicast, broadcast));
  },
);

When(
  'the host sends {int} unicast frames, {int} multicast frames and {int} broadcast frames',
  async function (this: NicWorld, unicast: number, multicast: number, broadcast: number) {
    const state = await noteCounters(this);
    state.sent += await transmitCounted(this, mix(unicast, multicast, broadcast));
  },
);

When(
  'the far end sends {int} frames to the port and {int} to somebody else',
  async function (this: NicWorld, ours: number, others: number) {
    const state = await noteCounters(this);
    const wire = await this.wire();
    const somebody = '02:de:ad:be:ef:01';
    await wire.send(numberedFrames(somebody, others, 1000).map((bytes) => ({ bytes })));
    state.received.push(...(await receiveCounted(this, goodFrames(ours))));
  },
);

When(
  'the far end sends {int} frames, {int} of them with a wrong frame check sequence',
  async function (this: NicWorld, count: number, damaged: number) {
    const frames = goodFrames(count).map((frame, index) => ({ ...frame, isDamaged: index < damaged }));
    await farEndSends(this, frames);
  },
);

When('the host sends {int} frames', async function (this: NicWorld, count: number) {
  const state = await noteCounters(this);
  state.sent += await transmitCounted(this, goodFrames(count));
});

When(
  'the host sends a TCP super-frame of {int} bytes with segments of {int}',
  async function (this: NicWorld, length: number, gsoSize: number) {
    const state = await noteCounters(this);
    state.sent += await transmitted(this, [superFrame(this, length, gsoSize)], Math.ceil(length / gsoSize));
  },
);

When('the far end sends a frame of {int} bytes', async function (this: NicWorld, length: number) {
  await farEndSends(this, goodFrames(1, 'unicast', length));
});

When(
  'the far end sends a frame that has {int} bytes with its check sequence',
  async function (this: NicWorld, size: number) {
    await farEndSends(this, goodFrames(1, 'unicast', size - FCS_LENGTH));
  },
);

When('the host sends a frame of {int} bytes', async function (this: NicWorld, length: number) {
  const state = await noteCounters(this);
  state.sent += await transmitCounted(this, goodFrames(1, 'unicast', length));
});

When('the far end sends a frame of 104 bytes with a tag of VID 0', async function (this: NicWorld) {
  const state = await noteCounters(this);
  const frame = withTag(numberedFrame({ destination: this.port.address, number: 1, length: 100 }), {
    tpid: 0x8100,
    tci: 0xa000,
  });
  state.received.push(...(await this.intoDevice([{ bytes: frame }], 1)));
});

When('the far end sends 10 UDP frames with a right checksum and 5 with a wrong one', async function (this: NicWorld) {
  const state = await noteCounters(this);
  const frames = Array.from({ length: 15 }, (_, index) => {
    const bytes = packetOf(exampleFlow('udp4', index), { to: this.port.address });
    // The last byte of the payload: the checksum covers it.
    if (index >= 10) bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    return { bytes };
  });
  state.received.push(...(await this.intoDevice(frames, 15)));
});

Given('traffic in both directions', async function (this: NicWorld) {
  await joinGroup(this);
  await farEndSends(this, mix(10, 3, 2));
  statisticsNotes(this).sent += await transmitCounted(this, mix(8, 2, 1));
});

const isLinkStatistic = (name: string): name is LinkStatistic => (LINK_STATISTICS as readonly string[]).includes(name);

Then(/^(rx_\w+|tx_\w+|multicast) grew by (\d+)$/, async function (this: NicWorld, name: string, growth: string) {
  expectThat(isLinkStatistic(name), `there is no link statistic ${name}`);
  expectNumber(await linkGrowth(this, name), Number(growth), `the growth of ${name}`);
});

Then('rx_errors is at least the sum of its details', async function (this: NicWorld) {
  const { rx_errors: sum, rx_length_errors, rx_crc_errors, rx_frame_errors } = await linkCounters(this);
  const details = rx_length_errors + rx_crc_errors + rx_frame_errors;
  expectThat(sum >= details, `rx_errors is ${sum}, its details are ${details}`);
});

Then('no frame reached the host', async function (this: NicWorld) {
  const more = await (await this.host()).receive({ withinMs: this.quietMs });
  expectNumber(statisticsNotes(this).received.length + more.length, 0, 'frames at the host');
});

// A host that is too slow.

Given('a receive ring of {int} frames', async function (this: NicWorld, size: number) {
  accepted(await setRings(this, { ETHTOOL_A_RINGS_RX: size }), `a receive ring of ${size}`);
});

When('the host is too slow for its receive rings', async function (this: NicWorld) {
  await noteCounters(this);
  await (await this.host()).setPolling(false);
});

When('the far end sends {int} frames of one flow', async function (this: NicWorld, count: number) {
  const state = statisticsNotes(this);
  const bytes = packetOf(exampleFlow('udp4'), { to: this.port.address });
  await (await this.wire()).send(Array.from({ length: count }, () => ({ bytes })));
  state.sent = count;
});

When('the host is fast enough again', async function (this: NicWorld) {
  const host = await this.host();
  await host.setPolling(true);
  statisticsNotes(this).received.push(...(await host.receive({ withinMs: this.quietMs })));
});

Then(
  'rx_missed_errors grew by the frames that did not reach the host, and rx_dropped did not grow',
  async function (this: NicWorld) {
    const { sent, received } = statisticsNotes(this);
    expectThat(received.length < sent, 'the ring held everything');
    expectThat(received.length > 0, 'the ring held nothing');
    expectNumber(await linkGrowth(this, 'rx_missed_errors'), sent - received.length, 'the growth of rx_missed_errors');
    expectNumber(await linkGrowth(this, 'rx_dropped'), 0, 'the growth of rx_dropped');
  },
);

// Over changes of the port.

When(/^(a down and an up|a change of [\w ]+) takes place$/, async function (this: NicWorld, event: string) {
  const state = statisticsNotes(this);
  if (state.before !== undefined) state.before = await snapshot(this);
  await happenToPort(this, event);
});

Then('no counter went back', async function (this: NicWorld) {
  const { before } = statisticsNotes(this);
  expectThat(before !== undefined, 'no counters were noted');
  const back = wentBack(flat(before), flat(await snapshot(this)));
  expectThat(back.length === 0, `${back.join(', ')} went back`);
});

// Queues.

const PAIRS: readonly (readonly [LinkStatistic, QueueCounter])[] = [
  ['rx_packets', 'RX_PACKETS'],
  ['rx_bytes', 'RX_BYTES'],
  ['tx_packets', 'TX_PACKETS'],
  ['tx_bytes', 'TX_BYTES'],
];

Then('the queue statistics in sum are those of the interface', async function (this: NicWorld) {
  const { link, queues } = await snapshot(this);
  for (const [name, counter] of PAIRS) {
    const sum = queues.reduce((total, { counters }) => total + (counters[counter] ?? 0), 0);
    expectNumber(sum, link[name], `${counter} of all queues, beside ${name}`);
  }
});

Then(
  'the statistics of the whole device in the netdev family are those of the interface',
  async function (this: NicWorld) {
    const { link, device } = await snapshot(this);
    for (const [name, counter] of PAIRS) expectNumber(device[counter] ?? -1, link[name], `${counter}, beside ${name}`);
  },
);

When('there are fewer channels', async function (this: NicWorld) {
  const { queues } = await channelCounts(this);
  accepted(await askForChannels(this, Math.max(1, queues - 1)), 'one channel less');
});

Then('the queue statistics list each receive and transmit queue once', async function (this: NicWorld) {
  const ethtool = await this.ethtool();
  const listed = accepted(await ethtool.queueStatistics(this.port.ifIndex), 'reading the queue statistics');
  const { queues, tx, combined } = await channelCounts(this);
  for (const [type, count] of [['rx', queues] as const, ['tx', tx + combined] as const]) {
    const numbers = listed.filter((entry) => entry.type === type).map(({ queue }) => queue);
    const wanted = Array.from({ length: count }, (_, queue) => queue);
    expectThat(
      numbers.sort((a, b) => a - b).join() === wanted.join(),
      `the ${type} queues in the list are ${numbers.join()}`,
    );
  }
});

Then('each of them has packets and bytes', async function (this: NicWorld) {
  const ethtool = await this.ethtool();
  for (const { type, queue, counters } of accepted(
    await ethtool.queueStatistics(this.port.ifIndex),
    'reading the queue statistics',
  )) {
    const [packets, bytes] =
      type === 'rx' ? [counters.RX_PACKETS, counters.RX_BYTES] : [counters.TX_PACKETS, counters.TX_BYTES];
    expectThat(packets !== undefined && bytes !== undefined, `${type} queue ${queue} has no packets or no bytes`);
  }
});

async function deviceGrowth(world: NicWorld, name: QueueCounter): Promise<number | undefined> {
  const now = (await deviceCounters(world))[name];
  return now === undefined ? undefined : now - (statisticsNotes(world).before?.device[name] ?? 0);
}

Then('the queue counters of receive checksums that are there add up to what came', async function (this: NicWorld) {
  const [complete, unnecessary, none, bad] = [
    await deviceGrowth(this, 'RX_CSUM_COMPLETE'),
    await deviceGrowth(this, 'RX_CSUM_UNNECESSARY'),
    await deviceGrowth(this, 'RX_CSUM_NONE'),
    await deviceGrowth(this, 'RX_CSUM_BAD'),
  ];
  if (unnecessary !== undefined) expectThat(unnecessary <= 10, `${unnecessary} packets were counted as verified`);
  if (bad !== undefined) expectThat(bad <= 5, `${bad} packets were counted as bad`);
  if (unnecessary === undefined || none === undefined) return;
  const sum = (complete ?? 0) + unnecessary + none;
  // A bad packet may be counted as one that was not verified beside being counted as bad.
  expectThat(sum === 15 || sum + (bad ?? 0) === 15, `15 packets were counted as ${sum}, and ${bad ?? 0} bad ones`);
});

Then(
  'the queue counters of transmit segmentation that are there count one super-frame and 5 segments',
  async function (this: NicWorld) {
    const [packets, wirePackets] = [
      await deviceGrowth(this, 'TX_HW_GSO_PACKETS'),
      await deviceGrowth(this, 'TX_HW_GSO_WIRE_PACKETS'),
    ];
    if (packets !== undefined) expectNumber(packets, 1, 'super-frames');
    if (wirePackets !== undefined) expectNumber(wirePackets, 5, 'segments');
  },
);

When(
  /^queue statistics of (interface index 0|an index of no interface) are asked for$/,
  async function (this: NicWorld, which: string) {
    const ethtool = await this.ethtool();
    const result = await ethtool.queueStatistics(which === 'interface index 0' ? 0 : 0x7fff_0000);
    this.notes.set('statistics refusal', result.ok ? undefined : result.error);
  },
);

/** struct nlmsghdr and struct genlmsghdr lie before the first attribute. */
const FIRST_ATTRIBUTE = 20;

Then(/^they are refused with (ERANGE|ENODEV) at the interface index$/, function (this: NicWorld, name: string) {
  const error = this.notes.get('statistics refusal') as { errnoName: string; offset?: number } | undefined;
  expectThat(error !== undefined, 'they were answered');
  expectThat(error.errnoName === name, `they were refused with ${error.errnoName}`);
  expectNumber(error.offset ?? -1, FIRST_ATTRIBUTE, 'the offset of the bad attribute');
});

// Standard groups.

Then(
  /^the MAC counter (\w+) grew by (\d+), if the device has it$/,
  async function (this: NicWorld, name: string, growth: string) {
    const now = (await groups(this)).get('eth-mac')?.counters[name];
    if (now === undefined) return;
    expectNumber(now - (statisticsNotes(this).before?.mac[name] ?? 0), Number(growth), `the growth of ${name}`);
  },
);

Then('the RMON buckets are contiguous and at most 10', async function (this: NicWorld) {
  const { rxBuckets, txBuckets } = await snapshot(this);
  for (const buckets of [rxBuckets, txBuckets]) {
    expectThat(
      areContiguous(buckets),
      `the buckets ${buckets.map(({ low, high }) => `${low}-${high}`).join()} are not contiguous`,
    );
    expectThat(buckets.length <= 10, `there are ${buckets.length} buckets`);
  }
  expectThat(rxBuckets.length > 0, 'there are no buckets');
});

Then('the one RMON bucket that includes {int} grew by 1', async function (this: NicWorld, size: number) {
  const { before } = statisticsNotes(this);
  const { rxBuckets } = await snapshot(this);
  const growth = bucketGrowth(before?.rxBuckets ?? [], rxBuckets);
  expectThat(growth.join() === growthOfSize(rxBuckets, size).join(), `the buckets grew by ${growth.join()}`);
});

// Private counters.

async function privateNames(world: NicWorld): Promise<readonly string[]> {
  const ethtool = await world.ethtool();
  return accepted(await ethtool.privateCounterNames(world.port.netDevice), 'reading the names of the private counters');
}

Then('no private counter has the name of a standard one', async function (this: NicWorld) {
  const names = await privateNames(this);
  expectThat(names.length > 0, 'there are no private counters');
  const repeated = names.filter(
    (name) => STANDARD_NAMES.has(name) || (ETH_MAC_NAMES as readonly string[]).includes(name),
  );
  expectThat(repeated.length === 0, `${repeated.join(', ')} are standard`);
});

Given('the names of the private counters are noted', async function (this: NicWorld) {
  statisticsNotes(this).names = await privateNames(this);
});

Then('the names of the private counters are what they were', async function (this: NicWorld) {
  const names = await privateNames(this);
  expectThat(names.join() === statisticsNotes(this).names.join(), `the names are ${names.join()} now`);
});

// Pause and FEC.

Given('the device accepts pause frames', async function (this: NicWorld) {
  const ethtool = await this.ethtool();
  const settings = { ETHTOOL_A_PAUSE_AUTONEG: 0, ETHTOOL_A_PAUSE_RX: 1, ETHTOOL_A_PAUSE_TX: 1 };
  accepted(await ethtool.call('PAUSE_SET', this.port.netDevice, settings), 'switching flow control on');
  this.notes.set('received pause frames', (await pauseStatistics(this)).received);
});

async function pauseStatistics(world: NicWorld): Promise<{ received: number | undefined; sent: number | undefined }> {
  const ethtool = await world.ethtool();
  const values = accepted(await ethtool.pause(world.port.netDevice), 'reading the pause statistics');
  const statistics = nestIn(values, 'ETHTOOL_A_PAUSE_STATS');
  return {
    received: numberIn(statistics, 'ETHTOOL_A_PAUSE_STAT_RX_FRAMES'),
    sent: numberIn(statistics, 'ETHTOOL_A_PAUSE_STAT_TX_FRAMES'),
  };
}

When('the far end sends {int} pause frames', async function (this: NicWorld, count: number) {
  // IEEE 802.3 Annex 31B: opcode 1, and a time of 0 that ends a pause at once.
  const pauseFrame = buildFrame([
    ethernet({ destination: '01:80:c2:00:00:01', source: FAR_END, etherType: 0x8808 }),
    payload(Uint8Array.of(0, 1, ...new Uint8Array(44))),
  ]);
  await (await this.wire()).send(Array.from({ length: count }, () => ({ bytes: pauseFrame.bytes })));
  await this.target.clock.sleep(this.quietMs);
});

Then('the received pause frames grew by {int}', async function (this: NicWorld, growth: number) {
  const before = this.notes.get('received pause frames');
  const { received } = await pauseStatistics(this);
  expectNumber((received ?? 0) - (typeof before === 'number' ? before : 0), growth, 'received pause frames');
});

Then('the pause statistics have both counters', async function (this: NicWorld) {
  const { received, sent } = await pauseStatistics(this);
  expectThat(received !== undefined && sent !== undefined, 'a counter of pause frames is not there');
});

Then('the FEC statistics have corrected and uncorrectable blocks', async function (this: NicWorld) {
  const ethtool = await this.ethtool();
  const flags = { ETHTOOL_A_HEADER_FLAGS: ETHTOOL_FLAG_STATS };
  const values = accepted(await ethtool.call('FEC_GET', this.port.netDevice, {}, flags), 'reading the FEC statistics');
  const statistics = nestIn(values, 'ETHTOOL_A_FEC_STATS');
  for (const name of ['ETHTOOL_A_FEC_STAT_CORRECTED', 'ETHTOOL_A_FEC_STAT_UNCORR']) {
    const counters = bytesIn(statistics, name);
    expectThat(counters !== undefined && counters.length >= 8, `${name} is not there`);
    expectNumber(counters.length % 8, 0, `the rest of the bytes of ${name} by 8`);
  }
});

Then('each 32-bit link statistic is the low half of the 64-bit one', async function (this: NicWorld) {
  const route = await this.route();
  const { values } = accepted(await route.link(this.port.ifIndex), 'reading the link');
  const [short, long] = [nestIn(values, 'IFLA_STATS'), nestIn(values, 'IFLA_STATS64')];
  expectThat(short !== undefined && long !== undefined, 'one of the two forms is not there');
  expectThat((numberIn(long, 'rx_packets') ?? 0) > 0, 'nothing was counted');
  for (const name of LINK_STATISTICS) {
    const value = numberIn(short, name);
    if (value !== undefined) expectNumber(value, (numberIn(long, name) ?? 0) % 0x1_0000_0000, name);
  }
});
