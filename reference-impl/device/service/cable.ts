/** The PHY of the reference NIC and the copper behind it: a pair for each direction. */
import type { CableTestResult, DriverResult, PhyOps, PortName, TdrConfig } from '../../../harness/contract/index.js';
import { done } from '../driverResult.js';
import { hasCarrier, type NicPort } from '../state.js';
import { CABLE_CM } from './moduleMemory.js';

const PAIRS: readonly number[] = [0, 1];
/** ETHTOOL_A_CABLE_RESULT_CODE_OK, _OPEN. */
const OK = 1;
const OPEN = 2;
const TEST_NS = 800_000_000n;
const PULSE_MV = 1000;
/** What comes back from an open end, before the loss on the way there and back. */
const ECHO_MV = 900;
const LOSS_MV_PER_METRE = 20;

export function phyOps(portOf: (name: PortName) => NicPort): PhyOps {
  return {
    bus: 'nicspec-mii',
    driver: 'nicspec reference PHY',
    startCableTest: (name) => begin(portOf(name), testResult),
    startCableTestTdr: (name, config) => begin(portOf(name), (port) => rawResult(port, config)),
    cableTestResult: (name) => takeResult(portOf(name)),
    signalQuality: (name) => signalQuality(portOf(name)),
  };
}

/** OPEN Alliance TC1: the best of eight classes of signal quality. */
const BEST_QUALITY = 7;

/** A class less for each doubling of the damaged frames since the link came up. */
function signalQuality({ counters, service }: NicPort): { index: number; max: number } {
  const damaged = counters.rxCrcErrors - service.damagedBefore;
  return { index: Math.max(0, BEST_QUALITY - Math.floor(Math.log2(damaged + 1))), max: BEST_QUALITY };
}

/** The pulses take the line: there is no link until the test is over. */
function begin(port: NicPort, result: (port: NicPort) => CableTestResult): DriverResult {
  port.service.cableTest = { until: port.now + TEST_NS, result: () => result(port) };
  if (port.parts.service.testTakesLink) port.host.carrier(port.name, false);
  return done;
}

function takeResult(port: NicPort): CableTestResult | null {
  const test = port.service.cableTest;
  if (test === null || port.now < test.until) return null;
  endCableTest(port);
  return test.result();
}

/** The link comes back, if there is a cable. */
export function endCableTest(port: NicPort): void {
  if (port.service.cableTest === null) return;
  port.service.cableTest = null;
  if (port.parts.service.linkReturns) port.host.carrier(port.name, hasCarrier(port));
}

function testResult({ cablePlugged, parts }: NicPort): CableTestResult {
  const pairs = parts.service.testedPairs(PAIRS);
  return {
    results: pairs.map((pair) => ({ pair, code: cablePlugged ? OK : OPEN })),
    faultLengths: cablePlugged ? [] : pairs.map((pair) => ({ pair, cm: parts.service.openAt(CABLE_CM) })),
  };
}

/** An end that is terminated swallows the pulse; one that is open sends it back with its sign. */
function rawResult(port: NicPort, { first, last, step, pair }: TdrConfig): CableTestResult {
  const open = CABLE_CM;
  const echo = ECHO_MV - (LOSS_MV_PER_METRE * 2 * open) / 100;
  const pairs = port.parts.service.testedPairs(PAIRS).filter((each) => pair === null || each === pair);
  const amplitudes = pairs.flatMap((each) => {
    const samples: { pair: number; mv: number }[] = [];
    for (let at = first; at <= last; at += step) {
      const isEnd = !port.cablePlugged && at <= open && open < at + step;
      samples.push({ pair: each, mv: isEnd ? echo : 0 });
    }
    return samples;
  });
  return { results: [], faultLengths: [], tdr: { pulseMv: PULSE_MV, first, last, step, amplitudes } };
}
