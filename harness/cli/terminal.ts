/** What the terminal can show: picocolors follows NO_COLOR, FORCE_COLOR and whether standard output is a terminal. */
import colors from 'picocolors';
import type { Outcome } from '../runner/records.js';

/** An outcome in its colour; the word itself says the same. */
export function colored(outcome: Outcome, text: string): string {
  switch (outcome) {
    case 'pass':
      return colors.green(text);
    case 'fail':
      return colors.red(text);
    case 'not-supported':
      return colors.magenta(text);
    case 'not-applicable':
      return colors.dim(text);
    case 'inconclusive':
      return colors.yellow(text);
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Columns, each as wide as its widest cell; `colors` may have been used in the last one only. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  '),
    )
    .join('\n');
}

/** Text in lines of at most so many characters, each with the indent. */
export function wrapped(text: string, indent: string, width = 96): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((one) => `${indent}${one}`).join('\n');
}
