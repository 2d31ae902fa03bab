/** Representors, the mode of the embedded switch, and rules between its ports. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { bytesIn, nestIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import {
  TCA_CLS_FLAGS_SKIP_HW,
  TCA_CLS_FLAGS_SKIP_SW,
  TCA_EGRESS_REDIR,
  TC_ACT_SHOT,
  TC_ACT_STOLEN,
} from '../../reference-impl/netlink/families/trafficControl.js';
import { TrafficControlClient, type ActionRequest } from '../../reference-impl/netlink/trafficControlClient.js';
import { FAR_END } from '../properties/numberedFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  askForMode,
  devlinkClient,
  findRepresentor,
  forgetRepresentors,
  handleValues,
  ifIndexOf,
  modeOf,
  notedBefore,
  noteBefore,
  placeOfRepresentor,
  representorOf,
  useRepresentor,
  vfPorts,
  type ModeName,
  type VfPort,
} from './representors.js';
import { IFF_PROMISC, IFF_UP, accepted, setFlag } from './settings.js';
import {
  CABLE,
  PHYSICAL,
  collect,
  functions,
  listen,
  placeOfVf,
  sendFrom,
  setNumVfs,
  useVf,
  vfDevice,
} from './virtualFunctions.js';
import type { NicWorld } from './world.js';

When(/^the embedded switch is set to (legacy|switchdev)$/, async function (this: NicWorld, mode: ModeName) {
  noteBefore(
    this,
    [...functions(this).others.values()].map(({ netDevice }) => netDevice),
  );
  if (mode === 'legacy') await forgetRepresentors(this);
  accepted(await askForMode(this, mode), `setting the mode ${mode}`);
});

Then(/^the mode of the embedded switch is (legacy|switchdev)$/, async function (this: NicWorld, mode: string) {
  const found = await modeOf(this);
  expectThat(found === mode, `it is ${found ?? 'not told'}`);
});

Given(
  /^(\d+) represented functions( with net devices)?$/,
  async function (this: NicWorld, count: string, withDevices: string | null) {
    await represent(this, Number(count), withDevices !== null);
  },
);

async function represent(world: NicWorld, count: number, withDevices: boolean): Promise<void> {
  await setFlag(world, IFF_UP, true);
  await setNumVfs(world, count);
  accepted(await askForMode(world, 'switchdev'), 'setting the mode switchdev');
  for (let vf = 0; vf < count; vf++) {
    await useRepresentor(world, vf);
    if (withDevices) await useVf(world, vf);
  }
  if (withDevices) await listen(world);
}

const namesOf = (ports: readonly VfPort[]): readonly string[] => ports.map(({ netDevice }) => netDevice ?? 'none');

Then('there is no representor', async function (this: NicWorld) {
  const ports = await vfPorts(this);
  expectNumber(ports.length, 0, 'ports of virtual functions');
});

Then(
  /^((?:VF \d+(?:, | and )?)+) of function (\d+) are represented, each by a net device of its own$/,
  async function (this: NicWorld, list: string, pf: string) {
    const wanted = [...list.matchAll(/VF (\d+)/g)].map(([, vf]) => Number(vf));
    for (const vf of wanted) await findRepresentor(this, vf);
    const ports = await vfPorts(this);
    expectThat(ports.map(({ vf }) => vf).join() === wanted.join(), `there are VF ${ports.map(({ vf }) => vf).join()}`);
    expectThat(
      ports.every((port) => port.pf === Number(pf)),
      'a port is of another function',
    );
    expectNumber(new Set(namesOf(ports)).size, wanted.length, 'net devices');
  },
);

Then('the representors are the same as before', async function (this: NicWorld) {
  const before = [...functions(this).others.values()].map(({ ifIndex }) => ifIndex).sort();
  const now: number[] = [];
  for (const { vf } of await vfPorts(this)) now.push((await findRepresentor(this, vf)).ifIndex);
  expectThat(now.sort().join() === before.join(), `their indexes were ${before.join()} and are ${now.join()}`);
});

Then('their net devices are gone', async function (this: NicWorld) {
  const names =
    notedBefore(this).length > 0
      ? notedBefore(this)
      : [...functions(this).others.values()].map(({ netDevice }) => netDevice);
  expectThat(names.length > 0, 'there were none');
  const route = await this.route();
  for (const name of names) expectThat(!(await route.link(name)).ok, `${name} is there still`);
  await forgetRepresentors(this);
});

Then(
  'the representors have the switch id of their ports, and the names pf0vf0 and pf0vf1',
  async function (this: NicWorld) {
    const ids = new Set<string>();
    for (const [vf, port] of (await vfPorts(this)).entries()) {
      const { values } = accepted(await (await this.route()).link(representorOf(this, vf).ifIndex), 'reading the link');
      ids.add(hex(bytesIn(values, 'IFLA_PHYS_SWITCH_ID') ?? new Uint8Array(0)));
      const name = textIn(values, 'IFLA_PHYS_PORT_NAME') ?? '';
      expectThat(name === `pf0vf${vf}`, `the name of port ${port.index} is ${name}`);
    }
    const { values } = accepted(await (await this.route()).link(this.port.ifIndex), 'reading the link');
    const uplink = bytesIn(values, 'IFLA_PHYS_SWITCH_ID');
    if (uplink !== undefined) ids.add(hex(uplink));
    expectThat(ids.size === 1 && !ids.has(''), `the switch ids are ${[...ids].join(' and ')}`);
  },
);

Then('the representors have no device on a bus', async function (this: NicWorld) {
  for (const vf of [0, 1]) {
    const { values } = accepted(await (await this.route()).link(representorOf(this, vf).ifIndex), 'reading the link');
    const name = textIn(values, 'IFLA_PARENT_DEV_NAME');
    expectThat(name === undefined, `the representor of VF ${vf} is on ${name ?? ''}`);
  }
});

When(/^the representor of VF (\d+) is set (down|up)$/, async function (this: NicWorld, vf: string, how: string) {
  await setFlag(this, IFF_UP, how === 'up', representorOf(this, Number(vf)).ifIndex);
});

// Functions behind ports.

async function portOf(world: NicWorld, vf: number): Promise<VfPort> {
  const port = (await vfPorts(world)).find((each) => each.vf === vf);
  expectThat(port !== undefined, `VF ${vf} has no port`);
  return port;
}

async function setFunctionAddress(world: NicWorld, vf: number, address: string): Promise<void> {
  const port = await portOf(world, vf);
  world.answer = await (
    await devlinkClient(world)
  ).call('PORT_SET', {
    ...(await handleValues(world)),
    DEVLINK_ATTR_PORT_INDEX: port.index,
    DEVLINK_ATTR_PORT_FUNCTION: { DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR: parseMac(address) },
  });
}

When(
  /^the function behind the port of VF (\d+) is given the address (\S+)$/,
  async function (this: NicWorld, vf: string, address: string) {
    await setFunctionAddress(this, Number(vf), address);
    if (this.answer !== undefined) accepted(this.answer, 'setting the address');
  },
);

When(
  /^somebody gives the function behind the port of VF (\d+) the address (\S+)$/,
  async function (this: NicWorld, vf: string, address: string) {
    await setFunctionAddress(this, Number(vf), address);
  },
);

Then(
  /^the function behind the port of VF (\d+) has the address (\S+)$/,
  async function (this: NicWorld, vf: string, address: string) {
    const { values } = await portOf(this, Number(vf));
    const found = bytesIn(nestIn(values, 'DEVLINK_ATTR_PORT_FUNCTION'), 'DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR');
    const told = formatMac(found ?? new Uint8Array(6));
    expectThat(told === address, `it has ${told}`);
  },
);

// Counters.

interface Noted {
  before: { rx: number; rxBytes: number; tx: number; txBytes: number };
}

async function countersOf(world: NicWorld, vf: number): Promise<Noted['before']> {
  const found = accepted(await (await world.route()).statistics(representorOf(world, vf).ifIndex), 'reading counters');
  return { rx: found.rx_packets, rxBytes: found.rx_bytes, tx: found.tx_packets, txBytes: found.tx_bytes };
}

const noted = (world: NicWorld): Noted =>
  world.note('counters of representors', () => ({ before: { rx: 0, rxBytes: 0, tx: 0, txBytes: 0 } }));

Given(/^the counters of the representor of VF (\d+) are noted$/, async function (this: NicWorld, vf: string) {
  noted(this).before = await countersOf(this, Number(vf));
});

Then(
  /^the representor of VF (\d+) has received (\d+) frames of (\d+) bytes, and sent (\d+) of (\d+)$/,
  async function (this: NicWorld, vf: string, rx: string, rxBytes: string, tx: string, txBytes: string) {
    await collect(this, 0);
    const [now, { before }] = [await countersOf(this, Number(vf)), noted(this)];
    expectNumber(now.rx - before.rx, Number(rx), 'rx_packets');
    expectNumber(now.rxBytes - before.rxBytes, Number(rx) * Number(rxBytes), 'rx_bytes');
    expectNumber(now.tx - before.tx, Number(tx), 'tx_packets');
    expectNumber(now.txBytes - before.txBytes, Number(tx) * Number(txBytes), 'tx_bytes');
  },
);

// Bridges and rules.

Given(/^a bridge over the representors( and the uplink)?$/, async function (this: NicWorld, uplink: string | null) {
  const bridges = await this.bridges();
  accepted(await bridges.addBridge('repbr0', {}), 'making a bridge');
  const { header } = accepted(await (await this.route()).link('repbr0'), 'reading the bridge');
  const bridge = Number(header['ifi_index']);
  const members = [...functions(this).others.values()].map(({ ifIndex }) => ifIndex);
  if (uplink !== null) members.push(this.port.ifIndex);
  for (const member of members) accepted(await bridges.setMaster(member, bridge), 'joining the bridge');
  await setFlag(this, IFF_UP, true, bridge);
});

Then(/^(VF \d+|the cable) gets it, whoever else does$/, async function (this: NicWorld, place: string) {
  await collect(this, new Map([[place, 1]]));
  expectNumber(functions(this).arrived.get(place)?.length ?? 0, 1, `frames at ${place}`);
});

const SHOT: ActionRequest = { kind: 'gact', options: { TCA_GACT_PARMS: { action: TC_ACT_SHOT } } };
const redirectTo = (ifindex: number): ActionRequest => ({
  kind: 'mirred',
  options: { TCA_MIRRED_PARMS: { action: TC_ACT_STOLEN, eaction: TCA_EGRESS_REDIR, ifindex } },
});

async function tcClient(world: NicWorld): Promise<TrafficControlClient> {
  const state = world.note('rules of representors', () => ({ client: undefined as TrafficControlClient | undefined }));
  state.client ??= await TrafficControlClient.open((protocol) => world.target.netlink(protocol));
  return state.client;
}

export interface Rule {
  readonly at: string;
  /** Where it leads; absent: it drops. */
  readonly to?: string;
  readonly destination?: string;
}

/** A filter where frames come in at a net device. */
async function addRule(world: NicWorld, { at, to, destination }: Rule, where: string, priority: number): Promise<void> {
  const tc = await tcClient(world);
  const ifIndex = ifIndexOf(world, at);
  const qdiscs = accepted(await tc.qdiscs(ifIndex), 'reading the qdiscs');
  if (!qdiscs.some((each) => each.ifIndex === ifIndex && each.kind === 'clsact'))
    accepted(await tc.addQdisc(ifIndex), 'making a qdisc');
  const match: Values = destination === undefined ? {} : { TCA_FLOWER_KEY_ETH_DST: parseMac(destination) };
  const flags = where === 'in hardware' ? TCA_CLS_FLAGS_SKIP_SW : TCA_CLS_FLAGS_SKIP_HW;
  const actions = [to === undefined ? SHOT : redirectTo(ifIndexOf(world, to))];
  const added = await tc.addFilter({
    ifIndex,
    priority,
    kind: 'flower',
    options: { ...match, TCA_FLOWER_FLAGS: flags },
    actions,
  });
  accepted(added, 'adding a filter');
}

/** `the uplink` is the net device of the physical function. */
const placeIn = (text: string): string => (text === 'the uplink' ? PHYSICAL : text);

Given(
  /^at (the uplink|the representor of VF \d+), frames are (?:(dropped)|redirected to (the uplink|the representor of VF \d+)), (in hardware|in software)$/,
  async function (this: NicWorld, at: string, _dropped: string | null, to: string | null, where: string) {
    await addRule(this, { at: placeIn(at), ...(to === null ? {} : { to: placeIn(to) }) }, where, 1);
  },
);

Then(/^nothing of it comes out at the representor of VF (\d+)$/, async function (this: NicWorld, vf: string) {
  await collect(this, 0);
  expectNumber(functions(this).arrived.get(placeOfRepresentor(Number(vf)))?.length ?? 0, 0, 'frames there');
});

const PLACES = [PHYSICAL, placeOfRepresentor(0), placeOfRepresentor(1)] as const;
const DESTINATIONS = ['02:00:5e:00:53:a0', '02:00:5e:00:53:a1'] as const;

const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    at: fc.constantFrom(...PLACES),
    to: fc.option(fc.constantFrom(...PLACES), { nil: undefined }),
    destination: fc.option(fc.constantFrom(...DESTINATIONS), { nil: undefined }),
  })
  .map(({ at, to, destination }) => ({
    at,
    // Back to where it came from is a loop in software.
    ...(to === undefined || to === at ? {} : { to }),
    ...(destination === undefined ? {} : { destination }),
  }));

interface Case {
  readonly rules: readonly Rule[];
  readonly sendings: readonly { readonly place: string; readonly to: string }[];
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  rules: fc.array(anyRule, { minLength: 1, maxLength: 4 }),
  sendings: fc.array(
    fc.record({
      place: fc.constantFrom(CABLE, placeOfVf(0), placeOfVf(1)),
      to: fc.constantFrom(...DESTINATIONS, FAR_END),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

/** What each function and the cable get, sending by sending. */
async function outcome(world: NicWorld, { rules, sendings }: Case, where: string): Promise<readonly string[]> {
  await forgetRepresentors(world);
  for (const { netDevice } of functions(world).devices.values()) await world.closeHost(netDevice);
  functions(world).devices.clear();
  await world.target.reset();
  await represent(world, 2, true);
  // As under any switch: software sees only what the uplink lets up.
  await setFlag(world, IFF_PROMISC, true);
  for (const [index, rule] of rules.entries()) await addRule(world, rule, where, index + 1);
  const seen: string[] = [];
  for (const { place, to } of sendings) {
    await sendFrom(world, place, [
      { to, from: place === CABLE ? FAR_END : vfDevice(world, Number(place.slice(3))).address },
    ]);
    await collect(world, 0);
    const ends = [CABLE, placeOfVf(0), placeOfVf(1)];
    seen.push(ends.map((end) => `${end}: ${functions(world).arrived.get(end)?.length ?? 0}`).join(', '));
  }
  return seen;
}

Then(
  'for every set of rules at representors, what functions and the cable get is the same in hardware and in software',
  async function (this: NicWorld) {
    const property = fc.asyncProperty(anyCase, async (drawn) => {
      const [hardware, software] = [
        await outcome(this, drawn, 'in hardware'),
        await outcome(this, drawn, 'in software'),
      ];
      for (const [index, seen] of hardware.entries())
        expectThat(seen === software[index], `in hardware ${seen}; in software ${software[index] ?? ''}`);
    });
    await this.law(property, { runs: 0.5 });
  },
);
