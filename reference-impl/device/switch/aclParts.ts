import type { DriverResult } from '../../../harness/contract/index.js';

/** Rules of the switch's access list that a seeded defect may replace, one at a time. */
export interface AclParts {
  /** Which of two rules is asked first: the one for which this is negative. */
  readonly compares: (priority: number, other: number, serial: number, otherSerial: number) => number;
  /** What the parser read of a frame. */
  readonly parsed: (key: Uint8Array, bytes: Uint8Array) => void;
  /** The mask of a field, as it is written into the memory. */
  readonly fieldMask: (field: string, mask: Uint8Array) => Uint8Array;
  /** Whether ranges of ports are looked at. */
  readonly looksAtRanges: boolean;
  /** Whether rules of one type of frames are asked about frames of another. */
  readonly isOfProtocol: (protocol: number, type: number) => boolean;
  /** Whether a rule is for one port alone. */
  readonly isOfPort: (own: number, port: number) => boolean;
  /** Whether a frame that was redirected, or dropped, goes its way all the same. */
  readonly goesOn: (what: 'dropped' | 'redirected') => boolean;
  /** Whether the host gets what is trapped. */
  readonly traps: boolean;
  /** The frame that leaves at the target of a redirection, or as a copy. */
  readonly sentCopy: (bytes: Uint8Array, what: 'redirect' | 'mirror') => Uint8Array;
  /** Ports that get a copy. */
  readonly mirrors: (ports: number) => number;
  /** Whether what leaves a port is mirrored: what the switch forwards, and what the host sends. */
  readonly mirrorsLeaving: (whose: 'forwarded' | 'host') => boolean;
  /** What a rule counts for a frame, and for its length. */
  readonly countedFrames: number;
  readonly countedBytes: (length: number) => number;
  /** Whether what was told once is not told again. */
  readonly clearsTold: boolean;
  /** Whether a rule that is removed is out of the memory. */
  readonly removes: boolean;
  /** What the driver says of a rule that the memory has no room for, or that the chip cannot have. */
  readonly answers: (sound: DriverResult) => DriverResult;
  /** Whether a chain is looked at that a rule leads to. */
  readonly followsChains: boolean;
}

export const CONFORMING_ACL: AclParts = {
  compares: (priority, other, serial, otherSerial) => priority - other || serial - otherSerial,
  parsed: () => undefined,
  fieldMask: (_field, mask) => mask,
  looksAtRanges: true,
  isOfProtocol: (protocol, type) => protocol === type || protocol === 3,
  isOfPort: (own, port) => own === port,
  goesOn: () => false,
  traps: true,
  sentCopy: (bytes) => bytes,
  mirrors: (ports) => ports,
  mirrorsLeaving: () => true,
  countedFrames: 1,
  countedBytes: (length) => length,
  clearsTold: true,
  removes: true,
  answers: (sound) => sound,
  followsChains: true,
};
