/**
 * The published specification as a tree: what every renderer (HTML, reStructuredText, PDF, Markdown) draws from, and nothing else.
 * It is plain data, in reading order; whatever a renderer would have to look up stands where it is needed.
 */
import type { Level, Outcome } from '../../runner/records.js';
import type { CapabilityEntry } from '../../runner/spec.js';
import type { Block, Inline } from './prose.js';

export interface Specification {
  readonly front: FrontMatter;
  /** Version of the package, which is the specification's. */
  readonly version: string;
  /** SHA-256 over spec/ and features/: what a run was asked. */
  readonly digest: string;
  readonly parts: readonly Part[];
  /** Every requirement, in reading order. */
  readonly requirements: readonly RequirementEntry[];
  readonly indexes: Indexes;
  readonly glossary: readonly GlossaryTerm[];
  /** Newest first; the first is what has changed since the last version that was published. */
  readonly changes: readonly VersionChanges[];
  readonly companions: readonly Companion[];
  /** Runs whose verdicts are published, in the order of their names. */
  readonly targets: readonly PublishedTarget[];
  readonly diagrams: readonly Diagram[];
  /** Of the programming interface, those that requirements constrain; empty where there are no sources. */
  readonly declarations: readonly Declaration[];
  readonly totals: Totals;
}

/** A declaration of the programming interface, or a member of one. */
export interface Declaration {
  /** `HostTransmit.fragments` */
  readonly name: string;
  /** Ids, or `AREA-*`. */
  readonly requirements: readonly string[];
  /** Its place in the API reference, from the folder of the HTML pages; absent where the reference was not made. */
  readonly page?: string;
}

export interface FrontMatter {
  readonly title: string;
  readonly subtitle: string;
  /** Two or three sentences that say what the document is. */
  readonly abstract: readonly Block[];
  /** Status, versions, conformance language, how to read, how to cite. */
  readonly sections: readonly { readonly id: string; readonly title: string; readonly content: readonly Block[] }[];
}

export interface Totals {
  readonly requirements: number;
  readonly scenarios: number;
  readonly laws: number;
  readonly defects: number;
}

export interface Part {
  readonly id: string;
  readonly title: string;
  readonly introduction: readonly Block[];
  readonly chapters: readonly Chapter[];
}

export interface Chapter {
  /** Unique in the document; the name of its page. */
  readonly id: string;
  /** `3`, counted through the document. */
  readonly number: number;
  readonly title: string;
  /** One sentence for contents and search; empty where nobody has written it. */
  readonly summary: string;
  /** `NIC-CSUM`, … */
  readonly areas: readonly string[];
  readonly introduction: readonly Block[];
  readonly sections: readonly Section[];
}

export interface Section {
  /** Unique in its chapter. */
  readonly id: string;
  /** Empty: the requirements stand directly below the chapter. */
  readonly title: string;
  /** `3.1`; empty where the title is. */
  readonly number: string;
  readonly introduction: readonly Block[];
  readonly requirements: readonly RequirementEntry[];
}

export interface RequirementEntry {
  /** Also its anchor, in every format. */
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly statement: readonly Inline[];
  readonly rationale: readonly Inline[];
  /** The same without links, for search and for comparison. */
  readonly plainStatement: string;
  readonly needs: readonly CapabilityEntry[];
  /** First kernel release that has what the statement is about, where there is evidence of it. */
  readonly since: string | undefined;
  /** What came with that release: a name of the kernel's user API or driver API. */
  readonly introducedBy: string | undefined;
  /** It is about nicspec's own tool, which no kernel release has; such a requirement has no `since`. */
  readonly isOwnDesign: boolean;
  readonly sources: readonly Source[];
  readonly verification: readonly ('example' | 'law' | 'review')[];
  /** As they are written, with their examples; laws are not among them. */
  readonly examples: readonly Example[];
  readonly laws: readonly Example[];
  readonly defects: readonly DefectEntry[];
  /** Profiles that bind it, and at which level. */
  readonly profiles: readonly { readonly id: string; readonly title: string; readonly level: Level }[];
  /** One for each published target that was asked. */
  readonly verdicts: readonly PublishedVerdict[];
  readonly chapterId: string;
  readonly area: string;
  /** `spec/requirements/nic-checksum-transmit.yaml` */
  readonly file: string;
}

export interface Source {
  readonly title: string;
  readonly section?: string;
  readonly url?: string;
}

/** A scenario or an outline. */
export interface Example {
  readonly kind: 'scenario' | 'outline';
  readonly name: string;
  /** `features/nic/rss.feature` */
  readonly uri: string;
  readonly line: number;
  readonly feature: string;
  /** Steps of the background, which run before its own. */
  readonly background: readonly Step[];
  readonly steps: readonly Step[];
  /** Empty for a plain scenario. */
  readonly tables: readonly ExampleTable[];
  /** Capabilities that only this one needs. */
  readonly needs: readonly string[];
}

export interface Step {
  /** `Given`, `When`, … */
  readonly keyword: string;
  readonly text: string;
  /** Empty where there is none. */
  readonly table: readonly (readonly string[])[];
  readonly docString: string;
}

export interface ExampleTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface DefectEntry {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly origin: { readonly title: string; readonly url?: string };
}

export interface PublishedTarget {
  /** Unique: the target's name, with the profile where it was run with several. */
  readonly id: string;
  readonly target: string;
  readonly profile: string;
  readonly device: string;
  readonly kernel: string;
  readonly date: string;
  readonly conforms: boolean;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** The run was asked another version of the specification: verdicts of requirements whose text differs are left out. */
  readonly ofAnotherVersion: boolean;
  /** The results file, relative to where the command ran. */
  readonly file: string;
}

export interface PublishedVerdict {
  readonly target: PublishedTarget;
  readonly verdict: Outcome;
  readonly isWarning: boolean;
  readonly reason: string;
}

export interface GlossaryTerm {
  readonly id: string;
  readonly term: string;
  /** Other names and forms that mean the same: abbreviation, plural. */
  readonly also: readonly string[];
  readonly definition: readonly Block[];
  /** Ids of other terms. */
  readonly see: readonly string[];
}

export interface Indexes {
  readonly level: readonly IndexEntry[];
  readonly capability: readonly IndexEntry[];
  readonly profile: readonly IndexEntry[];
  /** `not recorded` last. */
  readonly release: readonly IndexEntry[];
}

export interface IndexEntry {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly requirements: readonly {
    readonly requirement: RequirementEntry;
    /** A profile may bind at another level. */
    readonly level: Level;
  }[];
}

/** What has changed in a version, computed by id from the versions that were kept. */
export interface VersionChanges {
  readonly version: string;
  /** `2026-11-26`; empty for what is not published yet. */
  readonly date: string;
  /** Of the version before; empty for the first. */
  readonly since: string;
  readonly summary: readonly Block[];
  readonly added: readonly RequirementTitle[];
  readonly removed: readonly RequirementTitle[];
  readonly changed: readonly (RequirementTitle & { readonly members: readonly ('title' | 'level' | 'statement')[] })[];
}

export interface RequirementTitle {
  readonly id: string;
  readonly title: string;
}

/** A document of its own beside the specification. */
export interface Companion {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** `docs/sr-iov.md` */
  readonly file: string;
  readonly content: readonly Block[];
}

export interface Diagram {
  readonly id: string;
  /** In the DOT language; colours are left to whoever draws it. */
  readonly source: string;
}
