/**
 * GitHub-flavoured Markdown, written so that a reader sees the same text: nothing in a name or a statement is taken for markup, HTML, an
 * entity, a table's cell or a formula.
 */
import { plainLine, plainLines } from '../plainLine.js';

/** Text of a line, in which nothing is markup. A punctuation character may always be escaped. */
export function escapeText(text: string): string {
  return plainLine(text).replace(/[\\`*_[\]<>|~&$!#]/g, String.raw`\$&`);
}

/** A code span, with as many backquotes as its text needs; a bar would end a table's cell even in code. */
export function codeSpan(text: string, inTable = false): string {
  const line = plainLine(text);
  if (line.trim() === '') return escapeText(line);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  const padded = /^`|`$|^ .* $/.test(line) ? ` ${line} ` : line;
  return `${mark}${inTable ? padded.replaceAll('|', String.raw`\|`) : padded}${mark}`;
}

/** A fence longer than any in the text. */
export function codeBlock(text: string, language: string): string {
  const body = plainLines(text).join('\n');
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${/^[a-z0-9-]*$/i.test(language) ? language : ''}\n${body}\n${fence}`;
}

/** `**text**`; white space at an end would leave the marks as they are. */
export function marked(mark: '*' | '**', text: string): string {
  const line = plainLine(text);
  return line.trim() === '' || line !== line.trim() ? escapeText(line) : `${mark}${escapeText(line)}${mark}`;
}

const WEB = /^(?:https?:|mailto:)/i;

/** A link to the web or to a place of this document; whatever else an address may be, it becomes its text. */
export function link(address: string, text: string): string {
  const shown = escapeText(text);
  return `[${shown}](${address.replace(/[\s()<>\\]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)})`;
}

/** @returns text alone where the address is none of the web. */
export function webLink(url: string, text: string): string {
  return WEB.test(url) ? link(plainLine(url), text) : escapeText(text);
}

/** A line that begins a paragraph: what would make a list, a heading, a quote or a rule of it is escaped. */
export function paragraph(line: string, indent = ''): string {
  const text = line.trim();
  const safe = /^(?:[-+=](?:\s|$|[-=]))/.test(text)
    ? `\\${text}`
    : text.replace(/^(\d+)([.)])(?=\s|$)/, String.raw`$1\$2`);
  return `${indent}${safe}`;
}

/** A place that links lead to whatever becomes of the heading's words. */
export function anchor(id: string): string {
  return `<a id="${id.replace(/[^\w-]/g, '')}"></a>`;
}
