/** Whether what a document shows is what came. */

/**
 * The first line of the shown ones that did not come, or null. They must come in their order; between two of them anything may come.
 * A line `…`, and `…` within a line, stand for anything. Durations (`1.3 s`) may be others; with `countsVary`, every number may.
 */
export function missingLine(shown: readonly string[], came: string, countsVary: boolean): string | null {
  const lines = came.split('\n').map((line) => line.trimEnd());
  let at = 0;
  for (const line of shown) {
    if (line.trim() === '' || line.trim() === '…') continue;
    const pattern = patternOf(line, countsVary);
    const found = lines.findIndex((candidate, index) => index >= at && pattern.test(candidate));
    if (found === -1) return line;
    at = found + 1;
  }
  return null;
}

const DURATION = String.raw`\d+(?:\.\d+)? ?(?:ms|s|min)\b`;
const PIECES = new RegExp(`(${DURATION}|…|\\d+|\\s+)`);

function patternOf(line: string, countsVary: boolean): RegExp {
  const pieces = line.trim().split(PIECES);
  const source = pieces.map((piece) => {
    if (piece === '…') return '.*';
    if (new RegExp(`^${DURATION}$`).test(piece)) return DURATION;
    if (/^\s+$/.test(piece)) return String.raw`\s+`;
    if (countsVary && /^\d+$/.test(piece)) return String.raw`\d+`;
    return piece.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  });
  return new RegExp(`^\\s*${source.join('')}$`);
}
