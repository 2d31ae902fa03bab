/** How fast the reference switch is: frames between known stations, and stations that it learns. */
import { FdbMemory } from '../reference-impl/device/switch/fdbMemory.js';
import { decide, newDecision } from '../reference-impl/device/switch/lookup.js';
import { STATE_FORWARDING, newSwitchState, type SwitchState } from '../reference-impl/device/switch/switchState.js';
import { formatMac } from '../reference-impl/packet/addresses.js';
import { readU16, readU32, writeU16, writeU32 } from '../reference-impl/packet/bytes.js';
import { measure, type BenchRow, type Measured } from './benchRow.js';

const PORTS = 8;
const STATIONS = 16_384;
const FRAME = 64;
/** More than a cache of the processor holds, so that frames are not served from there alone. */
const FRAMES = 4096;
const LEARNED = 100_000;

/** Stations one behind the other are neither near in the table nor at the same port. */
const writeStation = (bytes: Uint8Array, at: number, station: number): void => {
  writeU16(bytes, at, 0x025a);
  writeU32(bytes, at + 2, Math.imul(station + 1, 0x9e3779b1) >>> 0);
};

const portOf = (station: number): number => station % PORTS;

/** A bridge over eight ports that forward, as the driver would set it up. */
function bridgedSwitch(entries: number): SwitchState {
  const state = newSwitchState({ ports: PORTS, fdbEntries: entries });
  const [bridge] = state.bridges;
  if (bridge === undefined) throw new Error('a switch without bridges');
  bridge.id = 1;
  bridge.ports = (1 << PORTS) - 1;
  state.bridgeOf.fill(0);
  state.stpState.fill(STATE_FORWARDING);
  state.forwarding = bridge.ports;
  return state;
}

const frames = Array.from({ length: FRAMES }, (_, index) => {
  const bytes = new Uint8Array(FRAME);
  writeStation(bytes, 0, (index * 7919 + 1) % STATIONS);
  writeStation(bytes, 6, (index * 4) % STATIONS);
  writeU16(bytes, 12, 0x0800);
  return { bytes, port: portOf((index * 4) % STATIONS) };
});

function forwarding(): Measured {
  const state = bridgedSwitch(STATIONS);
  const decision = newDecision();
  const station = new Uint8Array(FRAME);
  for (let number = 0; number < STATIONS; number++) {
    station.fill(0xff, 0, 6);
    writeStation(station, 6, number);
    decide(state, portOf(number), station, decision);
  }
  const out = new Uint8Array(PORTS * FRAME);
  return {
    name: 'forward 64 bytes, 8 ports, 16 k stations',
    work: FRAMES,
    run: () => {
      for (const { bytes, port } of frames) {
        decide(state, port, bytes, decision);
        for (let left = decision.egress; left !== 0; left &= left - 1)
          out.set(bytes, (31 - Math.clz32(left & -left)) * FRAME);
      }
      return out;
    },
  };
}

/** What anybody would write first: a Map by the address as text. */
function byText(): Measured {
  const table = new Map<string, number>();
  const station = new Uint8Array(FRAME);
  for (let number = 0; number < STATIONS; number++) {
    writeStation(station, 6, number);
    table.set(formatMac(station, 6), portOf(number));
  }
  const out = new Uint8Array(PORTS * FRAME);
  return {
    name: 'a Map by the address as text',
    work: FRAMES,
    run: () => {
      for (const { bytes, port } of frames) {
        table.set(formatMac(bytes, 6), port);
        const to = table.get(formatMac(bytes));
        if (to !== undefined && to !== port) out.set(bytes, to * FRAME);
      }
      return out;
    },
  };
}

/** The least that has to be done to a frame. */
function copying(): Measured {
  const out = new Uint8Array(PORTS * FRAME);
  return {
    name: 'a copy alone',
    work: FRAMES,
    run: () => {
      for (const { bytes, port } of frames) out.set(bytes, port * FRAME);
      return out;
    },
  };
}

const addresses = Array.from({ length: LEARNED }, (_, station) => {
  const bytes = new Uint8Array(6);
  writeStation(bytes, 0, station);
  return bytes;
});

function learning(): Measured {
  const fdb = new FdbMemory(131_072);
  return {
    name: 'learn 100 k stations',
    work: LEARNED,
    run: () => {
      fdb.clear();
      for (const address of addresses) {
        const [high, low] = [readU16(address, 0), readU32(address, 2)];
        if (fdb.find(high, low, 1) < 0) fdb.insert(high, low, 1);
      }
      return fdb.count;
    },
  };
}

function learningInMap(): Measured {
  const table = new Map<number, number>();
  return {
    name: 'a Map by the address as a number',
    work: LEARNED,
    run: () => {
      table.clear();
      for (const address of addresses) {
        const key = readU16(address, 0) * 0x1_0000_0000 + readU32(address, 2);
        if (!table.has(key)) table.set(key, 1);
      }
      return table.size;
    },
  };
}

export const switchRows = async (): Promise<BenchRow[]> => [
  await measure('M/s', forwarding(), [byText(), copying()]),
  await measure('M/s', learning(), [learningInMap()]),
];
