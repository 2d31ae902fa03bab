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
  await new Promise<void>((resolve, reject) => {
    const finish = (error?: unknown): void => {
      clearTimeout(timer);
      watch.stop();
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error(String(error)));
    };
    const timer = setTimeout(finish, withinMs);
    const watch = libc().watch(fd, () => {
      try {
        drain();
        if (enough()) finish();
      } catch (error) {
        finish(error);
      }
    });
  });
  drain();
}

/** The same for a source that no descriptor announces: it is looked at every millisecond. */
export async function pollUntil(drain: () => void, enough: () => boolean, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (drain(); !enough() && performance.now() < end; drain()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
