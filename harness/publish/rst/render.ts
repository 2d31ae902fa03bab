/**
 * The specification as reStructuredText, laid out for a kernel tree: `Documentation/networking/nicspec`. Labels are the ids of requirements,
 * so that `:ref:` reaches each from any document of the tree.
 */
import { drawPlainDiagram } from '../plainDiagram.js';
import { exampleText } from '../exampleText.js';
import type { RenderedFiles } from '../specification/formats.js';
import type {
  Chapter,
  Example,
  IndexEntry,
  Part,
  RequirementEntry,
  Source,
  Specification,
  VersionChanges,
} from '../specification/model.js';
import { beginningOf } from '../specification/releases.js';
import { blocksText, inlineText, termLabel, type RstContext } from './blocks.js';
import {
  heading,
  hang,
  joinPieces,
  linkPiece,
  literalBlock,
  literalPiece,
  markedPiece,
  paragraph,
  referencePiece,
  textPiece,
  type Piece,
} from './markup.js';

const FOLDER = 'Documentation/networking/nicspec';
const LICENCE = '.. SPDX-License-Identifier: Apache-2.0';

const chapterLabel = (id: string): string => `nicspec-chapter-${id}`;

/** Files by path, the folders of the kernel tree included. */
export async function renderRst(specification: Specification): Promise<RenderedFiles> {
  const context: RstContext = {
    labels: new Set([
      ...specification.requirements.map(({ id }) => id),
      ...specification.glossary.map(({ id }) => termLabel(id)),
      ...specification.parts.flatMap(({ chapters }) => chapters.map(({ id }) => chapterLabel(id))),
    ]),
    depth: 1,
    diagrams: 'diagrams',
  };
  const documents: [name: string, content: string][] = [
    ['index', indexDocument(specification, context)],
    ['about', aboutDocument(specification, context)],
    ...specification.parts.flatMap((part): [string, string][] => [
      [partName(part), partDocument(part, context)],
      ...part.chapters.map((chapter): [string, string] => [chapter.id, chapterDocument(chapter, context)]),
    ]),
    ...Object.entries(INDEXES).map(([key, title]): [string, string] => [
      `index-${key}`,
      requirementIndex(title, specification.indexes[key as keyof typeof INDEXES], context),
    ]),
    ['glossary', glossaryDocument(specification, context)],
    ['changes', changesDocument(specification.changes, context)],
    ...specification.companions.map(({ id, title, content }): [string, string] => [
      id,
      document(title, blocksText(content, { ...context, depth: 1 })),
    ]),
  ];
  const diagrams = await Promise.all(
    specification.diagrams.flatMap((diagram) => [
      Promise.resolve([`${FOLDER}/diagrams/${diagram.id}.dot`, diagram.source] as const),
      drawPlainDiagram(diagram).then((svg) => [`${FOLDER}/diagrams/${diagram.id}.svg`, svg] as const),
    ]),
  );
  return new Map([...documents.map(([name, content]) => [`${FOLDER}/${name}.rst`, content] as const), ...diagrams]);
}

const INDEXES = {
  level: 'Requirements by level',
  capability: 'Requirements by capability',
  profile: 'Requirements by profile',
  release: 'Requirements by kernel release',
} as const;

const partName = ({ id }: Part): string => `part-${id}`;

function document(title: string, ...sections: readonly string[]): string {
  return [LICENCE, heading(0, textOf(title)), ...sections.filter((section) => section !== '')].join('\n\n') + '\n';
}

const textOf = (text: string): string => joinPieces([textPiece(text)]);

function toctree(names: readonly string[], depth: number): string {
  return [`.. toctree::`, `   :maxdepth: ${depth}`, '', ...names.map((name) => `   ${name}`)].join('\n');
}

function indexDocument(specification: Specification, context: RstContext): string {
  const { front, version, digest, totals, parts, companions } = specification;
  return document(
    front.title,
    paragraph(textOf(front.subtitle)),
    field('Version', [textPiece(version)]),
    field('Digest', [literalPiece(digest)]),
    field('Holds', [
      textPiece(
        `${totals.requirements} requirements, ${totals.scenarios} scenarios, ${totals.laws} laws, ${totals.defects} seeded defects`,
      ),
    ]),
    blocksText(front.abstract, context),
    toctree(['about', ...parts.map(partName)], 2),
    toctree(
      [...companions.map(({ id }) => id), ...Object.keys(INDEXES).map((key) => `index-${key}`), 'glossary', 'changes'],
      1,
    ),
  ).replace(/\n\n(?=:(?:Digest|Holds):)/g, '\n');
}

function aboutDocument({ front }: Specification, context: RstContext): string {
  return document(
    'About this document',
    ...front.sections.flatMap(({ title, content }) => [heading(1, textOf(title)), blocksText(content, context)]),
  );
}

function partDocument(part: Part, context: RstContext): string {
  return document(
    part.title,
    blocksText(part.introduction, context),
    toctree(
      part.chapters.map(({ id }) => id),
      1,
    ),
  );
}

function chapterDocument(chapter: Chapter, context: RstContext): string {
  const labelled = `.. _${chapterLabel(chapter.id)}:`;
  const inside = { ...context, depth: 2 };
  return [
    LICENCE,
    labelled,
    heading(0, textOf(chapter.title)),
    ...(chapter.summary === '' ? [] : [paragraph(joinPieces([markedPiece('*', chapter.summary)]))]),
    blocksText(chapter.introduction, inside),
    ...chapter.sections.flatMap((section) => {
      const depth = section.title === '' ? 1 : 2;
      return [
        section.title === '' ? '' : heading(1, textOf(section.title)),
        blocksText(section.introduction, inside),
        ...section.requirements.flatMap((requirement) => requirementTexts(requirement, depth, context)),
      ];
    }),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
    .concat('\n');
}

function requirementTexts(requirement: RequirementEntry, depth: number, context: RstContext): readonly string[] {
  const { id, title, level, statement, rationale, examples, laws } = requirement;
  return [
    `.. _${id}:`,
    heading(depth, textOf(`${id}: ${title}`)),
    paragraph(joinPieces([markedPiece('**', level)]) + '. ' + inlineText(statement, context)),
    paragraph(`${joinPieces([markedPiece('*', 'Rationale:')])} ${inlineText(rationale, context)}`),
    facts(requirement),
    ...exampleTexts(examples),
    ...exampleTexts(laws),
  ];
}

function facts(requirement: RequirementEntry): string {
  const { needs, sources, verification, profiles, defects, verdicts } = requirement;
  const { words, name } = beginningOf(requirement);
  const fields: (readonly [string, readonly Piece[]])[] = [
    ['Needs', needs.flatMap(({ id }, index) => separated(index, ', ', [literalPiece(id)]))],
    ['Since', name === undefined ? [textPiece(words)] : [textPiece(`${words}, `), literalPiece(name)]],
    ['Sources', sources.flatMap((source, index) => separated(index, '; ', sourcePieces(source)))],
    ['Shown by', [textPiece(verification.join(', '))]],
    [
      'Profiles',
      profiles.flatMap(({ id, level }, index) => separated(index, ', ', [literalPiece(id), textPiece(` (${level})`)])),
    ],
    [
      'Defects',
      defects.flatMap(({ id, title }, index) =>
        separated(index, '; ', [textPiece(`${title} (`), literalPiece(id), textPiece(')')]),
      ),
    ],
    [
      'Verdicts',
      verdicts.flatMap(({ target, verdict, isWarning, reason }, index) =>
        separated(index, '; ', [
          literalPiece(target.id),
          textPiece(` ${verdict}${isWarning ? ', a warning' : ''}${reason === '' ? '' : ` (${reason})`}`),
        ]),
      ),
    ],
  ];
  return fields
    .filter(([, pieces]) => pieces.length > 0)
    .map(([name, pieces]) => field(name, pieces))
    .join('\n');
}

function field(name: string, pieces: readonly Piece[]): string {
  return hang(`:${name}: `, paragraph(joinPieces(pieces))).replace(/\n +/g, '\n   ');
}

function separated(index: number, mark: string, pieces: readonly Piece[]): readonly Piece[] {
  return index === 0 ? pieces : [textPiece(mark), ...pieces];
}

function sourcePieces({ title, section, url }: Source): readonly Piece[] {
  const name = url === undefined ? textPiece(title) : linkPiece(url, title);
  return section === undefined ? [name] : [name, textPiece(`, ${section}`)];
}

function exampleTexts(examples: readonly Example[]): readonly string[] {
  return examples.map((example) => literalBlock(exampleText(example))).filter((text) => text !== '');
}

function requirementIndex(title: string, entries: readonly IndexEntry[], context: RstContext): string {
  return document(
    title,
    ...entries.flatMap((entry) => [
      heading(1, textOf(entry.title)),
      ...(entry.description === '' ? [] : [paragraph(textOf(entry.description))]),
      paragraph(
        joinPieces(
          entry.requirements.flatMap(({ requirement: { id, level: own }, level }, index) =>
            separated(index, ', ', [
              context.labels.has(id) ? referencePiece(id, id) : textPiece(id),
              ...(level === own ? [] : [textPiece(` (${level})`)]),
            ]),
          ),
        ),
      ),
    ]),
  );
}

function glossaryDocument({ glossary }: Specification, context: RstContext): string {
  const terms = new Map(glossary.map(({ id, term }) => [id, term]));
  return document(
    'Glossary',
    ...glossary.map(({ id, term, also, definition, see }) => {
      const forms = also.length === 0 ? '' : paragraph(textOf(`Also: ${also.join(', ')}.`), '   ');
      const others = see.flatMap((other, index) =>
        separated(index, ', ', [referencePiece(termLabel(other), terms.get(other) ?? other)]),
      );
      return [
        `.. _${termLabel(id)}:\n`,
        paragraph(joinPieces([markedPiece('**', term)])),
        [
          blocksText(definition, context, '   '),
          forms,
          ...(others.length === 0
            ? []
            : [paragraph(joinPieces([textPiece('See '), ...others, textPiece('.')]), '   ')]),
        ]
          .filter((text) => text !== '')
          .join('\n\n'),
      ].join('\n');
    }),
  );
}

function changesDocument(changes: readonly VersionChanges[], context: RstContext): string {
  const list = (title: string, lines: readonly (readonly Piece[])[]): readonly string[] =>
    lines.length === 0
      ? []
      : [paragraph(`${textOf(title)}:`), lines.map((pieces) => hang('* ', paragraph(joinPieces(pieces)))).join('\n')];
  const named = ({ id, title }: { readonly id: string; readonly title: string }): readonly Piece[] => [
    context.labels.has(id) ? referencePiece(id, id) : textPiece(id),
    textPiece(`: ${title}`),
  ];
  return document(
    'Changes',
    ...changes.flatMap(({ version, date, since, summary, added, removed, changed }) => [
      heading(1, textOf(`${version}${date === '' ? ', not published yet' : `, ${date}`}`)),
      blocksText(summary, context),
      // Of a first version every requirement would be new.
      ...(since === ''
        ? []
        : [
            ...list(`Added since ${since}`, added.map(named)),
            ...list(`Removed since ${since}`, removed.map(named)),
            ...list(
              `Changed since ${since}`,
              changed.map((one) => [...named(one), textPiece(` (${one.members.join(', ')})`)]),
            ),
          ]),
    ]),
  );
}
