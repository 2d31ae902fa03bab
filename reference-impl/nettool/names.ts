/** Names that somebody meant. */

/** Edit distance (Levenshtein), as far as `most`. */
function distance(a: string, b: string, most: number): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const row = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const cost = b[j - 1] === letter ? 0 : 1;
      row.push(Math.min((above[j] ?? most) + 1, (row[j - 1] ?? most) + 1, (above[j - 1] ?? most) + cost));
    }
    above = row;
  }
  return above[b.length] ?? most;
}

/** The name that is likely meant, or undefined. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const most = Math.max(2, Math.floor(name.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const far = candidate.startsWith(name) ? 1 : distance(name, candidate, most);
    if (far <= most && far < (best?.distance ?? Infinity)) best = { name: candidate, distance: far };
  }
  return best?.name;
}

/** So many names are told whole: who reads them need not be guessed at. */
const FEW = 4;

/** `known: a, b, c`, or the one that is likely meant. */
export function choicesText(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined || known.length <= FEW ? known.join(', ') : `${near} (one of ${known.length})`;
}
