import type { FdbEntry } from '../fdbTable.js';

/** Rules of locked ports and of MAC authentication bypass, that a seeded defect may replace, one at a time. */
export interface AuthenticationParts {
  /** br_setport(): whether MAB is refused at a port that is not locked, or does not learn. */
  readonly requires: (isLocked: boolean, learns: boolean) => boolean;
  /** br_setport(): whether locked entries go with the flag. */
  readonly flushesWithFlag: boolean;
  /** Whether only locked entries do. */
  readonly flushesOnly: (isLocked: boolean) => boolean;
  /** br_handle_frame_finish(): whether an unknown station is written down. */
  readonly writesDown: boolean;
  /** Whether the entry of an unknown station is locked. */
  readonly locks: boolean;
  /** Whether a station with a locked entry is let in. It must not be. */
  readonly admitsLocked: (entry: FdbEntry) => boolean;
  /** Whether a frame that is dropped confirms the locked entry of its source. */
  readonly refreshesLocked: boolean;
  /** Whether a station that the table has elsewhere stays there. */
  readonly keepsElsewhere: boolean;
  /** br_fdb_update() and br_fdb_external_learn_add(): whether an entry that moves to another port is locked no more. */
  readonly unlocksMoved: boolean;
  /** fdb_add_entry(): whether one that the user writes is locked no more. */
  readonly unlocksReplaced: boolean;
  /** fdb_fill_info(): NTF_EXT_LOCKED. */
  readonly tellsLocked: boolean;
  /** br_fdb_add(): whether a user may not write a locked entry. */
  readonly refusesLockedByUser: boolean;
}

export const CONFORMING_AUTHENTICATION: AuthenticationParts = {
  requires: (isLocked, learns) => isLocked && learns,
  flushesWithFlag: true,
  flushesOnly: (isLocked) => isLocked,
  writesDown: true,
  locks: true,
  admitsLocked: () => false,
  refreshesLocked: true,
  keepsElsewhere: true,
  unlocksMoved: true,
  unlocksReplaced: true,
  tellsLocked: true,
  refusesLockedByUser: true,
};
