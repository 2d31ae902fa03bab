/** Certificates side by side: vendors, firmware versions or kernels. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Outcome } from '../runner/records.js';
import { UsageError } from '../runner/usage.js';
import { ENVELOPE_FILE } from './bundle.js';
import type { Certification } from './statement.js';
import { verifyBundle } from './verify.js';

export interface ComparedBundle {
  /** Folder as it was given. */
  readonly bundle: string;
  /** Name of the folder, told apart by a number where two are alike. */
  readonly name: string;
  readonly certification: Certification;
  /** It verifies here; otherwise the rule that it breaks. */
  readonly broken: string | null;
}

export interface ComparedRequirement {
  readonly id: string;
  readonly title: string;
  /** One for each bundle; null where its profile has no such requirement. */
  readonly verdicts: readonly (Outcome | null)[];
  /** Of the last against the first. */
  readonly change: 'better' | 'worse' | 'same' | 'other';
}

export interface Comparison {
  readonly bundles: readonly ComparedBundle[];
  readonly requirements: readonly ComparedRequirement[];
}

/**
 * @throws UsageError if a folder holds no bundle that can be read. A bundle that does not verify is compared, and marked.
 */
export async function compareBundles(folders: readonly string[]): Promise<Comparison> {
  const bundles: ComparedBundle[] = [];
  for (const bundle of folders) bundles.push(await readBundle(bundle, bundles));
  return compareCertifications(bundles);
}

/** The same of bundles that were read already. */
export function compareCertifications(bundles: readonly ComparedBundle[]): Comparison {
  const ids = new Map(
    bundles.flatMap(({ certification }) => certification.requirements.map(({ id, title }) => [id, title] as const)),
  );
  const requirements = [...ids]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, title]): ComparedRequirement => {
      const verdicts = bundles.map(
        ({ certification }) => certification.requirements.find((requirement) => requirement.id === id)?.verdict ?? null,
      );
      return { id, title, verdicts, change: changeOf(verdicts) };
    });
  return { bundles, requirements };
}

async function readBundle(bundle: string, others: readonly ComparedBundle[]): Promise<ComparedBundle> {
  if (!existsSync(join(bundle, ENVELOPE_FILE)))
    throw new UsageError(`${bundle} holds no bundle: ${ENVELOPE_FILE} is not there`);
  const { ok, rules, statement } = await verifyBundle(bundle, { trusted: [] });
  const broken = rules.find((rule) => !rule.ok);
  const certification = statement?.predicate.nicspec ?? statementAnyway(bundle);
  if (certification === null) throw new UsageError(`${bundle} cannot be read: ${broken?.found ?? ''}`);
  const alike = others.filter(
    ({ name }) => name === basename(bundle) || name.startsWith(`${basename(bundle)} (`),
  ).length;
  const name = alike === 0 ? basename(bundle) : `${basename(bundle)} (${alike + 1})`;
  return { bundle, name, certification, broken: ok ? null : (broken?.rule ?? 'unknown') };
}

/** What the envelope says although nobody may have signed it. */
function statementAnyway(bundle: string): Certification | null {
  try {
    const { payload } = JSON.parse(readFileSync(join(bundle, ENVELOPE_FILE), 'utf8')) as { readonly payload: string };
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
      readonly predicate: { readonly nicspec: Certification };
    };
    return Array.isArray(statement.predicate.nicspec.requirements) ? statement.predicate.nicspec : null;
  } catch {
    return null;
  }
}

const RANK: Readonly<Record<Outcome, number>> = {
  fail: 0,
  inconclusive: 0,
  'not-supported': 1,
  'not-applicable': 2,
  pass: 3,
};

function changeOf(verdicts: readonly (Outcome | null)[]): ComparedRequirement['change'] {
  const [first, last] = [verdicts[0] ?? null, verdicts.at(-1) ?? null];
  if (first === null || last === null) return first === last ? 'same' : 'other';
  if (first === last) return verdicts.every((verdict) => verdict === first) ? 'same' : 'other';
  const [before, after] = [RANK[first], RANK[last]];
  return before === after ? 'other' : after > before ? 'better' : 'worse';
}
