import type {
  Coalesce,
  DriverHost,
  FecMode,
  FlowRule,
  FlowType,
  HashField,
  HwTimestampConfig,
  LinkPartner,
  MacAddress,
  Nanoseconds,
  PauseSettings,
  PortName,
  RingSettings,
  RxFrame,
  RxMode,
  TxFrame,
  Vid,
} from '../../harness/contract/index.js';
import { GroEngine } from '../packet/aggregate.js';
import type { ToeplitzTables } from '../packet/toeplitz.js';
import { DEFAULT_FEATURES, type NicLimits } from './limits.js';
import type { NicParts } from './parts.js';
import { newServiceState, type ServiceState } from './service/serviceState.js';
import type { ForHost } from './switch/referenceSwitch.js';

/** What a port counts; a counter never goes back. */
export interface Counters {
  rxPackets: number;
  rxBytes: number;
  rxDropped: number;
  rxErrors: number;
  rxLengthErrors: number;
  rxCrcErrors: number;
  rxMissedErrors: number;
  multicast: number;
  txPackets: number;
  txBytes: number;
  txErrors: number;
  txDropped: number;
  txCarrierErrors: number;
  rxPauseFrames: number;
  txPauseFrames: number;
  macControlReceived: number;
  unsupportedOpcodes: number;
  undersize: number;
  oversize: number;
  rxOctets: number;
  txOctets: number;
  rxMulticast: number;
  rxBroadcast: number;
  txMulticast: number;
  txBroadcast: number;
  addressFiltered: number;
  vlanFiltered: number;
  ruleDropped: number;
  lroAggregates: number;
  lroSegments: number;
  readonly rxBuckets: number[];
  readonly txBuckets: number[];
}

export interface RxQueue {
  readonly index: number;
  /** Frames in the receive ring, with their time of arrival. */
  readonly ring: RxFrame[];
  firstArrival: Nanoseconds | null;
  lastArrival: Nanoseconds;
  /** Hardware GRO or LRO by tag: what waits for its next segment, and until when. */
  readonly aggregators: Map<number, GroEngine<RxFrame>>;
  flushAt: Nanoseconds | null;
  packets: number;
  bytes: number;
  csumComplete: number;
  csumUnnecessary: number;
  csumNone: number;
  hwGroPackets: number;
  hwGroBytes: number;
  hwGroWirePackets: number;
  hwGroWireBytes: number;
}

export interface TxQueue {
  readonly index: number;
  readonly ring: TxFrame[];
  stopped: boolean;
  packets: number;
  bytes: number;
  csumNone: number;
  needsCsum: number;
  hwGsoPackets: number;
  hwGsoBytes: number;
  hwGsoWirePackets: number;
  hwGsoWireBytes: number;
  stop: number;
  wake: number;
}

export interface RssState {
  hashFunction: number;
  inputTransform: number;
  key: Uint8Array;
  /** Of the key, made when the first packet is hashed. */
  tables: ToeplitzTables | null;
  indirection: number[];
  /** The table follows the number of queues until the user sets one. */
  tableIsUsers: boolean;
}

/** One port of the NIC, from power-on. */
export interface NicPort {
  readonly name: PortName;
  readonly limits: NicLimits;
  readonly parts: NicParts;
  readonly host: DriverHost;
  readonly permanentAddress: MacAddress;
  now: Nanoseconds;
  up: boolean;
  polling: boolean;
  cablePlugged: boolean;
  partner: LinkPartner;
  features: ReadonlySet<string>;
  address: MacAddress;
  mtu: number;
  rxMode: RxMode;
  readonly vids: Map<number, Set<Vid>>;
  rings: RingSettings;
  channels: number;
  coalesce: Coalesce;
  pause: PauseSettings;
  /** A pause frame stops the transmitter until then. */
  pausedUntil: Nanoseconds;
  /** The far end was asked to stop; when it has to be asked again. */
  xoffRefresh: Nanoseconds | null;
  readonly rss: Map<number, RssState>;
  readonly hashFields: Map<FlowType, readonly HashField[]>;
  readonly rules: Map<number, FlowRule>;
  timestamping: HwTimestampConfig;
  autoneg: boolean;
  forcedSpeed: number;
  fec: readonly FecMode[];
  /** Wake-up, energy, cable, module and the like. */
  readonly service: ServiceState;
  readonly counters: Counters;
  readonly rxQueues: RxQueue[];
  readonly txQueues: TxQueue[];
  /** The switch between the ports, seen from this one. */
  readonly switching: PortSwitching | undefined;
  /** The embedded switch, seen from this function. */
  readonly virtualPort: VirtualPort | undefined;
}

/** What a port asks of the embedded switch between the functions. */
export interface VirtualPort {
  /** A good frame came from the cable; answers whether it goes its usual way: false, the switch delivers it. */
  receive(bytes: Uint8Array): boolean;
  /** A frame leaves the function; answers whether it leaves at the cable. */
  transmit(bytes: Uint8Array): boolean;
}

/** What a port asks of the switch. */
export interface PortSwitching {
  /** Forwards a good frame; undefined: the port is in no bridge, and its frames are the host's. */
  receive(bytes: Uint8Array): ForHost | undefined;
  /** A frame leaves the port. */
  leaves(bytes: Uint8Array, whose: 'forwarded' | 'host'): void;
  setLongest(length: number): void;
}

const NO_COUNTERS = (): Counters => ({
  rxPackets: 0,
  rxBytes: 0,
  rxDropped: 0,
  rxErrors: 0,
  rxLengthErrors: 0,
  rxCrcErrors: 0,
  rxMissedErrors: 0,
  multicast: 0,
  txPackets: 0,
  txBytes: 0,
  txErrors: 0,
  txDropped: 0,
  txCarrierErrors: 0,
  rxPauseFrames: 0,
  txPauseFrames: 0,
  macControlReceived: 0,
  unsupportedOpcodes: 0,
  undersize: 0,
  oversize: 0,
  rxOctets: 0,
  txOctets: 0,
  rxMulticast: 0,
  rxBroadcast: 0,
  txMulticast: 0,
  txBroadcast: 0,
  addressFiltered: 0,
  vlanFiltered: 0,
  ruleDropped: 0,
  lroAggregates: 0,
  lroSegments: 0,
  rxBuckets: new Array<number>(RMON_BUCKETS.length).fill(0),
  txBuckets: new Array<number>(RMON_BUCKETS.length).fill(0),
});

/** RFC 2819, etherHistory sizes, the last one up to the largest frame; frame check sequence included. */
export const RMON_BUCKETS: readonly (readonly [low: number, high: number])[] = [
  [0, 64],
  [65, 127],
  [128, 255],
  [256, 511],
  [512, 1023],
  [1024, 1518],
  [1519, 2047],
  [2048, 4095],
  [4096, 9626],
];

const FOUR_TUPLE: readonly HashField[] = ['ip-src', 'ip-dst', 'l4-src', 'l4-dst'];
const TWO_TUPLE: readonly HashField[] = ['ip-src', 'ip-dst'];

export const DEFAULT_HASH_FIELDS: readonly (readonly [FlowType, readonly HashField[]])[] = [
  ['tcp4', FOUR_TUPLE],
  ['udp4', FOUR_TUPLE],
  ['sctp4', FOUR_TUPLE],
  ['ip4', TWO_TUPLE],
  ['tcp6', FOUR_TUPLE],
  ['udp6', FOUR_TUPLE],
  ['sctp6', FOUR_TUPLE],
  ['ip6', TWO_TUPLE],
  ['ether', []],
];

export const ETH_RSS_HASH_TOP = 1;
/** Longest hash input: two IPv6 addresses, two ports, a flow label, a tag. */
export const LONGEST_HASH_INPUT = 16 + 16 + 4 + 4 + 2;

export function newRssState(key: Uint8Array, queues: number, size: number): RssState {
  return {
    hashFunction: ETH_RSS_HASH_TOP,
    inputTransform: 0,
    key,
    tables: null,
    indirection: spread(queues, size),
    tableIsUsers: false,
  };
}

/** ethtool_rxfh_indir_default(). */
export const spread = (queues: number, size: number): number[] =>
  Array.from({ length: size }, (_, index) => index % queues);

export interface PortSeed {
  readonly name: PortName;
  readonly limits: NicLimits;
  readonly parts: NicParts;
  readonly host: DriverHost;
  readonly address: MacAddress;
  readonly rssKey: Uint8Array;
  readonly switching: PortSwitching | undefined;
  readonly virtualPort?: VirtualPort | undefined;
}

export function newPort(seed: PortSeed): NicPort {
  const { limits } = seed;
  return {
    name: seed.name,
    switching: seed.switching,
    virtualPort: seed.virtualPort,
    limits,
    parts: seed.parts,
    host: seed.host,
    permanentAddress: seed.address,
    now: 0n,
    up: false,
    polling: true,
    cablePlugged: true,
    partner: { pause: true, asymPause: false },
    features: new Set(DEFAULT_FEATURES),
    address: seed.address,
    mtu: 1500,
    rxMode: { promiscuous: false, allMulticast: false, unicast: [], multicast: [] },
    vids: new Map(),
    rings: { rx: limits.ringDefault, tx: limits.ringDefault, tcpDataSplit: 1, hdsThresh: 0 },
    channels: limits.queues,
    coalesce: {
      rxUsecs: 0,
      rxMaxFrames: 0,
      txUsecs: 0,
      txMaxFrames: 0,
      useAdaptiveRx: false,
      useAdaptiveTx: false,
      statsBlockUsecs: 0,
      useCqeModeRx: false,
      useCqeModeTx: false,
    },
    pause: { autoneg: false, rx: false, tx: false },
    pausedUntil: 0n,
    xoffRefresh: null,
    rss: new Map([[0, newRssState(seed.rssKey, limits.queues, limits.indirectionSize)]]),
    hashFields: new Map(DEFAULT_HASH_FIELDS),
    rules: new Map(),
    timestamping: { txType: 0, rxFilter: 0 },
    autoneg: true,
    forcedSpeed: limits.speed,
    fec: ['rs'],
    service: newServiceState(seed.address),
    counters: NO_COUNTERS(),
    rxQueues: Array.from({ length: limits.queues }, (_, index) => newRxQueue(index)),
    txQueues: Array.from({ length: limits.queues }, (_, index) => newTxQueue(index)),
  };
}

const newRxQueue = (index: number): RxQueue => ({
  index,
  ring: [],
  firstArrival: null,
  lastArrival: 0n,
  aggregators: new Map(),
  flushAt: null,
  packets: 0,
  bytes: 0,
  csumComplete: 0,
  csumUnnecessary: 0,
  csumNone: 0,
  hwGroPackets: 0,
  hwGroBytes: 0,
  hwGroWirePackets: 0,
  hwGroWireBytes: 0,
});

const newTxQueue = (index: number): TxQueue => ({
  index,
  ring: [],
  stopped: false,
  packets: 0,
  bytes: 0,
  csumNone: 0,
  needsCsum: 0,
  hwGsoPackets: 0,
  hwGsoBytes: 0,
  hwGsoWirePackets: 0,
  hwGsoWireBytes: 0,
  stop: 0,
  wake: 0,
});

export const newGroEngine = (port: NicPort): GroEngine<RxFrame> =>
  new GroEngine<RxFrame>({ maxSize: 65536, maxSegments: 64, maxFlows: 8 }, port.parts.groRules);

/** There is none while the cable is tested. */
export const hasCarrier = ({ cablePlugged, service }: NicPort): boolean => cablePlugged && service.cableTest === null;
export function speedOf({ autoneg, limits, forcedSpeed, service }: NicPort): number {
  if (!autoneg) return forcedSpeed;
  const isOffered = service.advertised.includes(`${limits.speed}baseCR/Full`);
  return isOffered ? limits.speed : Number.parseInt(service.advertised[0] ?? '', 10) || limits.speed;
}
