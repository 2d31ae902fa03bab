/** Frames between virtual functions, their physical function and the cable; what functions ask for. */
import { Given, Then, When } from '@cucumber/cucumber';
import { buildFrame, ethernet, payload } from '../../reference-impl/packet/build.js';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import { ETH_P_LLDP, ETH_P_PAUSE } from '../../reference-impl/packet/protocols.js';
import type { Values } from '../../reference-impl/netlink/schema.js';
import { CUSTOMER_TAG, SERVICE_TAG, type Tag } from '../properties/numberedFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import { eventually } from './listening.js';
import { IFF_ALLMULTI, IFF_PROMISC, accepted, filtersFollow, setFlag } from './settings.js';
import { countersIn } from './sriovSettings.steps.js';
import {
  addressCalled,
  carrierOf,
  collect,
  customerTag,
  expectAt,
  findVf,
  functions,
  macIn,
  netDeviceAt,
  placesIn,
  sendFrom,
  tagsAt,
  vfDevice,
  vfInfo,
  type Place,
} from './virtualFunctions.js';
import type { NicWorld } from './world.js';

const PLACE =
  '(the cable|the physical function|VF \\d+|the representor of VF \\d+|the representor of SF \\d+|the subfunction \\d+)';
const TAGGING = '(?: (untagged|tagged \\d+(?: by the service protocol)?))?';

/** `tagged 10`, `tagged 10 by the service protocol`. */
function tagsIn(words: string | null): readonly Tag[] {
  const [, vid, service] = /^tagged (\d+)( by the service protocol)?$/.exec(words ?? '') ?? [];
  if (vid === undefined) return [];
  return [{ tpid: service === undefined ? CUSTOMER_TAG : SERVICE_TAG, tci: customerTag(Number(vid)).tci }];
}

When(
  new RegExp(
    `^${PLACE} sends (a|\\d+) frames?(?: of (\\d+) bytes)? to (.+?)(?: from ([^ ]+(?: [^ ]+){0,2}?))?${TAGGING}$`,
  ),
  async function (
    this: NicWorld,
    place: string,
    count: string,
    length: string | null,
    to: string,
    from: string | null,
    tagging: string | null,
  ) {
    const sending = {
      to,
      tags: tagsIn(tagging),
      ...(from === null ? {} : { from }),
      ...(length === null ? {} : { length: Number(length) }),
    };
    await sendFrom(this, place, new Array(count === 'a' ? 1 : Number(count)).fill(sending));
  },
);

Then(/^(?:it arrives|they arrive) (?:at )?(nowhere|the .+|VF .+?)$/, async function (this: NicWorld, list: string) {
  const [, place, vid, qos] = /^(.+?) tagged (\d+)(?: with priority (\d+))?$/.exec(list) ?? [];
  const [, plain, loose] = /^(.+?) without a tag(, whoever else gets it)?$/.exec(list) ?? [];
  if (loose !== undefined && plain !== undefined) return expectTags(this, plain, []);
  await expectAt(this, placesIn(place ?? plain ?? list));
  if (place !== undefined)
    await expectTags(this, place, [customerTag(Number(vid), Number(qos ?? 0))], qos === undefined);
  if (plain !== undefined) await expectTags(this, plain, []);
});

/** Each frame that came there has these tags; where nothing is said of priorities they do not count. */
async function expectTags(world: NicWorld, place: Place, wanted: readonly Tag[], anyPriority = false): Promise<void> {
  if (functions(world).arrived.get(place) === undefined) await collect(world, new Map([[place, 1]]));
  const tags = tagsAt(world, place);
  expectThat(tags.length > 0, `nothing came at ${place}`);
  const mask = anyPriority ? 0xfff : 0xffff;
  const text = (list: readonly Tag[]): string =>
    list.map(({ tpid, tci }) => `${tpid.toString(16)}:${(tci & mask).toString(16)}`).join(' ') || 'none';
  for (const got of tags) expectThat(text(got) === text(wanted), `the tags of a frame at ${place} are ${text(got)}`);
}

Then(/^(VF \d+|the cable) (gets it|does not get it)$/, async function (this: NicWorld, place: string, how: string) {
  const gets = how === 'gets it';
  if (functions(this).arrived.size === 0 || gets) await collect(this, gets ? new Map([[place, 1]]) : 0);
  await collect(this, 0);
  expectNumber(functions(this).arrived.get(place)?.length ?? 0, gets ? 1 : 0, `frames at ${place}`);
});

When(
  /^VF (\d+) sends a (pause frame|frame of LLDP to \S+)$/,
  async function (this: NicWorld, vf: string, what: string) {
    const isPause = what === 'pause frame';
    const source = vfDevice(this, Number(vf)).address;
    const destination = isPause ? '01:80:c2:00:00:01' : what.slice('frame of LLDP to '.length);
    const etherType = isPause ? ETH_P_PAUSE : ETH_P_LLDP;
    const content = new Uint8Array(46);
    content.set([0, 1, 0xff, 0xff]);
    const { bytes } = buildFrame([ethernet({ destination, source, etherType }), payload(content)]);
    await (await this.wire()).receive({ withinMs: 0 });
    const sent = await (await this.host(netDeviceAt(this, `VF ${vf}`))).send([{ bytes }]);
    expectThat(sent.ok, 'the kernel refused to send');
  },
);

Then('nothing of it arrives', async function (this: NicWorld) {
  const frames = await (await this.wire()).receive({ withinMs: this.quietMs });
  expectNumber(frames.length, 0, 'frames on the cable');
  for (const { netDevice } of functions(this).devices.values()) {
    const at = await (await this.host(netDevice)).receive({ withinMs: 0 });
    const controls = at.filter(({ bytes }) => {
      const type = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
      return type === ETH_P_PAUSE || type === ETH_P_LLDP;
    });
    expectNumber(controls.length, 0, `such frames at ${netDevice}`);
  }
});

// What a function asks for.

export const vlanNameOf = (vf: number, vid: number): string => `vf${vf}vlan${vid}`;

/** A VLAN device on the net device of the function. */
export async function takePart(world: NicWorld, vf: number, vid: number): Promise<void> {
  const { ifIndex } = vfDevice(world, vf);
  world.answer = await (
    await world.route()
  ).addVlan({ name: vlanNameOf(vf, vid), on: ifIndex, vid, tpid: CUSTOMER_TAG });
}

Given(
  /^VF (\d+) (takes part in|leaves) VLAN (\d+)$/,
  async function (this: NicWorld, vf: string, how: string, vid: string) {
    if (how === 'leaves') {
      const route = await this.route();
      const { header } = accepted(await route.link(vlanNameOf(Number(vf), Number(vid))), 'looking for the VLAN');
      accepted(await route.removeLink(Number(header['ifi_index'])), 'leaving the VLAN');
      return;
    }
    await takePart(this, Number(vf), Number(vid));
    if (this.answer !== undefined) accepted(this.answer, 'taking part in the VLAN');
  },
);

When(/^VF (\d+) asks for VLAN (\d+)$/, async function (this: NicWorld, vf: string, vid: string) {
  await takePart(this, Number(vf), Number(vid));
});

When(/^VF (\d+) asks for the address (\S+)$/, async function (this: NicWorld, vf: string, address: string) {
  await askForAddress(this, Number(vf), address);
});

export async function askForAddress(world: NicWorld, vf: number, address: string): Promise<void> {
  const attributes: Values = { IFLA_ADDRESS: parseMac(address) };
  world.answer = await (await world.route()).setLink(vfDevice(world, vf).ifIndex, attributes);
}

Given(/^VF (\d+) has the address (\S+) from now on$/, async function (this: NicWorld, vf: string, address: string) {
  await askForAddress(this, Number(vf), address);
  if (this.answer !== undefined) accepted(this.answer, 'changing the address');
  await findVf(this, Number(vf));
});

When(/^VF (\d+) asks for an MTU of (\d+)$/, async function (this: NicWorld, vf: string, mtu: string) {
  this.answer = await (await this.route()).setLink(vfDevice(this, Number(vf)).ifIndex, { IFLA_MTU: Number(mtu) });
});

When(/^the MTU of the physical function is (\d+)$/, async function (this: NicWorld, mtu: string) {
  accepted(await (await this.route()).setLink(this.port.ifIndex, { IFLA_MTU: Number(mtu) }), 'changing the MTU');
});

Then('it is refused', function (this: NicWorld) {
  expectThat(this.answer?.ok === false, 'it was accepted');
});

Given(/^VF (\d+) is promiscuous$/, async function (this: NicWorld, vf: string) {
  await setFlag(this, IFF_PROMISC, true, vfDevice(this, Number(vf)).ifIndex);
});

Given(/^VF (\d+) is to get all groups$/, async function (this: NicWorld, vf: string) {
  await setFlag(this, IFF_ALLMULTI, true, vfDevice(this, Number(vf)).ifIndex);
});

/** `bridge fdb add … self`: dev_mc_add() of a group, dev_uc_add() of an address. */
Given(
  /^VF (\d+) (joins|leaves|has the second address) (group \d+|\S+:\S+)$/,
  async function (this: NicWorld, vf: string, how: string, what: string) {
    const [route, { ifIndex }] = [await this.route(), vfDevice(this, Number(vf))];
    const address = addressCalled(this, what);
    if (how === 'leaves') accepted(await route.removeAddress(ifIndex, address), 'leaving a group');
    else accepted(await route.addAddress(ifIndex, address), 'adding an address');
    await filtersFollow(this);
  },
);

Given(/^the physical function joins (group \d+)$/, async function (this: NicWorld, what: string) {
  const route = await this.route();
  accepted(await route.addAddress(this.port.ifIndex, addressCalled(this, what)), 'joining a group');
  await filtersFollow(this);
});

// Links.

Then(/^VF (\d+) has (no )?carrier$/, async function (this: NicWorld, vf: string, no: string | null) {
  await eventually(
    this,
    async () => (await carrierOf(this, Number(vf))) === (no === null),
    () => `VF ${vf} has ${no === null ? 'no carrier' : 'carrier still'}`,
  );
});

// Rates.

const bitsOf = (bytes: number): number => bytes * 8;
const NANOSECONDS = 1_000_000_000;

Then(
  /^they take (\d+) frames of (\d+) bytes at (\d+) Mb\/s to arrive$/,
  async function (this: NicWorld, count: string, bytes: string, rate: string) {
    const least = ((Number(count) - 1) * bitsOf(Number(bytes)) * NANOSECONDS) / (Number(rate) * 1e6);
    const { took, slack } = await timeToArrive(this, Number(count), (3 * least) / 1e6);
    expectThat(took >= least, `they took ${took} ns, and the rate allows no less than ${least} ns`);
    expectThat(took <= 2 * least + slack, `they took ${took} ns, and the rate asks for ${least} ns`);
  },
);

Then(/^they arrive within (\d+) milliseconds$/, async function (this: NicWorld, milliseconds: string) {
  const { took, slack } = await timeToArrive(this, functions(this).sent.length, Number(milliseconds) * 50);
  expectThat(took <= Number(milliseconds) * 1e6 + slack, `they took ${took / 1e6} ms`);
});

/** What it takes a host to say that frames were sent, and to look for them, where the cable does not tell their times. */
const LOOK_NS = 100_000_000;

/** Nanoseconds from the first frame of the last sending on the cable to the last, and by how much they may be too many. */
async function timeToArrive(
  world: NicWorld,
  count: number,
  withinMs: number,
): Promise<{ readonly took: number; readonly slack: number }> {
  const frames = await (await world.wire()).receive({ withinMs: Math.max(withinMs, world.patienceMs), count });
  expectNumber(frames.length, count, 'frames that arrived');
  const [first, last] = [frames[0]?.time, frames[frames.length - 1]?.time];
  if (first !== undefined && last !== undefined) return { took: Number(last - first), slack: 0 };
  return { took: Number((await world.target.clock.now()) - functions(world).sentAt), slack: LOOK_NS };
}

// Counters.

interface Noted {
  readonly before: Map<number, ReadonlyMap<string, number>>;
}

const noted = (world: NicWorld): Noted => world.note('counters of functions', () => ({ before: new Map() }));

Given(/^the counters of VF (\d+) are noted$/, async function (this: NicWorld, vf: string) {
  noted(this).before.set(Number(vf), countersIn(await vfInfo(this, Number(vf))));
});

async function expectMore(world: NicWorld, vf: number, wanted: Readonly<Record<string, number>>): Promise<void> {
  if (functions(world).sent.length > 0) await collect(world, 0);
  const now = countersIn(await vfInfo(world, vf));
  for (const [name, more] of Object.entries(wanted)) {
    const before = noted(world).before.get(vf)?.get(`IFLA_VF_STATS_${name}`) ?? 0;
    expectNumber((now.get(`IFLA_VF_STATS_${name}`) ?? 0) - before, more, `${name} of VF ${vf}`);
  }
}

Then(
  /^VF (\d+) has (received|sent) (\d+) frames of (\d+) bytes more$/,
  async function (this: NicWorld, vf: string, how: string, count: string, bytes: string) {
    const direction = how === 'received' ? 'RX' : 'TX';
    await expectMore(this, Number(vf), {
      [`${direction}_PACKETS`]: Number(count),
      [`${direction}_BYTES`]: Number(count) * Number(bytes),
    });
  },
);

Then(
  /^VF (\d+) has dropped (\d+) frames more, and sent (\d+) more$/,
  async function (this: NicWorld, vf: string, dropped: string, sent: string) {
    await expectMore(this, Number(vf), { TX_DROPPED: Number(dropped), TX_PACKETS: Number(sent) });
  },
);

Then(
  /^VF (\d+) has received (\d+) frames of broadcast and (\d+) of groups more$/,
  async function (this: NicWorld, vf: string, broadcast: string, groups: string) {
    await expectMore(this, Number(vf), { BROADCAST: Number(broadcast), MULTICAST: Number(groups) });
  },
);

Then(/^every counter of VF (\d+) is 0$/, async function (this: NicWorld, vf: string) {
  for (const [name, value] of countersIn(await vfInfo(this, Number(vf)))) expectNumber(value, 0, name);
});

// Addresses.

Then('the addresses of VF 0 and VF 1 are unicast, and not the same', function (this: NicWorld) {
  const addresses = [0, 1].map((vf) => vfDevice(this, vf).address);
  for (const address of addresses) {
    const isGroup = (Number.parseInt(address.slice(0, 2), 16) & 1) === 1;
    expectThat(!isGroup && address !== '00:00:00:00:00:00', `${address} is no address of a station`);
  }
  expectThat(addresses[0] !== addresses[1], `both have ${addresses[0] ?? ''}`);
  expectThat(!addresses.includes(this.port.address), 'one has the address of the physical function');
});

Then('the physical function knows the address of VF 0', async function (this: NicWorld) {
  const found = macIn(await vfInfo(this, 0));
  expectThat(found === vfDevice(this, 0).address, `it tells ${found}`);
});
