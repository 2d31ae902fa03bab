/** Receive aggregation: what the far end sends as TCP segments, and what the host gets to see of them. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  DIFFERENCES,
  TCP_FLAGS,
  firstSegment,
  flagsOf,
  ipLength,
  isDamagedFrame,
  nextSegment,
  run,
  runOf,
  segmentsIn,
  takenApart,
  type Difference,
  type NetworkName,
  type TcpFlagName,
} from '../properties/tcpStreams.js';
import { expectNumber, expectThat } from './expectations.js';
import { mergeBy, setPromiscuous } from './receiveControl.js';
import { setFeatures } from './settings.js';
import type { NicWorld } from './world.js';
import {
  notes,
  exchange,
  send,
  growth,
  expectStream,
  expectUnmerged,
  expectDamagedAlone,
  expectHardwareGroCounted,
  holdTimeMs,
  flagged,
} from './groExchange.js';

Given('segments are merged by {word}', async function (this: NicWorld, aggregation: string) {
  await mergeBy(this, aggregation);
});

Given('nothing is merged on receive', async function (this: NicWorld) {
  await mergeBy(this);
});

When(
  'the far end sends a run of {int} TCP segments of {int} bytes over {word}, the last of them shorter',
  async function (this: NicWorld, count: number, length: number, ip: NetworkName) {
    await send(this, runOf(ip, count, length));
  },
);

When(
  'the far end sends a run of TCP segments of {int}, {int} bytes',
  async function (this: NicWorld, first: number, second: number) {
    await send(this, run('IPv4', [first, second]));
  },
);

When(
  'the far end sends a run of TCP segments of {int}, {int}, {int} bytes',
  async function (this: NicWorld, first: number, second: number, third: number) {
    await send(this, run('IPv4', [first, second, third]));
  },
);

When(
  'the far end sends a run of 5 TCP segments over {word}, the third with a wrong checksum',
  async function (this: NicWorld, ip: NetworkName) {
    const segments = run(ip, [200, 200, 200, 200, 200]);
    await send(
      this,
      segments.map((segment, index) => ({ ...segment, isDamaged: index === 2 })),
    );
  },
);

When(
  'the far end sends a run of 4 TCP segments over IPv4, the second with the flag {word}',
  async function (this: NicWorld, flag: TcpFlagName) {
    const segments = run('IPv4', [200, 200, 200, 200]);
    await send(
      this,
      segments.map((segment, index) => (index === 1 ? flagged(segment, flag) : segment)),
    );
  },
);

When(
  /^the far end sends two TCP segments over (IPv4|IPv6), the second with (.+)$/,
  async function (this: NicWorld, ip: NetworkName, difference: string) {
    const first = firstSegment(ip);
    await send(this, [first, DIFFERENCES[difference as Difference](nextSegment(first))]);
  },
);

When(
  /^the far end sends a run of 6 TCP segments with one identification, which (may|must not) be fragmented$/,
  async function (this: NicWorld, may: string) {
    const dontFragment = may === 'must not';
    const segments = run('IPv4', new Array<number>(6).fill(200));
    await send(
      this,
      segments.map((segment) => ({ ...segment, dontFragment, identification: 0x4e4e })),
    );
  },
);

const RUNS = {
  'IPv4 options': run('IPv4', [200, 200, 200, 200]).map((segment) => ({ ...segment, ipOptions: true })),
  'IPv4 fragments': run('IPv4', [200, 200, 200, 200]).map((segment) => ({ ...segment, isFragment: true })),
  'IPv6 fragments': run('IPv6', [200, 200, 200, 200]).map((segment) => ({ ...segment, isFragment: true })),
} as const;

When(
  /^the far end sends a run of 4 TCP segments with (IPv4 options|IPv4 fragments|IPv6 fragments)$/,
  async function (this: NicWorld, what: keyof typeof RUNS) {
    await send(this, RUNS[what]);
  },
);

const PAIRS_OF_TAGS = {
  'with VID 10 and with VID 20': [10, 20],
  'with priority 0 and with priority 5': [10, 0xa00a],
  'with no tag and with VID 10': [undefined, 10],
} as const;

When(
  /^the far end sends two consecutive TCP segments, (with .+)$/,
  async function (this: NicWorld, tags: keyof typeof PAIRS_OF_TAGS) {
    // So that no VLAN filter keeps them away.
    await setPromiscuous(this, true);
    const first = firstSegment('IPv4');
    const segments = [first, nextSegment(first)].map((segment, index) => {
      const tci = PAIRS_OF_TAGS[tags][index];
      return tci === undefined ? segment : { ...segment, tag: { tpid: 0x8100, tci } };
    });
    await send(this, segments);
  },
);

When(
  'the far end sends {int} pairs of TCP segments, each of a flow of its own',
  async function (this: NicWorld, count: number) {
    await send(this, Array.from({ length: count }, (_, flow) => run('IPv4', [200, 200], flow)).flat());
  },
);

When(
  'the far end sends {int} TCP segments in each of {int} flows, in turn',
  async function (this: NicWorld, count: number, flows: number) {
    const runs = Array.from({ length: flows }, (_, flow) => run('IPv4', new Array<number>(count).fill(200), flow));
    await send(
      this,
      Array.from({ length: count }, (_, index) => runs.flatMap((segments) => segments[index] ?? [])).flat(),
    );
  },
);

Then('taking apart what reached the host gives these segments', function (this: NicWorld) {
  const { segments, received } = notes(this);
  expectStream(this, segments, received);
});

Then('taking apart what reached the host gives all other segments', function (this: NicWorld) {
  const { segments, received } = notes(this);
  const good = segments.filter(({ isDamaged }) => !isDamaged);
  expectStream(
    this,
    good,
    received.filter((frame) => !isDamagedFrame(frame)),
  );
});

Then('the damaged segment reached the host by itself and as it came, or not at all', function (this: NicWorld) {
  const { segments, received } = notes(this);
  expectDamagedAlone(this, segments, received);
});

Then('both segments reach the host by themselves, as they came', function (this: NicWorld) {
  const { segments, received } = notes(this);
  expectUnmerged(this, segments, received);
});

Then('each of them reaches the host by itself, as it came', function (this: NicWorld) {
  const { segments, received } = notes(this);
  expectUnmerged(this, segments, received);
});

Then('no aggregate holds more than {int} of them', function (this: NicWorld, most: number) {
  for (const frame of notes(this).received) {
    expectThat(segmentsIn(frame) <= most, `an aggregate of ${segmentsIn(frame)} segments reached the host`);
  }
});

Then('no IP packet at the host is longer than {int} bytes', function (this: NicWorld, most: number) {
  for (const { bytes } of notes(this).received) {
    expectThat(bytes.length - 14 <= most, `an IP packet of ${bytes.length - 14} bytes reached the host`);
    expectNumber(ipLength(bytes), bytes.length - 14, 'the length in the IP header');
  }
});

Then('fewer frames reach the host than were sent', function (this: NicWorld) {
  const { segments, received } = notes(this);
  expectStream(this, segments, received);
  expectThat(
    received.length < segments.length,
    `${segments.length} segments reached the host as ${received.length} frames`,
  );
});

const PLACES: Readonly<Record<string, (index: number, count: number) => boolean>> = {
  'last segment': (index, count) => index === count - 1,
  'first segment': (index) => index === 0,
  'only segment': (_, count) => count === 1,
};

Then(
  /^the flag (\w+) reached the host on the (last|first|only) segment of an aggregate$/,
  function (this: NicWorld, flag: TcpFlagName, place: string) {
    const holds = PLACES[`${place} segment`];
    let seen = 0;
    for (const frame of notes(this).received) {
      const parts = takenApart(frame);
      for (const [index, part] of parts.entries()) {
        if ((flagsOf(part) & TCP_FLAGS[flag]) === 0) continue;
        seen++;
        expectThat(holds?.(index, parts.length) === true, `${flag} is on segment ${index + 1} of ${parts.length}`);
      }
    }
    expectNumber(seen, 1, `segments with ${flag}`);
  },
);

Then('the bytes of each flow reach the host in order', function (this: NicWorld) {
  const { segments, received } = notes(this);
  expectStream(this, segments, received);
});

When('the receive checksum is switched {word}', async function (this: NicWorld, state: string) {
  await setFeatures(this, { 'rx-checksum': state === 'on' });
});

When('the frame check sequence is kept', async function (this: NicWorld) {
  await setFeatures(this, { 'rx-fcs': true });
});

When('rx-gro-hw and rx-lro are asked for at once', async function (this: NicWorld) {
  await setFeatures(this, { 'rx-gro-hw': true, 'rx-lro': true });
});

When('the feature rx-gro-hw is switched off again', async function (this: NicWorld) {
  await setFeatures(this, { 'rx-gro-hw': false });
});

Then('a run of TCP segments reaches the host unmerged by the device', async function (this: NicWorld) {
  await setFeatures(this, { 'rx-gro': false });
  await send(this, runOf('IPv4', 8, 400));
  const { segments, received } = notes(this);
  expectUnmerged(this, segments, received);
});

Then('two received packets are counted and no hardware GRO packet', async function (this: NicWorld) {
  expectNumber(await growth(this, 'RX_PACKETS'), 2, 'received packets');
  expectNumber(await growth(this, 'RX_HW_GRO_PACKETS'), 0, 'hardware GRO packets');
  expectNumber(await growth(this, 'RX_HW_GRO_WIRE_PACKETS'), 0, 'hardware GRO wire packets');
});

Then('no hardware GRO packet is counted', async function (this: NicWorld) {
  expectThat(notes(this).received.length > 0, 'nothing reached the host');
  expectNumber(await growth(this, 'RX_HW_GRO_PACKETS'), 0, 'hardware GRO packets');
  expectNumber(await growth(this, 'RX_HW_GRO_WIRE_PACKETS'), 0, 'hardware GRO wire packets');
});

Then('hardware GRO is counted as the host saw it, packets and wire packets', async function (this: NicWorld) {
  await expectHardwareGroCounted(this, notes(this).received, notes(this).counters);
});

When('the far end sends a single TCP segment', async function (this: NicWorld) {
  const segments = [firstSegment('IPv4')];
  notes(this).segments = segments;
  notes(this).received = await exchange(this, segments, await holdTimeMs(this));
});

Then('the segment reaches the host within the coalescing time and 1 ms', function (this: NicWorld) {
  const { segments, received } = notes(this);
  expectStream(this, segments, received);
});
