/** The specification as one page for the printer: title page, contents, chapters, indexes. Page numbers are filled in when they are known. */
import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { exampleText } from '../exampleText.js';
import type {
  Chapter,
  Companion,
  GlossaryTerm,
  IndexEntry,
  Part,
  RequirementEntry,
  Source,
  Specification,
  VersionChanges,
} from '../specification/model.js';
import { beginningOf } from '../specification/releases.js';
import { Blocks, Inlines } from './blocks.js';
import { pageHeads, PRINT_STYLE } from './printStyle.js';

export interface PrintInput {
  readonly specification: Specification;
  /** SVG by id. */
  readonly diagrams: ReadonlyMap<string, string>;
  /** Pages by anchor, counted from 1; empty as long as nobody knows. */
  readonly pages: ReadonlyMap<string, number>;
}

/** What has a running head of its own begins on a new page. */
interface HeadedSection {
  readonly id: string;
  readonly head: string;
}

/** Anchors that the contents or the index name, in reading order. */
export function numberedAnchors({ parts, companions, requirements }: Specification): readonly string[] {
  return [
    ...FRONT_ENTRIES.map(([id]) => id),
    ...parts.flatMap((part) => [
      partAnchor(part),
      ...part.chapters.flatMap((chapter) => [
        chapterAnchor(chapter),
        ...chapter.sections.filter(({ title }) => title !== '').map(({ id }) => sectionAnchor(chapter, id)),
      ]),
    ]),
    ...companions.map(companionAnchor),
    ...BACK_ENTRIES.map(([id]) => id),
    ...requirements.map(({ id }) => id),
  ];
}

const FRONT_ENTRIES = [['about', 'About this document']] as const;
const BACK_ENTRIES = [
  ['index-level', 'Requirements by level'],
  ['index-profile', 'Requirements by profile'],
  ['index-capability', 'Requirements by capability'],
  ['index-release', 'Requirements by kernel release'],
  ['glossary', 'Glossary'],
  ['changes', 'Changes'],
  ['index-id', 'Requirements by id'],
] as const;

const partAnchor = ({ id }: Part): string => `part-${id}`;
const chapterAnchor = ({ id }: Chapter): string => `chapter-${id}`;
const sectionAnchor = ({ id }: Chapter, section: string): string => `section-${id}-${section}`;
const companionAnchor = ({ id }: Companion): string => `document-${id}`;

/** The whole document, as text. */
export function printPage(input: PrintInput): string {
  const { specification } = input;
  const { front, parts, companions, glossary, changes, indexes, requirements, version } = specification;
  const chapters = parts.flatMap((part) => part.chapters);
  const heads: HeadedSection[] = [
    ...chapters.map((chapter) => ({ id: chapterAnchor(chapter), head: `${chapter.number} ${chapter.title}` })),
    ...companions.map((companion) => ({ id: companionAnchor(companion), head: companion.title })),
    ...[...FRONT_ENTRIES, ...BACK_ENTRIES].map(([id, head]) => ({ id, head })),
    ...parts.map((part) => ({ id: partAnchor(part), head: '' })),
    { id: 'contents', head: 'Contents' },
  ];
  const page = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>{`${front.title} (nicspec ${version})`}</title>
        <style dangerouslySetInnerHTML={{ __html: PRINT_STYLE + pageHeads(heads, `nicspec ${version}`) }} />
      </head>
      <body>
        <TitlePage specification={specification} />
        <Contents {...input} />
        <section id="about" class="headed">
          <h1>About this document</h1>
          {front.sections.map(({ title, content }) => (
            <>
              <h2>{title}</h2>
              <Blocks blocks={content} diagrams={input.diagrams} />
            </>
          ))}
        </section>
        {parts.map((part) => (
          <>
            <section id={partAnchor(part)} class="headed part">
              <h1>{part.title}</h1>
              <Blocks blocks={part.introduction} diagrams={input.diagrams} />
            </section>
            {part.chapters.map((chapter) => (
              <ChapterPages chapter={chapter} diagrams={input.diagrams} />
            ))}
          </>
        ))}
        {companions.map((companion) => (
          <section id={companionAnchor(companion)} class="headed">
            <h1>{companion.title}</h1>
            <Blocks blocks={companion.content} diagrams={input.diagrams} />
          </section>
        ))}
        <RequirementIndex id="index-level" title="Requirements by level" entries={indexes.level} />
        <RequirementIndex id="index-profile" title="Requirements by profile" entries={indexes.profile} />
        <RequirementIndex id="index-capability" title="Requirements by capability" entries={indexes.capability} />
        <RequirementIndex id="index-release" title="Requirements by kernel release" entries={indexes.release} />
        <Glossary glossary={glossary} diagrams={input.diagrams} />
        <Changes changes={changes} diagrams={input.diagrams} />
        <section id="index-id" class="headed">
          <h1>Requirements by id</h1>
          <ul class="ids">
            {[...requirements]
              .sort((a, b) => (a.id < b.id ? -1 : 1))
              .map(({ id }) => (
                <Entry anchor={id} pages={input.pages}>
                  {id}
                </Entry>
              ))}
          </ul>
        </section>
      </body>
    </html>
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}

function TitlePage({ specification }: { readonly specification: Specification }): VNode {
  const { front, version, digest, totals } = specification;
  return (
    <section class="title">
      <p class="kicker">nicspec {version}</p>
      <p class="name">{front.title}</p>
      <p class="subtitle">{front.subtitle}</p>
      <Blocks blocks={front.abstract} diagrams={new Map()} />
      <p class="totals">
        {totals.requirements} requirements, {totals.scenarios} scenarios, {totals.laws} laws, {totals.defects} seeded
        defects
      </p>
      <p class="digest">SHA-256 {digest}</p>
    </section>
  );
}

function Contents({ specification, pages }: PrintInput): VNode {
  const { parts, companions } = specification;
  return (
    <section id="contents" class="headed">
      <h1>Contents</h1>
      <ul class="contents">
        {FRONT_ENTRIES.map(([id, title]) => (
          <Entry anchor={id} pages={pages}>
            {title}
          </Entry>
        ))}
        {parts.map((part) => (
          <>
            <Entry anchor={partAnchor(part)} pages={pages} kind="part">
              {part.title}
            </Entry>
            {part.chapters.map((chapter) => (
              <>
                <Entry anchor={chapterAnchor(chapter)} pages={pages} kind="chapter">
                  {chapter.number} {chapter.title}
                </Entry>
                {chapter.sections
                  .filter(({ title }) => title !== '')
                  .map(({ id, number, title }) => (
                    <Entry anchor={sectionAnchor(chapter, id)} pages={pages} kind="section">
                      {number} {title}
                    </Entry>
                  ))}
              </>
            ))}
          </>
        ))}
        {companions.map((companion) => (
          <Entry anchor={companionAnchor(companion)} pages={pages}>
            {companion.title}
          </Entry>
        ))}
        {BACK_ENTRIES.map(([id, title]) => (
          <Entry anchor={id} pages={pages}>
            {title}
          </Entry>
        ))}
      </ul>
    </section>
  );
}

interface EntryProps {
  readonly anchor: string;
  readonly pages: ReadonlyMap<string, number>;
  readonly kind?: 'part' | 'chapter' | 'section';
  readonly children: ComponentChildren;
}

/** The number has a place of fixed width, so that the lines stay where they are when it is filled in. */
function Entry({ anchor, pages, kind, children }: EntryProps): VNode {
  return (
    <li class={kind}>
      <a href={`#${anchor}`}>
        <span class="entry">{children}</span>
        <span class="dots" />
        <span class="number">{pages.get(anchor) ?? ''}</span>
      </a>
    </li>
  );
}

interface WithDiagrams {
  readonly diagrams: ReadonlyMap<string, string>;
}

function ChapterPages({ chapter, diagrams }: { readonly chapter: Chapter } & WithDiagrams): VNode {
  return (
    <section id={chapterAnchor(chapter)} class="headed">
      <h2>
        {chapter.number} {chapter.title}
      </h2>
      {chapter.summary === '' ? null : <p class="summary">{chapter.summary}</p>}
      <Blocks blocks={chapter.introduction} diagrams={diagrams} />
      {chapter.sections.map((section) => (
        <>
          {section.title === '' ? null : (
            <h3 id={sectionAnchor(chapter, section.id)}>
              {section.number} {section.title}
            </h3>
          )}
          <Blocks blocks={section.introduction} diagrams={diagrams} />
          {section.requirements.map((requirement) => (
            <Requirement requirement={requirement} />
          ))}
        </>
      ))}
    </section>
  );
}

function Requirement({ requirement }: { readonly requirement: RequirementEntry }): VNode {
  const { id, title, level, statement, rationale, examples, laws } = requirement;
  return (
    <article id={id}>
      <h4>
        <span class="id">{id}</span> {title}
      </h4>
      <p class="statement">
        <strong class="level">{level}</strong> <Inlines content={statement} />
      </p>
      <p class="rationale">
        <Inlines content={rationale} />
      </p>
      <Facts requirement={requirement} />
      {[...examples, ...laws].map((example) => (
        <pre>{exampleText(example)}</pre>
      ))}
    </article>
  );
}

function Facts({ requirement }: { readonly requirement: RequirementEntry }): VNode {
  const { needs, sources, profiles, defects, verdicts } = requirement;
  const { words, name } = beginningOf(requirement);
  const facts: (readonly [string, readonly ComponentChildren[]])[] = [
    ['Needs', needs.map(({ id }) => <code>{id}</code>)],
    ['Since', [name === undefined ? words : `${words}, ${name}`]],
    ['Sources', sources.map(sourceText)],
    ['Profiles', profiles.map(({ id, level }) => `${id} (${level})`)],
    ['Defects', defects.map(({ id, title }) => `${title} (${id})`)],
    [
      'Verdicts',
      verdicts.map(({ target, verdict, isWarning }) => `${target.id} ${verdict}${isWarning ? ', a warning' : ''}`),
    ],
  ];
  return (
    <dl>
      {facts
        .filter(([, values]) => values.length > 0)
        .map(([name, values]) => (
          <div>
            <dt>{name}</dt>
            <dd>{values.flatMap((value, index) => (index === 0 ? [value] : ['; ', value]))}</dd>
          </div>
        ))}
    </dl>
  );
}

function sourceText({ title, section, url }: Source): ComponentChildren {
  const shown = section === undefined ? title : `${title}, ${section}`;
  return url === undefined ? shown : <a href={url}>{shown}</a>;
}

interface IndexProps {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly IndexEntry[];
}

function RequirementIndex({ id, title, entries }: IndexProps): VNode {
  return (
    <section id={id} class="headed">
      <h1>{title}</h1>
      {entries.map((entry) => (
        <div class="entries">
          <p>
            <strong>{entry.title}</strong>
            {entry.description === '' ? '' : `: ${entry.description}`}
          </p>
          <p class="list">
            {entry.requirements.flatMap(({ requirement, level }, index) => [
              index === 0 ? '' : ', ',
              <a href={`#${requirement.id}`}>{requirement.id}</a>,
              level === requirement.level ? '' : ` (${level})`,
            ])}
          </p>
        </div>
      ))}
    </section>
  );
}

function Glossary({ glossary, diagrams }: { readonly glossary: readonly GlossaryTerm[] } & WithDiagrams): VNode {
  const names = new Map(glossary.map(({ id, term }) => [id, term]));
  return (
    <section id="glossary" class="headed">
      <h1>Glossary</h1>
      {glossary.map(({ id, term, also, definition, see }) => (
        <div class="term" id={`term-${id}`}>
          <p>
            <strong>{term}</strong>
            {also.length === 0 ? '' : ` (${also.join(', ')})`}
          </p>
          <Blocks blocks={definition} diagrams={diagrams} />
          {see.length === 0 ? null : <p>See {see.map((other) => names.get(other) ?? other).join(', ')}.</p>}
        </div>
      ))}
    </section>
  );
}

function Changes({ changes, diagrams }: { readonly changes: readonly VersionChanges[] } & WithDiagrams): VNode {
  const list = (title: string, lines: readonly string[]): VNode | null =>
    lines.length === 0 ? null : (
      <>
        <p>{title}:</p>
        <ul>
          {lines.map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      </>
    );
  const named = ({ id, title }: { readonly id: string; readonly title: string }): string => `${id}: ${title}`;
  return (
    <section id="changes" class="headed">
      <h1>Changes</h1>
      {changes.map(({ version, date, since, summary, added, removed, changed }) => (
        <>
          <h2>
            {version}
            {date === '' ? ', not published yet' : `, ${date}`}
          </h2>
          <Blocks blocks={summary} diagrams={diagrams} />
          {since === '' ? null : (
            <>
              {list(`Added since ${since}`, added.map(named))}
              {list(`Removed since ${since}`, removed.map(named))}
              {list(
                `Changed since ${since}`,
                changed.map((one) => `${named(one)} (${one.members.join(', ')})`),
              )}
            </>
          )}
        </>
      ))}
    </section>
  );
}
