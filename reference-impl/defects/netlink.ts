import { concat } from '../packet/bytes.js';
import { NLM_F_ACK } from '../netlink/constants.js';
import { CONFORMING_NETLINK, type NetlinkParts } from '../netlink/server.js';
import type { Refusal } from '../netlink/validate.js';
import { encodeMessage, parseDatagram } from '../netlink/wire.js';
import type { Defect } from './defect.js';
import { ETHTOOL_NETLINK, NETLINK_INTRO, PRACTICE, STRICT_ATTRIBUTES } from './origins.js';
import { kernel } from './replacedParts.js';

const netlink = (change: Partial<NetlinkParts>): NonNullable<Defect['kernel']> =>
  kernel({ netlink: { ...CONFORMING_NETLINK, ...change } });

/** A request is served although its check failed in this way. */
const overlooks = (id: string, caughtBy: string, title: string, message: string): Defect => ({
  id,
  title,
  description: `A request that should be refused with "${message}" is served.`,
  origin: STRICT_ATTRIBUTES,
  caughtBy,
  kernel: netlink({ overlooks: (refusal) => refusal.message === message }),
});

/** The refusal is changed on its way to the user. */
const refusesOtherwise = (change: (refusal: Refusal) => Refusal): NonNullable<Defect['kernel']> =>
  netlink({
    acknowledgement: (request, portId, result) =>
      CONFORMING_NETLINK.acknowledgement(request, portId, result.ok ? result : change(result)),
  });

const ENODEV = 19;
const EINVAL = 22;
const ERANGE = 34;
const EOPNOTSUPP = 95;
const ERROR_AND_HEADER = 20;

export const netlinkDefects: readonly Defect[] = [
  overlooks('DEF-NL-SKIPS-UNKNOWN', 'NIC-NL-001', 'Unknown attributes are skipped', 'Unknown attribute type'),
  overlooks('DEF-NL-ANY-LENGTH', 'NIC-NL-002', 'An attribute of any length is taken', 'invalid attribute length'),
  {
    id: 'DEF-NL-RANGE-IS-INVALID',
    title: 'A value out of range is refused without saying so',
    description: 'The refusal is EINVAL without a place, as for a request that makes no sense.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NIC-NL-003',
    kernel: refusesOtherwise((refusal) => (refusal.errno === ERANGE ? { ok: false, errno: EINVAL } : refusal)),
  },
  {
    id: 'DEF-NL-MISSING-WITHOUT-NAME',
    title: 'It is not said which attribute is missing',
    description: 'A request without its header is refused with EINVAL alone.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-004',
    kernel: refusesOtherwise((refusal) =>
      refusal.missingType === undefined ? refusal : { ok: false, errno: refusal.errno },
    ),
  },
  {
    id: 'DEF-NL-NO-DEVICE-WITHOUT-PLACE',
    title: 'It is not said which of the names matched nothing',
    description: 'ENODEV comes without the offset of the index or name.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-005',
    kernel: refusesOtherwise((refusal) => (refusal.errno === ENODEV ? { ok: false, errno: ENODEV } : refusal)),
  },
  {
    id: 'DEF-NL-INDEX-BEATS-NAME',
    title: 'The name is not compared with the index',
    description: 'A request with the index of one net device and the name of another is served for the first.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-006',
    kernel: kernel({ comparesIndexAndName: false }),
  },
  {
    id: 'DEF-NL-DUMP-WITHOUT-MULTI',
    title: 'The messages of a dump are not marked',
    description: 'NLM_F_MULTI is missing, and a reader stops after the first message.',
    origin: NETLINK_INTRO,
    caughtBy: 'NIC-NL-007',
    kernel: netlink({ dumpFlags: 0 }),
  },
  {
    id: 'DEF-NL-ALWAYS-ACKNOWLEDGES',
    title: 'Everything is acknowledged',
    description: 'An acknowledgement comes although it was not asked for, and the next request gets it as its own.',
    origin: PRACTICE,
    caughtBy: 'NIC-NL-008',
    kernel: netlink({ acknowledges: () => true }),
  },
  {
    id: 'DEF-NL-SILENT-FAILURE',
    title: 'A failure is silent unless it was to be acknowledged',
    description: 'Without NLM_F_ACK a refused request is not answered at all.',
    origin: PRACTICE,
    caughtBy: 'NIC-NL-009',
    kernel: netlink({
      acknowledgement: (request, portId, result) =>
        !result.ok && (request.flags & NLM_F_ACK) === 0
          ? new Uint8Array(0)
          : CONFORMING_NETLINK.acknowledgement(request, portId, result),
    }),
  },
  {
    id: 'DEF-NL-QUOTES-HEADER-ONLY',
    title: 'An error quotes the header only',
    description: 'The request is cut from the error message, which is not marked as capped.',
    origin: PRACTICE,
    caughtBy: 'NIC-NL-010',
    kernel: netlink({
      acknowledgement: (request, portId, result) => {
        const whole = CONFORMING_NETLINK.acknowledgement(request, portId, result);
        const [message] = parseDatagram(whole);
        if (result.ok || message === undefined) return whole;
        const behind = message.body.subarray(ERROR_AND_HEADER + request.body.length);
        return encodeMessage(message, concat(message.body.subarray(0, ERROR_AND_HEADER), behind));
      },
    }),
  },
  {
    id: 'DEF-NL-FORGETS-GROUP',
    title: 'A setting is taken and forgotten',
    description: 'IFLA_GROUP is acknowledged and has no effect.',
    origin: NETLINK_INTRO,
    caughtBy: 'NIC-NL-011',
    kernel: kernel({ forgets: new Set(['IFLA_GROUP']) }),
  },
  {
    id: 'DEF-NL-TELLS-WHO-LEFT',
    title: 'Who left a group is told all the same',
    description: 'The membership is only ever added to.',
    origin: PRACTICE,
    caughtBy: 'NIC-NL-012',
    kernel: (parts) => {
      const ever = new WeakMap<object, Set<number>>();
      const notifies: NetlinkParts['notifies'] = (socket, group) => {
        const groups = ever.get(socket) ?? new Set(socket.groups);
        for (const joined of socket.groups) groups.add(joined);
        ever.set(socket, groups);
        return groups.has(group) || (groups.size === 0 && group === 1);
      };
      return { ...parts, netlink: { ...CONFORMING_NETLINK, notifies } };
    },
  },
  overlooks('DEF-NL-NEST-WITHOUT-FLAG', 'NIC-NL-014', 'A nest need not be marked', 'NLA_F_NESTED is missing'),
  {
    id: 'DEF-NL-UNKNOWN-COMMAND-EINVAL',
    title: 'An unknown command is invalid instead of unsupported',
    description: 'A tool cannot tell an old kernel from a wrong request.',
    origin: NETLINK_INTRO,
    caughtBy: 'NIC-NL-015',
    kernel: refusesOtherwise((refusal) =>
      refusal.errno === EOPNOTSUPP && refusal.message === undefined ? { ok: false, errno: EINVAL } : refusal,
    ),
  },
  {
    id: 'DEF-NL-STOPS-AT-FAILURE',
    title: 'The rest of a datagram is dropped',
    description: 'Requests behind one that failed are not served.',
    origin: PRACTICE,
    caughtBy: 'NIC-NL-016',
    kernel: netlink({ servesBehindFailure: false }),
  },
  {
    id: 'DEF-NL-LEAKS-PER-FAILURE',
    title: 'Refused requests wear the socket out',
    description: 'Each refusal leaks a buffer; after twenty of them the kernel stops answering.',
    origin: PRACTICE,
    caughtBy: 'NIC-NL-018',
    kernel: (parts) => {
      let refused = 0;
      const acknowledgement: NetlinkParts['acknowledgement'] = (request, portId, result) => {
        if (!result.ok) refused++;
        const answer = refused > 20 ? { ok: false as const, errno: 105 } : result;
        return CONFORMING_NETLINK.acknowledgement(request, portId, answer);
      };
      return { ...parts, netlink: { ...CONFORMING_NETLINK, acknowledgement } };
    },
  },
  {
    id: 'DEF-NL-HIDES-GROUPS',
    title: 'The controller does not name the groups',
    description: 'Nobody can find the multicast group of the family.',
    origin: NETLINK_INTRO,
    caughtBy: 'NIC-NL-019',
    kernel: netlink({ listsGroups: false }),
  },
  {
    id: 'DEF-NL-COMPACT-SHIFTED',
    title: 'The compact form is one bit off',
    description: 'Bits without a name are left out when positions are counted.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-021',
    kernel: kernel({ compactNames: (names) => names.filter((name) => name !== '') }),
  },
  {
    id: 'DEF-NL-CLAIMS-ALL-MET',
    title: 'The reply claims that everything was met',
    description: 'Features that were asked for and are not so are missing from the reply.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-022',
    kernel: kernel({ unmetFeatures: () => [] }),
  },
  {
    id: 'DEF-NL-REPLIES-ANYWAY',
    title: 'A reply comes although it was to be left out',
    description: 'ETHTOOL_FLAG_OMIT_REPLY is ignored.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-023',
    kernel: kernel({ omitsReply: false }),
  },
  {
    id: 'DEF-NL-IGNORES-MISSPELT-BITS',
    title: 'A misspelt bit is ignored',
    description: 'The rest of the request is carried out.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-024',
    kernel: kernel({ refusesUnknownBits: false }),
  },
  overlooks(
    'DEF-NL-LEFTOVER-BYTES',
    'NIC-NL-026',
    'Bytes behind the attributes are ignored',
    'bytes leftover after parsing attributes',
  ),
  {
    id: 'DEF-NL-REPLY-WITHOUT-NAME',
    title: 'Replies name the net device by its index only',
    description: 'The name is missing from the header of replies.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-NL-027',
    kernel: kernel({
      replyHeader: (header) => ({ ETHTOOL_A_HEADER_DEV_INDEX: header['ETHTOOL_A_HEADER_DEV_INDEX'] ?? 0 }),
    }),
  },
  overlooks(
    'DEF-NL-TAKES-READ-ONLY',
    'NIC-NL-028',
    'An attribute of replies is taken and ignored',
    'Unsupported attribute',
  ),
];
