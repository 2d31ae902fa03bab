/** Where a target is known to depart from the specification, and why: the data behind a page of docs/targets. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project.js';

export interface KnownDepartures {
  readonly target: string;
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  readonly departures: readonly Departure[];
}

export interface Departure {
  readonly requirements: readonly string[];
  readonly cause: 'device' | 'driver' | 'kernel' | 'rig';
  readonly what: string;
  readonly evidence: string;
  /** It depends on timing: a run may pass. */
  readonly sometimes?: boolean;
}

/** `lab-e1000e`, of a target `lab:e1000e`. */
export const departuresFile = (folderName: string): string =>
  join(PROJECT_ROOT, 'docs', 'targets', `${folderName}.yaml`);

/**
 * What is known of a target; null for one that nobody has analysed.
 * @throws UsageError with file, line and column where the file is wrong.
 */
export async function loadDepartures(folderName: string): Promise<KnownDepartures | null> {
  const file = departuresFile(folderName);
  if (!existsSync(file)) return null;
  const { createChecker } = await import('./specFile.js');
  const checker = createChecker(PROJECT_ROOT);
  const known = checker.read(file, 'departures');
  checker.throwFaults();
  // The schema has just been held against it.
  return known as KnownDepartures;
}

/** The departure that a requirement belongs to. */
export const departureOf = (known: KnownDepartures | null, id: string): Departure | undefined =>
  known?.departures.find(({ requirements }) => requirements.includes(id));
