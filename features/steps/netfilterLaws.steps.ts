/** Laws of rules: comparisons against a plain model, and sums that hold. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { hex } from '../../reference-impl/packet/bytes.js';
import { onesComplementSum, pseudoHeaderSum } from '../../reference-impl/packet/checksum.js';
import { packetFrame, PLAIN_PACKET, type Packet } from '../properties/packets.js';
import { stationFamily } from '../properties/stations.js';
import { expectThat } from './expectations.js';
import { replaceRules } from './netfilter.js';
import { arrivedAt, sendInto, switched, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

const CHAIN = 'rules';
const OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const;
type Operator = (typeof OPERATORS)[number];

/** What bytes that are compared one by one come to: nothing of how the kernel, or the reference, does it. */
function says(operator: Operator, is: Uint8Array, said: Uint8Array): boolean {
  const [left, right] = [BigInt(`0x${hex(is)}`), BigInt(`0x${hex(said)}`)];
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** A packet comes in, and is waited for where it should leave; the frame that a rule sent to p1, if one did. */
async function sentOn(world: NicWorld, packet: Packet, place: 'p1' | 'p2'): Promise<Uint8Array | undefined> {
  const number = switched(world).nextNumber++;
  const family = stationFamily(world.scenario);
  // One rule sends the packet to p1, the last one what is left to p2: something always comes.
  await sendInto(world, 'p0', [packetFrame(packet, number, family)]);
  await watch(world, new Map([[place, 1]]));
  return arrivedAt(world, 'p1')[0];
}

/** Bytes that agree with those of the packet for a while: what differs is the last as often as the first. */
const nearly = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      length: fc.integer({ min: 1, max: bytes.length }),
      at: fc.nat({ max: bytes.length - 1 }),
      change: fc.constantFrom(0, 1, 0xff, 0x80),
    })
    .map(({ length, at, change }) => {
      const changed = bytes.slice(0, length);
      const place = at % length;
      changed[place] = (changed[place] ?? 0) + change;
      return changed;
    });

const PACKET: Packet = { ...PLAIN_PACKET, network: 'IPv4', source: '10.1.128.255', destination: '10.2.0.1' };

Then(
  'for all comparisons of a few bytes of a packet, a rule matches where the bytes in their order say so',
  async function (this: NicWorld) {
    const frame = packetFrame(PACKET, 0, stationFamily(this.scenario));
    const comparison = fc.record({
      offset: fc.integer({ min: 0, max: 19 }).filter((offset) => offset < 4 || offset > 11),
      operator: fc.constantFrom(...OPERATORS),
    });
    const cases = comparison.chain(({ offset, operator }) => {
      const bytes = frame.subarray(14 + offset, 14 + Math.min(20, offset + 8, offset < 4 ? 4 : 20));
      return nearly(bytes).map((said) => ({ offset, operator, said }));
    });
    await this.law(
      fc.asyncProperty(cases, async ({ offset, operator, said }) => {
        const load = `load ${said.length}@network+${offset} to r1`;
        await replaceRules(this, CHAIN, [`${load}, r1 ${operator} ${hex(said)}, fwd p1`]);
        const wanted = says(operator, frame.subarray(14 + offset, 14 + offset + said.length), said);
        const came = (await sentOn(this, PACKET, wanted ? 'p1' : 'p2')) !== undefined;
        expectThat(came === wanted, `${load}, r1 ${operator} ${hex(said)}: it ${came ? 'matched' : 'did not match'}`);
      }),
      { runs: 0.5 },
    );
  },
);

interface Field {
  readonly where: string;
  readonly length: number;
  readonly fixing: string;
}

/** Fields that may be written without the packet becoming another kind of packet. */
const fieldsOf = ({ network, transport }: Packet): readonly Field[] => {
  const sum = transport === 'TCP' ? 16 : 6;
  const ports = { where: 'transport+0', length: 4, fixing: `header ${sum}` };
  const content = { where: `transport+${transport === 'TCP' ? 20 : 8}`, length: 4, fixing: `header ${sum}` };
  return network === 'IPv4'
    ? [
        { where: 'network+4', length: 2, fixing: 'header 10' },
        { where: 'network+8', length: 1, fixing: 'header 10' },
        { where: 'network+12', length: 4, fixing: 'header 10 and pseudo' },
        { where: 'network+16', length: 4, fixing: 'header 10 and pseudo' },
        ports,
        content,
      ]
    : [
        { where: 'network+8', length: 16, fixing: 'pseudo' },
        { where: 'network+32', length: 8, fixing: 'pseudo' },
        ports,
        content,
      ];
};

const writing = fc
  .record({
    network: fc.constantFrom('IPv4' as const, 'IPv6' as const),
    transport: fc.constantFrom('TCP' as const, 'UDP' as const),
    sourcePort: fc.nat({ max: 0xffff }),
  })
  .chain((words) => {
    const packet: Packet = { ...PLAIN_PACKET, ...words };
    return fc
      .constantFrom(...fieldsOf(packet))
      .chain((field) =>
        fc
          .oneof(
            fc.uint8Array({ minLength: field.length, maxLength: field.length }),
            fc.constantFrom(new Uint8Array(field.length), new Uint8Array(field.length).fill(0xff)),
          )
          .map((data) => ({ packet, field, data })),
      );
  });

/** Both sums, made anew from all that they cover. */
function hold(frame: Uint8Array): boolean {
  const isIpv4 = (frame[14] ?? 0) >> 4 === 4;
  if (isIpv4 && onesComplementSum(frame, 14, 34) !== 0xffff) return false;
  const at = isIpv4 ? 34 : 54;
  const protocol = frame[isIpv4 ? 23 : 20] ?? 0;
  const pseudo = pseudoHeaderSum(frame, 14, protocol, frame.length - at);
  return onesComplementSum(frame, at, frame.length, pseudo) === 0xffff;
}

Then(
  'for all fields that a rule writes with its checksums fixed, what leaves has checksums that hold',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(writing, async ({ packet, field, data }) => {
        const store = `store r1 to ${field.length}@${field.where} fixing ${field.fixing}`;
        await replaceRules(this, CHAIN, [`r1 = ${hex(data)}, ${store}, fwd p1`]);
        const frame = await sentOn(this, packet, 'p1');
        expectThat(frame !== undefined, 'the packet did not leave');
        expectThat(hold(frame), `${hex(data)} written by "${store}": a checksum is wrong`);
      }),
      { runs: 0.5 },
    );
  },
);
