/** How far a run is, on standard error: one line that changes on a terminal, a line now and then elsewhere. */
import type { RunProgress } from '../runner/run.js';

/** A run that is over by then needs no progress. */
const QUIET_MS = 2000;
const TERMINAL_MS = 100;
const PLAIN_MS = 5000;

export interface Progress {
  report(progress: RunProgress): void;
  /** Takes the changing line away. */
  end(): void;
}

export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const start = performance.now();
  const every = stream.isTTY ? TERMINAL_MS : PLAIN_MS;
  let next = QUIET_MS;
  let failed = 0;
  let isShown = false;
  return {
    report({ done, of, record }) {
      if (record.outcome === 'fail' && record.probeOf.length === 0) failed += 1;
      const elapsed = performance.now() - start;
      if (elapsed < next) return;
      next = elapsed + every;
      const line = `${done} of ${of} scenarios${failed === 0 ? '' : `, ${failed} failed`}, ${Math.round(elapsed / 1000)} s`;
      stream.write(stream.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
      isShown = true;
    },
    end() {
      if (isShown && stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
