import type { DriverResult, Vid } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { PRACTICE, VLAN_CORE } from './origins.js';
import { withNetDevice } from './wrapDevice.js';
import { kernel, nic } from './replacedParts.js';

const done: DriverResult = { ok: true, value: undefined };

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
  {
    id: 'DEF-VLAN-ONE-PROTOCOL-TAKES-VID',
    title: 'A VID is taken for both kinds of tags',
    description: 'VLAN devices are looked for by their number alone.',
    origin: VLAN_CORE,
    caughtBy: 'NIC-VLAN-019',
    kernel: kernel({ vlanIsTaken: (one, other) => one.vid === other.vid }),
  },
  {
    id: 'DEF-VLAN-TWICE',
    title: 'Two VLAN devices have one VID',
    description: 'Nobody looks whether there is one, and the frames go to whichever is found first.',
    origin: VLAN_CORE,
    caughtBy: 'NIC-VLAN-019',
    kernel: kernel({ vlanIsTaken: () => false }),
  },
];
