/** Seeded defects of what the bridge of the kernel learns by itself: hardware that learns would hide them. */
import type { Device, Errno, PortName } from '../../harness/contract/index.js';
import { NUD_PERMANENT, NUD_REACHABLE } from '../netlink/constants.js';
import type { Defect } from './defect.js';
import { BRIDGE_FDB, BRIDGE_MULTICAST, BRIDGE_STP, BRIDGE_SWITCHDEV, PRACTICE } from './origins.js';
import { bridge, chip, multicast, routerChip } from './replacedParts.js';
import { withSwitchdev } from './wrapDevice.js';

/** What the kernel puts into the table while a member has just come is lost. */
function forgettingWhatWasBefore(device: Device): Device {
  let lateMember: PortName | undefined;
  return withSwitchdev(device, (sound) => ({
    joinLag: (port, lag) => {
      lateMember = port;
      return sound.joinLag?.(port, lag) ?? { ok: false, errno: 95 as Errno };
    },
    addFdb: (port, entry) => (port === lateMember ? { ok: true, value: undefined } : sound.addFdb(port, entry)),
  }));
}

export const switchLearningDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-LEARNS-ONE-TOO-MANY',
    title: 'One station more than may be is learned',
    description: 'The limit is compared before the entry counts, and with the wrong sign.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-028',
    model: 'no-switchdev',
    kernel: bridge({ admitsLearned: (learned, most) => learned <= most }),
  },
  {
    id: 'DEF-SW-COUNTS-TAKEN-OVER',
    title: 'An entry that the user took over counts as learned still',
    description:
      'The flag is cleared where entries are removed, and not where they change hands: the limit fills with static entries.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-028',
    model: 'no-switchdev',
    kernel: bridge({ discountsTakenOver: false }),
  },
  {
    id: 'DEF-SW-AGES-OTHERS-ENTRIES',
    title: 'What somebody else learned ages',
    description: 'The cleanup looks at static alone.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-029',
    model: 'no-switchdev',
    kernel: bridge({ ages: (entry, sound) => sound || entry.addedByExternLearn }),
  },
  {
    id: 'DEF-SW-MOVED-ENTRY-STAYS-OTHERS',
    title: "An entry that moved is somebody else's still",
    description: 'The flag is kept on the move, so that the entry never ages.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-030',
    model: 'no-switchdev',
    kernel: bridge({ takesOverMoved: false }),
  },
  {
    id: 'DEF-SW-AGED-IS-REACHABLE',
    title: 'An entry that aged is told as reachable',
    description: 'The state is taken from the flags, and the time not looked at.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-031',
    model: 'no-switchdev',
    kernel: bridge({ expiredState: NUD_REACHABLE }),
  },
  {
    id: 'DEF-SW-STATION-KEEPS-HOST-ADDRESS',
    title: 'A station keeps an address that has become the host’s',
    description: 'An address of a port is added unless it is there, whatever is there.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-032',
    model: 'no-switchdev',
    kernel: bridge({ hostTakesPlace: false }),
  },
  {
    id: 'DEF-SW-SHARED-ADDRESS-GOES',
    title: 'An address that two ports have goes with the first',
    description: 'The entry is removed without a look at the other ports.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-033',
    model: 'no-switchdev',
    kernel: bridge({ sharesAddress: (owner) => owner === 'bridge' }),
  },
  {
    id: 'DEF-SW-BRIDGE-ADDRESS-GOES',
    title: 'The address of the bridge goes with a port that has it too',
    description: 'The other ports are looked at, and the bridge itself is not.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-033',
    model: 'no-switchdev',
    kernel: bridge({ sharesAddress: (owner) => owner === 'port' }),
  },
  {
    id: 'DEF-SW-USE-IGNORED',
    title: 'NTF_USE does nothing',
    description: 'The flag is known and the request taken, and nothing is learned.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-034',
    model: 'no-switchdev',
    kernel: bridge({ honoursUse: false }),
  },
  {
    id: 'DEF-SW-OWN-ENTRY-OF-ANY-STATE',
    title: 'A device takes an entry that is to age into its filter',
    description: 'The state is not looked at, and the entry stays for good.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-035',
    kernel: bridge({ isPermanentOfDevice: (state, change) => change === 'add' || (state & NUD_PERMANENT) !== 0 }),
  },
  {
    id: 'DEF-SW-OWN-ENTRY-GOES-WITH-ANY-STATE',
    title: 'An entry of a device itself goes whatever the state that is said',
    description: 'The state is not looked at when it is removed.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-035',
    kernel: bridge({ isPermanentOfDevice: (state, change) => change === 'delete' || (state & NUD_PERMANENT) !== 0 }),
  },
  {
    id: 'DEF-SW-AGEING-ENTRY-AT-BLOCKED-PORT',
    title: 'An entry that ages is taken at a port that does not learn',
    description: 'The state of the port is not looked at, and the entry says where nobody was seen.',
    origin: BRIDGE_FDB,
    caughtBy: 'SW-FDB-015',
    model: 'no-switchdev',
    kernel: bridge({ entryRefusal: (errno) => (errno === 'EPERM' ? undefined : errno) }),
  },
  {
    id: 'DEF-SW-STP-END-OPENS-PORTS',
    title: 'Ports open when the protocol is switched off',
    description: 'The states are chosen behind the change of mode, and no protocol keeps a port blocked any more.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-STP-012',
    model: 'no-switchdev',
    kernel: bridge({ selectsAfterStp: true }),
  },
  {
    id: 'DEF-SW-ONE-GROUP-TOO-MANY',
    title: 'One group more than may be is known',
    description: 'The limit is compared with the wrong sign.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-MDB-014',
    model: 'no-switchdev',
    kernel: multicast({ admitsGroup: (groups, most) => groups <= most }),
  },
  {
    id: 'DEF-SW-ANY-NUMBER-OF-SOURCES',
    title: 'A member may name any number of sources',
    description: 'Sources of a report are added without a look at how many there are.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-SNOOP-025',
    model: 'no-switchdev',
    kernel: multicast({ admitsSource: () => true }),
  },
  {
    id: 'DEF-SW-ONE-SOURCE-TOO-FEW',
    title: 'A member may have one source less than it may',
    description: 'The last place of the list is taken for its end.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-SNOOP-025',
    model: 'no-switchdev',
    kernel: multicast({ admitsSource: (sources, most) => sources < most - 1 }),
  },
  {
    id: 'DEF-SW-GROUP-IS-SOURCE',
    title: 'A group is taken for a source',
    description: 'Addresses of sources are taken as they come.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-SNOOP-026',
    model: 'no-switchdev',
    kernel: multicast({ leavesOutNoSource: false }),
  },
  {
    id: 'DEF-SW-BLIND-BEHIND-SERVICE-TAG',
    title: 'Groups are not found behind a service tag',
    description: 'The parser of the snooping stage knows one type of tag.',
    origin: PRACTICE,
    caughtBy: 'SW-SNOOP-019',
    switch: chip({ looksBehind: (isTag, type) => isTag && type === 0x8100 }),
  },
  {
    id: 'DEF-SW-CHECKSUM-OF-ALL-ONES',
    title: 'A header leaves with a checksum of all ones',
    description:
      'The checksum is changed by the difference of the TTL as RFC 1141 has it, which gives 0xffff for what is zero.',
    origin: { title: 'RFC 1624, section 3', url: 'https://www.rfc-editor.org/rfc/rfc1624' },
    caughtBy: 'SW-RT-030',
    router: routerChip({ headerChecksum: (sum) => sum + (sum > 0xffff ? 1 : 0) }),
  },
  {
    id: 'DEF-SW-LATE-MEMBER-MISSES-STATIONS',
    title: 'A member that comes first to an aggregate in a bridge is told of no station',
    description: 'What the bridge knew when there was no hardware below the aggregate is not told again.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-LAG-046',
    wrap: forgettingWhatWasBefore,
  },
];
