/** What the search of the pages finds, indexed when they are made: a page from file:// cannot fetch, but it can run a script. */
import MiniSearch from 'minisearch';
import type { Specification } from '../specification/model.js';
import { plainText, type Block } from '../specification/prose.js';
import { chapterPage, companionPage, PAGES, type Places } from './places.js';

interface Entry {
  readonly id: number;
  readonly href: string;
  /** `NIC-CSUM-001`, or what kind of thing it is. */
  readonly label: string;
  readonly title: string;
  readonly text: string;
  /** Words of the chapter that it stands in. */
  readonly chapter?: string;
}

/** Read by the script of the pages, too. */
export const SEARCH_OPTIONS = {
  fields: ['label', 'title', 'text', 'chapter'],
  storeFields: ['href', 'label', 'title'],
};

/** A script that leaves the index, as text, in a place of its own. */
export function searchScript(specification: Specification, places: Places): string {
  const index = new MiniSearch<Entry>(SEARCH_OPTIONS);
  index.addAll(entriesOf(specification, places).map((entry, id) => ({ ...entry, id })));
  // A string holds no code, whatever is in it; JSON of JSON escapes all that could end it.
  return `globalThis.nicspecIndex = ${JSON.stringify(JSON.stringify(index))};\n`;
}

function entriesOf(specification: Specification, places: Places): readonly Omit<Entry, 'id'>[] {
  const { parts, requirements, glossary, companions } = specification;
  const titles = new Map(parts.flatMap(({ chapters }) => chapters).map(({ id, title }) => [id, title]));
  return [
    ...requirements.map(({ id, title, plainStatement, chapterId }) => ({
      chapter: titles.get(chapterId) ?? '',
      href: places.requirement(id),
      label: id,
      title,
      text: plainStatement,
    })),
    ...parts
      .flatMap(({ chapters }) => chapters)
      .map(({ id, title, summary, introduction }) => ({
        href: chapterPage(id),
        label: 'Chapter',
        title,
        text: `${summary} ${textOf(introduction)}`,
      })),
    ...glossary.map(({ id, term, also, definition }) => ({
      href: places.term(id),
      label: 'Term',
      title: term,
      text: `${also.join(' ')} ${textOf(definition)}`,
    })),
    ...companions.map(({ id, title, summary }) => ({
      href: companionPage(id),
      label: 'Document',
      title,
      text: summary,
    })),
    { href: PAGES.changes, label: 'Page', title: 'Changes', text: 'versions change log' },
  ];
}

function textOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'paragraph':
        case 'heading':
          return plainText(block.content);
        case 'list':
          return block.items.map(textOf).join(' ');
        case 'quote':
          return textOf(block.content);
        case 'diagram':
          return block.caption;
        default:
          return '';
      }
    })
    .join(' ');
}
