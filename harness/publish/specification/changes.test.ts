import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { changeLines, changeLog, changesBetween, snapshotOf } from './changes.js';
import type { Snapshot } from './documentFiles.js';
import { readSnapshot } from './snapshots.js';

const one = (id: string, members: Partial<Snapshot[number]> = {}): Snapshot[number] => ({
  id,
  title: `Title of ${id}`,
  level: 'MUST',
  statement: `What ${id} says.`,
  ...members,
});

test('Requirements are added, removed and changed by their ids', () => {
  const before = [one('A-001'), one('A-002'), one('A-003'), one('A-004')];
  const after = [
    one('A-001'),
    one('A-003', { level: 'SHOULD' }),
    one('A-004', { statement: 'Another.', title: 'Another' }),
    one('A-005'),
  ];
  expect(changesBetween(before, after)).toEqual({
    added: [{ id: 'A-005', title: 'Title of A-005' }],
    removed: [{ id: 'A-002', title: 'Title of A-002' }],
    changed: [
      { id: 'A-003', title: 'Title of A-003', members: ['level'] },
      { id: 'A-004', title: 'Another', members: ['title', 'statement'] },
    ],
  });
});

test('The order of requirements is no change', () => {
  expect(changesBetween([one('A-001'), one('A-002')], [one('A-002'), one('A-001')])).toEqual({
    added: [],
    removed: [],
    changed: [],
  });
});

const snapshots = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }).chain((numbers) =>
  fc.tuple(
    ...numbers.map((number) =>
      fc.record({
        id: fc.constant(`A-${String(number).padStart(3, '0')}`),
        title: fc.constantFrom('a', 'b'),
        level: fc.constantFrom('MUST', 'MAY'),
        statement: fc.constantFrom('x', 'y'),
      }),
    ),
  ),
);

test('Between any two versions each id is added, removed, changed or the same, and backwards it is the reverse', () => {
  fc.assert(
    fc.property(snapshots, snapshots, (before, after) => {
      const { added, removed, changed } = changesBetween(before, after);
      const back = changesBetween(after, before);
      const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id).sort();
      expect(ids(added)).toEqual(ids(back.removed));
      expect(ids(removed)).toEqual(ids(back.added));
      expect(ids(changed)).toEqual(ids(back.changed));
      const same = after.filter((now) => before.some((was) => JSON.stringify(was) === JSON.stringify(now)));
      expect(added.length + changed.length + same.length).toBe(after.length);
      expect(removed.length + changed.length + same.length).toBe(before.length);
    }),
  );
});

test('A version that is not kept yet is compared with the newest that is', () => {
  const versions = [
    { version: '0.3.0', summary: 'Third.' },
    { version: '0.2.0', date: '2026-02-01', summary: 'Second, not kept.' },
    { version: '0.1.0', date: '2026-01-01', summary: 'First.' },
  ];
  const [third, second, first] = changeLog(versions, new Map([['0.1.0', [one('A-001')]]]), [
    one('A-001'),
    one('A-002'),
  ]);
  expect(third).toMatchObject({ version: '0.3.0', since: '0.1.0', added: [{ id: 'A-002' }], removed: [] });
  expect(second).toMatchObject({ version: '0.2.0', since: '0.1.0' });
  expect(first).toMatchObject({ version: '0.1.0', since: '', added: [{ id: 'A-001' }] });
});

test('The lines name each change and end with the sum', () => {
  expect(
    changeLines(changesBetween([one('A-001'), one('A-002')], [one('A-002', { level: 'MAY' }), one('A-003')])),
  ).toEqual([
    'added    A-003  Title of A-003',
    'removed  A-001  Title of A-001',
    'changed  A-002  Title of A-002 (level)',
    '1 added, 1 removed, 1 changed',
  ]);
});

const folder = mkdtempSync(join(tmpdir(), 'nicspec-snapshot-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('A version that was kept is read back, and anything else is refused with its name', async () => {
  const file = join(folder, '0.1.0.json');
  writeFileSync(file, JSON.stringify(snapshotOf([one('A-001')])));
  expect(await readSnapshot(file)).toEqual([one('A-001')]);
  for (const content of ['no JSON', '{}', '[1]', '[{"id":"A-001"}]']) {
    writeFileSync(file, content);
    await expect(readSnapshot(file)).rejects.toThrow(`${file} is no version`);
  }
  await expect(readSnapshot(join(folder, 'gone'))).rejects.toThrow('there is no');
  await expect(readSnapshot(folder)).rejects.toThrow('is no specification');
});
