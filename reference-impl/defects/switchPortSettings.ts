/** Settings of the ports of bridges that are taken and do nothing, have no bounds, or are told wrong. */
import { CONFORMING_CONTROL } from '../kernel/rtnetlink/controlParts.js';
import { NETLINK_ROUTE, RTM_NEWLINK } from '../netlink/constants.js';
import { encodeAttribute, parseAttributes } from '../netlink/wire.js';
import { concat } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { netlink } from './netlinkRewrites.js';
import { BRIDGE_NETLINK, BRIDGE_STP, PRACTICE } from './origins.js';
import { bridge, kernel } from './replacedParts.js';

const IFINFOMSG_LENGTH = 16;
const IFLA_PROTINFO = 12;
const IFLA_BRPORT_DESIGNATED_PORT = 15;
const PRIORITY_BITS_OF_BYTE = 0xfc;

type Attributes = ReturnType<typeof parseAttributes>['attributes'];

const again = (attributes: Attributes): Uint8Array =>
  concat(...attributes.map(({ type, flags, data }) => encodeAttribute(type | flags, data)));

/** What is told of a port has the number of the designated port, without the priority. */
function withoutPriority(body: Uint8Array): Uint8Array {
  const { attributes } = parseAttributes(body.subarray(IFINFOMSG_LENGTH));
  const changed = attributes.map((attribute) =>
    attribute.type === IFLA_PROTINFO ? { ...attribute, data: again(numbered(attribute.data)) } : attribute,
  );
  return concat(body.subarray(0, IFINFOMSG_LENGTH), again(changed));
}

const numbered = (port: Uint8Array): Attributes =>
  parseAttributes(port).attributes.map((attribute) => {
    const [low = 0, high = 0] = attribute.data;
    return attribute.type === IFLA_BRPORT_DESIGNATED_PORT
      ? { ...attribute, data: Uint8Array.of(low, high & ~PRIORITY_BITS_OF_BYTE) }
      : attribute;
  });

const unchecked = (name: string): NonNullable<Defect['kernel']> =>
  kernel({ control: { ...CONFORMING_CONTROL, checks: (attribute) => attribute !== name } });

export const switchPortSettingDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-FLAG-NOBODY-STANDS-IN',
    title: 'A port that stands in for another gets nothing',
    description: 'The setting is kept and told, and frames for the port that is down are dropped.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-FLAG-013',
    kernel: bridge({ backupOf: () => undefined }),
  },
  {
    id: 'DEF-SW-FLAG-FORGETS-AT-BACKUP',
    title: 'What was learned at a port is forgotten although another stands in',
    description: 'A port that goes down is flushed, whoever stands in for it.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-FLAG-013',
    kernel: bridge({ keepsForBackup: false }),
  },
  {
    id: 'DEF-SW-FLAG-ANYBODY-STANDS-IN',
    title: 'Any net device may stand in',
    description: 'Whether it is another port of the bridge is not looked at; what is none is taken for nobody.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-FLAG-014',
    kernel: unchecked('IFLA_BRPORT_BACKUP_PORT'),
  },
  {
    id: 'DEF-SW-FLAG-STANDS-IN-FOR-EVER',
    title: 'A port stands in after it left',
    description: 'The pointer to it is not cleared, and frames go to what may be freed.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-FLAG-014',
    kernel: bridge({ clearsBackup: false }),
  },
  {
    id: 'DEF-SW-STP-ANY-COST',
    title: 'A way may cost nothing',
    description: 'The cost of a port is kept as it comes.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-STP-013',
    kernel: unchecked('IFLA_BRPORT_COST'),
  },
  {
    id: 'DEF-SW-STP-ANY-PRIORITY',
    title: 'A port may have a priority that does not fit',
    description: 'Sixteen bits are taken for six.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-STP-013',
    kernel: unchecked('IFLA_BRPORT_PRIORITY'),
  },
  {
    id: 'DEF-SW-STP-NUMBER-FOR-IDENTIFIER',
    title: 'The designated port is told by its number alone',
    description: 'The identifier is made before the priority is set, and not made again.',
    origin: PRACTICE,
    caughtBy: 'SW-STP-014',
    kernel: netlink({
      sealed: (protocol, type, body) =>
        protocol === NETLINK_ROUTE && type === RTM_NEWLINK ? withoutPriority(body) : body,
    }),
  },
];
