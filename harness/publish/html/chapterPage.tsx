/** A chapter: introduction, what is in it, its requirements. */
import type { VNode } from 'preact';
import { matchesPattern } from '../../runner/namePattern.js';
import { count } from '../../site/words.js';
import type { Chapter, Section, Specification } from '../specification/model.js';
import { renderPage, type Place } from './page.js';
import { chapterPage, PAGES } from './places.js';
import { Prose, type ProseContext } from './prose.js';
import { Requirement } from './requirement.js';

export interface ChapterContext extends ProseContext {
  readonly specification: Specification;
}

export function renderChapter(chapter: Chapter, context: ChapterContext): string {
  const { specification } = context;
  const chapters = specification.parts.flatMap((part) => part.chapters);
  const at = chapters.indexOf(chapter);
  const part = specification.parts.find((one) => one.chapters.includes(chapter));
  const place = (neighbour: Chapter | undefined): Place | undefined =>
    neighbour === undefined
      ? undefined
      : { href: chapterPage(neighbour.id), title: `${neighbour.number} ${neighbour.title}` };
  return renderPage({
    specification,
    page: chapterPage(chapter.id),
    title: chapter.title,
    onThisPage: chapter.sections.flatMap(placesOf),
    before: place(chapters[at - 1]) ?? { href: PAGES.front, title: 'About this document' },
    after: place(chapters[at + 1]),
    children: (
      <>
        <header class="opening">
          <p class="kicker">{part?.title}</p>
          <h1>
            <span class="number">{chapter.number}</span> {chapter.title}
          </h1>
          {chapter.summary === '' ? null : <p class="summary">{chapter.summary}</p>}
          <p class="where tally">{tallyOf(chapter)}</p>
        </header>
        {chapter.introduction.length === 0 ? null : (
          <section class="introduction" aria-label="Introduction">
            <Prose content={chapter.introduction} context={context} />
          </section>
        )}
        <p class="tools">
          <button type="button" class="open-all" hidden aria-pressed="false">
            Open all examples
          </button>
        </p>
        {chapter.sections.map((section) => (
          <Requirements section={section} context={context} />
        ))}
      </>
    ),
  });
}

function tallyOf({ areas, sections }: Chapter): string {
  const requirements = sections.flatMap((section) => section.requirements);
  const sum = (of: (one: (typeof requirements)[number]) => number): number =>
    requirements.reduce((total, one) => total + of(one), 0);
  return [
    areas.length > 4 ? `${areas.slice(0, 4).join(', ')}, …` : areas.join(', '),
    count(requirements.length, 'requirement'),
    count(
      sum(({ examples }) => examples.length),
      'example',
    ),
    count(
      sum(({ laws }) => laws.length),
      'law',
    ),
    count(
      sum(({ defects }) => defects.length),
      'known defect',
    ),
  ].join(' · ');
}

function placesOf({ id, title, number, requirements }: Section): readonly Place[] {
  const own = requirements.map((one): Place => ({ href: `#${one.id}`, title: one.title, id: one.id, depth: 2 }));
  return title === '' ? own : [{ href: `#${id}`, title: `${number} ${title}` }, ...own];
}

const Requirements = ({ section, context }: { readonly section: Section; readonly context: ChapterContext }): VNode => {
  const { id, title, number, introduction, requirements } = section;
  return (
    <section {...(title === '' ? { 'aria-label': 'Requirements' } : { 'aria-labelledby': id })}>
      <h2 {...(title === '' ? { class: 'unseen', id: 'requirements' } : { id })}>
        {title === '' ? (
          'Requirements'
        ) : (
          <>
            <span class="number">{number}</span> {title}
          </>
        )}
      </h2>
      <Prose content={introduction} context={{ ...context, headingDepth: 3 }} />
      <Declarations section={section} context={context} />
      {requirements.map((requirement) => (
        <Requirement requirement={requirement} places={context.places} />
      ))}
    </section>
  );
};

/** What of the programming interface the section constrains. */
const Declarations = ({
  section,
  context,
}: {
  readonly section: Section;
  readonly context: ChapterContext;
}): VNode | null => {
  const own = context.specification.declarations.filter(({ requirements }) =>
    requirements.some((pattern) => section.requirements.some(({ id }) => matchesPattern(pattern, id))),
  );
  if (own.length === 0) return null;
  return (
    <p class="where declarations">
      Programming interface:{' '}
      {own.map(({ name, page }, index) => (
        <>
          {index === 0 ? null : ', '}
          {page === undefined ? (
            <code>{name}</code>
          ) : (
            <a href={page}>
              <code>{name}</code>
            </a>
          )}
        </>
      ))}
    </p>
  );
};
