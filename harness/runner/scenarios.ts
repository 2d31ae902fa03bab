/** Scenarios as they are written: one for each example, with what its tags say. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type {
  CucumberMessage,
  DocumentMessage,
  PickleMessage,
  PickleStepMessage,
  ScenarioMessage,
  StepMessage,
} from './messages.js';
import { filesBelow, slashed, type Suite } from './project.js';
import { UsageError } from './usage.js';

export interface PlannedScenario {
  /** `features/nic/rss.feature:31`, with the example's line behind it where there is one. */
  readonly id: string;
  readonly pickleId: string;
  readonly name: string;
  /** Title of the feature. */
  readonly feature: string;
  readonly uri: string;
  readonly line: number;
  /** Ids of the requirements that its tags name. */
  readonly requirements: readonly string[];
  /** Capabilities that its own `@needs:` tags name. */
  readonly needs: readonly string[];
  readonly isLaw: boolean;
  readonly tags: readonly string[];
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly id: string;
  /** `Given`, without the blank. */
  readonly keyword: string;
  readonly text: string;
  /** The text or the table below it; empty where there is none. */
  readonly argument: string;
}

const REQUIREMENT_TAG = /^@([A-Z]+(?:-[A-Z0-9]+)*-\d{3})$/;
const NEEDS_TAG = '@needs:';

/** A member of an enum whose two copies, of ES and CommonJS modules, TypeScript takes for different. */
const GHERKIN: string = 'text/x.cucumber.gherkin+plain';

/** What cucumber makes of one example, with the document that it comes from. */
export function planScenario(pickle: PickleMessage, document: DocumentMessage): PlannedScenario {
  const index = indexOf(document);
  const [scenarioNode = '', exampleNode] = pickle.astNodeIds;
  const line = index.scenarioLines.get(scenarioNode) ?? 0;
  const exampleLine = exampleNode === undefined ? undefined : index.exampleLines.get(exampleNode);
  const uri = slashed(pickle.uri);
  const tags = pickle.tags.map(({ name }) => name);
  return {
    id: `${uri}:${line}${exampleLine === undefined ? '' : `:${exampleLine}`}`,
    pickleId: pickle.id,
    name: pickle.name,
    feature: document.feature?.name ?? '',
    uri,
    line: exampleLine ?? line,
    requirements: tags.flatMap((tag) => REQUIREMENT_TAG.exec(tag)?.slice(1) ?? []),
    needs: tags.filter((tag) => tag.startsWith(NEEDS_TAG)).map((tag) => tag.slice(NEEDS_TAG.length)),
    isLaw: tags.includes('@law'),
    tags,
    steps: pickle.steps.map(({ id, text, argument, astNodeIds: [node = ''] }) => ({
      id,
      keyword: index.keywords.get(node) ?? '',
      text,
      argument: argumentText(argument),
    })),
  };
}

/** A table as it is written, its columns in line. */
function argumentText(argument: PickleStepMessage['argument']): string {
  const rows = argument?.dataTable?.rows.map(({ cells }) => cells.map(({ value }) => value)) ?? [];
  if (rows.length === 0) return argument?.docString?.content ?? '';
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`).join('\n');
}

/** The absolute paths of a suite's features. */
export function featureFiles(suite: Suite): string[] {
  return filesBelow(suite.features, ['.feature']);
}

/**
 * Every scenario of a suite, without running any.
 * @throws UsageError with file, line and column where a feature is not Gherkin.
 */
export async function readScenarios(suite: Suite): Promise<PlannedScenario[]> {
  const { generateMessages } = await import('@cucumber/gherkin');
  const { IdGenerator } = await import('@cucumber/messages');
  const options = { newId: IdGenerator.incrementing(), includeGherkinDocument: true, includePickles: true };
  const scenarios: PlannedScenario[] = [];
  const faults: string[] = [];
  for (const file of featureFiles(suite)) {
    const uri = slashed(relative(suite.root, file));
    let document: DocumentMessage = {};
    for (const message of generateMessages(
      readFileSync(file, 'utf8'),
      uri,
      GHERKIN as never,
      options,
    ) as readonly CucumberMessage[]) {
      if (message.gherkinDocument) document = message.gherkinDocument;
      if (message.pickle) scenarios.push(planScenario(message.pickle, document));
      if (message.parseError) faults.push(parseFault(uri, message.parseError.message));
    }
  }
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return scenarios;
}

/** The parser writes `(12:3): expected …`. */
export function parseFault(uri: string, message: string): string {
  const [, line = '1', column = '1', text = message] = /^\((\d+):(\d+)\): ([^]*)$/.exec(message) ?? [];
  return `${uri}:${line}:${column}: ${text}`;
}

interface DocumentIndex {
  readonly scenarioLines: Map<string, number>;
  readonly exampleLines: Map<string, number>;
  readonly keywords: Map<string, string>;
}

const indexes = new WeakMap<DocumentMessage, DocumentIndex>();

function indexOf(document: DocumentMessage): DocumentIndex {
  let index = indexes.get(document);
  if (index === undefined) {
    index = { scenarioLines: new Map(), exampleLines: new Map(), keywords: new Map() };
    for (const child of document.feature?.children ?? []) {
      const inRule = child.rule?.children ?? [];
      for (const { background, scenario } of [child, ...inRule]) {
        if (background !== undefined) addKeywords(index, background.steps);
        if (scenario !== undefined) addScenario(index, scenario);
      }
    }
    indexes.set(document, index);
  }
  return index;
}

function addScenario(index: DocumentIndex, scenario: ScenarioMessage): void {
  index.scenarioLines.set(scenario.id, scenario.location.line);
  addKeywords(index, scenario.steps);
  for (const examples of scenario.examples) {
    for (const row of examples.tableBody) index.exampleLines.set(row.id, row.location.line);
  }
}

function addKeywords(index: DocumentIndex, steps: readonly StepMessage[]): void {
  for (const { id, keyword } of steps) index.keywords.set(id, keyword.trim());
}
