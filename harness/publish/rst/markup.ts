/**
 * reStructuredText, written so that docutils reads back the same text: whatever stands in a name or a statement, it is never taken for
 * markup. The rules are those of the reStructuredText specification, "Inline markup recognition rules" and "Escaping mechanism".
 */
import { plainLine, plainLines } from '../plainLine.js';

/** Text of a paragraph, in which nothing is markup. */
export function escapeText(text: string): string {
  return plainLine(text)
    .replace(/[\\*`|_<]/g, String.raw`\$&`)
    .replace(/:(?=:)/g, String.raw`:\ `);
}

/** A piece of a line: markup needs a boundary on both sides, text does not. */
export interface Piece {
  readonly text: string;
  readonly isMarkup: boolean;
}

export const textPiece = (text: string): Piece => ({ text: escapeText(text), isMarkup: false });

/** An inline literal where one can hold the text; nothing is escaped in a literal, so not every text can be one. */
export function literalPiece(text: string): Piece {
  const line = plainLine(text);
  const fits = line !== '' && !/^[\s`]|[\s`\\]$|``/.test(line);
  return fits ? { text: `\`\`${line}\`\``, isMarkup: true } : textPiece(text);
}

/** `**text**`, `*text*`; text that begins or ends with white space cannot be marked. */
export function markedPiece(mark: '*' | '**', text: string): Piece {
  const line = plainLine(text);
  if (line.trim() === '' || line !== line.trim()) return textPiece(text);
  return { text: `${mark}${escapeText(line)}${mark}`, isMarkup: true };
}

/** A reference to a label, under a name of its own. */
export function referencePiece(label: string, text: string): Piece {
  const line = plainLine(text).trim();
  // In a role the text ends at the last `<label>`; an escape is kept as it is, so what would need one is left out.
  const safe = line.replace(/[`\\<>]/g, '');
  return safe === '' ? textPiece(text) : { text: `:ref:\`${safe} <${label}>\``, isMarkup: true };
}

const WEB = /^(?:https?:|mailto:)/i;

/** A link to the web; whatever else an address may be, it becomes its text. Nothing can be followed that has no text. */
export function linkPiece(url: string, text: string): Piece {
  const line = plainLine(text).trim();
  if (line === '') return textPiece('');
  if (!WEB.test(url)) return textPiece(text);
  const address = plainLine(url).replace(/[\s<>`\\]/g, (character) => encodeURIComponent(character));
  return { text: `\`${escapeText(line)} <${address.replace(/_$/, '%5F')}>\`__`, isMarkup: true };
}

const OPENS = /[\s'"([{<\-/:]$/;
const CLOSES = /^[\s'")\]}>\-/\\:.,;!?]/;
/** Interpreted text; a colon behind it would begin a second role. */
const ENDS_ROLE = /[^`]`$/;
/** An escaped space: a boundary of markup that leaves nothing in the text. */
const BOUNDARY = String.raw`\ `;

/**
 * Whether markup may begin behind a line. An escaped character is no boundary, and neither is an opening quote or bracket whose closing one
 * comes first in the markup; only letters and digits can never be that.
 */
function isBoundary(line: string, markup: string): boolean {
  if (!OPENS.test(line) || /\\.$/.test(line)) return false;
  return !/['"([{<]$/.test(line) || /^[*`:a-z]*[\p{L}\p{N}]/u.test(markup);
}

/** Puts pieces together with a boundary wherever markup would not be recognised otherwise. */
export function joinPieces(pieces: readonly Piece[]): string {
  let line = '';
  let afterMarkup = false;
  for (const { text, isMarkup } of pieces) {
    if (text === '') continue;
    const needsBefore = isMarkup && line !== '' && !isBoundary(line, text);
    const needsAfter =
      afterMarkup && !isMarkup && (!CLOSES.test(text) || (text.startsWith(':') && ENDS_ROLE.test(line)));
    if (needsBefore || needsAfter || (afterMarkup && isMarkup)) line += BOUNDARY;
    line += text;
    afterMarkup = isMarkup;
  }
  return line;
}

const WIDTH = 79;
/** What docutils would take for a list, a field, an option, a comment or a doctest where a paragraph begins. */
const STARTS_SOMETHING =
  /^(?:[-+•‣⁃*](?:\s|$)|:[^:]|(?:--?|\/)\w|\.\.(?:\s|$)|>>>|\(?(?:[a-z]|[ivxlcdm]+|\d+|#)[.)](?:\s|$))/i;
/** A line of one punctuation character underlines the line before it. */
const IS_RULE = /^([!-/:-@[-`{-~])\1*$/;

/** A paragraph: wrapped, and not mistaken for anything else. */
export function paragraph(line: string, indent = ''): string {
  const words = line.trim().split(/(?<!\\) +/);
  const lines: string[] = [];
  let current = '';
  for (const word of words) {
    if (current !== '' && indent.length + current.length + 1 + word.length > WIDTH) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  if (current !== '') lines.push(current);
  return lines
    .map((text, index) => {
      const isRole = index === 0 && text.startsWith(':ref:`');
      const isMistakable = IS_RULE.test(text) || (index === 0 && !isRole && STARTS_SOMETHING.test(text));
      return `${indent}${isMistakable ? BOUNDARY : ''}${text}`;
    })
    .join('\n');
}

/** Where a character may take two columns (docutils counts unassigned ones so too) the line below it has two: longer is allowed. */
function columns(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) >= 0x80 ? 2 : 1), 0);
}

/** The heading characters of the kernel's documentation: an overline for the title, then `=`, `-`, `~`. */
const HEADINGS = ['=', '=', '-', '~', '^', '"'] as const;

/** Depth 0 is the title of a document. */
export function heading(depth: number, title: string): string {
  const text = paragraph(title).replaceAll('\n', ' ');
  const shown = text === '' ? '\\ ' : text;
  const line = (HEADINGS[Math.min(depth, HEADINGS.length - 1)] ?? '"').repeat(Math.max(columns(shown), 3));
  return depth === 0 ? `${line}\n${shown}\n${line}` : `${shown}\n${line}`;
}

/** Text as it is, line by line. */
export function literalBlock(text: string, indent = ''): string {
  const lines = plainLines(text).map((line) => line.trimEnd());
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  while (lines.length > 0 && lines[0] === '') lines.shift();
  if (lines.length === 0) return '';
  const body = lines.map((line) => (line === '' ? '' : `${indent}   ${line}`)).join('\n');
  return `${indent}.. code-block:: none\n\n${body}`;
}

/** Indents every line of a block but the first by three columns more, as the content of a list's item. */
export function hang(mark: string, block: string, indent = ''): string {
  const space = ' '.repeat(mark.length);
  return block
    .split('\n')
    .map((line, index) => (index === 0 ? `${indent}${mark}${line}` : line === '' ? '' : `${indent}${space}${line}`))
    .join('\n');
}
