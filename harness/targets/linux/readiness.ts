/** Waiting for a descriptor without a thread: the event loop watches it. */
import { libc } from './libc.js';

/**
 * Takes items from a source that fills up while it is waited for. `drain` moves what is there into `queue`; it is called first, and
 * then each time `fd` is readable, until `enough`, or until `withinMs` are over.
 */
export async function drainUntil(
  fd: number,
  drain: () => void,
  enough: () => boolean,
  withinMs: number,
): Promise<void> {
  drain();
  if (enough() || withinMs <= 0) return;
  const deadline = new Deadline(withinMs);
  const watch = libc().watch(fd, () => {
    try {
      drain();
    } catch (error) {
      deadline.fail(error);
    }
    if (enough()) deadline.end();
  });
  try {
    await deadline.reached;
  } finally {
    watch.stop();
  }
  drain();
}

/** The same for a source that no descriptor announces: it is looked at every millisecond. */
export async function pollUntil(drain: () => void, enough: () => boolean, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    drain();
    if (enough() || performance.now() >= end) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** A time that ends by itself, or earlier. */
class Deadline {
  readonly reached: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #resolve: () => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor(milliseconds: number) {
    this.reached = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#timer = setTimeout(() => this.end(), milliseconds);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#resolve();
  }

  fail(reason: unknown): void {
    clearTimeout(this.#timer);
    this.#reject(reason);
  }
}
