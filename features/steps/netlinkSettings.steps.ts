/** Settings that have no netlink equal: where those of a link are listed. */
import { Then, When } from '@cucumber/cucumber';
import type { SysfsResult } from '../../harness/contract/index.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import { expectThat } from './expectations.js';
import { accepted, IFF_UP } from './settings.js';
import type { NicWorld } from './world.js';

const IPV4 = 'net/ipv4/conf';

const listed = (world: NicWorld): { names: readonly string[]; folder: string } =>
  world.note('listed settings', () => ({ names: [], folder: IPV4 }));

function found<Value>(result: SysfsResult<Value>, what: string): Value {
  expectThat(result.ok, `${what} is refused${result.ok ? '' : ` with ${errnoName(result.errno)}`}`);
  return result.value;
}

async function list(world: NicWorld, folder: string): Promise<void> {
  const notes = listed(world);
  notes.folder = folder;
  notes.names = found(await world.target.sysctl.list(folder), `the list of ${folder}`);
}

When('the folders of the settings of IPv4 are listed', async function (this: NicWorld) {
  await list(this, IPV4);
});

When('the settings of IPv4 of the port are listed', async function (this: NicWorld) {
  await list(this, `${IPV4}/${this.port.netDevice}`);
});

When('the port is called {string}', async function (this: NicWorld, name: string) {
  const route = await this.route();
  accepted(await route.setLink(this.port.ifIndex, {}, { flags: 0, change: IFF_UP }), 'setting it down');
  accepted(await route.setLink(this.port.ifIndex, { IFLA_IFNAME: name }), 'renaming it');
});

const has = (world: NicWorld, name: string): boolean => listed(world).names.includes(name);

Then('the name of the port is among them', function (this: NicWorld) {
  expectThat(has(this, this.port.netDevice), `listed are ${listed(this).names.join(', ')}`);
});

Then('{string} is among them', function (this: NicWorld, name: string) {
  expectThat(has(this, name), `listed are ${listed(this).names.join(', ')}`);
});

Then('{string} is among them, and the name that the port had is not', async function (this: NicWorld, name: string) {
  // The next scenario looks for the port by its own.
  accepted(await (await this.route()).setLink(this.port.ifIndex, { IFLA_IFNAME: this.port.netDevice }), 'renaming it');
  expectThat(has(this, name) && !has(this, this.port.netDevice), `listed are ${listed(this).names.join(', ')}`);
});

Then('each of them can be read, and lists nothing', async function (this: NicWorld) {
  const { sysctl } = this.target;
  const { names, folder } = listed(this);
  for (const name of names) {
    found(await sysctl.read(`${folder}/${name}`), name);
    const inside = await sysctl.list(`${folder}/${name}`);
    expectThat(!inside.ok && errnoName(inside.errno) === 'ENOTDIR', `the list of ${name} is not refused with ENOTDIR`);
  }
});
