/** From which kernel release on a requirement can be asked, and what is said where there is no such release. */
import type { RequirementEntry } from './model.js';

/** Where a requirement begins, as every format says it: words, and a name to set as code. */
export interface Beginning {
  readonly words: string;
  readonly name?: string;
}

export function beginningOf({
  since,
  introducedBy,
  isOwnDesign,
}: Pick<RequirementEntry, 'since' | 'introducedBy' | 'isOwnDesign'>): Beginning {
  if (since !== undefined)
    return { words: `Linux ${since}`, ...(introducedBy === undefined ? {} : { name: introducedBy }) };
  return { words: isOwnDesign ? 'no kernel release: nicspec’s own design' : 'not recorded' };
}

/** Less than nothing if the first is the older one: 2.6.9 is before 2.6.32, and 4.9 before 4.20. */
export const compareReleases = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
