/** Messages and attributes of netlink read wrong, and refusals that do not say what they should. */
import { concat } from '../packet/bytes.js';
import { NETLINK_ROUTE, NLM_F_ACK_TLVS, NLM_F_REQUEST, NLMSG_MIN_TYPE, RTM_NEWLINK } from '../netlink/constants.js';
import { NLMSGERR } from '../netlink/extack.js';
import { encodeAttributes, numberIn } from '../netlink/schema.js';
import { CONFORMING_NETLINK } from '../netlink/server.js';
import {
  NLMSG_HDRLEN,
  align,
  encodeMessage,
  parseAttributes,
  parseDatagram,
  viewOf,
  type Message,
} from '../netlink/wire.js';
import type { Refusal } from '../netlink/validate.js';
import type { Defect } from './defect.js';
import { netlink, overlooks, refusesOtherwise, rewrites } from './netlinkRewrites.js';
import { NETLINK_CORE, NETLINK_INTRO, PRACTICE, STRICT_ATTRIBUTES } from './origins.js';

const ENODEV = 19;
const EINVAL = 22;
const ERANGE = 34;
const FAILED_POLICY = 'Attribute failed policy validation';

const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINKINFO = 18;
const IFLA_GSO_MAX_SIZE = 41;
const CTRL_ATTR_FAMILY_NAME = 2;
const LEAST_GSO_SIZE = 321;
const MOST_NAME = 15;
/** IFLA_PERM_ADDRESS, IFLA_TSO_MAX_SIZE, IFLA_TSO_MAX_SEGS, IFLA_ALLMULTI. */
const ONLY_TOLD = [54, 59, 60, 61];

/** netlink_rcv_skb() with another idea of where messages end. */
function messagesBy(lengthOf: (length: number, left: number) => number | undefined, step: (length: number) => number) {
  return (datagram: Uint8Array): readonly Message[] => {
    const found: Message[] = [];
    for (let at = 0; at + NLMSG_HDRLEN <= datagram.length;) {
      const length = lengthOf(viewOf(datagram).getUint32(at, true), datagram.length - at);
      if (length === undefined) {
        at += NLMSG_HDRLEN;
        continue;
      }
      if (length < NLMSG_HDRLEN || length > datagram.length - at) break;
      const bytes = datagram.slice(at, at + length);
      viewOf(bytes).setUint32(0, length, true);
      found.push(...parseDatagram(bytes));
      at += step(length);
    }
    return found;
  };
}

const framing: readonly Defect[] = [
  {
    id: 'DEF-NLM-UNALIGNED',
    title: 'The next message is looked for right behind the last one',
    description: 'The length of a message is not rounded up to a multiple of four before the next one is read.',
    origin: PRACTICE,
    caughtBy: 'NL-MSG-001',
    kernel: netlink({
      messages: messagesBy(
        (length) => length,
        (length) => length,
      ),
    }),
  },
  {
    id: 'DEF-NLM-GOES-ON-BEHIND-NONSENSE',
    title: 'A length that cannot be is skipped',
    description: 'Behind a message that is shorter than its own header the reader looks for the next one.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MSG-002',
    kernel: netlink({ messages: messagesBy((length) => (length < NLMSG_HDRLEN ? undefined : length), align) }),
  },
  {
    id: 'DEF-NLM-SERVES-CUT',
    title: 'A message that is cut is served as far as it goes',
    description: 'A length beyond the datagram is taken for the rest of it.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MSG-003',
    kernel: netlink({ messages: messagesBy((length, left) => Math.min(length, left), align) }),
  },
  {
    id: 'DEF-NLM-SERVES-ANYTHING',
    title: 'What is not a request is served all the same',
    description: 'NLM_F_REQUEST is not looked at.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MSG-004',
    kernel: netlink({ isRequest: ({ type }) => type >= NLMSG_MIN_TYPE }),
  },
  {
    id: 'DEF-NLM-CONTROL-TYPES-TO-FAMILIES',
    title: 'Messages of the protocol itself are given to the families',
    description: 'A NOOP is refused as an operation that nobody has.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MSG-005',
    kernel: netlink({ isRequest: ({ flags }) => (flags & NLM_F_REQUEST) !== 0 }),
  },
  {
    id: 'DEF-NLM-SHORT-HEADER',
    title: 'A header that is cut is read as far as it goes',
    description: 'Members behind the end are zero, and the request is served.',
    origin: PRACTICE,
    caughtBy: 'NL-MSG-006',
    kernel: netlink({ refusesShortHeaders: false }),
  },
  {
    id: 'DEF-NLM-SEQUENCE-OF-16-BITS',
    title: 'The sequence number is cut',
    description: 'Replies carry its lower half alone.',
    origin: PRACTICE,
    caughtBy: 'NL-MSG-007',
    kernel: netlink({ answerSequence: (sequence) => sequence & 0xffff }),
  },
  {
    id: 'DEF-NLM-BELIEVES-PORT-ID',
    title: 'The port id of a request is believed',
    description: 'The answer carries the port id that the sender wrote into its header.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-MSG-008',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) =>
        CONFORMING_NETLINK.acknowledgement(request, request.portId === 0 ? portId : request.portId, result, options),
    }),
  },
  {
    id: 'DEF-NLM-UNKNOWN-TYPE-EINVAL',
    title: 'A type that there is not makes a request invalid',
    description: 'EINVAL instead of EOPNOTSUPP: a tool reports a fault of its own instead of falling back.',
    origin: NETLINK_INTRO,
    caughtBy: 'NL-MSG-009',
    kernel: netlink({ unknownErrno: () => EINVAL }),
  },
];

const attributes: readonly Defect[] = [
  {
    id: 'DEF-NLA-SKIPS-UNKNOWN',
    title: 'The controller skips what it does not know',
    description: 'An unknown attribute in a query of policies is ignored.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-001',
    kernel: overlooks('Unknown attribute type'),
  },
  {
    id: 'DEF-NLA-SKIPS-UNSUPPORTED',
    title: 'Attributes of answers are skipped in requests',
    description: 'What has a number and no policy is ignored.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-002',
    kernel: overlooks('Unsupported attribute'),
  },
  {
    id: 'DEF-NLA-STRICT-TO-OLD-TOOLS',
    title: 'The oldest families have become strict',
    description: 'A change of a link with an attribute of a newer kernel is refused.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-003',
    kernel: netlink({ validation: (declared) => (declared === 'liberal' ? 'deprecated-strict' : declared) }),
  },
  {
    id: 'DEF-NLA-ANY-LENGTH',
    title: 'A strict family takes any length',
    description: 'A number of three bytes is read as one of two.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-004',
    kernel: overlooks('invalid attribute length'),
  },
  {
    id: 'DEF-NLA-SHORT-IS-INVALID',
    title: 'An attribute that is too short is refused without a place',
    description: 'EINVAL alone, as for a request that makes no sense.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-005',
    kernel: refusesOtherwise((refusal) =>
      refusal.errno === ERANGE && refusal.message === FAILED_POLICY ? { ok: false, errno: EINVAL } : refusal,
    ),
  },
  {
    id: 'DEF-NLA-SKIPS-TOO-LONG',
    title: 'An attribute that is too long is ignored',
    description: 'An MTU in eight bytes is acknowledged and has no effect.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-006',
    kernel: rewrites('links', (seen) => seen.filter(({ type, data }) => type !== IFLA_MTU || data.length <= 4)),
  },
  {
    id: 'DEF-NLA-MARK-NOT-DUE',
    title: 'A value may be marked as a nest',
    description: 'NLA_F_NESTED is masked off before the policy is looked at.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-007',
    kernel: overlooks('NLA_F_NESTED not expected'),
  },
  {
    id: 'DEF-NLA-LOSES-UNMARKED-NESTS',
    title: 'A nest without its mark is ignored by a liberal family',
    description: 'IFLA_LINKINFO of a tool that does not set NLA_F_NESTED is not seen.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-008',
    kernel: rewrites('links', (seen) => seen.filter(({ type, flags }) => type !== IFLA_LINKINFO || flags !== 0)),
  },
  {
    id: 'DEF-NLA-MOVES-INTO-BOUNDS',
    title: 'A value out of bounds is moved to the nearest one',
    description: 'A segment size that is too small is taken for the smallest.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-009',
    kernel: rewrites('links', (seen) =>
      seen.map((attribute) => {
        const { type, data } = attribute;
        if (type !== IFLA_GSO_MAX_SIZE || data.length < 4 || viewOf(data).getUint32(0, true) >= LEAST_GSO_SIZE)
          return attribute;
        const least = new Uint8Array(4);
        viewOf(least).setUint32(0, LEAST_GSO_SIZE, true);
        return { ...attribute, data: least };
      }),
    ),
  },
  {
    id: 'DEF-NLA-READS-BEYOND-NAME',
    title: 'A name without its zero is read to the next one',
    description: 'The padding behind the attribute happens to end it.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-ATTR-010',
    kernel: rewrites('controller', (seen) =>
      seen.map((attribute) =>
        attribute.type === CTRL_ATTR_FAMILY_NAME && !attribute.data.includes(0)
          ? { ...attribute, data: concat(attribute.data, Uint8Array.of(0)) }
          : attribute,
      ),
    ),
  },
  {
    id: 'DEF-NLA-NAME-LOSES-LETTER',
    title: 'The last byte of a name is taken for its zero',
    description: 'A name that is sent without one loses its last letter.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-011',
    kernel: rewrites('links', (seen) =>
      seen.map((attribute) =>
        attribute.type === IFLA_IFNAME ? { ...attribute, data: attribute.data.slice(0, -1) } : attribute,
      ),
    ),
  },
  {
    id: 'DEF-NLA-CUTS-NAMES',
    title: 'A name that is too long is cut',
    description: 'The request is about the net device with the first fifteen letters.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-012',
    kernel: rewrites('links', (seen) =>
      seen.map((attribute) =>
        attribute.type === IFLA_IFNAME && attribute.data.length > MOST_NAME
          ? { ...attribute, data: attribute.data.slice(0, MOST_NAME) }
          : attribute,
      ),
    ),
  },
  {
    id: 'DEF-NLA-LEFTOVER',
    title: 'What is left over behind strict attributes is ignored',
    description: 'An attribute with a wrong length is skipped with all that follows.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-013',
    kernel: overlooks('bytes leftover after parsing attributes'),
  },
  {
    id: 'DEF-NLA-NO-WARNING',
    title: 'A success says nothing',
    description: 'Warnings go into the log of the kernel alone.',
    origin: NETLINK_INTRO,
    caughtBy: 'NL-ATTR-014',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) =>
        CONFORMING_NETLINK.acknowledgement(request, portId, result.ok ? { ok: true } : result, options),
    }),
  },
  {
    id: 'DEF-NLA-FIRST-COUNTS',
    title: 'Of the same attribute the first counts',
    description: 'The parser does not overwrite what it has.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-015',
    kernel: rewrites('links', (seen) =>
      seen.filter(({ type }, index) => seen.findIndex((other) => other.type === type) === index),
    ),
  },
  {
    id: 'DEF-NLA-ASCENDING-ONLY',
    title: 'Attributes are looked for in ascending order',
    description: 'One that stands behind a higher number is not seen.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-016',
    kernel: rewrites('links', (seen) =>
      seen.filter(({ type }, index) => seen.slice(0, index).every((other) => other.type <= type)),
    ),
  },
  {
    id: 'DEF-NLA-PADDING-COUNTS',
    title: 'An attribute with dirty padding is not seen',
    description: 'The padding is expected to be zero.',
    origin: PRACTICE,
    caughtBy: 'NL-ATTR-017',
    kernel: rewrites('links', (seen) => seen.filter(({ padding }) => padding.every((byte) => byte === 0))),
  },
  {
    id: 'DEF-NLA-REJECTED-IS-SKIPPED',
    title: 'What can only be told is ignored in a request',
    description: 'A change of the permanent address is acknowledged and has no effect.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-018',
    kernel: rewrites('links', (seen) => seen.filter(({ type }) => !ONLY_TOLD.includes(type))),
  },
  {
    id: 'DEF-NLA-DIRTY-PADDING',
    title: 'The padding of replies is not cleared',
    description: 'What was in the memory of the kernel stands between the attributes.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-ATTR-019',
    kernel: netlink({
      sealed: (protocol, type, body) => (protocol === NETLINK_ROUTE && type === RTM_NEWLINK ? dirty(body) : body),
    }),
  },
];

const IFINFOMSG_LENGTH = 16;

function dirty(body: Uint8Array): Uint8Array {
  const bytes = body.slice();
  for (const { offset, data } of parseAttributes(body.subarray(IFINFOMSG_LENGTH)).attributes) {
    const end = IFINFOMSG_LENGTH + offset + 4 + data.length;
    bytes.fill(0xa5, end, align(end));
  }
  return bytes;
}

const without = (refusal: Refusal, member: keyof Refusal): Refusal => ({
  ...Object.fromEntries(Object.entries(refusal).filter(([name]) => name !== member)),
  ok: false,
  errno: refusal.errno,
});

const explanations: readonly Defect[] = [
  {
    id: 'DEF-NLX-PLACE-IN-DATAGRAM',
    title: 'Places count from the start of the datagram',
    description: 'The second message of a batch is told of a place in the first.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-EXT-001',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) => {
        if (result.ok || result.offset === undefined)
          return CONFORMING_NETLINK.acknowledgement(request, portId, result, options);
        const offset = result.offset + request.bytes.byteOffset;
        return CONFORMING_NETLINK.acknowledgement(request, portId, { ...result, offset }, options);
      },
    }),
  },
  {
    id: 'DEF-NLX-NO-POLICY',
    title: 'It is not said what would be right',
    description: 'NLMSGERR_ATTR_POLICY is missing.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-EXT-002',
    kernel: refusesOtherwise((refusal) => without(refusal, 'policy')),
  },
  {
    id: 'DEF-NLX-PUBLISHES-OTHERWISE',
    title: 'The published length counts the zero',
    description: 'A tool that goes by it sends a name that is refused.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-EXT-003',
    kernel: netlink({
      toldPolicy: (description) => {
        const most = numberIn(description, 'NL_POLICY_TYPE_ATTR_MAX_LENGTH');
        return most === undefined ? description : { ...description, NL_POLICY_TYPE_ATTR_MAX_LENGTH: most + 1 };
      },
    }),
  },
  {
    id: 'DEF-NLX-MISSING-WITHOUT-NEST',
    title: 'It is not said in which nest something is missing',
    description: 'The number alone could be of any of them.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-EXT-004',
    kernel: refusesOtherwise((refusal) => without(refusal, 'missingNest')),
  },
  {
    id: 'DEF-NLX-PLACE-OF-SUCCESS',
    title: 'A success tells of a place',
    description: 'The answer is built in the memory of the last refusal.',
    origin: PRACTICE,
    caughtBy: 'NL-EXT-005',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) => {
        const whole = CONFORMING_NETLINK.acknowledgement(request, portId, result, options);
        const [message] = parseDatagram(whole);
        if (!result.ok || message === undefined) return whole;
        const place = encodeAttributes(NLMSGERR, { NLMSGERR_ATTR_OFFS: NLMSG_HDRLEN });
        return encodeMessage({ ...message, flags: message.flags | NLM_F_ACK_TLVS }, concat(message.body, place));
      },
    }),
  },
  {
    id: 'DEF-NLX-NEVER-CAPPED',
    title: 'NETLINK_CAP_ACK has no effect',
    description: 'The whole request comes back although the header was asked for.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-EXT-006',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) =>
        CONFORMING_NETLINK.acknowledgement(
          request,
          portId,
          result,
          options === undefined ? undefined : { ...options, capsAcknowledgements: false },
        ),
    }),
  },
  {
    id: 'DEF-NLX-ALWAYS-EXPLAINS',
    title: 'Explanations come to who did not ask for them',
    description: 'A reader from before finds bytes behind the quotation.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-EXT-007',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) =>
        CONFORMING_NETLINK.acknowledgement(
          request,
          portId,
          result,
          options === undefined ? undefined : { ...options, explains: true },
        ),
    }),
  },
  {
    id: 'DEF-NLX-DUMP-ENDS-WELL',
    title: 'A dump that failed ends as if it were complete',
    description: 'The code of NLMSG_DONE is always 0.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-EXT-008',
    kernel: netlink({ dumpCode: () => 0 }),
  },
  {
    id: 'DEF-NLX-NO-DEVICE-IS-INVALID',
    title: 'A link that there is not makes a request invalid',
    description: 'EINVAL instead of ENODEV.',
    origin: PRACTICE,
    caughtBy: 'NL-EXT-009',
    kernel: refusesOtherwise((refusal) => (refusal.errno === ENODEV ? { ...refusal, errno: EINVAL } : refusal)),
  },
];

export const controlNetlinkDefects: readonly Defect[] = [...framing, ...attributes, ...explanations];
