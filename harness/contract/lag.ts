/** What a driver of a switch does for link aggregates (bond, team): struct netdev_lag_upper_info and netdev_lag_lower_state_info. */
import type { Awaitable, Branded, PortName } from './values.js';
import type { DriverResult } from './device.js';

/** An aggregate as the driver knows it; the same number as long as it is there. */
export type LagId = Branded<number, 'LagId'>;

/** enum netdev_lag_tx_type. */
export type LagTransmit = 'unknown' | 'random' | 'broadcast' | 'round-robin' | 'active-backup' | 'hash';

/**
 * enum netdev_lag_hash: what of a frame decides through which member it leaves. `unknown`: a team, where a program of the user's decides,
 * and hardware uses what it has.
 * @requirement SW-LAG-*, SW-TEAM-*
 */
export type LagHash = 'none' | 'unknown' | 'layer2' | 'layer3+4' | 'layer2+3' | 'encap2+3' | 'encap3+4' | 'vlan+srcmac';

/** @requirement SW-LAG-*, SW-LAGOPT-*, SW-TEAM-* */
export interface OffloadedLag {
  readonly id: LagId;
  readonly transmit: LagTransmit;
  /** Of a bond `none` unless `transmit` is `hash`; of a team always `unknown`. */
  readonly hash: LagHash;
}

/** @requirement SW-LAG-*, SW-TEAM-* */
export interface LagMemberState {
  readonly linkUp: boolean;
  /** Not a backup of a bond; enabled in a team, which does not say which port is the active one. Frames leave through a member only if both are so. */
  readonly transmitEnabled: boolean;
}

/**
 * A bridge that an aggregate joins is joined by each of its members (SwitchdevOps.join), and attributes and objects of the port of the
 * bridge are told to each of them. An entry of the table is told to one of them, and belongs to the aggregate.
 * @requirement SW-LAG-*
 */
export interface LagOps {
  /**
   * NETDEV_PRECHANGEUPPER, NETDEV_CHANGEUPPER: the port becomes a member. Any refusal but EOPNOTSUPP undoes it; with EOPNOTSUPP, or without
   * this operation, software distributes. The member sends nothing before `setLagMember` says so.
   */
  joinLag?(port: PortName, lag: OffloadedLag): Awaitable<DriverResult>;
  leaveLag?(port: PortName, lag: LagId): Awaitable<void>;
  /** NETDEV_CHANGELOWERSTATE. */
  setLagMember?(port: PortName, lag: LagId, state: LagMemberState): Awaitable<void>;
}
