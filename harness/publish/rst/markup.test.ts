/** docutils reads back what was written, whatever it was. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
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

const READ = `
import json, re, sys
from docutils import nodes, utils
from docutils.core import publish_doctree
from docutils.parsers.rst import roles, directives, Directive

def ref(name, rawtext, text, lineno, inliner, options={}, content=[]):
    text = utils.unescape(text)
    title = re.match(r'(.+?)\\s*<[^<]*>$', text, re.DOTALL)
    return [nodes.inline(rawtext, title.group(1) if title else 'a role: ' + text)], []
roles.register_local_role('ref', ref)

class CodeBlock(Directive):
    has_content = True
    required_arguments = 1
    def run(self):
        self.assert_has_content()
        return [nodes.literal_block('', '\\n'.join(self.content))]
directives.register_directive('code-block', CodeBlock)

answers = []
for text in json.load(sys.stdin):
    tree = publish_doctree(text, settings_overrides={'report_level': 1, 'halt_level': 5, 'warning_stream': False})
    faults = [fault.astext() for fault in tree.findall(nodes.system_message)]
    answers.append({'text': tree.astext(), 'kinds': [type(child).__name__ for child in tree.children], 'faults': faults})
json.dump(answers, sys.stdout)
`;

interface Answer {
  readonly text: string;
  readonly kinds: readonly string[];
  readonly faults: readonly string[];
}

function readBack(texts: readonly string[]): readonly Answer[] {
  const { stdout, status, stderr } = spawnSync('python3', ['-c', READ], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Answer[];
}

const hasDocutils = spawnSync('python3', ['-c', 'import docutils']).status === 0;
if (!hasDocutils)
  console.log('skipped: reStructuredText is read back by docutils, which is not here (apt-get install python3-sphinx)');

/** What is markup somewhere in reStructuredText, among words. */
const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'*_`|\\<>:.-+=~#"\'()[]{}/!,;&$@^ ') },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          'a',
          'b ',
          ' c',
          '1.',
          '::',
          '``',
          '**',
          '.. note::',
          ' :ref:`x`',
          '[1]_',
          '|s|',
          'http://x_y_',
          '\n',
          '\t',
          '__',
          '(a) ',
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((parts) => parts.join(''));

const squeezed = (text: string): string => text.replace(/\s+/gu, ' ').trim();
/** What a format of text can hold: halves of a pair are replaced, control characters are spaces. */
const plain = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- these characters are left out on purpose
  text.replace(/\p{Surrogate}/gu, '\ufffd').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ');
/** As a text without markup is expected to come back. */
const expected = (text: string): string => squeezed(plain(text));

const piece: fc.Arbitrary<{ readonly piece: Piece; readonly text: string }> = fc.oneof(
  hostile.map((text) => ({ piece: textPiece(text), text })),
  hostile.map((text) => ({ piece: literalPiece(text), text })),
  hostile.map((text) => ({ piece: markedPiece('**', text), text })),
  hostile.map((text) => ({ piece: markedPiece('*', text), text })),
  // White space around the text of a link is nobody's.
  hostile.map((text) => ({ piece: linkPiece('https://example.org/a_(b)_', text), text: expected(text) })),
  fc.constant({ piece: referencePiece('NIC-CSUM-001', 'NIC-CSUM-001'), text: 'NIC-CSUM-001' }),
);

/** One start of Python for many inputs; the first that comes back otherwise is shown. */
function each<Input>(
  inputs: fc.Arbitrary<Input>,
  written: (input: Input) => string,
  check: (input: Input, answer: Answer, source: string) => void,
): void {
  const asked = fc.sample(inputs, 300);
  const answers = readBack(asked.map(written));
  for (const [index, input] of asked.entries()) check(input, answers[index]!, written(input));
}

describe.skipIf(!hasDocutils)('What docutils reads back', () => {
  test('A paragraph of any pieces is one paragraph with their text', () => {
    const lines = fc
      .array(piece, { minLength: 1, maxLength: 6 })
      .map((pieces) => ({
        source: paragraph(joinPieces(pieces.map((one) => one.piece))),
        text: squeezed(pieces.map((one) => plain(one.text)).join('')),
      }))
      .filter(({ text }) => text !== '');
    each(
      lines,
      ({ source }) => source,
      ({ text }, answer, source) =>
        expect({ faults: answer.faults, kinds: answer.kinds, text: squeezed(answer.text) }, source).toEqual({
          faults: [],
          kinds: ['paragraph'],
          text,
        }),
    );
  });

  test('A heading of any text has it, and so has the document', () => {
    each(
      hostile.filter((title) => expected(title) !== ''),
      (title) => `${heading(0, joinPieces([textPiece(title)]))}\n\nText.\n`,
      (title, { faults, text }, source) =>
        expect({ faults, text: squeezed(text) }, source).toEqual({ faults: [], text: `${expected(title)} Text.` }),
    );
  });

  test('Lines of a literal block are kept', () => {
    each(
      fc.array(hostile, { minLength: 1, maxLength: 4 }).filter((lines) => literalBlock(lines.join('\n')) !== ''),
      (lines) => `Before.\n\n${literalBlock(lines.join('\n'))}\n\nAfter.\n`,
      (lines, { faults, text, kinds }, source) =>
        expect({ faults, kinds, text: squeezed(text) }, source).toEqual({
          faults: [],
          kinds: ['paragraph', 'literal_block', 'paragraph'],
          text: `Before. ${expected(lines.join('\n'))} After.`,
        }),
    );
  });
});

test('A link to anything but the web is text', () => {
  expect(linkPiece('javascript:alert(1)', 'click')).toEqual({ text: 'click', isMarkup: false });
});

test("A paragraph is wrapped at the width of the kernel's documentation", () => {
  const lines = paragraph('word '.repeat(100)).split('\n');
  expect(lines.length).toBeGreaterThan(5);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(79);
});
