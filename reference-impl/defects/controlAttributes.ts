/** Attributes of netlink read wrong. */
import { concat } from '../packet/bytes.js';
import { NETLINK_ROUTE, RTM_NEWLINK } from '../netlink/constants.js';
import { CONFORMING_NETLINK } from '../netlink/server.js';
import { align, parseAttributes, viewOf } from '../netlink/wire.js';
import type { Defect } from './defect.js';
import { netlink, overlooks, refusesOtherwise, rewrites } from './netlinkRewrites.js';
import { NETLINK_CORE, NETLINK_INTRO, PRACTICE, STRICT_ATTRIBUTES } from './origins.js';

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

export const controlAttributeDefects: readonly Defect[] = [
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
    id: 'DEF-NLA-YOUNG-AS-OLD',
    title: 'Old families take what came later in any length',
    description: 'Where strict checks begin is not looked at: a number of eight bytes is read as one of four.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-022',
    kernel: netlink({
      overlooks: ({ message, policy }) => message === 'invalid attribute length' && policy?.kind === 'u32',
    }),
  },
  {
    id: 'DEF-NLA-BIT-IS-RANGE',
    title: 'A bit that there is not is refused as a number that is too large',
    description: 'The mask is turned into a range, and a tool is told to choose a smaller number.',
    origin: STRICT_ATTRIBUTES,
    caughtBy: 'NL-ATTR-023',
    kernel: refusesOtherwise((refusal) =>
      refusal.message === 'reserved bit set' ? { ...refusal, errno: ERANGE, message: 'integer out of range' } : refusal,
    ),
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
