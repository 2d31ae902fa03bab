/** Virtual functions that come and go: numbers in sysfs, places on the bus, drivers. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetDeviceName, SysfsResult } from '../../harness/contract/index.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import { numberIn, textIn } from '../../reference-impl/netlink/schema.js';
import { RTM_DELLINK, RTM_NEWLINK } from '../../reference-impl/netlink/constants.js';
import type { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { expectNumber, expectThat } from './expectations.js';
import { eventually, listenToLinks } from './listening.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import {
  addressCalled,
  deviceFolder,
  findVf,
  forgetDevices,
  functions,
  listen,
  makeFunctions,
  physicalLink,
  netDeviceOfVf,
  readDevice,
  setNumVfs,
  useVf,
  valueOf,
  vfClient,
  vfDevice,
  writeDevice,
} from './virtualFunctions.js';
import type { NicWorld } from './world.js';

/** What sysfs said, as an answer that the next step looks at. */
export function answerOf(world: NicWorld, result: SysfsResult<void>): void {
  world.answer = result.ok
    ? { ok: true, value: undefined }
    : {
        ok: false,
        error: { errno: result.errno, errnoName: errnoName(result.errno), quoted: new Uint8Array(0), capped: true },
      };
}

Given(/^(\d+) virtual functions$/, async function (this: NicWorld, count: string) {
  await makeFunctions(this, Number(count));
});

Given(/^sriov_numvfs is set to (\d+)$/, async function (this: NicWorld, count: string) {
  await setNumVfs(this, Number(count));
});

When(
  /^"([^"]*)" is written to (sriov_numvfs|sriov_drivers_autoprobe)$/,
  async function (this: NicWorld, text: string, attribute: string) {
    answerOf(this, await writeDevice(this, attribute, text));
  },
);

When('one more than sriov_totalvfs is written to sriov_numvfs', async function (this: NicWorld) {
  const most = Number(await readDevice(this, 'sriov_totalvfs'));
  answerOf(this, await writeDevice(this, 'sriov_numvfs', String(most + 1)));
});

Then(
  /^(sriov_numvfs|sriov_drivers_autoprobe) is (\d+)$/,
  async function (this: NicWorld, attribute: string, value: string) {
    expectNumber(Number(await readDevice(this, attribute)), Number(value), attribute);
  },
);

Then(/^IFLA_NUM_VF is (\d+)$/, async function (this: NicWorld, count: string) {
  const told = accepted(await (await vfClient(this)).functionsOf(this.port.ifIndex), 'reading the functions');
  expectNumber(told.count ?? -1, Number(count), 'IFLA_NUM_VF');
});

Then('the net devices of VF 0 and VF 1 are the same as before', async function (this: NicWorld) {
  for (const vf of [0, 1]) {
    const before = vfDevice(this, vf);
    const now = await findVf(this, vf);
    expectNumber(now.ifIndex, before.ifIndex, `the index of the net device of VF ${vf}`);
  }
});

Then('no net device of a virtual function is left', async function (this: NicWorld) {
  const links = accepted(await (await this.route()).links(), 'reading the links');
  const others = links.filter(
    ({ header }) => !this.session.description.ports.some(({ ifIndex }) => ifIndex === header['ifi_index']),
  );
  const left = others.filter(({ values }) => values['IFLA_PARENT_DEV_NAME'] !== undefined);
  expectNumber(left.length, 0, 'net devices of functions that are gone');
});

const isThere = async (world: NicWorld, vf: number): Promise<boolean> =>
  (await world.target.sysfs.read(`${deviceFolder(world)}/virtfn${vf}/uevent`)).ok;

Then('virtfn0, virtfn1 and virtfn2 are there, and virtfn3 is not', async function (this: NicWorld) {
  for (const vf of [0, 1, 2]) expectThat(await isThere(this, vf), `virtfn${vf} is not there`);
  expectThat(!(await isThere(this, 3)), 'virtfn3 is there');
});

Then('virtfn0 is not there', async function (this: NicWorld) {
  expectThat(!(await isThere(this, 0)), 'virtfn0 is there');
});

/** `0000:01:10.0`. */
export async function busNameOf(world: NicWorld, link: string): Promise<string> {
  const text = await readDevice(world, `${link}/uevent`);
  const [, name] = /^PCI_SLOT_NAME=(\S+)$/m.exec(text) ?? [];
  expectThat(name !== undefined, `${link} has no place on the PCI bus`);
  return name;
}

function routingIdOf(busName: string): number {
  const [, bus = '', device = '', number = ''] = /:([0-9a-f]+):([0-9a-f]+)\.([0-7])$/.exec(busName) ?? [];
  return (Number.parseInt(bus, 16) << 8) | (Number.parseInt(device, 16) << 3) | Number(number);
}

Then('the place of each on the bus follows from sriov_offset and sriov_stride', async function (this: NicWorld) {
  const { values } = accepted(await (await this.route()).link(this.port.ifIndex), 'reading the link');
  const own = routingIdOf(textIn(values, 'IFLA_PARENT_DEV_NAME') ?? '');
  const [offset, stride] = [
    Number(await readDevice(this, 'sriov_offset')),
    Number(await readDevice(this, 'sriov_stride')),
  ];
  for (const vf of [0, 1, 2])
    expectNumber(
      routingIdOf(await busNameOf(this, `virtfn${vf}`)),
      own + offset + vf * stride,
      `the routing id of VF ${vf}`,
    );
});

Then(/^VF (\d+) has (a|no) net device$/, async function (this: NicWorld, vf: string, what: string) {
  const wanted = what === 'a';
  let name: NetDeviceName | undefined;
  await eventually(
    this,
    async () => ((name = await netDeviceOfVf(this, Number(vf))) !== undefined) === wanted,
    () => `VF ${vf} has ${name === undefined ? 'no net device' : `the net device ${name}`}`,
  );
});

/** Its net device goes, if it has one. */
export async function unbindDriver(world: NicWorld, vf: number): Promise<void> {
  const { devices } = functions(world);
  const device = devices.get(vf);
  if (device !== undefined) await world.closeHost(device.netDevice);
  devices.delete(vf);
  const name = await busNameOf(world, `virtfn${vf}`);
  valueOf(await writeDevice(world, `virtfn${vf}/driver/unbind`, name), `unbinding the driver of VF ${vf}`);
}

export async function probeDriver(world: NicWorld, vf: number): Promise<void> {
  const name = await busNameOf(world, `virtfn${vf}`);
  valueOf(await world.target.sysfs.write('bus/pci/drivers_probe', name), `probing the driver of VF ${vf}`);
}

When(/^the driver of VF (\d+) is unbound$/, async function (this: NicWorld, vf: string) {
  await unbindDriver(this, Number(vf));
});

When(/^the driver of VF (\d+) is probed$/, async function (this: NicWorld, vf: string) {
  await probeDriver(this, Number(vf));
  await findVf(this, Number(vf));
});

When(/^the driver of VF (\d+) is probed once more$/, async function (this: NicWorld, vf: string) {
  const name = await busNameOf(this, `virtfn${vf}`);
  answerOf(this, await this.target.sysfs.write('bus/pci/drivers_probe', name));
});

When(/^VF (\d+) is bound to the driver of VF (\d+)$/, async function (this: NicWorld, vf: string, other: string) {
  answerOf(this, await writeDevice(this, `virtfn${other}/driver/bind`, await busNameOf(this, `virtfn${vf}`)));
});

When(/^nobody is bound to the driver of VF (\d+)$/, async function (this: NicWorld, vf: string) {
  answerOf(this, await writeDevice(this, `virtfn${vf}/driver/bind`, 'ffff:ff:1f.7'));
});

When(/^the driver of VF (\d+) is loaded anew$/, async function (this: NicWorld, vf: string) {
  await unbindDriver(this, Number(vf));
  await probeDriver(this, Number(vf));
  await useVf(this, Number(vf));
  await listen(this);
});

When(/^VF (\d+) is reset$/, async function (this: NicWorld, vf: string) {
  valueOf(await writeDevice(this, `virtfn${vf}/reset`, '1'), `resetting VF ${vf}`);
});

When(/^the net device of VF (\d+) is set down and up$/, async function (this: NicWorld, vf: string) {
  const { ifIndex } = vfDevice(this, Number(vf));
  await setFlag(this, IFF_UP, false, ifIndex);
  await useVf(this, Number(vf));
});

Then(
  /^the net device of VF (\d+) has the address (\S+)$/,
  async function (this: NicWorld, vf: string, address: string) {
    const found = await findVf(this, Number(vf));
    expectThat(found.address === address, `it has the address ${found.address}`);
  },
);

Given(/^"(\w+)" is the address of VF (\d+)$/, function (this: NicWorld, name: string, vf: string) {
  functions(this).addresses.set(name, addressCalled(this, `VF ${vf}`));
});

When(/^the physical function is set (down|up|down and up)$/, async function (this: NicWorld, how: string) {
  if (how !== 'up') await setFlag(this, IFF_UP, false);
  if (how === 'down') return;
  await physicalLink(this);
  for (const vf of functions(this).devices.keys()) await useVf(this, vf);
});

Then('physfn of VF 0 leads to the port', async function (this: NicWorld) {
  const { netDevice } = vfDevice(this, 0);
  const listed = valueOf(await this.target.sysfs.list(`class/net/${netDevice}/device/physfn/net`), 'following physfn');
  expectThat(listed.includes(this.port.netDevice), `it leads to ${listed.join(', ')}`);
});

// Announcements.

const listener = (world: NicWorld): { client?: RouteClient } => world.note('link listener', () => ({}));

Given('somebody listens to links', async function (this: NicWorld) {
  // Changes of a link that is down are not announced.
  await setFlag(this, IFF_UP, true);
  listener(this).client = await listenToLinks(this);
});

export async function linkNews(world: NicWorld): ReturnType<RouteClient['announcements']> {
  const { client } = listener(world);
  expectThat(client !== undefined, 'nobody listens');
  return client.announcements(Math.max(world.quietMs, 100));
}

const countOf = (indexes: readonly (number | undefined)[]): number => new Set(indexes).size;

Then(
  /^(\d+) net devices are announced( as gone)?$/,
  async function (this: NicWorld, count: string, gone: string | null) {
    const ports = new Set<number>(this.session.description.ports.map(({ ifIndex }) => ifIndex));
    const type = gone === null ? RTM_NEWLINK : RTM_DELLINK;
    const news = (await linkNews(this)).filter((each) => each.type === type);
    const others = news.map(({ header }) => numberIn(header, 'ifi_index')).filter((index) => !ports.has(index ?? 0));
    expectNumber(countOf(others), Number(count), 'net devices that were announced');
    if (gone !== null) await forgetDevices(this);
  },
);
