/** `nettool show`: one query over many devices. */
import {
  SUBJECTS,
  isGlob,
  isHandle,
  namedSubjects,
  nearest,
  parseCommand,
  query,
  refusalText,
  type Query,
  type QueryResult,
} from '../../../reference-impl/nettool/index.js';
import { OpenedHost, REFERENCE_HOST } from '../hosts.js';
import {
  OVERVIEW,
  answersJson,
  answersText,
  complain,
  complainOfHosts,
  overviewText,
  print,
  printJson,
} from './output.js';
import { EXIT, sessionOptions, withHosts, type CommonFlags } from './options.js';

export interface ShowFlags extends CommonFlags {
  readonly driver?: string;
  readonly table?: boolean;
  readonly watch?: number | true;
}

const DEFAULT_WATCH_SECONDS = 2;
/** Clears the screen and goes to its first corner. */
const CLEAR = '\u001b[2J\u001b[H';

export async function showCommand(words: readonly string[], flags: ShowFlags): Promise<number> {
  const command = parseCommand(['show', ...words]);
  if (!command.ok || command.value.verb !== 'show') {
    complain(command.ok ? 'it is no query' : refusalText(command.refusal));
    return EXIT.wrongUse;
  }
  const { subjects, patterns } = command.value;
  // Of handles alone there is no link to show.
  const isOfHandles = patterns.length > 0 && patterns.every(isHandle);
  const isOverview = subjects.length === 0 && !isOfHandles;
  const asked: Query = {
    subjects: isOverview ? OVERVIEW : subjects.length === 0 ? ['devlink'] : namedSubjects(subjects),
    patterns,
    ...(flags.driver === undefined ? {} : { driver: flags.driver }),
  };
  return withHosts(flags, async (hosts) => {
    const once = async (): Promise<number> => {
      const result = await askedOf(hosts, asked, flags);
      if (flags.json === true) printJson(answersJson(result));
      else {
        const text = isOverview ? overviewText(result) : answersText(result, asked.subjects);
        if (text !== '') print(text);
      }
      complainOfHosts(result.failures);
      return exitCode(result, patterns);
    };
    if (flags.watch === undefined) return once();
    const seconds = flags.watch === true ? DEFAULT_WATCH_SECONDS : flags.watch;
    for (;;) {
      if (process.stdout.isTTY) process.stdout.write(CLEAR);
      await once();
      await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    }
  });
}

function exitCode({ answers, failures }: QueryResult, patterns: readonly string[]): number {
  if (failures.length > 0) return EXIT.machineFailed;
  if (answers.length === 0) {
    complain(patterns.length === 0 ? 'there is no device' : `no device matches ${patterns.join(' ')}`);
    return EXIT.refused;
  }
  const unmatched = patterns.filter(
    (pattern) => isName(pattern) && !answers.some(({ device }) => device.name === pattern),
  );
  for (const pattern of unmatched) {
    const meant = nearest(
      pattern,
      SUBJECTS.map(({ name }) => name),
    );
    const hint = meant === pattern ? `; subjects stand before devices: nettool show ${pattern} DEVICE` : '';
    const guess = meant === undefined || meant === pattern ? hint : `; is the subject ${meant} meant?`;
    complain(`no device matches ${pattern}${guess}`);
  }
  return unmatched.length === 0 && answers.some(({ result }) => result.ok) ? EXIT.ok : EXIT.refused;
}

/** Neither a glob nor one with a prefix. */
const isName = (pattern: string): boolean => !isGlob(pattern) && !pattern.includes(':');

/** Where this machine has nothing of that name, the reference is shown: it has a switch with ports sw1p1 to sw1p4. */
async function askedOf(hosts: readonly OpenedHost[], asked: Query, flags: ShowFlags): Promise<QueryResult> {
  const result = await query(hosts, asked);
  if (flags.on !== undefined || result.answers.length > 0 || asked.patterns.length === 0) return result;
  const reference = new OpenedHost({ name: REFERENCE_HOST, target: REFERENCE_HOST }, sessionOptions(flags));
  try {
    const instead = await query([reference], asked);
    if (instead.answers.length === 0) return result;
    complain(`no device of this machine matches ${asked.patterns.join(' ')}; this is the reference model`);
    return instead;
  } finally {
    await reference.close();
  }
}
