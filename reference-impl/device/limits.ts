/** What the reference NIC is: sizes of its tables, and the features that it has. */

export interface NicLimits {
  readonly ports: number;
  /** Virtual functions that the function of the first port can have. */
  readonly virtualFunctions: number;
  /** Room for addresses in the switch between the ports; a power of two. 0: no switch between them. */
  readonly fdbEntries: number;
  /** Room for routes in the router between the ports. */
  readonly routeEntries: number;
  /** Rules of the access list of the switch. */
  readonly aclEntries: number;
  readonly queues: number;
  readonly ringMaximum: number;
  readonly ringMinimum: number;
  readonly ringDefault: number;
  readonly minMtu: number;
  readonly maxMtu: number;
  readonly unicastFilters: number;
  readonly multicastFilters: number;
  readonly indirectionSize: number;
  readonly keyLength: number;
  readonly rssContexts: number;
  readonly flowRules: number;
  readonly hdsThresholdMaximum: number;
  /** Mb/s. */
  readonly speed: number;
}

export const LIMITS: NicLimits = {
  ports: 4,
  virtualFunctions: 8,
  fdbEntries: 4096,
  routeEntries: 256,
  aclEntries: 128,
  queues: 8,
  ringMaximum: 4096,
  ringMinimum: 64,
  ringDefault: 512,
  minMtu: 68,
  maxMtu: 9600,
  unicastFilters: 16,
  multicastFilters: 32,
  indirectionSize: 128,
  keyLength: 40,
  rssContexts: 8,
  flowRules: 32,
  hdsThresholdMaximum: 1024,
  speed: 25_000,
};

/** The reference device as it is made, by what it is called: with a switch chip between its ports, or without. */
export const REFERENCE_MODELS = {
  switchdev: {},
  'no-switchdev': { fdbEntries: 0 },
} as const satisfies Readonly<Record<string, Partial<NicLimits>>>;

export type ReferenceModel = keyof typeof REFERENCE_MODELS;

export const isReferenceModel = (name: string): name is ReferenceModel => Object.hasOwn(REFERENCE_MODELS, name);

const SEGMENTATION = [
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
  'tx-udp-segmentation',
  'tx-gre-segmentation',
  'tx-ipxip4-segmentation',
  'tx-udp_tnl-segmentation',
  'tx-gso-partial',
];

/** Tunnels with an outer checksum are done on prepared headers only: gso_partial_features. */
export const GSO_PARTIAL_FEATURES = ['tx-udp_tnl-csum-segmentation', 'tx-gre-csum-segmentation'];

/** What the user can switch. */
export const HW_FEATURES: readonly string[] = [
  'tx-scatter-gather',
  'tx-checksum-ip-generic',
  'tx-checksum-sctp',
  ...SEGMENTATION,
  ...GSO_PARTIAL_FEATURES,
  'tx-vlan-hw-insert',
  'tx-vlan-stag-hw-insert',
  'rx-checksum',
  'rx-vlan-hw-parse',
  'rx-vlan-stag-hw-parse',
  'rx-vlan-filter',
  'rx-vlan-stag-filter',
  'rx-hashing',
  'rx-ntuple-filter',
  'rx-gro-hw',
  'rx-lro',
  'rx-fcs',
  'rx-all',
  'loopback',
];

const OFF_AT_START = new Set([
  'tx-tcp-mangleid-segmentation',
  'rx-vlan-filter',
  'rx-vlan-stag-filter',
  'rx-gro-hw',
  'rx-lro',
  'rx-fcs',
  'rx-all',
  'loopback',
]);

/** What is on at power-on; `highdma` is fixed. */
export const DEFAULT_FEATURES: readonly string[] = [
  ...HW_FEATURES.filter((name) => !OFF_AT_START.has(name)),
  'highdma',
];

/** What works behind a VLAN tag. */
export const VLAN_FEATURES: readonly string[] = [
  'tx-scatter-gather',
  'tx-checksum-ip-generic',
  'tx-checksum-sctp',
  ...SEGMENTATION,
  ...GSO_PARTIAL_FEATURES,
  'highdma',
];

/** What works on the inner headers of a tunnel. */
export const ENCAP_FEATURES: readonly string[] = [
  'tx-scatter-gather',
  'tx-checksum-ip-generic',
  ...SEGMENTATION,
  ...GSO_PARTIAL_FEATURES,
  'highdma',
];
