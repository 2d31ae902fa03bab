import type { Defect } from './defect.js';
import { FIX_FEATURES, NETDEV_FEATURES, PRACTICE } from './origins.js';
import { withNetDevice } from './wrapDevice.js';
import { kernel } from './replacedParts.js';

/** One dependency between features is not enforced. */
const withoutRules = (id: string, caughtBy: string, title: string, ...rules: readonly string[]): Defect => ({
  id,
  title,
  description: `The core does not enforce ${rules.join(' and ')}.`,
  origin: FIX_FEATURES,
  caughtBy,
  kernel: (parts) => ({ ...parts, featureRules: parts.featureRules.filter((rule) => !rules.includes(rule.id)) }),
});

export const featureDefects: readonly Defect[] = [
  withoutRules('DEF-FEAT-TSO-WITHOUT-SG', 'NIC-FEAT-001', 'Segmentation without scatter-gather', 'tso-needs-sg'),
  withoutRules(
    'DEF-FEAT-GSO-WITHOUT-SG',
    'NIC-FEAT-001',
    'Software segmentation without scatter-gather',
    'gso-needs-sg',
  ),
  withoutRules(
    'DEF-FEAT-TSO-WITHOUT-SUM',
    'NIC-FEAT-002',
    'IPv4 segmentation without a checksum',
    'tso-needs-ipv4-checksum',
  ),
  withoutRules(
    'DEF-FEAT-TSO6-WITHOUT-SUM',
    'NIC-FEAT-003',
    'IPv6 segmentation without a checksum',
    'tso6-needs-ipv6-checksum',
  ),
  withoutRules(
    'DEF-FEAT-MANGLEID-ALONE',
    'NIC-FEAT-004',
    'A choice of identifications without segmentation',
    'mangleid-needs-tso',
  ),
  withoutRules('DEF-FEAT-ECN-ALONE', 'NIC-FEAT-004', 'Placement of CWR without segmentation', 'ecn-needs-tso'),
  withoutRules(
    'DEF-FEAT-GRO-HW-WITHOUT-SUM',
    'NIC-FEAT-005',
    'Hardware GRO without verified checksums',
    'gro-hw-needs-rx-checksum',
  ),
  withoutRules(
    'DEF-FEAT-LRO-WITH-GRO-HW',
    'NIC-FEAT-006',
    'LRO beside hardware GRO',
    'gro-hw-excludes-lro',
    'no-aggregation-with-fcs',
  ),
  {
    id: 'DEF-FEAT-DRIVER-ADDS',
    title: 'The driver switches on what nobody wants',
    description: 'ndo_fix_features adds a feature to the set that it may only take from.',
    origin: NETDEV_FEATURES,
    caughtBy: 'NIC-FEAT-008',
    wrap: (device) =>
      withNetDevice(device, () => ({ fixFeatures: (_port, features) => [...features, 'tx-generic-segmentation'] })),
  },
  {
    id: 'DEF-FEAT-FORGETS-WANTED',
    title: 'What went off with a dependency stays off',
    description: 'What the user wanted is overwritten with what is in force.',
    origin: NETDEV_FEATURES,
    caughtBy: 'NIC-FEAT-009',
    kernel: kernel({ remembersWanted: false }),
  },
  {
    id: 'DEF-FEAT-LIES-ABOUT-LOOPBACK',
    title: 'A feature is reported and not carried out',
    description: 'The driver reports loopback as on, and does not set it in the device.',
    origin: NETDEV_FEATURES,
    caughtBy: 'NIC-FEAT-011',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        setFeatures: (port, features) =>
          sound.setFeatures(
            port,
            features.filter((name) => name !== 'loopback'),
          ),
      })),
  },
  {
    id: 'DEF-FEAT-ANNOUNCES-NOTHING-NEW',
    title: 'A request for features in force is announced',
    description: 'Who listens learns of a change of features that was none.',
    origin: PRACTICE,
    caughtBy: 'NIC-FEAT-012',
    kernel: kernel({ announcesAnyway: (subject, why) => subject === 'features' && why === 'unchanged' }),
  },
  {
    id: 'DEF-FEAT-CHANGEABLE-SHRINKS',
    title: 'What went off can never go on again',
    description: 'The driver takes what is off out of hw_features.',
    origin: NETDEV_FEATURES,
    caughtBy: 'NIC-FEAT-014',
    kernel: kernel({
      hwFeaturesAfter: (hwFeatures, active) => new Set([...hwFeatures].filter((name) => active.has(name))),
    }),
  },
  {
    id: 'DEF-FEAT-MOVES-FIXED',
    title: 'A fixed feature can be switched',
    description: 'The request is not limited to what can be changed.',
    origin: NETDEV_FEATURES,
    caughtBy: 'NIC-FEAT-017',
    kernel: kernel({ protectsFixedFeatures: false }),
  },
  {
    id: 'DEF-FEAT-NO-SOFTWARE-SWITCH',
    title: 'Software aggregation cannot be switched off',
    description: 'The features of the core are missing from what the user can change.',
    origin: NETDEV_FEATURES,
    caughtBy: 'NIC-FEAT-018',
    kernel: kernel({ softFeatures: ['tx-generic-segmentation'] }),
  },
  withoutRules(
    'DEF-FEAT-PARTIAL-ALONE',
    'NIC-FEAT-019',
    'Prepared tunnels without the preparation',
    'partial-features-need-gso-partial',
  ),
  withoutRules('DEF-FEAT-USO-WITHOUT-SUM', 'NIC-FEAT-020', 'UDP segmentation without a checksum', 'uso-needs-checksum'),
];
