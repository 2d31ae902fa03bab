/** Transmit checksums behind headers that a device might not know, and beside checksums that are not its business. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { readU16 } from '../../reference-impl/packet/bytes.js';
import {
  EXTENSIONS,
  FIRST_START,
  ENCAPSULATIONS,
  askedBehind,
  askedBehindWrongHeader,
  askedInCheckedTunnel,
  askedPacket,
  askedWithExtensions,
  askedWithOptions,
  packet,
  type AskedPacket,
  type Encapsulation,
  type ExtensionName,
  type TransportName,
} from '../properties/checksumFrames.js';
import { transmitOf, type SumRequest } from '../properties/checksums.js';
import { expectPadded } from './base.steps.js';
import { EXAMPLE, expectDone, NOTHING, send, source, transmitNotes, withField } from './checksumExchange.js';
import { ontoWire } from './exchange.js';
import { expectNumber } from './expectations.js';
import type { NicWorld } from './world.js';

const IPV4_CHECKSUM_AT = 24;

When(
  /^the host sends a UDP packet behind (a VLAN tag|two VLAN tags|an MPLS label|GRE|IP in IP|VXLAN) that asks for its checksum$/,
  async function (this: NicWorld, headers: Encapsulation) {
    await send(this, askedBehind(headers, { ...EXAMPLE, transport: 'UDP' }, source(this)));
  },
);

const encapsulation = fc.constantFrom(...(Object.keys(ENCAPSULATIONS) as Encapsulation[]));

Then('for every header before it and every packet, the checksum is filled in', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(encapsulation, packet, (headers, each) =>
      expectDone(this, askedBehind(headers, each, source(this))),
    ),
  );
});

When(
  /^the host sends a TCP packet behind (\d+) bytes of IPv4 options that asks for its checksum$/,
  async function (this: NicWorld, options: string) {
    await send(this, askedWithOptions(Number(options), EXAMPLE, source(this)));
  },
);

Then('for every length of the IPv4 header, the checksum is filled in', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 0, max: 10 }), packet, (words, each) =>
      expectDone(this, askedWithOptions(4 * words, each, source(this))),
    ),
    { runs: 0.5 },
  );
});

When(
  /^the host sends a UDP packet behind (hop-by-hop options|destination options|a routing header|all three) of IPv6 that asks for its checksum$/,
  async function (this: NicWorld, extension: ExtensionName) {
    await send(this, askedWithExtensions(extension, { ...EXAMPLE, transport: 'UDP' }, source(this)));
  },
);

const extensionName = fc.constantFrom(...(Object.keys(EXTENSIONS) as ExtensionName[]));

Then('for every extension header and packet, the checksum is filled in', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(extensionName, packet, (extension, each) =>
      expectDone(this, askedWithExtensions(extension, each, source(this))),
    ),
    { runs: 0.5 },
  );
});

When(
  'the host sends a TCP packet and asks for a checksum from {int} at {int}',
  async function (this: NicWorld, start: number, offset: number) {
    await send(this, { ...askedPacket(EXAMPLE, source(this)), start, offset });
  },
);

Then('for every start and offset in a TCP packet, the request is done', async function (this: NicWorld) {
  const { bytes } = askedPacket(EXAMPLE, source(this));
  const place = fc
    .integer({ min: FIRST_START, max: bytes.length - 2 })
    .chain((start) => fc.tuple(fc.constant(start), fc.integer({ min: 0, max: bytes.length - start - 2 })));
  await this.law(
    fc.asyncProperty(place, ([start, offset]) => expectDone(this, { bytes, start, offset })),
    { runs: 0.5 },
  );
});

const PROTOCOL_AT = 23;
const PAYLOAD_AT = 34;

function ofProtocol(world: NicWorld, protocol: number): SumRequest {
  const bytes = askedPacket(EXAMPLE, source(world)).bytes.slice();
  bytes[PROTOCOL_AT] = protocol;
  return { bytes, start: PAYLOAD_AT, offset: 2 };
}

When('the host sends a packet of an unknown IP protocol that asks for a checksum', async function (this: NicWorld) {
  await send(this, ofProtocol(this, 253));
});

Then('for every IP protocol, a checksum that is asked for is filled in', async function (this: NicWorld) {
  // SCTP's requests are marked as such where they can be made at all.
  const protocol = fc.nat(255).filter((number) => number !== 132);
  await this.law(
    fc.asyncProperty(protocol, (number) => expectDone(this, ofProtocol(this, number))),
    { runs: 0.5 },
  );
});

When(
  /^the host sends a packet whose IPv4 header checksum is (0x[0-9a-f]{4}) and that asks for its checksum$/,
  async function (this: NicWorld, value: string) {
    await send(this, askedBehindWrongHeader(Number(value), EXAMPLE, source(this)));
  },
);

Then(/^its IPv4 header checksum on the wire is (0x[0-9a-f]{4})$/, function (this: NicWorld, value: string) {
  expectNumber(
    readU16(transmitNotes(this).left[0] ?? NOTHING.bytes, IPV4_CHECKSUM_AT),
    Number(value),
    'IPv4 header checksum',
  );
});

Then('for every IPv4 header checksum, it is on the wire as it was given', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(packet, fc.nat(0xffff), async (each, value) => {
      await send(this, askedBehindWrongHeader(value, each, source(this)));
      expectNumber(
        readU16(transmitNotes(this).left[0] ?? NOTHING.bytes, IPV4_CHECKSUM_AT),
        value,
        'IPv4 header checksum',
      );
    }),
    { runs: 0.5 },
  );
});

async function expectBothInTunnel(world: NicWorld, each: AskedPacket): Promise<void> {
  const { request, finished } = askedInCheckedTunnel(each, source(world));
  const [left] = await ontoWire(world, [transmitOf(request)]);
  expectPadded(left?.bytes, finished, 'the tunnelled frame with both checksums');
}

When(
  /^the host sends a (TCP|UDP) packet in VXLAN with an outer checksum that is prepared$/,
  function (this: NicWorld, transport: TransportName) {
    this.note('tunnelled', () => ({ ...EXAMPLE, transport }));
  },
);

Then('both checksums on the wire are right', async function (this: NicWorld) {
  await expectBothInTunnel(
    this,
    this.note<AskedPacket>('tunnelled', () => EXAMPLE),
  );
});

Then(
  'for every packet in VXLAN with a prepared outer checksum, both are right on the wire',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(packet, (each) => expectBothInTunnel(this, each)),
      { runs: 0.5 },
    );
  },
);

async function expectUntouched(world: NicWorld, request: SumRequest): Promise<void> {
  const [left] = await ontoWire(world, [request.bytes]);
  expectPadded(left?.bytes, request.bytes, 'the frame that asked for nothing');
}

When('the host sends a TCP packet with a wrong checksum and asks for none', function (this: NicWorld) {
  transmitNotes(this).request = withField(askedPacket(EXAMPLE, source(this)), 0xdead);
});

Then('it leaves as it was given', async function (this: NicWorld) {
  await expectUntouched(this, transmitNotes(this).request);
});

Then(
  'for every packet and every checksum in it that is not asked for, it leaves as it was given',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(packet, fc.nat(0xffff), (each, value) =>
        expectUntouched(this, withField(askedPacket(each, source(this)), value)),
      ),
      { runs: 0.5 },
    );
  },
);
