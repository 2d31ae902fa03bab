import { describe, expect, it } from 'vitest';
import type { CapabilityAnswers } from '../contract/index.js';
import type { PlannedScenario } from './scenarios.js';
import { select, type SelectionRequest } from './selection.js';
import type { Profile, Requirement, Spec } from './spec.js';

function requirement(id: string, needs: readonly string[] = []): Requirement {
  const text = { title: id, statement: '', rationale: '', sources: [], file: '' };
  return { id, level: 'MUST', needs, verification: ['example'], ...text };
}

function scenario(id: string, tags: readonly string[]): PlannedScenario {
  const requirements = tags.filter((tag) => tag.startsWith('@NIC')).map((tag) => tag.slice(1));
  const needs = tags.filter((tag) => tag.startsWith('@needs:')).map((tag) => tag.slice(7));
  const isLaw = tags.includes('@law');
  return { id, pickleId: id, name: id, feature: '', uri: '', line: 1, requirements, needs, isLaw, tags, steps: [] };
}

const spec: Spec = {
  requirements: [
    requirement('NIC-A-001'),
    requirement('NIC-A-002', ['rss']),
    requirement('NIC-B-001', ['seen', 'rss']),
  ],
  profiles: [],
  capabilities: [
    { id: 'rss', title: '', kind: 'ability', probe: true },
    { id: 'seen', title: '', kind: 'visibility', probe: false },
  ],
  retired: [],
};
const profile: Profile = {
  id: 'p',
  title: '',
  description: '',
  requires: [{ id: '*' }, { id: 'NIC-B-*', level: 'SHOULD' }],
  mandatoryCapabilities: ['rss', 'seen'],
};
const scenarios = [
  scenario('f.feature:1', ['@NIC-A-001']),
  scenario('f.feature:2:5', ['@NIC-A-001', '@law']),
  scenario('f.feature:2:6', ['@NIC-A-002']),
  scenario('f.feature:9', ['@NIC-B-001']),
];
const EVERYTHING: SelectionRequest = { only: [], tags: '', shard: null };

function chosen(request: Partial<SelectionRequest> = {}, capabilities: CapabilityAnswers = {}) {
  return select(scenarios, { spec, profile, capabilities, request: { ...EVERYTHING, ...request } });
}
const idsOf = (request: Partial<SelectionRequest>): string[] => chosen(request).scenarios.map((one) => one.scenario.id);

describe('a selection', () => {
  it('is everything that the profile binds, at its levels', () => {
    const { requirements, scenarios: all } = chosen();
    expect(requirements.map(({ id, level, planned }) => [id, level, planned])).toEqual([
      ['NIC-A-001', 'MUST', 2],
      ['NIC-A-002', 'MUST', 1],
      ['NIC-B-001', 'SHOULD', 1],
    ]);
    expect(all).toHaveLength(4);
  });

  it('follows names, patterns, scenarios and tags', () => {
    expect(idsOf({ only: ['NIC-A-002'] })).toEqual(['f.feature:2:6']);
    expect(idsOf({ only: ['nic-a-*'] })).toEqual(['f.feature:1', 'f.feature:2:5', 'f.feature:2:6']);
    expect(idsOf({ only: ['f.feature:2'] })).toEqual(['f.feature:2:5', 'f.feature:2:6']);
    expect(idsOf({ tags: '@NIC-A-001 and not @law' })).toEqual(['f.feature:1']);
    expect(chosen({ tags: '@law' }).requirements.map(({ id }) => id)).toEqual(['NIC-A-001']);
  });

  it('is split into shards without a rest', () => {
    const shards = [1, 2, 3].map((index) => idsOf({ shard: { index, of: 3 } }));
    expect(shards.flat().sort()).toEqual(idsOf({}).sort());
  });
});

describe('a scenario whose capability is absent', () => {
  const without = (...names: readonly string[]): CapabilityAnswers =>
    Object.fromEntries(
      ['rss', 'seen'].map((name) => [
        name,
        names.includes(name) ? { present: false, reason: `no ${name}` } : { present: true },
      ]),
    );
  const judged = (capabilities: CapabilityAnswers): unknown[] =>
    chosen({}, capabilities)
      .scenarios.slice(2)
      .map((one) => (one.kind === 'run' ? 'run' : [one.outcome, one.reason, one.probe]));

  it('is not-supported where the profile demands the ability, and may be tried', () => {
    expect(judged(without('rss'))).toEqual([
      ['not-supported', 'rss: no rss', ['rss']],
      ['not-supported', 'rss: no rss', ['rss']],
    ]);
  });

  it('is not-applicable where it cannot be seen, whatever the profile says, and is not tried', () => {
    expect(judged(without('seen'))).toEqual(['run', ['not-applicable', 'seen: no seen', []]]);
  });

  it('is not tried where one of several may not be', () => {
    expect(judged(without('rss', 'seen'))[1]).toEqual(['not-supported', 'seen: no seen; rss: no rss', []]);
  });

  it('is not declared where the target does not mention it', () => {
    expect(judged({ seen: { present: true } })[0]).toEqual([
      'not-supported',
      'rss: not declared by the target',
      ['rss'],
    ]);
  });
});
