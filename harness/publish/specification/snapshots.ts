/** The requirements of another version, from wherever it was kept. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadSpec } from '../../runner/spec.js';
import { UsageError } from '../../runner/usage.js';
import { snapshotOf } from './changes.js';
import type { Snapshot } from './documentFiles.js';

/**
 * @param place a folder with the requirements of a specification, or the file of a version that was frozen.
 * @throws UsageError that says what it is instead.
 */
export async function readSnapshot(place: string): Promise<Snapshot> {
  if (!existsSync(place)) throw new UsageError(`--changes: there is no ${place}`);
  if (statSync(place).isDirectory()) {
    if (!existsSync(join(place, 'requirements')))
      throw new UsageError(`--changes: ${place} is no specification; name the folder that holds requirements/`);
    return snapshotOf((await loadSpec(place)).requirements);
  }
  const content = parsed(readFileSync(place, 'utf8'));
  if (!isSnapshot(content))
    throw new UsageError(`--changes: ${place} is no version that nicspec docs --freeze has written`);
  return content;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MEMBERS = ['id', 'title', 'level', 'statement'] as const;

function isSnapshot(content: unknown): content is Snapshot {
  return (
    Array.isArray(content) &&
    content.every(
      (one: unknown) =>
        typeof one === 'object' &&
        one !== null &&
        MEMBERS.every((member) => typeof (one as Readonly<Record<string, unknown>>)[member] === 'string'),
    )
  );
}
