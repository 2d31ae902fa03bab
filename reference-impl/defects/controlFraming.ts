/** Messages of netlink cut and numbered wrong. */
import { NLM_F_REQUEST, NLMSG_MIN_TYPE } from '../netlink/constants.js';
import { CONFORMING_NETLINK } from '../netlink/server.js';
import { NLMSG_HDRLEN, align, parseDatagram, viewOf, type Message } from '../netlink/wire.js';
import type { Defect } from './defect.js';
import { netlink } from './netlinkRewrites.js';
import { NETLINK_CORE, NETLINK_INTRO, PRACTICE } from './origins.js';

const EINVAL = 22;

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

export const controlFramingDefects: readonly Defect[] = [
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
