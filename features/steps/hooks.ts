import { After, Before, setDefaultTimeout } from '@cucumber/cucumber';
import { FrameMismatch } from './expectations.js';
import type { NicWorld } from './world.js';

/** A law on real hardware needs its time; a step on the model takes well under a millisecond. */
setDefaultTimeout(60_000);

Before(async function (this: NicWorld, { pickle }) {
  this.scenario = [pickle.uri, pickle.name, ...pickle.steps.map(({ text }) => text)].join('\n');
  await this.target.reset();
  this.session.newCase();
});

After(async function (this: NicWorld, { error }: { error?: unknown }) {
  if (error instanceof FrameMismatch) this.attachMismatch(error);
  await this.closeEnds();
});
