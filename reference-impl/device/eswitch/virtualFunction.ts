/** A virtual function: what its physical function set, what it asked for itself, and what it counted. */
import type { MacAddress, Vid } from '../../../harness/contract/index.js';
import type { NicPort } from '../state.js';

/** linux/if_link.h: IFLA_VF_LINK_STATE_*. */
export const LINK_STATE_AUTO = 0;
export const LINK_STATE_ENABLE = 1;
export const LINK_STATE_DISABLE = 2;

export const NO_ADDRESS = '00:00:00:00:00:00' as MacAddress;

/** What a virtual function receives beside frames to its addresses, each with all that comes before it. */
export type ReceiveMode = 'broadcast' | 'multicast' | 'all-multicast' | 'promiscuous';

/** What the physical function says; it holds whoever drives the virtual function. */
export interface VfSettings {
  /** NO_ADDRESS: the virtual function chooses. */
  address: MacAddress;
  vlan: number;
  qos: number;
  minTxRate: number;
  maxTxRate: number;
  spoofCheck: boolean;
  linkState: number;
  trusted: boolean;
}

/** What the virtual function asked for and got; a reset of the function clears it. */
export interface VfFilters {
  /** Its own; NO_ADDRESS while it has none. */
  address: MacAddress;
  unicast: readonly MacAddress[];
  multicast: readonly MacAddress[];
  vids: Set<Vid>;
  mode: ReceiveMode;
}

export interface VfCounters {
  rxPackets: number;
  txPackets: number;
  rxBytes: number;
  txBytes: number;
  broadcast: number;
  multicast: number;
  rxDropped: number;
  txDropped: number;
}

export interface VirtualFunction {
  readonly index: number;
  /** Its bit in the tables of the embedded switch. */
  readonly bit: number;
  settings: VfSettings;
  filters: VfFilters;
  counters: VfCounters;
  /** It has reset itself since the physical function asked it to: until then it does nothing else, and no frame passes. */
  clearToSend: boolean;
  /** Interrupt vectors that were set for it; 0: as many as every function has. */
  vectors: number;
  /** Queues of events that it may have, of the port of the function; 0: as many as it has vectors for. */
  maxIoEqs: number;
  /** Whether it may speak RDMA over Ethernet, and be moved to another host while it runs. */
  readonly capabilities: { roce: boolean; migratable: boolean };
  /** The port that its driver registered. */
  port: NicPort | undefined;
}

export const DEFAULT_SETTINGS: VfSettings = {
  address: NO_ADDRESS,
  vlan: 0,
  qos: 0,
  minTxRate: 0,
  maxTxRate: 0,
  spoofCheck: true,
  linkState: LINK_STATE_AUTO,
  trusted: false,
};

export const noFilters = (): VfFilters => ({
  address: NO_ADDRESS,
  unicast: [],
  multicast: [],
  vids: new Set(),
  mode: 'broadcast',
});

export const noCounters = (): VfCounters => ({
  rxPackets: 0,
  txPackets: 0,
  rxBytes: 0,
  txBytes: 0,
  broadcast: 0,
  multicast: 0,
  rxDropped: 0,
  txDropped: 0,
});

export const newVirtualFunction = (index: number): VirtualFunction => ({
  index,
  bit: 1 << (index + 1),
  settings: { ...DEFAULT_SETTINGS },
  filters: noFilters(),
  counters: noCounters(),
  clearToSend: false,
  vectors: 0,
  maxIoEqs: 0,
  capabilities: { roce: true, migratable: false },
  port: undefined,
});

/** Virtual switch tagging: the switch tags what leaves the function, and takes the tag off what it delivers. */
export const hasPortVlan = ({ settings }: VirtualFunction): boolean => settings.vlan !== 0 || settings.qos !== 0;
