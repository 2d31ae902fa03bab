/** What is written as Markdown reads as the same text. */
import fc from 'fast-check';
import { lexer, type Token } from 'marked';
import { expect, test } from 'vitest';
import { codeBlock, codeSpan, escapeText, link, marked as mark, paragraph, webLink } from './markup.js';

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Array.from('*_`|\\<>:.-+=~#"\'()[]{}/!,;&$@^ ')),
      fc.constantFrom(
        'a',
        'b ',
        '1. ',
        '**',
        '``',
        '<script>',
        '&amp;',
        '$x$',
        '](javascript:alert(1))',
        '![x](y)',
        '\n',
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** As the lexer sees it: the text of every token, without markup. */
function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'codespan') return (token as { text: string }).text;
      if ('tokens' in token && token.tokens !== undefined) return textOf(token.tokens);
      return unescaped('text' in token ? (token.text as string) : '');
    })
    .join('');
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const squeezed = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ')
    .replace(/\s+/gu, ' ')
    .trim();

/** Addresses in text become links by themselves on GitHub, and stay what they say. */
const isPlain = (token: Token): boolean => ['text', 'escape', 'paragraph', 'space', 'link'].includes(token.type);

test('A paragraph of any text is one paragraph of that text', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      fc.pre(squeezed(text) !== '');
      const tokens = lexer(paragraph(escapeText(text)));
      expect(tokens.map(({ type }) => type)).toEqual(['paragraph']);
      expect((tokens[0] as { tokens: Token[] }).tokens.every(isPlain)).toBe(true);
      expect(squeezed(textOf(tokens))).toBe(squeezed(text));
    }),
  );
});

test('Code of any text is one span of that text', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      fc.pre(squeezed(text) !== '');
      const [block] = lexer(`x ${codeSpan(text)} y`);
      const tokens = (block as { tokens: Token[] }).tokens;
      expect(tokens.map(({ type }) => type)).toEqual(['text', 'codespan', 'text']);
      expect(squeezed(textOf(tokens))).toBe(squeezed(`x ${text} y`));
    }),
  );
});

test('A fence holds every text, fences too', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (lines) => {
      const tokens = lexer(`${codeBlock(`a\n${lines.join('\n')}\n~~~\n\`\`\`\nb`, 'gherkin')}\n\nAfter.`);
      expect(tokens.map(({ type }) => type).filter((type) => type !== 'space')).toEqual(['code', 'paragraph']);
    }),
  );
});

test('A link has its text and its address, and only the web is linked', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      fc.pre(squeezed(text) !== '');
      const [block] = lexer(paragraph(link('ports.md#NIC-BASE-001', text)));
      const [token] = (block as { tokens: Token[] }).tokens;
      expect(token).toMatchObject({ type: 'link', href: 'ports.md#NIC-BASE-001' });
    }),
  );
  expect(webLink('javascript:alert(1)', 'click')).toBe('click');
  expect(webLink('https://example.org/a (b)', 'x')).toBe('[x](https://example.org/a%20%28b%29)');
});

test('A mark that could not close is left out', () => {
  expect(mark('**', 'two words')).toBe('**two words**');
  expect(mark('**', ' a')).toBe(' a');
});
