/** What has changed between versions, by id. */
import type { WrittenVersion, Snapshot } from './documentFiles.js';
import type { VersionChanges } from './model.js';
import { parseProse } from './prose.js';

type Compared = Snapshot[number];

const MEMBERS = ['title', 'level', 'statement'] as const;

/** The part of requirements that a later version is compared with. */
export function snapshotOf(requirements: readonly Compared[]): Snapshot {
  return requirements.map(({ id, title, level, statement }) => ({ id, title, level, statement }));
}

/** Newest first. What is not kept yet is compared with the newest version that is. */
export function changeLog(
  written: readonly WrittenVersion[],
  snapshots: ReadonlyMap<string, Snapshot>,
  current: Snapshot,
): readonly VersionChanges[] {
  return written.map(({ version, date = '', summary }, index) => {
    const before = written.slice(index + 1).find((older) => snapshots.has(older.version))?.version ?? '';
    return {
      version,
      date,
      since: before,
      summary: parseProse(summary),
      ...changesBetween(snapshots.get(before) ?? [], snapshots.get(version) ?? current),
    };
  });
}

/** A requirement is the same if its id is: that is what ids are for. */
export function changesBetween(
  before: Snapshot,
  after: Snapshot,
): Pick<VersionChanges, 'added' | 'removed' | 'changed'> {
  const old = new Map(before.map((one) => [one.id, one]));
  const kept = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)).map(titleOf),
    removed: before.filter(({ id }) => !kept.has(id)).map(titleOf),
    changed: after.flatMap((one) => {
      const was = old.get(one.id);
      const members = was === undefined ? [] : MEMBERS.filter((member) => was[member] !== one[member]);
      return members.length === 0 ? [] : [{ ...titleOf(one), members }];
    }),
  };
}

/** The changes as lines to read, the sum of them last. */
export function changeLines({ added, removed, changed }: ReturnType<typeof changesBetween>): readonly string[] {
  return [
    ...added.map(({ id, title }) => `added    ${id}  ${title}`),
    ...removed.map(({ id, title }) => `removed  ${id}  ${title}`),
    ...changed.map(({ id, title, members }) => `changed  ${id}  ${title} (${members.join(', ')})`),
    `${added.length} added, ${removed.length} removed, ${changed.length} changed`,
  ];
}

const titleOf = ({ id, title }: Compared): { id: string; title: string } => ({ id, title });
