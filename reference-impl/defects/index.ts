import type { Defect } from './defect.js';
import { groDefects } from './gro.js';
import { headerSplitDefects } from './headerSplit.js';
import { ntupleDefects } from './ntuple.js';
import { rssDefects } from './rss.js';
import { rssContextDefects } from './rssContexts.js';
import { statisticsDefects } from './statistics.js';
import { timestampDefects } from './timestamps.js';

export type { Defect } from './defect.js';

/** Every seeded defect, by area. `nicspec defects` runs the suite against each of them. */
export const defects: readonly Defect[] = [
  ...groDefects,
  ...headerSplitDefects,
  ...ntupleDefects,
  ...rssDefects,
  ...rssContextDefects,
  ...statisticsDefects,
  ...timestampDefects,
];
