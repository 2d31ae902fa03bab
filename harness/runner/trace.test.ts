import { describe, expect, it } from 'vitest';
import type { PlannedScenario } from './scenarios.js';
import type { Requirement, Spec } from './spec.js';
import { trace } from './trace.js';

function requirement(id: string, verification: Requirement['verification'] = ['example']): Requirement {
  return {
    id,
    title: id,
    level: 'MUST',
    statement: '',
    rationale: '',
    needs: [],
    sources: [],
    verification,
    file: 'spec/requirements/x.yaml',
  };
}

function scenario(
  id: string,
  requirements: readonly string[],
  options: Partial<PlannedScenario> = {},
): PlannedScenario {
  return {
    id,
    pickleId: id,
    name: id,
    feature: '',
    uri: '',
    line: 1,
    requirements,
    needs: [],
    isLaw: false,
    tags: [],
    steps: [],
    ...options,
  };
}

const spec: Spec = {
  requirements: [
    requirement('NIC-A-001'),
    requirement('NIC-A-002', ['review']),
    requirement('NIC-A-003', ['example', 'law']),
  ],
  profiles: [],
  capabilities: [{ id: 'wire-fcs', kind: 'rig', probe: false, title: '' }],
  retired: ['NIC-A-009'],
};
const complete = [
  scenario('one', ['NIC-A-001'], { needs: ['wire-fcs'] }),
  scenario('three', ['NIC-A-003'], { isLaw: true }),
];
const caught = [
  { id: 'DEF-1', caughtBy: 'NIC-A-001' },
  { id: 'DEF-2', caughtBy: 'NIC-A-003' },
];

describe('traceability', () => {
  it('is clean where each names the others', () => {
    expect(trace(spec, complete, caught)).toEqual({ errors: [], withoutDefect: [] });
  });

  it('misses a scenario, a law and a defect', () => {
    const { errors, withoutDefect } = trace(spec, [scenario('three', ['NIC-A-003'])], []);
    expect(errors.map(({ message }) => message)).toEqual([
      'NIC-A-001 has no scenario; write one, or mark it verification: [review]',
      'NIC-A-003 is to be shown by a law, and no scenario of it has @law',
    ]);
    expect(withoutDefect).toEqual(['NIC-A-003']);
  });

  it('finds names that name nothing', () => {
    const wrong = [
      scenario('a', []),
      scenario('b', ['NIC-A-004'], { needs: ['wire-fc'] }),
      scenario('c', ['NIC-A-009']),
    ];
    const defects = [...caught, { id: 'DEF-1', caughtBy: 'NIC-B-001' }, { id: 'DEF-3', caughtBy: 'NIC-A-002' }];
    expect(
      trace(spec, [...complete, ...wrong], defects).errors.map(({ place, message }) => `${place}: ${message}`),
    ).toEqual([
      'a: "a" carries no requirement\'s tag; add @NIC-…',
      'b: no requirement is called NIC-A-004; did you mean NIC-A-001?',
      'b: no capability is called wire-fc; did you mean wire-fcs?',
      'c: no requirement is called NIC-A-009 (retired); did you mean NIC-A-001?',
      'DEF-1: this id is taken by another defect',
      'DEF-1: no requirement is called NIC-B-001; did you mean NIC-A-001?',
      'DEF-3: NIC-A-002 must catch it, and has no scenario',
    ]);
  });
});
