/** What params and resources of devlink do to the device: addresses that a port filters by, entries of a table. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { listIn, nestIn, numberIn, textIn, isValues, type Values } from '../../reference-impl/netlink/schema.js';
import { addressOf, stationFamily, stationFrame } from '../properties/stations.js';
import { devlinkNotes, insist, ownPorts } from './devlinkControl.js';
import { flatten, resourceTrees } from './devlinkWords.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

const BRIDGE = 'brtables';

/** The net device of a port as it is now: a reload makes new ones. */
async function linkOfPort(world: NicWorld, place: number): Promise<{ readonly index: number; readonly name: string }> {
  const port: Values | undefined = (await ownPorts(world))[place];
  const name = textIn(port, 'DEVLINK_ATTR_PORT_NETDEV_NAME') ?? '';
  const { header } = accepted(await (await world.route()).link(name), `the link ${name}`);
  return { index: numberIn(header, 'ifi_index') ?? 0, name };
}

/** A frame to an address that nobody has comes up only where the filter cannot tell addresses apart. */
Then(
  /^the port (filters|does not filter) by (\d+) addresses beside its own$/,
  async function (this: NicWorld, filters: string, count: string) {
    const { index, name } = await linkOfPort(this, 0);
    await setFlag(this, IFF_UP, true, index);
    const route = await this.route();
    const addresses = Array.from(
      { length: Number(count) },
      (_, place) => `02:00:5e:00:53:${(place + 16).toString(16)}`,
    );
    for (const address of addresses) accepted(await route.addAddress(index, address), 'adding an address');
    const [host, wire] = [await this.target.host(name as NetDeviceName), await this.wire()];
    await this.target.clock.sleep(this.quietMs);
    const frame = new Uint8Array(64);
    frame.set([2, 0, 0x5e, 0, 0x53, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
    await wire.send([{ bytes: frame }]);
    const arrived = await host.receive({ withinMs: this.quietMs });
    await host.close();
    for (const address of addresses) accepted(await route.removeAddress(index, address), 'removing an address');
    expectNumber(arrived.length, filters === 'filters' ? 0 : 1, 'frames to nobody');
  },
);

async function inUse(world: NicWorld, name: string): Promise<number> {
  const found = flatten(await resourceTrees(world)).find(
    (resource) => textIn(resource, 'DEVLINK_ATTR_RESOURCE_NAME') === name,
  );
  expectThat(found !== undefined, `no resource is called ${name}`);
  return numberIn(found, 'DEVLINK_ATTR_RESOURCE_OCC') ?? -1;
}
Given(/^this many of the resource (\w+) are in use$/, async function (this: NicWorld, name: string) {
  devlinkNotes(this).remembered.set('in use', await inUse(this, name));
});
Then(/^(\d+) more of the resource (\w+) are in use$/, async function (this: NicWorld, more: string, name: string) {
  const before = Number(devlinkNotes(this).remembered.get('in use'));
  expectNumber((await inUse(this, name)) - before, Number(more), `what more of ${name} is in use`);
});

When(/^(\d+) stations are seen at p0$/, async function (this: NicWorld, count: string) {
  const wire = await this.wire();
  const family = stationFamily(this.scenario);
  const frames = Array.from({ length: Number(count) }, (_, number) => ({
    bytes: stationFrame({ from: `station ${number}`, to: 'broadcast', number, family }),
  }));
  await wire.send(frames);
  await this.target.clock.sleep(this.quietMs);
});
Given(/^the station ([0-9a-f:]{17}) is seen at p0$/, async function (this: NicWorld, address: string) {
  const family = stationFamily(this.scenario);
  const wire = await this.wire();
  await wire.send([{ bytes: stationFrame({ from: address, to: 'broadcast', number: 1, family }) }]);
  expectThat(addressOf(address, family) === address, 'the station has another address');
  await this.target.clock.sleep(this.quietMs);
});
When('a bridge is made over p0 and p1', async function (this: NicWorld) {
  const bridges = await this.bridges();
  accepted(await bridges.addBridge(BRIDGE, {}), 'making a bridge');
  const { header } = accepted(await (await this.route()).link(BRIDGE), 'the bridge');
  const bridge = numberIn(header, 'ifi_index') ?? 0;
  await setFlag(this, IFF_UP, true, bridge);
  for (const place of [0, 1]) {
    const { index } = await linkOfPort(this, place);
    await setFlag(this, IFF_UP, true, index);
    accepted(await bridges.setMaster(index, bridge), 'joining the bridge');
  }
  await this.target.clock.sleep(this.quietMs);
});

interface ReloadCount {
  readonly action: number;
  readonly limit: number;
  readonly count: number;
}

const reloadCounts = async (world: NicWorld): Promise<readonly ReloadCount[]> => {
  const [instance] = await insist(world, 'GET', {});
  const infos = listIn(
    nestIn(nestIn(instance, 'DEVLINK_ATTR_DEV_STATS'), 'DEVLINK_ATTR_RELOAD_STATS'),
    'DEVLINK_ATTR_RELOAD_ACTION_INFO',
  ).filter(isValues);
  return infos.flatMap((info) =>
    listIn(nestIn(info, 'DEVLINK_ATTR_RELOAD_ACTION_STATS'), 'DEVLINK_ATTR_RELOAD_STATS_ENTRY')
      .filter(isValues)
      .map((entry) => ({
        action: numberIn(info, 'DEVLINK_ATTR_RELOAD_ACTION') ?? 0,
        limit: numberIn(entry, 'DEVLINK_ATTR_RELOAD_STATS_LIMIT') ?? 0,
        count: numberIn(entry, 'DEVLINK_ATTR_RELOAD_STATS_VALUE') ?? 0,
      })),
  );
};
const reloads = async (world: NicWorld): Promise<number> =>
  (await reloadCounts(world)).reduce((sum, { count }) => sum + count, 0);

const NO_RESET = 1;
Then(
  /^of the action (\d+) are counted (\d+) without a limit, and (\d+) without a reset$/,
  async function (this: NicWorld, number: string, unlimited: string, limited: string) {
    const own = (await reloadCounts(this)).filter(({ action }) => action === Number(number));
    const under = (wanted: number): number => own.find(({ limit }) => limit === wanted)?.count ?? -1;
    expectNumber(under(0), Number(unlimited), 'reloads without a limit');
    expectNumber(under(NO_RESET), Number(limited), 'reloads without a reset');
  },
);
Given('the reloads so far', async function (this: NicWorld) {
  devlinkNotes(this).remembered.set('reloads', await reloads(this));
});
Then('one reload more is counted', async function (this: NicWorld) {
  expectNumber((await reloads(this)) - Number(devlinkNotes(this).remembered.get('reloads')), 1, 'reloads more');
});
