/** What goes wrong in tools that make net devices, change rows of tables, and speak to what is behind a device. */
import { CONFORMING_NETTOOL, type NettoolParts } from '../nettool/parts.js';
import type { Scalar } from '../nettool/values.js';
import type { Defect } from './defect.js';
import { nettool, tells } from './nettoolDefect.js';
import { ETHTOOL_NETLINK, NETLINK_INTRO, PRACTICE } from './origins.js';

const times =
  (factor: number): ((value: Scalar) => Scalar) =>
  (value) =>
    Number(value) * factor;

/** Everything but the first name of a formatted message is lost. */
const firstOnly: NettoolParts['passesOn'] = (result) => {
  if (typeof result !== 'object' || result instanceof Uint8Array || Array.isArray(result)) return result;
  return Object.fromEntries(Object.entries(result).slice(1));
};

const DEVLINK_TOOL: Defect['origin'] = {
  title: 'devlink(8) of iproute2: corrections of units, names and modes over the years',
  url: 'https://git.kernel.org/pub/scm/network/iproute2/iproute2.git/log/devlink/devlink.c',
};

export const nettoolDeviceDefects: readonly Defect[] = [
  {
    id: 'DEF-NT-ANY-ROW',
    title: 'A row that is to be changed is not looked for',
    description: 'The kernel is asked to remove what is not there, and what it says depends on the table.',
    origin: PRACTICE,
    caughtBy: 'NT-ROW-001',
    nettool: nettool({ looksFor: (verb) => verb === 'add' || verb === 'create' }),
  },
  {
    id: 'DEF-NT-ADDS-TWICE',
    title: 'A row that is there already is added',
    description: 'Nobody looks whether the place is taken.',
    origin: PRACTICE,
    caughtBy: 'NT-ROW-002',
    nettool: nettool({ looksFor: (verb) => verb !== 'add' }),
  },
  {
    id: 'DEF-NT-ROWS-BACKWARDS',
    title: 'Rows stand in the opposite order',
    description: 'They are taken from a stack.',
    origin: PRACTICE,
    caughtBy: 'NT-ROW-003',
    nettool: nettool({ inOrder: (items, of) => (of === 'rows' ? [...items].reverse() : items) }),
  },
  {
    id: 'DEF-NT-MIXES-TABLES',
    title: 'An entry of the device counts as one of its bridge',
    description: 'A row is known by its address and VLAN alone.',
    origin: PRACTICE,
    caughtBy: 'NT-ROW-005',
    nettool: nettool({ identity: (columns) => columns.filter((column) => column !== 'self') }),
  },
  {
    id: 'DEF-NT-ANSWERS-BACKWARDS',
    title: 'Answers stand in the opposite order of the list of devices',
    description: 'They are taken from a stack.',
    origin: PRACTICE,
    caughtBy: 'NT-QRY-006',
    nettool: nettool({ inOrder: (items, of) => (of === 'answers' ? [...items].reverse() : items) }),
  },
  {
    id: 'DEF-NT-WRITES-WHOLE-ROW',
    title: 'A change of a row switches everything else of it on',
    description: 'The whole row goes out, with defaults for what was not said.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-ROW-004',
    nettool: nettool({
      said: (changes, there) => ({
        ...Object.fromEntries(
          Object.keys(there).flatMap((key) => (there[key] === false ? [[key, true] as const] : [])),
        ),
        ...changes,
      }),
    }),
  },
  {
    id: 'DEF-NT-FORGETS-LINK-SETTINGS',
    title: 'What is said of the link of a new device is lost',
    description: 'Only what its kind says goes out with it.',
    origin: PRACTICE,
    caughtBy: 'NT-DEV-001',
    nettool: tells('link', 'mtu', () => undefined),
  },
  {
    id: 'DEF-NT-TAKES-OVER-NAME',
    title: 'A name that is taken is not looked for',
    description: 'The kernel is left to refuse it, or to change the device that has the name.',
    origin: PRACTICE,
    caughtBy: 'NT-DEV-002',
    nettool: nettool({ looksFor: (verb) => verb !== 'create' }),
  },
  {
    id: 'DEF-NT-MAKES-WITHOUT-NEEDS',
    title: 'A VLAN device without a VLAN is sent to the kernel',
    description: 'What a kind cannot be made without is not asked for.',
    origin: PRACTICE,
    caughtBy: 'NT-DEV-003',
    nettool: nettool({ asksForNeeds: false }),
  },
  {
    id: 'DEF-NT-REMOVES-HARDWARE',
    title: 'The kernel is asked to remove what is hardware',
    description: 'Every net device is taken for one that was made.',
    origin: PRACTICE,
    caughtBy: 'NT-DEV-004',
    nettool: nettool({ sparesHardware: false }),
  },
  {
    id: 'DEF-NT-LEAVES-HALF-DEVICE',
    title: 'A net device stays where a step behind its making failed',
    description: 'Settings are taken back, and what was made is not.',
    origin: { title: 'Scripts of ip commands, one a line, end in the middle' },
    caughtBy: 'NT-DEV-005',
    nettool: nettool({ undoOrder: (done) => done.slice(1).reverse() }),
  },
  {
    id: 'DEF-NT-MDB-TEMPORARY',
    title: 'A group that was to stay ends by itself',
    description: 'The state of the entry is not filled in.',
    origin: PRACTICE,
    caughtBy: 'NT-MDB-001',
    nettool: tells('mdb', 'permanent', () => undefined),
  },
  {
    id: 'DEF-NT-MDB-NO-VLAN',
    title: 'A group is wanted in no VLAN',
    description: 'The VLAN of the entry is not filled in.',
    origin: PRACTICE,
    caughtBy: 'NT-MDB-001',
    nettool: tells('mdb', 'vlan', () => undefined),
  },
  {
    id: 'DEF-NT-MDB-ANY-WORD',
    title: 'A word that is no address is taken for no group',
    description: 'What cannot be read is left out, and the kernel is asked for a group of zeros.',
    origin: PRACTICE,
    caughtBy: 'NT-MDB-002',
    nettool: nettool({ checksCells: false }),
  },
  {
    id: 'DEF-NT-BOND-CENTISECONDS',
    title: 'Times of an aggregate are sent in hundredths of a second',
    description: 'Bridges count in them, and aggregates count in milliseconds.',
    origin: PRACTICE,
    caughtBy: 'NT-BOND-001',
    nettool: tells('bond', 'updelay', times(10)),
  },
  {
    id: 'DEF-NT-BOND-QUEUE-FROM-ONE',
    title: 'Queues of members are counted from the wrong end',
    description: 'The number 0 means none, and the tool counts it as the first.',
    origin: PRACTICE,
    caughtBy: 'NT-BOND-002',
    nettool: tells('bond-member', 'queue', (value) => Number(value) + 1),
  },
  {
    id: 'DEF-NT-NAMES-SUBJECT-ALONE',
    title: 'A refusal names the subject, and not the key',
    description: 'Of five settings one was refused, and the user may guess which.',
    origin: NETLINK_INTRO,
    caughtBy: 'NT-BOND-003',
    nettool: nettool({ about: (key) => key.split('.')[0] ?? key }),
  },
  {
    id: 'DEF-NT-VALIDATE-ACTS',
    title: 'Validating an action carries it out',
    description: 'The switch that asks for a check alone is read for changes, and not for actions.',
    origin: PRACTICE,
    caughtBy: 'NT-ACT-001',
    nettool: nettool({ actsWhileValidating: true }),
  },
  {
    id: 'DEF-NT-ACTS-BLINDLY',
    title: 'What an action needs of the device is not looked at',
    description: 'The kernel is left to refuse it, and says EINVAL.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-ACT-002',
    nettool: nettool({ checks: new Set([...CONFORMING_NETTOOL.checks].filter((check) => check !== 'action')) }),
  },
  {
    id: 'DEF-NT-LOSES-FIRST-PAIR',
    title: 'The first name of a formatted message is lost',
    description: 'It is taken for the beginning of the message.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-ACT-003',
    nettool: nettool({ passesOn: firstOnly }),
  },
  {
    id: 'DEF-NT-SETS-WHAT-IS-ABSENT',
    title: 'A setting that a reporter does not have is sent',
    description: 'What the row does not tell of is taken for one that was not told.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-001',
    nettool: nettool({ checks: new Set([...CONFORMING_NETTOOL.checks].filter((check) => check !== 'supported')) }),
  },
  {
    id: 'DEF-NT-SPLITS-INTO-LANES',
    title: 'A port is split into twice as many parts',
    description: 'The count is taken for the lanes of a part.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-002',
    nettool: tells('split', 'count', times(2)),
  },
  {
    id: 'DEF-NT-PICKS-SNAPSHOT',
    title: 'The number of a snapshot is left to the kernel',
    description: 'The number that was asked for is not sent.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-003',
    nettool: tells('devlink-regions', 'snapshot', () => undefined),
  },
  {
    id: 'DEF-NT-READS-ONE-LINE-ON',
    title: 'A region is read from one line further on',
    description: 'The address is that of the end of the first line.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-003',
    nettool: tells('region-read', 'address', (value) => Number(value) + 16),
  },
  {
    id: 'DEF-NT-RATES-IN-BITS',
    title: 'Rates are sent in bits a second',
    description: 'The kernel takes bytes: functions get eight times what they were to have.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-004',
    nettool: tells('devlink-rates', 'max', times(8)),
  },
  {
    id: 'DEF-NT-POLICER-WITHOUT-BURST',
    title: 'The burst of a policer is not sent',
    description: 'Rate and burst are one word in the head of whoever wrote it.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-005',
    nettool: tells('devlink-trap-policers', 'burst', () => undefined),
  },
  {
    id: 'DEF-NT-RESOURCE-BEYOND-BOUNDS',
    title: 'Bounds of a resource are not looked at',
    description: 'A size that the device cannot have is sent.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-006',
    nettool: nettool({ checks: new Set([...CONFORMING_NETTOOL.checks].filter((check) => check !== 'most')) }),
  },
  {
    id: 'DEF-NT-RESOURCE-IN-KIBI',
    title: 'Sizes of resources are multiplied by 1024',
    description: 'A number without a unit is taken for one with a unit.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-006',
    nettool: tells('devlink-resources', 'size', times(1024)),
  },
  {
    id: 'DEF-NT-PARAM-OFF-BY-ONE-WIDTH',
    title: 'A param loses its lowest bit',
    description: 'Its type is read from the wrong place.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-007',
    nettool: nettool({
      told: (subject, _key, value) =>
        subject === 'devlink-params' && /^\d+$/.test(String(value)) ? String(Number(value) + 1) : value,
    }),
  },
  {
    id: 'DEF-NT-RELOAD-TELLS-NOTHING',
    title: 'What a reload has done is not told',
    description: 'The acknowledgement is taken for all there is.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-008',
    nettool: nettool({ passesOn: (result) => (typeof result === 'object' && 'performed' in result ? {} : result) }),
  },
  {
    id: 'DEF-NT-CONTEXT-IS-MAIN',
    title: 'A change of a context goes to the main one',
    description: 'The number of the context is not sent with the change.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-RSS-001',
    nettool: tells('rss-contexts', 'context', () => undefined),
  },
  {
    id: 'DEF-NT-NO-ENCODING-LEFT',
    title: 'A choice of no error correction at all is sent',
    description: 'An empty list is a list.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-FEC-001',
    nettool: nettool({ heedsRules: (subject) => subject !== 'fec' }),
  },
];
