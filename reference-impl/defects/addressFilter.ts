import type { Device, DriverResult, RxMode } from '../../harness/contract/index.js';
import { isBroadcastMac } from '../packet/addresses.js';
import type { Defect } from './defect.js';
import { DEV_ADDR_LISTS, PRACTICE } from './origins.js';
import { withNetDevice } from './wrapDevice.js';
import { kernel, nic } from './replacedParts.js';

const done: DriverResult = { ok: true, value: undefined };

/** The receive mode that the device gets, made of the one that it should get and the one before. */
const withRxMode =
  (change: (mode: RxMode, before: RxMode) => RxMode): NonNullable<Defect['wrap']> =>
  (device) => {
    let before: RxMode = { promiscuous: false, allMulticast: false, unicast: [], multicast: [] };
    const wrapped = withNetDevice(device, (sound) => ({
      setRxMode: (port, mode) => {
        before = change(mode, before);
        return sound.setRxMode(port, before);
      },
    }));
    return {
      ...wrapped,
      reset: () => {
        before = { promiscuous: false, allMulticast: false, unicast: [], multicast: [] };
        return device.reset();
      },
    };
  };

/** After groups were joined once, broadcast is dropped. */
function dropsBroadcastAfterGroups(device: Device): Device {
  let hadGroups = false;
  const wrapped = withNetDevice(device, (sound) => ({
    setRxMode: (port, mode) => {
      hadGroups ||= mode.multicast.length > 0;
      return sound.setRxMode(port, mode);
    },
  }));
  return {
    ...wrapped,
    reset: () => {
      hadGroups = false;
      return device.reset();
    },
    cable: {
      ...device.cable,
      receive: (port, frame) =>
        hadGroups && isBroadcastMac(frame.bytes, 0) ? undefined : device.cable.receive(port, frame),
    },
  };
}

/** The filter is empty after a restart, and what the kernel says right then is missed. */
function losesFilterOnRestart(device: Device): Device {
  let opens = 0;
  let justOpened = false;
  const wrapped = withNetDevice(device, (sound) => ({
    open: (port) => {
      opens++;
      justOpened = opens > 1;
      return sound.open(port);
    },
    setRxMode: (port, mode) => {
      const lost = justOpened;
      justOpened = false;
      return sound.setRxMode(port, lost ? { ...mode, unicast: [], multicast: [] } : mode);
    },
  }));
  return {
    ...wrapped,
    reset: () => {
      opens = 0;
      return device.reset();
    },
  };
}

export const addressFilterDefects: readonly Defect[] = [
  {
    id: 'DEF-MAC-COMPARES-FIVE-BYTES',
    title: 'The last byte of the address is not compared',
    description: 'Frames to the neighbouring addresses are delivered as if they were to the port.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-001',
    nic: nic(() => ({
      acceptsUnicast: (bytes, own, others, key) =>
        own.subarray(0, 5).every((byte, index) => byte === bytes[index]) || others.has(key),
    })),
  },
  {
    id: 'DEF-MAC-HASH-MATCHES-UNICAST',
    title: 'The hash table of the groups is asked for unicast addresses too',
    description: 'A frame to another unicast address is delivered if it ends as a joined group does.',
    origin: {
      title: 'QEMU, e1000x_rx_group_filter: the table is looked up without asking for the group bit',
      url: 'https://gitlab.com/qemu-project/qemu/-/blob/v8.0.0/hw/net/e1000x_common.c',
    },
    caughtBy: 'NIC-MAC-001',
    nic: nic(() => ({
      acceptsUnicast: (bytes, own, others, key, mode) =>
        own.every((byte, index) => byte === bytes[index]) ||
        others.has(key) ||
        mode.multicast.some((group) => group.slice(-5) === key.slice(-5)),
    })),
  },
  {
    id: 'DEF-MAC-OLD-ADDRESS-STAYS',
    title: 'A new address is not written to the device',
    description: 'The kernel is told that the address changed, and the filter keeps the old one.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-002',
    wrap: (device) => withNetDevice(device, () => ({ setMacAddress: () => done })),
  },
  {
    id: 'DEF-MAC-FULL-TABLE-LOSES',
    title: 'A full unicast table loses addresses',
    description: 'What does not fit into the table is left out, and the device does not become promiscuous.',
    origin: DEV_ADDR_LISTS,
    caughtBy: 'NIC-MAC-003',
    nic: nic(() => ({ unicastOverflows: () => false })),
    wrap: withRxMode((mode) => ({ ...mode, unicast: mode.unicast.slice(0, 16) })),
  },
  {
    id: 'DEF-MAC-FULL-GROUPS-LOSE',
    title: 'A full multicast table loses groups',
    description: 'What does not fit into the table is left out, and the device does not accept all groups.',
    origin: DEV_ADDR_LISTS,
    caughtBy: 'NIC-MAC-004',
    wrap: withRxMode((mode) => ({ ...mode, multicast: mode.multicast.slice(0, 32) })),
  },
  {
    id: 'DEF-MAC-PROMISCUOUS-STAYS',
    title: 'Promiscuous mode does not end',
    description: 'The bit is set and never cleared.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-006',
    wrap: withRxMode((mode, before) => ({ ...mode, promiscuous: mode.promiscuous || before.promiscuous })),
  },
  {
    id: 'DEF-MAC-REMOVED-STAYS',
    title: 'A removed address stays in the filter',
    description: 'The driver adds what is new and never takes anything out.',
    origin: DEV_ADDR_LISTS,
    caughtBy: 'NIC-MAC-008',
    wrap: withRxMode((mode, before) => ({ ...mode, unicast: [...new Set([...before.unicast, ...mode.unicast])] })),
  },
  {
    id: 'DEF-MAC-DELIVERS-DAMAGED',
    title: 'Damaged frames are delivered',
    description: 'The frame check sequence is not compared.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-009',
    nic: nic(() => ({ isGoodFcs: () => true })),
  },
  {
    id: 'DEF-MAC-DELIVERS-PAUSE',
    title: 'Pause frames reach the host',
    description: 'MAC control frames are obeyed and delivered too.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-010',
    nic: nic(() => ({ consumesControlFrames: false, acceptsMulticast: () => true })),
  },
  {
    id: 'DEF-MAC-TAKES-GROUP-ADDRESS',
    title: 'A group address becomes the address of the port',
    description: 'ndo_set_mac_address does not check what it is given.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-011',
    kernel: kernel({ validatesAddress: false }),
  },
  {
    id: 'DEF-MAC-BROADCAST-LOST',
    title: 'Broadcast is lost with the last group',
    description: 'The broadcast address shares a table with the groups, and is removed with them.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-012',
    wrap: dropsBroadcastAfterGroups,
  },
  {
    id: 'DEF-MAC-PROMISCUOUS-NOT-COUNTED',
    title: 'The first who leaves ends promiscuous mode for all',
    description: 'Promiscuous mode is a flag instead of a count.',
    origin: DEV_ADDR_LISTS,
    caughtBy: 'NIC-MAC-013',
    kernel: kernel({ promiscuityAfterRelease: () => 0 }),
  },
  {
    id: 'DEF-MAC-NO-ALL-MULTICAST',
    title: 'All-multicast mode is ignored',
    description: 'Only groups that were joined are delivered.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-014',
    nic: nic(() => ({ acceptsMulticast: (groups, key) => groups.has(key) })),
  },
  {
    id: 'DEF-MAC-FCS-MISSING',
    title: 'rx-fcs is reported and not carried out',
    description: 'The check sequence is cut off although it was asked for.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-015',
    nic: nic(() => ({ appendsFcs: () => false })),
  },
  {
    id: 'DEF-MAC-MARKS-BY-OLD-ADDRESS',
    title: 'Frames are marked by the permanent address',
    description: "A frame that is not to the port's permanent address is marked as somebody else's.",
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-016',
    kernel: kernel({ ownAddress: () => '02:00:00:00:00:00' }),
  },
  {
    id: 'DEF-MAC-FILTER-LOST-ON-RESTART',
    title: 'The filter is empty after a restart',
    description: 'The device forgets its filter when it is stopped, and the driver does not write it again.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-017',
    wrap: losesFilterOnRestart,
  },
  {
    id: 'DEF-MAC-PERMANENT-FOLLOWS',
    title: 'The permanent address follows the address',
    description: 'The driver writes the new address over the one from its non-volatile memory.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-018',
    kernel: kernel({ permanentAddress: ({ address }) => address }),
  },
  {
    id: 'DEF-MAC-ALL-GROUPS',
    title: 'Every group is delivered',
    description: 'The device does not filter multicast at all.',
    origin: PRACTICE,
    caughtBy: 'NIC-MAC-019',
    nic: nic(() => ({ acceptsMulticast: () => true })),
  },
];
