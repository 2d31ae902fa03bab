/** Filters that write beside a frame, and what is made of it. */
import { CONFORMING_TC, type TcParts } from '../kernel/tc/tcParts.js';
import type { Defect } from './defect.js';
import { BONDING_HOWTO, PRACTICE, kernelSource } from './origins.js';
import { bond } from './replacedParts.js';

const SKBEDIT = kernelSource('What is written beside a frame', 'net/sched/act_skbedit.c');

const tc =
  (change: Partial<TcParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, tc: { ...CONFORMING_TC, ...change } });

export const frameEditDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-EDIT-QUEUE-IGNORED',
    title: 'The queue of a member is kept and told, and chooses nothing',
    description: 'The mode alone says where a frame leaves.',
    origin: BONDING_HOWTO,
    caughtBy: 'SW-EDIT-001',
    kernel: bond({ obeysQueues: () => false }),
  },
  {
    id: 'DEF-SW-EDIT-DEAD-MEMBER',
    title: 'A frame is given to a member without a link',
    description: 'The number is compared, and the state of the member is not looked at.',
    origin: PRACTICE,
    caughtBy: 'SW-EDIT-002',
    kernel: bond({ leavesByQueue: () => true }),
  },
  {
    id: 'DEF-SW-EDIT-ANY-MODE',
    title: 'The queue chooses the member in every mode',
    description: 'A broadcast leaves at one member.',
    origin: BONDING_HOWTO,
    caughtBy: 'SW-EDIT-003',
    kernel: bond({ obeysQueues: () => true }),
  },
  {
    id: 'DEF-SW-EDIT-ZERO-IS-NOTHING',
    title: 'A queue of 0 is not told',
    description: 'Whether there is one is asked of its value.',
    origin: SKBEDIT,
    caughtBy: 'SW-EDIT-004',
    kernel: tc({ keepsEdits: (edits) => Object.fromEntries(Object.entries(edits).filter(([, value]) => value !== 0)) }),
  },
  {
    id: 'DEF-SW-EDIT-IDLE',
    title: 'An edit of nothing is taken',
    description: 'The action counts frames, and does no more.',
    origin: SKBEDIT,
    caughtBy: 'SW-EDIT-005',
    kernel: tc({ refusesIdleEdit: false }),
  },
  {
    id: 'DEF-SW-EDIT-QUEUE-OF-THE-PAST',
    title: 'What comes in is given a queue',
    description: 'The side of the filter is not known to its actions.',
    origin: SKBEDIT,
    caughtBy: 'SW-EDIT-005',
    kernel: tc({ refusesIngressQueue: false }),
  },
  {
    id: 'DEF-SW-EDIT-ANY-TYPE',
    title: 'Any number is a type of frame',
    description: 'The value goes into a field of three bits.',
    origin: SKBEDIT,
    caughtBy: 'SW-EDIT-005',
    kernel: tc({ checksPacketType: false }),
  },
  {
    id: 'DEF-SW-EDIT-TEAM-IGNORES',
    title: 'The queue of a port of a team chooses nothing',
    description: 'The option is kept and told.',
    origin: PRACTICE,
    caughtBy: 'SW-EDIT-007',
    kernel: (parts) => ({ ...parts, team: { ...parts.team, obeysQueues: false } }),
  },
  {
    id: 'DEF-SW-EDIT-WRITES-NOTHING',
    title: 'The action is told and has no effect',
    description: 'What it is to write is kept with the filter, and no frame gets it.',
    origin: SKBEDIT,
    caughtBy: 'SW-EDIT-006',
    kernel: tc({ writes: () => ({}) }),
  },
];
