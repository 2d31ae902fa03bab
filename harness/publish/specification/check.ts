/** Is what people wrote for the published specification whole, and does it name what there is? `nicspec lint` asks. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { areaOf, type Spec } from '../../runner/spec.js';
import { nearestName } from '../../runner/usage.js';
import type { TraceError } from '../../runner/trace.js';
import { strayAreas, takes } from './chapters.js';
import type { DocumentFiles, WrittenChapter } from './documentFiles.js';
import { parseProse, slugOf, type Block } from './prose.js';
import { compareReleases } from './releases.js';
import { termErrors } from './terms.js';
import { wordingErrors } from './wording.js';

export interface DocumentCheck {
  readonly errors: readonly TraceError[];
  /** Chapters that say nothing before their requirements. */
  readonly withoutIntroduction: readonly string[];
}

const CHAPTERS = 'spec/document/chapters.yaml';
const GLOSSARY = 'spec/document/glossary.yaml';

/** `root`: where the companions' paths begin. */
export function checkDocument(files: DocumentFiles, spec: Spec, root: string): DocumentCheck {
  const chapters = files.chapters.parts.flatMap((part) => part.chapters);
  return {
    errors: [
      ...areaErrors(files, spec, chapters),
      ...sectionErrors(spec, chapters),
      ...glossaryErrors(files),
      ...files.chapters.companions
        .filter(({ file }) => !existsSync(join(root, file)))
        .map(({ id, file }) => ({ place: CHAPTERS, message: `the companion ${id} is ${file}, which is not there` })),
      ...releaseErrors(files, spec),
      ...wordingErrors(spec.requirements),
      ...proseErrors(files, spec),
      ...termErrors(files.glossary, [...texts(files), ...statements(spec)]),
    ],
    withoutIntroduction: chapters.filter(({ introduction }) => introduction === undefined).map(({ id }) => id),
  };
}

function areaErrors(files: DocumentFiles, spec: Spec, chapters: readonly WrittenChapter[]): readonly TraceError[] {
  const areas = new Set(spec.requirements.map(({ id }) => areaOf(id)));
  const homes = new Map<string, string>();
  const ids = new Set<string>();
  const errors: TraceError[] = [];
  const error = (message: string): void => void errors.push({ place: CHAPTERS, message });
  for (const { id, areas: named } of chapters) {
    if (ids.has(id)) error(`two chapters are called ${id}`);
    ids.add(id);
    for (const area of named) {
      const home = homes.get(area);
      if (home !== undefined) error(`${area} is in the chapters ${home} and ${id}; leave it in one`);
      homes.set(area, id);
      if (areas.has(area)) continue;
      const near = nearestName(area, [...areas]);
      error(`${id}: no requirement is of ${area}${near === undefined ? '' : `; did you mean ${near}?`}`);
    }
  }
  for (const area of strayAreas(files.chapters, [...areas])) {
    error(`${area} has no chapter; add it to the areas of one`);
  }
  return errors;
}

function sectionErrors(spec: Spec, chapters: readonly WrittenChapter[]): readonly TraceError[] {
  return chapters.flatMap(({ id, areas, sections }) => {
    if (sections === undefined) return [];
    const own = spec.requirements
      .map((requirement) => ({ id: requirement.id, area: areaOf(requirement.id), file: requirement.file }))
      .filter(({ area }) => areas.includes(area));
    const left = own.filter((one) => !sections.some((section) => takes(section, one)));
    const empty = sections.filter(
      (section) => own.find((one) => sections.find((s) => takes(s, one)) === section) === undefined,
    );
    const names = new Set(sections.map((section) => section.id));
    return [
      ...left.map((one) => ({ place: CHAPTERS, message: `${id}: no section takes ${one.id} of ${one.file}` })),
      ...empty.map((one) => ({ place: CHAPTERS, message: `${id}: the section ${one.id} takes no requirement` })),
      ...(names.size < sections.length ? [{ place: CHAPTERS, message: `${id}: two sections have the same id` }] : []),
    ];
  });
}

function glossaryErrors({ glossary }: DocumentFiles): readonly TraceError[] {
  const meanings = new Map<string, string>();
  const errors: TraceError[] = [];
  const terms = glossary.map(({ term }) => term);
  for (const { term, also = [], see = [] } of glossary) {
    for (const form of [term, ...also]) {
      const other = meanings.get(form.toLowerCase());
      if (other !== undefined)
        errors.push({ place: GLOSSARY, message: `"${form}" is of ${other} and of ${term}; a word has one meaning` });
      meanings.set(form.toLowerCase(), term);
    }
    for (const other of see.filter((name) => !terms.includes(name))) {
      const near = nearestName(other, terms);
      errors.push({
        place: GLOSSARY,
        message: `${term}: there is no term ${other}${near === undefined ? '' : `; did you mean ${near}?`}`,
      });
    }
  }
  const slugs = new Map<string, string>();
  for (const term of terms) {
    const slug = slugOf(term);
    const other = slugs.get(slug);
    if (other !== undefined)
      errors.push({ place: GLOSSARY, message: `${term} and ${other} have the same anchor, ${slug}` });
    slugs.set(slug, term);
  }
  return errors;
}

/**
 * What is said of releases has to agree: a name came in one release; what came after the kernel that the specification is written to is
 * asked only of what has it, by a capability; what is nicspec's own came in none.
 */
function releaseErrors({ front: { kernel }, chapters }: DocumentFiles, { requirements }: Spec): readonly TraceError[] {
  const ownAreas = new Set(
    chapters.parts.flatMap((part) =>
      part.chapters.filter(({ ownDesign = false }) => ownDesign).flatMap(({ areas }) => areas),
    ),
  );
  const releases = new Map<string, { readonly since: string; readonly id: string }>();
  return requirements.flatMap(({ id, file, since, introducedBy = '', needs }) => {
    if (since === undefined) return [];
    const error = (message: string): TraceError => ({ place: `${file}, ${id}`, message });
    const first = releases.get(introducedBy);
    if (first === undefined) releases.set(introducedBy, { since, id });
    return [
      ...(first === undefined || first.since === since
        ? []
        : [error(`${introducedBy} came in ${since}, and in ${first.since} by ${first.id}; a name comes once`)]),
      ...(compareReleases(since, kernel) > 0 && needs.length === 0
        ? [error(`since is ${since}, and the specification is written to ${kernel}; name the capability that it needs`)]
        : []),
      ...(ownAreas.has(areaOf(id)) ? [error(`since is ${since}, and its chapter is nicspec's own design`)] : []),
    ];
  });
}

/** Every text that a person wrote, with where it stands. */
function texts({ chapters, glossary, front, changes }: DocumentFiles): readonly (readonly [string, string])[] {
  return [
    ...chapters.parts.flatMap((part) => [
      [`${CHAPTERS}, part ${part.id}`, part.introduction ?? ''] as const,
      ...part.chapters.flatMap((chapter) => [
        [`${CHAPTERS}, chapter ${chapter.id}`, chapter.introduction ?? ''] as const,
        ...(chapter.sections ?? []).map(
          (section) => [`${CHAPTERS}, section ${chapter.id}/${section.id}`, section.introduction ?? ''] as const,
        ),
      ]),
    ]),
    ...glossary.map(({ term, definition }) => [`${GLOSSARY}, ${term}`, definition] as const),
    ['spec/document/front-matter.yaml', front.abstract],
    ...front.sections.map(({ id, content }) => [`spec/document/front-matter.yaml, ${id}`, content] as const),
    ...changes.map(({ version, summary }) => [`spec/document/changes.yaml, ${version}`, summary] as const),
  ];
}

/** What requirements say, with where it stands. */
function statements({ requirements }: Spec): readonly (readonly [string, string])[] {
  return requirements.flatMap(({ id, file, title, statement, rationale }) =>
    [title, statement, rationale].map((text) => [`${file}, ${id}`, text] as const),
  );
}

const ID = /\b[A-Z]+(?:-[A-Z0-9]+)+-\d{3}\b/g;

function proseErrors(files: DocumentFiles, spec: Spec): readonly TraceError[] {
  const ids = new Set([...spec.requirements.map(({ id }) => id), ...spec.retired]);
  const drawn = new Set<string>();
  const errors: TraceError[] = [];
  for (const [place, text] of texts(files)) {
    for (const [id] of text.matchAll(ID)) {
      if (!ids.has(id)) errors.push({ place, message: `there is no requirement ${id}` });
    }
    for (const { id, caption } of diagramsIn(parseProse(text))) {
      drawn.add(id);
      if (!files.diagrams.has(id))
        errors.push({ place, message: `there is no spec/document/diagrams/${id}.dot, which diagram:${id} names` });
      if (caption.trim() === '')
        errors.push({ place, message: `diagram:${id} has no caption; say what it shows, for who cannot see it` });
    }
  }
  for (const id of files.diagrams.keys()) {
    if (!drawn.has(id))
      errors.push({
        place: `spec/document/diagrams/${id}.dot`,
        message: `no text shows it; place it by diagram:${id}`,
      });
  }
  return errors;
}

function diagramsIn(blocks: readonly Block[]): readonly Extract<Block, { kind: 'diagram' }>[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'diagram') return [block];
    if (block.kind === 'list') return block.items.flatMap(diagramsIn);
    return block.kind === 'quote' ? diagramsIn(block.content) : [];
  });
}
