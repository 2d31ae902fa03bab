/** Seeded defects of virtual functions: their links, rates, counters, and what they ask for. */
import type { DriverResult, Vid, VfStatistics } from '../../harness/contract/index.js';
import type { EswitchParts } from '../device/eswitch/eswitchParts.js';
import {
  LINK_STATE_AUTO,
  LINK_STATE_DISABLE,
  noCounters,
  type VirtualFunction,
} from '../device/eswitch/virtualFunction.js';
import { EINVAL, refused } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import { ICE_VF, IGB_VF, IXGBE_VF, PRACTICE } from './origins.js';
import { eswitch } from './replacedParts.js';
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
