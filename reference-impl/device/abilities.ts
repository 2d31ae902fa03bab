/** What the reference device answers when it is asked what it can do. */
import type { CapabilityAnswers } from '../../harness/contract/index.js';
import { HW_FEATURES, type NicLimits } from './limits.js';
import { SERVICE_ABILITIES } from './service/serviceAbilities.js';

/** What the device can do beside its features, by the names of spec/capabilities.yaml. */
const ABILITIES = [
  'tx-checksum',
  'rx-checksum-complete',
  'rss',
  'rss-contexts',
  'rss-symmetric',
  'rss-hash-fields',
  'multi-queue',
  'unicast-filter',
  'multicast-filter',
  'mac-address-change',
  'permanent-address',
  'multicast-statistics',
  'mtu',
  'mtu-enforced',
  'rings',
  'channels',
  'coalesce',
  'coalesce-frames',
  'coalesce-adaptive',
  'rx-checksum-switch',
  'rx-vlan-filter-switch',
  'secondary-unicast-filter',
  'tx-scatter-gather-switch',
  'pause',
  'header-split',
  'hw-timestamps',
  'standard-statistics',
  'private-statistics',
  'queue-statistics',
  'segments-in-device',
  'link-settings',
  'fec',
  'pads-short-frames',
  ...SERVICE_ABILITIES,
];

const CAPABILITIES: CapabilityAnswers = {
  ...Object.fromEntries([...ABILITIES, ...HW_FEATURES].map((name) => [name, { present: true as const }])),
  'tx-checksum-ipv4': { present: false, reason: 'the device sums from any start, whatever the protocol' },
  'tx-checksum-ipv6': { present: false, reason: 'the device sums from any start, whatever the protocol' },
};

const present = (names: readonly string[]): CapabilityAnswers =>
  Object.fromEntries(names.map((name) => [name, { present: true as const }]));

/** Of ports that a bridge can be made over, whoever forwards. */
const PORTS_CAPABILITIES = present([
  'switch-ports',
  'switch-groups',
  'filters-forwarded',
  'nft-forwarded',
  'bridge-floods-without-querier',
  'bridge-learns-itself',
  'bridge-port-learning',
  'bridge-port-unicast-flood',
  'bridge-port-multicast-flood',
  'bridge-port-multicast-to-unicast',
  'bridge-port-broadcast-flood',
  'bridge-port-hairpin',
  'bridge-port-isolated',
  'bridge-port-locked',
  'bridge-port-mab',
  'bridge-neigh-suppress',
  'bridge-neigh-vlan-suppress',
  'bridge-floods-itself',
]);

const SWITCH_CAPABILITIES: CapabilityAnswers = {
  ...present([
    'switchdev',
    'switch-table-fillable',
    'lag-table-fillable',
    'switchdev-routes',
    'switchdev-routes6',
    'route-table-fillable',
    'flow-offload',
    'switch-acl-fillable',
  ]),
  'bridge-floods-without-querier': {
    present: false,
    reason: 'hardware forwards by the groups that it was told of, and is not told whether there is a querier',
  },
  'bridge-learns-itself': { present: false, reason: 'hardware learns, and tells the bridge' },
  'nft-forwarded': { present: false, reason: 'hardware forwards, and the kernel does not see it' },
  'bridge-floods-itself': { present: false, reason: 'hardware floods, and is not told of proxy ARP' },
};

/** Of the device as a whole. */
const DEVLINK_CAPABILITIES: CapabilityAnswers = {
  ...present([
    'devlink',
    'devlink-info',
    'devlink-eswitch',
    'devlink-eswitch-inline',
    'devlink-eswitch-encap',
    'devlink-selftests',
    'devlink-params',
    'devlink-max-macs',
    'devlink-param-validation',
    'devlink-asset-tag',
    'devlink-reload',
    'devlink-reload-no-reset',
    'devlink-reload-cabled',
    'devlink-flash',
    'devlink-flash-quick',
    'devlink-flash-activate',
    'devlink-flash-checks',
    'devlink-health',
    'devlink-health-errors',
    'devlink-fatal-error',
    'devlink-rate-nodes',
    'devlink-port-health',
  ]),
  'devlink-trap-traffic': { present: false, reason: 'frames meet traps when somebody sends them' },
};

const DEVLINK_SWITCH_CAPABILITIES = present([
  'devlink-port-split',
  'devlink-region-snapshot-switch',
  'devlink-resources',
  'devlink-resource-bounds',
  'devlink-fdb-resource',
  'devlink-regions',
  'devlink-shared-buffers',
  'devlink-shared-buffer-occupancy',
  'devlink-pipeline',
  'devlink-fdb-pipeline',
  'devlink-region-direct',
  'devlink-fdb-region',
  'devlink-traps',
  'devlink-trap-frames',
]);

/** How many ports scenarios about switches use: spec/capabilities.yaml. */
const SWITCH_PORTS = 4;

/** A switch is between ports, and has a table. */
export const hasSwitch = ({ ports, fdbEntries }: NicLimits): boolean => ports > 1 && fdbEntries > 0;

const SRIOV_CAPABILITIES = present([
  'sriov',
  'sriov-capability',
  'sriov-vf-settings',
  'sriov-vf-rate',
  'sriov-vf-min-rate',
  'sriov-vf-spoofchk',
  'sriov-vf-trust',
  'sriov-vf-link-state',
  'sriov-vf-statistics',
  'sriov-vf-msix',
  'eswitch-switchdev',
  'representors',
  'representor-traffic',
  'devlink-port-function',
  'devlink-rate-leaves',
  'devlink-port-capabilities',
  'devlink-max-io-eqs',
  'devlink-subfunctions',
]);

export const abilitiesOf = (limits: NicLimits): CapabilityAnswers => ({
  ...CAPABILITIES,
  ...(limits.virtualFunctions > 0 ? SRIOV_CAPABILITIES : {}),
  ...(limits.ports >= SWITCH_PORTS ? PORTS_CAPABILITIES : {}),
  ...DEVLINK_CAPABILITIES,
  ...(hasSwitch(limits) ? { ...SWITCH_CAPABILITIES, ...DEVLINK_SWITCH_CAPABILITIES } : {}),
});
