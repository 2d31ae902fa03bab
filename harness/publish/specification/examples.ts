/** Scenarios as they are written, outlines with their tables, by the requirement that they show. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { slashed, type Suite } from '../../runner/project.js';
import { featureFiles, parseFault } from '../../runner/scenarios.js';
import { UsageError } from '../../runner/usage.js';
import type { Example, Step } from './model.js';

export interface TaggedExample {
  readonly example: Example;
  readonly requirements: readonly string[];
  readonly isLaw: boolean;
  /** Scenarios that run: one for each row of an outline. */
  readonly count: number;
}

/** What is read of the parser's tree (@cucumber/messages), member by member. */
interface DocumentNode {
  readonly feature?: {
    readonly name: string;
    readonly tags: readonly TagNode[];
    readonly children: readonly (ChildNode & { readonly rule?: RuleNode })[];
  };
}

interface TagNode {
  readonly name: string;
}

interface RuleNode {
  readonly tags: readonly TagNode[];
  readonly children: readonly ChildNode[];
}

interface ChildNode {
  readonly background?: { readonly steps: readonly StepNode[] };
  readonly scenario?: ScenarioNode;
}

interface ScenarioNode {
  readonly name: string;
  readonly location: { readonly line: number };
  readonly tags: readonly TagNode[];
  readonly steps: readonly StepNode[];
  readonly examples: readonly TableNode[];
}

interface TableNode {
  readonly name: string;
  readonly tags: readonly TagNode[];
  readonly tableHeader?: RowNode;
  readonly tableBody: readonly RowNode[];
}

interface RowNode {
  readonly cells: readonly { readonly value: string }[];
}

interface StepNode {
  readonly keyword: string;
  readonly text: string;
  readonly dataTable?: { readonly rows: readonly RowNode[] };
  readonly docString?: { readonly content: string };
}

const REQUIREMENT_TAG = /^@([A-Z]+(?:-[A-Z0-9]+)*-\d{3})$/;
const NEEDS_TAG = '@needs:';

/** @throws UsageError with file, line and column where a feature is not Gherkin. */
export async function readExamples(suite: Suite): Promise<readonly TaggedExample[]> {
  const { Parser, AstBuilder, GherkinClassicTokenMatcher } = await import('@cucumber/gherkin');
  const { IdGenerator } = await import('@cucumber/messages');
  const parser = new Parser(new AstBuilder(IdGenerator.incrementing()), new GherkinClassicTokenMatcher());
  const faults: string[] = [];
  const examples = featureFiles(suite).flatMap((file) => {
    const uri = slashed(relative(suite.root, file));
    try {
      return examplesOf(parser.parse(readFileSync(file, 'utf8')), uri);
    } catch (error) {
      faults.push(parseFault(uri, error instanceof Error ? error.message : String(error)));
      return [];
    }
  });
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return examples;
}

function examplesOf({ feature }: DocumentNode, uri: string): readonly TaggedExample[] {
  if (feature === undefined) return [];
  const found: TaggedExample[] = [];
  const walk = (
    children: readonly (ChildNode & { readonly rule?: RuleNode })[],
    inherited: readonly TagNode[],
    before: readonly Step[],
  ): void => {
    let background = before;
    for (const child of children) {
      if (child.background !== undefined) background = [...background, ...child.background.steps.map(stepOf)];
      if (child.scenario !== undefined) {
        const tags = [...inherited, ...child.scenario.tags].map(({ name }) => name);
        found.push(...variantsOf(child.scenario, tags).map((one) => tagged(one, uri, feature.name, background)));
      }
      if (child.rule !== undefined) walk(child.rule.children, [...inherited, ...child.rule.tags], background);
    }
  };
  walk(feature.children, feature.tags, []);
  return found;
}

interface Variant {
  readonly scenario: ScenarioNode;
  readonly tables: readonly TableNode[];
  readonly tags: readonly string[];
}

/** Tables of one outline may show different requirements: then it stands at each with the tables that are for it. */
function variantsOf(scenario: ScenarioNode, tags: readonly string[]): readonly Variant[] {
  if (scenario.examples.every((table) => table.tags.length === 0))
    return [{ scenario, tables: scenario.examples, tags }];
  return scenario.examples.map((table) => ({
    scenario,
    tables: [table],
    tags: [...tags, ...table.tags.map(({ name }) => name)],
  }));
}

function tagged(
  { scenario, tables, tags }: Variant,
  uri: string,
  feature: string,
  background: readonly Step[],
): TaggedExample {
  const isOutline = tables.length > 0;
  return {
    example: {
      kind: isOutline ? 'outline' : 'scenario',
      name: scenario.name,
      uri,
      line: scenario.location.line,
      feature,
      background,
      steps: scenario.steps.map(stepOf),
      tables: tables.map(({ name, tableHeader, tableBody }) => ({
        name,
        header: tableHeader?.cells.map(({ value }) => value) ?? [],
        rows: tableBody.map(({ cells }) => cells.map(({ value }) => value)),
      })),
      needs: tags.filter((tag) => tag.startsWith(NEEDS_TAG)).map((tag) => tag.slice(NEEDS_TAG.length)),
    },
    requirements: tags.flatMap((tag) => REQUIREMENT_TAG.exec(tag)?.slice(1) ?? []),
    isLaw: tags.includes('@law'),
    count: isOutline ? tables.reduce((sum, { tableBody }) => sum + tableBody.length, 0) : 1,
  };
}

const stepOf = ({ keyword, text, dataTable, docString }: StepNode): Step => ({
  keyword: keyword.trim(),
  text,
  table: dataTable?.rows.map(({ cells }) => cells.map(({ value }) => value)) ?? [],
  docString: docString?.content ?? '',
});
