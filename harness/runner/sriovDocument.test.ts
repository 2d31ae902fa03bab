/** docs/sr-iov.md is the specification: each requirement of the area is named in it, and each that it names is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NICSPEC_SUITE, PROJECT_ROOT } from './project.js';
import { loadSpec } from './spec.js';

const text = readFileSync(join(PROJECT_ROOT, 'docs', 'sr-iov.md'), 'utf8');
const named = new Set([...text.matchAll(/\b(?:SRIOV|REP)(?:-[A-Z]+)-\d{3}\b/g)].map(([id]) => id));

/** Rows of the table of a section, without its head. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = text.split(heading);
  const [body = ''] = section.split('\n## ');
  const rows = body.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

describe('docs/sr-iov.md', () => {
  it('names every requirement of its area, and no other', async () => {
    const { requirements } = await loadSpec(NICSPEC_SUITE.spec);
    const ids = requirements.map(({ id }) => id).filter((id) => /^(SRIOV|REP)-/.test(id));
    expect([...named].sort()).toEqual(ids.sort());
  });

  it('says in each row of what a function may do what it may, and by which requirement', () => {
    const rows = rowsOf('## 6. ');
    expect(rows.length).toBeGreaterThan(10);
    for (const [what, asItIs, trusted, shownBy = ''] of rows) {
      expect(['yes', 'no'], what).toContain(asItIs);
      expect(['yes', 'no'], what).toContain(trusted);
      expect(shownBy, what).toMatch(/^SRIOV-[A-Z]+-\d{3}(, SRIOV-[A-Z]+-\d{3})*$/);
    }
  });

  it('ties each invariant to a law or a requirement', () => {
    const [, section = ''] = text.split('## 7. ');
    const invariants = section.split('\n').filter((line) => /^\d\. /.test(line));
    expect(invariants.length).toBe(8);
    for (const line of invariants) expect(line).toMatch(/\((SRIOV|REP)-/);
  });
});
