/** One line of the table that `npm run bench` prints: a rate, and how it stands to something that everybody knows. */
import { Bench } from 'tinybench';

/** Bytes, or pieces of work, a second. */
export type Unit = keyof typeof SCALES;

const SCALES = { 'GB/s': 1e9, 'M/s': 1e6, 'k/s': 1e3, 'a minute': 1 } as const;

export interface BenchRow {
  readonly name: string;
  /** Work done in a second, in the unit. */
  readonly rate: number;
  readonly unit: Unit;
  /** What it is compared with, and how many times faster than it this is. */
  readonly peers: readonly { readonly name: string; readonly ratio: number }[];
}

/** Something that is timed: `work` is what one call does, in the unit of the row (bytes for GB/s, pieces otherwise). */
export interface Measured {
  readonly name: string;
  readonly run: () => unknown;
  readonly work: number;
}

/** Milliseconds for each candidate, behind as long a warm-up. */
const TIME_MS = 300;
/** A sample takes at least so long, so that reading the clock does not count. */
const SAMPLE_MS = 0.2;

/** Measures the subject and its peers in turn, and makes the row. Rates are of the median sample. */
export async function measure(unit: Unit, subject: Measured, peers: readonly Measured[]): Promise<BenchRow> {
  const bench = new Bench({ time: TIME_MS, warmupTime: TIME_MS });
  const candidates = [subject, ...peers].map((candidate) => ({ ...candidate, calls: callsPerSample(candidate.run) }));
  for (const [index, { run, calls }] of candidates.entries()) {
    bench.add(String(index), () => {
      for (let call = 0; call < calls; call++) sink(run());
    });
  }
  await bench.run();
  const rates = candidates.map(({ name, work, calls }, index) => {
    const result = bench.tasks[index]?.result;
    if (result?.state !== 'completed')
      throw new Error(`${name} could not be measured: ${result?.state ?? 'no result'}`);
    return (work * calls * 1000) / result.latency.p50 / SCALES[unit];
  });
  const rate = rates[0] ?? 0;
  return {
    name: subject.name,
    rate,
    unit,
    peers: peers.map(({ name }, index) => ({ name, ratio: rate / (rates[index + 1] ?? 0) })),
  };
}

function callsPerSample(run: () => unknown): number {
  for (let calls = 1; ; calls *= 2) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) sink(run());
    if (performance.now() - start >= SAMPLE_MS) return calls;
  }
}

let kept: unknown;

/** Keeps a result alive, so that the work for it is not left out. */
function sink(value: unknown): void {
  kept = value;
}

/** The value of the last call, for nobody: see `sink`. */
export const lastResult = (): unknown => kept;

/** Plain columns, one row a line, one peer a line. */
export function formatRows(rows: readonly BenchRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.flatMap(({ name, rate, unit, peers }) =>
    (peers.length === 0 ? [undefined] : peers).map((peer, index) => {
      const own =
        index === 0 ? `${name.padEnd(width)}  ${format(rate).padStart(8)} ${unit.padEnd(4)}` : ' '.repeat(width + 15);
      return peer === undefined ? own : `${own}  ${format(peer.ratio).padStart(7)} x  ${peer.name}`;
    }),
  );
  return `${lines.join('\n')}\n`;
}

const format = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
