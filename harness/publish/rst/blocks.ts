/** The tree of prose as reStructuredText. */
import type { Block, Inline } from '../specification/prose.js';
import { plainText } from '../specification/prose.js';
import {
  hang,
  heading,
  joinPieces,
  linkPiece,
  literalBlock,
  literalPiece,
  markedPiece,
  paragraph,
  referencePiece,
  textPiece,
  type Piece,
} from './markup.js';

/** Where references lead. */
export interface RstContext {
  /** Labels that the document has. */
  readonly labels: ReadonlySet<string>;
  /** Depth of the heading that a block of depth 2 becomes. */
  readonly depth: number;
  /** Folder of the diagrams, as a path from the file. */
  readonly diagrams: string;
}

/** The label of a term of the glossary. */
export const termLabel = (id: string): string => `nicspec-term-${id}`;

export function inlinePieces(content: readonly Inline[], context: RstContext): readonly Piece[] {
  return content.flatMap((inline): readonly Piece[] => {
    switch (inline.kind) {
      case 'text':
        return [textPiece(inline.text)];
      case 'code':
        return [literalPiece(inline.text)];
      case 'strong':
        return [markedPiece('**', plainText(inline.content))];
      case 'emphasis':
        return [markedPiece('*', plainText(inline.content))];
      case 'level':
        return [markedPiece('**', inline.text)];
      case 'link':
        return [linkPiece(inline.url, plainText(inline.content))];
      case 'requirement':
        return [context.labels.has(inline.id) ? referencePiece(inline.id, inline.id) : textPiece(inline.id)];
      case 'term':
        return [
          context.labels.has(termLabel(inline.id))
            ? referencePiece(termLabel(inline.id), inline.text)
            : textPiece(inline.text),
        ];
    }
  });
}

export function inlineText(content: readonly Inline[], context: RstContext): string {
  return joinPieces(inlinePieces(content, context));
}

/** Blocks with an empty line between them. */
export function blocksText(blocks: readonly Block[], context: RstContext, indent = ''): string {
  return blocks
    .map((block) => blockText(block, context, indent))
    .filter((text) => text !== '')
    .join('\n\n');
}

function blockText(block: Block, context: RstContext, indent: string): string {
  switch (block.kind) {
    case 'paragraph':
      return paragraph(inlineText(block.content, context), indent);
    case 'heading':
      // A heading inside a list or a quote is none in reStructuredText.
      return indent === ''
        ? heading(context.depth + block.depth - 2, joinPieces([textPiece(plainText(block.content))]))
        : paragraph(joinPieces([markedPiece('**', plainText(block.content))]), indent);
    case 'list':
      return listText(block, context, indent);
    case 'table':
      return tableText(block, context, indent);
    case 'code':
      return literalBlock(block.text, indent);
    case 'quote':
      return quoteText(block.content, context, indent);
    case 'diagram':
      return figureText(block, context, indent);
    case 'rule':
      return indent === '' ? '' : '';
  }
}

function listText({ ordered, items }: Extract<Block, { kind: 'list' }>, context: RstContext, indent: string): string {
  const texts = items.map((item, index) => {
    const mark = ordered ? `${index + 1}. ` : '* ';
    const body = blocksText(item, context);
    return body === '' ? `${indent}${mark}\\ ` : hang(mark, body, indent);
  });
  const isTight = texts.every((text) => !text.includes('\n\n'));
  return texts.join(isTight ? '\n' : '\n\n');
}

function tableText({ header, rows }: Extract<Block, { kind: 'table' }>, context: RstContext, indent: string): string {
  const width = Math.max(header.length, ...rows.map((row) => row.length));
  if (width === 0) return '';
  const hasHeader = header.length > 0;
  const rowText = (row: readonly (readonly Inline[])[]): string =>
    Array.from({ length: width }, (_, column) => {
      const cell = paragraph(inlineText(row[column] ?? [], context)).replaceAll('\n', `\n${indent}       `);
      return `${indent}   ${column === 0 ? '* ' : '  '}-${cell === '' ? '' : ` ${cell}`}`;
    }).join('\n');
  const head = `${indent}.. list-table::${hasHeader ? `\n${indent}   :header-rows: 1` : ''}`;
  const all = hasHeader ? [header, ...rows] : rows;
  return all.length === 0 ? '' : `${head}\n\n${all.map(rowText).join('\n')}`;
}

/** An empty comment keeps a quote apart from a list or a literal before it. */
function quoteText(content: readonly Block[], context: RstContext, indent: string): string {
  const body = blocksText(content, context, `${indent}   `);
  return body === '' ? '' : `${indent}..\n\n${body}`;
}

function figureText({ id, caption }: Extract<Block, { kind: 'diagram' }>, context: RstContext, indent: string): string {
  const text = joinPieces([textPiece(caption)]);
  const alt = text.replaceAll('\n', ' ');
  return [
    `${indent}.. figure:: ${context.diagrams}/${id}.svg`,
    ...(alt.trim() === '' ? [] : [`${indent}   :alt: ${alt}`, '', paragraph(text, `${indent}   `)]),
  ].join('\n');
}
