/** The target of a run, with what goes wrong with it: it hangs, and is opened anew; it hangs again and again, and the run stops. */
import { setImmediate } from 'node:timers/promises';
import { TargetFault, type Target, type TargetDescription } from '../contract/index.js';
import { TargetBench } from '../targets/bench.js';
import { RecordingTarget } from '../targets/recording.js';

/** So many scenarios in a row may lose their target. */
const MAX_LOSSES = 3;

export interface RigOptions {
  readonly open: () => Promise<Target>;
  readonly callLimitMs?: number;
  /** Awaited before each scenario: what the one before still writes. */
  readonly settle: () => Promise<void>;
}

export class Rig {
  readonly bench: TargetBench<RecordingTarget>;
  readonly description: TargetDescription;
  readonly #options: RigOptions;
  #isLost = false;
  #losses = 0;
  #stopped: string | null = null;

  private constructor(options: RigOptions, first: RecordingTarget, description: TargetDescription) {
    this.#options = options;
    this.description = description;
    this.bench = new TargetBench(first, () => this.#next());
  }

  /** @throws TargetFault if the target does not start or does not say who it is. */
  static async open(options: RigOptions): Promise<Rig> {
    const first = await openRecording(options);
    try {
      return new Rig(options, first, await first.describe());
    } catch (error) {
      await first.close().catch(() => undefined);
      throw error;
    }
  }

  /** Why no further scenario can run, or null. */
  get stopped(): string | null {
    return this.#stopped;
  }

  /** No further scenario is to run. */
  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  /**
   * A scenario ended. `loss`: why its target cannot be trusted any more, although no call hung; null where there is no such reason.
   */
  scenarioEnded(loss: string | null): void {
    const reason = this.bench.current.hung ?? loss;
    this.#isLost = reason !== null;
    this.#losses = reason === null ? 0 : this.#losses + 1;
    if (this.#losses >= MAX_LOSSES) this.stop(`the target was lost ${MAX_LOSSES} times in a row: ${reason ?? ''}`);
  }

  /** Closes the target; one that does not answer any more is left alone. */
  async close(): Promise<void> {
    await this.bench.close().catch(() => undefined);
  }

  async #next(): Promise<RecordingTarget> {
    await this.#options.settle();
    // On a model nothing waits for the outside: without a turn of the event loop no signal would ever be heard.
    await setImmediate();
    if (this.#stopped !== null) throw new TargetFault(this.#stopped);
    if (!this.#isLost) return this.bench.current;
    await this.close();
    const next = await openRecording(this.#options);
    this.#isLost = false;
    return next;
  }
}

async function openRecording({ open, callLimitMs }: RigOptions): Promise<RecordingTarget> {
  return new RecordingTarget(await open(), callLimitMs === undefined ? {} : { callLimitMs });
}
