import type { Device, DriverResult, RxMode, Vid } from '../../harness/contract/index.js';
import { isBroadcastMac } from '../packet/addresses.js';
import type { NicParts } from '../device/parts.js';
import type { KernelParts } from '../kernel/parts.js';
import type { Defect } from './defect.js';
import { DEV_ADDR_LISTS, PRACTICE, VLAN_CORE } from './origins.js';
import { withNetDevice } from './wrapDevice.js';

const kernel =
  (change: Partial<KernelParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, ...change });
const nic =
  (change: (sound: NicParts) => Partial<NicParts>): NonNullable<Defect['nic']> =>
  (parts) => ({ ...parts, ...change(parts) });

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

const CUSTOMER = 0x8100;
const SERVICE = 0x88a8;

export const vlanDefects: readonly Defect[] = [
  {
    id: 'DEF-VLAN-LOSES-PRIORITY',
    title: 'The priority of a stripped tag is lost',
    description: 'Only the VID reaches the kernel.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-001',
    nic: nic((sound) => ({
      stripTag: (bytes) => {
        const stripped = sound.stripTag(bytes);
        return { ...stripped, tag: { ...stripped.tag, tci: stripped.tag.tci & 0xfff } };
      },
    })),
  },
  {
    id: 'DEF-VLAN-STRIPS-AND-FORGETS',
    title: 'A tag is stripped although stripping is off',
    description: 'The device goes on stripping, and the driver does not report the tag any more.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-002',
    nic: nic((sound) => ({
      receivedBytes: (bytes, flow) =>
        flow.vlanCount === 1 && flow.outerTpid === CUSTOMER ? sound.stripTag(bytes).bytes : bytes,
    })),
  },
  {
    id: 'DEF-VLAN-TAG-BYTES-SWAPPED',
    title: 'The tag that is inserted is byte-swapped',
    description: 'The control information is written in host order.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-003',
    nic: nic((sound) => ({
      insertTag: (bytes, tag) => sound.insertTag(bytes, { ...tag, tci: ((tag.tci & 0xff) << 8) | (tag.tci >> 8) }),
    })),
  },
  {
    id: 'DEF-VLAN-STRIPS-INNER',
    title: 'The inner tag is reported as the outer one',
    description: 'Of two tags the device strips one and reports the other.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-004',
    nic: nic((sound) => ({
      stripTag: (bytes) => {
        const outer = sound.stripTag(bytes);
        const innerType = ((outer.bytes[12] ?? 0) << 8) | (outer.bytes[13] ?? 0);
        const isTag = innerType === CUSTOMER || innerType === SERVICE;
        return isTag ? { bytes: outer.bytes, tag: sound.stripTag(outer.bytes).tag } : outer;
      },
    })),
  },
  {
    id: 'DEF-VLAN-DROPS-PRIORITY-TAGS',
    title: 'Priority tags are filtered',
    description: 'VID 0 is not in the filter, and its frames are dropped.',
    origin: VLAN_CORE,
    caughtBy: 'NIC-VLAN-005',
    nic: nic(() => ({ acceptsVid: (vids, vid) => vids.has(vid) })),
  },
  {
    id: 'DEF-VLAN-FILTER-BY-HASH',
    title: 'The VLAN filter compares six bits',
    description: 'A VID passes if one with the same low bits is registered.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-006',
    nic: nic(() => ({
      acceptsVid: (vids, vid) => vid === 0 || [...vids].some((registered) => ((registered ^ vid) & 0x3f) === 0),
    })),
  },
  {
    id: 'DEF-VLAN-FILTER-NOT-REFILLED',
    title: 'The filter is empty after it was off',
    description: 'VIDs that were registered meanwhile are not programmed when the filter is switched on.',
    origin: VLAN_CORE,
    caughtBy: 'NIC-VLAN-007',
    kernel: kernel({ refillsVlanFilter: false }),
  },
  {
    id: 'DEF-VLAN-FILTERS-PROMISCUOUS',
    title: 'Promiscuous mode keeps the VLAN filter',
    description: 'A capture shows registered VLANs only.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-008',
    nic: nic(() => ({ promiscuousSkipsVlanFilter: false })),
  },
  {
    id: 'DEF-VLAN-NO-CHECKSUM-WITH-TAG',
    title: 'A tag to insert switches the checksum off',
    description: 'The descriptor has room for one of the two requests, and the driver drops the checksum.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-010',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        transmit: (port, queue, frame) =>
          sound.transmit(port, queue, frame.vlan === undefined ? frame : { ...frame, checksum: { kind: 'none' } }),
      })),
  },
  {
    id: 'DEF-VLAN-INSERTS-INSIDE',
    title: 'The tag is inserted behind the tag that is there',
    description: 'On a frame that is tagged already, the inserted tag becomes the inner one.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-011',
    nic: nic((sound) => ({
      insertTag: (bytes, tag) => {
        const type = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
        if (type !== CUSTOMER && type !== SERVICE) return sound.insertTag(bytes, tag);
        const outer = sound.stripTag(bytes);
        return sound.insertTag(sound.insertTag(outer.bytes, tag), outer.tag);
      },
    })),
  },
  {
    id: 'DEF-VLAN-SERVICE-AS-CUSTOMER',
    title: 'A service tag is reported as a customer tag',
    description: 'The driver always reports type 0x8100.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-012',
    nic: nic((sound) => ({
      stripTag: (bytes) => {
        const stripped = sound.stripTag(bytes);
        return { ...stripped, tag: { ...stripped.tag, tpid: CUSTOMER } };
      },
    })),
  },
  {
    id: 'DEF-VLAN-ONE-FILTER-FOR-BOTH',
    title: 'Both tag types share one filter',
    description: 'A VID that is registered for one type passes for the other.',
    origin: VLAN_CORE,
    caughtBy: 'NIC-VLAN-013',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        addVid: async (port, tpid, vid) => {
          await sound.addVid?.(port, tpid === CUSTOMER ? SERVICE : CUSTOMER, vid);
          return (await sound.addVid?.(port, tpid, vid)) ?? done;
        },
      })),
  },
  {
    id: 'DEF-VLAN-INSERTS-CUSTOMER-TYPE',
    title: 'Every tag is inserted as a customer tag',
    description: 'The type of the tag is not part of the descriptor.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-014',
    nic: nic((sound) => ({ insertTag: (bytes, tag) => sound.insertTag(bytes, { ...tag, tpid: CUSTOMER }) })),
  },
  {
    id: 'DEF-VLAN-DEVICE-IGNORES-TYPE',
    title: 'A VLAN device takes frames of the other tag type',
    description: 'Only the VID decides which VLAN device a frame belongs to.',
    origin: VLAN_CORE,
    caughtBy: 'NIC-VLAN-015',
    kernel: kernel({ belongsToVlan: (own, tag) => (own.tci & 0xfff) === (tag.tci & 0xfff) }),
  },
  {
    id: 'DEF-VLAN-DROPS-UNTAGGED',
    title: 'The filter drops frames without a tag',
    description: 'A frame without a tag is looked up as VID 0 of an empty table.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-016',
    nic: nic(() => ({ passesUntagged: false })),
  },
  {
    id: 'DEF-VLAN-FILTER-LOST-ON-RESTART',
    title: 'The VLAN filter is empty after a restart',
    description: 'The table is cleared with the device, and the driver does not fill it again.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-017',
    wrap: (device) => {
      const registered: { tpid: number; vid: Vid }[] = [];
      return withNetDevice(device, (sound) => ({
        addVid: (port, tpid, vid) => {
          registered.push({ tpid, vid });
          return sound.addVid?.(port, tpid, vid) ?? done;
        },
        stop: async (port) => {
          for (const { tpid, vid } of registered.splice(0)) await sound.killVid?.(port, tpid, vid);
          return sound.stop(port);
        },
      }));
    },
  },
  {
    id: 'DEF-VLAN-SMALL-TABLE',
    title: 'Only 64 VIDs fit, and nobody is told',
    description: 'Further VIDs are accepted and not programmed.',
    origin: PRACTICE,
    caughtBy: 'NIC-VLAN-018',
    wrap: (device) => {
      let count = 0;
      const wrapped = withNetDevice(device, (sound) => ({
        addVid: (port, tpid, vid) => (++count > 64 ? done : (sound.addVid?.(port, tpid, vid) ?? done)),
      }));
      return {
        ...wrapped,
        reset: () => {
          count = 0;
          return device.reset();
        },
      };
    },
  },
];
