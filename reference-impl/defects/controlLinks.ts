/** Links whose settings and names are lost, and a hierarchy that cannot be read. */
import { NETLINK_ROUTE, RTM_NEWLINK, RTM_NEWROUTE } from '../netlink/constants.js';
import { encodeAttribute, parseAttributes } from '../netlink/wire.js';
import { concat } from '../packet/bytes.js';
import { CONFORMING_CONTROL } from '../kernel/rtnetlink/controlParts.js';
import type { Defect } from './defect.js';
import { netlink } from './netlinkRewrites.js';
import { BOND_OPTIONS, BRIDGE_NETLINK, FIB_FRONTEND, PRACTICE, RTNETLINK } from './origins.js';
import { kernel } from './replacedParts.js';

/** The attribute of the replies of this type is missing. */
const untold = (of: number, attribute: number): NonNullable<Defect['kernel']> =>
  netlink({
    sealed: (protocol, type, body) => {
      if (protocol !== NETLINK_ROUTE || type !== of) return body;
      const { attributes } = parseAttributes(body.subarray(IFINFOMSG_LENGTH));
      const kept = attributes.filter((each) => each.type !== attribute);
      return concat(
        body.subarray(0, IFINFOMSG_LENGTH),
        ...kept.map(({ type: number, flags, data }) => encodeAttribute(number | flags, data)),
      );
    },
  });

const IFINFOMSG_LENGTH = 16;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const PROTOCOL_AT = 5;

const links: readonly Defect[] = [
  {
    id: 'DEF-NLL-NO-OTHER-NAMES',
    title: 'A link is not found by its other names',
    description: 'They can be given, and are told.',
    origin: RTNETLINK,
    caughtBy: 'NL-LINK-001',
    kernel: kernel({ control: { ...CONFORMING_CONTROL, findsAlternativeNames: false } }),
  },
  {
    id: 'DEF-NLL-NAME-TWICE',
    title: 'A name that is in use can be given again',
    description: 'Two links answer to one name.',
    origin: RTNETLINK,
    caughtBy: 'NL-LINK-002',
    kernel: kernel({ control: { ...CONFORMING_CONTROL, refusesNamesInUse: false } }),
  },
  {
    id: 'DEF-NLL-FORGETS-QUERIER-INTERVAL',
    title: 'A setting of a bridge is taken and forgotten',
    description: 'The interval of another querier is acknowledged and has no effect.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'NL-LINK-003',
    kernel: kernel({ control: { ...CONFORMING_CONTROL, forgets: new Set(['IFLA_BR_MCAST_QUERIER_INTVL']) } }),
  },
  {
    id: 'DEF-NLL-ANY-HELLO-TIME',
    title: 'The hello time of a bridge has no bounds',
    description: 'What 802.1D rules out is taken.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'NL-LINK-004',
    kernel: kernel({ control: { ...CONFORMING_CONTROL, checks: (attribute) => attribute !== 'IFLA_BR_HELLO_TIME' } }),
  },
  {
    id: 'DEF-NLL-FORGETS-MIN-LINKS',
    title: 'A setting of an aggregate is taken and forgotten',
    description: 'IFLA_BOND_MIN_LINKS is acknowledged and has no effect.',
    origin: BOND_OPTIONS,
    caughtBy: 'NL-LINK-005',
    kernel: kernel({ control: { ...CONFORMING_CONTROL, forgets: new Set(['IFLA_BOND_MIN_LINKS']) } }),
  },
  {
    id: 'DEF-NLE-NO-MASTER',
    title: 'It is not told what a link is a part of',
    description: 'IFLA_MASTER is missing from dumps.',
    origin: RTNETLINK,
    caughtBy: 'NL-EXPORT-001',
    kernel: untold(RTM_NEWLINK, IFLA_MASTER),
  },
  {
    id: 'DEF-NLE-NO-KIND',
    title: 'It is not told of which kind a link is',
    description: 'IFLA_LINKINFO is missing from dumps.',
    origin: RTNETLINK,
    caughtBy: 'NL-EXPORT-002',
    kernel: untold(RTM_NEWLINK, IFLA_LINKINFO),
  },
  {
    id: 'DEF-NLE-NO-ORIGIN',
    title: 'It is not told who made a route',
    description: 'rtm_protocol is 0 in dumps.',
    origin: FIB_FRONTEND,
    caughtBy: 'NL-EXPORT-003',
    kernel: netlink({
      sealed: (protocol, type, body) => {
        if (protocol !== NETLINK_ROUTE || type !== RTM_NEWROUTE) return body;
        const bytes = body.slice();
        bytes[PROTOCOL_AT] = 0;
        return bytes;
      },
    }),
  },
  {
    id: 'DEF-NLG-SILENT-LOG',
    title: 'The log does not name what nobody serves',
    description: 'A tool fails, and the machine does not say why.',
    origin: PRACTICE,
    caughtBy: 'NL-LOG-001',
    kernel: netlink({ logsUnsupported: false }),
  },
];

export const controlLinkDefects: readonly Defect[] = links;
