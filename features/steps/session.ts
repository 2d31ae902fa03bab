import type { Target, TargetDescription } from '../../harness/contract/index.js';
import type { NettoolParts } from '../../reference-impl/nettool/index.js';

/**
 * What a run gives to its steps. The runner makes one before the first scenario; `npx cucumber-js` makes one from the
 * configuration file. Steps never learn which target it is.
 */
export interface Session {
  /** Clean, because the runner resets it before each scenario. */
  readonly target: Target;
  readonly description: TargetDescription;
  /** Seed of every law of this run. */
  readonly seed: number;
  /** Cases that a law tries. */
  readonly runs: number;
  /** Where to start in the tree of a law's cases: fast-check's path of a counterexample that is to be repeated. */
  readonly path?: string;
  /** Of a law over sequences of commands: which commands of the case ran, fast-check's replay path. */
  readonly replayPath?: string;
  /** nettool as the user of this run has it; absent: as it should be. */
  readonly nettool?: NettoolParts | undefined;
  /** Says that a new case of a law begins: evidence of the cases before it is not needed any more. */
  newCase(): void;
}

let current: Session | undefined;

/** Sets the session of the scenarios that run next. */
export function setSession(session: Session): void {
  current = session;
}

/** The session of the running scenario. */
export function currentSession(): Session {
  if (current === undefined) throw new Error('no session: run the features through nicspec or through cucumber.mjs');
  return current;
}
