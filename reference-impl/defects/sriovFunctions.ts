/** Seeded defects of virtual functions: their life, links, rates, counters, and what they ask for. */
import type { DriverResult, Vid, VfStatistics } from '../../harness/contract/index.js';
import type { EswitchParts } from '../device/eswitch/eswitchParts.js';
import {
  DEFAULT_SETTINGS,
  LINK_STATE_AUTO,
  LINK_STATE_DISABLE,
  noCounters,
  type VirtualFunction,
} from '../device/eswitch/virtualFunction.js';
import { EINVAL, refused } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import { ICE_VF, IGB_VF, IXGBE_VF, NETDEVSIM_VF, PCI_IOV, PRACTICE } from './origins.js';
import { eswitch, sriov } from './replacedParts.js';
import { withSriov } from './wrapDevice.js';

const NOT_THERE: DriverResult<VfStatistics> = refused(EINVAL);

/** A rule that remembers: made anew for each machine. */
const remembering =
  (make: (parts: EswitchParts) => Partial<EswitchParts>): NonNullable<Defect['eswitch']> =>
  (parts) => ({ ...parts, ...make(parts) });

const stayingCutOff = remembering((parts) => {
  const cutOff = new WeakSet<VirtualFunction>();
  return {
    linkOf: (vf, uplink) => {
      if (vf.settings.linkState === LINK_STATE_DISABLE) cutOff.add(vf);
      return !(cutOff.has(vf) && vf.settings.linkState === LINK_STATE_AUTO) && parts.linkOf(vf, uplink);
    },
  };
});

const keepingRates = remembering(() => {
  const rates = new WeakMap<VirtualFunction, number>();
  return {
    asksAgain: () => true,
    linkedOf: (functions, linked) => functions & linked,
    linkOf: (vf, uplink) => {
      if (vf.settings.maxTxRate > 0) rates.set(vf, vf.settings.maxTxRate);
      return vf.settings.linkState === LINK_STATE_AUTO ? uplink : vf.settings.linkState !== LINK_STATE_DISABLE;
    },
    rateOf: (vf) => (vf.settings.maxTxRate > 0 ? vf.settings.maxTxRate : (rates.get(vf) ?? 0)),
  };
});

const sharingRates = remembering((parts) => {
  let shared = 0;
  return {
    linkOf: (vf, uplink) => {
      if (vf.settings.maxTxRate > 0) shared = vf.settings.maxTxRate;
      return parts.linkOf(vf, uplink);
    },
    rateOf: () => shared,
  };
});

/** The first function leaves a VLAN, and the others are out of it too. */
const takingFromAll = remembering((parts) => {
  const had = new Set<Vid>();
  const left = new Set<number>();
  return {
    vlansOfPort: (vf) => {
      if (vf.index === 0) {
        for (const vid of had) if (!vf.filters.vids.has(vid)) left.add(vid);
        for (const vid of vf.filters.vids) had.add(vid);
      }
      return parts.vlansOfPort(vf).filter((vid) => vid === 0 || !left.has(vid));
    },
  };
});

export const sriovFunctionDefects: readonly Defect[] = [
  {
    id: 'DEF-SRIOV-ONE-FEWER',
    title: 'One function fewer than asked',
    description: 'The driver keeps one of the functions for itself, and says that all is well.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-LIFE-001',
    eswitch: eswitch({ enabled: (asked) => asked - 1 }),
  },
  {
    id: 'DEF-SRIOV-NUMBER-CUT',
    title: 'A number is cut to 16 bits',
    description: 'What is written is parsed loosely, and 65536 functions are none.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-002',
    kernel: sriov({ parseNumber: (text) => Number.parseInt(text, 10) & 0xffff }),
  },
  {
    id: 'DEF-SRIOV-NO-TOTAL',
    title: 'Nobody looks at the total',
    description: 'More functions are enabled than the device has.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-003',
    kernel: sriov({ checksTotal: false }),
  },
  {
    id: 'DEF-SRIOV-SAME-IS-CHANGE',
    title: 'The same number is a change',
    description: 'Writing what there is asks the driver, and is refused as a change in use.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-004',
    kernel: sriov({ asksForSame: true }),
  },
  {
    id: 'DEF-SRIOV-CHANGE-IN-USE',
    title: 'The number changes under the feet of guests',
    description: 'Functions in use are taken away to make another number of them.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-005',
    kernel: sriov({ refusesChangeInUse: false }),
  },
  {
    id: 'DEF-SRIOV-LAST-STAYS',
    title: 'The last function stays',
    description: 'Taking away stops one too early: a net device is left whose function is gone.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-006',
    kernel: sriov({ unbindsAll: (count) => count - 1 }),
  },
  {
    id: 'DEF-SRIOV-STRIDE',
    title: 'The stride is left out',
    description: 'Functions are looked for one behind the other, where other devices are.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-007',
    kernel: sriov({ routingId: (own, offset, _stride, index) => own + offset + index }),
  },
  {
    id: 'DEF-SRIOV-ALWAYS-PROBES',
    title: 'Drivers are probed though nobody wants them',
    description: 'The switch for probing is kept and not looked at.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-008',
    kernel: sriov({ probes: () => true }),
  },
  {
    id: 'DEF-SRIOV-NET-DEVICE-STAYS',
    title: 'A net device outlives its function',
    description: 'The driver of the function is told to go, and leaves its net device registered.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-LIFE-009',
    wrap: (device) => withSriov(device, () => ({ unbind: () => undefined })),
  },
  {
    id: 'DEF-SRIOV-SETTINGS-KEPT',
    title: 'Settings of functions that are gone come back',
    description: 'The driver keeps its array, and the next functions find what the last ones had.',
    origin: NETDEVSIM_VF,
    caughtBy: 'SRIOV-LIFE-010',
    eswitch: eswitch({ settingsAtStart: (before) => ({ ...DEFAULT_SETTINGS, ...before }) }),
  },
  {
    id: 'DEF-SRIOV-TRUST-KEPT',
    title: 'Trust outlives the function',
    description: 'Trust is a flag of the hardware queue and not cleared with the rest.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LIFE-010',
    eswitch: eswitch({ settingsAtStart: (before) => ({ ...DEFAULT_SETTINGS, trusted: before?.trusted === true }) }),
  },
  {
    id: 'DEF-SRIOV-RATE-KEPT',
    title: 'A rate outlives the function',
    description: 'The scheduler keeps the limit of a queue whose function is gone.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-LIFE-010',
    eswitch: eswitch({ settingsAtStart: (before) => ({ ...DEFAULT_SETTINGS, maxTxRate: before?.maxTxRate ?? 0 }) }),
  },
  {
    id: 'DEF-SRIOV-STALE-FILTERS',
    title: 'Address filters outlive the function',
    description: 'Entries of the address table are left in the hardware when functions go.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LIFE-011',
    eswitch: eswitch({ forgetsFormer: false, unbindClears: false }),
  },
  {
    id: 'DEF-SRIOV-UNBIND-FORGETS',
    title: 'Unbinding a driver forgets what was set',
    description: 'The reset between two drivers clears the settings of the host as well.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-LIFE-012',
    eswitch: eswitch({ resetKeepsSettings: false }),
  },
  {
    id: 'DEF-SRIOV-VLANS-SURVIVE',
    title: 'VLANs of the last driver are those of the next',
    description: 'A reset of a function clears its addresses, and not its bits in the VLAN table.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LIFE-013',
    eswitch: eswitch({ resetClears: (what) => what !== 'vlans' }),
  },
  {
    id: 'DEF-SRIOV-RESET-GOES-ON',
    title: 'A function goes on after its reset',
    description: 'The queues of a function are not stopped by its reset.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LIFE-014',
    eswitch: eswitch({ resetStops: false }),
  },
  {
    id: 'DEF-SRIOV-PHYSICAL-FORGETS',
    title: 'The physical function comes up without the wishes of the others',
    description: 'The reset of the port clears all filters, and functions are not told to ask again.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-LIFE-015',
    eswitch: eswitch({ survivesPhysical: false }),
  },
  {
    id: 'DEF-SRIOV-NO-PHYSFN',
    title: 'No way to the physical function',
    description: 'The link between the devices is made one way only.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-016',
    kernel: sriov({ linksPhysfn: false }),
  },
  {
    id: 'DEF-SRIOV-VLAN-OF-LATER-KEPT',
    title: 'The VLAN of later functions is kept',
    description: 'Only the first function is cleared when functions are made anew.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-LIFE-017',
    eswitch: eswitch({ settingsAtStart: (before) => ({ ...DEFAULT_SETTINGS, vlan: before?.vlan ?? 0 }) }),
  },
  {
    id: 'DEF-SRIOV-AUTO-IGNORED',
    title: 'The link does not follow the cable',
    description: 'A function in automatic state has carrier always.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LINK-001',
    eswitch: eswitch({ linkOf: ({ settings }) => settings.linkState !== LINK_STATE_DISABLE }),
  },
  {
    id: 'DEF-SRIOV-ENABLE-IS-AUTO',
    title: 'A forced link is no link without the cable',
    description: 'The state is stored, told, and treated as automatic: ixgbe says so in its log.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LINK-002',
    eswitch: eswitch({ linkOf: ({ settings }, uplink) => settings.linkState !== LINK_STATE_DISABLE && uplink }),
  },
  {
    id: 'DEF-SRIOV-CUT-OFF-RECEIVES',
    title: 'Who is cut off still receives',
    description: 'The carrier goes, the receive queues stay enabled.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LINK-003',
    eswitch: eswitch({ linkedOf: (functions) => functions }),
  },
  {
    id: 'DEF-SRIOV-CUT-OFF-FOR-EVER',
    title: 'Who was cut off stays cut off',
    description: 'The way back to automatic clears the setting and not the state of the queue.',
    origin: ICE_VF,
    caughtBy: 'SRIOV-LINK-004',
    eswitch: stayingCutOff,
  },
  {
    id: 'DEF-SRIOV-LINK-WITHOUT-PHYSICAL',
    title: 'The link ignores that the physical function is down',
    description: 'Only the cable is looked at.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-LINK-005',
    eswitch: eswitch({ uplink: (_isUp, isPlugged) => isPlugged }),
  },
  {
    id: 'DEF-SRIOV-RATE-IGNORED',
    title: 'A rate is told and not kept',
    description: 'The number is stored, and the scheduler is not told.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-RATE-001',
    eswitch: eswitch({ rateOf: () => 0 }),
  },
  {
    id: 'DEF-SRIOV-RATE-IN-BYTES',
    title: 'A rate in bytes',
    description: 'Megabits are taken for megabytes.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-RATE-001',
    eswitch: eswitch({ rateOf: ({ settings }) => settings.maxTxRate * 8 }),
  },
  {
    id: 'DEF-SRIOV-RATE-STAYS',
    title: 'A rate that was lifted stays',
    description: 'Zero is not written to the scheduler.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-RATE-002',
    eswitch: keepingRates,
  },
  {
    id: 'DEF-SRIOV-RATE-SHARED',
    title: 'The rate of one function slows all',
    description: 'The limit is on the port.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-RATE-003',
    eswitch: sharingRates,
  },
  {
    id: 'DEF-SRIOV-BYTES-NOT-COUNTED',
    title: 'Bytes of a function are not counted',
    description: 'Only frames are.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-STAT-001',
    eswitch: eswitch({
      countDelivered: ({ counters }) => {
        counters.rxPackets++;
      },
    }),
  },
  {
    id: 'DEF-SRIOV-BROADCAST-IS-GROUP',
    title: 'Broadcast counts as a group',
    description: 'The bit of the address is looked at, and nothing more.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-STAT-002',
    eswitch: eswitch({
      countDelivered: ({ counters }, length, cast) => {
        counters.rxPackets++;
        counters.rxBytes += length;
        if (cast !== 'unicast') counters.multicast++;
      },
    }),
  },
  {
    id: 'DEF-SRIOV-COUNTERS-OF-FIRST',
    title: 'Everybody has the counters of the first',
    description: 'The number of the function is left out of the address of the counter.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-STAT-003',
    wrap: (device) =>
      withSriov(device, (sound) => ({ vfStatistics: (port) => sound.vfStatistics?.(port, 0) ?? NOT_THERE })),
  },
  {
    id: 'DEF-SRIOV-COUNTERS-KEPT',
    title: 'Counters outlive the function',
    description: 'Hardware counters go on, and nobody notes where they stood.',
    origin: ICE_VF,
    caughtBy: 'SRIOV-STAT-004',
    eswitch: eswitch({ countersAtStart: (before) => before ?? noCounters() }),
  },
  {
    id: 'DEF-SRIOV-SAME-ADDRESS',
    title: 'Functions give themselves the same address',
    description: 'The address is made of the serial number alone.',
    origin: PRACTICE,
    caughtBy: 'SRIOV-MBX-001',
    eswitch: eswitch({ ownNumber: () => 1 }),
  },
  {
    id: 'DEF-SRIOV-ADDRESS-NOT-TAKEN',
    title: 'A driver starts with an address of its own',
    description: 'The answer to the reset message is not looked at.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-MBX-002',
    eswitch: eswitch({ addressForDriver: (_settings, own) => own }),
  },
  {
    id: 'DEF-SRIOV-ADDRESS-LATER',
    title: 'An address that is set waits for the driver',
    description: 'The filter is written when the driver is loaded next.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-MBX-003',
    eswitch: eswitch({ addressHoldsAtOnce: false }),
  },
  {
    id: 'DEF-SRIOV-ANSWERS-WHILE-DOWN',
    title: 'The mailbox answers while the port is down',
    description: 'Filters are changed in a device that will be reset before anybody uses them.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-MBX-004',
    eswitch: eswitch({ servesWhileDown: true }),
  },
  {
    id: 'DEF-SRIOV-ANSWERS-BEFORE-RESET',
    title: 'The mailbox answers before the reset message',
    description: 'What is left of the driver of before puts its filters back.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-MBX-005',
    eswitch: eswitch({ servesBeforeReset: true }),
  },
  {
    id: 'DEF-SRIOV-ANY-LENGTH',
    title: 'Any MTU is good',
    description: 'The shared buffers of the port are not thought of.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-MBX-006',
    eswitch: eswitch({ checksLongest: false }),
  },
  {
    id: 'DEF-SRIOV-GROUPS-ADD-UP',
    title: 'Groups add up',
    description: 'A new list of groups is added to the one before: the hash table is shared and never cleared.',
    origin: IGB_VF,
    caughtBy: 'SRIOV-MBX-007',
    eswitch: eswitch({ replacesGroups: false }),
  },
  {
    id: 'DEF-SRIOV-VLAN-COMES-BACK',
    title: 'A VLAN that was left comes back',
    description:
      'A driver that leaves a VLAN while its port has one is refused, keeps it in its list, and asks for it again later.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-VLAN-012',
    eswitch: eswitch({ forgetsVlan: false }),
  },
  {
    id: 'DEF-SRIOV-TRUST-SKIPS-VLAN',
    title: 'Trust opens every VLAN',
    description: 'The VLAN check of sources is switched off for trusted functions.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-ISO-001',
    eswitch: eswitch({ isOwnVlan: (members, { bit, settings }) => settings.trusted || (members & bit) !== 0 }),
  },
  {
    id: 'DEF-SRIOV-VLAN-TAKEN-FROM-ALL',
    title: 'Leaving a VLAN takes it from everybody',
    description: 'The entry of the VLAN table is shared, and the last request clears it.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-ISO-002',
    eswitch: takingFromAll,
  },
];
