import { TargetFault, TargetLost, type Testimony } from '../contract/index.js';

/** How often the watch looks for calls that take too long. */
const TICK_MS = 100;

interface PendingCall {
  readonly name: string;
  readonly limitMs: number;
  readonly reject: (fault: TargetFault) => void;
  ticks: number;
}

/**
 * Calls a target. A call that throws, or takes longer than it may, ends in TargetFault; after one that hung or lost the target, every
 * other fails at once, because nobody knows what state the target is in. One timer watches all calls, so that a quick call costs next to nothing.
 */
export class CallGuard {
  readonly #limitMs: number;
  readonly #pending = new Set<PendingCall>();
  #timer: NodeJS.Timeout | undefined;
  #hung: string | null = null;
  #testimony: readonly Testimony[] = [];

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Which call hung, or why the target is lost; or null. */
  get hung(): string | null {
    return this.#hung;
  }

  /** What the target left behind when it was lost. */
  get testimony(): readonly Testimony[] {
    return this.#testimony;
  }

  /** `waitMs`: what the call was asked to wait, on top of the limit. */
  call<Value>(name: string, run: () => Promise<Value>, waitMs = 0): Promise<Value> {
    if (this.#hung !== null) return Promise.reject(new TargetFault(`the target does not answer: ${this.#hung}`));
    return this.callAnyway(name, run, waitMs);
  }

  /** The same for a target that hung before: it is to be closed all the same. */
  callAnyway<Value>(name: string, run: () => Promise<Value>, waitMs = 0): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      const pending: PendingCall = { name, limitMs: this.#limitMs + waitMs, reject, ticks: 0 };
      this.#pending.add(pending);
      this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
      const fail = (error: unknown): void => {
        this.#pending.delete(pending);
        if (error instanceof TargetLost) this.#lose(error);
        reject(faultOf(name, error));
      };
      try {
        run().then((value) => {
          this.#pending.delete(pending);
          resolve(value);
        }, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  #lose({ message, testimony }: TargetLost): void {
    this.#hung ??= message;
    if (this.#testimony.length === 0) this.#testimony = testimony;
  }

  /** Stops the watch; it starts again with the next call. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    for (const pending of this.#pending) {
      pending.ticks += 1;
      if (pending.ticks * TICK_MS <= pending.limitMs) continue;
      this.#pending.delete(pending);
      this.#hung = `${pending.name} took longer than ${pending.limitMs} ms`;
      pending.reject(new TargetFault(this.#hung));
    }
  }
}

function faultOf(name: string, error: unknown): TargetFault {
  if (error instanceof TargetFault) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new TargetFault(`${name} failed: ${message}`, { cause: error });
}
