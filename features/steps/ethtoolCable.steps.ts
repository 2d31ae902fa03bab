/** Tests of the cable: what is announced, what the results say, and what the port does meanwhile. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { EthtoolClient } from '../../reference-impl/netlink/ethtoolClient.js';
import { isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { valuesOf } from '../properties/ethtoolRequests.js';
import { askOperation, lastReply } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { listenToEthtool } from './listening.js';
import { IFF_LOWER_UP, accepted, linkValues } from './settings.js';
import type { NicWorld } from './world.js';

const STARTED = 1;
const COMPLETED = 2;
const RESULT_OK = 1;
const RESULT_OPEN = 2;
/** So long a PHY may take; phylib asks it once a second. */
const TEST_MS = 30_000;

type Kind = 'CABLE_TEST' | 'CABLE_TEST_TDR';

interface CableNotes {
  listener: EthtoolClient | undefined;
  result: Values;
}
const cableNotes = (world: NicWorld): CableNotes =>
  world.note('cable test', () => ({ listener: undefined, result: {} }));

Given('the results of cable tests are listened to', async function (this: NicWorld) {
  cableNotes(this).listener = await listenToEthtool(this);
});

/** Announcements of the test that are there, or that come within the time. */
async function testNews(world: NicWorld, kind: Kind, withinMs: number): Promise<readonly Values[]> {
  const { listener } = cableNotes(world);
  expectThat(listener !== undefined, 'nobody listens');
  const news = await listener.announcements(withinMs);
  return news.filter(({ name }) => name === `${kind}_NTF`).map(({ values }) => values);
}
const statusOf = (kind: Kind, values: Values | undefined): number =>
  numberIn(values, `ETHTOOL_A_${kind}_NTF_STATUS`) ?? -1;
const nestOf = (kind: Kind, values: Values): Values => nestIn(values, `ETHTOOL_A_${kind}_NTF_NEST`) ?? {};

Then('the start of the test is announced', async function (this: NicWorld) {
  const [news] = await testNews(this, 'CABLE_TEST', this.quietMs);
  expectNumber(statusOf('CABLE_TEST', news), STARTED, 'status');
});

async function awaitResult(world: NicWorld, kind: Kind): Promise<Values> {
  for (let waited = 0; waited < TEST_MS; waited += 1000) {
    const news = await testNews(world, kind, 1000);
    const done = news.find((values) => statusOf(kind, values) === COMPLETED);
    if (done !== undefined) return nestOf(kind, done);
  }
  throw new Error('the test does not end');
}

Then(/^the result of the test is announced$/, async function (this: NicWorld) {
  cableNotes(this).result = await awaitResult(this, 'CABLE_TEST');
});

When('the cable is tested', async function (this: NicWorld) {
  await askOperation(this, 'CABLE_TEST_ACT');
  if (this.answer !== undefined) accepted(this.answer, 'a cable test');
  cableNotes(this).result = await awaitResult(this, 'CABLE_TEST');
});

When('a test of the cable is begun', async function (this: NicWorld) {
  await askOperation(this, 'CABLE_TEST_ACT');
});

const results = ({ result }: CableNotes): { readonly pair: number; readonly code: number }[] =>
  listIn(result, 'ETHTOOL_A_CABLE_NEST_RESULT')
    .filter(isValues)
    .map((one) => ({
      pair: numberIn(one, 'ETHTOOL_A_CABLE_RESULT_PAIR') ?? -1,
      code: numberIn(one, 'ETHTOOL_A_CABLE_RESULT_CODE') ?? -1,
    }));
const faults = ({ result }: CableNotes): { readonly pair: number; readonly cm: number }[] =>
  listIn(result, 'ETHTOOL_A_CABLE_NEST_FAULT_LENGTH')
    .filter(isValues)
    .map((one) => ({
      pair: numberIn(one, 'ETHTOOL_A_CABLE_FAULT_LENGTH_PAIR') ?? -1,
      cm: numberIn(one, 'ETHTOOL_A_CABLE_FAULT_LENGTH_CM') ?? -1,
    }));

Then('every pair is good, and no fault has a place', function (this: NicWorld) {
  const pairs = results(cableNotes(this));
  expectThat(pairs.length >= 2, `there are results of ${pairs.length} pairs`);
  for (const { pair, code } of pairs) expectNumber(code, RESULT_OK, `result of pair ${pair}`);
  expectNumber(faults(cableNotes(this)).length, 0, 'places of faults');
});

Then('every pair is open, each at a place', function (this: NicWorld) {
  const pairs = results(cableNotes(this));
  expectThat(pairs.length >= 2, `there are results of ${pairs.length} pairs`);
  for (const { pair, code } of pairs) expectNumber(code, RESULT_OPEN, `result of pair ${pair}`);
  const places = faults(cableNotes(this)).map(({ pair }) => pair);
  expectThat(
    places.join(' ') === pairs.map(({ pair }) => pair).join(' '),
    `places are told of pairs ${places.join(' ')}`,
  );
});

/** IF_OPER_TESTING. */
const TESTING = 4;

Then('the carrier is gone, and the port is being tested', async function (this: NicWorld) {
  const { values, flags } = await linkValues(this);
  expectThat((flags & IFF_LOWER_UP) === 0, 'there is a carrier');
  expectNumber(numberIn(values, 'IFLA_OPERSTATE') ?? -1, TESTING, 'operational state');
});

Then('the test has ended without results', async function (this: NicWorld) {
  const news = await testNews(this, 'CABLE_TEST', this.quietMs);
  const done = news.find((values) => statusOf('CABLE_TEST', values) === COMPLETED);
  expectThat(done !== undefined, 'the end of the test is not announced');
  expectNumber(Object.keys(nestOf('CABLE_TEST', done)).length, 0, 'results');
});

When(/^raw data of the cable is asked for: "(.*)"$/, async function (this: NicWorld, words: string) {
  await askOperation(this, 'CABLE_TEST_TDR_ACT', valuesOf('CABLE_TEST_TDR_ACT', words));
  if (this.answer !== undefined) accepted(this.answer, 'raw data');
  cableNotes(this).result = await awaitResult(this, 'CABLE_TEST_TDR');
});

const samples = ({ result }: CableNotes): { readonly pair: number; readonly mv: number }[] =>
  listIn(result, 'ETHTOOL_A_CABLE_TDR_NEST_AMPLITUDE')
    .filter(isValues)
    .map((one) => ({
      pair: numberIn(one, 'ETHTOOL_A_CABLE_AMPLITUDE_PAIR') ?? -1,
      mv: ((numberIn(one, 'ETHTOOL_A_CABLE_AMPLITUDE_mV') ?? 0) << 16) >> 16,
    }));

Then(/^there are (\d+) samples, all of pair (\d+)$/, function (this: NicWorld, count: string, pair: string) {
  const all = samples(cableNotes(this));
  expectNumber(all.length, Number(count), 'samples');
  for (const sample of all) expectNumber(sample.pair, Number(pair), 'the pair of a sample');
});

Then('the echo is where the test says that the cable is open', async function (this: NicWorld) {
  const [fault] = faults(cableNotes(this));
  expectThat(fault !== undefined, 'no place is told');
  const STEP = 50;
  await askOperation(
    this,
    'CABLE_TEST_TDR_ACT',
    valuesOf('CABLE_TEST_TDR_ACT', `FIRST 0, LAST 1000, STEP ${STEP}, PAIR ${fault.pair}`),
  );
  cableNotes(this).result = await awaitResult(this, 'CABLE_TEST_TDR');
  const all = samples(cableNotes(this));
  const loudest = all.reduce((best, { mv }, index) => (mv > (all[best]?.mv ?? 0) ? index : best), 0);
  expectThat((all[loudest]?.mv ?? 0) > 0, 'nothing comes back');
  const at = loudest * STEP;
  expectThat(Math.abs(at - fault.cm) <= STEP, `the echo is at ${at} cm, and the fault at ${fault.cm} cm`);
});

Then('the PHY is named, with its driver, behind the MAC', function (this: NicWorld) {
  const reply = lastReply(this);
  expectNumber(numberIn(reply, 'ETHTOOL_A_PHY_INDEX') ?? -1, 1, 'index');
  expectNumber(numberIn(reply, 'ETHTOOL_A_PHY_UPSTREAM_TYPE') ?? -1, 0, 'what is upstream');
  for (const name of ['NAME', 'DRVNAME'])
    expectThat((textIn(reply, `ETHTOOL_A_PHY_${name}`) ?? '') !== '', `the PHY has no ${name}`);
});

Then(
  /^the raw data begins at (\d+) cm, ends at (\d+) cm, and has steps of (\d+) cm$/,
  function (this: NicWorld, first: string, last: string, step: string) {
    const told = nestIn(cableNotes(this).result, 'ETHTOOL_A_CABLE_TDR_NEST_STEP');
    const at = (name: string): number => numberIn(told, `ETHTOOL_A_CABLE_STEP_${name}_DISTANCE`) ?? -1;
    expectNumber(at('FIRST'), Number(first), 'the first place');
    expectNumber(at('LAST'), Number(last), 'the last place');
    expectNumber(at('STEP'), Number(step), 'the step');
  },
);
