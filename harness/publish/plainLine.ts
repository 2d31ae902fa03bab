/** Text from anywhere, made fit for a line of a text format. */

/** Control characters, and what Python's `str.splitlines` and some editors take for the end of a line. */
// eslint-disable-next-line no-control-regex -- these characters are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g;

/** Half of a surrogate pair cannot be encoded. */
const HALVES = /\p{Surrogate}/gu;

/** One line without control characters. */
export function plainLine(text: string): string {
  return text.replace(HALVES, '\ufffd').replace(CONTROLS, ' ');
}

/** The lines of a text, each without control characters. */
export function plainLines(text: string): readonly string[] {
  return text.split(/\r\n?|\n/).map((line) => plainLine(line.replaceAll('\t', '    ')));
}
