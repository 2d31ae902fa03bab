import { describe, expect, it } from 'vitest';
import { compareRuns } from './compare.js';
import type { Results } from './results.js';

/** As much of a run as is compared. */
function run(scenarios: readonly { readonly id: string; readonly state?: readonly string[] }[]): Results {
  const summary = { seed: 1, runs: 100, stopped: null };
  const named = scenarios.map((scenario) => ({ ...scenario, name: 'a script', requirements: ['SW-UNI-001'] }));
  return {
    target: 'reference',
    profile: 'p',
    digest: 'd',
    startedAt: '',
    only: [],
    tags: '',
    summary,
    requirements: [],
    scenarios: named,
  } as unknown as Results;
}

const verdicts = (of: Readonly<Record<string, string>>, only: readonly string[] = []): Results =>
  ({
    ...run([]),
    only,
    requirements: Object.entries(of).map(([id, verdict]) => ({ id, title: id, verdict, reason: '' })),
  }) as unknown as Results;

describe('compareRuns', () => {
  it('tells what only one has, unless the other was told to leave it out', () => {
    const whole = verdicts({ 'NIC-A-001': 'pass', 'NIC-A-002': 'pass', 'NIC-B-001': 'pass' });
    const lacking = compareRuns(whole, verdicts({ 'NIC-A-001': 'fail' }));
    expect(lacking.requirements.map(({ id }) => id)).toEqual(['NIC-A-001', 'NIC-A-002', 'NIC-B-001']);
    const partial = compareRuns(whole, verdicts({ 'NIC-A-001': 'fail', 'NIC-A-002': 'pass' }, ['NIC-A-*']));
    expect(partial.requirements.map(({ id }) => id)).toEqual(['NIC-A-001']);
    expect(partial).toMatchObject({ same: 1, leftOut: ['NIC-B-001'] });
  });

  it('takes what the first lacks as the reason why the second has more, but no failure of it', () => {
    const lacking = verdicts({ 'NIC-A-001': 'not-applicable', 'NIC-A-002': 'not-supported', 'NIC-A-003': 'fail' });
    const reasons = lacking.requirements.map((one) => ({ ...one, reason: 'no such queue' }));
    const passing = verdicts({ 'NIC-A-001': 'pass', 'NIC-A-002': 'pass', 'NIC-A-003': 'pass' });
    const { requirements } = compareRuns({ ...lacking, requirements: reasons }, passing);
    expect(requirements.map(({ explanation }) => explanation)).toEqual(['no such queue', 'no such queue', null]);
  });

  it('tells line by line what two targets show after the same script', () => {
    const one = run([{ id: 'f:1', state: ['p0: up', 'A at p1', 'p1: up'] }]);
    const other = run([{ id: 'f:1', state: ['p0: up', 'A at p2', 'p1: up'] }]);
    expect(compareRuns(one, other).states).toEqual([
      { scenario: 'f:1', name: 'a script', requirements: ['SW-UNI-001'], onlyA: ['A at p1'], onlyB: ['A at p2'] },
    ]);
  });

  it('says nothing of equal states, and of scenarios that one of the two did not run', () => {
    const one = run([{ id: 'f:1', state: ['p0: up'] }, { id: 'f:2', state: ['p0: up'] }, { id: 'f:3' }]);
    const other = run([
      { id: 'f:1', state: ['p0: up'] },
      { id: 'f:3', state: ['p0: up'] },
    ]);
    expect(compareRuns(one, other).states).toEqual([]);
  });
});
