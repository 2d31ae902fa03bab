import type { Defect } from './defect.js';
import { CABLE_TEST } from './origins.js';
import { ethtool, service } from './replacedParts.js';

/** Tests of the cable. */
export const ethtoolCableDefects: readonly Defect[] = [
  {
    id: 'DEF-ETH-CABLE-WHOLE-IS-HALF',
    title: 'Without a range half of the cable is measured',
    description: 'The longest cable is another one than that of the core.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-010',
    kernel: ethtool({ longestCable: 7500 }),
  },
  {
    id: 'DEF-ETH-CABLE-SILENT',
    title: 'The end of a cable test is not announced',
    description: 'Results are kept until somebody asks.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-001',
    kernel: ethtool({
      announced: (name, values) =>
        name === 'CABLE_TEST_NTF' ? { ...values, ETHTOOL_A_CABLE_TEST_NTF_STATUS: 1 } : values,
    }),
  },
  {
    id: 'DEF-ETH-CABLE-ONE-PAIR',
    title: 'One pair is not tested',
    description: 'The loop over the pairs ends one too early.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-002',
    nic: service({ testedPairs: (pairs) => pairs.slice(1) }),
  },
  {
    id: 'DEF-ETH-CABLE-TWO-TESTS',
    title: 'Two tests at a time',
    description: 'The second test takes the place of the first.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-003',
    kernel: ethtool({ oneCableTest: false }),
  },
  {
    id: 'DEF-ETH-CABLE-DOWN',
    title: 'The cable of a port that is down is tested',
    description: 'The PHY is powered off and answers with anything.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-004',
    kernel: ethtool({ cableTestNeedsUp: false }),
  },
  {
    id: 'DEF-ETH-CABLE-KEEPS-LINK',
    title: 'The link stays up while the cable is tested',
    description: 'Traffic is sent into the pulses.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-005',
    nic: service({ testTakesLink: false }),
  },
  {
    id: 'DEF-ETH-CABLE-LINK-LOST',
    title: 'The link does not come back',
    description: 'Autonegotiation is not started behind the test.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-005',
    nic: service({ linkReturns: false }),
  },
  {
    id: 'DEF-ETH-CABLE-NOT-TESTING',
    title: 'Nobody sees that the port is tested',
    description: 'The operational state is down while the cable is tested.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-005',
    kernel: ethtool({ cableTestIsTesting: false }),
  },
  {
    id: 'DEF-ETH-CABLE-NEVER-ENDS',
    title: 'A test is forgotten with the port',
    description: 'Who waits for the results waits for ever.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-006',
    kernel: ethtool({ cableTestAborts: false }),
  },
  {
    id: 'DEF-ETH-TDR-UNCHECKED',
    title: 'Raw data in steps of zero',
    description: 'Distances and steps go to the device as they are.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-007',
    kernel: ethtool({ checksTdrRange: false }),
  },
  {
    id: 'DEF-ETH-TDR-ALL-PAIRS',
    title: 'Raw data of all pairs',
    description: 'The pair that was asked for is ignored.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-008',
    kernel: ethtool({ tdrPair: () => null }),
  },
  {
    id: 'DEF-ETH-CABLE-METRES',
    title: 'A distance in metres',
    description: 'The driver gives metres where centimetres are meant.',
    origin: CABLE_TEST,
    caughtBy: 'ETH-CABLE-009',
    nic: service({ openAt: (length) => length / 100 }),
  },
];
