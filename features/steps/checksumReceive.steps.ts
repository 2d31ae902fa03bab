/** Receive checksums: what the device says of them, and that it leaves the frame alone. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { HostReceive } from '../../harness/contract/index.js';
import {
  FRAGMENTS,
  MALFORMED,
  content16,
  fragmentFrame,
  malformedFrame,
  receivedFrame,
  receivedKind,
  sctpFrame,
  withoutChecksum,
  type FragmentKind,
  type MalformedKind,
  type NetworkName,
  type ReceivedKind,
} from '../properties/checksumFrames.js';
import { CUSTOMER_TAG, withTags } from '../properties/numberedFrames.js';
import { expectFrame, expectThat } from './expectations.js';
import {
  expectNotVerified,
  expectSumOfAll,
  flipped,
  own,
  receive,
  received,
  receiveNotes,
  status,
  withTrailer,
} from './receivedChecksums.js';
import type { NicWorld } from './world.js';

const KINDS =
  'TCP over IPv4|UDP over IPv4|TCP over IPv6|UDP over IPv6|ICMP over IPv4|UDP in VXLAN|an unknown protocol over IPv4|an unknown type';
const LENGTH = 100;

When(new RegExp(`^the far end sends (${KINDS})$`), async function (this: NicWorld, kind: ReceivedKind) {
  await receive(this, receivedFrame(kind, LENGTH, 1, own(this)));
});

Then('the device reports the full sum', function (this: NicWorld) {
  expectThat(status(received(this)) === 'complete', `the device reports ${status(received(this))}`);
});

Then('for every kind of packet, the device reports the full sum', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(receivedKind, fc.integer({ min: 0, max: 1300 }), content16, async (kind, length, seed) => {
      const frame = await receive(this, receivedFrame(kind, length, seed, own(this)));
      expectThat(status(frame) === 'complete', `the device reports ${status(frame)} of ${kind}`);
    }),
    { runs: 0.5 },
  );
});

Then('the sum is that of all bytes behind the header', function (this: NicWorld) {
  expectSumOfAll(received(this));
});

Then(
  'for every kind of packet and length, the sum is that of all bytes behind the header',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(receivedKind, fc.integer({ min: 0, max: 1300 }), content16, async (kind, length, seed) => {
        expectSumOfAll(await receive(this, receivedFrame(kind, length, seed, own(this))));
      }),
      { runs: 0.5 },
    );
  },
);

/** A packet with so many bytes behind it that do not belong to it. */
When('the far end sends a short packet with padding that is not zero', async function (this: NicWorld) {
  const frame = receivedFrame('UDP over IPv4', 1, 1, own(this));
  frame.fill(0xa5, 43);
  await receive(this, frame);
});

When('the far end sends a packet with a tag', async function (this: NicWorld) {
  await receive(
    this,
    withTags(receivedFrame('UDP over IPv4', LENGTH, 1, own(this)), [{ tpid: CUSTOMER_TAG, tci: 0xa064 }]),
  );
});

Then(
  'for every packet and every trailer behind it, the sum is that of all bytes behind the header',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(receivedKind, fc.integer({ min: 1, max: 60 }), content16, async (kind, length, seed) => {
        expectSumOfAll(await receive(this, withTrailer(receivedFrame(kind, LENGTH, seed, own(this)), length, seed)));
      }),
      { runs: 0.5 },
    );
  },
);

When('the far end sends an SCTP packet', async function (this: NicWorld) {
  await receive(this, sctpFrame(LENGTH, 1, own(this)));
});

Then('the device does not report the full sum', function (this: NicWorld) {
  expectThat(status(received(this)) !== 'complete', 'the device reports a sum of an SCTP packet');
});

Then(
  'for every SCTP packet, the device does not report the full sum, and does not call a wrong one verified',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(fc.integer({ min: 0, max: 1300 }), content16, fc.boolean(), async (length, seed, isRight) => {
        const frame = await receive(this, sctpFrame(length, seed, own(this), isRight ? 'valid' : 0x1234_5678));
        expectThat(status(frame) !== 'complete', 'the device reports a sum of an SCTP packet');
        expectThat(isRight || status(frame) !== 'unnecessary', 'a wrong SCTP packet is called verified');
      }),
      { runs: 0.3 },
    );
  },
);

When(
  new RegExp(`^the far end sends (${KINDS}) with bit (\\d) of byte (\\d+) flipped$`),
  async function (this: NicWorld, kind: ReceivedKind, bit: string, byte: string) {
    await receive(this, flipped(receivedFrame(kind, LENGTH, 1, own(this)), Number(byte), Number(bit)));
  },
);

Then('the device does not call it verified', function (this: NicWorld) {
  expectNotVerified(received(this));
});

const checkedKind = fc.constantFrom<ReceivedKind>('TCP over IPv4', 'UDP over IPv4', 'TCP over IPv6', 'UDP over IPv6');
const ADDRESSES_AT: Readonly<Partial<Record<ReceivedKind, number>>> = { 'TCP over IPv6': 22, 'UDP over IPv6': 22 };

Then(
  'for every packet and every bit that is flipped, the device does not call it verified',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(checkedKind, fc.nat(0xffff), fc.nat(7), content16, async (kind, place, bit, seed) => {
        const frame = receivedFrame(kind, LENGTH, seed, own(this));
        // From the addresses on everything is covered by the checksum, or is what says where it is.
        const from = ADDRESSES_AT[kind] ?? 26;
        expectNotVerified(await receive(this, flipped(frame, from + (place % (frame.length - from)), bit)));
      }),
    );
  },
);

Then('the host receives it unchanged', function (this: NicWorld) {
  expectFrame(received(this).bytes, receiveNotes(this).sent, 'the frame at the host');
});

Then(
  'for every packet and every bit of its payload that is flipped, the host receives it unchanged',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(checkedKind, fc.nat(LENGTH - 1), fc.nat(7), content16, async (kind, place, bit, seed) => {
        const frame = receivedFrame(kind, LENGTH, seed, own(this));
        const damaged = flipped(frame, frame.length - 1 - place, bit);
        expectFrame((await receive(this, damaged)).bytes, damaged, 'the damaged frame at the host');
      }),
      { runs: 0.5 },
    );
  },
);

async function expectUnchanged(world: NicWorld, frame: Uint8Array): Promise<HostReceive> {
  const got = await receive(world, frame);
  expectFrame(got.bytes, frame, 'the frame at the host');
  return got;
}

Then('for every kind of packet and length, the host receives it unchanged', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(receivedKind, fc.integer({ min: 0, max: 1300 }), content16, async (kind, length, seed) => {
      await expectUnchanged(this, receivedFrame(kind, length, seed, own(this)));
    }),
    { runs: 0.5 },
  );
});

When(
  /^the far end sends UDP over (IPv4|IPv6) without a checksum$/,
  async function (this: NicWorld, network: NetworkName) {
    await receive(this, withoutChecksum(network, LENGTH, 1, own(this)));
  },
);

Then('for every UDP datagram without a checksum, the host receives it unchanged', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(
      fc.constantFrom<NetworkName>('IPv4', 'IPv6'),
      fc.integer({ min: 0, max: 1300 }),
      content16,
      async (network, length, seed) => {
        await expectUnchanged(this, withoutChecksum(network, length, seed, own(this)));
      },
    ),
    { runs: 0.5 },
  );
});

function expectLevel(frame: HostReceive, most: number): void {
  const { checksum } = frame;
  if (checksum?.status !== 'unnecessary') return;
  expectThat(
    checksum.level + 1 <= most && checksum.level <= 3,
    `the device verified ${checksum.level + 1} checksums of ${most}`,
  );
}

Then('the device verified at most {int} checksums', function (this: NicWorld, most: number) {
  expectLevel(received(this), most);
});

/** ICMP has a checksum that no pseudo header covers; it counts for nothing here. */
const CHECKSUMS: Readonly<Record<ReceivedKind, number>> = {
  'TCP over IPv4': 1,
  'UDP over IPv4': 1,
  'TCP over IPv6': 1,
  'UDP over IPv6': 1,
  'ICMP over IPv4': 1,
  'UDP in VXLAN': 2,
  'an unknown protocol over IPv4': 0,
  'an unknown type': 0,
};

Then('for every kind of packet, the device verified no more checksums than there are', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(receivedKind, fc.integer({ min: 0, max: 1300 }), content16, async (kind, length, seed) => {
      expectLevel(await receive(this, receivedFrame(kind, length, seed, own(this))), CHECKSUMS[kind]);
    }),
    { runs: 0.3 },
  );
});

When(
  /^the far end sends (the first IPv4 fragment|a later IPv4 fragment|the first IPv6 fragment|a later IPv6 fragment)$/,
  async function (this: NicWorld, kind: FragmentKind) {
    await receive(this, fragmentFrame(kind, own(this)));
  },
);

Then('for every fragment, the device does not call it verified', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(FRAGMENTS) as FragmentKind[])),
      fc.integer({ min: 0, max: 40 }),
      content16,
      async (kind, length, seed) => {
        expectNotVerified(await receive(this, withTrailer(fragmentFrame(kind, own(this)), length, seed)));
      },
    ),
    { runs: 0.3 },
  );
});

Then('the device says nothing of its checksum', function (this: NicWorld) {
  expectThat(status(received(this)) === 'none', `the device reports ${status(received(this))}`);
});

Then(
  'for every kind of packet and length, the host receives it unchanged and the device says nothing',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(receivedKind, fc.integer({ min: 0, max: 1300 }), content16, async (kind, length, seed) => {
        const frame = await expectUnchanged(this, receivedFrame(kind, length, seed, own(this)));
        expectThat(status(frame) === 'none', `the device reports ${status(frame)}`);
      }),
      { runs: 0.3 },
    );
  },
);

async function receiveWithAndWithout(world: NicWorld, frame: Uint8Array, length: number, seed: number): Promise<void> {
  const notes = receiveNotes(world);
  notes.other = await receive(world, withTrailer(frame, length, seed));
  await receive(world, frame);
}

function expectSameSaid(world: NicWorld): void {
  const { other } = receiveNotes(world);
  expectThat(other !== undefined, 'the frame with a trailer did not reach the host');
  expectThat(
    status(other) === status(received(world)),
    `with a trailer the device says ${status(other)}, without ${status(received(world))}`,
  );
  if (other.checksum?.status === 'complete') expectSumOfAll(other);
}

When(
  new RegExp(`^the far end sends (${KINDS}) with and without a trailer of (\\d+) bytes$`),
  async function (this: NicWorld, kind: ReceivedKind, length: string) {
    await receiveWithAndWithout(this, receivedFrame(kind, LENGTH, 1, own(this)), Number(length), 9);
  },
);

Then('the device says the same of both', function (this: NicWorld) {
  expectSameSaid(this);
});

Then(
  'for every packet and every trailer, the device says the same with and without it',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(checkedKind, fc.integer({ min: 1, max: 80 }), content16, async (kind, length, seed) => {
        await receiveWithAndWithout(this, receivedFrame(kind, LENGTH, seed, own(this)), length, seed);
        expectSameSaid(this);
      }),
      { runs: 0.3 },
    );
  },
);

When(
  /^the far end sends a packet with (an IPv4 header of 16 bytes|a total length of 19|a total length beyond the frame|a UDP length of 7|a UDP length beyond the packet)$/,
  async function (this: NicWorld, kind: MalformedKind) {
    await receive(this, malformedFrame(kind, LENGTH, 1, own(this)));
  },
);

Then('for every malformed packet, the device does not call it verified', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(MALFORMED) as MalformedKind[])),
      fc.integer({ min: 20, max: 1300 }),
      content16,
      async (kind, length, seed) => {
        expectNotVerified(await receive(this, malformedFrame(kind, length, seed, own(this))));
      },
    ),
    { runs: 0.3 },
  );
});
