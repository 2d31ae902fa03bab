/** How fast the router of the reference switch finds its way: longest prefixes of a full table, and whole packets. */
import { Ipv4Lpm } from '../reference-impl/device/switch/ipv4Lpm.js';
import { Ipv6Lpm, masked } from '../reference-impl/device/switch/ipv6Lpm.js';
import { hex } from '../reference-impl/packet/bytes.js';
import { newRouteDecision, nextFrame, routePacket } from '../reference-impl/device/switch/routePacket.js';
import { ACTION_FORWARD, newRouterState, routerNumber } from '../reference-impl/device/switch/routerState.js';
import { buildFrame, ethernet, ipv4, payload, udp } from '../reference-impl/packet/build.js';
import { writeU32 } from '../reference-impl/packet/bytes.js';
import { writeHeaderChecksum } from '../reference-impl/kernel/routing/ipv4Header.js';
import { measure, type BenchRow, type Measured } from './benchRow.js';

const PREFIXES = 100_000;
const LOOKUPS = 16_384;
/** Bytes before the packet. */
const IP = 14;

/** xorshift32: the same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const maskOf = (length: number): number => (length === 0 ? 0 : (-1 << (32 - length)) >>> 0);

/** Lengths as the routes of the Internet have them: most are 24, few are short. */
const LENGTHS = [24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 18, 17, 16, 28] as const;

const table = ((): { readonly prefix: number; readonly length: number }[] => {
  const next = numbers(7);
  return Array.from({ length: PREFIXES }, (_, index) => {
    const length = LENGTHS[index % LENGTHS.length] ?? 24;
    return { prefix: (next() & maskOf(length)) >>> 0, length };
  });
})();

/** Half of them have a prefix. */
const addresses = ((): Uint32Array => {
  const next = numbers(11);
  return Uint32Array.from({ length: LOOKUPS }, (_, index) => {
    const { prefix = 0, length = 0 } = table[next() % PREFIXES] ?? {};
    return index % 2 === 0 ? next() : (prefix | (next() & ~maskOf(length))) >>> 0;
  });
})();

function finding(): Measured {
  const lpm = new Ipv4Lpm();
  for (const [index, { prefix, length }] of table.entries()) lpm.set(prefix, length, index);
  return {
    name: 'longest prefix of 100 k',
    work: LOOKUPS,
    run: () => {
      let sum = 0;
      for (const address of addresses) sum += lpm.find(address);
      return sum;
    },
  };
}

/** What anybody would write first: a Map for each length, from the longest on. */
function byLength(): Measured {
  const maps = new Map<number, Map<number, number>>();
  for (const [index, { prefix, length }] of table.entries())
    maps.set(length, (maps.get(length) ?? new Map<number, number>()).set(prefix, index));
  const lengths = [...maps.keys()].sort((a, b) => b - a);
  return {
    name: 'a Map for each length of prefix',
    work: LOOKUPS,
    run: () => {
      let sum = 0;
      for (const address of addresses)
        for (const length of lengths) {
          const found = maps.get(length)?.get((address & maskOf(length)) >>> 0);
          if (found === undefined) continue;
          sum += found;
          break;
        }
      return sum;
    },
  };
}

const PACKETS = 1024;
const STATION = Uint8Array.of(2, 0, 0, 0, 0, 9);

function routing(): Measured {
  const state = newRouterState(2, PREFIXES);
  const number = routerNumber(state, 254) ?? 0;
  const lpm = state.prefixes[number];
  for (const [index, { prefix, length }] of table.entries()) {
    state.routes[index] = {
      action: ACTION_FORWARD,
      ports: Uint8Array.of(1),
      gateways: Uint32Array.of(0x0a00_0001),
      gateways6: [],
      bounds: Float64Array.of(0x7fff_ffff),
      counts: true,
      isReplacement: false,
    };
    lpm?.set(prefix, length, index);
  }
  state.isInterface.fill(1);
  state.macHigh.fill(0x0200);
  state.macLow.fill(1);
  state.mtu.fill(1500);
  state.neighbours[1]?.set(0x0a00_0001, STATION);
  const decision = newRouteDecision();
  const frames = Array.from({ length: PACKETS }, (_, index) => packetTo(addresses[2 * index + 1] ?? 0));
  return {
    name: 'route packets of 64 bytes, 100 k prefixes',
    work: PACKETS,
    run: () => {
      let bytes = 0;
      for (const frame of frames) {
        routePacket(state, 0, frame, decision);
        if (decision.kind === 'forward') bytes += nextFrame(state, frame, decision).length;
      }
      return bytes;
    },
  };
}

function packetTo(address: number): Uint8Array {
  const { bytes } = buildFrame([
    ethernet({ destination: '02:00:00:00:00:01', source: '02:00:00:00:00:02' }),
    ipv4({ source: '10.9.9.9', destination: '10.0.0.0' }),
    udp({ sourcePort: 1, destinationPort: 2 }),
    payload(22),
  ]);
  writeU32(bytes, IP + 16, address);
  writeHeaderChecksum(bytes.subarray(IP));
  return bytes;
}

/** The least that has to be done to a packet. */
function copying(): Measured {
  const frames = Array.from({ length: PACKETS }, (_, index) => packetTo(addresses[2 * index + 1] ?? 0));
  return {
    name: 'a copy alone',
    work: PACKETS,
    run: () => {
      let bytes = 0;
      for (const frame of frames) bytes += frame.slice().length;
      return bytes;
    },
  };
}

/** Lengths as the routes of IPv6 of the Internet have them: nearly half are 48, an eighth 32, and hardly any is longer than 64. */
const LENGTHS6 = [48, 48, 48, 48, 48, 48, 48, 44, 40, 46, 36, 32, 32, 29, 64, 56] as const;
/** What registries gave out: most prefixes begin with one of few words. */
const FIRST_WORDS = [0x2001, 0x2400, 0x2401, 0x2403, 0x2405, 0x2600, 0x2602, 0x2604, 0x2800, 0x2a00, 0x2a02, 0x2a03];

const table6 = ((): { readonly prefix: Uint8Array; readonly length: number }[] => {
  const next = numbers(23);
  return Array.from({ length: PREFIXES }, (_, index) => {
    const length = LENGTHS6[index % LENGTHS6.length] ?? 48;
    // Five thousand networks of 32 bits, with what is within them.
    const network = next() % 5000;
    const address = new Uint8Array(16);
    writeU32(address, 0, ((FIRST_WORDS[network % FIRST_WORDS.length] ?? 0x2001) << 16) | (network * 13));
    writeU32(address, 4, next());
    writeU32(address, 8, next());
    return { prefix: masked(address, length), length };
  });
})();

/** Half of them have a prefix; one behind the other, as a chip would have them in frames. */
const addresses6 = ((): Uint8Array => {
  const next = numbers(29);
  const all = new Uint8Array(16 * LOOKUPS);
  for (let index = 0; index < LOOKUPS; index++) {
    const { prefix = new Uint8Array(16), length = 0 } = table6[next() % PREFIXES] ?? {};
    for (let word = 0; word < 16; word += 4) writeU32(all, 16 * index + word, next());
    all[16 * index] = 0x20 | (next() & 0xf);
    if (index % 2 === 0) continue;
    for (let byte = 0; byte < length >> 3; byte++) all[16 * index + byte] = prefix[byte] ?? 0;
  }
  return all;
})();

function finding6(): Measured {
  const lpm = new Ipv6Lpm();
  for (const [index, { prefix, length }] of table6.entries()) lpm.set(prefix, length, index);
  return {
    name: 'longest prefix of 100 k of IPv6',
    work: LOOKUPS,
    run: () => {
      let sum = 0;
      for (let at = 0; at < addresses6.length; at += 16) sum += lpm.find(addresses6, at);
      return sum;
    },
  };
}

/** What anybody would write first: a Map for each length, from the longest on, with the prefix as text. */
function byLength6(): Measured {
  const maps = new Map<number, Map<string, number>>();
  for (const [index, { prefix, length }] of table6.entries())
    maps.set(length, (maps.get(length) ?? new Map<string, number>()).set(hex(prefix), index));
  const lengths = [...maps.keys()].sort((a, b) => b - a);
  return {
    name: 'a Map for each length of prefix',
    work: LOOKUPS,
    run: () => {
      let sum = 0;
      for (let at = 0; at < addresses6.length; at += 16) {
        const address = addresses6.subarray(at, at + 16);
        for (const length of lengths) {
          const found = maps.get(length)?.get(hex(masked(address, length)));
          if (found === undefined) continue;
          sum += found;
          break;
        }
      }
      return sum;
    },
  };
}

export const routingRows = async (): Promise<BenchRow[]> => [
  await measure('M/s', finding(), [byLength()]),
  await measure('M/s', finding6(), [byLength6()]),
  await measure('M/s', routing(), [copying()]),
];
