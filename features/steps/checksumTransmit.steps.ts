/** Transmit checksums: that the request is done, whatever the packet, and nothing else. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { WireFrame } from '../../harness/contract/index.js';
import { equalBytes, readU16, writeU16 } from '../../reference-impl/packet/bytes.js';
import {
  anyRequest,
  askedPacket,
  askedSctp,
  packet,
  zeroSumDatagram,
  type AskedPacket,
  type NetworkName,
  type TransportName,
} from '../properties/checksumFrames.js';
import { summed, transmitOf, type SumRequest } from '../properties/checksums.js';
import { superFrame } from '../properties/fullSegments.js';
import { expectPadded } from './base.steps.js';
import { queueTotals } from './checksumCounters.js';
import {
  EXAMPLE,
  expectDone,
  expectSummed,
  NOTHING,
  send,
  source,
  transmitNotes,
  withField,
} from './checksumExchange.js';
import { ontoWire } from './exchange.js';
import { expectNumber, expectThat } from './expectations.js';
import { featureState, insistOnFeatures, setFeatures } from './settings.js';
import type { NicWorld } from './world.js';

When(
  /^the host sends a (TCP|UDP) packet over (IPv4|IPv6) with (\d+) bytes of payload that asks for its checksum$/,
  async function (this: NicWorld, transport: TransportName, network: NetworkName, length: string) {
    await send(this, askedPacket({ transport, network, length: Number(length), seed: 5 }, source(this)));
  },
);

Then('it leaves with the sum from its start to its end, complemented, in its place', function (this: NicWorld) {
  expectSummed(this);
});

Then('for every start, offset and content, the sum runs from the start to the end', async function (this: NicWorld) {
  await this.law(fc.asyncProperty(anyRequest(source(this)), (request) => expectDone(this, request)));
});

When(
  /^the host sends a frame that asks for a checksum and whose field holds (0x[0-9a-f]{4})$/,
  async function (this: NicWorld, value: string) {
    await send(this, withField(askedPacket(EXAMPLE, source(this)), Number(value)));
  },
);

Then('for every value in the field, it takes part in the sum', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(packet, fc.nat(0xffff), (each, value) =>
      expectDone(this, withField(askedPacket(each, source(this)), value)),
    ),
    { runs: 0.5 },
  );
});

Then('for every odd length, the last byte is the high half of a word', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(packet, (each) =>
      expectDone(this, askedPacket({ ...each, length: each.length | 1 }, source(this))),
    ),
    { runs: 0.5 },
  );
});

function expectNothingElse(world: NicWorld): void {
  const { request, left } = transmitNotes(world);
  const [got] = left;
  expectThat(got !== undefined, 'no frame left');
  const restored = got.slice(0, request.bytes.length);
  const at = request.start + request.offset;
  writeU16(restored, at, readU16(request.bytes, at));
  expectPadded(restored, request.bytes, 'the frame but for its checksum');
}

Then('no byte but the two of its checksum is another', function (this: NicWorld) {
  expectNothingElse(this);
});

Then('for every packet that asks for its checksum, no other byte changes', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(packet, async (each) => {
      await send(this, askedPacket(each, source(this)));
      expectNothingElse(this);
    }),
    { runs: 0.5 },
  );
});

function expectAllOnes(world: NicWorld): void {
  const { request, left } = transmitNotes(world);
  expectNumber(readU16(left[0] ?? NOTHING.bytes, request.start + request.offset), 0xffff, 'checksum on the wire');
}

When(
  /^the host sends a UDP datagram over (IPv4|IPv6) whose checksum computes to zero$/,
  async function (this: NicWorld, network: NetworkName) {
    await send(this, zeroSumDatagram(network, 64, 5, source(this)));
  },
);

Then('its checksum on the wire is 0xffff', function (this: NicWorld) {
  expectAllOnes(this);
});

Then('for every UDP datagram whose checksum computes to zero, 0xffff is on the wire', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(packet, async ({ network, length, seed }) => {
      await send(this, zeroSumDatagram(network, length, seed, source(this)));
      expectAllOnes(this);
    }),
    { runs: 0.3 },
  );
});

// Which kind.

const GENERIC = 'tx-checksum-ip-generic';
const SPECIFIC = ['tx-checksum-ipv4', 'tx-checksum-ipv6'] as const;

Then(
  'the generic transmit checksum can be had, and the pair for IPv4 and IPv6 is not all there is',
  async function (this: NicWorld) {
    const { active, hw } = await featureState(this);
    expectThat(active.has(GENERIC) || hw.has(GENERIC), 'the device offers protocol-specific checksums only');
  },
);

async function expectOneKind(world: NicWorld): Promise<void> {
  const { active } = await featureState(world);
  const both = active.has(GENERIC) && SPECIFIC.some((name) => active.has(name));
  expectThat(!both, 'the generic and a protocol-specific checksum are in force together');
}

When('the generic and the protocol-specific transmit checksums are all switched on', async function (this: NicWorld) {
  await setFeatures(this, Object.fromEntries([GENERIC, ...SPECIFIC].map((name) => [name, true])));
});

Then('only one kind is in force', async function (this: NicWorld) {
  await expectOneKind(this);
});

Then('for every request for transmit checksums, only one kind is in force', async function (this: NicWorld) {
  const request = fc.record({ [GENERIC]: fc.boolean(), [SPECIFIC[0]]: fc.boolean(), [SPECIFIC[1]]: fc.boolean() });
  await this.law(
    fc.asyncProperty(request, async (changes) => {
      await setFeatures(this, changes);
      await expectOneKind(this);
    }),
    { runs: 0.3 },
  );
});

// SCTP, buffers, offload on and off.

async function expectSctp(world: NicWorld, length: number, seed: number): Promise<void> {
  const { request, finished } = askedSctp(length, seed, source(world));
  const udp = askedPacket({ transport: 'UDP', network: 'IPv4', length, seed }, source(world));
  const left = await ontoWire(world, [request, udp, request].map(transmitOf));
  expectNumber(left.length, 3, 'frames on the wire');
  expectPadded(left[0]?.bytes, finished, 'the SCTP packet with its CRC32c');
  expectPadded(left[1]?.bytes, summed(udp), 'the UDP packet with its sum');
  expectPadded(left[2]?.bytes, finished, 'the second SCTP packet with its CRC32c');
}

When('the host sends SCTP and UDP packets in turn that ask for their checksums', async function (this: NicWorld) {
  await expectSctp(this, 100, 1);
});

Then('the SCTP packets leave with their CRC32c, and the UDP packets with their sum', async function (this: NicWorld) {
  await expectSctp(this, 101, 2);
});

Then('for every SCTP packet that asks for it, its CRC32c is on the wire', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 0, max: 1300 }), fc.nat(0xffff), (length, seed) =>
      expectSctp(this, length, seed),
    ),
    { runs: 0.3 },
  );
});

async function sendCut(world: NicWorld, request: SumRequest, fragments: readonly number[]): Promise<void> {
  await send(world, request, { ...transmitOf(request), fragments });
}

When(
  /^the host sends a packet that is cut at (byte \d+|every 7th byte) and asks for its checksum$/,
  async function (this: NicWorld, words: string) {
    const request = askedPacket({ ...EXAMPLE, length: 64 }, source(this));
    const everySeventh = Array.from({ length: 16 }, (_, index) => 7 * (index + 1));
    const places = words.startsWith('byte') ? [Number(words.slice('byte '.length))] : everySeventh;
    await sendCut(
      this,
      request,
      places.filter((place) => place < request.bytes.length),
    );
  },
);

Then('for every packet and every way to cut it, the frame on the wire is the same', async function (this: NicWorld) {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 1300 }), { minLength: 1, maxLength: 16 });
  await this.law(
    fc.asyncProperty(packet, cuts, async (each, places) => {
      const request = askedPacket(each, source(this));
      const within = places.filter((place) => place < request.bytes.length).sort((a, b) => a - b);
      await sendCut(this, request, within);
      expectSummed(this);
    }),
    { runs: 0.5 },
  );
});

async function expectSameEitherWay(world: NicWorld, packets: readonly AskedPacket[]): Promise<void> {
  const names = [GENERIC, ...SPECIFIC];
  const { wanted } = await featureState(world);
  const requests = packets.map((each) => askedPacket(each, source(world)));
  for (const on of [false, true]) {
    const changes = names.filter((name) => wanted.has(name)).map((name) => [name, on] as const);
    await insistOnFeatures(world, Object.fromEntries(changes));
    const left = await ontoWire(world, requests.map(transmitOf));
    for (const request of requests) {
      expectPadded(takeOut(left, request), summed(request), `the frame with transmit checksums ${on ? 'on' : 'off'}`);
    }
  }
}

/** The first of these frames with the request's addresses and ports: other flows take other queues, which may overtake. */
function takeOut(left: WireFrame[], { bytes, start }: SumRequest): Uint8Array | undefined {
  const portsEnd = start + 4;
  const at = left.findIndex((frame) => equalBytes(frame.bytes.subarray(0, portsEnd), bytes.subarray(0, portsEnd)));
  return left.splice(Math.max(at, 0), 1)[0]?.bytes;
}

Then(
  /^a (TCP|UDP) packet that asks for its checksum leaves the same with transmit checksums on and off$/,
  async function (this: NicWorld, transport: TransportName) {
    await expectSameEitherWay(this, [{ ...EXAMPLE, transport }]);
  },
);

Then(
  'for all packets that ask for their checksum, the wire shows the same with transmit checksums on and off',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(fc.array(packet, { minLength: 1, maxLength: 6 }), (packets) =>
        expectSameEitherWay(this, packets),
      ),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every packet shorter than the minimum of Ethernet, the checksum covers no padding',
  async function (this: NicWorld) {
    const short = fc.record({
      transport: fc.constantFrom<TransportName>('UDP', 'TCP'),
      network: fc.constant<NetworkName>('IPv4'),
      length: fc.integer({ min: 0, max: 17 }),
      seed: fc.nat(0xffff),
    });
    await this.law(
      fc.asyncProperty(short, (each) => expectDone(this, askedPacket(each, source(this)))),
      { runs: 0.5 },
    );
  },
);

// Counters.

Given('the checksum counters are noted', async function (this: NicWorld) {
  transmitNotes(this).counters = await queueTotals(this);
});

When(
  'the host sends {int} packets that ask for their checksum and {int} that do not',
  async function (this: NicWorld, asking: number, plain: number) {
    const host = await this.host();
    const request = askedPacket(EXAMPLE, source(this));
    const frames = [
      ...Array.from({ length: asking }, () => transmitOf(request)),
      ...Array.from({ length: plain }, () => ({ bytes: request.bytes })),
    ];
    expectThat((await host.send(frames)).ok, 'the kernel refused to send');
  },
);

When('the host sends a super-frame of {int} segments', async function (this: NicWorld, segments: number) {
  const SEGMENTS_OF_A_WHOLE = 6;
  const { transmit } = superFrame(1500, source(this));
  const { vnet } = transmit;
  expectThat(vnet !== undefined && segments <= SEGMENTS_OF_A_WHOLE, 'the super-frame has fewer segments');
  const bytes = transmit.bytes.slice(0, vnet.hdrLen + segments * vnet.gsoSize);
  writeU16(bytes, 16, bytes.length - 14);
  expectThat((await (await this.host()).send([{ ...transmit, bytes }])).ok, 'the kernel refused to send');
});

Then(
  'tx-needs-csum grew by {int} and tx-csum-none by {int}, where they are counted',
  async function (this: NicWorld, needs: number, none: number) {
    const [before, after] = [transmitNotes(this).counters, await queueTotals(this)];
    for (const [name, growth] of [
      ['TX_NEEDS_CSUM', needs],
      ['TX_CSUM_NONE', none],
    ] as const) {
      const now = after.get(name);
      if (now !== undefined) expectNumber(now - (before.get(name) ?? 0), growth, `growth of ${name}`);
    }
  },
);

/** For the steps of the receive side, which count too. */
export const notedCounters = (world: NicWorld): ReadonlyMap<string, number> => transmitNotes(world).counters;
