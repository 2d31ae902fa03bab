/** ETHTOOL_TEST: what the reference NIC tries of itself. Offline tests take the port off the cable while they run. */
import type { DriverHost, QueueIndex, RxFrame, TxFrame } from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { deliver, flushAggregators } from '../receiveRing.js';
import { hasCarrier, newPort, type NicPort } from '../state.js';
import { transmit } from '../transmit.js';
import { GOOD_SUM, readMemory, sumOf } from './deviceMemory.js';

export const TEST_NAMES = [
  'Register test  (offline)',
  'Eeprom test    (offline)',
  'Loopback test  (offline)',
  'Link test   (on/offline)',
] as const;

export interface TestReport {
  readonly failed: boolean;
  readonly results: readonly number[];
}

export function selfTest(port: NicPort, offline: boolean): TestReport {
  const results = [0, 0, 0, linkTest(port)];
  if (offline) {
    const before = { up: port.up, channels: port.channels, rings: port.rings };
    port.up = false;
    [results[0], results[1], results[2]] = [registerTest(port), memoryTest(port), loopbackTest(port)];
    if (port.parts.service.testRestores) Object.assign(port, before);
  }
  return { failed: results.some((result) => result !== 0), results };
}

const linkTest = (port: NicPort): number => (hasCarrier(port) ? 0 : 1);

/** Patterns are written to the size of a ring and read back. */
function registerTest(port: NicPort): number {
  const { rings } = port;
  for (const pattern of [0x5a5a5a5a, 0xa5a5a5a5, 0, 0xffffffff]) {
    port.rings = { ...rings, rx: pattern };
    if (port.rings.rx !== pattern) return pattern;
  }
  port.rings = rings;
  return 0;
}

function memoryTest(port: NicPort): number {
  const read = readMemory(port, 0, port.service.eeprom.length);
  return read.ok && sumOf(read.value) === GOOD_SUM ? 0 : 2;
}

const TEST_LENGTH = 1024;
const ETH_P_LOOPBACK = 0x9000;
const BAD_LOOPBACK = 13;

/** A frame goes the whole way: transmit ring, checksum, internal loop, filters, receive ring. Nobody else gets to see it. */
function loopbackTest(port: NicPort): number {
  const received: RxFrame[] = [];
  const scratch = newPort({
    name: port.name,
    limits: port.limits,
    parts: port.parts,
    host: capture(port.host, received),
    address: port.permanentAddress,
    rssKey: new Uint8Array(port.limits.keyLength),
    switching: undefined,
  });
  scratch.up = true;
  scratch.features = new Set([...scratch.features, 'loopback']);
  const sent = testFrame(parseMac(port.permanentAddress));
  const frame: TxFrame = { bytes: sent, checksum: { kind: 'none' } };
  transmit(scratch, 0 as QueueIndex, frame);
  for (const queue of scratch.rxQueues) {
    flushAggregators(scratch, queue);
    deliver(scratch, queue);
  }
  const [back] = received.map(({ bytes }) => port.parts.service.loopbackFrame(bytes));
  const isSame = back?.length === sent.length && back.every((byte, index) => byte === sent[index]);
  return isSame && received.length === 1 ? 0 : BAD_LOOPBACK;
}

function testFrame(own: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from({ length: TEST_LENGTH }, (_, index) => (index * 7 + 3) & 0xff);
  bytes.set(own, 0);
  bytes.set(own, 6);
  bytes[12] = ETH_P_LOOPBACK >> 8;
  bytes[13] = ETH_P_LOOPBACK & 0xff;
  return bytes;
}

const nothing = (): void => undefined;

/** The host's side of the loop: frames are kept, everything else is nobody's business. */
const capture = (host: DriverHost, received: RxFrame[]): DriverHost => ({
  devlink: host.devlink,
  registerPort: nothing,
  unregisterPort: () => Promise.resolve(),
  receive: (_port, frames) => void received.push(...frames),
  transmitToCable: nothing,
  carrier: nothing,
  transmitCompleted: nothing,
  queueStopped: nothing,
  wakeup: nothing,
  fdbLearned: nothing,
  fdbForgotten: nothing,
});
