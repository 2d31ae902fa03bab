/** Puts requirements into parts, chapters and sections, and links their prose. */
import { basename } from 'node:path';
import type { ChaptersFile, WrittenChapter, WrittenPart, WrittenSection } from './documentFiles.js';
import type { Linker, LinkFinder } from './links.js';
import type { Chapter, Part, RequirementEntry, Section } from './model.js';
import { parseProse } from './prose.js';
import type { RequirementFacts } from './requirements.js';

/** An area that nobody has given a chapter has one of its own at the end: nothing is left out, and `nicspec lint` complains. */
export function arrangeChapters(
  file: ChaptersFile,
  facts: readonly RequirementFacts[],
  finder: LinkFinder,
): readonly Part[] {
  const parts = [...file.parts, ...partOfStrays(file, facts)];
  const numbers = numbering();
  return parts.map(({ id, title, introduction = '', chapters }) => ({
    id,
    title,
    introduction: finder.linker().blocks(parseProse(introduction)),
    chapters: chapters.map((chapter) => chapterOf(chapter, numbers(), facts, finder.linker())),
  }));
}

/** Areas that no chapter names. */
export function strayAreas({ parts }: ChaptersFile, areas: readonly string[]): readonly string[] {
  const placed = new Set(parts.flatMap(({ chapters }) => chapters.flatMap((chapter) => chapter.areas)));
  return [...new Set(areas)].filter((area) => !placed.has(area));
}

/** Whether a section takes a requirement. */
export function takes(
  { areas, files }: WrittenSection,
  { area, file }: Pick<RequirementEntry, 'area' | 'file'>,
): boolean {
  return (areas?.includes(area) ?? true) && (files?.includes(basename(file, '.yaml')) ?? true);
}

function partOfStrays(file: ChaptersFile, facts: readonly RequirementFacts[]): readonly WrittenPart[] {
  const strays = strayAreas(
    file,
    facts.map(({ area }) => area),
  );
  if (strays.length === 0) return [];
  const chapters = strays.map((area) => ({ id: area.toLowerCase(), title: area, areas: [area] }));
  return [{ id: 'without-chapter', title: 'Without a chapter yet', chapters }];
}

function numbering(): () => number {
  let last = 0;
  return () => ++last;
}

function chapterOf(
  { id, title, areas, ownDesign = false, summary = '', introduction = '', sections }: WrittenChapter,
  number: number,
  facts: readonly RequirementFacts[],
  linker: Linker,
): Chapter {
  // Areas in the chapter's own order, requirements in that of their files.
  const own = areas.flatMap((area) => facts.filter((one) => one.area === area));
  // The order of reading is the order of linking: a term is linked where the reader first meets it.
  const linkedIntroduction = linker.blocks(parseProse(introduction));
  return {
    id,
    number,
    title,
    summary,
    areas,
    introduction: linkedIntroduction,
    sections: divide(own, sections).map(({ section, requirements }, index): Section => {
      const linkedSection = linker.blocks(parseProse(section.introduction ?? ''));
      return {
        id: section.id,
        title: section.title,
        number: section.title === '' ? '' : `${number}.${index + 1}`,
        introduction: linkedSection,
        requirements: requirements.map((one) => ({ ...entryOf(one, id, linker), isOwnDesign: ownDesign })),
      };
    }),
  };
}

interface Divided {
  readonly section: WrittenSection;
  readonly requirements: readonly RequirementFacts[];
}

/** Each requirement goes to the first section that takes it; what none takes stands behind them. */
function divide(own: readonly RequirementFacts[], sections: readonly WrittenSection[] | undefined): readonly Divided[] {
  if (sections === undefined) return [{ section: { id: 'requirements', title: '' }, requirements: own }];
  const homeOf = new Map(own.map((one) => [one.id, sections.find((section) => takes(section, one))]));
  const divided = sections.map((section) => ({
    section,
    requirements: own.filter(({ id }) => homeOf.get(id) === section),
  }));
  const left = own.filter(({ id }) => homeOf.get(id) === undefined);
  return left.length === 0
    ? divided
    : [...divided, { section: { id: 'other-requirements', title: 'Other requirements' }, requirements: left }];
}

function entryOf(facts: RequirementFacts, chapterId: string, linker: Linker): Omit<RequirementEntry, 'isOwnDesign'> {
  const { rationaleText, ...rest } = facts;
  const statement = linker.text(facts.plainStatement);
  return { ...rest, chapterId, statement, rationale: linker.text(rationaleText) };
}
