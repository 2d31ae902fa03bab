/** Dumps that miss, mislead or do not filter; a controller that says what is not so; announcements that are lost or made up. */
import { NLM_F_DUMP, RTM_NEWADDR, RTNLGRP_IPV4_IFADDR } from '../netlink/constants.js';
import { GENL_CMD_CAP_DUMP, GENL_UNS_ADMIN_PERM } from '../netlink/families/genericControl.js';
import { numberIn } from '../netlink/schema.js';
import { parseDatagram } from '../netlink/wire.js';
import { CONFORMING_CONTROL, type ControlParts } from '../kernel/rtnetlink/controlParts.js';
import type { Defect } from './defect.js';
import { netlink, refusesOtherwise } from './netlinkRewrites.js';
import { FIB_FRONTEND, GENETLINK, NEIGHBOURS, NETLINK_CORE, NETLINK_POLICY, PRACTICE, RTNETLINK } from './origins.js';
import { kernel } from './replacedParts.js';

const ENOENT = 2;
const EINVAL = 22;
const ENODATA = 61;

/** A filter of a dump has no effect. */
const unfiltered = (filter: keyof ControlParts['dumps']): NonNullable<Defect['kernel']> =>
  kernel({ control: { ...CONFORMING_CONTROL, dumps: { ...CONFORMING_CONTROL.dumps, [filter]: false } } });

const dumps: readonly Defect[] = [
  {
    id: 'DEF-NLD-CODE-IS-COUNT',
    title: 'The end of a dump holds something else than an error',
    description: 'The code of NLMSG_DONE is 1, which the writer kept as the length of the last part.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-DUMP-001',
    kernel: netlink({ dumpCode: (errno) => (errno === 0 ? 1 : -errno) }),
  },
  {
    id: 'DEF-NLD-LOSES-BETWEEN-PARTS',
    title: 'What does not fit into a part is lost',
    description: 'The writer goes on behind the object that it could not write.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-002',
    kernel: netlink({ keepsBetweenParts: false }),
  },
  {
    id: 'DEF-NLD-NEVER-INTERRUPTED',
    title: 'It is not said that a dump was interrupted',
    description: 'The generation of the list is not compared between parts.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-003',
    kernel: netlink({ isInterrupted: () => false }),
  },
  {
    id: 'DEF-NLD-ALWAYS-INTERRUPTED',
    title: 'Every dump of more than one part says that it was interrupted',
    description: 'What is compared was never set.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-004',
    kernel: netlink({ isInterrupted: () => true }),
  },
  {
    id: 'DEF-NLD-IGNORES-MASTER',
    title: 'IFLA_MASTER filters nothing',
    description: 'The dump holds every link, and is marked as filtered.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-005',
    kernel: unfiltered('filtersMaster'),
  },
  {
    id: 'DEF-NLD-IGNORES-KIND',
    title: 'IFLA_INFO_KIND filters nothing',
    description: 'The dump holds every link, and is marked as filtered.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-006',
    kernel: unfiltered('filtersKind'),
  },
  {
    id: 'DEF-NLD-FILTERED-UNMARKED',
    title: 'A dump that was filtered does not say so',
    description: 'NLM_F_DUMP_FILTERED is missing, and a reader filters again.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-006',
    kernel: netlink({ marksFiltered: false }),
  },
  {
    id: 'DEF-NLD-ALL-ADDRESSES',
    title: 'Addresses of every link are told of one',
    description: 'ifa_index of a dump is not looked at.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-007',
    kernel: unfiltered('filtersAddresses'),
  },
  {
    id: 'DEF-NLD-ALL-NEIGHBOURS',
    title: 'Neighbours of every link are told of one',
    description: 'NDA_IFINDEX and NDA_MASTER are not looked at.',
    origin: NEIGHBOURS,
    caughtBy: 'NL-DUMP-008',
    kernel: unfiltered('filtersNeighbours'),
  },
  {
    id: 'DEF-NLD-ALL-PROTOCOLS',
    title: 'Routes of every protocol are told of one',
    description: 'rtm_protocol of a dump is not looked at.',
    origin: FIB_FRONTEND,
    caughtBy: 'NL-DUMP-009',
    kernel: unfiltered('filtersProtocol'),
  },
  {
    id: 'DEF-NLD-ALL-TABLES',
    title: 'Routes of every table are told of one',
    description: 'RTA_TABLE of a dump is not looked at.',
    origin: FIB_FRONTEND,
    caughtBy: 'NL-DUMP-009',
    kernel: unfiltered('filtersTable'),
  },
  {
    id: 'DEF-NLD-ALL-ENTRIES',
    title: 'Entries of every bridge are told of one',
    description: 'ndm_ifindex and NDA_MASTER are not looked at.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-010',
    kernel: unfiltered('filtersForwarding'),
  },
  {
    id: 'DEF-NLD-ANY-HEADER',
    title: 'Members of the header that are no filter are ignored',
    description: 'A dump with an index that does not filter looks like one that matched everything.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-011',
    kernel: netlink({ checksQueries: (part) => part !== 'header' }),
  },
  {
    id: 'DEF-NLD-ANY-ATTRIBUTE',
    title: 'Attributes that are no filter are ignored',
    description: 'A dump with a filter that the kernel does not have is complete.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-012',
    kernel: netlink({ checksQueries: (part) => part !== 'attributes' }),
  },
  {
    id: 'DEF-NLD-STRICT-TO-EVERYBODY',
    title: 'Queries are checked although nobody asked for it',
    description: 'NETLINK_GET_STRICT_CHK is taken to be set.',
    origin: RTNETLINK,
    caughtBy: 'NL-DUMP-013',
    kernel: netlink({ asksForChecks: () => true }),
  },
  {
    id: 'DEF-NLD-FORGETS-FIRST-DUMP',
    title: 'A second dump replaces the first',
    description: 'Where the first one had come to is overwritten, and it never ends.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-DUMP-014',
    kernel: netlink({ oneDumpAtATime: false }),
  },
  {
    id: 'DEF-NLD-BOTH-FLAGS',
    title: 'A dump needs both flags',
    description: 'A query with NLM_F_ROOT alone is taken for one of a single link.',
    origin: PRACTICE,
    caughtBy: 'NL-DUMP-015',
    kernel: netlink({ isDump: (flags) => (flags & NLM_F_DUMP) === NLM_F_DUMP }),
  },
];

const discovery: readonly Defect[] = [
  {
    id: 'DEF-NLC-NUMBER-OF-NEIGHBOUR',
    title: 'A family is told for the number of the next one',
    description: 'The table is one off behind the controller.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-001',
    kernel: netlink({ familyNumber: (id) => (id > 0x13 ? id - 1 : id) }),
  },
  {
    id: 'DEF-NLC-SHARED-GROUPS',
    title: 'Two families share a multicast group',
    description: 'Who listens to one is told of the other.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-002',
    kernel: netlink({ groupNumber: (next) => next & ~1 }),
  },
  {
    id: 'DEF-NLC-HIDES-DUMPS',
    title: 'It is not said which operations can be dumped',
    description: 'GENL_CMD_CAP_DUMP is missing, and the dump works.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-003',
    kernel: netlink({ operationFlags: (flags) => flags & ~GENL_CMD_CAP_DUMP }),
  },
  {
    id: 'DEF-NLC-HIDDEN-OPERATIONS',
    title: 'Half of the operations are not listed',
    description: 'They are there, and nobody is told.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-004',
    kernel: netlink({ hidesOperation: (operation) => operation % 2 === 0 }),
  },
  {
    id: 'DEF-NLC-NO-FAMILY-IS-INVALID',
    title: 'A family that there is not makes a request invalid',
    description: 'EINVAL instead of ENOENT.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-005',
    kernel: netlink({ unknownErrno: (errno) => (errno === ENOENT ? EINVAL : errno) }),
  },
  {
    id: 'DEF-NLC-PRIVILEGES-UNTOLD',
    title: 'It is not said what needs privileges',
    description: 'The flag is missing from the list.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-006',
    kernel: netlink({ operationFlags: (flags) => flags & ~GENL_UNS_ADMIN_PERM }),
  },
  {
    id: 'DEF-NLC-POLICY-WITHOUT-LENGTH',
    title: 'Policies do not tell how long a string may be',
    description: 'NL_POLICY_TYPE_ATTR_MAX_LENGTH is missing.',
    origin: NETLINK_POLICY,
    caughtBy: 'NL-DISC-007',
    kernel: netlink({
      toldPolicy: (description) =>
        Object.fromEntries(Object.entries(description).filter(([name]) => name !== 'NL_POLICY_TYPE_ATTR_MAX_LENGTH')),
    }),
  },
  {
    id: 'DEF-NLC-UNPUBLISHED',
    title: 'The policy of an operation that says it has one is not published',
    description: 'Every third operation is left out of the map.',
    origin: NETLINK_POLICY,
    caughtBy: 'NL-DISC-008',
    kernel: netlink({ publishes: (command) => command % 3 !== 0 }),
  },
  {
    id: 'DEF-NLC-POLICY-BY-PLACE',
    title: 'Policies go by the place of an operation in the list',
    description: 'What is published as operation 0 is another one.',
    origin: NETLINK_POLICY,
    caughtBy: 'NL-DISC-009',
    kernel: netlink({ publishedNumber: (_command, place) => place }),
  },
  {
    id: 'DEF-NLC-BOUND-ONE-OFF',
    title: 'The published bound is one too high',
    description: 'The number of values is published instead of the greatest one.',
    origin: NETLINK_POLICY,
    caughtBy: 'NL-DISC-010',
    kernel: netlink({
      toldPolicy: (description) => {
        const most = numberIn(description, 'NL_POLICY_TYPE_ATTR_MAX_VALUE_U');
        return most === undefined || most > 0xffff
          ? description
          : { ...description, NL_POLICY_TYPE_ATTR_MAX_VALUE_U: BigInt(most + 1) };
      },
    }),
  },
  {
    id: 'DEF-NLC-NO-FAMILY-NO-POLICY',
    title: 'A family that there is not has no policy',
    description: 'ENODATA instead of ENOENT: a tool believes that everything is taken.',
    origin: NETLINK_POLICY,
    caughtBy: 'NL-DISC-011',
    kernel: refusesOtherwise((refusal) => (refusal.errno === ENOENT ? { ...refusal, errno: ENODATA } : refusal)),
  },
  {
    id: 'DEF-NLC-CHECKS-VERSION',
    title: 'A request needs the version of its family',
    description: 'A tool that was built with another version is refused.',
    origin: GENETLINK,
    caughtBy: 'NL-GENL-001',
    kernel: netlink({ checksVersion: true }),
  },
  {
    id: 'DEF-NLC-RESERVED-IGNORED',
    title: 'The reserved field is ignored',
    description: 'A request that has something there is served.',
    origin: GENETLINK,
    caughtBy: 'NL-GENL-002',
    kernel: netlink({ checksReserved: false }),
  },
  {
    id: 'DEF-NLC-FLAGS-IGNORED',
    title: 'Flags without a meaning are ignored',
    description: 'A request with NLM_F_CREATE is served as one without.',
    origin: GENETLINK,
    caughtBy: 'NL-GENL-003',
    kernel: netlink({ checksGenericFlags: false }),
  },
];

const announcements: readonly Defect[] = [
  {
    id: 'DEF-NLM-LAST-FIRST',
    title: 'The last announcement is read first',
    description: 'Announcements are put in front of those that wait.',
    origin: PRACTICE,
    caughtBy: 'NL-MC-001',
    kernel: netlink({ enqueue: (queue, datagram) => void queue.unshift(datagram) }),
  },
  {
    id: 'DEF-NLM-FORGETS-A-MEMBER',
    title: 'Not every member of a group is told',
    description: 'Every fourth delivery is lost.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MC-002',
    kernel: (parts) => {
      let deliveries = 0;
      return {
        ...parts,
        netlink: {
          ...parts.netlink,
          enqueue: (queue, datagram) => {
            if (++deliveries % 4 !== 0) queue.push(datagram);
          },
        },
      };
    },
  },
  {
    id: 'DEF-NLM-ANY-GROUP',
    title: 'A group that there is not can be joined',
    description: 'The number is not compared with that of the groups.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MC-003',
    kernel: netlink({ checksGroups: false }),
  },
  {
    id: 'DEF-NLM-NOBODY-LEAVES',
    title: 'A membership cannot be given up',
    description: 'NETLINK_DROP_MEMBERSHIP is acknowledged and has no effect.',
    origin: PRACTICE,
    caughtBy: 'NL-MC-004',
    kernel: netlink({ honoursLeave: false }),
  },
  {
    id: 'DEF-NLM-NOBODY-ASKED',
    title: 'It is not told who asked for a change',
    description: 'Announcements have neither port id nor sequence number.',
    origin: RTNETLINK,
    caughtBy: 'NL-MC-005',
    kernel: netlink({ tellsCause: false }),
  },
  {
    id: 'DEF-NLM-NO-ECHO',
    title: 'NLM_F_ECHO has no effect',
    description: 'Who asked is told of the change only as a member of the group.',
    origin: RTNETLINK,
    caughtBy: 'NL-MC-006',
    kernel: netlink({ echoes: () => false }),
  },
  {
    id: 'DEF-NLM-ANNOUNCES-REFUSED',
    title: 'An address that was refused is announced',
    description: 'The announcement is made before the check.',
    origin: PRACTICE,
    caughtBy: 'NL-MC-007',
    kernel: netlink({
      announcesRefused: ({ type }) => (type === RTM_NEWADDR ? { group: RTNLGRP_IPV4_IFADDR } : undefined),
    }),
  },
  {
    id: 'DEF-NLM-ANNOUNCES-UNCHANGED',
    title: 'An MTU that is as before is announced',
    description: 'Two daemons that set it answer each other for ever.',
    origin: PRACTICE,
    caughtBy: 'NL-MC-008',
    kernel: kernel({ announcesAnyway: (subject, why) => subject === 'link' && why === 'unchanged' }),
  },
  {
    id: 'DEF-NLM-TAKES-ANY-OPTION',
    title: 'Options that there are not are taken',
    description: 'A tool believes that it reads from shared memory.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MC-009',
    kernel: netlink({ refusesUnknownOptions: false }),
  },
];

const damage: readonly Defect[] = [
  {
    id: 'DEF-NLU-LOSES-ODD-LENGTHS',
    title: 'A message of an odd length is lost',
    description:
      'What is no multiple of four long is taken for the padding of the message before it, and never answered.',
    origin: PRACTICE,
    caughtBy: 'NL-MUT-001',
    kernel: netlink({ messages: (datagram) => parseDatagram(datagram).filter(({ bytes }) => bytes.length % 4 === 0) }),
  },
  {
    id: 'DEF-NLU-ACTS-BEFORE-CHECK',
    title: 'A change is made before its attributes are checked',
    description: 'The refusal is right, and what was right in the request has been done.',
    origin: RTNETLINK,
    caughtBy: 'NL-MUT-002',
    kernel: netlink({ actsBeforeCheck: true }),
  },
  {
    id: 'DEF-NLU-REFUSES-WITHOUT-A-WORD',
    title: 'A damaged request is refused without a word',
    description: 'EINVAL comes alone, and nobody finds the damage.',
    origin: PRACTICE,
    caughtBy: 'NL-MUT-003',
    kernel: refusesOtherwise((refusal) => (refusal.errno === EINVAL ? { ok: false, errno: EINVAL } : refusal)),
  },
];

export const controlDumpDefects: readonly Defect[] = [...dumps, ...discovery, ...announcements, ...damage];
