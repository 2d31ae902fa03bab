/** Options that commands share, and what became of a command. */
import type { SessionOptions } from '../../../reference-impl/nettool/index.js';
import { chosenHosts, type OpenedHost } from '../hosts.js';

export const EXIT = {
  ok: 0,
  /** Validation refused it, or nothing matched. */
  refused: 1,
  wrongUse: 2,
  /** A machine cannot be reached, or does not answer. */
  machineFailed: 3,
  /** The kernel refused what was valid. */
  executionFailed: 4,
} as const;

export const EXIT_TEXT = `
Exit codes: 0 done, 1 refused by validation or nothing matched, 2 wrong use, 3 a machine cannot be reached,
4 the kernel refused what was valid (what was done before is taken back).`;

export interface CommonFlags {
  readonly on?: readonly string[];
  readonly timeout: number;
  readonly json?: boolean;
}

/** `--on A --on B,C`; a command of an agent may have commas, so it stands alone. */
export function collectHosts(value: string, before: readonly string[] = []): readonly string[] {
  return value.startsWith('agent:')
    ? [...before, value]
    : [...before, ...value.split(',').filter((name) => name !== '')];
}

export const sessionOptions = ({ timeout }: CommonFlags): SessionOptions => ({ timeoutMs: timeout });

export async function withHosts<Value>(
  flags: CommonFlags,
  action: (hosts: readonly OpenedHost[]) => Promise<Value>,
): Promise<Value> {
  const hosts = chosenHosts(flags.on ?? [], sessionOptions(flags));
  try {
    return await action(hosts);
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
}

export function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`.trimEnd());
  return `\nExamples:\n${text.join('\n')}`;
}
