/** A scenario as it is written, for the formats that show it as text. */
import type { Example, ExampleTable, Step } from './specification/model.js';

/** Gherkin, with the background's steps before the scenario's own, since they run before them. */
export function exampleText({ kind, name, background, steps, tables }: Example): string {
  return [
    `${kind === 'outline' ? 'Scenario Outline' : 'Scenario'}: ${name}`,
    ...[...background, ...steps].flatMap(stepLines),
    ...tables.flatMap(tableLines),
  ].join('\n');
}

function stepLines({ keyword, text, table, docString }: Step): readonly string[] {
  return [
    `  ${keyword} ${text}`,
    ...(docString === '' ? [] : ['    """', ...docString.split('\n').map((line) => `    ${line}`), '    """']),
    ...rowLines(table, '    '),
  ];
}

function tableLines({ name, header, rows }: ExampleTable): readonly string[] {
  return ['', `  Examples:${name === '' ? '' : ` ${name}`}`, ...rowLines([header, ...rows], '    ')];
}

/** Columns as wide as their widest cell. */
function rowLines(rows: readonly (readonly string[])[], indent: string): readonly string[] {
  const escaped = rows.map((row) => row.map(escapeCell));
  const widths: number[] = [];
  for (const row of escaped) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return escaped
    .filter((row) => row.length > 0)
    .map((row) => `${indent}| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
}

/** As Gherkin writes what would end a cell. */
function escapeCell(cell: string): string {
  return cell.replace(/[\\|]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
}
