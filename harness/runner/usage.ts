/** The command, a name or a file is wrong: exit code 2. The message says what is wrong and what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A longer list tells nobody anything. */
const MOST_LISTED = 40;

/** `no profile is called "server-nik"; did you mean server-nic?`, with the list of names where none is near. */
export function unknownName(kind: string, name: string, known: readonly string[]): UsageError {
  const near = nearestName(name, known);
  const list =
    known.length === 0
      ? 'there is none'
      : known.length > MOST_LISTED
        ? `${known.length} are known`
        : `known: ${known.join(', ')}`;
  const hint = near === undefined ? list : `did you mean ${near}?`;
  return new UsageError(`no ${kind} is called "${name}"; ${hint}`);
}

/** The known name that is reached with the fewest changes, unless it is another word altogether. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (nearest === undefined || distance < nearest.distance) nearest = { name: candidate, distance };
  }
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return nearest !== undefined && nearest.distance <= limit ? nearest.name : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
