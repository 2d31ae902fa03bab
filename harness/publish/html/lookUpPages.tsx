/** Pages to look something up: indexes, glossary, change log, and the documents beside the specification. */
import type { VNode } from 'preact';
import { count } from '../../site/words.js';
import type { Companion, IndexEntry, RequirementTitle, Specification, VersionChanges } from '../specification/model.js';
import { plainText } from '../specification/prose.js';
import { renderPage, type Place } from './page.js';
import { companionPage, PAGES, profilePage, type Places } from './places.js';
import { Prose, type ProseContext } from './prose.js';
import { LevelMark } from './requirement.js';

export interface LookUpContext extends ProseContext {
  readonly specification: Specification;
}

interface IndexPage {
  readonly page: string;
  readonly title: string;
  readonly introduction: string;
  readonly entries: readonly IndexEntry[];
}

export function renderIndex({ page, title, introduction, entries }: IndexPage, context: LookUpContext): string {
  return renderPage({
    specification: context.specification,
    page,
    title,
    onThisPage: entries.map((entry) => ({ href: `#${entry.id}`, title: entry.title, depth: 2 })),
    children: (
      <>
        <Opening title={title} introduction={introduction} />
        {entries.map((entry) => (
          <section aria-labelledby={entry.id} class="index">
            <h2 id={entry.id}>
              {entry.title} <span class="muted">{entry.requirements.length}</span>
            </h2>
            {entry.description === '' ? null : <p>{entry.description}</p>}
            <Rows entry={entry} places={context.places} showLevel={page !== PAGES.level} />
          </section>
        ))}
      </>
    ),
  });
}

const Opening = ({ title, introduction }: { readonly title: string; readonly introduction: string }): VNode => (
  <header class="opening">
    <h1>{title}</h1>
    <p class="summary">{introduction}</p>
  </header>
);

interface RowsProps {
  readonly entry: IndexEntry;
  readonly places: Places;
  readonly showLevel: boolean;
}

const Rows = ({ entry, places, showLevel }: RowsProps): VNode => (
  <ul class="plain rows">
    {entry.requirements.map(({ requirement: { id, title }, level }) => (
      <li>
        <a class="id" href={places.requirement(id)}>
          {id}
        </a>{' '}
        <span>{title}</span> {showLevel ? <LevelMark level={level} /> : null}
      </li>
    ))}
  </ul>
);

/** Profiles are long: one page each, and one that says what they are. */
export function renderProfiles(context: LookUpContext): ReadonlyMap<string, string> {
  const { specification, places } = context;
  const { profile: profiles } = specification.indexes;
  const pages = new Map<string, string>();
  const titles = new Map(specification.requirements.map(({ chapterId, id }) => [id, chapterId]));
  pages.set(
    PAGES.profile,
    renderPage({
      specification,
      page: PAGES.profile,
      title: 'Requirements by profile',
      children: (
        <>
          <Opening
            title="Requirements by profile"
            introduction="A profile says which requirements bind a kind of device, and at which level."
          />
          <ul class="plain profiles">
            {profiles.map(({ id, title, description, requirements }) => (
              <li>
                <h2>
                  <a href={profilePage(id)}>{title}</a> <span class="muted">{requirements.length}</span>
                </h2>
                <p>{description}</p>
                <p class="where">
                  <code>nicspec run --profile {id}</code>
                </p>
              </li>
            ))}
          </ul>
        </>
      ),
    }),
  );
  for (const entry of profiles) {
    const chapters = specification.parts
      .flatMap((part) => part.chapters)
      .map((chapter) => ({
        chapter,
        own: entry.requirements.filter(({ requirement }) => titles.get(requirement.id) === chapter.id),
      }))
      .filter(({ own }) => own.length > 0);
    pages.set(
      profilePage(entry.id),
      renderPage({
        specification,
        page: PAGES.profile,
        title: `Profile: ${entry.title}`,
        onThisPage: chapters.map(({ chapter }) => ({ href: `#${chapter.id}`, title: chapter.title, depth: 2 })),
        children: (
          <>
            <Opening title={entry.title} introduction={entry.description} />
            <p class="where">
              {count(entry.requirements.length, 'requirement')} · <code>nicspec run --profile {entry.id}</code>
            </p>
            {chapters.map(({ chapter, own }) => (
              <section aria-labelledby={chapter.id} class="index">
                <h2 id={chapter.id}>
                  {chapter.title} <span class="muted">{own.length}</span>
                </h2>
                <Rows entry={{ ...entry, requirements: own }} places={places} showLevel />
              </section>
            ))}
          </>
        ),
      }),
    );
  }
  return pages;
}

export function renderGlossary(context: LookUpContext): string {
  const { specification, places } = context;
  const { glossary } = specification;
  const names = new Map(glossary.map(({ id, term }) => [id, term]));
  return renderPage({
    specification,
    page: PAGES.glossary,
    title: 'Glossary',
    children: (
      <>
        <Opening
          title="Glossary"
          introduction="Each term has one meaning. The first use of a term in a chapter leads here."
        />
        <dl class="glossary">
          {glossary.map(({ id, term, also, definition, see }) => (
            <div id={id}>
              <dt>
                {term}
                {also.length === 0 ? null : <span class="muted"> also {also.join(', ')}</span>}
              </dt>
              <dd>
                <Prose content={definition} context={context} />
                {see.length === 0 ? null : (
                  <p class="where">
                    See{' '}
                    {see.map((other, index) => (
                      <>
                        {index === 0 ? null : ', '}
                        <a href={places.term(other)}>{names.get(other) ?? other}</a>
                      </>
                    ))}
                  </p>
                )}
              </dd>
            </div>
          ))}
        </dl>
      </>
    ),
  });
}

export function renderChanges(context: LookUpContext): string {
  const { specification } = context;
  return renderPage({
    specification,
    page: PAGES.changes,
    title: 'Changes',
    onThisPage: specification.changes.map(({ version }) => ({ href: `#v${version}`, title: version, depth: 2 })),
    children: (
      <>
        <Opening
          title="Changes"
          introduction="Between versions requirements come, go and change; the same requirement is the one with the same id."
        />
        {specification.changes.map((changes) => (
          <Version changes={changes} context={context} />
        ))}
      </>
    ),
  });
}

const Version = ({
  changes,
  context,
}: {
  readonly changes: VersionChanges;
  readonly context: LookUpContext;
}): VNode => {
  const { version, date, since, summary, added, removed, changed } = changes;
  return (
    <section aria-labelledby={`v${version}`}>
      <h2 id={`v${version}`}>
        {version} <span class="muted">{date === '' ? 'not published yet' : date}</span>
      </h2>
      <Prose content={summary} context={context} />
      {since === '' ? (
        <p>The first version whose requirements are kept: {count(added.length, 'requirement')}.</p>
      ) : (
        <>
          <ChangeList title={`Added since ${since}`} ids={added} places={context.places} />
          <ChangeList
            title="Changed"
            ids={changed.map(({ members, ...one }) => ({ ...one, title: `${one.title} (${members.join(', ')})` }))}
            places={context.places}
          />
          <ChangeList title="Removed" ids={removed} />
        </>
      )}
    </section>
  );
};

interface ChangeListProps {
  readonly title: string;
  readonly ids: readonly RequirementTitle[];
  /** Absent: what is gone has no place. */
  readonly places?: Places;
}

const ChangeList = ({ title, ids, places }: ChangeListProps): VNode | null =>
  ids.length === 0 ? null : (
    <>
      <h3>
        {title}: {ids.length}
      </h3>
      <ul class="plain rows">
        {ids.map(({ id, title: name }) => (
          <li>
            {places === undefined ? (
              <span class="id">{id}</span>
            ) : (
              <a class="id" href={places.requirement(id)}>
                {id}
              </a>
            )}{' '}
            <span>{name}</span>
          </li>
        ))}
      </ul>
    </>
  );

export function renderCompanion(companion: Companion, context: LookUpContext): string {
  const { id, title, summary, content } = companion;
  return renderPage({
    specification: context.specification,
    page: companionPage(id),
    title,
    onThisPage: content.flatMap((block): readonly Place[] =>
      block.kind === 'heading' && block.depth <= 3
        ? [{ href: `#${block.id}`, title: plainText(block.content), depth: block.depth === 2 ? 1 : 2 }]
        : [],
    ),
    children: (
      <>
        <Opening title={title} introduction={summary} />
        <div class="introduction document">
          <Prose content={content} context={context} />
        </div>
      </>
    ),
  });
}
