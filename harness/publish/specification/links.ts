/** Finds in prose what has a meaning of its own: ids of requirements, terms of the glossary, levels, names of the kernel's interface. */
import type { Block, Inline } from './prose.js';

/** Follows one chapter from its first word to its last: a term is linked once in it. */
export interface Linker {
  blocks(content: readonly Block[]): readonly Block[];
  /** Text without marks, as requirements are written. */
  text(text: string): readonly Inline[];
}

export interface LinkTargets {
  readonly requirements: ReadonlySet<string>;
  readonly terms: readonly { readonly id: string; readonly term: string; readonly also: readonly string[] }[];
}

export interface LinkFinder {
  /** `except`: ids of terms that are never linked here, as in their own definition. */
  linker(except?: readonly string[]): Linker;
}

/** Made once for a document; a linker of it is cheap. */
export function createLinkFinder({ requirements, terms }: LinkTargets): LinkFinder {
  const forms = new Map(terms.flatMap(({ id, term, also }) => [term, ...also].map((form) => [keyOf(form), id])));
  const words = [...forms.keys()].sort((a, b) => b.length - a.length).map(patternOf);
  const termPattern = words.length === 0 ? '' : `|(?<term>(?<![\\w-])(?:${words.join('|')})(?![\\w-]))`;
  const pattern = new RegExp(`${ID}|${LEVEL}|${NAME}${termPattern}`, 'gu');
  return {
    linker: (except = []) => {
      const used = new Set(except);
      const find = (text: string): readonly Inline[] =>
        split(text, pattern, (match) => {
          const { id, level, name, term } = match.groups ?? {};
          if (id !== undefined) return requirements.has(id) ? { kind: 'requirement', id } : undefined;
          if (level !== undefined) return { kind: 'level', text: level };
          if (name !== undefined) return { kind: 'code', text: name };
          const meant = forms.get(keyOf(term ?? ''));
          if (term === undefined || meant === undefined || used.has(meant)) return undefined;
          used.add(meant);
          return { kind: 'term', id: meant, text: term };
        });
      return linkerOf(find);
    },
  };
}

const ID = String.raw`(?<id>\b[A-Z]+(?:-[A-Z0-9]+)+-\d{3}\b)`;
const LEVEL = String.raw`(?<level>\b(?:MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b)`;
/** Constants and members: NLM_F_REQUEST, sriov_numvfs, ndo_open(). */
const NAME = String.raw`(?<name>(?<![\w.-])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?:\(\))?(?![\w-]))`;

/** An abbreviation is written in capitals or means something else; any other word may begin a sentence. */
const isAbbreviation = (form: string): boolean => /\p{Lu}.*\p{Lu}/u.test(form);
const keyOf = (form: string): string =>
  (isAbbreviation(form) ? form : form.charAt(0).toLowerCase() + form.slice(1)).replace(/\s+/g, ' ');

function patternOf(key: string): string {
  const escaped = key.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`).replaceAll(' ', String.raw`\s+`);
  const first = key.charAt(0);
  const upper = first.toUpperCase();
  return isAbbreviation(key) || first === upper ? escaped : `[${first}${upper}]${escaped.slice(1)}`;
}

function split(
  text: string,
  pattern: RegExp,
  meaning: (match: RegExpExecArray) => Inline | undefined,
): readonly Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const inline = meaning(match);
    if (inline === undefined) continue;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push(inline);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

function linkerOf(text: (text: string) => readonly Inline[]): Linker {
  const inline = (content: readonly Inline[]): readonly Inline[] =>
    content.flatMap((one): readonly Inline[] => {
      switch (one.kind) {
        case 'text':
          return text(one.text);
        case 'emphasis':
        case 'strong':
          return [{ ...one, content: inline(one.content) }];
        default:
          // What is in a link or in code has its meaning already.
          return [one];
      }
    });
  const blocks = (content: readonly Block[]): readonly Block[] =>
    content.map((block): Block => {
      switch (block.kind) {
        case 'paragraph':
          return { ...block, content: inline(block.content) };
        case 'list':
          return { ...block, items: block.items.map(blocks) };
        case 'quote':
          return { ...block, content: blocks(block.content) };
        case 'table':
          return { ...block, header: block.header, rows: block.rows.map((row) => row.map(inline)) };
        default:
          return block;
      }
    });
  return { blocks, text };
}
