/** Seeded defects of the VLANs of a bridge. */
import type { PortName, Vid } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { BRIDGE_NETLINK, BRIDGE_VLAN, FORWARDING_TESTS, PRACTICE, SWITCHDEV } from './origins.js';
import { bridge, chip } from './replacedParts.js';
import { withSwitchdev } from './wrapDevice.js';

const EVERYWHERE = 0xffff_ffff | 0;
const CUSTOMER = 0x8100;

/** The frame with the priority of its tag cleared. */
function withoutPriority(bytes: Uint8Array): Uint8Array {
  if (bytes[12] !== 0x81 || bytes[13] !== 0) return bytes;
  const changed = bytes.slice();
  changed[14] = (bytes[14] ?? 0) & 0x0f;
  return changed;
}

export const switchVlanDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-FILTERS-ALWAYS',
    title: 'VLANs are filtered in a bridge that does not filter',
    description: 'The chip has no mode without VLANs, and the driver does not build one.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-VLAN-001',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({ join: (port, into) => sound.join(port, { ...into, vlanFiltering: true }) })),
  },
  {
    id: 'DEF-SW-ADMITS-EVERY-VLAN',
    title: 'A frame of any VLAN is let in',
    description: 'Membership is checked where frames leave, and not where they come in.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-VLAN-002',
    switch: chip({ members: (members, way) => (way === 'in' ? EVERYWHERE : members) }),
  },
  {
    id: 'DEF-SW-PVID-IS-ONE',
    title: 'Untagged frames are in VLAN 1, whatever the PVID',
    description: 'The register is written at power-on only.',
    origin: SWITCHDEV,
    caughtBy: 'SW-VLAN-003',
    switch: chip({ pvid: (pvid) => (pvid === 0 ? 0 : 1) }),
  },
  {
    id: 'DEF-SW-UNTAGGED-WITHOUT-PVID',
    title: 'Without a PVID untagged frames are in the first VLAN of the port',
    description: 'The chip must have one, and the driver chooses.',
    origin: SWITCHDEV,
    caughtBy: 'SW-VLAN-004',
    switch: chip({
      pvid: (pvid, port, { bridges, bridgeOf }) => {
        if (pvid !== 0) return pvid;
        const members = bridges[bridgeOf[port] ?? 0]?.members ?? [];
        return Math.max(
          0,
          members.findIndex((ports: number) => (ports & (1 << port)) !== 0),
        );
      },
    }),
  },
  {
    id: 'DEF-SW-LEAVES-AT-STRANGERS',
    title: 'A frame leaves at ports that are not in its VLAN',
    description: 'Membership is checked where frames come in, and not where they leave.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-VLAN-005',
    switch: chip({ members: (members, way) => (way === 'out' ? EVERYWHERE : members) }),
  },
  {
    id: 'DEF-SW-TAGS-ALWAYS',
    title: 'Frames leave with a tag where the VLAN is untagged',
    description: 'The flag is not programmed.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-VLAN-006',
    switch: chip({ untagged: () => 0 }),
  },
  {
    id: 'DEF-SW-PRIORITY-LOST',
    title: 'The priority of a tag is lost on the way through',
    description: 'The tag is taken off where the frame comes in, and a new one put on where it leaves.',
    origin: PRACTICE,
    caughtBy: 'SW-VLAN-007',
    switch: chip({ forwarded: withoutPriority }),
  },
  {
    id: 'DEF-SW-DROP-ELIGIBLE-LOST',
    title: 'A frame that may be dropped before others is not any more',
    description: 'The chip keeps the priority of a tag in three bits, from before there was a fourth.',
    origin: PRACTICE,
    caughtBy: 'SW-VLAN-007',
    switch: chip({
      forwarded: (bytes) => bytes.map((byte, index) => (index === 14 && bytes[12] === 0x81 ? byte & 0xef : byte)),
    }),
  },
  {
    id: 'DEF-SW-ONE-TABLE-FOR-ALL-VLANS',
    title: 'A station is at one port in all VLANs',
    description: 'Shared learning: the VLAN is not a part of the key.',
    origin: PRACTICE,
    caughtBy: 'SW-VLAN-008',
    switch: chip({ filteringVid: () => 0 }),
  },
  {
    id: 'DEF-SW-NO-DEFAULT-VLAN',
    title: 'A port that joins late is in no VLAN',
    description: 'The driver programs the default VLAN when the bridge is made, and not when a port joins.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-VLAN-009',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        addObject: (port, vlan) =>
          port === ('p3' as PortName) ? { ok: true, value: undefined } : sound.addObject(port, vlan),
      })),
  },
  {
    id: 'DEF-SW-DEFAULT-PVID-FOR-NEW-PORTS',
    title: 'A new default PVID holds for new ports only',
    description: 'Ports that have the old one keep it.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-VLAN-010',
    kernel: bridge({ defaultPvidMoves: false }),
  },
  {
    id: 'DEF-SW-VID-4095',
    title: 'VID 4095 is accepted',
    description: 'The value is checked to have twelve bits.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-VLAN-011',
    kernel: bridge({ refusesVid: (vid) => vid === 0 || vid > 4095 }),
  },
  {
    id: 'DEF-SW-RANGE-SHORT',
    title: 'A range ends one VLAN early',
    description: 'The end is taken as excluded.',
    origin: PRACTICE,
    caughtBy: 'SW-VLAN-012',
    kernel: bridge({ lastOfRange: (vid) => vid - 1 }),
  },
  {
    id: 'DEF-SW-TAKES-BAD-RANGES',
    title: 'A range that is none is accepted',
    description: 'The flags of begin and end are taken at their word.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-VLAN-013',
    kernel: bridge({ refusesRange: false }),
  },
  {
    id: 'DEF-SW-PVID-STAYS',
    title: 'The PVID stays when its flag is taken away',
    description: 'Only the flag that is set reaches the chip.',
    origin: SWITCHDEV,
    caughtBy: 'SW-VLAN-014',
    switch: chip({ clearsPvid: false }),
  },
  {
    id: 'DEF-SW-FIRST-FLAGS-WIN',
    title: 'The flags of a VLAN cannot be changed',
    description: 'The driver takes a VLAN that is there already for done.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-VLAN-015',
    wrap: (device) => {
      const known = new Map<PortName, Set<Vid>>();
      return withSwitchdev(device, (sound) => ({
        join: (port, into) => {
          known.set(port, new Set());
          return sound.join(port, into);
        },
        addObject: (port, vlan) => {
          const vids = known.get(port);
          if (vids?.has(vlan.vid) === true) return { ok: true, value: undefined };
          vids?.add(vlan.vid);
          return sound.addObject(port, vlan);
        },
        removeObject: (port, vlan) => {
          known.get(port)?.delete(vlan.vid);
          return sound.removeObject(port, vlan);
        },
      }));
    },
  },
  {
    id: 'DEF-SW-KEEPS-STATIONS-OF-LEFT-VLAN',
    title: 'The stations of a VLAN that its port has left stay in the table',
    description: 'Their frames go to a port where they may not leave.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-VLAN-016',
    kernel: bridge({ flushesVlan: false }),
  },
  {
    id: 'DEF-SW-MISSING-VLAN-IS-ERROR',
    title: 'To remove a VLAN that is not there is refused',
    description: 'The errno of the table is passed on.',
    origin: PRACTICE,
    caughtBy: 'SW-VLAN-017',
    kernel: bridge({ missingVlanIsError: true }),
  },
  {
    id: 'DEF-SW-KNOWS-CUSTOMER-TAGS-ONLY',
    title: 'A bridge of service tags looks at customer tags',
    description: 'The driver takes the protocol, and the chip knows one.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-VLAN-018',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        join: (port, into) => sound.join(port, { ...into, vlanProtocol: CUSTOMER }),
        setBridgeAttribute: (id, attribute) =>
          attribute.kind === 'vlan-protocol' ? { ok: true, value: undefined } : sound.setBridgeAttribute(id, attribute),
      })),
  },
  {
    id: 'DEF-SW-TAKES-ANY-PROTOCOL',
    title: 'Any number is accepted as the protocol of tags',
    description: 'The value is not checked.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-VLAN-019',
    kernel: bridge({ refusesProtocol: false }),
  },
  {
    id: 'DEF-SW-HOST-IN-EVERY-VLAN',
    title: 'The host gets the frames of every VLAN',
    description: 'The membership of the bridge itself is not looked at.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-VLAN-020',
    kernel: bridge({ isMember: ({ members }, vid, way) => way === 'out' || members.has(vid) }),
  },
  {
    id: 'DEF-SW-FILTERING-IS-FOR-EVER',
    title: 'Filtering cannot be switched off again',
    description: 'The driver handles the change in one direction.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-VLAN-021',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        setBridgeAttribute: (id, attribute) =>
          attribute.kind === 'vlan-filtering' && !attribute.on
            ? { ok: true, value: undefined }
            : sound.setBridgeAttribute(id, attribute),
      })),
  },
  {
    id: 'DEF-SW-TELLS-PVID-AS-UNTAGGED',
    title: 'A PVID is told as untagged',
    description: 'One flag is kept for both.',
    origin: PRACTICE,
    caughtBy: 'SW-VLAN-022',
    kernel: bridge({ stored: (vlan) => ({ ...vlan, untagged: vlan.untagged || vlan.pvid }) }),
  },
];
