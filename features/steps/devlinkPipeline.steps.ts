/** The pipeline of a device over devlink: headers, tables, entries, counters. */
import { Given, Then, When } from '@cucumber/cucumber';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import {
  bytesIn,
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { devlinkNotes, insist, ownPort } from './devlinkControl.js';
import { flatten, resourceTrees } from './devlinkWords.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

const A = 'DEVLINK_ATTR_DPIPE_';
const BRIDGE = 'brpipe';
const all = (values: Values | undefined, name: string, member: string): readonly Values[] =>
  listIn(nestIn(values, `${A}${name}`), `${A}${member}`).filter(isValues);
const at = (values: Values, name: string): number => numberIn(values, `${A}${name}`) ?? -1;

const headersOf = async (world: NicWorld): Promise<readonly Values[]> =>
  (await insist(world, 'DPIPE_HEADERS_GET', {})).flatMap((reply) => all(reply, 'HEADERS', 'HEADER'));
const tablesOf = async (world: NicWorld): Promise<readonly Values[]> =>
  (await insist(world, 'DPIPE_TABLE_GET', {})).flatMap((reply) => all(reply, 'TABLES', 'TABLE'));
const nameOf = (table: Values): string => textIn(table, `${A}TABLE_NAME`) ?? '';
const entriesOf = async (world: NicWorld, table: Values): Promise<readonly Values[]> =>
  (await insist(world, 'DPIPE_ENTRIES_GET', { DEVLINK_ATTR_DPIPE_TABLE_NAME: nameOf(table) })).flatMap((reply) =>
    all(reply, 'ENTRIES', 'ENTRY'),
  );

const isUnique = (numbers: readonly number[]): boolean => new Set(numbers).size === numbers.length;
/** Of a field, by its header. */
const placeOf = (key: Values): string => `${at(key, 'HEADER_GLOBAL')}/${at(key, 'HEADER_ID')}/${at(key, 'FIELD_ID')}`;

interface Field {
  readonly bits: number;
  readonly isPort: boolean;
}
async function fieldsByPlace(world: NicWorld): Promise<ReadonlyMap<string, Field>> {
  const fields = new Map<string, Field>();
  for (const header of await headersOf(world))
    for (const field of all(header, 'HEADER_FIELDS', 'FIELD'))
      fields.set(`${at(header, 'HEADER_GLOBAL')}/${at(header, 'HEADER_ID')}/${at(field, 'FIELD_ID')}`, {
        bits: at(field, 'FIELD_BITWIDTH'),
        isPort: at(field, 'FIELD_MAPPING_TYPE') === 1,
      });
  return fields;
}

Then('each header has a name, and fields with numbers of their own and widths', async function (this: NicWorld) {
  const headers = await headersOf(this);
  expectThat(headers.length > 0, 'there are no headers');
  for (const header of headers) {
    const name = textIn(header, `${A}HEADER_NAME`);
    expectThat(name !== undefined && name !== '', 'a header has no name');
    const fields = all(header, 'HEADER_FIELDS', 'FIELD');
    expectThat(fields.length > 0, `${name} has no fields`);
    expectThat(isUnique(fields.map((field) => at(field, 'FIELD_ID'))), `two fields of ${name} have one number`);
    for (const field of fields) {
      const called = textIn(field, `${A}FIELD_NAME`) ?? '';
      expectThat(called !== '' && at(field, 'FIELD_BITWIDTH') > 0, `a field of ${name} has no name or no width`);
    }
  }
});

Then(
  'each table matches and changes fields of headers that there are, and takes of a resource of the device',
  async function (this: NicWorld) {
    const [fields, tables] = [await fieldsByPlace(this), await tablesOf(this)];
    expectThat(tables.length > 0, 'there are no tables');
    const resources = flatten(await resourceTrees(this));
    for (const table of tables) {
      const name = nameOf(table);
      expectThat(at(table, 'TABLE_SIZE') > 0, `${name} has no size`);
      const keys = [...all(table, 'TABLE_MATCHES', 'MATCH'), ...all(table, 'TABLE_ACTIONS', 'ACTION')];
      expectThat(all(table, 'TABLE_MATCHES', 'MATCH').length > 0, `${name} matches nothing`);
      for (const key of keys) expectThat(fields.has(placeOf(key)), `${name} is about a field ${placeOf(key)}`);
      const resource = numberIn(table, `${A}TABLE_RESOURCE_ID`);
      if (resource === undefined) continue;
      const found = resources.find((each) => numberIn(each, 'DEVLINK_ATTR_RESOURCE_ID') === resource);
      expectThat(found !== undefined, `${name} takes of resource ${resource}`);
      const [taken, whole] = [
        at(table, 'TABLE_SIZE') * at(table, 'TABLE_RESOURCE_UNITS'),
        numberIn(found, 'DEVLINK_ATTR_RESOURCE_SIZE') ?? 0,
      ];
      expectThat(taken <= whole, `${name} may take ${taken} of a resource of ${whole}`);
    }
  },
);

Given(/^a bridge with the station (\S+) at the port$/, async function (this: NicWorld, address: string) {
  const [bridges, route] = [await this.bridges(), await this.route()];
  accepted(await bridges.addBridge(BRIDGE, {}), 'making a bridge');
  const { header } = accepted(await route.link(BRIDGE), 'the bridge');
  await setFlag(this, IFF_UP, true, numberIn(header, 'ifi_index') ?? 0);
  const name = textIn(await ownPort(this), 'DEVLINK_ATTR_PORT_NETDEV_NAME') ?? '';
  const port = numberIn(accepted(await route.link(name), 'the port').header, 'ifi_index') ?? 0;
  await setFlag(this, IFF_UP, true, port);
  accepted(await bridges.setMaster(port, numberIn(header, 'ifi_index') ?? 0), 'joining the bridge');
  const bytes = new Uint8Array(60);
  bytes.set([2, 0, 0, 0, 0, 9, ...parseMac(address), 0x88, 0xb5]);
  await (await this.wire()).send([{ bytes }]);
  await this.target.clock.sleep(this.quietMs);
});

/** Each value with what it is of. */
const valuesIn = (entry: Values, kind: 'MATCH' | 'ACTION'): readonly (readonly [Values, Values])[] =>
  all(entry, `ENTRY_${kind}_VALUES`, `${kind}_VALUE`).flatMap((value) => {
    const [key] = listIn(value, `${A}${kind}`).filter(isValues);
    return key === undefined ? [] : [[key, value] as const];
  });

Then(
  'each entry of each table has its values, as wide as their fields, and the net devices of ports',
  async function (this: NicWorld) {
    const fields = await fieldsByPlace(this);
    let count = 0;
    for (const table of await tablesOf(this)) {
      const entries = await entriesOf(this, table);
      count += entries.length;
      expectThat(isUnique(entries.map((entry) => at(entry, 'ENTRY_INDEX'))), 'two entries have one index');
      for (const entry of entries)
        for (const kind of ['MATCH', 'ACTION'] as const) {
          const keys = all(table, kind === 'MATCH' ? 'TABLE_MATCHES' : 'TABLE_ACTIONS', kind);
          const values = valuesIn(entry, kind);
          const [wanted, got] = [keys.map(placeOf), values.map(([key]) => placeOf(key))];
          expectThat(wanted.sort().join() === got.sort().join(), `an entry is about ${got.join()}`);
          for (const [key, value] of values) expectValue(fields.get(placeOf(key)), value);
        }
    }
    expectThat(count > 0, 'there are no entries');
  },
);

function expectValue(field: Field | undefined, value: Values): void {
  const bytes = bytesIn(value, `${A}VALUE`);
  expectThat(field !== undefined && bytes !== undefined, 'a value is of no field, or is none');
  expectNumber(bytes.length, Math.ceil(field.bits / 8), 'bytes of a value');
  if (field.isPort) expectThat(at(value, 'VALUE_MAPPING') > 0, 'a port is no net device');
}

const isOf = (entry: Values, address: string): boolean =>
  valuesIn(entry, 'MATCH').some(([, value]) =>
    equalBytes(bytesIn(value, `${A}VALUE`) ?? new Uint8Array(0), parseMac(address)),
  );

Then(/^the station (\S+) is an entry, at the port$/, async function (this: NicWorld, address: string) {
  const port = numberIn(await ownPort(this), 'DEVLINK_ATTR_PORT_NETDEV_IFINDEX');
  const found: number[] = [];
  for (const table of await tablesOf(this))
    for (const entry of await entriesOf(this, table)) {
      if (isOf(entry, address)) found.push(...valuesIn(entry, 'ACTION').map(([, value]) => at(value, 'VALUE_MAPPING')));
    }
  expectThat(found.length > 0, 'there is no such entry');
  expectThat(found.includes(port ?? 0), `it is at ${found.join()}, and the port is ${port ?? 0}`);
});

Given(/^the counters of each table are (on|off)$/, async function (this: NicWorld, how: string) {
  await setCounters(this, how === 'on');
});
When(/^the counters of each table are switched (on|off)$/, async function (this: NicWorld, how: string) {
  await setCounters(this, how === 'on');
});
async function setCounters(world: NicWorld, on: boolean): Promise<void> {
  for (const table of await tablesOf(world))
    await insist(world, 'DPIPE_TABLE_COUNTERS_SET', {
      DEVLINK_ATTR_DPIPE_TABLE_NAME: nameOf(table),
      DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED: on ? 1 : 0,
    });
}
Then(/^(no|each) entry of a table has a counter$/, async function (this: NicWorld, which: string) {
  const wanted = which === 'each';
  let count = 0;
  for (const table of await tablesOf(this)) {
    expectNumber(at(table, 'TABLE_COUNTERS_ENABLED'), wanted ? 1 : 0, 'what the table tells of counters');
    for (const entry of await entriesOf(this, table)) {
      count++;
      const has = entry[`${A}ENTRY_COUNTER`] !== undefined;
      expectThat(has === wanted, `an entry of ${nameOf(table)} has ${has ? 'a' : 'no'} counter`);
    }
  }
  expectThat(count > 0, 'there are no entries');
});

When(
  /^(\d+) frames to the station (\S+) come in at the port$/,
  async function (this: NicWorld, count: string, address: string) {
    const bytes = new Uint8Array(60);
    bytes.set([...parseMac(address), 2, 0, 0, 0, 0, 9, 0x88, 0xb5]);
    await (await this.wire()).send(Array.from({ length: Number(count) }, () => ({ bytes })));
    await this.target.clock.sleep(this.quietMs);
  },
);
Then(
  /^the entry of the station (\S+) has counted (\d+)$/,
  async function (this: NicWorld, address: string, count: string) {
    const counted: number[] = [];
    for (const table of await tablesOf(this))
      for (const entry of await entriesOf(this, table))
        if (isOf(entry, address)) counted.push(at(entry, 'ENTRY_COUNTER'));
    expectThat(counted.includes(Number(count)), `counted is ${counted.join() || 'nothing'}`);
  },
);

Then('no table is listed', function (this: NicWorld) {
  const tables = devlinkNotes(this).replies.flatMap(({ values }) => all(values, 'TABLES', 'TABLE'));
  expectNumber(tables.length, 0, 'tables');
});
