import fc from 'fast-check';
import { expect, test } from 'vitest';
import { termErrors } from './terms.js';

const RULES = [
  { term: 'fdb', insteadOf: ['MAC table', 'forwarding table'] },
  { term: 'TTL', insteadOf: ['time to live'] },
  { term: 'super-frame', insteadOf: ['super-packet', 'a (b) [c]'] },
  { term: 'bridge' },
];

const messages = (text: string): readonly string[] => termErrors(RULES, [['file', text]]).map(({ message }) => message);

test('A word that the glossary has another name for is told with that name and its place', () => {
  expect(termErrors(RULES, [['spec/x.yaml, A-001', 'It is in the MAC table.']])).toEqual([
    { place: 'spec/x.yaml, A-001', message: '"MAC table" has another name here: fdb' },
  ]);
});

test('Capitals and line ends do not hide a word', () => {
  expect(messages('The Forwarding\n  Table, the time to live')).toEqual([
    '"Forwarding Table" has another name here: fdb',
    '"time to live" has another name here: TTL',
  ]);
});

test('A word is told once for a text', () => {
  expect(messages('mac table, MAC table')).toHaveLength(1);
});

test('A part of a longer word is not the word, and code is free', () => {
  expect(messages('The emac table is a MAC tablet; `MAC table` is code, and so is\n```\ntime to live\n```')).toEqual(
    [],
  );
});

test('Without words to avoid nothing is told', () => {
  fc.assert(fc.property(fc.string(), (text) => termErrors([{ term: 'bridge' }], [['file', text]]).length === 0));
});

test('A word is found wherever it stands, unless a letter touches it', () => {
  const edge = fc.constantFrom(' ', '.', ',', '(', ')', '\n', '"');
  fc.assert(fc.property(edge, edge, (before, after) => messages(`a${before}time to live${after}b`).length === 1));
});

test('Words with punctuation in them are looked for as they are', () => {
  expect(messages('A super-packet.')).toEqual(['"super-packet" has another name here: super-frame']);
  expect(messages('Not a b c, but a (b) [c].')).toEqual(['"a (b) [c]" has another name here: super-frame']);
});
