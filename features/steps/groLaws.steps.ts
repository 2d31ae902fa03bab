/** Receive aggregation: what holds for every stream. */
import fc from 'fast-check';
import { Then } from '@cucumber/cucumber';
import { tag } from '../properties/numberedFrames.js';
import {
  DIFFERENCES,
  damagedStream,
  differencesOf,
  firstSegment,
  flowOf,
  frameOf,
  isDamagedFrame,
  network,
  nextSegment,
  run,
  segmentLength,
  sequenceOf,
  stream,
  takenApart,
  withoutPadding,
  type TcpFlagName,
} from '../properties/tcpStreams.js';
import { expectFrame, expectThat } from './expectations.js';
import { setPromiscuous } from './receiveControl.js';
import type { NicWorld } from './world.js';
import {
  exchange,
  countersNow,
  expectStream,
  expectUnmerged,
  expectDamagedAlone,
  expectHardwareGroCounted,
  holdTimeMs,
  flagged,
} from './groExchange.js';

Then(
  'for every stream of TCP segments, taking apart what reached the host gives each flow as it was sent',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(stream, async (segments) => {
        expectStream(this, segments, await exchange(this, segments));
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every stream of TCP segments, the bytes of each flow reach the host in order',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(stream, async (segments) => {
        const received = await exchange(this, segments);
        const apart = received.flatMap(takenApart);
        for (const flow of new Set(segments.map((segment) => segment.flow))) {
          const got = apart.filter((frame) => flowOf(frame) === flow).map(sequenceOf);
          const wanted = segments.filter((segment) => segment.flow === flow).map(({ sequence }) => sequence);
          expectThat(
            got.join() === wanted.join(),
            `flow ${flow} came in the order ${got.join()}, it was sent as ${wanted.join()}`,
          );
        }
      }),
      { runs: 0.4 },
    );
  },
);

Then(
  'for every stream with damaged TCP segments, none of these is part of an aggregate',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(damagedStream, async (segments) => {
        const last = segments.at(-1);
        // The last one is good: when it is here, nothing more comes.
        const all = last === undefined ? segments : [...segments, { ...nextSegment(last), isDamaged: false }];
        const received = await exchange(this, all);
        expectDamagedAlone(this, all, received);
        expectStream(
          this,
          all.filter(({ isDamaged }) => !isDamaged),
          received.filter((frame) => !isDamagedFrame(frame)),
        );
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every TCP segment and every change of one header field, the changed segment is not merged behind it',
  async function (this: NicWorld) {
    const example = network.chain((ip) =>
      fc.record({
        ip: fc.constant(ip),
        length: segmentLength,
        difference: fc.constantFrom(...differencesOf(ip)),
        sequence: fc.integer({ min: 0, max: 0xffff_ffff }),
        identification: fc.integer({ min: 0, max: 0xffff }),
      }),
    );
    await this.law(
      fc.asyncProperty(example, async ({ ip, length, difference, sequence, identification }) => {
        const first = { ...firstSegment(ip, 0, length), sequence, identification };
        const segments = [first, DIFFERENCES[difference](nextSegment(first))];
        expectUnmerged(this, segments, await exchange(this, segments));
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every run of TCP segments and every flag on one of them, the flag comes back on that segment alone',
  async function (this: NicWorld) {
    const flags: TcpFlagName[] = ['FIN', 'SYN', 'RST', 'PSH', 'URG', 'ECE', 'CWR'];
    await this.law(
      fc.asyncProperty(
        network,
        fc.integer({ min: 2, max: 8 }),
        fc.nat({ max: 7 }),
        fc.constantFrom(...flags),
        async (ip, count, place, flag) => {
          const segments = run(ip, new Array<number>(count).fill(100)).map((segment, index) =>
            index === place % count ? flagged(segment, flag) : segment,
          );
          const apart = (await exchange(this, segments)).flatMap(takenApart);
          for (const [index, segment] of segments.entries()) {
            expectFrame(
              apart[index],
              withoutPadding(frameOf(segment, this.port.address)),
              `segment ${index + 1} of ${count}`,
            );
          }
        },
      ),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every run of TCP segments of any sizes, each aggregate has one size but for its last segment',
  async function (this: NicWorld) {
    const lengths = fc.array(fc.constantFrom(50, 100, 150), { minLength: 1, maxLength: 10 });
    await this.law(
      fc.asyncProperty(network, lengths, async (ip, sizes) => {
        const segments = run(ip, sizes);
        expectStream(this, segments, await exchange(this, segments));
      }),
      { runs: 0.5 },
    );
  },
);

Then('for every stream of TCP segments, hardware GRO is counted as the host saw it', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(stream, async (segments) => {
      const before = await countersNow(this);
      await expectHardwareGroCounted(this, await exchange(this, segments), before);
    }),
    { runs: 0.3 },
  );
});

Then(
  'for every run of TCP segments, all of it reaches the host within the coalescing time and 1 ms',
  async function (this: NicWorld) {
    const withinMs = await holdTimeMs(this);
    await this.law(
      fc.asyncProperty(network, fc.integer({ min: 1, max: 12 }), async (ip, count) => {
        const segments = run(ip, new Array<number>(count).fill(100));
        expectStream(this, segments, await exchange(this, segments, withinMs));
      }),
      { runs: 0.3 },
    );
  },
);

Then('for every stream of TCP segments, each reaches the host by itself, as it came', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(stream, async (segments) => {
      expectUnmerged(this, segments, await exchange(this, segments));
    }),
    { runs: 0.3 },
  );
});

Then('for every two different tags, TCP segments that carry them are not merged', async function (this: NicWorld) {
  await setPromiscuous(this, true);
  const customerTag = tag.map(({ tci }) => ({ tpid: 0x8100, tci }));
  const pair = fc.tuple(customerTag, customerTag).filter(([a, b]) => a.tci !== b.tci);
  await this.law(
    fc.asyncProperty(pair, async ([a, b]) => {
      const first = { ...firstSegment('IPv4'), tag: a };
      const segments = [first, { ...nextSegment(first), tag: b }];
      expectUnmerged(this, segments, await exchange(this, segments));
    }),
    { runs: 0.5 },
  );
});
