/** Reads spec/document: what people wrote for the published specification. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesBelow } from '../../runner/project.js';
import { createChecker } from '../../runner/specFile.js';

/** spec/document, as it is written: Markdown is still text. */
export interface DocumentFiles {
  readonly chapters: ChaptersFile;
  readonly glossary: readonly WrittenTerm[];
  readonly front: WrittenFrontMatter;
  readonly changes: readonly WrittenVersion[];
  /** DOT sources by name. */
  readonly diagrams: ReadonlyMap<string, string>;
  /** By version: spec/document/versions/VERSION.json. */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
}

export interface ChaptersFile {
  readonly parts: readonly WrittenPart[];
  readonly companions: readonly WrittenCompanion[];
}

export interface WrittenPart {
  readonly id: string;
  readonly title: string;
  readonly introduction?: string;
  readonly chapters: readonly WrittenChapter[];
}

export interface WrittenChapter {
  readonly id: string;
  readonly title: string;
  readonly areas: readonly string[];
  /** Of no kernel, so that no release of one has what its requirements are about. */
  readonly ownDesign?: boolean;
  readonly summary?: string;
  readonly introduction?: string;
  readonly sections?: readonly WrittenSection[];
}

export interface WrittenSection {
  readonly id: string;
  readonly title: string;
  readonly areas?: readonly string[];
  readonly files?: readonly string[];
  readonly introduction?: string;
}

export interface WrittenCompanion {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly file: string;
}

export interface WrittenTerm {
  readonly term: string;
  readonly also?: readonly string[];
  readonly definition: string;
  readonly see?: readonly string[];
  /** Words that say the same by another name, which the specification does not use. */
  readonly insteadOf?: readonly string[];
}

export interface WrittenFrontMatter {
  readonly title: string;
  readonly subtitle: string;
  /** Release that the specification is written to, `6.12`. */
  readonly kernel: string;
  readonly abstract: string;
  readonly sections: readonly { readonly id: string; readonly title: string; readonly content: string }[];
}

export interface WrittenVersion {
  readonly version: string;
  readonly date?: string;
  readonly summary: string;
}

/** The requirements of a version, as far as its change log needs them. */
export type Snapshot = readonly {
  readonly id: string;
  readonly title: string;
  readonly level: string;
  readonly statement: string;
}[];

/** @throws UsageError with file, line, column, what is wrong and what would be right, for each fault. */
export function readDocumentFiles(specFolder: string): DocumentFiles {
  const folder = join(specFolder, 'document');
  const checker = createChecker(dirname(specFolder));
  // The schema has just been held against each file: that is what the types say.
  const files = {
    chapters: checker.read(join(folder, 'chapters.yaml'), 'chapters') as ChaptersFile,
    glossary: checker.read(join(folder, 'glossary.yaml'), 'glossary') as readonly WrittenTerm[],
    front: checker.read(join(folder, 'front-matter.yaml'), 'front-matter') as WrittenFrontMatter,
    changes: checker.read(join(folder, 'changes.yaml'), 'changes') as readonly WrittenVersion[],
  };
  checker.throwFaults();
  return {
    ...files,
    diagrams: new Map(
      filesBelow(join(folder, 'diagrams'), ['.dot']).map((file) => [
        basename(file, '.dot'),
        readFileSync(file, 'utf8'),
      ]),
    ),
    snapshots: new Map(
      files.changes.flatMap(({ version }) => {
        const file = join(folder, 'versions', `${version}.json`);
        return existsSync(file) ? [[version, JSON.parse(readFileSync(file, 'utf8')) as Snapshot]] : [];
      }),
    ),
  };
}
