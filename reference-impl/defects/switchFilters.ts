/** Seeded defects of requests about filters, and of what the hardware is told of them. */
import { EOPNOTSUPP, refuse } from '../device/driverResult.js';
import type { Refusal } from '../netlink/validate.js';
import type { Defect } from './defect.js';
import { CLS_API, CLS_FLOWER, FLOW_OFFLOAD, PRACTICE, TC_FORWARDING_TESTS } from './origins.js';
import { acl, tc } from './replacedParts.js';

/** A request that is refused with these words is accepted, and nothing comes of it. */
const accepts = (words: string): NonNullable<Defect['kernel']> =>
  tc({ answers: (refusal) => (refusal.message === words ? { ok: true } : refusal) });

const withErrno = (words: string, errno: number): NonNullable<Defect['kernel']> =>
  tc({ answers: (refusal): Refusal => (refusal.message === words ? { ...refusal, errno } : refusal) });

const EINVAL = 22;
const ENOSPC = 28;
const DONE = { ok: true, value: undefined } as const;
const UNSUPPORTED = refuse(EOPNOTSUPP);

export const switchFilterDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-TC-SECOND-PLACE',
    title: 'A place for filters that is there is made again',
    description: 'The flag that asks for a new one is not looked at.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-030',
    kernel: tc({ refusesSecondPlace: false }),
  },
  {
    id: 'DEF-SW-TC-LEAVES-RULES',
    title: 'Rules stay in hardware when the qdisc goes',
    description: 'The driver forgets the port, and not what it programmed for it.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-031',
    kernel: tc({ flushesWithQdisc: false }),
  },
  {
    id: 'DEF-SW-TC-NO-PLACE-NEEDED',
    title: 'A filter without a place is accepted',
    description: 'The request is answered before it is looked at.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-032',
    kernel: accepts("Parent Qdisc doesn't exists"),
  },
  {
    id: 'DEF-SW-TC-UNKNOWN-CLASSIFIER',
    title: 'A classifier that is missing looks like a mistake in the request',
    description: 'EINVAL tells nobody that a module is missing.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-033',
    kernel: withErrno('TC classifier not found', EINVAL),
  },
  {
    id: 'DEF-SW-TC-ANY-VERDICT',
    title: 'A verdict that does not exist is accepted',
    description: 'The number is stored as it comes.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-034',
    kernel: tc({ checksVerdict: false }),
  },
  {
    id: 'DEF-SW-TC-ADDS-TWICE',
    title: 'A filter that is there is added again',
    description: 'NLM_F_EXCL is not looked at.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-035',
    kernel: tc({ refusesExisting: false }),
  },
  {
    id: 'DEF-SW-TC-SAME-MATCH-TWICE',
    title: 'The same match is taken twice',
    description: 'Which of the two counts is nobody’s guess.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-036',
    kernel: tc({ refusesSameMatch: false }),
  },
  {
    id: 'DEF-SW-TC-MIXED-PRIORITY',
    title: 'A priority takes filters for different types of frames',
    description: 'Those of the second type are never asked.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-037',
    kernel: tc({ onePriorityOneProtocol: false }),
  },
  {
    id: 'DEF-SW-TC-REPLACES-BESIDE',
    title: 'A filter that is given other actions becomes two',
    description: 'The new one gets a handle of its own, and the old one stays.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-038',
    kernel: tc({ replaces: false }),
  },
  {
    id: 'DEF-SW-TC-CHANGES-MASK',
    title: 'A filter may look at other fields after a change',
    description: 'Its table is made for the fields of before.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-039',
    kernel: tc({ keepsMask: false }),
  },
  {
    id: 'DEF-SW-TC-REMOVES-ONE',
    title: 'A priority that is removed loses its first filter alone',
    description: 'The others stay, and nobody knows their handles.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-040',
    kernel: tc({ removesWholePriority: false }),
  },
  {
    id: 'DEF-SW-TC-REMOVES-NOTHING',
    title: 'A handle that is not there is removed with success',
    description: 'The program believes that its filter is gone.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-041',
    kernel: accepts('Specified filter handle not found'),
  },
  {
    id: 'DEF-SW-TC-ONE-AUTOMATIC-PRIORITY',
    title: 'Every filter without a priority gets the same',
    description: 'The first that is free is not looked for.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-042',
    kernel: tc({ automaticPriority: () => 0xc000 }),
  },
  {
    id: 'DEF-SW-TC-TELLS-NO-MASKS',
    title: 'A dump leaves the masks out',
    description: 'What is put back from it matches hosts instead of networks.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-043',
    kernel: tc({
      keptKeys: (keys) => Object.fromEntries(Object.entries(keys).filter(([name]) => !name.endsWith('_MASK'))),
    }),
  },
  {
    id: 'DEF-SW-TC-BOTH-FLAGS',
    title: 'A filter for nobody is accepted',
    description: 'Flags are taken as they come.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-044',
    kernel: tc({ checksFlags: false }),
  },
  {
    id: 'DEF-SW-TC-SILENT-REMOVAL',
    title: 'Nobody is told that a filter is gone',
    description: 'Only what is new is announced.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-045',
    kernel: tc({ announces: (what) => what === 'new' }),
  },
  {
    id: 'DEF-SW-TC-ANY-RANGE',
    title: 'A range that ends before it begins is accepted',
    description: 'It matches nothing, and nobody is told.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-046',
    kernel: tc({ checksRanges: false }),
  },
  {
    id: 'DEF-SW-TC-NO-PLACE-TOLD',
    title: 'A filter does not tell where it is',
    description: 'The flags are those of the request.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-047',
    kernel: tc({ tellsPlace: false }),
  },
  {
    id: 'DEF-SW-TC-HARDWARE-OR-NOTHING',
    title: 'A filter for hardware alone is accepted without hardware',
    description: 'The refusal of the driver is taken for a hint.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-050',
    kernel: tc({ insistsOnHardware: false }),
  },
  {
    id: 'DEF-SW-TC-DRIVER-PRETENDS',
    title: 'The driver accepts what it cannot do',
    description: 'It answers with success, and the rule is told to be in hardware.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-051',
    switch: acl({ answers: () => DONE }),
  },
  {
    id: 'DEF-SW-TC-DRIVER-DECLINES',
    title: 'The driver declines every filter',
    description: 'A check of the feature flag is the wrong way round.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-052',
    switch: acl({ answers: () => UNSUPPORTED }),
  },
  {
    id: 'DEF-SW-TC-FULL-UNSUPPORTED',
    title: 'A full list looks like a missing ability',
    description: 'Every error of the hardware becomes EOPNOTSUPP, without a word.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-053',
    switch: acl({
      answers: (sound) => (sound.ok || Number(sound.errno) !== ENOSPC ? sound : UNSUPPORTED),
    }),
  },
  {
    id: 'DEF-SW-TC-TRAPS-INTO-NOTHING',
    title: 'Trapped frames reach nobody',
    description: 'The trap is programmed as a drop.',
    origin: TC_FORWARDING_TESTS,
    caughtBy: 'SW-ACL-054',
    switch: acl({ traps: false }),
  },
  {
    id: 'DEF-SW-TC-COUNTERS-GROW',
    title: 'Counters grow each time they are read',
    description: 'The driver tells the total where the kernel expects what is new.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-056',
    switch: acl({ clearsTold: false }),
  },
  {
    id: 'DEF-SW-TC-COUNTS-TWICE',
    title: 'What the hardware counted is added twice',
    description: 'Once by the callback of the driver, and once by the core.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-057',
    kernel: tc({ hardwareStatistics: ({ packets, bytes }) => ({ packets: 2 * packets, bytes: 2 * bytes }) }),
  },
  {
    id: 'DEF-SW-TC-SOFTWARE-TOO',
    title: 'Filters for hardware alone are applied by the software as well',
    description: 'skip_sw is told and not looked at.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-058',
    kernel: tc({ skipsHardwareOnly: false }),
  },
  {
    id: 'DEF-SW-TC-HARDWARE-KEEPS',
    title: 'A rule that is removed stays in the memory of the chip',
    description: 'The driver frees its own record, and not the slot.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-059',
    switch: acl({ removes: false }),
  },
  {
    id: 'DEF-SW-TC-READS-FIRST',
    title: 'Whatever handle is read, the first filter of the chain is told',
    description: 'The look-up stops at the chain.',
    origin: CLS_API,
    caughtBy: 'SW-ACL-048',
    kernel: tc({
      told: (filter) => {
        const [first] = filter.proto.chain.protos;
        const [other = filter] = first?.filters.values() ?? [];
        return other;
      },
    }),
  },
  {
    id: 'DEF-SW-TC-SILENT-PLACE',
    title: 'Nobody is told that a qdisc is gone',
    description: 'Only what is new is announced.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-049',
    kernel: tc({ announcesPlace: (change) => change === 'new' }),
  },
  {
    id: 'DEF-SW-TC-TRUSTS-HARDWARE',
    title: 'The software passes over every filter that the hardware has',
    description: 'What the hardware hands up unseen, by a trap of its own for instance, meets no filter at all.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-061',
    kernel: tc({ appliesOffloaded: false }),
  },
];
