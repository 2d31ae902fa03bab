import type { Defect } from './defect.js';

export type { Defect } from './defect.js';

/** Every seeded defect, by area. `nicspec defects` runs the suite against each of them. */
export const defects: readonly Defect[] = [];
