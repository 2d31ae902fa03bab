/** What goes wrong in tools that change functions, buffers and tables inside a device. */
import type { DevlinkFormatted } from '../netlink/devlinkClient.js';
import { CONFORMING_NETTOOL, type NettoolParts } from '../nettool/parts.js';
import type { Defect } from './defect.js';
import { nettool, tells } from './nettoolDefect.js';
import { ETHTOOL_NETLINK, PRACTICE } from './origins.js';

const DEVLINK_TOOL: Defect['origin'] = {
  title: 'devlink(8) of iproute2: corrections of port functions, shared buffers and dpipe over the years',
  url: 'https://git.kernel.org/pub/scm/network/iproute2/iproute2.git/log/devlink/devlink.c',
};

type Pairs = { readonly [name: string]: DevlinkFormatted };
const isPairs = (value: DevlinkFormatted | undefined): value is Pairs =>
  typeof value === 'object' && !(value instanceof Uint8Array) && !Array.isArray(value);

/** Entries of a table that were told, without what they do. */
const withoutActions: NettoolParts['passesOn'] = (result) => {
  const entries = isPairs(result) ? result['entries'] : undefined;
  if (!Array.isArray(entries)) return result;
  const told = entries as readonly DevlinkFormatted[];
  return { entries: told.map((entry) => (isPairs(entry) ? { ...entry, action: {} } : entry)) };
};

export const nettoolChipDefects: readonly Defect[] = [
  {
    id: 'DEF-NT-CAPABILITIES-OFF',
    title: 'A capability that is to be switched on is switched off',
    description: 'The bit is set in the mask, and not in the value.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-015',
    nettool: nettool({
      told: (subject, key, value) => (subject === 'devlink-function' && key === 'migratable' ? false : value),
    }),
  },
  {
    id: 'DEF-NT-FUNCTION-OF-A-GROUP',
    title: 'An address of a group is sent for a function',
    description: 'Six bytes are six bytes.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-015',
    nettool: nettool({ checks: new Set([...CONFORMING_NETTOOL.checks].filter((check) => check !== 'rules')) }),
  },
  {
    id: 'DEF-NT-PORT-WITHOUT-FUNCTION',
    title: 'The port of a subfunction is asked for without saying of which physical function',
    description: 'The first one is taken for granted, and the kernel takes nothing for granted.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-016',
    nettool: nettool({ asksForNeeds: false }),
  },
  {
    id: 'DEF-NT-OTHER-SUBFUNCTION',
    title: 'A subfunction gets the number behind the one that was asked for',
    description: 'Counting begins at one.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-016',
    nettool: tells('devlink-ports', 'sf', (value) => Number(value) + 1),
  },
  {
    id: 'DEF-NT-REMOVES-PANEL-PORT',
    title: 'The kernel is asked to remove a port of the front panel',
    description: 'Every port is taken for one that was made.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-016',
    nettool: nettool({ sparesHardware: false }),
  },
  {
    id: 'DEF-NT-BUS-OF-REPRESENTOR',
    title: 'The instance of a net device is looked for on its bus alone',
    description: 'A representor lies on none, and is told to belong to nothing.',
    origin: PRACTICE,
    caughtBy: 'NT-DL-017',
    nettool: nettool({ asksPort: false }),
  },
  {
    id: 'DEF-NT-POOL-BECOMES-DYNAMIC',
    title: 'A change of the size of a pool changes the kind of its thresholds too',
    description: 'What the request has to say and the user did not is filled with ones.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-018',
    nettool: nettool({
      said: (changes) =>
        'size' in changes && !('threshold-type' in changes) ? { ...changes, 'threshold-type': 'dynamic' } : changes,
    }),
  },
  {
    id: 'DEF-NT-POOL-BEYOND-BUFFER',
    title: 'A pool is asked for that is larger than its buffer',
    description: 'The size of the buffer is not looked at.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-018',
    nettool: nettool({ checks: new Set([...CONFORMING_NETTOOL.checks].filter((check) => check !== 'most')) }),
  },
  {
    id: 'DEF-NT-OTHER-BUFFER',
    title: 'A snapshot is taken of the buffer behind the one that was asked for',
    description: 'Counting begins at one.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-019',
    nettool: tells('buffer-snapshot', 'buffer', (value) => Number(value) + 1),
  },
  {
    id: 'DEF-NT-COUNTERS-ALWAYS-ON',
    title: 'Counters of a table are switched on and never off',
    description: 'The attribute is taken for a flag that is there or not.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-020',
    nettool: tells('devlink-tables', 'counters', () => true),
  },
  {
    id: 'DEF-NT-ENTRIES-WITHOUT-ACTIONS',
    title: 'Entries are told without what they do',
    description: 'The end of the match is taken for the end of the entry.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-020',
    nettool: nettool({
      passesOn: withoutActions,
    }),
  },
  {
    id: 'DEF-NT-READS-ALL-OF-REGION',
    title: 'A region is read from its beginning, whatever was asked for',
    description: 'The address is sent with a snapshot alone.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-021',
    nettool: tells('region-read', 'address', () => undefined),
  },
  {
    id: 'DEF-NT-CHANGES-FIRST-ROW',
    title: 'Of several rows that fit the first is changed',
    description: 'A search that ends with what it finds first.',
    origin: PRACTICE,
    caughtBy: 'NT-ROW-006',
    nettool: nettool({ changesOneRow: false }),
  },
  {
    id: 'DEF-NT-MODULE-DONE-AT-ONCE',
    title: 'An update of a module ends with its beginning',
    description: 'The first message behind the acknowledgement is taken for the end.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-MOD-001',
    nettool: nettool({ endOf: () => 'done' }),
  },
  {
    id: 'DEF-NT-MODULE-FAILURE-IS-AN-END',
    title: 'An update of a module that failed is told as done',
    description: 'An end is an end.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-MOD-001',
    nettool: nettool({ endOf: (_progress, end) => (end === undefined ? undefined : 'done') }),
  },
  {
    id: 'DEF-NT-MODULE-BLINDLY',
    title: 'Whether a module can be flashed now is not looked at',
    description: 'The kernel is left to say EBUSY.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NT-MOD-002',
    nettool: nettool({ checks: new Set([...CONFORMING_NETTOOL.checks].filter((check) => check !== 'action')) }),
  },
];
