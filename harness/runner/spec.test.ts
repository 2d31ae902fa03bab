import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NICSPEC_SUITE, PROJECT_ROOT } from './project.js';
import { boundRequirements, loadSpec, profileNamed } from './spec.js';

const FIXTURE = join(PROJECT_ROOT, 'harness', 'runner', 'fixtures', 'spec');
let root: string;
let spec: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nicspec-spec-'));
  spec = join(root, 'spec');
  cpSync(FIXTURE, spec, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const REQUIREMENTS = 'requirements/fixture.yaml';

/** Changes a file of the specification, and answers what loading it says. */
async function faultsAfter(file: string, from: string, to: string): Promise<string> {
  const path = join(spec, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  const error: unknown = await loadSpec(spec).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'UsageError' });
  return error instanceof Error ? error.message : '';
}

describe('the specification', () => {
  it('loads, and binds every requirement in the profile at its level', async () => {
    const loaded = await loadSpec(spec);
    const bound = boundRequirements(loaded, profileNamed(loaded, 'fixture'));
    expect(bound).toHaveLength(13);
    expect(bound.find(({ id }) => id === 'FIX-WARN-001')?.level).toBe('SHOULD');
    expect(loaded.requirements.find(({ id }) => id === 'FIX-WARN-001')?.level).toBe('MUST');
  });

  it('is the same from the cache', async () => {
    expect(await loadSpec(spec)).toEqual(await loadSpec(spec));
  });

  it('of the project is right', async () => {
    const { requirements, profiles } = await loadSpec(NICSPEC_SUITE.spec);
    expect(requirements.length).toBeGreaterThanOrEqual(150);
    expect(profiles.map(({ id }) => id)).toContain('server-nic');
  });
});

describe('a fault in it', () => {
  it.each([
    ['level: MUST', 'level: MUSST', 'spec/requirements/fixture.yaml:3:10: level is "MUSST"; did you mean MUST?'],
    ['  rationale:', '  rationel:', 'spec/requirements/fixture.yaml:1:3: rationale is missing; add it'],
    ['  rationale:', '  rationel:', 'rationel is not known here; did you mean rationale?'],
    [
      'needs: [present]',
      'needs: [presnt]',
      'spec/requirements/fixture.yaml:6:11: no capability is called presnt; did you mean present?',
    ],
    [
      'id: FIX-FAIL-001',
      'id: FIX-PASS-001',
      'FIX-PASS-001 is taken by spec/requirements/fixture.yaml:1:7; take the next free number',
    ],
    ['id: FIX-PASS-001', 'id: fix-1', 'spec/requirements/fixture.yaml:1:7: id is "fix-1"; it must match'],
    ['  sources:', "  since: '4.12'\n  sources:", 'must have property introducedBy when property since is present'],
    ['  sources:', "  since: '5.x'\n  introducedBy: A\n  sources:", 'since is "5.x"; it must match'],
    ['title: Passes', 'title: [Passes', 'spec/requirements/fixture.yaml:3:3: not YAML'],
  ])('%s → %s', async (from, to, message) => {
    expect(await faultsAfter(REQUIREMENTS, from, to)).toContain(message);
  });

  it('in a profile', async () => {
    const message = await faultsAfter('profiles/fixture.yaml', 'demanded', 'demandd');
    expect(message).toContain(
      'spec/profiles/fixture.yaml:8:34: no capability is called demandd; did you mean demanded?',
    );
  });

  it('is a retired id that is used again', async () => {
    writeFileSync(join(spec, 'retired.yaml'), '- FIX-LAW-001\n');
    const message = await faultsAfter(REQUIREMENTS, 'Passes', 'Passes through');
    expect(message).toContain('FIX-LAW-001 is retired (spec/retired.yaml)');
  });

  it('tells of an unknown profile', async () => {
    const loaded = await loadSpec(spec);
    expect(() => profileNamed(loaded, 'fixtur')).toThrow('no profile is called "fixtur"; did you mean fixture?');
  });
});
