/** Seeded defects of the ports of functions: rates, capabilities, queues of events, subfunctions. */
import type { DevlinkRateOps } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { accepts, chip, core, driver, rewords } from './devlinkDefect.js';
import { DEVLINK_PORT, DEVLINK_RATE, MLX5_SUBFUNCTIONS, PRACTICE } from './origins.js';
import { eswitch } from './replacedParts.js';

const rates = (change: (sound: DevlinkRateOps) => Partial<DevlinkRateOps>): NonNullable<Defect['wrap']> =>
  driver(({ rate }) => (rate === undefined ? {} : { rate: { ...rate, ...change(rate) } }));

export const representorPortDefects: readonly Defect[] = [
  {
    id: 'DEF-REP-LEAF-OF-FIRST',
    title: 'The first function has no leaf',
    description: 'Leaves are made of functions whose number is not zero.',
    origin: DEVLINK_RATE,
    caughtBy: 'REP-RATE-001',
    eswitch: eswitch({ hasRateLeaf: (vf) => vf !== 0 }),
  },
  {
    id: 'DEF-REP-LEAF-UNCHECKED',
    title: 'A leaf takes any rate',
    description: 'The unit of the hardware is looked at for nodes alone.',
    origin: PRACTICE,
    caughtBy: 'REP-RATE-002',
    wrap: rates(() => ({ leafTxMaxSet: () => ({ ok: true, value: undefined }) })),
  },
  {
    id: 'DEF-REP-NODE-OF-LEAVES-GONE',
    title: 'A node with leaves below it is deleted',
    description: 'The references of nodes are counted, and those of leaves are not.',
    origin: DEVLINK_RATE,
    caughtBy: 'REP-RATE-003',
    kernel: core({ guardsRateParents: false }),
  },
  {
    id: 'DEF-REP-LEAF-WITHOUT-LIMIT',
    title: 'The limit of a leaf is told and not kept',
    description: 'The value is stored, and the scheduler is not told.',
    origin: PRACTICE,
    caughtBy: 'REP-RATE-004',
    devlink: chip({ holdsBack: (isLeaf) => !isLeaf }),
  },
  {
    id: 'DEF-REP-NODE-WITHOUT-LIMIT',
    title: 'A function is held to its own limit alone',
    description: 'The element of the scheduler above it is not linked.',
    origin: PRACTICE,
    caughtBy: 'REP-RATE-004',
    wrap: rates(() => ({ leafParentSet: () => ({ ok: true, value: undefined }) })),
  },
  {
    id: 'DEF-REP-CAPABILITIES-WHOLE',
    title: 'One capability takes the others along',
    description: 'The value is written without its selector.',
    origin: DEVLINK_PORT,
    caughtBy: 'REP-CAP-001',
    eswitch: eswitch({ keepsOtherCapabilities: false }),
  },
  {
    id: 'DEF-REP-CAPABILITY-IGNORED',
    title: 'A capability that the port does not have is ignored',
    description: 'The request is acknowledged.',
    origin: DEVLINK_PORT,
    caughtBy: 'REP-CAP-002',
    kernel: rewords('PORT_SET', accepts),
  },
  {
    id: 'DEF-REP-FUNCTION-PIECEMEAL',
    title: 'A request is done as far as it goes',
    description: 'Each part is looked at when its turn comes.',
    origin: DEVLINK_PORT,
    caughtBy: 'REP-CAP-003',
    kernel: core({ validatesFunction: false }),
  },
  {
    id: 'DEF-REP-EQS-IGNORED',
    title: 'The queues of events are told and not limited',
    description: 'The driver of the function does not read the register.',
    origin: DEVLINK_PORT,
    caughtBy: 'REP-EQ-001',
    eswitch: eswitch({ limitedQueues: (queues) => queues }),
  },
  {
    id: 'DEF-REP-SF-ATTACHED-LATE',
    title: 'A subfunction never tells that a driver has it',
    description: 'The event of the hardware is not listened to.',
    origin: MLX5_SUBFUNCTIONS,
    caughtBy: 'REP-SF-002',
    eswitch: eswitch({ tellsAttached: false }),
  },
  {
    id: 'DEF-REP-SF-STAYS-ACTIVE',
    title: 'A subfunction cannot be made inactive',
    description: 'The function is not disabled.',
    origin: MLX5_SUBFUNCTIONS,
    caughtBy: 'REP-SF-002',
    eswitch: eswitch({ deactivates: false }),
  },
  {
    id: 'DEF-REP-SF-LEFT',
    title: 'The net device of a subfunction is left behind',
    description: 'The port is taken away under an active function.',
    origin: MLX5_SUBFUNCTIONS,
    caughtBy: 'REP-SF-003',
    eswitch: eswitch({ removesActive: false }),
  },
  {
    id: 'DEF-REP-SF-TWICE',
    title: 'Two subfunctions have one number',
    description: 'The number is not looked up.',
    origin: MLX5_SUBFUNCTIONS,
    caughtBy: 'REP-SF-004',
    eswitch: eswitch({ checksSubfunctionNumber: false }),
  },
  {
    id: 'DEF-REP-SF-WITHOUT-FLAVOUR',
    title: 'A port without a flavour is asked for',
    description: 'What is missing is zero: the driver is asked for a port of the panel.',
    origin: DEVLINK_PORT,
    caughtBy: 'REP-SF-004',
    kernel: core({ needsFlavour: false }),
  },
  {
    id: 'DEF-REP-SF-SILENT',
    title: 'A subfunction is made without a word',
    description: 'The port is registered, and nobody is told.',
    origin: DEVLINK_PORT,
    caughtBy: 'REP-SF-001',
    kernel: core({ announces: (command) => command !== 'PORT_NEW' }),
  },
  {
    id: 'DEF-REP-SF-CROSSED',
    title: 'A subfunction sends back to itself',
    description: 'Both ends of the pipe are the same.',
    origin: PRACTICE,
    caughtBy: 'REP-SF-005',
    eswitch: eswitch({ crossesSubfunction: true }),
  },
  {
    id: 'DEF-DL-PORT-PANEL-DELETED',
    title: 'A port of the panel is deleted without a word',
    description: 'The request is acknowledged, and nothing happens.',
    origin: DEVLINK_PORT,
    caughtBy: 'DL-PORT-009',
    kernel: rewords('PORT_DEL', accepts),
  },
];
