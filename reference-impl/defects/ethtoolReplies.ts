import type { Values } from '../netlink/schema.js';
import type { Defect } from './defect.js';
import { FEATURES, LINK_MODES, LINK_STATE, TIMESTAMP_CONFIG } from './origins.js';
import { ethtool } from './replacedParts.js';
import { withEthtool } from './wrapDevice.js';

/** Bits that there are none of. */
const NOTHING: Values = { ETHTOOL_A_BITSET_SIZE: 0, ETHTOOL_A_BITSET_BITS: {} };

const ofReply = (wanted: string, change: (values: Values) => Values): NonNullable<Defect['kernel']> =>
  ethtool({ reply: (operation, values) => (operation === wanted ? change(values) : values) });

/** Replies that do not say what came of a request, or say what is not so. */
export const ethtoolReplyDefects: readonly Defect[] = [
  {
    id: 'DEF-ETH-FEAT-SILENT',
    title: 'A feature that stays off is not told',
    description: 'The reply has what changed and not what did not.',
    origin: FEATURES,
    caughtBy: 'ETH-FEAT-001',
    kernel: ethtool({ featureReply: (_wanted, active) => [NOTHING, active] }),
  },
  {
    id: 'DEF-ETH-FEAT-SWAPPED',
    title: 'What stayed and what changed are exchanged',
    description: 'Two bitmaps are handed over in the wrong order.',
    origin: FEATURES,
    caughtBy: 'ETH-FEAT-001',
    kernel: ethtool({ featureReply: (wanted, active) => [active, wanted] }),
  },
  {
    id: 'DEF-ETH-FEAT-ANNOUNCED',
    title: 'Features that are what they were are announced',
    description: 'The monitors are told of the request instead of the change.',
    origin: FEATURES,
    caughtBy: 'ETH-FEAT-001',
    kernel: (parts) => ({
      ...parts,
      announcesAnyway: (what, why) => (what === 'features' && why === 'unchanged') || parts.announcesAnyway(what, why),
    }),
  },
  {
    id: 'DEF-ETH-LINK-LANES-GUESSED',
    title: 'The number of lanes is that of the port',
    description: 'All lanes are told, and not those that the mode has.',
    origin: LINK_MODES,
    caughtBy: 'ETH-LINK-007',
    kernel: ofReply('LINKMODES_GET', (values) =>
      values['ETHTOOL_A_LINKMODES_LANES'] === undefined ? values : { ...values, ETHTOOL_A_LINKMODES_LANES: 4 },
    ),
  },
  {
    id: 'DEF-ETH-LINK-LANES-TOLD',
    title: 'Lanes are told that cannot be set',
    description: 'The lanes of the driver are told although it does not let them be chosen.',
    origin: LINK_MODES,
    caughtBy: 'ETH-LINK-007',
    kernel: ethtool({ lanesNeedChoice: false }),
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        getLink: async (port) => {
          const link = await sound.getLink?.(port);
          if (link === undefined) throw new Error('the device has no link settings');
          return { ...link, canChooseLanes: false };
        },
      })),
  },
  {
    id: 'DEF-ETH-LINK-NO-SCALE',
    title: 'The scale of the quality is the quality',
    description: 'Both attributes are filled from the index.',
    origin: LINK_STATE,
    caughtBy: 'ETH-LINK-008',
    kernel: ofReply('LINKSTATE_GET', (values) => {
      const index = values['ETHTOOL_A_LINKSTATE_SQI'];
      return index === undefined ? values : { ...values, ETHTOOL_A_LINKSTATE_SQI_MAX: index };
    }),
  },
  {
    id: 'DEF-ETH-LINK-STALE-QUALITY',
    title: 'The quality of a link that there is not',
    description: 'The register is read whether there is a link or not.',
    origin: LINK_STATE,
    caughtBy: 'ETH-LINK-008',
    kernel: ethtool({ qualityNeedsLink: false }),
  },
  {
    id: 'DEF-ETH-TS-LOWEST',
    title: 'Of two kinds of stamps the lowest is taken',
    description: 'The first bit that is set is the setting.',
    origin: TIMESTAMP_CONFIG,
    caughtBy: 'ETH-TS-003',
    kernel: ethtool({ oneStampType: false }),
  },
];
