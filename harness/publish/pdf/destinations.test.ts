import { expect, test } from 'vitest';
import { pagesOfAnchors } from './destinations.js';

/** A PDF as Chromium lays it out, with a tree of pages and without what nobody reads here. */
const pdf = (dests: string, catalogue = '/Dests 9 0 R'): Uint8Array =>
  Buffer.from(
    [
      '%PDF-1.4',
      '3 0 obj\n<</Type /Page /Parent 7 0 R>>\nendobj',
      '4 0 obj\n<</Length 30>> stream\n/chapter-fake [3 0 R /XYZ 0 0 0] endstream\nendobj',
      '5 0 obj\n<</Type /Page /Parent 8 0 R>>\nendobj',
      '6 0 obj\n<</Type /Page /Parent 8 0 R>>\nendobj',
      '8 0 obj\n<</Type /Pages /Kids [6 0 R 5 0 R] /Count 2>>\nendobj',
      '7 0 obj\n<</Type /Pages /Kids [3 0 R 8 0 R] /Count 3>>\nendobj',
      `9 0 obj\n${dests}\nendobj`,
      `10 0 obj\n<</Type /Catalog\n/Pages 7 0 R\n${catalogue}>>\nendobj`,
    ].join('\n'),
    'latin1',
  );

test('Anchors are on the pages that their destinations name, counted through the tree of pages', () => {
  const pages = pagesOfAnchors(
    pdf('<</contents [3 0 R /XYZ 0 841 0]\n/NIC-CSUM-001 [6 0 R /XYZ 10.5 20 0]\n/glossary [5 0 R /XYZ 0 0 0]>>'),
  );
  expect([...pages]).toEqual([
    ['contents', 1],
    ['NIC-CSUM-001', 2],
    ['glossary', 3],
  ]);
});

test('A character that a name writes by its number is that character', () => {
  expect([...pagesOfAnchors(pdf('<</a#2db [3 0 R /XYZ 0 0 0]>>')).keys()]).toEqual(['a-b']);
});

test('What a stream holds is no destination, and one on no page is left out', () => {
  expect(pagesOfAnchors(pdf('<</gone [99 0 R /XYZ 0 0 0]>>')).size).toBe(0);
});

test('A file without a catalogue is refused', () => {
  expect(() => pagesOfAnchors(Buffer.from('%PDF-1.7\n'))).toThrow('no catalogue');
});
