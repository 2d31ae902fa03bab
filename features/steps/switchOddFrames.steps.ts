/** Frames with content that is damaged or nobody's, through a switch. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { ethernetFcs } from '../../reference-impl/packet/checksum.js';
import type { LinkStatistics64 } from '../../reference-impl/netlink/routeClient.js';
import { numberOf } from '../properties/numberedFrames.js';
import { ODD_CONTENTS, anyFrame, oddContent, oddFrame, type OddContentName } from '../properties/oddFrames.js';
import { addressOf, stationFamily, stationFrame, type StationName } from '../properties/stations.js';
import { PORT_NAMES } from '../properties/switchModel.js';
import { FrameMismatch, expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { arrivedAt, namesIn, portCalled, sendInto, usedPorts, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** The odd frame that a step sent, and what ports had counted before. */
interface OddNotes {
  frame: Uint8Array;
  counted: Readonly<Partial<LinkStatistics64>>;
}

const odd = (world: NicWorld): OddNotes => world.note('odd frames', () => ({ frame: new Uint8Array(0), counted: {} }));

const stationOf = (world: NicWorld, name: StationName): string => addressOf(name, stationFamily(world.scenario));

When(
  /^a frame from ([A-Z]) to ([A-Z]|broadcast) with (an? .+) comes in at (p\d)$/,
  async function (this: NicWorld, from: StationName, to: StationName, what: string, port: string) {
    const content = Object.hasOwn(ODD_CONTENTS, what) ? ODD_CONTENTS[what as OddContentName] : undefined;
    expectThat(content !== undefined, `"${what}" is not known; there are: ${Object.keys(ODD_CONTENTS).join(', ')}`);
    odd(this).frame = oddFrame(stationOf(this, to), stationOf(this, from), content());
    await sendInto(this, port, [odd(this).frame]);
  },
);

Then(/^that frame leaves unchanged at (p\d(?:(?:, | and )p\d)*)$/, async function (this: NicWorld, ports: string) {
  await expectUnchanged(this, odd(this).frame, namesIn(ports));
});

/** Exactly at these ports it comes out, once, byte for byte. */
async function expectUnchanged(world: NicWorld, frame: Uint8Array, ports: readonly string[]): Promise<void> {
  await watch(world, new Map(ports.map((port) => [port, 1])));
  for (const { port } of usedPorts(world)) {
    const came = arrivedAt(world, port);
    expectNumber(came.length, ports.includes(port) ? 1 : 0, `frames that came out at ${port}`);
    const [first] = came;
    if (first !== undefined && !equalBytes(first, frame))
      throw new FrameMismatch(`the frame that came out at ${port}`, frame, first);
  }
}

When(
  /^a damaged frame from ([A-Z]) to broadcast comes in at (p\d)$/,
  async function (this: NicWorld, from: StationName, port: string) {
    odd(this).counted = await countersOf(this, port);
    const bytes = stationFrame({ from, to: 'broadcast', number: 1, family: stationFamily(this.scenario) });
    const wire = await this.wire(portCalled(this, port).port);
    await wire.send([{ bytes, fcs: (ethernetFcs(bytes) ^ 0x8000_0001) >>> 0 }]);
  },
);

const countersOf = async (world: NicWorld, port: string): Promise<LinkStatistics64> =>
  accepted(await (await world.route()).statistics(portCalled(world, port).ifIndex), `reading the counters of ${port}`);

Then('no frame leaves', async function (this: NicWorld) {
  await watch(this, new Map());
  for (const { port } of usedPorts(this))
    expectNumber(arrivedAt(this, port).length, 0, `frames that came out at ${port}`);
});

Then(/^(p\d) has counted one error more, of the check sequence$/, async function (this: NicWorld, port: string) {
  const [before, after] = [odd(this).counted, await countersOf(this, port)];
  for (const counter of ['rx_errors', 'rx_crc_errors'] as const)
    expectNumber(after[counter] - (before[counter] ?? 0), 1, `${counter} of ${port}`);
});

Then('for every content of a frame, it leaves unchanged at the other ports', async function (this: NicWorld) {
  const to = fc.constantFrom<StationName>('B', 'broadcast');
  await this.law(
    fc.asyncProperty(fc.constantFrom(...PORT_NAMES), to, oddContent, async (port, whom, content) => {
      const frame = oddFrame(stationOf(this, whom), stationOf(this, 'A'), content);
      await sendInto(this, port, [frame]);
      await expectUnchanged(
        this,
        frame,
        PORT_NAMES.filter((other) => other !== port),
      );
    }),
  );
});

Then(
  'for every sequence of bytes as frames, each leaves unchanged or not at all, and a good frame goes through behind them',
  async function (this: NicWorld) {
    const frames = fc.array(anyFrame(stationOf(this, 'A')), { minLength: 1, maxLength: 6 });
    await this.law(
      fc.asyncProperty(frames, async (some) => {
        await sendInto(this, 'p0', some);
        await watch(this, new Map());
        for (const { port } of usedPorts(this)) expectOneOf(this, port, some);
        const [good] = await sendInto(this, 'p0', [{ from: 'C', to: 'broadcast' }]);
        await watch(this, new Map([['p1', 1]]));
        const came = arrivedAt(this, 'p1').filter((bytes) => numberOf(bytes) !== undefined);
        expectThat(
          came.length === 1 && good !== undefined && equalBytes(came[0] ?? good, good),
          `behind these frames a good one comes out at p1 ${came.length} times, or not as it was sent`,
        );
      }),
      { runs: 0.5 },
    );
  },
);

const SHORTEST = 60;

/** Each frame that came out there is one of those sent, and comes no more often than it was sent. */
function expectOneOf(world: NicWorld, port: string, sent: readonly Uint8Array[]): void {
  const left = port === 'p0' ? [] : sent.map(padded);
  for (const bytes of arrivedAt(world, port)) {
    const at = left.findIndex((frame) => equalBytes(frame, padded(bytes)));
    if (at < 0)
      throw new FrameMismatch(`a frame that came out at ${port}, and that nobody sent`, sent[0] ?? null, bytes);
    left.splice(at, 1);
  }
}

/** Whoever sends a short frame on may pad it. */
function padded(frame: Uint8Array): Uint8Array {
  if (frame.length >= SHORTEST) return frame;
  const bytes = new Uint8Array(SHORTEST);
  bytes.set(frame);
  return bytes;
}
