/** Time of a model while somebody works with it by hand. */
import type { Target } from '../contract/index.js';

/** `wall`: a model's time passes as that of the machine does; `virtual`: it stands still. */
export type ShellClock = 'wall' | 'virtual';

/** A model runs all its timers at once when it is called after a long while; in steps, so that what it tells is told in between. */
const MOST_AT_ONCE_MS = 1000;

/** Lets as much time pass on the target as has passed here since the last call. On a target with a clock of its own it does nothing. */
export class WallClock {
  readonly #target: Target;
  readonly #passes: boolean;
  #last = performance.now();

  constructor(target: Target, clock: 'virtual' | 'real', wanted: ShellClock) {
    this.#target = target;
    this.#passes = clock === 'virtual' && wanted === 'wall';
  }

  async catchUp(): Promise<void> {
    if (!this.#passes) return;
    const now = performance.now();
    let elapsed = now - this.#last;
    if (elapsed < 1) return;
    this.#last = now;
    for (; elapsed > 0; elapsed -= MOST_AT_ONCE_MS) await this.#target.clock.sleep(Math.min(elapsed, MOST_AT_ONCE_MS));
  }
}
