/** What a router tells the sender of a packet, and what it keeps to itself. */
import { Then, When } from '@cucumber/cucumber';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import {
  hopped,
  icmpIn,
  packetIn,
  stationPacket,
  withHeaderChecksum,
  type IcmpError,
} from '../properties/ipPackets.js';
import { expectNumber, expectThat } from './expectations.js';
import { isIpv6Text } from '../properties/ipv6Packets.js';
import {
  BROADCAST,
  expectCount,
  interfaceCalled,
  look,
  packetsAt,
  routed,
  sendPackets,
  stationCalled,
  type Sending,
} from './routedPorts.js';
import { usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** Type and code of what is told. */
const TOLD: Readonly<Record<string, readonly [type: number, code: number]>> = {
  'the network is unreachable': [3, 0],
  'the host is unreachable': [3, 1],
  'the port is unreachable': [3, 3],
  'it is too big': [3, 4],
  'it is forbidden': [3, 13],
  'its time is over': [11, 0],
};

/** The same of ICMPv6; the last is what is told beside it. */
const TOLD6: Readonly<Record<string, readonly [type: number, code: number]>> = {
  'there is no route': [1, 0],
  'it is forbidden': [1, 1],
  'it may not leave its link': [1, 2],
  'the address is unreachable': [1, 3],
  'the port is unreachable': [1, 4],
  'it is too big': [2, 0],
  'its hops are over': [3, 0],
  'a header is wrong': [4, 0],
  'a header is unknown': [4, 1],
  'an option is unknown': [4, 2],
};

/** RFC 4443: as much of the packet as fits into the least that every link carries. */
const LONGEST_QUOTE6 = 1280 - 40 - 8;

/** RFC 1812: as much of the packet as fits into 576 bytes. */
const LONGEST_QUOTE = 576 - 20 - 8;

/** The ICMP messages that came to a station, and nothing else anywhere. */
export async function toldTo(world: NicWorld, name: string, count: number): Promise<readonly IcmpError[]> {
  const station = stationCalled(world, name);
  await look(world, new Map([[station.port, count]]));
  expectCount(world, station.port, count);
  return packetsAt(world, station.port).map((frame) => {
    const message = icmpIn(frame);
    expectThat(message !== undefined, `what came at ${station.port} is no ICMP message`);
    expectThat(message.isSound, 'a checksum of the ICMP message is wrong');
    expectThat(message.to === station.address, `it is for ${message.to}`);
    return message;
  });
}

Then(
  /^([A-Z]) is told that (.+?)(?:, (?:with an MTU of|at byte) (\d+))?$/,
  async function (this: NicWorld, name: string, what: string, mtu: string | null) {
    const isIpv6 = isIpv6Text(stationCalled(this, name).address);
    const [type, code] = (isIpv6 ? TOLD6 : TOLD)[what] ?? [];
    expectThat(type !== undefined && code !== undefined, `nobody can be told that ${what}`);
    const { sent } = routed(this);
    const messages = await toldTo(this, name, sent.length);
    for (const [index, message] of messages.entries()) {
      expectNumber(message.type, type, 'the type');
      expectNumber(message.code, code, 'the code');
      expectNumber(isIpv6 ? message.info : message.info & 0xffff, Number(mtu ?? 0), 'what is told beside it');
      const own = interfaceCalled(this, stationCalled(this, name).at);
      const packet = packetIn(sent[index] ?? new Uint8Array(0));
      if (what !== 'the port is unreachable')
        expectThat(message.from === own.address, `it is from ${message.from}, not from ${own.address}`);
      // A packet that waited for its neighbour has made its hop already.
      const isWaiter =
        /^the (host|address) is unreachable$/.test(what) &&
        !equalBytes(message.quote.subarray(0, 12), packet.subarray(0, 12));
      const longest = isIpv6 ? LONGEST_QUOTE6 : LONGEST_QUOTE;
      const quoted = (isWaiter ? hopped(packet) : packet).subarray(0, longest);
      expectThat(equalBytes(message.quote, quoted), 'it does not quote the packet as it should');
    }
  },
);

Then(/^([A-Z]) gets the answer to its echo$/, async function (this: NicWorld, name: string) {
  const [message] = await toldTo(this, name, 1);
  expectThat(message !== undefined, 'no answer came');
  const isIpv6 = isIpv6Text(stationCalled(this, name).address);
  expectNumber(message.type, isIpv6 ? 129 : 0, 'the type');
  const request = packetIn(routed(this).sent[0] ?? new Uint8Array(0));
  expectThat(equalBytes(message.quote, request.subarray(isIpv6 ? 48 : 28)), 'what was sent did not come back');
});

/** A packet of a kind that no router has to take, by what is wrong with it. */
const STRANGE: Readonly<Record<string, Sending | ((frame: Uint8Array) => Uint8Array)>> = {
  'with a wrong header checksum': (frame) => changed(frame, 24, (byte) => byte ^ 0x55),
  'of IP version 5': (frame) => resummed(changed(frame, 14, () => 0x55)),
  'with a header of 16 bytes': (frame) => changed(frame, 14, () => 0x44),
  'longer than its frame': (frame) => resummed(changed(frame, 16, () => 0x05)),
  'shorter than its header': (frame) =>
    resummed(
      changed(
        changed(frame, 16, () => 0),
        17,
        () => 19,
      ),
    ),
  'with a loose source route': { to: '', options: Uint8Array.of(131, 7, 4, 198, 51, 100, 10, 0) },
  'with a strict source route': { to: '', options: Uint8Array.of(137, 7, 4, 198, 51, 100, 10, 0) },
  'with an option that is longer than the header': (frame) => frame,
  'that is one hop from a checksum of zero': (frame) => resummed(oneHopFromZero(frame)),
  'that is an ICMP error': { to: '', kind: 'icmp-error' },
  'that is a fragment behind the first': { to: '', fragmentOffset: 185 },
};

function changed(frame: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const bytes = frame.slice();
  bytes[at] = change(bytes[at] ?? 0);
  return bytes;
}

/** Its identification is such that the checksum is 0xfeff: with one TTL less it is all ones, which is zero. */
function oneHopFromZero(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  bytes.set([0, 0], 18);
  const [high = 0, low = 0] = resummed(bytes).subarray(24, 26);
  const wanted = 0x0100 + ((high << 8) | low);
  const identification = (wanted & 0xffff) + (wanted >> 16);
  bytes.set([identification >> 8, identification & 0xff], 18);
  return bytes;
}

/** With the right checksum of the header, so that nothing but the change is wrong. */
function resummed(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  bytes.set(withHeaderChecksum(frame.subarray(14)), 14);
  return bytes;
}

When(
  /^([A-Z]) sends a packet (with .+|of IP .+|longer .+|shorter .+|that is .+?) to (\d[\d.]+)(, TTL 1)?$/,
  async function (this: NicWorld, from: string, what: string, to: string, expires: string | null) {
    const strange = STRANGE[what];
    expectThat(strange !== undefined, `there is no packet ${what}`);
    const ttl = expires === null ? {} : { ttl: 1 };
    if (typeof strange === 'object') {
      await sendPackets(this, from, [{ ...strange, to, ...ttl }]);
      return;
    }
    const state = routed(this);
    const station = stationCalled(this, from);
    const own = interfaceCalled(this, station.at);
    const number = state.nextNumber++;
    const sound = stationPacket({
      from: station.address,
      to,
      source: station.mac,
      destination: own.mac,
      number,
      ...ttl,
    });
    await sendPackets(this, from, [strange(sound)]);
  },
);

When(
  /^a packet from ([\da-f]*[.:][\da-f.:]+) to ([\da-f]*[.:][\da-f.:]+) comes from ([A-Z])$/,
  async function (this: NicWorld, source: string, to: string, from: string) {
    await sendPackets(this, from, [{ to, from: source }]);
  },
);

When(
  /^([A-Z]) sends a packet to ([\da-f]*[.:][\da-f.:]+) in a frame to (everybody|somebody else|a group)(, TTL 1)?$/,
  async function (this: NicWorld, from: string, to: string, whom: string, expires: string | null) {
    const destination =
      whom === 'everybody' ? BROADCAST : whom === 'a group' ? '01:00:5e:01:02:03' : '02:de:ad:be:ef:01';
    await sendPackets(this, from, [{ to, destination, ...(expires === null ? {} : { ttl: 1 }) }]);
  },
);

When(
  /^([A-Z]) sends an echo request to ([\da-f]*[.:][\da-f.:]+)$/,
  async function (this: NicWorld, from: string, to: string) {
    await sendPackets(this, from, [{ to, kind: 'echo', length: 120 }]);
  },
);

When(
  /^([A-Z]) sends a packet to (\d[\d.]+) that records its route$/,
  async function (this: NicWorld, from: string, to: string) {
    await sendPackets(this, from, [{ to, options: Uint8Array.of(7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0) }]);
  },
);

Then(/^the packet at (p\d) has recorded (\d[\d.]+)$/, async function (this: NicWorld, port: string, address: string) {
  await look(this, new Map([[port, 1]]));
  expectCount(this, port, 1);
  const [frame] = packetsAt(this, port);
  const packet = packetIn(frame ?? new Uint8Array(0));
  expectNumber(packet[22] ?? 0, 8, 'the pointer behind what was recorded');
  expectThat(packet.subarray(23, 27).join('.') === address, `recorded is ${packet.subarray(23, 27).join('.')}`);
  expectThat(equalBytes(withHeaderChecksum(packet), packet), 'the checksum of the header is wrong');
});

Then(
  /^at (p\d) come fragments of no more than (\d+) bytes that are the packet$/,
  async function (this: NicWorld, port: string, mtu: string) {
    const [frame] = routed(this).sent;
    expectThat(frame !== undefined, 'nothing was sent');
    await expectFragments(this, port, packetIn(frame), Number(mtu));
  },
);

/** Put together again, the fragments are the packet after its hop; none is longer than it may be. */
export async function expectFragments(world: NicWorld, port: string, packet: Uint8Array, mtu: number): Promise<void> {
  const room = Math.floor((mtu - 20) / 8) * 8;
  const body = packet.subarray(20);
  const count = Math.ceil(body.length / room);
  await look(world, new Map([[port, count]]));
  for (const { port: each } of usedPorts(world))
    if (each !== port) expectNumber(packetsAt(world, each).length, 0, `packets at ${each}`);
  const pieces = packetsAt(world, port).map(packetIn);
  expectNumber(pieces.length, count, 'the number of fragments');
  const whole = new Uint8Array(body.length);
  let filled = 0;
  for (const piece of pieces) {
    expectThat(piece.length <= mtu, `a fragment has ${piece.length} bytes`);
    expectThat(equalBytes(withHeaderChecksum(piece), piece), 'the checksum of a fragment is wrong');
    const offset = (((piece[6] ?? 0) & 0x1f) * 256 + (piece[7] ?? 0)) * 8;
    const isLast = offset + piece.length - 20 === body.length;
    expectThat(((piece[6] ?? 0) & 0x20) === (isLast ? 0 : 0x20), 'the more-fragments flag is wrong');
    const same = [0, 1, 4, 5, 9, 12, 13, 14, 15, 16, 17, 18, 19];
    expectThat(
      same.every((at) => piece[at] === packet[at]),
      'the header of a fragment is not that of the packet',
    );
    expectNumber(piece[8] ?? 0, (packet[8] ?? 0) - 1, 'the TTL of a fragment');
    whole.set(piece.subarray(20), offset);
    filled += piece.length - 20;
  }
  expectThat(filled === body.length && equalBytes(whole, body), 'the fragments are not the packet');
}
