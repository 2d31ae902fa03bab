/** VLANs of the ports of a bridge, and of the bridge itself. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { VlanMembership } from '../../reference-impl/netlink/bridgeClient.js';
import { RTM_SETLINK } from '../../reference-impl/netlink/constants.js';
import { BRIDGE_VLAN_INFO_RANGE_BEGIN } from '../../reference-impl/netlink/families/bridge.js';

import { parseMac } from '../../reference-impl/packet/addresses.js';
import { tagsOf, type Tag } from '../properties/numberedFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, stationOfLink } from './settings.js';
import { tagIn } from './switch.steps.js';
import { arrivedAt, bridgeCalled, changeBridge, namesIn, portCalled, sendInto, settled, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

Given('the bridge filters VLANs', async function (this: NicWorld) {
  await changeBridge(this, { IFLA_BR_VLAN_FILTERING: 1 });
});

export interface Membership {
  readonly vid: number;
  readonly last?: number;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

export async function joinVlan(world: NicWorld, port: string, vlan: Membership): Promise<void> {
  const result = await (await world.bridges()).addVlan(portCalled(world, port).ifIndex, vlan);
  accepted(result, `putting ${port} into VLAN ${vlan.vid}`);
}

export async function leaveVlan(world: NicWorld, port: string, vid: number, last?: number): Promise<void> {
  const result = await (await world.bridges()).removeVlan(portCalled(world, port).ifIndex, vid, last);
  accepted(result, `taking ${port} out of VLAN ${vid}`);
}

export async function vlansOf(world: NicWorld, ifIndex: number): Promise<readonly VlanMembership[]> {
  const table = accepted(await (await world.bridges()).vlans(), 'reading the VLANs');
  return table.get(ifIndex) ?? [];
}

const how = (untagged: string, pvid: string | null): Pick<Membership, 'pvid' | 'untagged'> => ({
  untagged: untagged === 'untagged',
  pvid: pvid !== null,
});

When(
  /^(p\d(?:(?:, | and )p\d)*) (?:is|are)(?: put)? (?:in|into) VLAN (\d+), (tagged|untagged)(, as its PVID)?$/,
  async function (this: NicWorld, ports: string, vid: string, untagged: string, pvid: string | null) {
    for (const port of namesIn(ports)) await joinVlan(this, port, { vid: Number(vid), ...how(untagged, pvid) });
    await settled(this);
  },
);

When(
  /^(p\d(?:(?:, | and )p\d)*) (?:is|are) put into the VLANs (\d+) to (\d+), (tagged|untagged)$/,
  async function (this: NicWorld, ports: string, first: string, last: string, untagged: string) {
    for (const port of namesIn(ports))
      await joinVlan(this, port, { vid: Number(first), last: Number(last), ...how(untagged, null) });
    await settled(this);
  },
);

When(/^(p\d) is taken out of VLAN (\d+)$/, async function (this: NicWorld, port: string, vid: string) {
  await leaveVlan(this, port, Number(vid));
  await settled(this);
});

When(
  /^(p\d) is taken out of the VLANs (\d+) to (\d+)$/,
  async function (this: NicWorld, port: string, first: string, last: string) {
    await leaveVlan(this, port, Number(first), Number(last));
    await settled(this);
  },
);

Given(
  /^the bridge itself is in VLAN (\d+), (tagged|untagged)$/,
  async function (this: NicWorld, vid: string, untagged: string) {
    const { ifIndex } = bridgeCalled(this);
    const vlan = { vid: Number(vid), ...how(untagged, null) };
    accepted(await (await this.bridges()).addVlan(ifIndex, vlan, 'bridge'), `putting the bridge into VLAN ${vid}`);
    await settled(this);
  },
);

When(/^(p\d) is to be put into VLAN (\d+)$/, async function (this: NicWorld, port: string, vid: string) {
  this.answer = await (await this.bridges()).addVlan(portCalled(this, port).ifIndex, { vid: Number(vid) });
});

When(
  /^(p\d) is to be put into the VLANs (\d+) to (\d+)(, as its PVID)?$/,
  async function (this: NicWorld, port: string, first: string, last: string, pvid: string | null) {
    const range = { vid: Number(first), last: Number(last), pvid: pvid !== null };
    this.answer = await (await this.bridges()).addVlan(portCalled(this, port).ifIndex, range);
  },
);

When(
  /^(p\d) is to be put into (two beginnings of a range|the beginning of a range and one VLAN)$/,
  async function (this: NicWorld, port: string, what: string) {
    const flags = what.startsWith('two') ? BRIDGE_VLAN_INFO_RANGE_BEGIN : 0;
    const infos = [
      { vid: 10, flags: BRIDGE_VLAN_INFO_RANGE_BEGIN },
      { vid: 20, flags },
    ];
    this.answer = await (await this.bridges()).changeVlans(RTM_SETLINK, portCalled(this, port).ifIndex, infos);
  },
);

Then(
  /^(p\d) is in VLAN (\d+), untagged, as its PVID, and in no other$/,
  async function (this: NicWorld, port: string, vid: string) {
    const vlans = await vlansOf(this, portCalled(this, port).ifIndex);
    const [only] = vlans;
    const isSo = vlans.length === 1 && only?.vid === Number(vid) && only.pvid && only.untagged;
    expectThat(isSo, `${port} is in ${described(vlans)}`);
  },
);

const described = (vlans: readonly VlanMembership[]): string =>
  vlans.length === 0
    ? 'no VLAN'
    : vlans.map(({ vid, pvid, untagged }) => `${vid}${pvid ? ' PVID' : ''}${untagged ? ' untagged' : ''}`).join(', ');

Then(/^(p\d) is in no VLAN$/, async function (this: NicWorld, port: string) {
  const vlans = await vlansOf(this, portCalled(this, port).ifIndex);
  expectThat(vlans.length === 0, `${port} is in ${described(vlans)}`);
});

Then(
  /^(p\d) is in every VLAN from (\d+) to (\d+)$/,
  async function (this: NicWorld, port: string, first: string, last: string) {
    const vids = new Set((await vlansOf(this, portCalled(this, port).ifIndex)).map(({ vid }) => vid));
    for (let vid = Number(first); vid <= Number(last); vid++)
      expectThat(vids.has(vid), `${port} is not in VLAN ${vid}`);
  },
);

Then(/^the PVID of (p\d) is (\d+)$/, async function (this: NicWorld, port: string, pvid: string) {
  const vlans = await vlansOf(this, portCalled(this, port).ifIndex);
  const found = vlans.filter((vlan) => vlan.pvid).map(({ vid }) => vid);
  expectThat(found.length <= 1, `${port} has the PVIDs ${found.join(', ')}`);
  expectNumber(found[0] ?? 0, Number(pvid), `the PVID of ${port}`);
});

/** `untagged`, or the tags, the outermost first. */
function tagsNamed(text: string): readonly Tag[] {
  if (text === 'untagged') return [];
  return text.split(' and in it ').flatMap((one) => {
    const [, service = null, vid = null, priority = null] =
      /^(service-)?tagged (\d+)(?: with priority (\d))?$/.exec(one) ?? [];
    expectThat(vid !== null, `"${one}" names no tag`);
    return tagIn(service, vid, priority);
  });
}

const textOf = (tags: readonly Tag[]): string =>
  tags.map(({ tpid, tci }) => `${tpid.toString(16)} ${tci.toString(16).padStart(4, '0')}`).join(', ') || 'none';

Then(
  /^it is ((?:service-)?(?:un)?tagged.*) at (p\d|the host)$/,
  async function (this: NicWorld, named: string, place: string) {
    const where = place === 'the host' ? bridgeCalled(this).name : place;
    await watch(this, new Map([[where, 1]]));
    const [frame] = arrivedAt(this, where);
    expectThat(frame !== undefined, `no frame came at ${place}`);
    const [told, wanted] = [textOf(tagsOf(frame)), textOf(tagsNamed(named))];
    expectThat(told === wanted, `the tags at ${place} are ${told} instead of ${wanted}`);
  },
);

/** DEI of IEEE 802.1Q, beside a priority of 5. */
const DROP_ELIGIBLE = 0x1000;
const PRIORITY_5 = 5 << 13;

When(
  /^a frame that is drop eligible, tagged (\d+), comes in at (p\d)$/,
  async function (this: NicWorld, vid: string, port: string) {
    const tags = [{ tpid: 0x8100, tci: PRIORITY_5 | DROP_ELIGIBLE | Number(vid) }];
    await sendInto(this, port, [{ from: 'A', to: 'broadcast', tags }]);
  },
);

Then(/^it is drop eligible in VLAN (\d+) at (p\d)$/, function (this: NicWorld, vid: string, port: string) {
  for (const frame of arrivedAt(this, port))
    expectNumber(tagsOf(frame)[0]?.tci ?? -1, PRIORITY_5 | DROP_ELIGIBLE | Number(vid), `the tag at ${port}`);
});

When(/^the bridge itself is taken out of VLAN (\d+)$/, async function (this: NicWorld, vid: string) {
  const { ifIndex } = bridgeCalled(this);
  accepted(await (await this.bridges()).removeVlan(ifIndex, Number(vid), undefined, 'bridge'), `VLAN ${vid}`);
  await settled(this);
});

/** The address that a port had before the last change. */
const before = (world: NicWorld): Map<string, string> =>
  world.note('addresses before', () => new Map<string, string>());

When(/^(p\d) is given another address$/, async function (this: NicWorld, port: string) {
  const { ifIndex } = portCalled(this, port);
  before(this).set(port, await stationOfLink(this, ifIndex));
  const address = parseMac('02:5a:00:77:00:01');
  accepted(await (await this.route()).setLink(ifIndex, { IFLA_ADDRESS: address }), `another address of ${port}`);
  await settled(this);
});

Then(
  /^the table (has|does not have) the address (of the bridge|of p\d|that p\d had before) in VLAN (\d+)$/,
  async function (this: NicWorld, has: string, whose: string, vid: string) {
    const port = /p\d/.exec(whose)?.[0];
    const now = (): Promise<string> =>
      stationOfLink(this, port === undefined ? bridgeCalled(this).ifIndex : portCalled(this, port).ifIndex);
    const address = whose.startsWith('that') ? before(this).get(port ?? '') : await now();
    const table = accepted(await (await this.bridges()).table(), 'reading the table');
    const bridge = bridgeCalled(this).ifIndex;
    const found = table.some(
      (entry) => entry.bridge === bridge && entry.address === address && entry.vid === Number(vid),
    );
    expectThat(
      found === (has === 'has'),
      `the table ${found ? 'has' : 'does not have'} ${address ?? 'an address'} in VLAN ${vid}`,
    );
  },
);
