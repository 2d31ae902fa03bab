/** Ports of functions over devlink: leaves of rates, capabilities, queues of events, and subfunctions. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { bytesIn, nestIn, numberIn, textIn, type Value, type Values } from '../../reference-impl/netlink/schema.js';
import { announcedOf, ask, devlinkNotes, dumped, insist } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import { vfPorts } from './representors.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { functions } from './virtualFunctions.js';
import type { NicWorld } from './world.js';

const A = 'DEVLINK_ATTR_';
const BYTES_PER_MBIT = 125_000;
const LEAF = 0;
const PCISF = 7;
const at = (values: Values | undefined, name: string): number => numberIn(values, `${A}${name}`) ?? -1;

const portOfVf = async (world: NicWorld, vf: number): Promise<Values> => {
  const port = (await vfPorts(world)).find((each) => each.vf === vf);
  expectThat(port !== undefined, `VF ${vf} has no port`);
  return port.values;
};
const indexOf = async (world: NicWorld, vf: number): Promise<number> => at(await portOfVf(world, vf), 'PORT_INDEX');

// Rates.

const leaves = async (world: NicWorld): Promise<readonly Values[]> =>
  (await dumped(world, 'RATE_GET')).filter((rate) => at(rate, 'RATE_TYPE') === LEAF);
const leafOf = async (world: NicWorld, vf: number): Promise<Values> => {
  const index = await indexOf(world, vf);
  const leaf = (await leaves(world)).find((each) => at(each, 'PORT_INDEX') === index);
  expectThat(leaf !== undefined, `the port of VF ${vf} has no leaf`);
  return leaf;
};
const indexesOf = (all: readonly Values[]): string =>
  all
    .map((each) => at(each, 'PORT_INDEX'))
    .sort((one, other) => one - other)
    .join();

Then('there are no leaves of rates', async function (this: NicWorld) {
  expectNumber((await leaves(this)).length, 0, 'leaves');
});
Then('each port of a virtual function has a leaf of rates', async function (this: NicWorld) {
  const wanted = indexesOf((await vfPorts(this)).map(({ values }) => values));
  const found = indexesOf(await leaves(this));
  expectThat(found === wanted && wanted !== '', `the ports are ${wanted}, and the leaves are of ${found || 'none'}`);
});
const leavesTold = async (world: NicWorld, command: string): Promise<string> =>
  indexesOf(
    (await announcedOf(world))
      .filter((told) => told.command === command && at(told.values, 'RATE_TYPE') === LEAF)
      .map(({ values }) => values),
  );
Then('each leaf of rates is announced as new', async function (this: NicWorld) {
  const wanted = indexesOf(await leaves(this));
  const told = await leavesTold(this, 'RATE_NEW');
  expectThat(told === wanted && wanted !== '', `of the leaves of ${wanted} were announced ${told || 'none'}`);
  devlinkNotes(this).remembered.set('leaves', wanted);
});
Then('the leaves of rates that there were are announced as gone', async function (this: NicWorld) {
  const wanted = devlinkNotes(this).remembered.get('leaves');
  const told = await leavesTold(this, 'RATE_DEL');
  expectThat(told === wanted, `announced as gone were ${told || 'none'}`);
});
Then(
  /^the ports of virtual functions are those of controller (\d+), physical function (\d+), and not external$/,
  async function (this: NicWorld, controller: string, pf: string) {
    const ports = await vfPorts(this);
    expectThat(ports.length > 0, 'no virtual function has a port');
    for (const { vf, values } of ports) {
      expectNumber(numberIn(values, `${A}PORT_CONTROLLER_NUMBER`) ?? -1, Number(controller), `controller of VF ${vf}`);
      expectNumber(numberIn(values, `${A}PORT_PCI_PF_NUMBER`) ?? -1, Number(pf), `physical function of VF ${vf}`);
      expectNumber(numberIn(values, `${A}PORT_EXTERNAL`) ?? -1, 0, `whether VF ${vf} is of another host`);
    }
  },
);
When(/^the leaf of VF (\d+) is limited to ([\d.]+) Mb\/s$/, async function (this: NicWorld, vf: string, rate: string) {
  await ask(this, 'RATE_SET', {
    DEVLINK_ATTR_PORT_INDEX: await indexOf(this, Number(vf)),
    DEVLINK_ATTR_RATE_TX_MAX: Number(rate) * BYTES_PER_MBIT,
  });
});
Given(/^(\w+) is limited to (\d+) Mb\/s$/, async function (this: NicWorld, node: string, rate: string) {
  await insist(this, 'RATE_SET', {
    DEVLINK_ATTR_RATE_NODE_NAME: node,
    DEVLINK_ATTR_RATE_TX_MAX: Number(rate) * BYTES_PER_MBIT,
  });
});
Then(
  /^the leaf of VF 0 is limited to (\d+)(?: Mb\/s)?, and that of VF 1 to (\d+)$/,
  async function (this: NicWorld, first: string, second: string) {
    for (const [vf, rate] of [first, second].entries())
      expectNumber(at(await leafOf(this, vf), 'RATE_TX_MAX'), Number(rate) * BYTES_PER_MBIT, `the limit of VF ${vf}`);
  },
);
Then('a leaf of rates is announced', async function (this: NicWorld) {
  const index = await indexOf(this, 0);
  const news = (await announcedOf(this)).filter(({ command }) => command === 'RATE_NEW');
  expectThat(
    news.some(({ values }) => at(values, 'PORT_INDEX') === index),
    'the leaf of VF 0 is not announced',
  );
});
When(/^(\w+) is made the parent of the leaf of VF (\d+)$/, async function (this: NicWorld, node: string, vf: string) {
  await setParent(this, Number(vf), node);
});
When(/^nobody is above the leaf of VF (\d+) any more$/, async function (this: NicWorld, vf: string) {
  await setParent(this, Number(vf), '');
});
const setParent = async (world: NicWorld, vf: number, node: string): Promise<void> => {
  await ask(world, 'RATE_SET', {
    DEVLINK_ATTR_PORT_INDEX: await indexOf(world, vf),
    DEVLINK_ATTR_RATE_PARENT_NODE_NAME: node,
  });
};
Then(/^(\w+) is above the leaf of VF 0, and nobody above that of VF 1$/, async function (this: NicWorld, node: string) {
  for (const [vf, wanted] of [node, undefined].entries()) {
    const parent = textIn(await leafOf(this, vf), `${A}RATE_PARENT_NODE_NAME`);
    expectThat(parent === wanted, `above the leaf of VF ${vf} is ${parent ?? 'nobody'}`);
  }
});
Then(
  /^they take no less than (\d+) milliseconds to (the representor of VF \d+)$/,
  async function (this: NicWorld, milliseconds: string, place: string) {
    const state = functions(this);
    const device = state.others.get(place);
    expectThat(device !== undefined, `nobody looked for ${place} yet`);
    const host = await this.host(device.netDevice);
    const frames = await host.receive({ withinMs: 10 * Number(milliseconds), count: state.sent.length });
    expectNumber(frames.length, state.sent.length, 'frames that arrived');
    const took = Number((await this.target.clock.now()) - state.sentAt) / 1e6;
    expectThat(took >= Number(milliseconds), `they took ${took} ms`);
  },
);

// What a function may be.

const CAPABILITY_BITS = 4;
const askOfFunction = async (world: NicWorld, vf: number, values: Values): Promise<void> => {
  await ask(world, 'PORT_SET', {
    DEVLINK_ATTR_PORT_INDEX: await indexOf(world, vf),
    DEVLINK_ATTR_PORT_FUNCTION: values,
  });
};
interface Capabilities {
  readonly value: number;
  readonly selector: number;
}
const capabilitiesOf = async (world: NicWorld, vf: number): Promise<Capabilities> => {
  const told = nestIn(nestIn(await portOfVf(world, vf), `${A}PORT_FUNCTION`), 'DEVLINK_PORT_FN_ATTR_CAPS');
  return { value: numberIn(told, 'value') ?? 0, selector: numberIn(told, 'selector') ?? 0 };
};

Then('each capability of the port of VF 0 can be switched, and the others stay', async function (this: NicWorld) {
  const { selector } = await capabilitiesOf(this, 0);
  expectThat(selector !== 0, 'the port tells no capabilities');
  // Twice, so that each is switched while others are on.
  for (let round = 0; round < 2 * CAPABILITY_BITS; round++) {
    const bit = round % CAPABILITY_BITS;
    if ((selector & (1 << bit)) === 0) continue;
    const before = await capabilitiesOf(this, 0);
    const value = ~before.value & (1 << bit);
    await askOfFunction(this, 0, { DEVLINK_PORT_FN_ATTR_CAPS: { value, selector: 1 << bit } });
    expectThat(this.answer?.ok === true, `capability ${bit} cannot be switched`);
    const after = await capabilitiesOf(this, 0);
    expectNumber(after.value, before.value ^ (1 << bit), `the capabilities after bit ${bit} was switched`);
  }
});
When(
  /^(\w+), which is bit (\d), is asked for at the port of VF 0$/,
  async function (this: NicWorld, _name: string, bit: string) {
    const selector = 1 << Number(bit);
    await askOfFunction(this, 0, { DEVLINK_PORT_FN_ATTR_CAPS: { value: selector, selector } });
    devlinkNotes(this).remembered.set('the bit', selector);
  },
);
Then(/^it is told, or refused at the capabilities with "(.+)"$/, async function (this: NicWorld, text: string) {
  const { answer } = this;
  const { value } = await capabilitiesOf(this, 0);
  const bit = Number(devlinkNotes(this).remembered.get('the bit'));
  if (answer?.ok === true) {
    expectThat((value & bit) !== 0, 'it was accepted, and is not told');
    return;
  }
  const { errnoName = '', message = '', offset } = answer?.error ?? {};
  expectThat(errnoName === 'EOPNOTSUPP', `it was refused with ${errnoName}`);
  expectThat(message === text, `the text was "${message}"`);
  expectThat(offset !== undefined, 'the refusal does not say where');
});

const addressOf = async (world: NicWorld, vf: number): Promise<string> =>
  formatMac(
    bytesIn(nestIn(await portOfVf(world, vf), `${A}PORT_FUNCTION`), 'DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR') ??
      new Uint8Array(6),
  );
When(
  /^the address (\S+) and a state are asked for at the port of VF 0$/,
  async function (this: NicWorld, address: string) {
    devlinkNotes(this).remembered.set('the address', await addressOf(this, 0));
    await askOfFunction(this, 0, {
      DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR: parseMac(address),
      DEVLINK_PORT_FN_ATTR_STATE: 1,
    });
  },
);
Then('the port of VF 0 has the address that it had', async function (this: NicWorld) {
  const [before, now] = [devlinkNotes(this).remembered.get('the address'), await addressOf(this, 0)];
  expectThat(now === before, `it has ${now}`);
});
When(/^(\d+) queues of events are asked for at the port of VF 0$/, async function (this: NicWorld, count: string) {
  await askOfFunction(this, 0, { DEVLINK_PORT_FN_ATTR_MAX_IO_EQS: Number(count) });
});

// Subfunctions.

const ownPorts = async (world: NicWorld): Promise<readonly Values[]> =>
  (await dumped(world, 'PORT_GET')).filter((port) => at(port, 'PORT_FLAVOUR') === PCISF);
const portOfSf = async (world: NicWorld, number: string): Promise<Values> => {
  const port = (await ownPorts(world)).find((each) => at(each, 'PORT_PCI_SF_NUMBER') === Number(number));
  expectThat(port !== undefined, `there is no port of the subfunction ${number}`);
  return port;
};
When(/^the subfunction (\d+) is made$/, async function (this: NicWorld, number: string) {
  await ask(this, 'PORT_NEW', {
    DEVLINK_ATTR_PORT_FLAVOUR: PCISF,
    DEVLINK_ATTR_PORT_PCI_PF_NUMBER: 0,
    DEVLINK_ATTR_PORT_PCI_SF_NUMBER: Number(number),
  });
});
When(
  /^a port with the flavour "(\d*)" of the physical function "(\d*)" is made$/,
  async function (this: NicWorld, flavour: string, pf: string) {
    const values: Record<string, Value> = { DEVLINK_ATTR_PORT_PCI_SF_NUMBER: 88 };
    if (flavour !== '') values['DEVLINK_ATTR_PORT_FLAVOUR'] = Number(flavour);
    if (pf !== '') values['DEVLINK_ATTR_PORT_PCI_PF_NUMBER'] = Number(pf);
    await ask(this, 'PORT_NEW', values);
  },
);
When(/^the subfunction (\d+) is deleted$/, async function (this: NicWorld, number: string) {
  await ask(this, 'PORT_DEL', { DEVLINK_ATTR_PORT_INDEX: at(await portOfSf(this, number), 'PORT_INDEX') });
});
const setSubfunction = async (world: NicWorld, number: string, values: Values): Promise<void> => {
  await insist(world, 'PORT_SET', {
    DEVLINK_ATTR_PORT_INDEX: at(await portOfSf(world, number), 'PORT_INDEX'),
    DEVLINK_ATTR_PORT_FUNCTION: values,
  });
};
Given(
  /^the subfunction (\d+) is given the address (\S+)$/,
  async function (this: NicWorld, number: string, address: string) {
    await setSubfunction(this, number, { DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR: parseMac(address) });
  },
);
const STATES = ['inactive', 'active'];
const OPSTATES = ['detached', 'attached'];
When(
  /^the subfunction (\d+) is made (inactive|active)(, and used)?$/,
  async function (this: NicWorld, number: string, state: string, used: string | null) {
    const before = await macsOf(this);
    await setSubfunction(this, number, { DEVLINK_PORT_FN_ATTR_STATE: STATES.indexOf(state) });
    if (used === null) return;
    const own = [...(await macsOf(this)).keys()].find((name) => !before.has(name));
    expectThat(own !== undefined, `the subfunction ${number} has no net device`);
    const representor = textIn(await portOfSf(this, number), `${A}PORT_NETDEV_NAME`);
    await usePlace(this, `the subfunction ${number}`, own);
    await usePlace(this, `the representor of SF ${number}`, representor ?? '');
  },
);

async function usePlace(world: NicWorld, place: string, name: string): Promise<void> {
  const { header } = accepted(await (await world.route()).link(name), `the link ${name}`);
  const ifIndex = numberIn(header, 'ifi_index') ?? 0;
  await setFlag(world, IFF_UP, true, ifIndex);
  await world.host(name as NetDeviceName);
  functions(world).others.set(place, { netDevice: name as NetDeviceName, ifIndex, address: '' });
  functions(world).addresses.set(place, '02:00:5e:00:53:8f');
}

/** The addresses of all links, by name. */
async function macsOf(world: NicWorld): Promise<ReadonlyMap<string, string>> {
  const links = accepted(await (await world.route()).links(), 'the links');
  return new Map(
    links.map(({ values }) => [
      textIn(values, 'IFLA_IFNAME') ?? '',
      formatMac(bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(6)),
    ]),
  );
}
Then(
  /^there is (a|no) net device with the address (\S+)$/,
  async function (this: NicWorld, how: string, address: string) {
    const found = [...(await macsOf(this)).values()].filter((each) => each === address).length;
    expectNumber(found, how === 'a' ? 1 : 0, `net devices with the address ${address}`);
  },
);
const functionOf = async (world: NicWorld, number: string): Promise<Values | undefined> =>
  nestIn(await portOfSf(world, number), `${A}PORT_FUNCTION`);
const expectStates = async (world: NicWorld, number: string, state: string, opstate: string): Promise<void> => {
  const told = await functionOf(world, number);
  expectNumber(numberIn(told, 'DEVLINK_PORT_FN_ATTR_STATE') ?? -1, STATES.indexOf(state), 'the state');
  expectNumber(
    numberIn(told, 'DEVLINK_PORT_FN_ATTR_OPSTATE') ?? -1,
    OPSTATES.indexOf(opstate),
    'the operational state',
  );
};
Then(
  /^the subfunction (\d+) is (inactive|active) and (detached|attached)$/,
  async function (this: NicWorld, number: string, state: string, opstate: string) {
    await expectStates(this, number, state, opstate);
  },
);
Then(
  /^the subfunction (\d+) has a port that tells it inactive and detached, a representor and a leaf of rates$/,
  async function (this: NicWorld, number: string) {
    await expectStates(this, number, 'inactive', 'detached');
    const port = await portOfSf(this, number);
    const name = textIn(port, `${A}PORT_NETDEV_NAME`);
    expectThat(name !== undefined, 'it is represented by no net device');
    const { values } = accepted(await (await this.route()).link(name), `the link ${name}`);
    const shown = textIn(values, 'IFLA_PHYS_PORT_NAME');
    expectThat(shown === `pf0sf${number}`, `the representor is ${shown ?? 'nameless'}`);
    const found = indexesOf(await leaves(this)).split(',');
    expectThat(found.includes(String(at(port, 'PORT_INDEX'))), 'it has no leaf of rates');
  },
);
Then('its port is announced', async function (this: NicWorld) {
  const news = (await announcedOf(this)).filter(({ command }) => command === 'PORT_NEW');
  expectThat(
    news.some(({ values }) => at(values, 'PORT_FLAVOUR') === PCISF),
    'the port is not announced',
  );
});
Then('there is no port of a subfunction, and no leaf of rates', async function (this: NicWorld) {
  expectNumber((await ownPorts(this)).length, 0, 'ports of subfunctions');
  expectNumber((await leaves(this)).length, 0, 'leaves');
});
