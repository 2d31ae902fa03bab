/** What every subject needs of the port: that it is up, its features, its MTU, and how the last request went. */
import { Given, Then, When } from '@cucumber/cucumber';
import { BROADCAST, SOMEBODY_ELSE, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { intoHost, ontoWire } from './exchange.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, expectRefusal, featureState, insistOnFeatures, setFeatures, setLink, setUp } from './settings.js';
import type { NicWorld } from './world.js';

Given('the port is up', async function (this: NicWorld) {
  await setUp(this, true);
});

When('the port is set down', async function (this: NicWorld) {
  await setUp(this, false);
});

When(/^the port is set up(?: again)?$/, async function (this: NicWorld) {
  await setUp(this, true);
});

When('the port is set down and up', async function (this: NicWorld) {
  await setUp(this, false);
  await setUp(this, true);
});

Given(/^the feature "([^"]+)" is (on|off)$/, async function (this: NicWorld, name: string, state: string) {
  await insistOnFeatures(this, { [name]: state === 'on' });
});

When(/^the feature "([^"]+)" is switched (on|off)$/, async function (this: NicWorld, name: string, state: string) {
  await setFeatures(this, { [name]: state === 'on' });
});

Then(/^the feature "([^"]+)" is (not )?in force$/, async function (this: NicWorld, name: string, not: string | null) {
  const { active } = await featureState(this);
  const expected = not === null;
  expectThat(active.has(name) === expected, `the feature ${name} is ${expected ? 'not in force' : 'in force'}`);
});

Given('an MTU of {int}', async function (this: NicWorld, mtu: number) {
  accepted(await setLink(this, { IFLA_MTU: mtu }), `setting an MTU of ${mtu}`);
});

Then(/^it is refused with (E[A-Z0-9]+)$/, function (this: NicWorld, errno: string) {
  expectRefusal(this, errno);
});

Then('it is accepted', function (this: NicWorld) {
  if (this.answer !== undefined) accepted(this.answer, 'it');
});

Then('frames pass in both directions', async function (this: NicWorld) {
  await expectTraffic(this, 10);
});

/** `count` frames each way, whole and in order. */
export async function expectTraffic(world: NicWorld, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const out = numbersOf((await ontoWire(world, numberedFrames(SOMEBODY_ELSE, count))).map(({ bytes }) => bytes));
  expectThat(sameNumbers(out, numbers), `of ${count} frames, these left: ${out.join(' ')}`);
  const into = numbersOf((await intoHost(world, numberedFrames(BROADCAST, count))).map(({ bytes }) => bytes));
  expectThat(sameNumbers(into, numbers), `of ${count} frames, these arrived: ${into.join(' ')}`);
  expectNumber(into.length, count, 'frames that arrived');
}

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
