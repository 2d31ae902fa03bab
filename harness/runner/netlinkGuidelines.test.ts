import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadSpec } from './spec.js';

const idsIn = (text: string): ReadonlySet<string> => new Set(text.match(/\bNL(?:-[A-Z]+)+-[0-9]{3}\b/g));

describe('docs/netlink-guidelines.md', () => {
  const document = readFileSync('docs/netlink-guidelines.md', 'utf8');
  const named = idsIn(document);

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

  it('says each of them in the words of the specification', async () => {
    const { requirements } = await loadSpec('spec');
    const words = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
    const wanted = new Map(
      requirements.map(({ id, title, statement, rationale }) => [id, words(`${title}. ${statement} ${rationale}`)]),
    );
    const lines = [...document.matchAll(/^\* \*\*(NL(?:-[A-Z]+)+-\d{3})\*\* (.*)$/gm)];
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.flatMap(([, id = '', text = '']) => (words(text) === wanted.get(id) ? [] : id))).toEqual([]);
  });
});
