/** Kernels that are wrong by one, take what is cut, or tell more than was asked: seen from a socket of netlink. */
import { IFLA_IFNAME_TYPE } from './netlinkRewrites.js';
import { NLM_F_BULK } from '../netlink/constants.js';
import { GENL_CMD_CAP_DO, GENL_CMD_CAP_DUMP, GENL_CMD_CAP_HASPOL } from '../netlink/families/genericControl.js';
import { CONFORMING_NETLINK } from '../netlink/server.js';
import type { Values } from '../netlink/schema.js';
import { encodeAttribute, encodeMessage, parseAttributes, parseDatagram, type Message } from '../netlink/wire.js';
import { concat } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { netlink, refusesOtherwise, rewrites } from './netlinkRewrites.js';
import { kernelSource } from './origins.js';

const NETLINK_POLICY = kernelSource('What is told of a policy', 'net/netlink/policy.c');
const NLATTR = kernelSource('Checks that every family shares', 'lib/nlattr.c');
const AF_NETLINK = kernelSource('What a socket of netlink is told', 'net/netlink/af_netlink.c');
const RTNETLINK = kernelSource('What is refused before a handler sees it', 'net/core/rtnetlink.c');
const GENETLINK = kernelSource('The controller of generic netlink', 'net/netlink/genetlink.c');

const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;
const LONGEST_NAME = 16;
const LETTER_X = 0x78;
const ENOENT = 2;
const EINVAL = 22;
/** NLMSG_MIN_TYPE - 1. */
const LAST_CONTROL = 15;

function toldOneLess(policy: Values): Values {
  const least = policy['NL_POLICY_TYPE_ATTR_MIN_VALUE_U'];
  return typeof least === 'bigint' && least > 0n ? { ...policy, NL_POLICY_TYPE_ATTR_MIN_VALUE_U: least - 1n } : policy;
}

const STRSET_GET = 1;
const STRING_SETS = 2;
const COUNTS_ONLY = 3;
const HEADER = 4;

/** Of a query of strings: the attribute has no bytes any more where it had less than a whole attribute. */
function withEmptied(message: Message, wanted: number): Message {
  if (message.type <= LAST_CONTROL || message.body[0] !== STRSET_GET || message.body[1] !== 1) return message;
  const { attributes } = parseAttributes(message.body.subarray(HEADER));
  const kept = attributes.map(({ type, flags, data }) =>
    encodeAttribute(type | flags, type === wanted && data.length < HEADER ? new Uint8Array(0) : data),
  );
  const [again] = parseDatagram(encodeMessage(message, concat(message.body.subarray(0, HEADER), ...kept)));
  return again ?? message;
}

const RELOAD = 37;
const RELOAD_LIMITS = 155;
const BITFIELD_LENGTH = 8;

/** Of a reload: the limits have no values any more that are not selected. */
function withSelected(message: Message): Message {
  if (message.type <= LAST_CONTROL || message.body[0] !== RELOAD) return message;
  const { attributes } = parseAttributes(message.body.subarray(HEADER));
  if (!attributes.some(({ type }) => type === RELOAD_LIMITS)) return message;
  const kept = attributes.map(({ type, flags, data }) => {
    const isField = type === RELOAD_LIMITS && data.length === BITFIELD_LENGTH;
    const selected = data.map((byte, at) => (at < 4 ? byte & (data[at + 4] ?? 0) : byte));
    return encodeAttribute(type | flags, isField ? selected : data);
  });
  const [again] = parseDatagram(encodeMessage(message, concat(message.body.subarray(0, HEADER), ...kept)));
  return again ?? message;
}

function withoutBulk(message: Message): Message {
  const [plain] = parseDatagram(encodeMessage({ ...message, flags: message.flags & ~NLM_F_BULK }, message.body));
  return (message.type & 3) === 1 && plain !== undefined ? plain : message;
}

const without =
  (...names: readonly string[]) =>
  (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

export const controlBoundDefects: readonly Defect[] = [
  {
    id: 'DEF-NLC-HEADER-UNTOLD',
    title: 'The length of the header of a family is not told',
    description: 'It is 0 of each family that there is, and left out.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-013',
    kernel: netlink({ toldFamily: without('CTRL_ATTR_HDRSIZE') }),
  },
  {
    id: 'DEF-NLC-TYPE-UNTOLD',
    title: 'The type of an attribute that has no bounds is not told',
    description: 'Only what restricts a value is thought to be of use.',
    origin: NETLINK_POLICY,
    caughtBy: 'NL-DISC-014',
    kernel: netlink({
      toldPolicy: (policy) => (Object.keys(policy).length === 1 ? without('NL_POLICY_TYPE_ATTR_TYPE')(policy) : policy),
    }),
  },
  {
    id: 'DEF-NLC-NEST-WITHOUT-END',
    title: 'A nest does not say how many attributes are in it',
    description: 'The number of the inner policy is told alone.',
    origin: NETLINK_POLICY,
    caughtBy: 'NL-DISC-014',
    kernel: netlink({ toldPolicy: without('NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE') }),
  },
  {
    id: 'DEF-NLC-EVERYBODY-DOES',
    title: 'Each operation is listed with a do and a dump',
    description: 'The flags are those of the list, and not of its entries.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-003',
    kernel: netlink({ operationFlags: (flags) => flags | GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP }),
  },
  {
    id: 'DEF-NLC-POLICY-UNSAID',
    title: 'No operation says that it has a policy',
    description: 'The flag is set in the table of small operations alone.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-008',
    kernel: netlink({ operationFlags: (flags) => flags & ~GENL_CMD_CAP_HASPOL }),
  },
  {
    id: 'DEF-NL-LEAST-IS-TOLD-WRONG',
    title: 'The least value that is told is one too small',
    description: 'The range is written down twice, once to be checked and once to be told.',
    origin: NLATTR,
    caughtBy: 'NL-DISC-012',
    kernel: netlink({ toldPolicy: toldOneLess }),
  },
  {
    id: 'DEF-NL-LONGEST-NAME-REFUSED',
    title: 'A name that is as long as it may be is refused',
    description: 'The zero behind it is counted as a letter.',
    origin: NLATTR,
    caughtBy: 'NL-ATTR-012',
    kernel: rewrites('links', (attributes) =>
      attributes.map((attribute) =>
        attribute.type === IFLA_IFNAME_TYPE && attribute.data.length === LONGEST_NAME
          ? { ...attribute, data: concat(Uint8Array.of(LETTER_X), attribute.data) }
          : attribute,
      ),
    ),
  },
  {
    id: 'DEF-NL-FLAG-WITH-VALUE',
    title: 'A flag with a value is taken',
    description: 'Its presence is looked at, and its length is not.',
    origin: NLATTR,
    caughtBy: 'NL-ATTR-020',
    kernel: netlink({ messages: (datagram) => parseDatagram(datagram).map((each) => withEmptied(each, COUNTS_ONLY)) }),
  },
  {
    id: 'DEF-NL-UNSELECTED-VALUE',
    title: 'A value of a bit field that is not selected is taken',
    description: 'It is masked with the selector, and so has no effect.',
    origin: NLATTR,
    caughtBy: 'NL-ATTR-024',
    kernel: netlink({ messages: (datagram) => parseDatagram(datagram).map(withSelected) }),
  },
  {
    id: 'DEF-NL-CUT-NEST',
    title: 'A nest of less than one attribute is taken for an empty one',
    description: 'The loop over its attributes ends before the first.',
    origin: NLATTR,
    caughtBy: 'NL-ATTR-021',
    kernel: netlink({ messages: (datagram) => parseDatagram(datagram).map((each) => withEmptied(each, STRING_SETS)) }),
  },
  {
    id: 'DEF-NL-NUMBER-BEFORE-NAME',
    title: 'A family is looked up by its number although a name is there',
    description: 'The first attribute that is found decides.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-001',
    kernel: rewrites('controller', (attributes) =>
      attributes.some(({ type }) => type === CTRL_ATTR_FAMILY_ID)
        ? attributes.filter(({ type }) => type !== CTRL_ATTR_FAMILY_NAME)
        : attributes,
    ),
  },
  {
    id: 'DEF-NL-UNKNOWN-OPERATION-NOWHERE',
    title: 'The refusal of an operation that there is not has no place',
    description: 'The error is returned, and the attribute not named.',
    origin: GENETLINK,
    caughtBy: 'NL-DISC-011',
    kernel: refusesOtherwise(({ offset, ...refusal }) =>
      refusal.errno === ENOENT || offset === undefined ? refusal : { ...refusal, offset },
    ),
  },
  {
    id: 'DEF-NL-NOTHING-REFUSED',
    title: 'A message of nothing is refused',
    description: 'The length of the header is checked before that of the family.',
    origin: RTNETLINK,
    caughtBy: 'NL-MSG-010',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) =>
        CONFORMING_NETLINK.acknowledgement(
          request,
          portId,
          result.ok && request.body.length === 0 && request.type > LAST_CONTROL ? { ok: false, errno: EINVAL } : result,
          options,
        ),
    }),
  },
  {
    id: 'DEF-NL-BULK-IGNORED',
    title: 'A deletion of many deletes one',
    description: 'The flag is not known to the operation, and its bit not looked at.',
    origin: RTNETLINK,
    caughtBy: 'NL-MSG-011',
    kernel: netlink({ messages: (datagram) => parseDatagram(datagram).map(withoutBulk) }),
  },
  {
    id: 'DEF-NL-ACK-QUOTES-ALL',
    title: 'An acknowledgement quotes the whole request',
    description: 'As every kernel did before the answer was made shorter.',
    origin: AF_NETLINK,
    caughtBy: 'NL-EXT-010',
    kernel: netlink({
      acknowledgement: (request, portId, result, options) =>
        CONFORMING_NETLINK.acknowledgement(request, portId, result.ok ? { ok: false, errno: 0 } : result, options),
    }),
  },
  {
    id: 'DEF-NL-ECHO-TO-ALL',
    title: 'An echo reaches every socket',
    description: 'The flag of the request is looked at, and not whose it is.',
    origin: AF_NETLINK,
    caughtBy: 'NL-MC-006',
    kernel: netlink({ isEchoFor: () => true }),
  },
];
