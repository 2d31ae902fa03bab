/** Timers of the kernel's own, in no order: there are few. */
import type { Nanoseconds } from '../../harness/contract/index.js';

export class Timers {
  #timers: { readonly at: Nanoseconds; readonly run: () => void }[] = [];

  add(at: Nanoseconds, run: () => void): void {
    this.#timers.push({ at, run });
  }

  /** When the next one is due; null: none is there. */
  next(): Nanoseconds | null {
    let next: Nanoseconds | null = null;
    for (const { at } of this.#timers) if (next === null || at < next) next = at;
    return next;
  }

  /** Runs those that are due; what they add waits for the next time. */
  runDue(now: Nanoseconds): void {
    const due = this.#timers.filter(({ at }) => at <= now);
    if (due.length === 0) return;
    this.#timers = this.#timers.filter(({ at }) => at > now);
    for (const { run } of due) run();
  }

  clear(): void {
    this.#timers = [];
  }
}
