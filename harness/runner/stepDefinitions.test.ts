/** Each step of the features means one thing: cucumber says so when a scenario is run, this says so of all of them at once. */
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSuite } from './cucumber.js';
import { NICSPEC_SUITE, PROJECT_ROOT } from './project.js';
import { readScenarios } from './scenarios.js';

/** What cucumber's library has in it; the type that it exports says nothing of that. */
interface StepLibrary {
  readonly stepDefinitions: readonly {
    readonly uri: string;
    readonly line: number;
    matchesStepName(text: string): boolean;
  }[];
}

/** Thousands of steps among thousands of expressions. */
const LONGEST_MS = 120_000;

describe('the steps of the features', () => {
  it(
    'have one definition each',
    async () => {
      const [loaded, scenarios] = await Promise.all([loadSuite(NICSPEC_SUITE), readScenarios(NICSPEC_SUITE)]);
      const { stepDefinitions } = loaded.library as unknown as StepLibrary;
      const places = new Map(
        scenarios.flatMap(({ id, steps }) => steps.map(({ text }): [string, string] => [text, id])),
      );
      const wrong: string[] = [];
      for (const [text, place] of places) {
        const meant = stepDefinitions.filter((definition) => definition.matchesStepName(text));
        if (meant.length === 1) continue;
        const files = meant.map(({ uri, line }) => `${relative(PROJECT_ROOT, uri)}:${line}`);
        wrong.push(`${place}: "${text}" is ${meant.length === 0 ? 'nowhere' : files.join(' and ')}`);
      }
      expect(places.size).toBeGreaterThan(1000);
      expect(wrong.join('\n')).toBe('');
    },
    LONGEST_MS,
  );
});
