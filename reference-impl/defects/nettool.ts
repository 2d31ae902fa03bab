/** What goes wrong in tools that administrate networking devices: seen in ethtool's own history, and in scripts around it. */
import { CONFORMING_NETTOOL, type ValidationCheck } from '../nettool/parts.js';
import type { Defect } from './defect.js';
import { nettool } from './nettoolDefect.js';
import { ETHTOOL_NETLINK, FIX_FEATURES, NETLINK_INTRO, PRACTICE } from './origins.js';

/** One check of the validation step is left out. */
const without = (check: ValidationCheck): NonNullable<Defect['nettool']> =>
  nettool({ checks: new Set([...CONFORMING_NETTOOL.checks].filter((one) => one !== check)) });

const NLA_HEADER = 4;

/** A body whose last attribute is cut off: a builder that writes the length before the last one. */
function cut(body: Uint8Array): Uint8Array {
  const fixed = NLA_HEADER;
  let [at, last] = [fixed, fixed];
  while (at + NLA_HEADER <= body.length) {
    last = at;
    at += Math.max(NLA_HEADER, (((body[at] ?? 0) | ((body[at + 1] ?? 0) << 8)) + 3) & ~3);
  }
  return at === body.length && last > fixed ? body.subarray(0, last) : body;
}

export const nettoolDefects: readonly Defect[] = [
  {
    id: 'DEF-NT-ANY-ADDRESS',
    title: 'An address of a group is sent to the kernel',
    description: 'Twelve digits are an address, and nobody looks at the first two.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-011',
    nettool: nettool({ heedsRules: (_subject, key) => key !== 'address' }),
  },
  {
    id: 'DEF-NT-ANY-NAME',
    title: 'A name that no net device may have is sent to the kernel',
    description: 'Names are text, and its letters are not looked at.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-011',
    nettool: nettool({ heedsRules: (_subject, key) => key !== 'name' }),
  },
  {
    id: 'DEF-NT-EVERY-DRIVER',
    title: 'A query of one driver has rows of every device',
    description: 'The pattern is taken out of the list, and nothing is compared with it.',
    origin: PRACTICE,
    caughtBy: 'NT-QRY-005',
    nettool: nettool({ isOfDriver: () => true }),
  },
  {
    id: 'DEF-NT-NO-QUEUE-LEFT',
    title: 'A change that would leave no queue is sent to the kernel',
    description: 'Each count is within its bounds, and their sum is not looked at.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-VAL-011',
    nettool: nettool({ heedsRules: (subject) => subject !== 'channels' }),
  },
  {
    id: 'DEF-NT-VALIDATE-SENDS',
    title: 'Validating a change carries it out',
    description: 'The switch that asks for a check alone is read after the change was sent.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-001',
    nettool: nettool({ sendsWhileValidating: true }),
  },
  {
    id: 'DEF-NT-SENDS-THE-GOOD-HALF',
    title: 'The good keys of a bad change are sent',
    description: 'A refused key is left out, and the rest of the change is carried out.',
    origin: { title: 'ethtool changes the settings of one command in several steps, and stops in the middle' },
    caughtBy: 'NT-VAL-002',
    nettool: nettool({ refusesWhole: false }),
  },
  {
    id: 'DEF-NT-NO-MAXIMUM',
    title: 'The largest value that the device tells is not looked at',
    description: 'What is too large is left for the kernel to refuse, in the middle of a change.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-003',
    nettool: without('most'),
  },
  {
    id: 'DEF-NT-NO-MINIMUM',
    title: 'The smallest value that the device tells is not looked at',
    description: 'What is too small is left for the kernel to refuse, in the middle of a change.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-004',
    nettool: without('least'),
  },
  {
    id: 'DEF-NT-FIXED-FEATURE',
    title: 'A feature that is fixed is asked for',
    description: 'The kernel takes the wish and does nothing, and so the user believes it was done.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-VAL-005',
    nettool: without('fixed'),
  },
  {
    id: 'DEF-NT-UNKNOWN-KEY',
    title: 'A key that the device does not have is sent',
    description: 'What the device does not tell of is sent all the same.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-VAL-006',
    nettool: without('supported'),
  },
  {
    id: 'DEF-NT-ANY-VALUE',
    title: 'A word that is no value is taken for zero',
    description: 'Misspelt words become numbers, as with strtoul() and without a look at what is left.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-007',
    nettool: without('type'),
  },
  {
    id: 'DEF-NT-NO-DEPENDENCIES',
    title: 'What a feature depends on is not looked at',
    description: 'The kernel leaves the feature off, and the change is undone afterwards instead of refused before.',
    origin: FIX_FEATURES,
    caughtBy: 'NT-VAL-008',
    nettool: without('rules'),
  },
  {
    id: 'DEF-NT-WRITES-READ-ONLY',
    title: 'A key that can only be read is written',
    description: 'What a device reports and nobody sets goes out as a change.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-009',
    nettool: without('writable'),
  },
  {
    id: 'DEF-NT-COMPARES-TRUTH',
    title: 'Two values are the same where both are something',
    description: 'A change from one number to another is taken for none, is not sent, and is told as done.',
    origin: PRACTICE,
    caughtBy: 'NT-VAL-010',
    nettool: nettool({ same: (now, asked) => Boolean(now) === Boolean(asked) }),
  },
  {
    id: 'DEF-NT-CUTS-MESSAGE',
    title: 'The last attribute of a message is lost',
    description: 'The kernel acknowledges a request in which nothing is asked for.',
    origin: PRACTICE,
    caughtBy: 'NT-EXE-001',
    nettool: nettool({ body: cut }),
  },
  {
    id: 'DEF-NT-SENDS-UNCHANGED',
    title: 'What is so already is sent again',
    description: 'Rings and channels are made anew for a value that they have; traffic stops for nothing.',
    origin: { title: 'Drivers reset a device for a change that is none, and scripts repeat changes' },
    caughtBy: 'NT-EXE-002',
    nettool: nettool({ skipsUnchanged: false }),
  },
  {
    id: 'DEF-NT-LEAVES-HALF',
    title: 'Half a change is left behind',
    description: 'The steps before the one that failed are not taken back.',
    origin: { title: 'ethtool changes the settings of one command in several steps, and stops in the middle' },
    caughtBy: 'NT-EXE-003',
    nettool: nettool({ rollsBack: false }),
  },
  {
    id: 'DEF-NT-GOES-ON',
    title: 'Steps behind one that failed are carried out',
    description: 'A script without set -e.',
    origin: PRACTICE,
    caughtBy: 'NT-EXE-004',
    nettool: nettool({ goesOnAfterFailure: true }),
  },
  {
    id: 'DEF-NT-UNDOES-FORWARDS',
    title: 'Steps are taken back from the first to the last',
    description: 'What a later step rests on is gone before it is taken back itself.',
    origin: PRACTICE,
    caughtBy: 'NT-EXE-005',
    nettool: nettool({ undoOrder: (done) => done }),
  },
  {
    id: 'DEF-NT-CLAIMS-DONE',
    title: 'A step that was taken back is told as done',
    description: 'The report is written before the rollback.',
    origin: PRACTICE,
    caughtBy: 'NT-EXE-006',
    nettool: nettool({ tellsState: (state) => (state === 'undone' ? 'done' : state) }),
  },
  {
    id: 'DEF-NT-ALWAYS-ROLLS-BACK',
    title: 'What was to be left is taken back',
    description: 'The wish to leave done what was done is not heard.',
    origin: PRACTICE,
    caughtBy: 'NT-EXE-007',
    nettool: nettool({ honoursNoRollback: false }),
  },
  {
    id: 'DEF-NT-UNMET-IS-DONE',
    title: 'A feature that stayed off is told as switched on',
    description: 'The acknowledgement is taken for success, and the reply, which tells what was not met, is not read.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-EXE-008',
    nettool: nettool({ looksAtUnmet: false }),
  },
  {
    id: 'DEF-NT-CHANGES-FIRST-MATCH',
    title: 'A pattern changes the first device that it matches',
    description: 'Which device that is depends on the order in which they were made.',
    origin: PRACTICE,
    caughtBy: 'NT-ONE-001',
    nettool: nettool({ changesSeveral: true }),
  },
  {
    id: 'DEF-NT-ONE-SOCKET',
    title: 'Reads stand behind writes',
    description: 'One socket and one queue for everything: while a device is set up, nobody sees anything.',
    origin: { title: 'The ioctl of ethtool held rtnl_lock while a driver worked, and every reader waited' },
    caughtBy: 'NT-ASY-001',
    nettool: nettool({ separatesReads: false }),
  },
  {
    id: 'DEF-NT-WRITES-RACE',
    title: 'Two changes of one device run at the same time',
    description: 'The second is validated against what the first is about to change.',
    origin: PRACTICE,
    caughtBy: 'NT-ASY-002',
    nettool: nettool({ ordersWrites: false }),
  },
  {
    id: 'DEF-NT-TAKES-ANY-ANSWER',
    title: 'The next message is taken for the answer',
    description: 'Sequence numbers are not compared.',
    origin: NETLINK_INTRO,
    caughtBy: 'NT-ASY-003',
    nettool: nettool({ answered: (_message, oldest) => oldest }),
  },
  {
    id: 'DEF-NT-WAITS-FOR-EVER',
    title: 'A request that is not answered is waited for',
    description: 'The tool hangs with the device.',
    origin: PRACTICE,
    caughtBy: 'NT-ASY-004',
    nettool: nettool({ timesOut: false }),
  },
  {
    id: 'DEF-NT-ONE-AT-A-TIME',
    title: 'One request at a time',
    description: 'The next request is sent when the one before it was answered.',
    origin: PRACTICE,
    caughtBy: 'NT-ASY-005',
    nettool: nettool({ window: 1 }),
  },
  {
    id: 'DEF-NT-NO-PATTERNS',
    title: 'A pattern is taken for a name',
    description: 'A query over many devices finds none.',
    origin: PRACTICE,
    caughtBy: 'NT-QRY-001',
    nettool: nettool({ matches: (pattern, name) => pattern === name }),
  },
  {
    id: 'DEF-NT-ONE-ABSENCE-ENDS-ALL',
    title: 'A device without a subject ends the query',
    description: 'EOPNOTSUPP of one device is taken for a failure of all.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-QRY-002',
    nettool: nettool({ isolatesDevices: false }),
  },
  {
    id: 'DEF-NT-ONE-HOST-ENDS-ALL',
    title: 'A machine that cannot be reached ends the query',
    description: 'The rows of the others, which had answered, are lost.',
    origin: PRACTICE,
    caughtBy: 'NT-QRY-003',
    nettool: nettool({ isolatesHosts: false }),
  },
  {
    id: 'DEF-NT-ASKS-ONE-BY-ONE',
    title: 'Each device is asked by itself',
    description: 'A query over a thousand ports is a thousand requests.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-QRY-004',
    nettool: nettool({ dumpsMany: false }),
  },
  {
    id: 'DEF-NT-SAYS-NO-MORE',
    title: 'A refusal does not say what would be accepted',
    description: '"Invalid argument", and the user is left to guess.',
    origin: { title: 'What the ioctl of ethtool had to say: an error number' },
    caughtBy: 'NT-REF-001',
    nettool: nettool({ tellsAccepted: false }),
  },
  {
    id: 'DEF-NT-DROPS-EXTACK',
    title: 'The words of the kernel are dropped',
    description: 'The extended acknowledgement is not read; only the error number reaches the user.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-REF-002',
    nettool: nettool({
      explains: ({ errno, errnoName, quoted, capped }) => ({ errno, errnoName, quoted, capped }),
    }),
  },
  {
    id: 'DEF-NT-DEAF-TO-LINKS',
    title: 'Changes of links are not heard of',
    description: 'The group of links is not joined.',
    origin: NETLINK_INTRO,
    caughtBy: 'NT-WAT-001',
    nettool: nettool({ listensToLinks: false }),
  },
];
