/**
 * Prose as a tree of blocks and inline text, read from a small part of Markdown: paragraphs, headings, lists, tables, fenced code,
 * links, emphasis, strong, code. HTML in it is text. An image of the address `diagram:NAME` is the diagram of that name.
 */
import { lexer, type Token, type Tokens } from 'marked';

export type Block =
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'heading'; readonly depth: number; readonly id: string; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly header: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly content: readonly Block[] }
  | { readonly kind: 'diagram'; readonly id: string; readonly caption: string }
  | { readonly kind: 'rule' };

export type Cell = readonly Inline[];

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'emphasis' | 'strong'; readonly content: readonly Inline[] }
  | { readonly kind: 'link'; readonly url: string; readonly content: readonly Inline[] }
  /** A requirement's id, which is a link to it. */
  | { readonly kind: 'requirement'; readonly id: string }
  /** The first use of a glossary's term in a chapter. */
  | { readonly kind: 'term'; readonly id: string; readonly text: string }
  /** MUST, MUST NOT, … in capitals. */
  | { readonly kind: 'level'; readonly text: string };

/** The blocks of a Markdown text. */
export function parseProse(markdown: string): readonly Block[] {
  return blocksOf(lexer(markdown));
}

/** Text without any mark. */
export function parseInline(text: string): readonly Inline[] {
  return [{ kind: 'text', text }];
}

/** What a reader sees, without marks. */
export function plainText(content: readonly Inline[]): string {
  return content
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
        case 'code':
        case 'term':
        case 'level':
          return inline.text;
        case 'requirement':
          return inline.id;
        default:
          return plainText(inline.content);
      }
    })
    .join('');
}

/** `1. Who is there` → `who-is-there`: stays when sections are counted anew. */
export function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/^[\d.]+\s+/, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return slug === '' ? 'section' : slug;
}

function blocksOf(tokens: readonly Token[]): readonly Block[] {
  return tokens.flatMap((token) => blockOf(token as MarkedToken) ?? []);
}

/** marked's own union has an open member that hides the others. */
type MarkedToken =
  | Tokens.Paragraph
  | Tokens.Text
  | Tokens.Heading
  | Tokens.List
  | Tokens.Table
  | Tokens.Code
  | Tokens.Blockquote
  | Tokens.Hr
  | Tokens.HTML
  | Tokens.Space
  | Tokens.Strong
  | Tokens.Em
  | Tokens.Del
  | Tokens.Codespan
  | Tokens.Link
  | Tokens.Image
  | Tokens.Br
  | Tokens.Escape;

function blockOf(token: MarkedToken): Block | undefined {
  switch (token.type) {
    case 'paragraph':
      return diagramOf(token.tokens) ?? { kind: 'paragraph', content: inlineOf(token.tokens) };
    case 'text':
      return { kind: 'paragraph', content: inlineOf(token.tokens ?? [token]) };
    case 'heading':
      return { kind: 'heading', depth: token.depth, id: slugOf(token.text), content: inlineOf(token.tokens) };
    case 'list':
      return { kind: 'list', ordered: token.ordered, items: token.items.map((item) => blocksOf(item.tokens)) };
    case 'table':
      return {
        kind: 'table',
        header: token.header.map((cell) => inlineOf(cell.tokens)),
        rows: token.rows.map((row) => row.map((cell) => inlineOf(cell.tokens))),
      };
    case 'code':
      return { kind: 'code', language: token.lang ?? '', text: token.text };
    case 'blockquote':
      return { kind: 'quote', content: blocksOf(token.tokens) };
    case 'hr':
      return { kind: 'rule' };
    case 'html':
      return { kind: 'paragraph', content: [{ kind: 'text', text: token.raw.trim() }] };
    default:
      return undefined;
  }
}

const DIAGRAM_ADDRESS = /^diagram:([a-z0-9-]+)$/;

function diagramOf(tokens: readonly Token[]): Block | undefined {
  const [only] = tokens as readonly MarkedToken[];
  if (tokens.length !== 1 || only?.type !== 'image') return undefined;
  const id = DIAGRAM_ADDRESS.exec(only.href)?.[1];
  return id === undefined ? undefined : { kind: 'diagram', id, caption: only.text };
}

function inlineOf(tokens: readonly Token[]): readonly Inline[] {
  return (tokens as readonly MarkedToken[]).flatMap((token): readonly Inline[] => {
    switch (token.type) {
      case 'strong':
        return [{ kind: 'strong', content: inlineOf(token.tokens) }];
      case 'em':
        return [{ kind: 'emphasis', content: inlineOf(token.tokens) }];
      case 'codespan':
        return [{ kind: 'code', text: token.text }];
      case 'link':
        return [{ kind: 'link', url: token.href, content: inlineOf(token.tokens) }];
      case 'image':
        return [{ kind: 'text', text: token.text }];
      case 'br':
        return [{ kind: 'text', text: '\n' }];
      case 'text':
      case 'escape':
        return [{ kind: 'text', text: token.text }];
      default:
        return [{ kind: 'text', text: token.raw }];
    }
  });
}
