/** `npm run bench`: prints rates and ratios. They are to be read, never asserted: machines differ. */
import { cpus } from 'node:os';
import { bridgeRows } from './bridge.bench.js';
import { formatRows, type BenchRow } from './benchRow.js';
import { eswitchRows } from './eswitch.bench.js';
import { labRows } from './lab.bench.js';
import { netfilterRows } from './netfilter.bench.js';
import { netlinkRows } from './netlink.bench.js';
import { nettoolRows } from './nettool.bench.js';
import { packetRows } from './packet.bench.js';
import { processRows } from './process.bench.js';
import { routingRows } from './routing.bench.js';
import { shellRows } from './shell.bench.js';
import { suiteRows } from './suite.bench.js';
import { switchRows } from './switch.bench.js';

/** A group of rows under a heading; the names of groups can be given as arguments. */
const GROUPS: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  packet: packetRows,
  switch: async () => [...(await switchRows()), ...(await bridgeRows())],
  routing: routingRows,
  netfilter: netfilterRows,
  eswitch: eswitchRows,
  suite: suiteRows,
  lab: labRows,
  shell: shellRows,
  nettool: nettoolRows,
  process: processRows,
  netlink: netlinkRows,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in GROUPS));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')}; there are: ${Object.keys(GROUPS).join(', ')}`);
  process.exit(2);
}
console.log(
  `Node.js ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} processors`,
);
console.log('ratio: how many times as fast as the thing named behind it\n');
for (const [name, rows] of Object.entries(GROUPS)) {
  if (asked.length === 0 || asked.includes(name)) console.log(`${name}\n${formatRows(await rows())}`);
}
