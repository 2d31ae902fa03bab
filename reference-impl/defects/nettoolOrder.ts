/** What goes wrong in tools that send the right messages in the wrong order, to the wrong object, or to a kernel that does not have them. */
import { CONFORMING_NETTOOL } from '../nettool/parts.js';
import type { Defect } from './defect.js';
import { nettool, tells } from './nettoolDefect.js';
import { NETLINK_INTRO, PRACTICE } from './origins.js';

const { rankOf } = CONFORMING_NETTOOL;
const FIRST = -2;
const LAST = 3;

const BONDING: Defect['origin'] = {
  title:
    'Linux Ethernet Bonding Driver HOWTO, 3.3 Configuring Bonding Manually: a slave has to be down before it is enslaved',
  url: 'https://docs.kernel.org/networking/bonding.html',
};
const DEVLINK_TOOL: Defect['origin'] = {
  title: 'devlink(8) of iproute2: handles, ports and limits that were not sent in its first versions',
  url: 'https://git.kernel.org/pub/scm/network/iproute2/iproute2.git/log/devlink/devlink.c',
};

export const nettoolOrderDefects: readonly Defect[] = [
  {
    id: 'DEF-NT-UP-FIRST',
    title: 'A device goes up before its other settings are sent',
    description: 'The keys of a link go out in the order of their table, and "up" is the first of them.',
    origin: BONDING,
    caughtBy: 'NT-EXE-009',
    nettool: nettool({
      rankOf: (moment, of) => (moment === 'up' && of === 'change' ? FIRST : rankOf(moment, of)),
    }),
  },
  {
    id: 'DEF-NT-DOWN-LAST',
    title: 'A device goes down after its other settings were sent',
    description: 'Up and down are one switch, and it is thrown at the end.',
    origin: BONDING,
    caughtBy: 'NT-EXE-009',
    nettool: nettool({ rankOf: (moment, of) => (moment === 'down' ? LAST : rankOf(moment, of)) }),
  },
  {
    id: 'DEF-NT-CREATES-UP-FIRST',
    title: 'A new device goes up before it belongs to its master',
    description: 'It is set up with the message that makes it, as `ip link add … up` would.',
    origin: BONDING,
    caughtBy: 'NT-DEV-006',
    nettool: nettool({
      rankOf: (moment, of) => (moment === 'up' && of === 'creation' ? FIRST : rankOf(moment, of)),
    }),
  },
  {
    id: 'DEF-NT-NO-POLICY-OF-SETTINGS',
    title: 'Whether the kernel has the command of a setting is not looked at',
    description: 'The controller is asked for the number of the family, and for nothing else.',
    origin: NETLINK_INTRO,
    caughtBy: 'NT-VAL-012',
    nettool: nettool({ asksPolicy: (of) => of !== 'setting' }),
  },
  {
    id: 'DEF-NT-NO-POLICY-OF-ROWS',
    title: 'Whether the kernel has the command for a row is not looked at',
    description: 'Settings are checked against what the kernel exports, and tables were added later.',
    origin: NETLINK_INTRO,
    caughtBy: 'NT-VAL-012',
    nettool: nettool({ asksPolicy: (of) => of !== 'row' }),
  },
  {
    id: 'DEF-NT-NO-POLICY-OF-ACTIONS',
    title: 'Whether the kernel has the command of an action is not looked at',
    description: 'Settings are checked against what the kernel exports, and actions were added later.',
    origin: NETLINK_INTRO,
    caughtBy: 'NT-VAL-012',
    nettool: nettool({ asksPolicy: (of) => of !== 'action' }),
  },
  {
    id: 'DEF-NT-MDB-ANY-SENDER',
    title: 'A group of one sender is asked for from everybody',
    description: 'The sender is an attribute of its own beside the entry, and is not filled in.',
    origin: PRACTICE,
    caughtBy: 'NT-MDB-003',
    nettool: tells('mdb', 'source', () => undefined),
  },
  {
    id: 'DEF-NT-RELOADS-DRIVER',
    title: 'New firmware is asked for, and the driver is brought up anew',
    description: 'The action of a reload is not sent, and without one the kernel takes the first.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-009',
    nettool: tells('reload', 'action', () => undefined),
  },
  {
    id: 'DEF-NT-RELOADS-WITHOUT-LIMIT',
    title: 'A reload that was to reset nothing resets',
    description: 'The limit of a reload is not sent.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-009',
    nettool: tells('reload', 'limit', () => undefined),
  },
  {
    id: 'DEF-NT-ASKS-INSTANCE',
    title: 'The reporter of a port is looked for at the instance',
    description: 'A reporter is known by its name, and the port is not sent.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-010',
    nettool: tells('devlink-health', 'port', () => undefined),
  },
  {
    id: 'DEF-NT-FLASHES-SILENTLY',
    title: 'Nothing is told while firmware is written',
    description: 'The acknowledgement is waited for, and the group in which progress is announced is not joined.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-011',
    nettool: nettool({ listensToProgress: false }),
  },
  {
    id: 'DEF-NT-FLASHES-ALL',
    title: 'A file for one component is written to all of the device',
    description: 'The component is not sent, and the driver takes the file for what it finds in it.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-011',
    nettool: tells('flash', 'component', () => undefined),
  },
  {
    id: 'DEF-NT-TESTS-SILENTLY',
    title: 'A self-test that was acknowledged is told as done',
    description: 'What became of the tests is in the reply, which is not read.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-012',
    nettool: nettool({
      passesOn: (result) => (typeof result === 'object' && 'flash' in result ? {} : result),
    }),
  },
  {
    id: 'DEF-NT-PORT-WITHOUT-NET-DEVICE',
    title: 'The port of a handle is not looked for among net devices',
    description: 'A port of devlink is spoken to by devlink alone, and has no MTU there.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-013',
    nettool: nettool({ findsNetDevice: false }),
  },
  {
    id: 'DEF-NT-UNSPLITS-FIRST-PORT',
    title: 'The first port of the device is put together, whichever was named',
    description: 'The index of the port is not filled in, and none is the first.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-DL-014',
    nettool: tells('unsplit', 'port', () => undefined),
  },
  {
    id: 'DEF-NT-DEAF-TO-DEVLINK',
    title: 'What devlink announces is not heard of',
    description: 'The groups of links and of ethtool are joined, and that of devlink is not.',
    origin: DEVLINK_TOOL,
    caughtBy: 'NT-WAT-002',
    nettool: nettool({ listensToDevlink: false }),
  },
];
