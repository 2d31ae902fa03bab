/** What the commands have in common: examples behind their help, and an exit code. */

/** Commands with what they are for, in two columns. */
export function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`.trimEnd());
  return `\nExamples:\n${text.join('\n')}`;
}

export async function exitWith(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

/** What every command but nicspec shell ends with. */
export const EXIT_CODES = [
  [0, 'conforms'],
  [1, 'does not'],
  [2, 'wrong use'],
  [3, 'the target or the rig failed'],
] as const;

export const exitCodes = (): string =>
  `\nExit codes: ${EXIT_CODES.map(([code, text]) => `${code} ${text}`).join(', ')}.`;
