/** Seeded defects of switchdev mode: representors, their pipes, and rules between them. */
import type { Device, PortName, RxFrame } from '../../harness/contract/index.js';
import { EOPNOTSUPP, OK, refused } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import { MLX5_ESWITCH, NETDEVSIM_VF, PRACTICE, REPRESENTORS } from './origins.js';
import { acl, eswitch } from './replacedParts.js';
import { withDevlink, withHost, withNetDevice, withSriov, withSwitchdev } from './wrapDevice.js';

const isRepresentor = (port: PortName): boolean => port.startsWith('pf0vf');

/** Of two frames at a representor the second comes first. */
const mixingUp = (device: Device): Device => {
  const held = new Map<PortName, readonly RxFrame[]>();
  return withHost(device, (kernel) => ({
    receive: (port, frames) => {
      const before = held.get(port);
      if (isRepresentor(port) && before === undefined) {
        held.set(port, frames);
        return;
      }
      held.delete(port);
      kernel.receive(port, [...frames, ...(before ?? [])]);
    },
  }));
};

/** Rules at the uplink are taken and forgotten. */
const deafUplink = (device: Device): Device => {
  const { flowOffload } = device;
  if (flowOffload === undefined) return device;
  return {
    ...device,
    flowOffload: {
      ...flowOffload,
      addRule: (port, binder, rule) => (isRepresentor(port) ? flowOffload.addRule(port, binder, rule) : OK),
    },
  };
};

export const representorDefects: readonly Defect[] = [
  {
    id: 'DEF-SRIOV-MODE-NOT-SET',
    title: 'The mode is told as it was',
    description: 'The request is acknowledged, and the mode stays.',
    origin: PRACTICE,
    caughtBy: 'REP-MODE-001',
    wrap: (device) => withDevlink(device, (sound) => ({ eswitch: { ...sound.eswitch, modeSet: () => OK } })),
  },
  {
    id: 'DEF-SRIOV-SAME-MODE-REMAKES',
    title: 'The same mode makes everything anew',
    description: 'Representors are taken away and made again, with other indexes and no rules.',
    origin: PRACTICE,
    caughtBy: 'REP-MODE-002',
    eswitch: eswitch({ remakesForSameMode: true }),
  },
  {
    id: 'DEF-SRIOV-LAST-UNREPRESENTED',
    title: 'The last function has no representor',
    description: 'The loop over functions stops one too early.',
    origin: REPRESENTORS,
    caughtBy: 'REP-SET-001',
    eswitch: eswitch({ represented: (count) => count - 1 }),
  },
  {
    id: 'DEF-SRIOV-LATER-UNREPRESENTED',
    title: 'Functions that are made later have no representor',
    description: 'They are made when the mode is set, and never again.',
    origin: REPRESENTORS,
    caughtBy: 'REP-SET-002',
    eswitch: eswitch({ representsLater: false }),
  },
  {
    id: 'DEF-SRIOV-REPRESENTORS-STAY',
    title: 'Representors stay in the old mode',
    description: 'Their ports go, their net devices stay registered.',
    origin: NETDEVSIM_VF,
    caughtBy: 'REP-SET-003',
    eswitch: eswitch({ removesRepresentors: false }),
  },
  {
    id: 'DEF-SRIOV-REPRESENTORS-OUTLIVE',
    title: 'Representors outlive their functions',
    description: 'Taking functions away leaves what stands for them.',
    origin: NETDEVSIM_VF,
    caughtBy: 'REP-SET-004',
    eswitch: eswitch({ removesRepresentors: false }),
  },
  {
    id: 'DEF-SRIOV-OTHER-SWITCH-ID',
    title: 'Representors are of another switch',
    description: 'The id is made of the function, and not of the device.',
    origin: REPRESENTORS,
    caughtBy: 'REP-ID-001',
    eswitch: eswitch({ sharesSwitchId: false }),
  },
  {
    id: 'DEF-SRIOV-NUMBER-OFF',
    title: 'Representors have the number of the next function',
    description: 'Ports are numbered from 1, as functions in the firmware are.',
    origin: MLX5_ESWITCH,
    caughtBy: 'REP-ID-001',
    eswitch: eswitch({ representedNumber: (vf) => vf + 1 }),
  },
  {
    id: 'DEF-SRIOV-REPRESENTOR-ON-BUS',
    title: 'Representors are on the bus',
    description: 'They are registered with the device of the physical function.',
    origin: REPRESENTORS,
    caughtBy: 'REP-ID-002',
    eswitch: eswitch({ hidesParent: false }),
  },
  {
    id: 'DEF-SRIOV-LEGACY-SETTINGS',
    title: 'Settings of the old mode are taken',
    description: 'They are stored, told, and without effect.',
    origin: MLX5_ESWITCH,
    caughtBy: 'REP-LEG-001',
    eswitch: eswitch({ refusesLegacySettings: false }),
  },
  {
    id: 'DEF-SRIOV-NO-ADDRESS-IN-SWITCHDEV',
    title: 'No address in the new mode',
    description: 'All old settings are refused, and the address with them.',
    origin: PRACTICE,
    caughtBy: 'REP-LEG-002',
    wrap: (device) => withSriov(device, () => ({ setVfMac: () => refused(EOPNOTSUPP) })),
  },
  {
    id: 'DEF-SRIOV-FUNCTION-ADDRESS-LOST',
    title: 'The address of a function is lost at the next load',
    description: 'It is written to the filter, and not kept.',
    origin: PRACTICE,
    caughtBy: 'REP-FUNC-001',
    eswitch: eswitch({ keepsFunctionAddress: false }),
  },
  {
    id: 'DEF-SRIOV-FUNCTION-GROUP-ADDRESS',
    title: 'A group is taken for the address of a function',
    description: 'The core checks it nowhere.',
    origin: PRACTICE,
    caughtBy: 'REP-FUNC-002',
    kernel: (parts) => ({ ...parts, devlink: { ...parts.devlink, checksFunctionAddress: false } }),
  },
  {
    id: 'DEF-SRIOV-PIPE-CROSSED',
    title: 'Pipes are crossed',
    description: 'What one representor sends reaches the next function.',
    origin: REPRESENTORS,
    caughtBy: 'REP-PIPE-001',
    eswitch: eswitch({ representeeOf: (vf) => vf ^ 1 }),
  },
  {
    id: 'DEF-SRIOV-NO-SLOW-PATH',
    title: 'What no rule matches is dropped',
    description: 'The table has no default rule.',
    origin: REPRESENTORS,
    caughtBy: 'REP-PIPE-002',
    eswitch: eswitch({ hasSlowPath: false }),
  },
  {
    id: 'DEF-SRIOV-WRONG-REPRESENTOR',
    title: 'Another representor gets what a function sent',
    description: 'The metadata of the source port is off by one.',
    origin: MLX5_ESWITCH,
    caughtBy: 'REP-PIPE-002',
    eswitch: eswitch({ representorOf: (vf) => vf ^ 1 }),
  },
  {
    id: 'DEF-SRIOV-SWITCHES-ON-ITS-OWN',
    title: 'Functions are switched as in the old mode',
    description: 'The old table is not taken out of the way.',
    origin: REPRESENTORS,
    caughtBy: 'REP-PIPE-002',
    eswitch: eswitch({ switchesAnyway: true }),
  },
  {
    id: 'DEF-SRIOV-UPLINK-SHORTCUT',
    title: 'The uplink reaches functions past their representors',
    description: 'Frames of the host are switched by address still.',
    origin: REPRESENTORS,
    caughtBy: 'REP-PIPE-003',
    eswitch: eswitch({ uplinkReaches: true }),
  },
  {
    id: 'DEF-SRIOV-PIPE-REVERSES',
    title: 'A pipe mixes frames up',
    description: 'A burst is handed over from the end.',
    origin: PRACTICE,
    caughtBy: 'REP-PIPE-004',
    wrap: (device) => mixingUp(device),
  },
  {
    id: 'DEF-SRIOV-LINK-OF-REPRESENTOR-IGNORED',
    title: 'A function has the link of the cable',
    description: 'Setting the representor down does nothing.',
    origin: REPRESENTORS,
    caughtBy: 'REP-LINK-001',
    eswitch: eswitch({ followsRepresentor: false }),
  },
  {
    id: 'DEF-SRIOV-PIPE-UNCOUNTED',
    title: 'What a representor receives is not counted',
    description: 'Counters are those of the hardware, which sees none of it.',
    origin: REPRESENTORS,
    caughtBy: 'REP-STAT-001',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        statistics: async (port) => ({
          ...(await sound.statistics(port)),
          ...(isRepresentor(port) ? { rxPackets: 0, rxBytes: 0 } : {}),
        }),
      })),
  },
  {
    id: 'DEF-SRIOV-BRIDGE-WITHOUT-REPRESENTORS',
    title: 'Representors in a bridge hear nothing',
    description: 'The driver takes the port into its bridge, and forwards nothing there.',
    origin: REPRESENTORS,
    caughtBy: 'REP-BR-001',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        setPortAttribute: (port, attribute) =>
          isRepresentor(port) && attribute.kind === 'stp-state' ? OK : sound.setPortAttribute(port, attribute),
      })),
  },
  {
    id: 'DEF-SRIOV-FUNCTION-SILENT',
    title: 'A function gets another address without a word',
    description: 'The driver is told, and nobody else.',
    origin: REPRESENTORS,
    caughtBy: 'REP-FUNC-001',
    kernel: (parts) => ({ ...parts, devlink: { ...parts.devlink, announcesFunction: false } }),
  },
  {
    id: 'DEF-SRIOV-RULE-TO-REPRESENTOR',
    title: 'A rule to a representor ends at the representor',
    description: 'Redirection is taken literally: the frame is received there.',
    origin: REPRESENTORS,
    caughtBy: 'REP-RULE-001',
    eswitch: eswitch({ ruleReaches: 'representor' }),
  },
  {
    id: 'DEF-SRIOV-RULE-FOR-ALL',
    title: 'A rule of one representor holds for all',
    description: 'The source port is not part of the key.',
    origin: REPRESENTORS,
    caughtBy: 'REP-RULE-002',
    switch: acl({ isOfPort: () => true }),
  },
  {
    id: 'DEF-SRIOV-RULE-UNMATCHED',
    title: 'Rules at the uplink match nothing',
    description: 'The source of the cable has another number in the key.',
    origin: REPRESENTORS,
    caughtBy: 'REP-RULE-003',
    wrap: (device) => deafUplink(device),
  },
  {
    id: 'DEF-SRIOV-RULE-PRIORITY',
    title: 'Rules count in the order in which they were made',
    description: 'The last one made is looked at first.',
    origin: REPRESENTORS,
    caughtBy: 'REP-RULE-004',
    switch: acl({ compares: (_priority, _other, serial, otherSerial) => otherSerial - serial }),
  },
];
