/** Settings of virtual functions over rtnetlink. */
import { Given, Then, When, type DataTable } from '@cucumber/cucumber';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { VF_INFO, VF_STATISTICS } from '../../reference-impl/netlink/families/virtualFunctions.js';
import { isValues, listIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { vfAttribute } from '../../reference-impl/netlink/virtualFunctionClient.js';
import { encodeAttribute, parseAttributes } from '../../reference-impl/netlink/wire.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { linkNews } from './sriovLife.steps.js';
import { macIn, macValues, physicalLink, setVf, vfClient, vfInfo, vfNumber } from './virtualFunctions.js';
import type { NicWorld } from './world.js';

interface Told {
  list?: Uint8Array | undefined;
  count?: number | undefined;
  entries?: readonly Values[] | undefined;
  before?: Values;
}

const told = (world: NicWorld): Told => world.note('functions told', () => ({}));

async function ask(world: NicWorld, ...infos: readonly Values[]): Promise<void> {
  world.answer = await (await vfClient(world)).set(world.port.ifIndex, ...infos);
}

// Reading.

When(/^the link is read (?:without a mask|with the mask (\d+))$/, async function (this: NicWorld, mask: string | null) {
  const client = await vfClient(this);
  const result = accepted(await client.functionsOf(this.port.ifIndex, Number(mask ?? 0)), 'reading the link');
  Object.assign(told(this), result);
});

Then('it tells nothing of functions', function (this: NicWorld) {
  const { count, entries } = told(this);
  expectThat(count === undefined && entries === undefined, `it tells of ${count ?? 'some'} functions`);
});

Then(/^it tells of VF 0 and VF 1, (in this order|without statistics)$/, function (this: NicWorld, how: string) {
  const { count, entries = [] } = told(this);
  expectNumber(count ?? -1, 2, 'IFLA_NUM_VF');
  const numbers = entries.map((entry) => vfNumber(entry, 'IFLA_VF_MAC', 'vf'));
  expectThat(numbers.join() === '0,1', `the entries are of VF ${numbers.join(' and VF ')}`);
  const counted = entries.filter((entry) => nestIn(entry, 'IFLA_VF_STATS') !== undefined).length;
  expectNumber(counted, how === 'without statistics' ? 0 : 2, 'entries with statistics');
});

Then('each entry has these attributes of these lengths, in this order', function (this: NicWorld, table: DataTable) {
  const wanted = table.hashes().map(({ attribute = '', bytes = '' }) => `${attribute} ${bytes}`);
  const { list } = told(this);
  const entries = list === undefined ? [] : parseAttributes(list).attributes;
  expectThat(entries.length > 0, 'there is no entry');
  for (const entry of entries) {
    const members = parseAttributes(entry.data).attributes;
    const got = members.map(({ type, data }) => `${VF_INFO.byNumber.get(type)?.name ?? type} ${data.length}`);
    expectThat(got.join(', ') === wanted.join(', '), `an entry has ${got.join(', ')}`);
  }
});

/** What is told of every setting of a function, without its counters. */
export async function settingsOf(world: NicWorld, vf: number): Promise<Values> {
  const info = await vfInfo(world, vf);
  return Object.fromEntries(Object.entries(info).filter(([name]) => name !== 'IFLA_VF_STATS'));
}

// Setting.

/** One change of each kind, by its name. */
export function changeOf(setting: string, vf: number): Values {
  switch (setting) {
    case 'MAC':
      return macValues(vf, '02:00:5e:00:53:10');
    case 'VLAN':
      return { IFLA_VF_VLAN: { vf, vlan: 100, qos: 0 } };
    case 'rate':
      return { IFLA_VF_RATE: { vf, min_tx_rate: 0, max_tx_rate: 100 } };
    case 'spoof check':
      return { IFLA_VF_SPOOFCHK: { vf, setting: 1 } };
    case 'link state':
      return { IFLA_VF_LINK_STATE: { vf, link_state: 1 } };
    case 'trust':
      return { IFLA_VF_TRUST: { vf, setting: 1 } };
    case 'RSS query':
      return { IFLA_VF_RSS_QUERY_EN: { vf, setting: 1 } };
    case 'GUID':
      return { IFLA_VF_IB_NODE_GUID: { vf, guid: 1 } };
    default:
      throw new Error(`no setting is called ${setting}`);
  }
}

When(
  /^somebody sets the (MAC|VLAN|rate|spoof check|link state|trust|RSS query|GUID) of VF (\d+)$/,
  async function (this: NicWorld, setting: string, vf: string) {
    if (Number(vf) === 1) told(this).before = await settingsOf(this, 0);
    await ask(this, changeOf(setting, Number(vf)));
  },
);

Then('VF 0 is as it was', async function (this: NicWorld) {
  const now = await settingsOf(this, 0);
  const { before = {} } = told(this);
  expectThat(sameSettings(now, before), `VF 0 is ${worded(now)}, and was ${worded(before)}`);
});

export const worded = (settings: Values): string =>
  JSON.stringify(settings, (_name, value: unknown) =>
    value instanceof Uint8Array
      ? [...value.subarray(0, 6)].join('.')
      : typeof value === 'bigint'
        ? Number(value)
        : value,
  );

export const sameSettings = (one: Values, other: Values): boolean => worded(one) === worded(other);

When(/^somebody sets the MAC of VF (\d+) to (\S+)$/, async function (this: NicWorld, vf: string, address: string) {
  await ask(this, macValues(Number(vf), address));
});

Given(/^the MAC of VF (\d+) is set to (\S+)$/, async function (this: NicWorld, vf: string, address: string) {
  await setVf(this, macValues(Number(vf), address));
});

Then(
  /^the MAC of VF (\d+) is (not )?([0-9a-f:]{17})$/,
  async function (this: NicWorld, vf: string, not: string | null, address: string) {
    const found = macIn(await vfInfo(this, Number(vf)));
    expectThat((found === address) === (not === null), `it is ${found}`);
  },
);

const vlanChange = (vf: string, vlan: string, qos: string | null): Values => ({
  IFLA_VF_VLAN: { vf: Number(vf), vlan: Number(vlan), qos: Number(qos ?? 0) },
});

Given(
  /^the VLAN of VF (\d+) is set to (\d+)(?: with priority (\d+))?$/,
  async function (this: NicWorld, vf: string, vlan: string, qos: string | null) {
    await setVf(this, vlanChange(vf, vlan, qos));
  },
);

When(
  /^somebody sets the VLAN of VF (\d+) to (\d+) with priority (\d+)$/,
  async function (this: NicWorld, vf: string, vlan: string, qos: string) {
    await ask(this, vlanChange(vf, vlan, qos));
  },
);

/** What is told of a function, by the words of a step. */
const TOLD: Readonly<Record<string, readonly [attribute: string, member: string]>> = {
  VLAN: ['IFLA_VF_VLAN', 'vlan'],
  priority: ['IFLA_VF_VLAN', 'qos'],
  rate: ['IFLA_VF_RATE', 'max_tx_rate'],
  'spoof check': ['IFLA_VF_SPOOFCHK', 'setting'],
  'link state': ['IFLA_VF_LINK_STATE', 'link_state'],
  trust: ['IFLA_VF_TRUST', 'setting'],
};

Then(
  /^the (VLAN|priority|rate|spoof check|link state|trust) of VF (\d+) is (\d+)$/,
  async function (this: NicWorld, what: string, vf: string, value: string) {
    const [attribute = '', member = ''] = TOLD[what] ?? [];
    expectNumber(vfNumber(await vfInfo(this, Number(vf)), attribute, member), Number(value), `the ${what}`);
  },
);

When('somebody sets the VLAN of VF 0 to 100 of protocol 0x88a8', async function (this: NicWorld) {
  await ask(this, { IFLA_VF_VLAN_LIST: { IFLA_VF_VLAN_INFO: [{ vf: 0, vlan: 100, qos: 0, vlan_proto: 0x88a8 }] } });
});

Then('it is refused with EPROTONOSUPPORT, or VF 0 tells the protocol 0x88a8', async function (this: NicWorld) {
  const { answer } = this;
  expectThat(answer !== undefined, 'nothing was asked for');
  if (!answer.ok) {
    expectThat(answer.error.errnoName === 'EPROTONOSUPPORT', `it was refused with ${answer.error.errnoName}`);
    return;
  }
  const [first] = listIn(nestIn(await vfInfo(this, 0), 'IFLA_VF_VLAN_LIST'), 'IFLA_VF_VLAN_INFO').filter(isValues);
  expectNumber(numberIn(first, 'vlan_proto') ?? 0, 0x88a8, 'the protocol');
});

When(/^somebody sets a list of (\d) VLANs for VF 0$/, async function (this: NicWorld, count: string) {
  const entries = [100, 200].slice(0, Number(count)).map((vlan) => ({ vf: 0, vlan, qos: 0, vlan_proto: 0x8100 }));
  await ask(this, { IFLA_VF_VLAN_LIST: { IFLA_VF_VLAN_INFO: entries } });
});

Given(/^the rate of VF (\d+) is set to (\d+)$/, async function (this: NicWorld, vf: string, rate: string) {
  await physicalLink(this);
  await setVf(this, { IFLA_VF_RATE: { vf: Number(vf), min_tx_rate: 0, max_tx_rate: Number(rate) } });
});

When(
  /^somebody sets the rates of VF 0 to (\d+) and (\d+)$/,
  async function (this: NicWorld, lowest: string, highest: string) {
    await physicalLink(this);
    await ask(this, { IFLA_VF_RATE: { vf: 0, min_tx_rate: Number(lowest), max_tx_rate: Number(highest) } });
  },
);

Given(
  /^the rates of VF 0 are set to (\d+) and (\d+)$/,
  async function (this: NicWorld, lowest: string, highest: string) {
    await physicalLink(this);
    await setVf(this, { IFLA_VF_RATE: { vf: 0, min_tx_rate: Number(lowest), max_tx_rate: Number(highest) } });
  },
);

When('the rate of VF 0 is set to 100 as it was done before', async function (this: NicWorld) {
  await physicalLink(this);
  await setVf(this, { IFLA_VF_TX_RATE: { vf: 0, rate: 100 } });
});

Then(/^the rates of VF 0 are (\d+) and (\d+)$/, async function (this: NicWorld, lowest: string, highest: string) {
  const info = await vfInfo(this, 0);
  expectNumber(vfNumber(info, 'IFLA_VF_RATE', 'min_tx_rate'), Number(lowest), 'the lowest rate');
  expectNumber(vfNumber(info, 'IFLA_VF_RATE', 'max_tx_rate'), Number(highest), 'the highest rate');
});

Given(
  /^the spoof check of VF (\d+) is switched (on|off|over)$/,
  async function (this: NicWorld, vf: string, how: string) {
    const now = vfNumber(await vfInfo(this, Number(vf)), 'IFLA_VF_SPOOFCHK', 'setting');
    const setting = how === 'over' ? 1 - now : how === 'on' ? 1 : 0;
    await setVf(this, { IFLA_VF_SPOOFCHK: { vf: Number(vf), setting } });
  },
);

Given(/^the link state of VF (\d+) is set to (\d+)$/, async function (this: NicWorld, vf: string, state: string) {
  await setVf(this, { IFLA_VF_LINK_STATE: { vf: Number(vf), link_state: Number(state) } });
});

When('somebody sets the link state of VF 0 to 3', async function (this: NicWorld) {
  await ask(this, { IFLA_VF_LINK_STATE: { vf: 0, link_state: 3 } });
});

Given(/^VF (\d+) is (not )?trusted$/, async function (this: NicWorld, vf: string, not: string | null) {
  await setVf(this, { IFLA_VF_TRUST: { vf: Number(vf), setting: not === null ? 1 : 0 } });
});

Then('VF 0 is as at the start', async function (this: NicWorld) {
  const info = await vfInfo(this, 0);
  expectThat(macIn(info) !== '02:00:5e:00:53:10', 'it has the MAC that was set before');
  for (const what of ['VLAN', 'priority', 'rate', 'link state', 'trust']) {
    const [attribute = '', member = ''] = TOLD[what] ?? [];
    expectNumber(vfNumber(info, attribute, member), 0, `the ${what}`);
  }
  const check = vfNumber(info, 'IFLA_VF_SPOOFCHK', 'setting');
  const other = vfNumber(await vfInfo(this, 1), 'IFLA_VF_SPOOFCHK', 'setting');
  expectThat(check === other, 'the spoof check is not that of a function that nobody has set');
});

// Requests that no tool makes.

When(
  /^somebody sets (nothing|half of a MAC|the broadcast address|another attribute) of VF 0$/,
  async function (this: NicWorld, what: string) {
    const client = await vfClient(this);
    const { ifIndex } = this.port;
    this.answer = await strangeRequest(
      what,
      (...attributes) => client.setRaw(ifIndex, ...attributes),
      (list) => client.setEncoded(ifIndex, list),
    );
  },
);

function strangeRequest(
  what: string,
  raw: (...attributes: readonly (readonly [number, Uint8Array])[]) => Promise<NetlinkResult<unknown>>,
  list: (bytes: Uint8Array) => Promise<NetlinkResult<unknown>>,
): Promise<NetlinkResult<unknown>> {
  switch (what) {
    case 'nothing':
      return list(encodeAttribute(1, encodeAttribute(vfAttribute('IFLA_VF_STATS'), new Uint8Array(0))));
    case 'half of a MAC':
      return raw([vfAttribute('IFLA_VF_MAC'), new Uint8Array(10)]);
    case 'the broadcast address':
      return raw([vfAttribute('IFLA_VF_BROADCAST'), new Uint8Array(32)]);
    default:
      return list(encodeAttribute(2, encodeAttribute(vfAttribute('IFLA_VF_TRUST'), new Uint8Array(8))));
  }
}

When('somebody sets a MAC, a VLAN that is none, and trust of VF 0 in one request', async function (this: NicWorld) {
  await ask(this, {
    ...changeOf('trust', 0),
    IFLA_VF_VLAN: { vf: 0, vlan: 5000, qos: 0 },
    ...macValues(0, '02:00:5e:00:53:77'),
  });
});

When('the MACs of VF 0 and VF 1 are set in one request', async function (this: NicWorld) {
  await setVf(this, macValues(0, '02:00:5e:00:53:70'), macValues(1, '02:00:5e:00:53:71'));
});

Then('the port is announced once, without functions', async function (this: NicWorld) {
  const news = (await linkNews(this)).filter(({ header }) => header['ifi_index'] === this.port.ifIndex);
  expectNumber(news.length, 1, 'announcements of the port');
  expectThat(
    news.every(({ values }) => values['IFLA_VFINFO_LIST'] === undefined),
    'functions are announced',
  );
});

/** By the names of IFLA_VF_STATS_. */
export const countersIn = (info: Values): ReadonlyMap<string, number> =>
  new Map([...VF_STATISTICS.byName.keys()].map((name) => [name, numberIn(nestIn(info, 'IFLA_VF_STATS'), name) ?? 0]));

Then(/^the old form of the rate of VF (\d+) tells (\d+)$/, async function (this: NicWorld, vf: string, rate: string) {
  const told = nestIn(await vfInfo(this, Number(vf)), 'IFLA_VF_TX_RATE');
  expectNumber(numberIn(told, 'rate') ?? -1, Number(rate), 'the rate');
});

const ETH_P_8021Q = 0x8100;
Then(
  /^the list of VLANs of VF (\d+) has (\d+) with priority (\d+) and the customer protocol, and nothing else$/,
  async function (this: NicWorld, vf: string, vlan: string, qos: string) {
    const list = nestIn(await vfInfo(this, Number(vf)), 'IFLA_VF_VLAN_LIST');
    const [first, ...others] = listIn(list, 'IFLA_VF_VLAN_INFO').filter(isValues);
    expectNumber(others.length, 0, 'more VLANs');
    expectNumber(numberIn(first, 'vlan') ?? -1, Number(vlan), 'the VLAN');
    expectNumber(numberIn(first, 'qos') ?? -1, Number(qos), 'the priority');
    expectNumber(numberIn(first, 'vlan_proto') ?? -1, ETH_P_8021Q, 'the protocol');
  },
);
