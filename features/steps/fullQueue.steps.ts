/** A queue of a port that has no room any more: what is refused, who is told, and where it is counted. */
import { Given, Then, When } from '@cucumber/cucumber';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import { SOMEBODY_ELSE, numberedFrame } from '../properties/numberedFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import { filterClient } from './filterControl.js';
import { ringNotes } from './rings.steps.js';
import { accepted, linkStatistics } from './settings.js';
import type { NicWorld } from './world.js';

const TC_H_ROOT = 0xffff_ffff;
/** More than the smallest ring and the queue behind it hold. */
const MOST_FRAMES = 8192;

interface FullQueue {
  errno: number;
  drops: number;
  txDropped: number;
}

const fullQueue = (world: NicWorld): FullQueue =>
  world.note('a queue that is full', () => ({ errno: 0, drops: 0, txDropped: 0 }));

async function rootDrops(world: NicWorld): Promise<number> {
  const all = accepted(await (await filterClient(world)).qdiscs(world.port.ifIndex), 'listing queue disciplines');
  const root = all.find(({ parent }) => parent === TC_H_ROOT);
  expectThat(root !== undefined, 'the port has no root queue discipline');
  return root.drops;
}

Given('{int} frames may wait for the port', async function (this: NicWorld, length: number) {
  accepted(await (await this.route()).setLink(this.port.ifIndex, { IFLA_TXQLEN: length }), 'a length of the queue');
});

When('the host sends frames of one flow one by one until one is refused', async function (this: NicWorld) {
  const note = fullQueue(this);
  note.drops = await rootDrops(this);
  note.txDropped = (await linkStatistics(this)).tx_dropped;
  const notes = ringNotes(this);
  const [host] = [await this.host(), await this.wire()];
  for (let tries = 0; tries < MOST_FRAMES; tries++) {
    const bytes = numberedFrame({
      destination: SOMEBODY_ELSE,
      source: this.port.address,
      number: notes.sentCount,
    });
    const sent = await host.send([{ bytes }]);
    if (!sent.ok) {
      note.errno = sent.errno;
      return;
    }
    notes.sentCount++;
  }
});

Then('it was refused with ENOBUFS', function (this: NicWorld) {
  const { errno } = fullQueue(this);
  expectThat(errno !== 0, 'nothing was refused');
  expectThat(errnoName(errno) === 'ENOBUFS', `it was refused with ${errnoName(errno)}`);
});

Then('the queue discipline of the port counts {int} drop(s) more', async function (this: NicWorld, count: number) {
  expectNumber((await rootDrops(this)) - fullQueue(this).drops, count, 'drops of the queue discipline');
});

Then('tx_dropped did not grow', async function (this: NicWorld) {
  expectNumber((await linkStatistics(this)).tx_dropped, fullQueue(this).txDropped, 'tx_dropped');
});
