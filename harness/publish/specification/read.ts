/** Makes the tree of the published specification out of spec/, features/, the seeded defects and the results of runs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Defect } from '../../../reference-impl/defects/index.js';
import { nicspecVersion, NICSPEC_SUITE, suiteDigestOf, type Suite } from '../../runner/project.js';
import { loadSpec } from '../../runner/spec.js';
import { UsageError } from '../../runner/usage.js';
import { readDeclarations } from '../api/declarations.js';
import { changeLog, snapshotOf } from './changes.js';
import { arrangeChapters } from './chapters.js';
import { readDocumentFiles, type DocumentFiles, type WrittenCompanion } from './documentFiles.js';
import { readExamples } from './examples.js';
import { indexesOf } from './indexes.js';
import { createLinkFinder, type LinkFinder } from './links.js';
import type { Companion, GlossaryTerm, Specification } from './model.js';
import { parseProse, slugOf } from './prose.js';
import { readPublishedRuns, type PublishedRuns } from './publishedRuns.js';
import { requirementFacts } from './requirements.js';

export interface ReadOptions {
  /** Default: nicspec's own. */
  readonly suite?: Suite;
  /** Folders of runs to publish; undefined: whatever lies below `reports`. */
  readonly results?: readonly string[];
  /** Default: `reports`, where the command runs. */
  readonly reports?: string;
  readonly otherVersions?: boolean;
  /** Default: every seeded defect. */
  readonly defects?: readonly Defect[];
}

export interface ReadSpecification {
  readonly specification: Specification;
  readonly leftOut: PublishedRuns['leftOut'];
}

/** @throws UsageError that names place, fault and remedy, where the specification or a run that is named is not right. */
export async function readSpecification(options: ReadOptions = {}): Promise<ReadSpecification> {
  const { suite = NICSPEC_SUITE, results, reports = 'reports', otherVersions = false } = options;
  const [spec, examples, defects] = await Promise.all([
    loadSpec(suite.spec),
    readExamples(suite),
    options.defects ?? import('../../../reference-impl/defects/index.js').then((module) => module.defects),
  ]);
  const files = readDocumentFiles(suite.spec);
  const digest = suiteDigestOf(suite);
  const statements = new Map(spec.requirements.map(({ id, statement }) => [id, statement]));
  const runs = readPublishedRuns({ named: results, reports, digest, otherVersions, statements });
  const glossaryTerms = files.glossary.map((term) => ({ ...term, id: slugOf(term.term), also: term.also ?? [] }));
  const finder = createLinkFinder({ requirements: new Set(statements.keys()), terms: glossaryTerms });
  const facts = requirementFacts({ spec, examples, defects, verdicts: runs.verdicts });
  const parts = arrangeChapters(files.chapters, facts, finder);
  const requirements = parts
    .flatMap(({ chapters }) => chapters)
    .flatMap(({ sections }) => sections)
    .flatMap((section) => section.requirements);
  const specification: Specification = {
    front: frontOf(files, finder),
    version: nicspecVersion(),
    digest,
    parts,
    requirements,
    indexes: indexesOf(spec, requirements, files.front.kernel),
    glossary: glossaryOf(glossaryTerms, finder),
    changes: changeLog(files.changes, files.snapshots, snapshotOf(spec.requirements)),
    companions: files.chapters.companions.map((companion) => companionOf(companion, suite.root, finder)),
    targets: runs.targets,
    declarations: readDeclarations(suite.root).declarations.map(({ name, requirements: named }) => ({
      name,
      requirements: named,
    })),
    diagrams: [...files.diagrams].map(([id, source]) => ({ id, source })),
    totals: {
      requirements: requirements.length,
      scenarios: examples.reduce((sum, { count }) => sum + count, 0),
      laws: examples.filter(({ isLaw }) => isLaw).length,
      defects: defects.length,
    },
  };
  return { specification, leftOut: runs.leftOut };
}

function frontOf({ front }: DocumentFiles, finder: LinkFinder): Specification['front'] {
  const linker = finder.linker();
  return {
    title: front.title,
    subtitle: front.subtitle,
    abstract: linker.blocks(parseProse(front.abstract)),
    sections: front.sections.map(({ id, title, content }) => ({
      id,
      title,
      content: linker.blocks(parseProse(content)),
    })),
  };
}

function glossaryOf(
  terms: readonly {
    readonly id: string;
    readonly term: string;
    readonly also: readonly string[];
    readonly definition: string;
    readonly see?: readonly string[];
  }[],
  finder: LinkFinder,
): readonly GlossaryTerm[] {
  return terms
    .map(({ id, term, also, definition, see = [] }) => ({
      id,
      term,
      also,
      definition: finder.linker([id]).blocks(parseProse(definition)),
      see: see.map(slugOf),
    }))
    .sort((a, b) => a.term.localeCompare(b.term, 'en'));
}

function companionOf({ id, title, summary, file }: WrittenCompanion, root: string, finder: LinkFinder): Companion {
  const path = join(root, file);
  if (!existsSync(path))
    throw new UsageError(`spec/document/chapters.yaml: the companion ${id} is ${file}, which is not there`);
  const blocks = parseProse(readFileSync(path, 'utf8'));
  // The title stands in spec/document; the file's own first heading says the same.
  const [first, ...rest] = blocks;
  const content = first?.kind === 'heading' && first.depth === 1 ? rest : blocks;
  return { id, title, summary, file, content: finder.linker().blocks(content) };
}
