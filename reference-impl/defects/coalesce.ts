import type { Coalesce, DriverResult } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { COALESCE_CHECKS, PRACTICE } from './origins.js';
import { withEthtool } from './wrapDevice.js';
import { nic } from './replacedParts.js';

const done: DriverResult = { ok: true, value: undefined };

/** The driver sets something else than what it was given. */
const setsInstead =
  (change: (wanted: Coalesce, before: Coalesce) => Coalesce): NonNullable<Defect['wrap']> =>
  (device) =>
    withEthtool(device, (sound) => ({
      setCoalesce: async (port, wanted) => {
        const before = await sound.getCoalesce?.(port);
        return (await sound.setCoalesce?.(port, before === undefined ? wanted : change(wanted, before))) ?? done;
      },
    }));

export const coalesceDefects: readonly Defect[] = [
  {
    id: 'DEF-COA-IGNORES-PARAMETERS',
    title: 'Coalescing parameters are taken and ignored',
    description: 'A parameter that the device does not have is accepted.',
    origin: COALESCE_CHECKS,
    caughtBy: 'NIC-COA-001',
    kernel: (parts) => ({ ...parts, refusesUnknownCoalesce: false }),
  },
  {
    id: 'DEF-COA-TIMER-RESTARTS',
    title: 'Every frame restarts the timer',
    description: 'In timer mode a steady stream holds the first frame back for ever.',
    origin: PRACTICE,
    caughtBy: 'NIC-COA-002',
    nic: nic({ deliveryTime: (usecs, _isCqe, _first, last) => last + BigInt(usecs) * 1000n }),
  },
  {
    id: 'DEF-COA-CQE-IS-TIMER',
    title: 'CQE mode is taken and ignored',
    description: 'The timer runs from the first frame although use-cqe-rx is on.',
    origin: COALESCE_CHECKS,
    caughtBy: 'NIC-COA-003',
    nic: nic({ deliveryTime: (usecs, _isCqe, first) => first + BigInt(usecs) * 1000n }),
  },
  {
    id: 'DEF-COA-LIMIT-OFF-BY-ONE',
    title: 'The frame limit is one too high',
    description: 'The interrupt comes with the frame after the one that reaches rx-max-frames.',
    origin: PRACTICE,
    caughtBy: 'NIC-COA-004',
    nic: nic({ frameLimitReached: (waiting, limit) => limit > 0 && waiting > limit }),
  },
  {
    id: 'DEF-COA-SETS-OTHERS-BACK',
    title: 'Setting one parameter sets the others back',
    description: 'The driver writes its defaults for every parameter that the request did not name.',
    origin: PRACTICE,
    caughtBy: 'NIC-COA-005',
    wrap: setsInstead((wanted, before) =>
      wanted.rxMaxFrames === before.rxMaxFrames ? { ...wanted, rxMaxFrames: 0 } : wanted,
    ),
  },
  {
    id: 'DEF-COA-ADAPTIVE-OVERWRITES',
    title: 'Adaptive mode overwrites the manual values',
    description: 'What the algorithm chose stays in force after adaptive mode was switched off.',
    origin: PRACTICE,
    caughtBy: 'NIC-COA-006',
    wrap: setsInstead((wanted) => (wanted.useAdaptiveRx ? { ...wanted, rxUsecs: 8, rxMaxFrames: 64 } : wanted)),
  },
  {
    id: 'DEF-COA-ANNOUNCES-NOTHING-NEW',
    title: 'Coalescing: a request for what is in force is announced',
    description: 'Who listens learns of a change that was none.',
    origin: PRACTICE,
    caughtBy: 'NIC-COA-007',
    kernel: (parts) => ({
      ...parts,
      announcesAnyway: (subject, why) => subject === 'coalesce' && why === 'unchanged',
    }),
  },
  {
    id: 'DEF-COA-REVERSES-BATCH',
    title: 'A batch is handed up the wrong way round',
    description: 'The poll walks the completion ring backwards when several frames wait.',
    origin: PRACTICE,
    caughtBy: 'NIC-COA-008',
    nic: nic({ handsUp: (frames) => [...frames].reverse() }),
  },
];
