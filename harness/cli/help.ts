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
