import type { Defect } from './defect.js';
import {
  BITSETS,
  ETHTOOL_NETLINK,
  NETLINK_TABLE,
  PHY_TOPOLOGY,
  PRACTICE,
  RSS_NETLINK,
  STATISTICS,
  STRING_SETS,
} from './origins.js';
import { ethtool } from './replacedParts.js';
import { withEthtool } from './wrapDevice.js';
import { EINVAL, EOPNOTSUPP } from '../kernel/errno.js';
import { isValues, listIn, nestIn, type Values } from '../netlink/schema.js';

const without = (values: Values, name: string): Values =>
  Object.fromEntries(Object.entries(values).filter(([member]) => member !== name));

const SETS = 'ETHTOOL_A_STRSET_STRINGSETS';
const SET = 'ETHTOOL_A_STRINGSETS_STRINGSET';
const STRINGS = 'ETHTOOL_A_STRINGSET_STRINGS';
const STRING = 'ETHTOOL_A_STRINGS_STRING';

/** Each string stands at the number of another. */
function reversedStrings(values: Values): Values {
  const sets = listIn(nestIn(values, SETS), SET)
    .filter(isValues)
    .map((set): Values => {
      const strings = listIn(nestIn(set, STRINGS), STRING).filter(isValues);
      const texts = strings.map((string) => string['ETHTOOL_A_STRING_VALUE'] ?? '').reverse();
      const swapped = strings.map((string, index) => ({ ...string, ETHTOOL_A_STRING_VALUE: texts[index] ?? '' }));
      return strings.length === 0 ? set : { ...set, [STRINGS]: { [STRING]: swapped } };
    });
  return { ...values, [SETS]: { [SET]: sets } };
}

/** A compact bit set that says it knows of nothing. */
function withoutMask(values: Values): Values {
  const modes = nestIn(values, 'ETHTOOL_A_WOL_MODES') ?? {};
  return { ...values, ETHTOOL_A_WOL_MODES: { ...modes, ETHTOOL_A_BITSET_MASK: new Uint8Array(4) } };
}

/** The family ethtool as a whole: its operations, dumps, announcements, strings, bit sets. */
export const ethtoolNetlinkDefects: readonly Defect[] = [
  {
    id: 'DEF-ETH-OPERATION-MISSING',
    title: 'An operation is not registered',
    description: 'The list of operations of the family lacks one that the uAPI has.',
    origin: NETLINK_TABLE,
    caughtBy: 'ETH-NL-001',
    kernel: ethtool({ offers: (operation) => operation !== 'PHC_VCLOCKS_GET' }),
  },
  {
    id: 'DEF-ETH-ABSENT-IS-INVALID',
    title: 'What a driver lacks is an invalid request',
    description: 'A query for what the driver does not have is refused with EINVAL.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NL-002',
    kernel: ethtool({
      refuses: (_operation, refusal) => (refusal.errno === EOPNOTSUPP ? { ...refusal, errno: EINVAL } : refusal),
    }),
  },
  {
    id: 'DEF-ETH-DUMP-ENDS-EARLY',
    title: 'One device without rings ends the dump',
    description: 'A device that cannot answer makes the whole dump fail.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NL-003',
    kernel: ethtool({ dumpSkipsUnable: false }),
  },
  {
    id: 'DEF-ETH-DUMP-FILTERS',
    title: 'A dump looks at the device',
    description: 'Only the device that the header names is in the dump.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NL-004',
    kernel: ethtool({ dumpIgnoresDevice: false }),
  },
  {
    id: 'DEF-ETH-HEADERLESS',
    title: 'A request without a header means the first device',
    description: 'Where there is no header, the first net device is taken.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NL-005',
    kernel: ethtool({ needsHeader: false }),
  },
  {
    id: 'DEF-ETH-NTF-VERBOSE',
    title: 'Announcements spell out every bit',
    description: 'Bit sets of announcements have the verbose form.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NTF-001',
    kernel: ethtool({ announcesCompactly: false }),
  },
  {
    id: 'DEF-ETH-NTF-WOL-UNCHANGED',
    title: 'Wake-up that is in force already is announced',
    description: 'A request that changes nothing is announced.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NTF-002',
    kernel: ethtool({ announces: (subject, changed) => changed || subject === 'wol' }),
  },
  {
    id: 'DEF-ETH-NTF-EEE-UNCHANGED',
    title: 'Energy saving that is as it was is announced',
    description: 'What is asked for is compared with what was asked for last, by somebody else.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NTF-002',
    kernel: ethtool({ announces: (subject, changed) => changed || subject === 'eee' }),
  },
  {
    id: 'DEF-ETH-STAT-NO-STRINGS',
    title: 'Groups do not name their strings',
    description: 'The number of the set is left at zero.',
    origin: STATISTICS,
    caughtBy: 'ETH-STAT-006',
    kernel: ethtool({
      reply: (operation, values) => {
        const groups = listIn(values, 'ETHTOOL_A_STATS_GRP').filter(isValues);
        if (operation !== 'STATS_GET') return values;
        return { ...values, ETHTOOL_A_STATS_GRP: groups.map((group) => ({ ...group, ETHTOOL_A_STATS_GRP_SS_ID: 0 })) };
      },
    }),
  },
  {
    id: 'DEF-ETH-STAT-PAUSE-WHOLE',
    title: 'Pause counters are said to be those of the whole',
    description: 'The source of the request is not kept.',
    origin: STATISTICS,
    caughtBy: 'ETH-STAT-003',
    kernel: ethtool({
      reply: (operation, values) =>
        operation === 'PAUSE_GET' && values['ETHTOOL_A_PAUSE_STATS_SRC'] !== undefined
          ? { ...values, ETHTOOL_A_PAUSE_STATS_SRC: 0 }
          : values,
    }),
  },
  {
    id: 'DEF-ETH-TS-NO-INDEX',
    title: 'The clock has no index',
    description: 'The driver registers a clock and does not tell it.',
    origin: PRACTICE,
    caughtBy: 'ETH-TS-002',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        getTimestamping: async (port) => ({
          ...((await sound.getTimestamping?.(port)) ?? { flags: [], txTypes: [], rxFilters: [] }),
          phcIndex: null,
        }),
      })),
  },
  ...(['linkinfo', 'linkmodes', 'debug', 'privflags', 'pause', 'fec', 'module', 'mm'] as const).map(
    (subject): Defect => ({
      id: `DEF-ETH-NTF-${subject.toUpperCase()}-UNCHANGED`,
      title: `A request of ${subject} that changes nothing is announced`,
      description: 'Whether something has changed is not looked at.',
      origin: ETHTOOL_NETLINK,
      caughtBy: 'ETH-NTF-002',
      kernel: ethtool({ announces: (of, changed) => changed || of === subject }),
    }),
  ),
  {
    id: 'DEF-ETH-NTF-LINKMODES-SILENT',
    title: 'Another advertisement is not announced',
    description: 'The driver is told, and nobody else.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NTF-002',
    kernel: ethtool({ announces: (subject, changed) => changed && subject !== 'linkmodes' }),
  },
  {
    id: 'DEF-ETH-NTF-EEE-SILENT',
    title: 'A change of energy saving is not announced',
    description: 'The driver is told, and nobody else.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NTF-002',
    kernel: ethtool({ announces: (subject, changed) => changed && subject !== 'eee' }),
  },
  {
    id: 'DEF-ETH-NTF-STALE',
    title: 'An announcement says what was',
    description: 'The power policy is announced with its value of before.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'ETH-NTF-002',
    kernel: ethtool({
      announced: (name, values) =>
        name === 'MODULE_NTF'
          ? { ...values, ETHTOOL_A_MODULE_POWER_MODE_POLICY: 3 - Number(values['ETHTOOL_A_MODULE_POWER_MODE_POLICY']) }
          : values,
    }),
  },
  {
    id: 'DEF-ETH-STR-ORDER',
    title: 'Two hash functions are exchanged',
    description: 'The strings of a set are in another order than its bits.',
    origin: STRING_SETS,
    caughtBy: 'ETH-STR-001',
    kernel: ethtool({ reply: (name, values) => (name === 'STRSET_GET' ? reversedStrings(values) : values) }),
  },
  {
    id: 'DEF-ETH-STR-COUNT',
    title: 'The count is one too high',
    description: 'The count alone includes the end of the table.',
    origin: STRING_SETS,
    caughtBy: 'ETH-STR-002',
    kernel: ethtool({ countOf: (names) => names.length + 1 }),
  },
  {
    id: 'DEF-ETH-STR-NOBODY',
    title: 'Strings of a device without one',
    description: 'A request for strings of a device that names none is answered with nothing.',
    origin: STRING_SETS,
    caughtBy: 'ETH-STR-003',
    kernel: ethtool({ refusesDeviceStringsAlone: false }),
  },
  {
    id: 'DEF-ETH-STR-UNKNOWN',
    title: 'An unknown string set is skipped',
    description: 'A number that no set has is left out of the reply.',
    origin: STRING_SETS,
    caughtBy: 'ETH-STR-004',
    kernel: ethtool({ refusesUnknownStringSet: false }),
  },
  {
    id: 'DEF-ETH-STR-EMPTY',
    title: 'Empty string sets are listed',
    description: 'A set without strings is in the reply with a count of zero.',
    origin: STRING_SETS,
    caughtBy: 'ETH-STR-005',
    kernel: ethtool({ leavesOutEmpty: false }),
  },
  {
    id: 'DEF-ETH-BIT-FORMS',
    title: 'The compact form has another mask',
    description: 'The mask of the compact form says that no mode is supported.',
    origin: BITSETS,
    caughtBy: 'ETH-BIT-001',
    kernel: ethtool({
      reply: (name, values, compact) => (name === 'WOL_GET' && compact ? withoutMask(values) : values),
    }),
  },
  {
    id: 'DEF-ETH-BIT-LIST-ADDS',
    title: 'A list without a mask only adds',
    description: 'Bits that are not in the list stay on.',
    origin: BITSETS,
    caughtBy: 'ETH-BIT-002',
    kernel: ethtool({ listClearsOthers: false }),
  },
  {
    id: 'DEF-ETH-BIT-PAST-END',
    title: 'Bits behind the end are ignored',
    description: 'A compact bit set that is longer than the kernel knows is cut.',
    origin: BITSETS,
    caughtBy: 'ETH-BIT-003',
    kernel: ethtool({ checksBitsPastEnd: false }),
  },
  {
    id: 'DEF-ETH-PHY-ANY',
    title: 'Any PHY will do',
    description: 'The index of the PHY is not looked at.',
    origin: PHY_TOPOLOGY,
    caughtBy: 'ETH-PHY-001',
    kernel: ethtool({ checksPhyIndex: false }),
  },
  {
    id: 'DEF-ETH-PHY-NAMELESS',
    title: 'A PHY without a name',
    description: 'The reply has the index alone.',
    origin: PHY_TOPOLOGY,
    caughtBy: 'ETH-PHY-002',
    kernel: ethtool({ reply: (name, values) => (name === 'PHY_GET' ? without(values, 'ETHTOOL_A_PHY_NAME') : values) }),
  },
  {
    id: 'DEF-ETH-PSE-SILENT',
    title: 'Nobody says why there is no power',
    description: 'The refusal has no text.',
    origin: PHY_TOPOLOGY,
    caughtBy: 'ETH-PHY-003',
    kernel: ethtool({
      refuses: (name, refusal) => (name === 'PSE_GET' ? { ok: false, errno: refusal.errno } : refusal),
    }),
  },
  {
    id: 'DEF-ETH-STAT-NO-GROUP',
    title: 'Statistics of nothing are empty',
    description: 'A request without a group is answered.',
    origin: STATISTICS,
    caughtBy: 'ETH-STAT-001',
    kernel: ethtool({
      refuses: (name, refusal) => (name === 'STATS_GET' && refusal.errno === EINVAL ? undefined : refusal),
    }),
  },
  {
    id: 'DEF-ETH-STAT-ONE-MAC',
    title: 'The whole poses as one MAC',
    description: 'The source is not compared with what the device has.',
    origin: STATISTICS,
    caughtBy: 'ETH-STAT-002',
    kernel: ethtool({ sourceNeedsMacMerge: false }),
  },
  {
    id: 'DEF-ETH-STAT-NO-SOURCE',
    title: 'Nobody says whose counters these are',
    description: 'The reply lacks the source.',
    origin: STATISTICS,
    caughtBy: 'ETH-STAT-003',
    kernel: ethtool({
      reply: (name, values) => (name === 'STATS_GET' ? without(values, 'ETHTOOL_A_STATS_SRC') : values),
    }),
  },
  {
    id: 'DEF-ETH-STAT-TWICE',
    title: 'Frames are counted in both MACs',
    description: 'The source is ignored, and both MACs have all counters.',
    origin: STATISTICS,
    caughtBy: 'ETH-STAT-004',
    kernel: ethtool({ statisticsOf: () => 0 }),
  },
  {
    id: 'DEF-ETH-PAUSE-SOURCE',
    title: 'A source of what is not asked for',
    description: 'The source of pause statistics is taken without the flag.',
    origin: STATISTICS,
    caughtBy: 'ETH-STAT-005',
    kernel: ethtool({ sourceNeedsFlag: false }),
  },
  {
    id: 'DEF-ETH-RSS-DUMP-MAIN',
    title: 'Only the main context is dumped',
    description: 'A dump stops behind context 0.',
    origin: RSS_NETLINK,
    caughtBy: 'ETH-RSS-001',
    kernel: ethtool({ dumpsContexts: false }),
  },
  {
    id: 'DEF-ETH-RSS-IGNORES-START',
    title: 'A query ignores where to begin',
    description: 'The number to begin with is taken and not used.',
    origin: RSS_NETLINK,
    caughtBy: 'ETH-RSS-002',
    kernel: ethtool({
      refuses: (name, refusal) => (name === 'RSS_GET' && refusal.errno === EINVAL ? undefined : refusal),
    }),
  },
  {
    id: 'DEF-ETH-VCLOCK-ZERO',
    title: 'One virtual clock of number zero',
    description: 'A device without virtual clocks lists one.',
    origin: STATISTICS,
    caughtBy: 'ETH-TS-001',
    kernel: ethtool({
      reply: (name, values) => (name === 'PHC_VCLOCKS_GET' ? { ...values, ETHTOOL_A_PHC_VCLOCKS_NUM: 0 } : values),
    }),
  },
];
