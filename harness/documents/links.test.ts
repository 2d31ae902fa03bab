import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, PROJECT_ROOT, slashed } from '../runner/project.js';
import { anchorsOf, brokenLinks } from './links.js';

const README = join(PROJECT_ROOT, 'README.md');

describe('links between documents', () => {
  it('lead somewhere', () => {
    const files = [
      README,
      ...['docs', 'examples'].flatMap((folder) => filesBelow(join(PROJECT_ROOT, folder), ['.md'])),
    ];
    const broken = files
      .filter((file) => !/\/(api|node_modules)\//.test(slashed(file)))
      .flatMap((file) => brokenLinks(file).map(({ line, link, why }) => `${file}:${line}: ${link}: ${why}`));
    expect(broken.join('\n')).toBe('');
  });

  it.each([
    ['[a](docs/none.md)', 'there is no docs/none.md'],
    ['[a](docs/cli.md#no-such-heading)', 'docs/cli.md has no heading #no-such-heading'],
    ['[a](#here)', 'has no heading #here'],
  ])('%s leads nowhere', (text, why) => {
    expect(brokenLinks(README, `# There\n\n${text}`)).toMatchObject([
      { line: 3, why: expect.stringContaining(why) as string },
    ]);
  });

  it.each([
    '[a](docs/cli.md#exit-codes)',
    '[a](#there)',
    '[a](https://example.org/none)',
    '`[a](none.md)`',
    '```\n[a](none.md)\n```',
  ])('%j is no fault', (text) => {
    expect(brokenLinks(README, `# There\n\n${text}`)).toEqual([]);
  });

  it('go to headings as GitHub names them', () => {
    expect([...anchorsOf('# `nicspec lab run`, twice\n## A `x`\n## A x\n```\n# none\n```')]).toEqual([
      'nicspec-lab-run-twice',
      'a-x',
      'a-x-1',
    ]);
  });
});
