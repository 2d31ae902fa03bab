/** What a run must be so that it can be part of a certificate: asked before anything is signed, and again by whoever verifies. */
import { latestScenarios, recordKey, startOf } from '../runner/recordFile.js';
import type { RunRecord, RunStart } from '../runner/records.js';
import { select } from '../runner/selection.js';
import { profileNamed } from '../runner/spec.js';
import type { Catalogue } from './catalogue.js';
import { CERTIFICATION_RUNS } from './seeds.js';

/** The rule that is being checked is broken. */
export class Broken extends Error {
  /** What would satisfy it. */
  readonly wanted: string;

  constructor(found: string, wanted: string) {
    super(found);
    this.wanted = wanted;
  }
}

/** What a run of a certification was asked, beside what is the same for all of them. */
export type AskedRun = Pick<RunStart, 'target' | 'profile' | 'seed' | 'digest' | 'identity' | 'capabilities'>;

/**
 * It was asked this, everything of it, and came to its end.
 * @throws Broken
 */
export function checkAsked(records: readonly RunRecord[], name: string, run: AskedRun): void {
  const start = startOf(records);
  const asked = { ...run, runs: CERTIFICATION_RUNS, only: [], tags: '', shard: null };
  for (const [member, value] of Object.entries(asked)) {
    const was: unknown = start[member as keyof typeof asked];
    if (JSON.stringify(was) !== JSON.stringify(value))
      throw new Broken(`${name}: ${member} is ${JSON.stringify(was)}`, JSON.stringify(value));
  }
  const end = records.at(-1);
  if (end?.kind !== 'run-end') throw new Broken(`${name} does not end`, 'runs that came to their end');
  if (end.stopped !== undefined) throw new Broken(`${name} stopped: ${end.stopped}`, 'runs that came to their end');
}

/**
 * Every requirement and every scenario of the profile is there, and what was left out was left out because of a capability.
 * `name` is what the run is called in the message.
 * @throws Broken
 */
export function checkComplete(records: readonly RunRecord[], name: string, { spec, planned }: Catalogue): void {
  const start = startOf(records);
  const wanted = select(planned, {
    spec,
    profile: profileNamed(spec, start.profile),
    capabilities: start.capabilities,
    request: { only: [], tags: '', shard: null },
  });
  if (JSON.stringify(start.requirements) !== JSON.stringify(wanted.requirements)) {
    const missing = wanted.requirements.find(
      ({ id }) => !start.requirements.some((requirement) => requirement.id === id),
    );
    const what = missing === undefined ? 'they say something else of a requirement' : `${missing.id} is not among them`;
    throw new Broken(
      `${name}: the requirements are not those of ${start.profile}: ${what}`,
      'every requirement, as it is written',
    );
  }
  const byKey = new Map(latestScenarios(records).map((record) => [recordKey(record), record]));
  for (const selected of wanted.scenarios) {
    const { scenario } = selected;
    const record = byKey.get(scenario.id);
    if (record === undefined) throw new Broken(`${name}: the scenario ${scenario.id} is missing`, 'every scenario');
    byKey.delete(scenario.id);
    if (JSON.stringify(record.requirements) !== JSON.stringify(scenario.requirements))
      throw new Broken(`${name}: ${scenario.id} counts for other requirements`, scenario.requirements.join(', '));
    if (selected.kind === 'absent') {
      if (record.outcome !== selected.outcome || record.reason !== selected.reason)
        throw new Broken(`${name}: ${scenario.id} is ${record.outcome}`, `${selected.outcome}: ${selected.reason}`);
      byKey.delete(recordKey({ id: scenario.id, probeOf: selected.probe }));
    } else if (record.outcome === 'not-applicable' || record.outcome === 'not-supported')
      throw new Broken(`${name}: ${scenario.id} was left out`, 'a run of it: the target has what it needs');
    else if (scenario.isLaw && record.outcome === 'pass' && record.cases < 1)
      throw new Broken(`${name}: the law ${scenario.id} passes without a case`, 'cases of every law');
  }
  const [foreign] = byKey.keys();
  if (foreign !== undefined)
    throw new Broken(`${name}: there is no scenario ${foreign}`, 'the scenarios of the features, once each');
}
