/** docs/commands.yaml: commands of the documentation that something else than its test runs, or that nothing can run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ciStages } from './ciStages.js';

export interface Elsewhere {
  /** The command; `*` stands for anything. */
  readonly command: string;
  /** A stage of .ci/run that runs it … */
  readonly stage?: string;
  /** … a test file that does … */
  readonly test?: string;
  /** … with these words in it. */
  readonly with?: string;
  /** It is run nowhere, for this reason: its words are held against the definitions of the command line alone. */
  readonly parsed?: string;
}

export const ELSEWHERE_FILE = 'docs/commands.yaml';

export const readElsewhere = (root: string): readonly Elsewhere[] =>
  parse(readFileSync(join(root, ELSEWHERE_FILE), 'utf8')) as Elsewhere[];

export function matches({ command }: Elsewhere, asked: string): boolean {
  const source = command
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${source}$`).test(asked);
}

/** What is wrong with an entry, or null: a stage or a test that is not there runs nothing. */
export function faultOf(entry: Elsewhere, root: string, stages = ciStages(root)): string | null {
  const { stage, test, parsed, with: words } = entry;
  if ([stage, test, parsed].filter((way) => way !== undefined).length !== 1)
    return 'one of stage, test and parsed says how it is covered';
  if (parsed !== undefined) return parsed.length > 10 ? null : 'parsed says why nothing can run it';
  if (words === undefined) return 'with says by which words it is found there';
  const text = stage === undefined ? textOf(join(root, test ?? '')) : stages.get(stage);
  if (text === undefined)
    return stage === undefined
      ? `there is no ${test ?? ''}`
      : `.ci/run has no stage ${stage}: it has ${[...stages.keys()].join(', ')}`;
  return text.includes(words) ? null : `${stage ?? test ?? ''} does not have the words ${words}`;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
