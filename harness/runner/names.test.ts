import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPattern, matchesPattern } from './namePattern.js';
import { repeatCommand } from './repeatCommand.js';
import { nearestName, unknownName } from './usage.js';

const ID = fc.stringMatching(/^[A-Z]{2,4}-[A-Z]{2,4}-\d{3}$/);

describe('a pattern', () => {
  it('without a star matches its own name and no other', () => {
    fc.assert(
      fc.property(ID, ID, (a, b) => {
        expect(matchesPattern(a, a)).toBe(true);
        expect(matchesPattern(a, b)).toBe(a === b);
        expect(isPattern(a)).toBe(false);
      }),
    );
  });

  it('with a star matches what begins and ends so', () => {
    fc.assert(
      fc.property(ID, fc.nat(12), (id, cut) => {
        expect(matchesPattern(`${id.slice(0, cut)}*`, id)).toBe(true);
        expect(matchesPattern(`*${id.slice(cut)}`, id)).toBe(true);
        expect(matchesPattern(`*${id}x*`, id)).toBe(false);
      }),
    );
  });

  it('takes a dot for a dot', () => {
    expect(matchesPattern('a.c', 'abc')).toBe(false);
    expect(matchesPattern('NIC-(RSS', 'NIC-(RSS')).toBe(true);
  });
});

describe('the nearest name', () => {
  const known = ['reference', 'module:PATH', 'linux:veth'];

  it('is the name itself, or one or two letters away', () => {
    expect(nearestName('reference', known)).toBe('reference');
    expect(nearestName('refrence', known)).toBe('reference');
    expect(nearestName('linux:vet', known)).toBe('linux:veth');
  });

  it('is none for another word', () => {
    expect(nearestName('hardware', known)).toBeUndefined();
    expect(unknownName('target', 'hardware', known).message).toContain('known: reference, module:PATH, linux:veth');
  });
});

describe('the command that repeats', () => {
  it('leaves defaults out and quotes what a shell would read', () => {
    expect(repeatCommand({ target: 'reference', profile: 'server-nic', only: ['NIC-X-001'], seed: 3 })).toBe(
      'npx nicspec run --only NIC-X-001 --seed 3',
    );
    expect(repeatCommand({ target: "module:it's.js", profile: 'p', only: ['A*'], seed: -1, path: '0:1' })).toBe(
      String.raw`npx nicspec run --target 'module:it'\''s.js' --profile p --only 'A*' --seed -1 --path 0:1`,
    );
    const sequence = { target: 'reference', profile: 'server-nic', only: ['NIC-X-001'], seed: 3 };
    expect(repeatCommand({ ...sequence, path: '13:2', replayPath: 'AAB:V' })).toBe(
      'npx nicspec run --only NIC-X-001 --seed 3 --path 13:2 --replay-path AAB:V',
    );
    expect(repeatCommand({ ...sequence, path: '13:2', replayPath: null })).not.toContain('--replay-path');
  });
});
