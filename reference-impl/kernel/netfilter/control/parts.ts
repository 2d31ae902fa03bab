/** Rules of the control side of nf_tables that a seeded defect may replace. */
import type { NftMessageName } from '../../../netlink/families/nftables.js';
import type { Values } from '../../../netlink/schema.js';

export interface NetfilterControlParts {
  /** Whether a check of a request is made: by the name that it has where it is made. */
  readonly checks: (check: string) => boolean;
  /** What a message tells, before it is written. */
  readonly told: (message: NftMessageName, values: Values) => Values;
  /** Whether a change is announced, by the type of its message. */
  readonly announces: (type: number) => boolean;
  /** Whether a batch that failed changes nothing. */
  readonly abortsWhole: boolean;
  /** Whether the messages behind one that failed are looked at too. */
  readonly goesOnBehindFailure: boolean;
  /** Whether a batch without an end is a rehearsal. */
  readonly needsEnd: boolean;
  /** nf_tables_valid_genid(). */
  readonly isGeneration: (asked: number, now: number) => boolean;
  /** The generation behind one. */
  readonly nextGeneration: (generation: number, changes: number) => number;
}

export const CONFORMING_NETFILTER_CONTROL: NetfilterControlParts = {
  checks: () => true,
  told: (_message, values) => values,
  announces: () => true,
  abortsWhole: true,
  goesOnBehindFailure: true,
  needsEnd: true,
  isGeneration: (asked, now) => asked === 0 || asked === now,
  // An empty commit list: nothing happened.
  nextGeneration: (generation, changes) => (changes === 0 ? generation : (generation + 1) >>> 0 || 1),
};
