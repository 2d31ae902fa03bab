/** What nettool changes inside a device, as other clients of devlink see it. */
import { Then, type DataTable } from '@cucumber/cucumber';
import type { DevlinkFormatted } from '../../reference-impl/netlink/devlinkClient.js';
import {
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { query, refusalText, type ActionReport } from '../../reference-impl/nettool/index.js';
import { dumped, indexOfPort, insist, ownPort, valueAt } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import { nettoolNotes, refusalsOf } from './nettoolControl.js';
import { actionNote, filled } from './nettoolTold.js';
import type { NicWorld } from './world.js';

const A = 'DEVLINK_ATTR_';
const at = (values: Values | undefined, name: string): number => numberIn(values, `${A}${name}`) ?? -1;

/** The port behind a handle. */
async function portBehind(world: NicWorld, handle: string): Promise<Values> {
  const index = Number(handle.split('/').at(-1));
  const port = (await dumped(world, 'PORT_GET')).find((values) => indexOfPort(values) === index);
  expectThat(port !== undefined, `there is no port ${handle}`);
  return port;
}

const written = (value: Value | undefined): string =>
  value instanceof Uint8Array
    ? [...value].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    : JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));

Then(/^the function behind (\([^)]+\)) has$/, async function (this: NicWorld, word: string, table: DataTable) {
  const port = await portBehind(this, await filled(this, word));
  for (const [name = '', expected = ''] of table.raw()) {
    const value = written(valueAt(port, `PORT_FUNCTION.${name}`));
    expectThat(value === expected, `its ${name} is ${value}`);
  }
});

const ROCE = 1;
const MIGRATABLE = 2;

async function capabilities(world: NicWorld, word: string): Promise<number> {
  const told = nestIn(await portBehind(world, await filled(world, word)), `${A}PORT_FUNCTION`);
  return numberIn(nestIn(told, 'DEVLINK_PORT_FN_ATTR_CAPS'), 'value') ?? -1;
}

Then(
  /^of the function behind (\([^)]+\)) migratable is on, and the others are what they were$/,
  async function (this: NicWorld, word: string) {
    expectNumber(await capabilities(this, word), ROCE | MIGRATABLE, 'capabilities that are on');
  },
);
Then(
  /^of the function behind (\([^)]+\)) migratable is off, and roce too$/,
  async function (this: NicWorld, word: string) {
    expectNumber(await capabilities(this, word), 0, 'capabilities that are on');
  },
);

const KINDS = ['static', 'dynamic'];
Then(
  /^the pool (\d+) has the size (\d+) and a (static|dynamic) threshold$/,
  async function (this: NicWorld, number: string, size: string, kind: string) {
    const pool = (await dumped(this, 'SB_POOL_GET')).find((values) => at(values, 'SB_POOL_INDEX') === Number(number));
    expectNumber(at(pool, 'SB_POOL_SIZE'), Number(size), 'its size');
    expectThat(KINDS[at(pool, 'SB_POOL_THRESHOLD_TYPE')] === kind, `it has no ${kind} threshold`);
  },
);

const atOwnPort = async (world: NicWorld, command: 'SB_PORT_POOL_GET' | 'SB_TC_POOL_BIND_GET'): Promise<Values[]> => {
  const port = indexOfPort(await ownPort(world));
  return (await dumped(world, command)).filter((values) => indexOfPort(values) === port);
};
Then(/^the port may take (\d+) of the pool (\d+)$/, async function (this: NicWorld, threshold: string, pool: string) {
  const own = (await atOwnPort(this, 'SB_PORT_POOL_GET')).find((each) => at(each, 'SB_POOL_INDEX') === Number(pool));
  expectNumber(at(own, 'SB_THRESHOLD'), Number(threshold), 'what it may take');
});
Then(
  /^class (\d+) of ingress takes (\d+) of the pool (\d+)$/,
  async function (this: NicWorld, number: string, threshold: string, pool: string) {
    const own = (await atOwnPort(this, 'SB_TC_POOL_BIND_GET')).find(
      (each) => at(each, 'SB_TC_INDEX') === Number(number) && at(each, 'SB_POOL_TYPE') === 0,
    );
    expectNumber(at(own, 'SB_POOL_INDEX'), Number(pool), 'its pool');
    expectNumber(at(own, 'SB_THRESHOLD'), Number(threshold), 'what it may take');
  },
);

Then(/^nettool shows that (something|nothing) was in the buffer$/, async function (this: NicWorld, what: string) {
  const { session } = nettoolNotes(this);
  const subjects = ['devlink-thresholds'];
  const host = { name: 'here', session: () => Promise.resolve(session) };
  const { answers } = await query([host], { subjects, patterns: [this.port.netDevice] });
  const rows = answers.flatMap(({ result }) => (result.ok ? (result.value.rows ?? []) : []));
  expectThat(rows.length > 0, 'it shows no rows');
  const most = Math.max(...rows.map((row) => Number(row['most-used'] ?? -1)));
  expectThat(what === 'something' ? most > 0 : most === 0, `it shows ${most} bytes`);
});

Then(/^the counters of the table (\(.+\)) are (on|off)$/, async function (this: NicWorld, word: string, state: string) {
  const name = await filled(this, word);
  const tables = (await insist(this, 'DPIPE_TABLE_GET', {})).flatMap((reply) =>
    listIn(nestIn(reply, `${A}DPIPE_TABLES`), `${A}DPIPE_TABLE`).filter(isValues),
  );
  const table = tables.find((each) => textIn(each, `${A}DPIPE_TABLE_NAME`) === name);
  expectNumber(at(table, 'DPIPE_TABLE_COUNTERS_ENABLED'), state === 'on' ? 1 : 0, 'whether its entries count');
});

function report(world: NicWorld): ActionReport {
  const { outcome } = actionNote(world);
  expectThat(outcome !== undefined, 'nettool was told no action');
  expectThat(outcome.ok, `it was refused: ${outcome.ok ? '' : refusalText(outcome.refusal)}`);
  return outcome.value;
}

const isObject = (value: DevlinkFormatted | undefined): value is { readonly [name: string]: DevlinkFormatted } =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);

Then(/^an entry of it matches the address (\S+) and leads to the port$/, function (this: NicWorld, address: string) {
  const { result } = report(this);
  const entries = isObject(result) && Array.isArray(result['entries']) ? (result['entries'] as DevlinkFormatted[]) : [];
  const values = (entry: DevlinkFormatted, side: 'match' | 'action'): readonly DevlinkFormatted[] => {
    const told = isObject(entry) ? entry[side] : undefined;
    return isObject(told) ? Object.values(told) : [];
  };
  const own = entries.find((entry) => values(entry, 'match').includes(address));
  expectThat(own !== undefined, `none of ${entries.length} entries matches it`);
  const actions = values(own, 'action');
  expectThat(actions.includes(this.port.netDevice), `it leads to ${actions.map(String).join(', ')}`);
});

Then(/^it tells the (\d+) bytes from (\d+) on$/, function (this: NicWorld, length: string, from: string) {
  const { result } = report(this);
  expectThat(isObject(result), 'it tells no lines');
  const lines = Object.entries(result);
  const digits = lines.map(([, text]) => (typeof text === 'string' ? text : '')).join('');
  expectNumber(parseInt(lines[0]?.[0] ?? '', 16), Number(from), 'the first address');
  expectNumber(digits.length / 2, Number(length), 'bytes');
});

Then(/^the refusal names ([a-z-]+=\S+)$/, function (this: NicWorld, word: string) {
  const texts = refusalsOf(nettoolNotes(this).result);
  expectThat(
    texts.some((text) => text.includes(word)),
    `it says: ${texts.join('; ')}`,
  );
});

Then('nettool tells that it has started, bytes that become more, and that it is completed', function (this: NicWorld) {
  const { progress = [] } = report(this);
  const messages = progress.map(({ message }) => message);
  expectThat(messages[0] === 'started', `it begins with ${messages[0] ?? 'nothing'}`);
  expectThat(messages.at(-1) === 'completed', `it ends with ${messages.at(-1) ?? 'nothing'}`);
  const counts = progress.filter(({ total }) => total !== undefined);
  expectThat(counts.length > 1, `it tells bytes ${counts.length} times`);
  for (const [index, { done = -1 }] of counts.entries())
    if (index > 0) expectThat(done > (counts[index - 1]?.done ?? 0), 'the bytes do not become more');
});

Then(/^the action has failed, and nettool says "([^"]+)"$/, function (this: NicWorld, message: string) {
  const { outcome } = actionNote(this);
  expectThat(outcome?.ok === false, 'it was not refused');
  expectThat(outcome.refusal.stage === 'kernel', `the ${outcome.refusal.stage} has refused it`);
  const text = refusalText(outcome.refusal);
  expectThat(text.includes(message), `nettool says: ${text}`);
});
