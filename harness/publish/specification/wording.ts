/** A statement is one claim that can be tested: what the wording of titles and statements has to keep, and `nicspec lint` holds. */
import { areaOf, type Requirement } from '../../runner/spec.js';
import type { TraceError } from '../../runner/trace.js';

/** Words that leave to the reader what a device has to do. */
const VAGUE = [
  'properly',
  'correct',
  'correctly',
  'incorrectly',
  'appropriate',
  'appropriately',
  'suitable',
  'suitably',
  'reasonable',
  'reasonably',
  'adequate',
  'adequately',
  'sufficient',
  'sufficiently',
  'sensible',
  'sensibly',
  'sane',
  'gracefully',
  'normally',
  'usually',
  'typically',
  'roughly',
  'approximately',
  'somehow',
  'quickly',
  'timely',
  'right',
  'sound',
  'fair',
  'as expected',
  'as it should',
  'make sense',
  'makes sense',
  'make no sense',
  'makes no sense',
  'et cetera',
  'etc',
  'and so on',
] as const;

/** The level stands beside a statement, which says in the present tense what a conforming device does. */
const KEYWORDS = ['must', 'shall', 'should', 'ought to', 'will', 'required to', 'recommended', 'optional'] as const;

const NEGATIONS = ['not', 'no', 'none', 'never', 'nothing', 'neither', 'nobody', 'nowhere'] as const;

const VAGUE_PATTERN = anyOf(VAGUE);
const KEYWORD_PATTERN = anyOf(KEYWORDS);
const NEGATION_PATTERN = anyOf(NEGATIONS);

export function wordingErrors(
  requirements: readonly Pick<Requirement, 'id' | 'title' | 'level' | 'statement' | 'file'>[],
): readonly TraceError[] {
  const titles = new Map<string, string>();
  const statements = new Map<string, string>();
  return requirements.flatMap((requirement) => {
    const { id, title, statement, file } = requirement;
    const messages = [
      ...new Set([
        ...faultsOf(requirement),
        ...repeated(titles, `${areaOf(id)} ${keyOf(title)}`, id, 'title'),
        ...repeated(statements, keyOf(statement), id, 'statement'),
      ]),
    ];
    return messages.map((message) => ({ place: `${file}, ${id}`, message }));
  });
}

function faultsOf({ title, level, statement }: Pick<Requirement, 'title' | 'level' | 'statement'>): readonly string[] {
  const vague = [title, statement].flatMap((text) => text.match(VAGUE_PATTERN) ?? []);
  const [keyword] = statement.match(KEYWORD_PATTERN) ?? [];
  return [
    ...vague.map((word) => `"${keyOf(word)}" leaves open what is meant; say what is observed`),
    ...(keyword === undefined
      ? []
      : [`"${keyword}" is in the statement; the level says it, and the statement what is so`]),
    ...(level.endsWith('NOT') && statement.match(NEGATION_PATTERN) === null
      ? [`${level} has a statement without "not", which reads as its opposite`]
      : []),
    ...(/[.]$/.test(statement.trim()) ? [] : ['the statement is no sentence: it has no full stop']),
  ];
}

function repeated(seen: Map<string, string>, key: string, id: string, what: string): readonly string[] {
  const other = seen.get(key);
  if (other === undefined) seen.set(key, id);
  return other === undefined ? [] : [`the ${what} is that of ${other}`];
}

const keyOf = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/g, ' ');

function anyOf(words: readonly string[]): RegExp {
  const alternatives = words.map((word) => word.replaceAll(' ', String.raw`\s+`)).join('|');
  return new RegExp(String.raw`(?<![\p{L}\p{N}_-])(?:${alternatives})(?![\p{L}\p{N}_-])`, 'giu');
}
