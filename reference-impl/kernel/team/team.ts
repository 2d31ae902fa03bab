/** What a team is made of: struct team and struct team_port of include/linux/if_team.h. */
import type { Rejoins } from '../rejoins.js';
import type { IfIndex } from '../../../harness/contract/index.js';
import type { AggregateMember } from '../aggregates.js';
import type { ClassicFilter } from './classicFilter.js';
import { isUp, type NetDevice } from '../netDevice.js';
import type { OptionInstance, TeamOption } from './teamOption.js';

export interface TeamPort extends AggregateMember {
  readonly team: Team;
  /** state: what the net device tells of its link. */
  state: { linkUp: boolean; speed: number; duplex: number };
  /** What the team takes its link for: the user's word where it counts. */
  linkUp: boolean;
  userLinkUp: boolean;
  userLinkUpCounts: boolean;
  priority: number;
  queueId: number;
  /** Told as changed, or as gone, the next time. */
  isChanged: boolean;
  isRemoved: boolean;
  /** Bytes that load balancing sent through it, now and when it was looked at last. */
  balancedBytes: number;
  toldBytes: number;
}

/** How many places there are for flows: a hash is a byte. */
export const LB_TX_HASHTABLE_SIZE = 256;

/** struct lb_priv. */
export interface LoadBalance {
  /** bpf_hash_func as it was set, and made ready to run. */
  program: Uint8Array;
  filter: ClassicFilter | undefined;
  method: string;
  /** By hash: the port that the user chose. */
  readonly mapping: (TeamPort | undefined)[];
  /** By hash: bytes that were sent, now and when they were looked at last. */
  readonly bytes: Float64Array;
  readonly toldBytes: Float64Array;
  /** Tenths of a second; 0: nobody looks. */
  refreshInterval: number;
  /** Changes with the interval, so that looks that were planned before do nothing. */
  refresh: number;
}

export const newLoadBalance = (): LoadBalance => ({
  program: new Uint8Array(0),
  filter: undefined,
  method: 'hash',
  mapping: Array.from({ length: LB_TX_HASHTABLE_SIZE }, () => undefined),
  bytes: new Float64Array(LB_TX_HASHTABLE_SIZE),
  toldBytes: new Float64Array(LB_TX_HASHTABLE_SIZE),
  refreshInterval: 0,
  refresh: 0,
});

export interface Team {
  readonly netDevice: NetDevice;
  /** In the order in which they came. */
  readonly ports: Map<IfIndex, TeamPort>;
  /** Those that are enabled; a port's place here is its index. */
  readonly enabled: TeamPort[];
  /** The name of its mode. */
  mode: string;
  /** What options there are, and each of them for what it is of. */
  readonly known: TeamOption[];
  readonly options: OptionInstance[];
  /** The user sets the carrier, and links of ports do no longer. */
  carrierIsUsers: boolean;
  /** The team itself is changing the MTU of its ports. */
  isChangingMtu: boolean;
  notifyPeersCount: number;
  notifyPeersInterval: number;
  /** count_pending of notify_peers. */
  noticesLeft: number;
  mcastRejoinCount: number;
  mcastRejoinInterval: number;
  readonly rejoins: Rejoins;
  /** Of the mode roundrobin: frames that were sent. */
  sent: number;
  /** Of the mode random: the state of what is drawn from. */
  random: number;
  /** Of the mode activebackup. */
  active: TeamPort | undefined;
  balance: LoadBalance;
}

/** struct team_mode __team_no_mode: what a team begins with. */
export const NO_MODE = '*NOMODE*';

/** The team that this net device is, or undefined. */
export const teamOf = ({ lower }: NetDevice): Team | undefined => (lower.kind === 'team' ? lower.team : undefined);

/** team_port_enabled(). */
export const isEnabled = (port: TeamPort): boolean => port.team.enabled.includes(port);

/** team_port_txable(). */
export const canSend = (port: TeamPort): boolean => port.linkUp && isEnabled(port);

/** Whether dev_queue_xmit() of this port takes a frame: its queue discipline is noop without a carrier. */
export const takesFrames = ({ netDevice }: TeamPort): boolean => isUp(netDevice) && netDevice.carrier;
