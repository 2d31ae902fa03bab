import type { LagTransmit } from '../../../harness/contract/index.js';

/** Rules of aggregates in the switch that a seeded defect may replace, one at a time. */
export interface LagParts {
  /** Whether the hardware distributes frames in this way. */
  readonly takes: (transmit: LagTransmit, sound: boolean) => boolean;
  /** Whether a member that is no backup and has its link sends. */
  readonly sends: (linkUp: boolean, transmitEnabled: boolean) => boolean;
  /** Whether frames that come in at a member are the aggregate's. */
  readonly collects: (sound: boolean) => boolean;
  /** The place of the member among those that send. */
  readonly place: (hash: number, members: number) => number;
  /** Whether a flooded frame goes back to the aggregate that it came from. It must not. */
  readonly returns: boolean;
  /** Whether a frame leaves at every member that sends. It must not. */
  readonly copies: boolean;
  /** What is said to the driver when there is no room for another aggregate. */
  readonly admits: (hasRoom: boolean) => boolean;
  /** Whether a port that leaves its aggregate is a port of its own again. */
  readonly forgetsMember: boolean;
}

export const CONFORMING_LAG: LagParts = {
  takes: (_transmit, sound) => sound,
  sends: (linkUp, transmitEnabled) => linkUp && transmitEnabled,
  collects: (sound) => sound,
  place: (hash, members) => hash % members,
  returns: false,
  copies: false,
  admits: (hasRoom) => hasRoom,
  forgetsMember: true,
};
