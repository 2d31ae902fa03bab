/** Filters of what devlink announces, by socket. */
import { Given, Then, When, type DataTable } from '@cucumber/cucumber';
import { DevlinkClient } from '../../reference-impl/netlink/devlinkClient.js';
import type { Values } from '../../reference-impl/netlink/schema.js';
import { tableValues } from './devlink.steps.js';
import { announcedOf, devlinkNotes, dumped, insist, paramIn } from './devlinkControl.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

const otherListener = (world: NicWorld): { client: DevlinkClient | undefined } =>
  world.note('another listener to devlink', () => ({ client: undefined }));

async function filterBy(world: NicWorld, values: Values): Promise<void> {
  const { listener } = devlinkNotes(world);
  expectThat(listener !== undefined, 'nobody listens to devlink');
  accepted(await listener.call('NOTIFY_FILTER_SET', values), 'a filter');
}
Given('it filters by', async function (this: NicWorld, table: DataTable) {
  const other = otherListener(this);
  other.client ??= accepted(await DevlinkClient.open((protocol) => this.target.netlink(protocol)), 'opening devlink');
  await other.client.listen();
  await filterBy(this, await tableValues(this, table));
});
Given('it filters by nothing', async function (this: NicWorld) {
  await filterBy(this, {});
});

const DRIVERINIT = 1;
/** What it is already: set again it is announced all the same. */
When('a param of the instance is set', async function (this: NicWorld) {
  const found = (await dumped(this, 'PARAM_GET')).map(paramIn).find(({ values }) => values.has(DRIVERINIT));
  expectThat(found !== undefined, 'the instance has no param of the cmode driverinit');
  const data = found.values.get(DRIVERINIT);
  await insist(this, 'PARAM_SET', {
    DEVLINK_ATTR_PARAM_NAME: found.name,
    DEVLINK_ATTR_PARAM_TYPE: found.type,
    DEVLINK_ATTR_PARAM_VALUE_CMODE: DRIVERINIT,
    ...(data === undefined ? {} : { DEVLINK_ATTR_PARAM_VALUE_DATA: data }),
  });
});

Then(/^it hears (nothing )?of ([A-Z_]+)$/, async function (this: NicWorld, nothing: string | null, name: string) {
  const heard = (await announcedOf(this)).some(({ command }) => command === name);
  expectThat(heard === (nothing === null), `it hears ${heard ? '' : 'nothing '}of ${name}`);
});
Then(/^another listener without a filter hears of ([A-Z_]+)$/, async function (this: NicWorld, name: string) {
  const { client } = otherListener(this);
  expectThat(client !== undefined, 'there is no other listener');
  const heard = (await client.announcements(this.quietMs)).some(({ command }) => command === name);
  expectThat(heard, `it hears nothing of ${name}`);
});
