/** Refusals of netlink that do not say what they should. */
import { concat } from '../packet/bytes.js';
import { NLM_F_ACK_TLVS } from '../netlink/constants.js';
import { NLMSGERR } from '../netlink/extack.js';
import { encodeAttributes, numberIn } from '../netlink/schema.js';
import { CONFORMING_NETLINK } from '../netlink/server.js';
import { NLMSG_HDRLEN, encodeMessage, parseDatagram } from '../netlink/wire.js';
import type { Refusal } from '../netlink/validate.js';
import type { Defect } from './defect.js';
import { netlink, refusesOtherwise } from './netlinkRewrites.js';
import { NETLINK_CORE, PRACTICE, STRICT_ATTRIBUTES } from './origins.js';

const ENODEV = 19;
const EINVAL = 22;

const without = (refusal: Refusal, member: keyof Refusal): Refusal => ({
  ...Object.fromEntries(Object.entries(refusal).filter(([name]) => name !== member)),
  ok: false,
  errno: refusal.errno,
});

export const controlExplanationDefects: readonly Defect[] = [
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
