/**
 * cucumber.html: the page of cucumber's own formatter, for people who know it. Made from the results like every other report, and
 * not as cucumber runs, so that a resumed or merged run has one too: the results are written as the messages that the page reads.
 */
import { CucumberHtmlStream } from '@cucumber/html-formatter';
import type { StepRecord } from '../runner/records.js';
import type { Results, ScenarioResult } from '../runner/results.js';

export async function renderCucumberPage(results: Results): Promise<string> {
  const stream = new CucumberHtmlStream();
  const chunks: string[] = [];
  stream.on('data', (chunk: unknown) => chunks.push(String(chunk)));
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('error', reject);
  });
  for (const envelope of messagesOf(results)) stream.write(envelope);
  stream.end();
  await ended;
  return chunks.join('');
}

/** One message of @cucumber/messages; the page's script is what checks it. */
type Message = Readonly<Record<string, unknown>>;

const RUN = 'run';

function* messagesOf(results: Results): Generator<Message> {
  const start = Date.parse(results.startedAt);
  const scenarios = results.scenarios.filter(({ probeOf }) => probeOf.length === 0);
  yield { meta: metaOf(results) };
  for (const [uri, own] of byFeature(scenarios)) yield* featureMessages(uri, own);
  yield { testRunStarted: { id: RUN, timestamp: timestamp(start) } };
  for (const scenario of scenarios) yield { testCase: testCaseOf(scenario) };
  let now = start;
  for (const scenario of scenarios) {
    yield* executionMessages(scenario, now);
    now += scenario.durationMs;
  }
  const success = results.summary.conforms;
  yield { testRunFinished: { testRunStartedId: RUN, timestamp: timestamp(now), success } };
}

function metaOf({ nicspec, node, target }: Results): Message {
  return {
    protocolVersion: '32.3.1',
    implementation: { name: 'nicspec', version: nicspec },
    runtime: { name: 'node.js', version: node },
    os: { name: target },
    cpu: { name: '' },
  };
}

function byFeature(scenarios: readonly ScenarioResult[]): Map<string, ScenarioResult[]> {
  const features = new Map<string, ScenarioResult[]>();
  for (const scenario of scenarios) features.set(scenario.uri, [...(features.get(scenario.uri) ?? []), scenario]);
  return features;
}

function* featureMessages(uri: string, scenarios: readonly ScenarioResult[]): Generator<Message> {
  const name = scenarios[0]?.feature ?? uri;
  yield { source: { uri, data: `Feature: ${name}\n`, mediaType: 'text/x.cucumber.gherkin+plain' } };
  yield {
    gherkinDocument: {
      uri,
      comments: [],
      feature: {
        location: { line: 1 },
        tags: [],
        language: 'en',
        keyword: 'Feature',
        name,
        description: '',
        children: scenarios.map(featureChild),
      },
    },
  };
  for (const scenario of scenarios) {
    yield {
      pickle: {
        id: scenario.id,
        uri,
        name: scenario.name,
        language: 'en',
        location: { line: scenario.line },
        astNodeIds: [astId(scenario)],
        tags: tagsOf(scenario).map(({ name: tag, id }) => ({ name: tag, astNodeId: id })),
        steps: stepsOf(scenario).map((step, index): Message => {
          return { id: pickleStepId(scenario, index), text: step.text, astNodeIds: [astStepId(scenario, index)] };
        }),
      },
    };
  }
}

function featureChild(scenario: ScenarioResult): Message {
  const location = { line: scenario.line };
  return {
    scenario: {
      id: astId(scenario),
      location,
      tags: tagsOf(scenario),
      keyword: 'Scenario',
      name: scenario.name,
      description: '',
      examples: [],
      steps: stepsOf(scenario).map((step, index): Message => {
        return { id: astStepId(scenario, index), location, keyword: `${step.keyword} `, text: step.text };
      }),
    },
  };
}

function tagsOf({
  id,
  requirements,
  isLaw,
  line,
}: ScenarioResult): { readonly id: string; readonly name: string; readonly location: Message }[] {
  const names = [...requirements, ...(isLaw ? ['law'] : [])];
  return names.map((name) => ({ id: `${id} tag ${name}`, name: `@${name}`, location: { line } }));
}

/** A scenario that was not run has one step, which says why. */
function stepsOf({ steps, outcome, reason }: ScenarioResult): readonly StepRecord[] {
  return steps.length > 0 ? steps : [{ keyword: '*', text: `${outcome}: ${reason}`, status: 'skipped', message: '' }];
}

function testCaseOf(scenario: ScenarioResult): Message {
  const testSteps = stepsOf(scenario).map((_, index): Message => {
    return { id: testStepId(scenario, index), pickleStepId: pickleStepId(scenario, index), stepDefinitionIds: [] };
  });
  return { id: testCaseId(scenario), testRunStartedId: RUN, pickleId: scenario.id, testSteps };
}

function* executionMessages(scenario: ScenarioResult, start: number): Generator<Message> {
  const id = `${testCaseId(scenario)} started`;
  const [begin, end] = [timestamp(start), timestamp(start + scenario.durationMs)];
  yield { testCaseStarted: { id, testCaseId: testCaseId(scenario), attempt: 0, timestamp: begin } };
  for (const [index, step] of stepsOf(scenario).entries()) {
    const place = { testCaseStartedId: id, testStepId: testStepId(scenario, index) };
    yield { testStepStarted: { ...place, timestamp: begin } };
    const duration = { seconds: 0, nanos: 0 };
    const result = {
      status: step.status.toUpperCase(),
      duration,
      ...(step.message === '' ? {} : { message: step.message }),
    };
    yield { testStepFinished: { ...place, testStepResult: result, timestamp: end } };
  }
  yield { testCaseFinished: { testCaseStartedId: id, timestamp: end, willBeRetried: false } };
}

function timestamp(milliseconds: number): Message {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}

const astId = ({ id }: ScenarioResult): string => `${id} scenario`;
const astStepId = ({ id }: ScenarioResult, index: number): string => `${id} step ${index}`;
const pickleStepId = ({ id }: ScenarioResult, index: number): string => `${id} pickle step ${index}`;
const testCaseId = ({ id }: ScenarioResult): string => `${id} test case`;
const testStepId = ({ id }: ScenarioResult, index: number): string => `${id} test step ${index}`;
