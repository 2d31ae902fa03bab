import type { Results } from '../runner/results.js';

/** results.json: two blanks deep, a line break at the end. */
export function renderJson(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}
