/** A timer that can be set again and stopped: struct timer_list. */
import type { Nanoseconds } from '../../../../harness/contract/index.js';

/** Runs it when this time has come; it cannot be taken back. */
export type At = (time: Nanoseconds, run: () => void) => void;

export class Timer {
  readonly #at: At;
  readonly #run: () => void;
  #expires: Nanoseconds | undefined;

  constructor(at: At, run: () => void) {
    this.#at = at;
    this.#run = run;
  }

  /** timer_pending(). */
  get isPending(): boolean {
    return this.#expires !== undefined;
  }

  get expires(): Nanoseconds | undefined {
    return this.#expires;
  }

  /** mod_timer(). */
  set(time: Nanoseconds): void {
    if (this.#expires === time) return;
    this.#expires = time;
    this.#at(time, () => {
      if (this.#expires !== time) return;
      this.#expires = undefined;
      this.#run();
    });
  }

  /** Unless it would run before then anyway. */
  setEarlier(time: Nanoseconds): void {
    if (this.#expires === undefined || this.#expires > time) this.set(time);
  }

  /** del_timer(). */
  stop(): void {
    this.#expires = undefined;
  }

  /** br_timer_value(). */
  left(now: Nanoseconds): Nanoseconds {
    return this.#expires === undefined || this.#expires <= now ? 0n : this.#expires - now;
  }
}
