/** One thing, one name: texts of the specification do not use the words that the glossary has another one for. */
import type { TraceError } from '../../runner/trace.js';

/** A term of the glossary, and the words that it stands for. */
export interface TermRule {
  readonly term: string;
  readonly insteadOf?: readonly string[];
}

/** `texts`: where each stands, and what it says, as Markdown. What is in code is a name of the kernel's, and free. */
export function termErrors(
  rules: readonly TermRule[],
  texts: readonly (readonly [place: string, text: string])[],
): readonly TraceError[] {
  const terms = new Map(
    rules.flatMap(({ term, insteadOf = [] }) => insteadOf.map((word) => [keyOf(word), term] as const)),
  );
  if (terms.size === 0) return [];
  const words = [...terms.keys()].sort((a, b) => b.length - a.length).map(patternOf);
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}_-])(?:${words.join('|')})(?![\p{L}\p{N}_-])`, 'giu');
  return texts.flatMap(([place, text]) => {
    const found = new Map([...withoutCode(text).matchAll(pattern)].map(([word]) => [keyOf(word), word]));
    return [...found].map(([key, word]) => ({
      place,
      message: `"${word.replace(/\s+/g, ' ')}" has another name here: ${terms.get(key) ?? ''}`,
    }));
  });
}

const keyOf = (word: string): string => word.toLowerCase().replace(/\s+/g, ' ');

function patternOf(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`).replaceAll(' ', String.raw`\s+`);
}

function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?```|`[^`]*`/g, ' ');
}
