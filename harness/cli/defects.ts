import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import colors from 'picocolors';
import { renderKillMatrix } from '../report/page/index.js';
import { runDefects, type DefectResult, type DefectsResult } from '../runner/defects.js';
import { EXIT } from '../runner/judgeRun.js';
import type { DefectsFlags } from './main.js';
import { print, printJson } from './terminal.js';

/** `nicspec defects`: exit code 1 if a defect survives. */
export async function defectsCommand(flags: DefectsFlags): Promise<number> {
  const { only = [], seed, runs, full = false, json = false } = flags;
  const isTerminal = process.stderr.isTTY;
  const onProgress = (done: number, of: number): void => {
    if (isTerminal) process.stderr.write(`\r\u001b[K${done} of ${of} defects${done === of ? '\r\u001b[K' : ''}`);
  };
  const result = await runDefects({ only, seed, runs, full, onProgress });
  const out = resolve(flags.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'defects.json'), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(out, 'defects.html'), renderKillMatrix(result));
  if (json) printJson(result);
  else printMatrix(result, out);
  return result.survivors.length === 0 && result.unsound.length === 0 ? EXIT.conforms : EXIT.doesNotConform;
}

function printMatrix({ summary, unsound, defects, durationMs }: DefectsResult, out: string): void {
  const width = Math.max(0, ...defects.map(({ id }) => id.length));
  for (const defect of defects) print(matrixLine(defect, width));
  for (const { requirement, reason } of unsound) {
    print(colors.yellow(`${requirement} fails on the sound reference: ${reason}`));
  }
  const named = summary.byNamedRequirement;
  print(
    `\n${summary.killed} of ${summary.total} defects killed, ${named} by the requirement they name, ${(durationMs / 1000).toFixed(1)} s`,
  );
  print(`reports: ${join(out, 'defects.html')}`);
}

function matrixLine({ id, killed, killedBy, caughtBy, reason }: DefectResult, width: number): string {
  const mark = killed ? colors.green('killed  ') : colors.red('survives');
  const by = killedBy.includes(caughtBy) ? caughtBy : `${caughtBy} → ${killed ? killedBy.join(' ') : 'nothing'}`;
  return `${mark}  ${id.padEnd(width)}  ${by}${killed ? '' : `  ${reason}`}`;
}
