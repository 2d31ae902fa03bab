/** Datagrams whose group is told wrong, and settings that are not where the name of their link is. */
import { RTNLGRP_LINK } from '../netlink/constants.js';
import { CONFORMING_BUFFERS, type BufferParts } from '../netlink/receiveBuffer.js';
import { CONFORMING_SYSCTLS, type SysctlParts } from '../kernel/sysctls.js';
import type { NetDevice } from '../kernel/netDevice.js';
import type { Defect } from './defect.js';
import { netlink } from './netlinkRewrites.js';
import { NETLINK_CORE, kernelSource } from './origins.js';
import { kernel } from './replacedParts.js';

const buffers = (change: Partial<BufferParts>): NonNullable<Defect['kernel']> =>
  netlink({ buffers: { ...CONFORMING_BUFFERS, ...change } });
const sysctls = (change: Partial<SysctlParts>): NonNullable<Defect['kernel']> =>
  kernel({ sysctls: { ...CONFORMING_SYSCTLS, ...change } });

const DEVINET = kernelSource('The folder is made again when a link is renamed', 'net/ipv4/devinet.c');

/** Each link keeps the name under which it was first seen. */
function firstNames(): (netDevice: NetDevice) => string {
  const names = new WeakMap<NetDevice, string>();
  return (netDevice) => {
    const name = names.get(netDevice) ?? netDevice.name;
    names.set(netDevice, name);
    return name;
  };
}

export const controlGroupDefects: readonly Defect[] = [
  {
    id: 'DEF-NLP-COUNTS-GROUPS-FROM-ZERO',
    title: 'The group of an announcement is told as the number of its bit',
    description: 'Groups are counted from one, bits of nl_groups from zero.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-PKT-001',
    kernel: buffers({ toldGroup: (group) => Math.max(0, group - 1) }),
  },
  {
    id: 'DEF-NLP-ANSWERS-HAVE-GROUPS',
    title: 'An answer is told to be an announcement of links',
    description: 'What nobody sent to a group is told with the first of them.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-PKT-002',
    kernel: buffers({ toldGroup: (group) => (group === 0 ? RTNLGRP_LINK : group) }),
  },
  {
    id: 'DEF-NLP-ECHO-WITHOUT-GROUP',
    title: 'An echo is told to be an answer',
    description: 'Only who is in the group is told of it.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-PKT-003',
    kernel: buffers({ groupOfEcho: () => 0 }),
  },
  {
    id: 'DEF-NLP-TELLS-UNASKED',
    title: 'Groups are told to who does not want to know',
    description: 'NETLINK_PKTINFO is taken back, and that has no effect.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-PKT-004',
    kernel: buffers({ tellsGroupsUnasked: true }),
  },
  {
    id: 'DEF-NLL-SETTINGS-KEEP-OLD-NAME',
    title: 'The settings of a link stay where its old name was',
    description: 'A link that udev renames has its settings under a name that nobody knows any more.',
    origin: DEVINET,
    caughtBy: 'NL-SET-001',
    kernel: (parts) => sysctls({ folderOf: firstNames() })(parts),
  },
  {
    id: 'DEF-NLL-LISTS-WHAT-IS-NOT',
    title: 'A setting is listed that cannot be read',
    description: 'Who walks the folders stops there.',
    origin: DEVINET,
    caughtBy: 'NL-SET-002',
    kernel: sysctls({ listed: (names) => [...names, 'nosuch'] }),
  },
];
