/** Settings of aggregates beyond numbers: targets, systems for LACP, queues; and aggregates that are not set up yet. */
import { Given, Then, When } from '@cucumber/cucumber';
import { decodeLacpdu } from '../../reference-impl/packet/lacp.js';
import { encodeAttribute, parseAttributes } from '../../reference-impl/netlink/wire.js';
import { bytesIn, type Values } from '../../reference-impl/netlink/schema.js';
import {
  formatIpv4,
  formatIpv6,
  formatMac,
  parseIpv4,
  parseIpv6,
  parseMac,
} from '../../reference-impl/packet/addresses.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import { MODES, aggregateCalled, aggregateSettings, joinAggregate, makeAggregate } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, setFlag } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const ALL_MODES: Readonly<Record<string, number>> = { ...MODES, '802.3ad': 4 };

async function makeDown(world: NicWorld, data: Values): Promise<void> {
  const { ifIndex } = await makeAggregate(world, [], data);
  await setFlag(world, IFF_UP, false, ifIndex);
}

Given(/^an aggregate of the mode (\S+) that is (up|down)$/, async function (this: NicWorld, mode: string, how: string) {
  const data = { IFLA_BOND_MODE: ALL_MODES[mode] ?? 0 };
  if (how === 'down') await makeDown(this, data);
  else await makeAggregate(this, [], data);
});

interface TargetKind {
  readonly attribute: string;
  readonly parse: (text: string) => Uint8Array;
  readonly format: (bytes: Uint8Array) => string;
}

const TARGETS: Readonly<Record<string, TargetKind>> = {
  ARP: { attribute: 'IFLA_BOND_ARP_IP_TARGET', parse: parseIpv4, format: (bytes) => formatIpv4(bytes) },
  NS: { attribute: 'IFLA_BOND_NS_IP6_TARGET', parse: parseIpv6, format: (bytes) => formatIpv6(bytes) },
};

function kindCalled(name: string): TargetKind {
  const kind = TARGETS[name];
  expectThat(kind !== undefined, `no targets are called ${name}`);
  return kind;
}

async function change(world: NicWorld, data: Values): Promise<void> {
  world.answer = await (await world.bonds()).changeBond(aggregateCalled(world).ifIndex, data);
}

/** One behind the other, numbered from 0, as ip sends them. */
const list = (addresses: readonly Uint8Array[]): Uint8Array =>
  concat(...addresses.map((address, index) => encodeAttribute(index, address)));

async function targets(world: NicWorld, { attribute, format }: TargetKind): Promise<readonly string[]> {
  const bytes = bytesIn(await aggregateSettings(world), attribute) ?? new Uint8Array(0);
  return parseAttributes(bytes).attributes.map(({ data }) => format(data));
}

When(/^its (ARP|NS) targets are set to (.+)$/, async function (this: NicWorld, name: string, text: string) {
  const { attribute, parse } = kindCalled(name);
  const addresses = text === 'none' ? [] : text.split(' ').map(parse);
  await change(this, { [attribute]: list(addresses) });
});

Then(/^its (ARP|NS) targets read (.+)$/, async function (this: NicWorld, name: string, text: string) {
  const told = await targets(this, kindCalled(name));
  const expected = text === 'none' ? '' : text;
  expectThat(told.join(' ') === expected, `they read ${told.length === 0 ? 'none' : told.join(' ')}`);
});

When('it is given {int} ARP targets', async function (this: NicWorld, count: number) {
  const addresses = Array.from({ length: count }, (_, host) => Uint8Array.of(192, 0, 2, host + 1));
  await change(this, { IFLA_BOND_ARP_IP_TARGET: list(addresses) });
});

Then('it has {int} ARP targets', async function (this: NicWorld, count: number) {
  expectNumber((await targets(this, kindCalled('ARP'))).length, count, 'targets');
});

const SYSTEM = 'IFLA_BOND_AD_ACTOR_SYSTEM';

When(/^its system for LACP is set to (\S+)$/, async function (this: NicWorld, address: string) {
  await change(this, { [SYSTEM]: parseMac(address) });
});

Then(/^its system for LACP reads (\S+)$/, async function (this: NicWorld, address: string) {
  const told = formatMac(bytesIn(await aggregateSettings(this), SYSTEM) ?? new Uint8Array(0));
  expectThat(told === address, `it reads ${told}`);
});

const ACTOR = String.raw`the system (\S+), the system priority (\d+) and the user's key (\d+)`;

Given(
  new RegExp(`^an aggregate of (p\\d) of the mode 802.3ad, with ${ACTOR}$`),
  async function (this: NicWorld, port: string, system: string, priority: string, key: string) {
    await makeDown(this, {
      IFLA_BOND_MODE: ALL_MODES['802.3ad'] ?? 4,
      IFLA_BOND_AD_LACP_RATE: 1,
      [SYSTEM]: parseMac(system),
      IFLA_BOND_AD_ACTOR_SYS_PRIO: Number(priority),
      IFLA_BOND_AD_USER_PORT_KEY: Number(key),
    });
    const aggregate = aggregateCalled(this);
    await joinAggregate(this, port, aggregate);
    await setFlag(this, IFF_UP, true, aggregate.ifIndex);
  },
);

const PDU_MS = 4000;
const LINK_KEY_BITS = 6;

Then(
  new RegExp(`^an LACPDU at (p\\d) names ${ACTOR}$`),
  async function (this: NicWorld, port: string, system: string, priority: string, key: string) {
    const wire = await this.wire(portCalled(this, port).port);
    for (let left = 20; left > 0; left--) {
      const [frame] = await wire.receive({ withinMs: PDU_MS, count: 1 });
      expectThat(frame !== undefined, 'no LACPDU leaves');
      const pdu = decodeLacpdu(frame.bytes);
      if (pdu === undefined) continue;
      expectThat(pdu.actor.system === system, `its system is ${pdu.actor.system}`);
      expectNumber(pdu.actor.systemPriority, Number(priority), 'system priority');
      expectNumber(pdu.actor.key >> LINK_KEY_BITS, Number(key), "the user's key");
      return;
    }
    expectThat(false, 'no LACPDU is among what leaves');
  },
);

When(/^the member (p\d) is given the queue (\d+)$/, async function (this: NicWorld, port: string, queue: string) {
  const { ifIndex } = portCalled(this, port);
  this.answer = await (await this.bonds()).changeMember(ifIndex, { IFLA_BOND_SLAVE_QUEUE_ID: Number(queue) });
});
