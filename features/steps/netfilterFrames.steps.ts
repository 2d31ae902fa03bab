/** Frames that rules look into more closely, and what rules made of frames. */
import { Then, When } from '@cucumber/cucumber';
import type { SendResult } from '../../harness/contract/index.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import {
  buildFrame,
  ethernet,
  ipv4,
  payload,
  payloadPattern,
  tcp,
  udp,
  type Layer,
} from '../../reference-impl/packet/build.js';
import { concat, equalBytes, fromHex, hex, readU16, readU32 } from '../../reference-impl/packet/bytes.js';
import { onesComplementSum, pseudoHeaderSum } from '../../reference-impl/packet/checksum.js';
import { IPPROTO_TCP, VLAN_HLEN } from '../../reference-impl/packet/protocols.js';
import { packetFrame, PLAIN_PACKET, type Packet } from '../properties/packets.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { expectFrame, expectNumber, expectThat } from './expectations.js';
import { expectPackets, sentPackets } from './filterControl.js';
import { chainCounters, ruleCounters } from './netfilter.js';
import { begin, interfaceCalled, look, packetsAt, routed, stationCalled } from './routedPorts.js';
import { arrivedAt, namesIn, portCalled, sendInto, switched, usedPorts, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

const CONTENT = payloadPattern(40, 7);
const ADDRESSES = { source: '10.0.0.1', destination: '10.0.0.2' } as const;
const PORTS = { sourcePort: 1000, destinationPort: 2000 } as const;

/** Frames by what is odd about them. */
const ODD: Readonly<Record<string, readonly Layer[]>> = {
  // What stands where a transport header would is payload: port 2000 among it.
  'a fragment behind the first': [
    ipv4({ ...ADDRESSES, fragmentOffset: 64, protocol: 17 }),
    payload(buildFrame([udp(PORTS), payload(CONTENT)]).bytes),
  ],
  'TCP with a maximum segment size of 1460 behind a no-operation': [
    ipv4(ADDRESSES),
    tcp({ ...PORTS, flags: 2, options: Uint8Array.of(1, 1, 2, 4, 0x05, 0xb4, 0, 0) }),
    payload(CONTENT),
  ],
  'UDP without a checksum': [ipv4(ADDRESSES), udp({ ...PORTS, checksum: 'zero' }), payload(CONTENT)],
};

When(
  /^a packet from ([A-Z]) to broadcast that is (.+) comes in at (p\d)$/,
  async function (this: NicWorld, from: string, what: string, port: string) {
    const layers = ODD[what];
    expectThat(layers !== undefined, `no packet is "${what}"`);
    const family = stationFamily(this.scenario);
    const link = ethernet({
      source: addressOf(from, family),
      destination: addressOf('broadcast', family),
      etherType: 0x800,
    });
    sentPackets(this).frames = await sendInto(this, port, [buildFrame([link, ...layers]).bytes]);
  },
);

Then(/^(\d+) of the packets leaves? at (p\d)$/, async function (this: NicWorld, count: string, port: string) {
  await expectPackets(
    this,
    sentPackets(this).frames.map((_, index) => (index < Number(count) ? [port] : [])),
  );
});

Then(/^the packet leaves at (p\d) (\d) times$/, async function (this: NicWorld, port: string, times: string) {
  await expectPackets(this, [Array.from({ length: Number(times) }, () => port)]);
});

Then(/^the packet leaves at (p\d) without its tag$/, async function (this: NicWorld, port: string) {
  sentPackets(this).frames = sentPackets(this).frames.map((frame) =>
    concat(frame.subarray(0, 12), frame.subarray(12 + VLAN_HLEN)),
  );
  await expectPackets(this, [[port]]);
});

Then(/^the packets leave at (p\d(?:(?:, | and )p\d)+) in turn$/, async function (this: NicWorld, ports: string) {
  await expectPackets(
    this,
    namesIn(ports).map((port) => [port]),
  );
});

/** The one packet came there, changed at a place; nowhere else anything. */
async function changedAt(world: NicWorld, port: string, at: number, bytes: string): Promise<Uint8Array> {
  await watch(world, new Map([[port, 1]]));
  const [sent] = sentPackets(world).frames;
  const [frame, ...more] = arrivedAt(world, port);
  expectThat(frame !== undefined && sent !== undefined && more.length === 0, `one packet should come at ${port}`);
  for (const { port: other } of usedPorts(world))
    expectThat(other === port || arrivedAt(world, other).length === 0, `something came at ${other}`);
  const found = hex(frame.subarray(at, at + bytes.length / 2));
  expectThat(found === bytes, `at byte ${at} it has ${found}, not ${bytes}`);
  return frame;
}

Then(
  /^the packet leaves at (p\d) with ([\da-f]+) at byte (\d+), and is otherwise as it was$/,
  async function (this: NicWorld, port: string, bytes: string, at: string) {
    const frame = await changedAt(this, port, Number(at), bytes);
    const [sent = new Uint8Array(0)] = sentPackets(this).frames;
    const wanted = sent.slice();
    wanted.set(fromHex(bytes), Number(at));
    expectFrame(frame, wanted, 'what came out');
  },
);

/** Sums made anew by addition alone, whatever the rules did. */
function sumsHold(frame: Uint8Array): boolean {
  const at = 14;
  if (frame[at] === 0x45 && onesComplementSum(frame, at, at + 20) !== 0xffff) return false;
  const isIpv6 = (frame[at] ?? 0) >> 4 === 6;
  const [transport, protocol] = isIpv6 ? [at + 40, frame[at + 6] ?? 0] : [at + 20, frame[at + 9] ?? 0];
  const end = isIpv6 ? transport + readU16(frame, at + 4) : at + readU16(frame, at + 2);
  const pseudo = pseudoHeaderSum(frame, at, protocol, end - transport);
  return onesComplementSum(frame, transport, end, pseudo) === 0xffff;
}

Then(
  /^the packet leaves at (p\d) with ([\da-f]+) at byte (\d+), and its checksums hold$/,
  async function (this: NicWorld, port: string, bytes: string, at: string) {
    const frame = await changedAt(this, port, Number(at), bytes);
    expectThat(sumsHold(frame), 'a checksum of what came out is wrong');
  },
);

Then(
  /^the chain "(\w+)" has decided over (\d+) packets? of (\d+) bytes by its policy$/,
  async function (this: NicWorld, chain: string, packets: string, bytes: string) {
    await watch(this, new Map());
    const counters = await chainCounters(this, chain);
    expectNumber(counters.packets, Number(packets), 'packets');
    expectNumber(counters.bytes, Number(bytes), 'bytes');
  },
);

Then(
  /^the counter in "(\w+)" reads (\d+) packets? of (\d+) bytes$/,
  async function (this: NicWorld, chain: string, packets: string, bytes: string) {
    await watch(this, new Map());
    const [counters] = await ruleCounters(this, chain);
    expectThat(counters !== undefined, `there is no counter in ${chain}`);
    expectNumber(counters.packets, Number(packets), 'packets');
    expectNumber(counters.bytes, Number(bytes), 'bytes');
  },
);

const FLOWS = 12;

Then(
  /^the two directions of each flow into (p\d) leave at one port, and not all flows at the same$/,
  async function (this: NicWorld, port: string) {
    const used = new Set<string>();
    for (let flow = 0; flow < FLOWS; flow++) {
      const one: Packet = {
        ...PLAIN_PACKET,
        network: 'IPv4',
        source: `10.0.0.${flow + 1}`,
        destination: `10.0.1.${7 * flow + 1}`,
        sourcePort: 1000 + 13 * flow,
      };
      const other: Packet = {
        ...one,
        source: one.destination,
        destination: one.source,
        sourcePort: one.destinationPort,
        destinationPort: one.sourcePort,
      };
      const places = [await placeOf(this, port, one), await placeOf(this, port, other)];
      expectThat(places[0] === places[1], `flow ${flow} left at ${places.join(' and at ')}`);
      used.add(places[0] ?? '');
    }
    expectThat(used.size > 1, `all flows left at ${[...used].join()}`);
  },
);

/** Where a packet that came in leaves. */
async function placeOf(world: NicWorld, port: string, packet: Packet): Promise<string> {
  const number = switched(world).nextNumber++;
  await sendInto(world, port, [packetFrame(packet, number, stationFamily(world.scenario))]);
  for (let looks = 0; looks < 2; looks++) {
    await watch(world, new Map());
    const place = usedPorts(world).find(({ port: each }) => arrivedAt(world, each).length > 0);
    if (place !== undefined) return place.port;
    switched(world).isQuiet = false;
  }
  return 'nowhere';
}

const TCP_FLAGS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, ACK: 16 };

When(
  /^([A-Z]) sends a TCP segment to ([\d.]+) with ([A-Z]+(?: and [A-Z]+)*)$/,
  async function (this: NicWorld, name: string, to: string, names: string) {
    const station = stationCalled(this, name);
    const flags = names.split(' and ').reduce((sum, each) => sum | (TCP_FLAGS[each] ?? 0), 0);
    const frame = buildFrame([
      ethernet({ source: station.mac, destination: interfaceCalled(this, station.at).mac }),
      ipv4({ source: station.address, destination: to }),
      tcp({ ...PORTS, flags, sequence: 0x1000_0000, acknowledgement: 0x2000_0000 }),
      payload(CONTENT),
    ]).bytes;
    await begin(this);
    routed(this).sent = [frame];
    await (await this.wire(station.port)).send([{ bytes: frame }]);
  },
);

Then(
  /^([A-Z]) gets a reset that acknowledges (0x[\da-f]+)$/,
  async function (this: NicWorld, name: string, number: string) {
    const { frame, at } = await resetAt(this, name);
    expectNumber(frame[at + 13] ?? 0, 0x14, 'the flags');
    expectNumber(readU32(frame, at + 8), Number(number), 'what it acknowledges');
    expectNumber(readU32(frame, at + 4), 0, 'its sequence number');
  },
);

Then(
  /^([A-Z]) gets a reset with the sequence number (0x[\da-f]+)$/,
  async function (this: NicWorld, name: string, number: string) {
    const { frame, at } = await resetAt(this, name);
    expectNumber(frame[at + 13] ?? 0, 0x04, 'the flags');
    expectNumber(readU32(frame, at + 4), Number(number), 'its sequence number');
  },
);

/** The one packet that came to a station: a segment from where the station's was to go. */
async function resetAt(world: NicWorld, name: string): Promise<{ readonly frame: Uint8Array; readonly at: number }> {
  const station = stationCalled(world, name);
  await look(world, new Map([[station.port, 1]]));
  const [frame, ...more] = packetsAt(world, station.port);
  expectThat(frame !== undefined && more.length === 0, `one packet should come at ${station.port}`);
  const [sent = new Uint8Array(0)] = routed(world).sent;
  expectNumber(frame[23] ?? 0, IPPROTO_TCP, 'the protocol');
  expectThat(equalBytes(frame.subarray(26, 30), sent.subarray(30, 34)), 'it is from another address');
  expectThat(equalBytes(frame.subarray(30, 34), sent.subarray(26, 30)), 'it is for another address');
  const at = 14 + ((frame[14] ?? 0) & 0xf) * 4;
  expectThat(equalBytes(frame.subarray(at, at + 2), sent.subarray(36, 38)), 'it is from another port');
  expectThat(sumsHold(frame), 'a checksum of it is wrong');
  return { frame, at };
}

When(
  /^the host tries to send a frame of ([A-Z]) at (p\d)$/,
  async function (this: NicWorld, from: string, port: string) {
    const packet: Packet = { ...PLAIN_PACKET, from };
    const frame = packetFrame(packet, switched(this).nextNumber++, stationFamily(this.scenario));
    const host = await this.host(portCalled(this, port).netDevice);
    this.note('told', () => ({ result: undefined as SendResult | undefined })).result = await host.send([
      { bytes: frame },
    ]);
  },
);

Then(/^the host is told ([A-Z]+)$/, function (this: NicWorld, wanted: string) {
  const { result } = this.note('told', () => ({ result: undefined as SendResult | undefined }));
  expectThat(result?.ok === false, 'the frame was taken');
  expectThat(errnoName(result.errno) === wanted, `the host was told ${errnoName(result.errno)}`);
});
