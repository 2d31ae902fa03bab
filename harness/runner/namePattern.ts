/** Does a name match? `*` stands for any text, `?` for one character; letter case does not count. */
export function matchesPattern(pattern: string, name: string): boolean {
  return expressionOf(pattern).test(name);
}

/** A pattern, and not the name of one thing. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  let expression = expressions.get(pattern);
  if (expression === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, 'i');
    expressions.set(pattern, expression);
  }
  return expression;
}
