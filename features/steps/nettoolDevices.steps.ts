/** Net devices and rows of tables that nettool makes, changes and removes, as other clients of the kernel see them. */
import { Given, Then, When, type DataTable } from '@cucumber/cucumber';
import { bondData, bondMemberData } from '../../reference-impl/netlink/bondClient.js';
import { bridgeData } from '../../reference-impl/netlink/bridgeClient.js';
import { MdbClient } from '../../reference-impl/netlink/mdbClient.js';
import { LINK, LINKINFO_DATA_VLAN } from '../../reference-impl/netlink/families/rtnetlink.js';
import { LINKINFO_DATA_VRF } from '../../reference-impl/netlink/families/routing.js';
import {
  bytesIn,
  decodeAttributes,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { query } from '../../reference-impl/nettool/index.js';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { expectNumber, expectThat } from './expectations.js';
import { expectAccepted, nettoolNotes, refusalsOf } from './nettoolControl.js';
import { filled, tell } from './nettoolTold.js';
import { IFF_UP, accepted, linkValues } from './settings.js';
import type { NicWorld } from './world.js';

When('nettool is told {string}', async function (this: NicWorld, text: string) {
  nettoolNotes(this).result = await tell(this, text);
});

Given('nettool was told {string}', async function (this: NicWorld, text: string) {
  const result = await tell(this, text);
  expectThat(result !== undefined, `"${text}" changes nothing`);
  expectAccepted(result);
});

When('nettool is asked whether {string} can be done', async function (this: NicWorld, text: string) {
  nettoolNotes(this).result = await tell(this, text, { validateOnly: true });
});

Then(/^nettool refuses it for (\(.+\)|\S+)$/, async function (this: NicWorld, name: string) {
  const { result } = nettoolNotes(this);
  expectThat(result !== undefined && !result.ok && !('execution' in result), 'it was not refused by validation');
  const device = await filled(this, name);
  expectThat(
    result.refusals.some((refusal) => refusal.device === device),
    `it says: ${refusalsOf(result).join('; ')}`,
  );
});

Then(/^the refusal is about ([a-z.-]+)$/, function (this: NicWorld, key: string) {
  const { result } = nettoolNotes(this);
  const keys = result?.ok === false ? result.refusals.map((refusal) => refusal.key) : [];
  expectThat(keys.includes(key), `it is about ${keys.join(', ')}: ${refusalsOf(result).join('; ')}`);
});

async function linkCalled(
  world: NicWorld,
  name: string,
): Promise<{ readonly header: Values; readonly values: Values }> {
  return accepted(await (await world.route()).link(name), `reading the link ${name}`);
}

function shown(value: Value | undefined): string {
  if (value instanceof Uint8Array) return formatMac(value);
  return typeof value === 'number' || typeof value === 'string' ? String(value) : 'absent';
}

const DATA: Readonly<Record<string, (link: Values) => Values>> = {
  link: (link) => link,
  bridge: bridgeData,
  bond: bondData,
  vrf: (link) =>
    decodeAttributes(LINKINFO_DATA_VRF, bytesIn(nestIn(link, 'IFLA_LINKINFO'), 'IFLA_INFO_DATA') ?? new Uint8Array(0)),
  vlan: (link) =>
    decodeAttributes(LINKINFO_DATA_VLAN, bytesIn(nestIn(link, 'IFLA_LINKINFO'), 'IFLA_INFO_DATA') ?? new Uint8Array(0)),
};

Then(/^(\w+) is a (\w+) with$/, async function (this: NicWorld, name: string, kind: string, table: DataTable) {
  const { values } = await linkCalled(this, name);
  const is = textIn(nestIn(values, 'IFLA_LINKINFO'), 'IFLA_INFO_KIND');
  expectThat(is === kind, `it is a ${is ?? 'net device of no kind'}`);
  for (const [where = '', attribute = '', expected = ''] of table.raw()) {
    expectThat(LINK.byName.has(attribute) || where !== 'link', `${attribute} is no attribute of a link`);
    const value = shown(DATA[where]?.(values)[attribute]);
    expectThat(value === expected, `${attribute} is ${value} instead of ${expected}`);
  }
});

Then(/^the net device (\w+) is up$/, async function (this: NicWorld, name: string) {
  const { header } = await linkCalled(this, name);
  expectThat(((numberIn(header, 'ifi_flags') ?? 0) & IFF_UP) !== 0, `${name} is down`);
});

Then(/^there is no net device (\w+)$/, async function (this: NicWorld, name: string) {
  const answer = await (await this.route()).link(name);
  expectThat(!answer.ok, `${name} is there`);
});

Then(/^the master of the port is (\w+)$/, async function (this: NicWorld, name: string) {
  const { values } = await linkValues(this);
  const master = numberIn(values, 'IFLA_MASTER') ?? 0;
  const expected = name === 'nobody' ? 0 : numberIn((await linkCalled(this, name)).header, 'ifi_index');
  expectNumber(master, expected ?? -1, 'the index of the master');
});

Then(/^the master of (nt\d) is (\w+)$/, async function (this: NicWorld, name: string, master: string) {
  const { values } = await linkCalled(this, name);
  const expected = numberIn((await linkCalled(this, master)).header, 'ifi_index') ?? -1;
  expectNumber(numberIn(values, 'IFLA_MASTER') ?? 0, expected, 'the index of the master');
});

async function memberships(world: NicWorld): Promise<Awaited<ReturnType<MdbClient['table']>>> {
  return new MdbClient((await world.route()).client).table();
}

Then(/^the port wants (\S+) in the VLAN (\d+) for good$/, async function (this: NicWorld, group: string, vid: string) {
  const { members } = accepted(await memberships(this), 'reading the groups');
  const own = members.filter((member) => member.ifIndex === this.port.ifIndex && member.group === group);
  const [found] = own;
  expectNumber(own.length, 1, `memberships of the port in ${group}`);
  expectNumber(found?.vid ?? -1, Number(vid), 'its VLAN');
  expectThat(found?.isPermanent === true, 'it ends by itself');
});

Then(
  /^the port wants (\S+) of the sender (\S+) alone$/,
  async function (this: NicWorld, group: string, sender: string) {
    const { members } = accepted(await memberships(this), 'reading the groups');
    const own = members.filter((member) => member.ifIndex === this.port.ifIndex && member.group === group);
    const sources = own.map(({ source }) => (source === '' ? 'whomever' : source)).join(', ');
    expectThat(sources === sender, `it wants ${group} of ${sources}`);
  },
);

Then(/^the port wants no group (\S+)$/, async function (this: NicWorld, group: string) {
  const { members } = accepted(await memberships(this), 'reading the groups');
  const own = members.filter((member) => member.ifIndex === this.port.ifIndex && member.group === group);
  expectNumber(own.length, 0, `memberships of the port in ${group}`);
});

Then(/^the port is a member with the queue (\d+)$/, async function (this: NicWorld, queue: string) {
  const { values } = await linkValues(this);
  expectNumber(numberIn(bondMemberData(values), 'IFLA_BOND_SLAVE_QUEUE_ID') ?? -1, Number(queue), 'its queue');
});

Then(
  /^the VLANs that nettool tells of the port are in the order ([\d, ]+)$/,
  async function (this: NicWorld, order: string) {
    const { session } = nettoolNotes(this);
    const host = { name: 'here', session: () => Promise.resolve(session) };
    const { answers } = await query([host], { subjects: ['bridge-vlan'], patterns: [this.port.netDevice] });
    const [answer] = answers;
    const rows = answer?.result.ok === true ? (answer.result.value.rows ?? []) : [];
    const told = rows.map((row) => String(row['vid'])).join(', ');
    expectThat(told === order, `they are in the order ${told}`);
  },
);

Then("the answers are in the order of the kernel's list of devices", async function (this: NicWorld) {
  const links = accepted(await (await this.route()).links(), 'listing the links');
  const expected = links.map(({ header }) => numberIn(header, 'ifi_index') ?? 0).join();
  const told = (nettoolNotes(this).query?.answers ?? []).map(({ device }) => device.ifIndex).join();
  expectThat(links.length > 1, 'there is one net device alone');
  expectThat(told === expected, `the list is ${expected}, the answers are ${told}`);
});
