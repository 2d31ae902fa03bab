/**
 * Every command of the documentation, run as its reader would run it. What takes minutes or needs another machine is run by a stage of
 * .ci/run or by another test, which docs/commands.yaml names; NICSPEC_DOCUMENTS=long runs what the documents mark as long.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { unknownWords } from '../cli/commandReference.js';
import { program } from '../cli/main.js';
import { filesBelow, PROJECT_ROOT, slashed } from '../runner/project.js';
import { ciStages } from './ciStages.js';
import { collapsed, commandsOf, type DocumentCommands, type ShownCommand } from './commandBlocks.js';
import { missingNeed, openDocumentSession } from './documentSession.js';
import { ELSEWHERE_FILE, faultOf, matches, readElsewhere } from './elsewhere.js';
import { missingLine } from './shownOutput.js';

const isLongRun = process.env['NICSPEC_DOCUMENTS'] === 'long';
/** Of one document. */
const LONGEST_MS = isLongRun ? 1_800_000 : 600_000;

const documents = new Map<string, DocumentCommands>(
  [
    join(PROJECT_ROOT, 'README.md'),
    ...filesBelow(join(PROJECT_ROOT, 'docs'), ['.md']).filter((file) => !slashed(file).includes('/docs/api/')),
    ...filesBelow(join(PROJECT_ROOT, 'examples'), ['.md']).filter((file) => !file.includes('node_modules')),
    join(PROJECT_ROOT, 'reports', 'README.md'),
  ].map((file) => [slashed(file).slice(slashed(PROJECT_ROOT).length + 1), commandsOf(readFileSync(file, 'utf8'))]),
);
const elsewhere = readElsewhere(PROJECT_ROOT);
const isElsewhere = (command: string): boolean => elsewhere.some((entry) => matches(entry, collapsed(command)));
const isRunHere = ({ command, mark }: ShownCommand): boolean => !isElsewhere(command) && mark.isLong === isLongRun;

describe('the commands of the documentation', () => {
  it('can be read from every document', () => {
    const faults = [...documents].flatMap(([file, { faults }]) =>
      faults.map(({ line, text }) => `${file}:${line}: ${text}`),
    );
    expect(faults.join('\n')).toBe('');
  });

  it('are each run here, or by what docs/commands.yaml names', () => {
    const shown = new Set([...documents.values()].flatMap((document) => document.shown.map(({ command }) => command)));
    const uncovered = [...documents].flatMap(([file, { named }]) =>
      named
        .filter(({ command }) => !shown.has(command) && !isElsewhere(command))
        .map(({ line, command }) => `${file}:${line}: no test runs: ${command}`),
    );
    const advice = `\nshow it in a \`\`\`sh block, or say in ${ELSEWHERE_FILE} what runs it`;
    expect(uncovered.length === 0 ? '' : uncovered.join('\n') + advice).toBe('');
  });

  it('have the words that the command line knows', () => {
    const unknown = [...documents].flatMap(([file, { shown, named }]) =>
      [...shown, ...named].flatMap(({ line, command }) =>
        unknownWords(program(), command).map((word) => `${file}:${line}: nicspec has no ${word}: ${command}`),
      ),
    );
    expect(unknown.join('\n')).toBe('');
  });
});

describe(ELSEWHERE_FILE, () => {
  const stages = ciStages(PROJECT_ROOT);

  it('names stages and tests that are there and run what they are named for', () => {
    const faults = elsewhere.flatMap((entry) => {
      const fault = faultOf(entry, PROJECT_ROOT, stages);
      return fault === null ? [] : [`${entry.command}: ${fault}`];
    });
    expect(faults.join('\n')).toBe('');
  });

  it('has no entry that no document has any more', () => {
    const all = [...documents.values()].flatMap(({ shown, named }) =>
      [...shown, ...named].map(({ command }) => command),
    );
    const stale = elsewhere.filter((entry) => !all.some((command) => matches(entry, command)));
    expect(stale.map(({ command }) => command)).toEqual([]);
  });
});

describe.each([...documents].filter(([, { shown }]) => shown.some(isRunHere)))('%s', (file, { shown }) => {
  beforeAll(() => {
    expect(shown.length).toBeGreaterThan(0);
  });

  it(
    'does what it says',
    async () => {
      const session = openDocumentSession(PROJECT_ROOT);
      try {
        for (const shownCommand of shown) await tryCommand(file, shownCommand, session);
      } finally {
        session.close();
      }
    },
    LONGEST_MS,
  );
});

async function tryCommand(
  file: string,
  { line, command, output, mark }: ShownCommand,
  session: ReturnType<typeof openDocumentSession>,
): Promise<void> {
  const place = `${file}:${line}: ${command}`;
  if (isElsewhere(command)) return;
  if (mark.isLong && !isLongRun) return;
  const missing = missingNeed(mark.needs);
  if (missing !== null) {
    process.stderr.write(`skipped, ${missing}: ${place}\n`);
    return;
  }
  const began = Date.now();
  const { code, said } = await session.run(command);
  if (process.env['NICSPEC_DOCUMENTS_TIMES'] !== undefined)
    process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1)} s  ${place}\n`);
  expect(code, `${place}\n${said.slice(-2000)}`).toBe(mark.exit);
  const absent = missingLine(output, said, mark.countsVary);
  if (absent !== null)
    expect.fail(`${place}\nthe document shows a line that does not come:\n${absent}\nit said:\n${said.slice(-3000)}`);
}
