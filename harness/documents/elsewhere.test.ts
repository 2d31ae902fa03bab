import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../runner/project.js';
import { ciStages } from './ciStages.js';
import { faultOf, matches } from './elsewhere.js';

describe('the stages of .ci/run', () => {
  const stages = ciStages(PROJECT_ROOT);

  it('are the lines and the queue of long ones, with what they run', () => {
    expect([...stages.keys()]).toEqual(
      expect.arrayContaining(['install', 'certify', 'lab-igb', 'lab-rocker-switch', 'real-bridge']),
    );
    expect(stages.get('certify')).toContain('nicspec verify');
    expect(stages.get('conformance')).toContain('--profile managed-device');
    expect(stages.get('lab-igb')).toContain('--target "lab:igb"');
    expect(stages.get('lab-rocker-switch')).toContain('.ci/lab-device rocker top-of-rack-switch');
  });
});

describe('a command that is run elsewhere', () => {
  it('is told by its words, and * stands for anything', () => {
    expect(matches({ command: "npx a --only '*' (b)" }, "npx a --only 'X-*' (b)")).toBe(true);
    expect(matches({ command: 'npx a' }, 'npx a --b')).toBe(false);
    expect(matches({ command: 'npx a.b' }, 'npx axb')).toBe(false);
  });

  it.each([
    [{ stage: 'certify', with: 'nicspec verify' }, null],
    [{ test: 'harness/documents/elsewhere.test.ts', with: 'faultOf' }, null],
    [{ parsed: 'another machine is needed' }, null],
    [{ stage: 'certfy', with: 'nicspec verify' }, 'no stage certfy'],
    [{ stage: 'certify', with: 'nicspec verfy' }, 'does not have the words'],
    [{ test: 'harness/none.test.ts', with: 'x' }, 'there is no harness/none.test.ts'],
    [{ stage: 'certify' }, 'with says'],
    [{ parsed: '' }, 'why nothing can run it'],
    [{ parsed: 'another machine', stage: 'certify' }, 'one of stage, test and parsed'],
    [{}, 'one of stage, test and parsed'],
  ])('%j', (entry, fault) => {
    const found = faultOf({ command: 'x', ...entry }, PROJECT_ROOT);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toContain(fault);
  });
});
