/** The specification as GitHub-flavoured Markdown: a file for each chapter, whose links work in a repository. */
import { drawPlainDiagram } from '../plainDiagram.js';
import { exampleText } from '../exampleText.js';
import type { RenderedFiles } from '../specification/formats.js';
import type {
  Chapter,
  IndexEntry,
  RequirementEntry,
  Source,
  Specification,
  VersionChanges,
} from '../specification/model.js';
import { beginningOf } from '../specification/releases.js';
import { blocksText, inlineText, linked, type MarkdownContext } from './blocks.js';
import { anchor, codeBlock, codeSpan, escapeText, link, marked, webLink } from './markup.js';

const INDEXES = {
  level: 'Requirements by level',
  capability: 'Requirements by capability',
  profile: 'Requirements by profile',
  release: 'Requirements by kernel release',
} as const;

const isIndex = (key: string): key is keyof typeof INDEXES => key in INDEXES;

/** Files by path; `README.md` is what a repository shows of a folder. */
export async function renderMarkdown(specification: Specification): Promise<RenderedFiles> {
  const chapterOf = new Map(specification.requirements.map(({ id, chapterId }) => [id, chapterId]));
  const terms = new Set(specification.glossary.map(({ id }) => id));
  const contextOf = (file: string): MarkdownContext => ({
    requirement: (id) => {
      const chapter = chapterOf.get(id);
      return chapter === undefined ? undefined : place(file, chapter, id);
    },
    term: (id) => (terms.has(id) ? place(file, 'glossary', termAnchor(id)) : undefined),
    depth: 0,
  });
  const documents: readonly (readonly [string, string])[] = [
    ['README', contents(specification, contextOf('README'))],
    ...specification.parts.flatMap(({ chapters }) =>
      chapters.map((chapter) => [chapter.id, chapterText(chapter, contextOf(chapter.id))] as const),
    ),
    ...Object.keys(INDEXES)
      .filter(isIndex)
      .map(
        (key) =>
          [`index-${key}`, indexText(INDEXES[key], specification.indexes[key], contextOf(`index-${key}`))] as const,
      ),
    ['glossary', glossaryText(specification, contextOf('glossary'))],
    ['changes', changesText(specification.changes, contextOf('changes'))],
    ...specification.companions.map(
      ({ id, title, content }) => [id, page(title, blocksText(content, contextOf(id)))] as const,
    ),
  ];
  const diagrams = await Promise.all(
    specification.diagrams.map(
      async (diagram) => [`diagrams/${diagram.id}.svg`, await drawPlainDiagram(diagram)] as const,
    ),
  );
  return new Map([...documents.map(([name, text]) => [`${name}.md`, text] as const), ...diagrams]);
}

const termAnchor = (id: string): string => `term-${id}`;

const place = (from: string, to: string, id: string): string => (from === to ? `#${id}` : `${to}.md#${id}`);

function page(title: string, ...sections: readonly string[]): string {
  return [`# ${escapeText(title)}`, ...sections.filter((section) => section !== '')].join('\n\n') + '\n';
}

function contents(specification: Specification, context: MarkdownContext): string {
  const { front, version, digest, totals, parts, companions } = specification;
  const lists = parts.map(({ title, introduction, chapters }) =>
    [
      `### ${escapeText(title)}`,
      blocksText(introduction, context),
      chapters
        .map(
          ({ id, number, title: name, summary }) =>
            `${number}. ${link(`${id}.md`, name)}${summary === '' ? '' : `: ${escapeText(summary)}`}`,
        )
        .join('\n'),
    ]
      .filter((text) => text !== '')
      .join('\n\n'),
  );
  const beside = [
    ...companions.map(({ id, title, summary }) => `- ${link(`${id}.md`, title)}: ${escapeText(summary)}`),
    ...Object.entries(INDEXES).map(([key, title]) => `- ${link(`index-${key}.md`, title)}`),
    `- ${link('glossary.md', 'Glossary')}`,
    `- ${link('changes.md', 'Changes')}`,
  ].join('\n');
  return page(
    front.title,
    marked('*', front.subtitle),
    `Version ${escapeText(version)}, ${totals.requirements} requirements, ${totals.scenarios} scenarios, ${totals.laws} laws, ${totals.defects} seeded defects. Digest ${codeSpan(digest)}.`,
    blocksText(front.abstract, context),
    '## Contents',
    ...lists,
    '### Beside the chapters',
    beside,
    ...front.sections.flatMap(({ title, content }) => [`## ${escapeText(title)}`, blocksText(content, context)]),
  );
}

function chapterText(chapter: Chapter, context: MarkdownContext): string {
  const sections = chapter.sections.flatMap((section) => {
    const depth = section.title === '' ? 2 : 3;
    return [
      section.title === '' ? '' : `## ${escapeText(`${section.number} ${section.title}`)}`,
      blocksText(section.introduction, { ...context, depth: 1 }),
      ...section.requirements.map((requirement) => requirementText(requirement, depth, context)),
    ];
  });
  return page(
    `${chapter.number} ${chapter.title}`,
    chapter.summary === '' ? '' : marked('*', chapter.summary),
    blocksText(chapter.introduction, context),
    ...sections,
  );
}

function requirementText(requirement: RequirementEntry, depth: number, context: MarkdownContext): string {
  const { id, title, level, statement, rationale, examples, laws } = requirement;
  const shown = [...examples, ...laws].map((example) => codeBlock(exampleText(example), 'gherkin')).join('\n\n');
  return [
    anchor(id),
    `${'#'.repeat(depth)} ${escapeText(`${id}: ${title}`)}`,
    `${marked('**', level)}. ${inlineText(statement, context)}`,
    `${marked('*', 'Rationale:')} ${inlineText(rationale, context)}`,
    factsText(requirement),
    shown === '' ? '' : `<details><summary>${examplesTitle(requirement)}</summary>\n\n${shown}\n\n</details>`,
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

function examplesTitle({ examples, laws }: RequirementEntry): string {
  const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
  return [
    ...(examples.length === 0 ? [] : [counted(examples.length, 'example')]),
    ...(laws.length === 0 ? [] : [counted(laws.length, 'law')]),
  ].join(', ');
}

function factsText(requirement: RequirementEntry): string {
  const { needs, sources, verification, profiles, defects, verdicts } = requirement;
  const { words, name } = beginningOf(requirement);
  const lines: (readonly [string, readonly string[], string])[] = [
    ['Needs', needs.map(({ id }) => codeSpan(id)), ', '],
    ['Since', [escapeText(words), ...(name === undefined ? [] : [codeSpan(name)])], ', '],
    ['Sources', sources.map(sourceText), '; '],
    ['Shown by', [escapeText(verification.join(', '))], ''],
    ['Profiles', profiles.map(({ id, level }) => `${codeSpan(id)} (${escapeText(level)})`), ', '],
    ['Defects', defects.map(({ id, title }) => `${escapeText(title)} (${codeSpan(id)})`), '; '],
    [
      'Verdicts',
      verdicts.map(
        ({ target, verdict, isWarning, reason }) =>
          `${codeSpan(target.id)} ${escapeText(`${verdict}${isWarning ? ', a warning' : ''}${reason === '' ? '' : ` (${reason})`}`)}`,
      ),
      '; ',
    ],
  ];
  return lines
    .filter(([, values]) => values.length > 0)
    .map(([name, values, mark]) => `- ${name}: ${values.join(mark)}`)
    .join('\n');
}

function sourceText({ title, section, url }: Source): string {
  const name = url === undefined ? escapeText(title) : webLink(url, title);
  return section === undefined ? name : `${name}, ${escapeText(section)}`;
}

function indexText(title: string, entries: readonly IndexEntry[], context: MarkdownContext): string {
  return page(
    title,
    ...entries.flatMap((entry) => [
      `## ${escapeText(entry.title)}`,
      escapeText(entry.description),
      entry.requirements
        .map(({ requirement: { id, level: own }, level }) =>
          [linked(context.requirement(id), id), ...(level === own ? [] : [`(${escapeText(level)})`])].join(' '),
        )
        .join(', '),
    ]),
  );
}

function glossaryText({ glossary }: Specification, context: MarkdownContext): string {
  const terms = new Map(glossary.map(({ id, term }) => [id, term]));
  return page(
    'Glossary',
    ...glossary.map(({ id, term, also, definition, see }) =>
      [
        anchor(termAnchor(id)),
        `**${escapeText(term)}**${also.length === 0 ? '' : ` (${escapeText(also.join(', '))})`}`,
        blocksText(definition, context),
        ...(see.length === 0
          ? []
          : [`See ${see.map((other) => linked(context.term(other), terms.get(other) ?? other)).join(', ')}.`]),
      ].join('\n\n'),
    ),
  );
}

function changesText(changes: readonly VersionChanges[], context: MarkdownContext): string {
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${escapeText(title)}:`, lines.map((line) => `- ${line}`).join('\n')];
  const named = ({ id, title }: { readonly id: string; readonly title: string }): string =>
    `${linked(context.requirement(id), id)}: ${escapeText(title)}`;
  return page(
    'Changes',
    ...changes.flatMap(({ version, date, since, summary, added, removed, changed }) => [
      `## ${escapeText(`${version}${date === '' ? ', not published yet' : `, ${date}`}`)}`,
      blocksText(summary, context),
      // Of a first version every requirement would be new.
      ...(since === ''
        ? []
        : [
            ...list(`Added since ${since}`, added.map(named)),
            ...list(`Removed since ${since}`, removed.map(named)),
            ...list(
              `Changed since ${since}`,
              changed.map((one) => `${named(one)} (${escapeText(one.members.join(', '))})`),
            ),
          ]),
    ]),
  );
}
