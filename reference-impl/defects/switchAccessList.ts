/** Seeded defects of filters: in the access list of the chip, and in how the kernel asks filters. */
import { FLOW_FIELDS, type FlowFieldName } from '../packet/flowKey.js';
import { readU16, writeU16 } from '../packet/bytes.js';
import { TC_ACT_STOLEN, TC_ACT_TRAP } from '../netlink/families/trafficControl.js';
import type { Defect } from './defect.js';
import { CLS_FLOWER, FLOW_DISSECTOR, FLOW_OFFLOAD, PRACTICE, TC_FORWARDING_TESTS } from './origins.js';
import { acl, tc } from './replacedParts.js';

/** The mask of one field, made otherwise. */
const withMask = (
  which: FlowFieldName,
  change: (byte: number, index: number) => number,
): NonNullable<Defect['switch']> => acl({ fieldMask: (field, mask) => (field === which ? mask.map(change) : mask) });
const nothing = (): number => 0;
const everything = (): number => 0xff;

const withoutTag = (bytes: Uint8Array): Uint8Array => {
  if (readU16(bytes, 12) !== 0x8100) return bytes;
  const shorter = new Uint8Array(bytes.length - 4);
  shorter.set(bytes.subarray(0, 12));
  shorter.set(bytes.subarray(16), 12);
  return shorter;
};

/** The first fragment of an IPv4 packet without options has its ports where every packet has them. */
function readFragmentPorts(key: Uint8Array, bytes: Uint8Array): void {
  if (readU16(bytes, 12) !== 0x0800 || (readU16(bytes, 20) & 0x2000) === 0) return;
  writeU16(key, FLOW_FIELDS['l4-src'][0], readU16(bytes, 34));
  writeU16(key, FLOW_FIELDS['l4-dst'][0], readU16(bytes, 36));
}

export const switchAccessListDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-ACL-DROPS-NOTHING',
    title: 'A rule that drops is counted, and the frame is forwarded',
    description: 'The verdict of the access list is overruled by the forwarding stage behind it.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-001',
    switch: acl({ goesOn: (what) => what === 'dropped' }),
  },
  {
    id: 'DEF-SW-ACL-ALL-PORTS',
    title: 'A rule of one port applies to all of them',
    description: 'The port where a frame came in is not part of the key.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-002',
    switch: acl({ isOfPort: () => true }),
  },
  {
    id: 'DEF-SW-ACL-ORDER-OF-ADDING',
    title: 'The rule that was added first counts',
    description: 'The driver fills the memory from the top, and does not look at priorities.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-003',
    switch: acl({ compares: (_priority, _other, serial, otherSerial) => serial - otherSerial }),
  },
  {
    id: 'DEF-SW-ACL-PASS-CONTINUES',
    title: 'A filter that passes a frame does not end the search',
    description: 'The verdict 0 is taken for none.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-004',
    kernel: tc({ endsSearch: (verdict) => verdict > 0 }),
  },
  {
    id: 'DEF-SW-ACL-REDIRECTS-UNTAGGED',
    title: 'A redirected frame loses its tag',
    description: 'It leaves as the VLAN of the target port would have it, although the bridge has no say there.',
    origin: TC_FORWARDING_TESTS,
    caughtBy: 'SW-ACL-005',
    switch: acl({ sentCopy: (bytes, what) => (what === 'redirect' ? withoutTag(bytes) : bytes) }),
  },
  {
    id: 'DEF-SW-ACL-LEARNS-REDIRECTED',
    title: 'A redirected frame is learned from, and forwarded',
    description: 'The chip copies it to the target, and goes on with it.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-006',
    switch: acl({ goesOn: (what) => what === 'redirected' }),
  },
  {
    id: 'DEF-SW-ACL-NO-EGRESS',
    title: 'Filters of frames that leave are not asked',
    description: 'They are listed, and never reached.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-007',
    kernel: tc({ looksAt: (_netDevice, side) => side === 'ingress' }),
  },
  {
    id: 'DEF-SW-ACL-MAC-MASK',
    title: 'The mask of an Ethernet address is ignored',
    description: 'The chip compares all of it.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-008',
    switch: withMask('eth-src', everything),
  },
  {
    id: 'DEF-SW-ACL-ANY-TYPE',
    title: 'A filter for IPv4 sees tagged frames too',
    description: 'The chip looks behind the tag where the kernel looks at it.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-009',
    switch: acl({ isOfProtocol: () => true }),
  },
  {
    id: 'DEF-SW-ACL-NO-PRIORITY',
    title: 'The priority of a tag is not looked at',
    description: 'The driver takes the key, and has no place for it in the key of the chip.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-010',
    switch: withMask('vlan-priority', nothing),
  },
  {
    id: 'DEF-SW-ACL-HOSTS-ONLY',
    title: 'A prefix is taken for a host',
    description: 'The mask of an IPv4 address is ignored.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-011',
    switch: withMask('ipv4-src', everything),
  },
  {
    id: 'DEF-SW-ACL-ANY-PROTOCOL',
    title: 'A port of UDP matches TCP',
    description: 'The protocol is not part of the key.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-012',
    switch: withMask('ip-proto', nothing),
  },
  {
    id: 'DEF-SW-ACL-NO-RANGES',
    title: 'A range of ports matches every port',
    description: 'The driver ignores a key that it does not know instead of refusing the rule.',
    origin: TC_FORWARDING_TESTS,
    caughtBy: 'SW-ACL-013',
    switch: acl({ looksAtRanges: false }),
  },
  {
    id: 'DEF-SW-ACL-EXACT-FLAGS',
    title: 'TCP flags have to be exactly those',
    description: 'The mask of the flags is ignored.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-014',
    switch: withMask('tcp-flags', (_byte, index) => (index === 0 ? 0x0f : 0xff)),
  },
  {
    id: 'DEF-SW-ACL-NO-TTL',
    title: 'The time to live is not looked at',
    description: 'The driver takes the key, and has no place for it in the key of the chip.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-015',
    switch: withMask('ip-ttl', nothing),
  },
  {
    id: 'DEF-SW-ACL-ALL-ICMP',
    title: 'Every ICMP packet matches',
    description: 'The type is not part of the key.',
    origin: CLS_FLOWER,
    caughtBy: 'SW-ACL-016',
    switch: withMask('icmp-type', nothing),
  },
  {
    id: 'DEF-SW-ACL-FRAGMENT-PORTS',
    title: 'First fragments have ports',
    description: 'The parser reads on where the kernel stops, so that the other fragments go another way.',
    origin: FLOW_DISSECTOR,
    caughtBy: 'SW-ACL-017',
    switch: acl({ parsed: readFragmentPorts }),
  },
  {
    id: 'DEF-SW-ACL-ONE-CHAIN',
    title: 'A filter that leads to another chain passes the frame',
    description: 'The driver takes the action for an end.',
    origin: TC_FORWARDING_TESTS,
    caughtBy: 'SW-ACL-018',
    switch: acl({ followsChains: false }),
  },
  {
    id: 'DEF-SW-ACL-NARROW-PRIORITY',
    title: 'Priorities of 32 and more come first',
    description: 'The chip has five bits for a priority, and the driver cuts the rest off.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-019',
    switch: acl({
      compares: (priority, other, serial, otherSerial) => (priority & 31) - (other & 31) || serial - otherSerial,
    }),
  },
  {
    id: 'DEF-SW-ACL-KEEPS-REPLACED',
    title: 'A filter that is replaced stays in hardware',
    description: 'The new rule is added behind the old one, which goes on to count.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-020',
    kernel: tc({ destroysInHardware: (why) => why !== 'replaced' }),
  },
  {
    id: 'DEF-SW-ACL-COUNTS-NOTHING',
    title: 'The software applies filters and does not count',
    description: 'Counters move with hardware alone.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-021',
    kernel: tc({ counts: () => false }),
  },
  {
    id: 'DEF-SW-ACL-COUNTS-HEADERS',
    title: 'Bytes are counted with the Ethernet header where frames come in',
    description: 'The length is taken from the driver instead of from where the frame is by then.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-022',
    kernel: tc({ countedBytes: (length) => length }),
  },
  {
    id: 'DEF-SW-ACL-STOLEN-PASSES',
    title: 'A frame that an action has taken goes on',
    description: 'Only what is dropped is gone, and whoever took the frame has it twice.',
    origin: PRACTICE,
    caughtBy: 'SW-ACL-023',
    kernel: tc({ takes: (verdict, sound) => sound && verdict !== TC_ACT_STOLEN }),
  },
  {
    id: 'DEF-SW-ACL-ONE-BIT-PRIORITY',
    title: 'The hardware tells priorities apart by one bit',
    description: 'The field is one bit wide in the key of the chip, and software and hardware disagree.',
    origin: TC_FORWARDING_TESTS,
    caughtBy: 'SW-ACL-060',
    switch: withMask('vlan-priority', (byte) => byte & 2),
  },
  {
    id: 'DEF-SW-ACL-SOFTWARE-TRAPS-PASS',
    title: 'A trap of the software passes the frame on',
    description: 'It is taken for a pass, because the frame is with the host.',
    origin: FLOW_OFFLOAD,
    caughtBy: 'SW-ACL-055',
    kernel: tc({ takes: (verdict, sound) => sound && verdict !== TC_ACT_TRAP }),
  },
];
