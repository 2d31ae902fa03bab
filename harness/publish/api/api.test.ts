import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, PROJECT_ROOT, slashed } from '../../runner/project.js';
import { renderHtml } from '../html/index.js';
import { API_FOLDER } from '../html/places.js';
import { readSpecification } from '../specification/read.js';
import { declarationErrors, declarationsIn, readDeclarations } from './declarations.js';
import { writeApiReference } from './reference.js';

describe('a declaration names its requirements', () => {
  const TEXT = `
/**
 * What is sent.
 * @requirement NIC-CSUM-*, NIC-TSO-001
 */
export interface Sent {
  /** @requirement NIC-VLAN-* */
  readonly tag?: number;
}

/** @requirement NIC-RSS-* */
const inside = 1;
`;

  it('by itself or by a member, and nothing else does', () => {
    expect(declarationsIn(TEXT, 'a.ts')).toEqual({
      declarations: [
        { name: 'Sent', file: 'a.ts', line: 4, requirements: ['NIC-CSUM-*', 'NIC-TSO-001'] },
        { name: 'Sent.tag', file: 'a.ts', line: 7, requirements: ['NIC-VLAN-*'] },
      ],
      stray: [
        {
          place: 'a.ts:11',
          message:
            '@requirement is of nothing that line 12 declares; put it before an exported declaration or a member of one',
        },
      ],
    });
  });

  it('that there are, each in one place', () => {
    const named = (name: string, line: number, ...requirements: string[]) => ({
      name,
      file: 'a.ts',
      line,
      requirements,
    });
    const declarations = [
      named('Sent', 1, 'NIC-CSUM-001', 'NIC-CSUM-*'),
      named('Got', 2, 'NIC-CSUN-*', 'NIC-CSUM-002'),
      named('Sent', 3, 'NIC-CSUM-*'),
    ];
    expect(declarationErrors({ declarations, stray: [] }, [{ id: 'NIC-CSUM-001' }])).toEqual([
      {
        place: 'a.ts:2',
        message: 'there is no requirement NIC-CSUN-*, which Got names; did you mean NIC-CSUM-*?',
      },
      {
        place: 'a.ts:2',
        message: 'there is no requirement NIC-CSUM-002, which Got names; did you mean NIC-CSUM-001?',
      },
      { place: 'a.ts:3', message: 'Sent has requirements at a.ts:1 too; two pages cannot have one name' },
    ]);
  });
});

describe('the API reference of the contract', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-api-'));
  const pages = new Map<string, string>();

  beforeAll(async () => {
    const { specification } = await readSpecification({ reports: folder });
    const { declarations } = await writeApiReference(specification, {
      root: PROJECT_ROOT,
      folder,
      // The whole of it takes three times as long; `npm run docs:api` is run by the test of the documents.
      entryPoints: ['harness/contract/index.ts', 'reference-impl/packet/index.ts'],
    });
    for (const [name, text] of await renderHtml({ ...specification, declarations })) pages.set(name, String(text));
    for (const path of filesBelow(folder, ['']))
      if (/\.[a-z]+$/.test(path))
        pages.set(`${API_FOLDER}/${slashed(relative(folder, path))}`, readFileSync(path, 'utf8'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const isApi = (page: string): boolean => page.startsWith(`${API_FOLDER}/`);

  /** From each page: where its links lead, within the folder. */
  function* links(): Generator<{ readonly from: string; readonly to: string; readonly anchor: string }> {
    for (const [from, text] of pages) {
      if (!from.endsWith('.html')) continue;
      for (const [, href = ''] of text.matchAll(/<a [^>]*?href="((?!\w+:)[^"]*)"/g)) {
        const [path = '', anchor = ''] = href.replaceAll('&amp;', '&').split('#').map(decodeURIComponent);
        yield { from, to: path === '' ? from : posix.join(posix.dirname(from), path), anchor };
      }
    }
  }

  it('and the specification lead to each other, and nowhere else', () => {
    const ids = new Map<string, ReadonlySet<string>>();
    const idsOf = (page: string): ReadonlySet<string> => {
      const known = ids.get(page);
      if (known !== undefined) return known;
      const found = new Set([...(pages.get(page) ?? '').matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
      ids.set(page, found);
      return found;
    };
    const dead = [...links()]
      .filter(({ to, anchor }) => !pages.has(to) || (anchor !== '' && !idsOf(to).has(anchor)))
      .map(({ from, to, anchor }) => `${from}: ${to}#${anchor}`);
    expect([...new Set(dead)]).toEqual([]);
  });

  it('says of each declaration of the contract which requirements constrain it, and they say so too', () => {
    const tagged = readDeclarations(PROJECT_ROOT).declarations.filter(({ file }) =>
      file.startsWith('harness/contract/'),
    );
    expect(tagged.length).toBeGreaterThan(100);
    const crossing = [...links()].filter(({ from, to }) => isApi(from) !== isApi(to));
    for (const { name } of tagged) {
      const [owner = '', member = ''] = name.split('.');
      const page = new RegExp(`/harness_contract\\.${owner}\\.html$`);
      expect(
        crossing.some(
          ({ from, to, anchor }) =>
            isApi(to) && !isApi(from) && page.test(to) && anchor.replace(/-\d+$/, '') === member.toLowerCase(),
        ),
        `${name} from the specification`,
      ).toBe(true);
      expect(
        crossing.some(({ from, anchor }) => page.test(from) && anchor !== ''),
        `the specification from ${name}`,
      ).toBe(true);
    }
  });
});
