import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleResults } from '../../report/page/page.fixture.js';
import { suiteDigestOf, NICSPEC_SUITE } from '../../runner/project.js';
import type { Results } from '../../runner/results.js';
import { loadSpec } from '../../runner/spec.js';
import { arrangeChapters } from './chapters.js';
import { changeLog } from './changes.js';
import { checkDocument } from './check.js';
import { drawDiagram } from './diagram.js';
import { readDocumentFiles, type DocumentFiles } from './documentFiles.js';
import { createLinkFinder } from './links.js';
import type { Specification } from './model.js';
import { parseProse, plainText } from './prose.js';
import { readPublishedRuns } from './publishedRuns.js';
import { readSpecification } from './read.js';
import { stateDiagram } from './stateDiagram.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-specification-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the tree of the specification', () => {
  let specification: Specification;

  beforeAll(async () => {
    ({ specification } = await readSpecification({ reports: join(folder, 'none') }));
  }, 60_000);

  it('holds every requirement once, and every scenario and defect', async () => {
    const { requirements } = await loadSpec(NICSPEC_SUITE.spec);
    const published = specification.requirements.map(({ id }) => id);
    expect([...published].sort()).toEqual(requirements.map(({ id }) => id).sort());
    expect(specification.requirements.flatMap(({ defects }) => defects)).toHaveLength(specification.totals.defects);
    expect(specification.totals.scenarios).toBeGreaterThan(specification.totals.requirements);
  });

  it('gives a requirement what belongs to it', () => {
    const requirement = specification.requirements.find(({ id }) => id === 'NIC-CSUM-002');
    expect(requirement?.chapterId).toBe('checksums');
    expect(requirement?.laws.map(({ steps }) => steps.at(-1)?.text)).toContain(
      'for every value in the field, it takes part in the sum',
    );
    const [outline] = requirement?.examples ?? [];
    expect(outline).toMatchObject({ kind: 'outline', name: 'The field holds <value> before' });
    expect(outline?.tables[0]?.rows).toContainEqual(['0xffff']);
    expect(outline?.background.map(({ text }) => text)).toContain('the port is up');
    expect(requirement?.defects.map(({ id }) => id)).toContain('DEF-CSUM-FIELD-CLEARED');
    expect(requirement?.profiles.map(({ id }) => id)).toContain('server-nic');
  });

  it('lists a requirement in each index that it belongs to', () => {
    const { level, capability, release } = specification.indexes;
    const total = specification.requirements.length;
    expect(level.reduce((sum, { requirements }) => sum + requirements.length, 0)).toBe(total);
    expect(release.reduce((sum, { requirements }) => sum + requirements.length, 0)).toBe(total);
    const needing = capability.find(({ id }) => id === 'tx-checksum-ip-generic')?.requirements ?? [];
    expect(needing.map(({ requirement }) => requirement.id)).toContain('NIC-CSUM-001');
  });

  it('draws every diagram', async () => {
    for (const diagram of specification.diagrams) expect(await drawDiagram(diagram)).toMatch(/^<svg[^]*<\/svg>$/);
  });
});

describe('links in prose', () => {
  const finder = createLinkFinder({
    requirements: new Set(['NIC-CSUM-001']),
    terms: [
      { id: 'eswitch', term: 'embedded switch', also: ['eswitch'] },
      { id: 'pf', term: 'physical function', also: ['PF'] },
    ],
  });
  const kinds = (text: string): string[] =>
    finder
      .linker()
      .text(text)
      .map((one) => `${one.kind}:${plainText([one])}`);

  it('finds ids that there are, levels, and names of the interface', () => {
    expect(kinds('NIC-CSUM-001 MUST NOT set NLM_F_ACK as NIC-CSUM-999 may')).toEqual([
      'requirement:NIC-CSUM-001',
      'text: ',
      'level:MUST NOT',
      'text: set ',
      'code:NLM_F_ACK',
      'text: as NIC-CSUM-999 may',
    ]);
  });

  it('links a term once, in any of its forms, and only as a whole word', () => {
    expect(kinds('Eswitches? An eswitch, or Embedded switch.')).toEqual([
      'text:Eswitches? An ',
      'term:eswitch',
      'text:, or Embedded switch.',
    ]);
  });

  it('takes an abbreviation by its capitals', () => {
    expect(kinds('pf and PF')).toEqual(['text:pf and ', 'term:PF']);
  });

  it('leaves code and links as they are, and a term out of its own definition', () => {
    const blocks = finder
      .linker(['eswitch'])
      .blocks(parseProse('The `eswitch` of [eswitch](https://example.org) is an eswitch.'));
    expect(JSON.stringify(blocks)).not.toContain('"term"');
  });
});

describe('prose', () => {
  it('keeps HTML as text', () => {
    const blocks = parseProse('<script>alert(1)</script>\n\na <b>bold</b> word');
    expect(blocks.map(({ kind }) => kind)).toEqual(['paragraph', 'paragraph']);
    expect(blocks.map((block) => (block.kind === 'paragraph' ? plainText(block.content) : ''))).toEqual([
      '<script>alert(1)</script>',
      'a <b>bold</b> word',
    ]);
  });

  it('places diagrams, and reads tables, lists and code', () => {
    const kinds = parseProse('![c](diagram:a-b)\n\n| x |\n| - |\n| 1 |\n\n* a\n\n```sh\nls\n```').map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['diagram', 'table', 'list', 'code']);
  });
});

describe('machines', () => {
  it('become DOT, one arrow for each pair of states', () => {
    const dot = stateDiagram('stateDiagram-v2\n  [*] --> A\n  A --> B: go\n  A --> B: "run"\n') ?? '';
    expect(dot.match(/"A" -> "B"/g)).toHaveLength(1);
    expect(dot).toContain(String.raw`\"run\"`);
  });

  it('are left alone where they are not understood', () => {
    expect(stateDiagram('flowchart LR\n  a --> b')).toBeUndefined();
    expect(stateDiagram('stateDiagram-v2\n  state A { }')).toBeUndefined();
  });
});

describe('the change log', () => {
  const one = (
    id: string,
    statement: string,
    level = 'MUST',
  ): { id: string; title: string; level: string; statement: string } => ({
    id,
    title: id,
    level,
    statement,
  });

  it('is computed by id', () => {
    const [now] = changeLog(
      [
        { version: '0.2.0', summary: 'The second edition.' },
        { version: '0.1.0', date: '2026-11-26', summary: 'The first edition.' },
      ],
      new Map([['0.1.0', [one('A-001', 'a'), one('A-002', 'b'), one('A-003', 'c')]]]),
      [one('A-001', 'a'), one('A-002', 'B', 'SHOULD'), one('A-004', 'd')],
    );
    expect(now).toMatchObject({
      since: '0.1.0',
      added: [{ id: 'A-004' }],
      removed: [{ id: 'A-003' }],
      changed: [{ id: 'A-002', members: ['level', 'statement'] }],
    });
  });
});

describe('the check of what people wrote', () => {
  let files: DocumentFiles;
  const complaints = async (change: (files: DocumentFiles) => DocumentFiles): Promise<string> => {
    const spec = await loadSpec(NICSPEC_SUITE.spec);
    const { errors } = checkDocument(change(files), spec, NICSPEC_SUITE.root);
    return errors.map(({ place, message }) => `${place}: ${message}`).join('\n');
  };
  const withChapters = (
    change: (chapters: DocumentFiles['chapters']['parts'][number]['chapters']) => typeof chapters,
  ) =>
    complaints((all) => ({
      ...all,
      chapters: {
        ...all.chapters,
        parts: all.chapters.parts.map((part) => ({ ...part, chapters: change(part.chapters) })),
      },
    }));

  beforeAll(() => {
    files = readDocumentFiles(NICSPEC_SUITE.spec);
  });

  it('finds nothing in what there is', async () => {
    expect(await complaints((all) => all)).toBe('');
  });

  it('names areas without a chapter, with two, and of no requirement', async () => {
    expect(await withChapters((all) => all.filter(({ id }) => id !== 'checksums'))).toContain(
      'NIC-CSUM has no chapter; add it to the areas of one',
    );
    expect(
      await withChapters((all) =>
        all.map((one) => (one.id === 'vlan-tags' ? { ...one, areas: ['NIC-VLAN', 'NIC-RSS'] } : one)),
      ),
    ).toContain('NIC-RSS is in the chapters');
    expect(
      await withChapters((all) => all.map((one) => (one.id === 'vlan-tags' ? { ...one, areas: ['NIC-VLAM'] } : one))),
    ).toContain('vlan-tags: no requirement is of NIC-VLAM; did you mean NIC-VLAN?');
  });

  it('names requirements, diagrams and terms that are not there', async () => {
    const said = await withChapters((all) =>
      all.map((one) =>
        one.id === 'vlan-tags' ? { ...one, introduction: 'As NIC-VLAN-999 says.\n\n![](diagram:missing)' } : one,
      ),
    );
    expect(said).toContain('there is no requirement NIC-VLAN-999');
    expect(said).toContain('there is no spec/document/diagrams/missing.dot');
    expect(said).toContain('diagram:missing has no caption');
    const glossary = [{ term: 'frame', definition: 'A frame.', see: ['frane'] }];
    expect(await complaints((all) => ({ ...all, glossary }))).toContain('frame: there is no term frane');
  });

  it('names requirements of a later kernel that need no capability', async () => {
    const said = await complaints((all) => ({ ...all, front: { ...all.front, kernel: '4.9' } }));
    expect(said).toContain('NL-EXT-001: since is 4.12, and the specification is written to 4.9');
    expect(said).not.toContain('since is 4.9,');
    expect(said).not.toContain('since is 2.6.12,');
    expect(said).not.toContain('NIC-HDS-002');
  });

  it('names a name that came in two releases', async () => {
    const spec = await loadSpec(NICSPEC_SUITE.spec);
    const requirements = spec.requirements.map((one) => (one.id === 'NIC-GRO-005' ? { ...one, since: '3.0' } : one));
    const { errors } = checkDocument(files, { ...spec, requirements }, NICSPEC_SUITE.root);
    expect(errors.map(({ message }) => message)).toEqual([
      'NETIF_F_GRO came in 3.0, and in 2.6.29 by NIC-GRO-001; a name comes once',
    ]);
  });

  it('names releases of what is of no kernel', async () => {
    const said = await withChapters((all) =>
      all.map((one) => (one.id === 'vlan-tags' ? { ...one, ownDesign: true } : one)),
    );
    expect(said).toContain("NIC-VLAN-001: since is 2.6.12, and its chapter is nicspec's own design");
  });

  it('says of what is of no kernel that it is, and of releases that are later that they are', async () => {
    const {
      specification: { indexes },
    } = await readSpecification({ reports: join(folder, 'none') });
    const entry = (id: string) => indexes.release.find((one) => one.id === id);
    expect(entry('own-design')?.requirements.every(({ requirement }) => requirement.id.startsWith('NT-'))).toBe(true);
    expect(entry('linux-not-recorded')?.requirements.some(({ requirement }) => requirement.id.startsWith('NT-'))).toBe(
      false,
    );
    expect(entry('linux-6.14')?.description).toContain('Later than Linux 6.12');
    expect(entry('linux-5.2')?.description).toBe('');
  });

  it('leaves nothing out that has no chapter', () => {
    const finder = createLinkFinder({ requirements: new Set(), terms: [] });
    const parts = arrangeChapters({ parts: [], companions: [] }, [], finder);
    expect(parts).toEqual([]);
  });
});

describe('published runs', () => {
  const digest = suiteDigestOf(NICSPEC_SUITE);
  const results = (change: Partial<Results> = {}): Results => ({ ...exampleResults(4), digest, ...change });
  const write = (name: string, content: unknown): string => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'results.json'), typeof content === 'string' ? content : JSON.stringify(content));
    return join(folder, name);
  };
  const statements = new Map(results().requirements.map(({ id, statement }) => [id, statement]));
  const read = (named: readonly string[], otherVersions = false) =>
    readPublishedRuns({ named, reports: folder, digest, otherVersions, statements });

  it('gives each requirement the verdict of each target', () => {
    const { targets, verdicts } = read([write('a', results())]);
    expect(targets).toMatchObject([{ target: 'module:./devices/example-nic.ts', ofAnotherVersion: false }]);
    expect(verdicts.size).toBe(4);
  });

  it('takes the last of several runs of one target', () => {
    const old = write('old', results({ startedAt: '2020-01-01T00:00:00Z' }));
    expect(read([old, write('new', results())]).targets.map(({ date }) => date)).toEqual(['2026-11-23']);
  });

  it('refuses by name what is no run, and says what to do', () => {
    expect(() => read([join(folder, 'nothing')])).toThrow(/--results .*nothing: there is no such folder or file/);
    expect(() => read([write('cut', '{"format": 1')])).toThrow(
      /cut\/results\.json: this is not JSON.*run the suite again/,
    );
    expect(() => read([write('foreign', { hello: 1 })])).toThrow(/this is no results\.json of nicspec/);
  });

  it('refuses a run of another version, or leaves out what says something else', () => {
    const [first] = results().requirements;
    const other = write(
      'other',
      results({
        digest: 'f'.repeat(64),
        requirements: results().requirements.map((one) =>
          one.id === first?.id ? { ...one, statement: 'Another statement than today.' } : one,
        ),
      }),
    );
    expect(() => read([other])).toThrow(/another version of the specification.*--other-versions/);
    const { targets, verdicts } = read([other], true);
    expect(targets).toMatchObject([{ ofAnotherVersion: true }]);
    expect(verdicts.has(first?.id ?? '')).toBe(false);
    expect(verdicts.size).toBe(3);
  });

  it('leaves out, and says so, what nobody named', () => {
    const { targets, leftOut } = readPublishedRuns({
      named: undefined,
      reports: folder,
      digest,
      otherVersions: false,
      statements,
    });
    expect(targets).toHaveLength(1);
    expect(leftOut.map(({ reason }) => reason).join()).toMatch(/not JSON/);
  });
});
