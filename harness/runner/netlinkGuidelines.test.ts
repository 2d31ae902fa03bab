import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadSpec } from './spec.js';

const idsIn = (text: string): ReadonlySet<string> => new Set(text.match(/\bNL(?:-[A-Z]+)+-[0-9]{3}\b/g));

describe('docs/netlink-guidelines.md', () => {
  const named = idsIn(readFileSync('docs/netlink-guidelines.md', 'utf8'));

  it('names only requirements that there are', async () => {
    const { requirements } = await loadSpec('spec');
    const ids = new Set(requirements.map(({ id }) => id));
    expect([...named].filter((id) => !ids.has(id))).toEqual([]);
  });

  it('names every requirement of netlink', async () => {
    const { requirements } = await loadSpec('spec');
    const missing = requirements.map(({ id }) => id).filter((id) => id.startsWith('NL-') && !named.has(id));
    expect(missing).toEqual([]);
  });
});
