/** Whether what `nicspec lint` holds of the wording of requirements is seen, each rule by a statement that breaks it. */
import { describe, expect, it } from 'vitest';
import { wordingErrors } from './wording.js';

const one = (id: string, change: Partial<Parameters<typeof wordingErrors>[0][number]> = {}) => ({
  id,
  title: `The title of ${id}`,
  level: 'MUST' as const,
  statement: `The statement of ${id} is tested.`,
  file: 'spec/requirements/a.yaml',
  ...change,
});

const messages = (...requirements: Parameters<typeof wordingErrors>[0]) =>
  wordingErrors(requirements).map(({ place, message }) => `${place}: ${message}`);

describe('the wording of requirements', () => {
  it('is accepted where it says what is observed', () => {
    expect(
      messages(one('A-B-001'), one('A-B-002', { statement: 'It is refused, and may be asked for again.' })),
    ).toEqual([]);
  });

  it.each([
    ['statement', 'The frame is handled\n  correctly.', 'correctly'],
    ['statement', 'The frame leaves as  Expected.', 'as expected'],
    ['title', 'A table of a sane size', 'sane'],
  ])('names a vague word in the %s %s', (member, text, word) => {
    expect(messages(one('A-B-001', { [member]: text }))[0]).toContain(
      `A-B-001: "${word}" leaves open what is meant; say what is observed`,
    );
  });

  it('takes a vague word in a name or a longer word for no vague word', () => {
    expect(messages(one('A-B-001', { statement: 'The copyright of sane-mode and etc_hosts is kept.' }))).toEqual([]);
  });

  it('names a key word of the level in a statement', () => {
    expect(messages(one('A-B-001', { statement: 'The device MUST drop it.' }))).toEqual([
      'spec/requirements/a.yaml, A-B-001: "MUST" is in the statement; the level says it, and the statement what is so',
    ]);
  });

  it('names a prohibition whose statement does not say no', () => {
    const statement = 'The device reports the sum.';
    expect(messages(one('A-B-001', { level: 'MUST NOT', statement }))).toEqual([
      'spec/requirements/a.yaml, A-B-001: MUST NOT has a statement without "not", which reads as its opposite',
    ]);
    expect(messages(one('A-B-001', { level: 'SHOULD NOT', statement: 'Nothing is reported.' }))).toEqual([]);
  });

  it('names a title twice in an area, a statement twice anywhere, and a statement that is no sentence', () => {
    const title = 'The same';
    expect(messages(one('A-B-001', { title }), one('A-C-001', { title }))).toEqual([]);
    expect(messages(one('A-B-001', { title }), one('A-B-002', { title: 'the  Same' }))).toEqual([
      'spec/requirements/a.yaml, A-B-002: the title is that of A-B-001',
    ]);
    const statement = 'It is so.';
    expect(messages(one('A-B-001', { statement }), one('A-C-001', { statement: 'It  is so.' }))).toEqual([
      'spec/requirements/a.yaml, A-C-001: the statement is that of A-B-001',
    ]);
    expect(messages(one('A-B-001', { statement: 'It is so' }))[0]).toContain('no full stop');
  });
});
