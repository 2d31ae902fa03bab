/** The tree of prose as Markdown. */
import { plainText, type Block, type Inline } from '../specification/prose.js';
import { codeBlock, codeSpan, escapeText, link, marked, paragraph, webLink } from './markup.js';

/** Where references lead, from the file that is being written. */
export interface MarkdownContext {
  /** The address of a requirement or a term; undefined where the document has none. */
  readonly requirement: (id: string) => string | undefined;
  readonly term: (id: string) => string | undefined;
  /** Added to the depth of headings. */
  readonly depth: number;
}

export function inlineText(content: readonly Inline[], context: MarkdownContext, inTable = false): string {
  return content
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
          return escapeText(inline.text);
        case 'code':
          return codeSpan(inline.text, inTable);
        case 'strong':
          return marked('**', plainText(inline.content));
        case 'emphasis':
          return marked('*', plainText(inline.content));
        case 'level':
          return marked('**', inline.text);
        case 'link':
          return webLink(inline.url, plainText(inline.content));
        case 'requirement':
          return linked(context.requirement(inline.id), inline.id);
        case 'term':
          return linked(context.term(inline.id), inline.text);
      }
    })
    .join('');
}

export function linked(address: string | undefined, text: string): string {
  return address === undefined ? escapeText(text) : link(address, text);
}

/** Blocks with an empty line between them. */
export function blocksText(blocks: readonly Block[], context: MarkdownContext): string {
  return blocks
    .map((block) => blockText(block, context))
    .filter((text) => text !== '')
    .join('\n\n');
}

function blockText(block: Block, context: MarkdownContext): string {
  switch (block.kind) {
    case 'paragraph':
      return paragraph(inlineText(block.content, context));
    case 'heading':
      return `${'#'.repeat(Math.min(6, block.depth + context.depth))} ${inlineText(block.content, context).trim()}`;
    case 'list':
      return block.items
        .map((item, index) => listItem(block.ordered ? `${index + 1}. ` : '- ', item, context))
        .join('\n');
    case 'table':
      return tableText(block, context);
    case 'code':
      return codeBlock(block.text, block.language);
    case 'quote':
      return indented('> ', '> ', blocksText(block.content, context));
    case 'diagram':
      return `![${escapeText(block.caption)}](diagrams/${block.id}.svg)`;
    case 'rule':
      return '---';
  }
}

function listItem(mark: string, item: readonly Block[], context: MarkdownContext): string {
  return indented(mark, ' '.repeat(mark.length), blocksText(item, context));
}

function indented(first: string, other: string, text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? `${first}${line}` : line === '' ? other.trimEnd() : `${other}${line}`))
    .join('\n');
}

function tableText({ header, rows }: Extract<Block, { kind: 'table' }>, context: MarkdownContext): string {
  const width = Math.max(header.length, ...rows.map((row) => row.length));
  if (width === 0) return '';
  const rowText = (row: readonly (readonly Inline[])[]): string =>
    `| ${Array.from({ length: width }, (_, column) => inlineText(row[column] ?? [], context, true).trim()).join(' | ')} |`;
  return [rowText(header), `|${' --- |'.repeat(width)}`, ...rows.map(rowText)].join('\n');
}
