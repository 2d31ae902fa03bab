import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf, resultsOf } from './judgeRun.js';
import { OUTCOMES, type Level, type Outcome, type RunRecord, type ScenarioRecord } from './records.js';

const LEVELS: readonly Level[] = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'];

function scenario(id: string, outcome: Outcome, options: Partial<ScenarioRecord> = {}): ScenarioRecord {
  return {
    kind: 'scenario',
    id,
    name: id,
    feature: 'a feature',
    uri: 'a.feature',
    line: 1,
    requirements: ['NIC-X-001'],
    isLaw: false,
    outcome,
    reason: outcome === 'pass' ? '' : `${id} is ${outcome}`,
    probeOf: [],
    durationMs: 1,
    cases: 0,
    steps: [],
    mismatch: null,
    counterexample: null,
    evidence: [],
    ...options,
  };
}

function stream(scenarios: readonly ScenarioRecord[], level: Level = 'MUST', planned?: number): RunRecord[] {
  return [
    {
      kind: 'run-start',
      nicspec: '0',
      node: 'v20',
      startedAt: '2026-01-01T00:00:00.000Z',
      target: 'reference',
      identity: {
        kernel: { name: '', release: '' },
        device: { vendor: '', model: '', driver: '', driverVersion: '', firmwareVersion: '' },
      },
      capabilities: {},
      profile: 'p',
      seed: 1,
      runs: 1,
      digest: '0'.repeat(64),
      only: [],
      tags: '',
      shard: null,
      requirements: [
        {
          id: 'NIC-X-001',
          title: 't',
          level,
          statement: 's',
          rationale: 'r',
          sources: [],
          needs: [],
          mandatory: [],
          ...(planned === undefined ? {} : { planned }),
        },
      ],
    },
    ...scenarios,
    { kind: 'run-end', durationMs: 1 },
  ];
}

function verdict(outcomes: readonly Outcome[]): Outcome | undefined {
  const records = stream(outcomes.map((outcome, index) => scenario(`s${index}`, outcome)));
  return resultsOf(records).requirements[0]?.verdict;
}

const anyOutcomes = fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 8 });

describe('the verdict of a requirement', () => {
  it('is the worst of what was found out, whatever the order', () => {
    fc.assert(
      fc.property(anyOutcomes, (outcomes) => {
        const found = verdict(outcomes);
        const worst = (['fail', 'inconclusive', 'pass', 'not-supported', 'not-applicable'] as const).find((outcome) =>
          outcomes.includes(outcome),
        );
        expect(found).toBe(worst);
        expect(verdict([...outcomes].reverse())).toBe(found);
      }),
    );
  });

  it('is not touched by probes', () => {
    fc.assert(
      fc.property(anyOutcomes, fc.constantFrom(...OUTCOMES), (outcomes, probed) => {
        const own = outcomes.map((outcome, index) => scenario(`s${index}`, outcome));
        const probe = scenario('s0', probed, { probeOf: ['x'] });
        const [with_, without] = [resultsOf(stream([...own, probe])), resultsOf(stream(own))];
        expect(with_.requirements).toEqual(without.requirements);
        expect(with_.summary).toEqual(without.summary);
      }),
    );
  });

  it('is inconclusive where the run stopped before a scenario, unless one has failed', () => {
    const [requirement] = resultsOf(stream([scenario('a', 'pass')], 'MUST', 2)).requirements;
    expect(requirement).toMatchObject({ verdict: 'inconclusive', reason: 'the run stopped before 1 of 2 scenarios' });
    expect(resultsOf(stream([scenario('a', 'fail')], 'MUST', 2)).requirements[0]?.verdict).toBe('fail');
  });

  it('is inconclusive where nothing shows it', () => {
    expect(resultsOf(stream([])).requirements[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no scenario shows it',
    });
  });
});

describe('the exit code', () => {
  const codeOf = (outcome: Outcome, level: Level): number =>
    exitCodeOf(resultsOf(stream([scenario('a', outcome)], level)));

  it('is 0 exactly where the run conforms', () => {
    for (const outcome of OUTCOMES) {
      for (const level of LEVELS) {
        const results = resultsOf(stream([scenario('a', outcome)], level));
        expect(exitCodeOf(results) === EXIT.conforms, `${outcome} ${level}`).toBe(results.summary.conforms);
      }
    }
  });

  it('counts what MUST be, and warns of the rest', () => {
    expect(LEVELS.map((level) => codeOf('fail', level))).toEqual([1, 1, 0, 0, 0]);
    expect(LEVELS.map((level) => codeOf('not-supported', level))).toEqual([1, 1, 0, 0, 0]);
    expect(LEVELS.map((level) => codeOf('inconclusive', level))).toEqual([3, 3, 3, 3, 3]);
    expect(LEVELS.map((level) => codeOf('not-applicable', level))).toEqual([0, 0, 0, 0, 0]);
  });

  it('is 3 where the run did not come to its end', () => {
    const killed = stream([scenario('a', 'pass')]).slice(0, -1);
    expect(resultsOf(killed).summary).toMatchObject({ stopped: 'the run was killed', conforms: false });
    expect(exitCodeOf(resultsOf(killed))).toBe(EXIT.targetFailed);
    const stopped: RunRecord[] = [...killed, { kind: 'run-end', durationMs: 1, stopped: 'no more' }];
    expect(exitCodeOf(resultsOf(stopped))).toBe(EXIT.targetFailed);
  });
});

describe('a scenario that ran twice', () => {
  it('is what it was the last time', () => {
    const results = resultsOf(stream([scenario('a', 'inconclusive'), scenario('a', 'pass')]));
    expect(results.scenarios.map(({ outcome }) => outcome)).toEqual(['pass']);
    expect(results.requirements[0]?.verdict).toBe('pass');
  });
});
