/** Aggregates that negotiate: LACPDUs, partners, and who carries traffic. */
import { Given, Then, When } from '@cucumber/cucumber';
import { BOND_MODE_8023AD, BOND_STATE_ACTIVE, BOND_STATE_BACKUP } from '../../reference-impl/netlink/families/bond.js';
import { bytesIn, nestIn, numberIn } from '../../reference-impl/netlink/schema.js';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import {
  LACP_STATE_AGGREGATION,
  LACP_STATE_COLLECTING,
  LACP_STATE_DISTRIBUTING,
  LACP_STATE_LACP_ACTIVITY,
  LACP_STATE_SYNCHRONIZATION,
  decodeLacpdu,
  type Lacpdu,
} from '../../reference-impl/packet/lacp.js';
import { aggregateCalled, aggregateSettings, makeAggregate, memberData, until } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  ONE_SYSTEM,
  OTHER_SYSTEM,
  actorState,
  answerUntil,
  distributes,
  hear,
  heard,
  partnerParameters,
  type PartnerSystem,
} from './lacpPartner.js';
import { stationOfLink } from './settings.js';
import { namesIn, portCalled, settled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;
/** PDUs every second, and a partner is given up after three. */
const FAST = { IFLA_BOND_MODE: BOND_MODE_8023AD, IFLA_BOND_AD_LACP_RATE: 1 };

Given(
  new RegExp(`^an aggregate of (${PORTS}) that negotiates(?: with (IFLA_BOND_[A-Z_]+) (\\d+))?$`),
  async function (this: NicWorld, ports: string, name: string | null, value: string | null) {
    await makeAggregate(this, namesIn(ports), { ...FAST, ...(name === null ? {} : { [name]: Number(value) }) });
  },
);

const allDistribute =
  (world: NicWorld, ports: readonly string[]): (() => Promise<boolean>) =>
  async () => {
    for (const port of ports) if (!(await distributes(world, port))) return false;
    return true;
  };

When(new RegExp(`^the partners? of (${PORTS}) answers?$`), async function (this: NicWorld, ports: string) {
  const names = namesIn(ports);
  await answerUntil(this, new Map(names.map((port) => [port, ONE_SYSTEM])), allDistribute(this, names));
  await settled(this);
});

When(/^(p\d) and (p\d) are answered by two systems$/, async function (this: NicWorld, one: string, other: string) {
  const partners = new Map<string, PartnerSystem>([
    [one, ONE_SYSTEM],
    [other, OTHER_SYSTEM],
  ]);
  await answerUntil(this, partners, async () => (await distributes(this, one)) || (await distributes(this, other)));
  // The other one is given as long again.
  let rounds = 0;
  await answerUntil(this, partners, async () => ++rounds > SETTLING_ROUNDS);
  await settled(this);
});

When(
  /^(p\d) is answered by one system, and then (p\d) and (p\d) by another$/,
  async function (this: NicWorld, first: string, second: string, third: string) {
    const ports = [second, third];
    const partners = new Map<string, PartnerSystem>([[first, ONE_SYSTEM]]);
    await answerUntil(this, partners, allDistribute(this, [first]));
    for (const port of ports) partners.set(port, OTHER_SYSTEM);
    let rounds = 0;
    await answerUntil(this, partners, async () => ++rounds > SETTLING_ROUNDS);
    await answerUntil(this, partners, async () => ++rounds > 2 * SETTLING_ROUNDS || allDistribute(this, ports)());
    await settled(this);
  },
);

const COLLECTS_ALONE = LACP_STATE_SYNCHRONIZATION | LACP_STATE_COLLECTING;
const FLOW = COLLECTS_ALONE | LACP_STATE_DISTRIBUTING;

When(/^the partner of (p\d) answers, and does not collect$/, async function (this: NicWorld, port: string) {
  const partner = { ...ONE_SYSTEM, withholds: LACP_STATE_COLLECTING | LACP_STATE_DISTRIBUTING };
  const isCoupled = numberIn(await aggregateSettings(this), 'IFLA_BOND_COUPLED_CONTROL') !== 0;
  const wanted = isCoupled ? FLOW : COLLECTS_ALONE;
  await answerUntil(this, new Map([[port, partner]]), async () => ((await actorState(this, port)) & FLOW) === wanted);
  await settled(this);
});

Then(/^(p\d) tells that it collects and does not distribute$/, async function (this: NicWorld, port: string) {
  const state = (await actorState(this, port)) & FLOW;
  expectNumber(state, COLLECTS_ALONE, `synchronization, collecting and distributing in the state of ${port}`);
});

Then(/^(p\d) is told as a backup$/, async function (this: NicWorld, port: string) {
  expectNumber((await memberData(this, port)).state, BOND_STATE_BACKUP, `IFLA_BOND_SLAVE_STATE of ${port}`);
});

const SETTLING_ROUNDS = 20;

When(
  new RegExp(`^the partner of (p\\d) falls silent, and that of (${PORTS}) does not$`),
  async function (this: NicWorld, silent: string, others: string) {
    const partners = new Map(namesIn(others).map((port) => [port, ONE_SYSTEM]));
    await answerUntil(this, partners, async () => !(await distributes(this, silent)));
    await settled(this);
  },
);

Then(new RegExp(`^(${PORTS}) carr(?:y|ies) traffic$`), async function (this: NicWorld, ports: string) {
  for (const port of namesIn(ports)) await expectCarries(this, port, true);
});

Then(/^(p\d) carries no traffic$/, async function (this: NicWorld, port: string) {
  await expectCarries(this, port, false);
});

async function expectCarries(world: NicWorld, port: string, wanted: boolean): Promise<void> {
  const isSo = async (): Promise<boolean> =>
    (await distributes(world, port)) === wanted &&
    ((await memberData(world, port)).state === BOND_STATE_ACTIVE) === wanted;
  await until(world, isSo);
  expectThat(await isSo(), `${port} tells that it carries ${wanted ? 'no' : ''} traffic`);
}

/** The PDUs of these ports, once each of them sent one. */
async function pdusOf(world: NicWorld, ports: readonly string[]): Promise<readonly Lacpdu[]> {
  await until(world, async () => {
    for (const port of ports) await hear(world, port);
    return ports.every((port) => heard(world).has(port));
  });
  return ports.map((port) => {
    const pdu = heard(world).get(port);
    expectThat(pdu !== undefined, `${port} sends no LACPDU`);
    return pdu;
  });
}

Then(new RegExp(`^(${PORTS}) send LACPDUs of one system$`), async function (this: NicWorld, ports: string) {
  const names = namesIn(ports);
  const pdus = await pdusOf(this, names);
  const address = await stationOfLink(this, aggregateCalled(this).ifIndex);
  for (const [index, { source, actor }] of pdus.entries()) {
    const own = portCalled(this, names[index] ?? '').address;
    expectThat(source === own, `a PDU comes from ${source} instead of the port's own ${own}`);
    expectThat(actor.system === address, `a PDU tells the system ${actor.system} instead of ${address}`);
    const wanted = LACP_STATE_LACP_ACTIVITY | LACP_STATE_AGGREGATION;
    expectNumber(actor.state & wanted, wanted, 'activity and aggregation in the state of the actor');
  }
  expectNumber(new Set(pdus.map(({ actor }) => actor.port)).size, pdus.length, 'numbers of ports');
  expectNumber(new Set(pdus.map(({ actor }) => actor.key)).size, 1, 'keys');
});

Then(/^(p\d) tells its partner what it said of itself$/, async function (this: NicWorld, port: string) {
  const wanted = partnerParameters(ONE_SYSTEM, port);
  const isSo = (pdu: Lacpdu | undefined): boolean =>
    pdu !== undefined &&
    pdu.partner.system === wanted.system &&
    pdu.partner.port === wanted.port &&
    pdu.partner.key === wanted.key &&
    pdu.partner.systemPriority === wanted.systemPriority &&
    pdu.partner.portPriority === wanted.portPriority;
  await answerUntil(this, new Map([[port, ONE_SYSTEM]]), async () => isSo(heard(this).get(port)));
  const { system = 'nobody', key = 0 } = heard(this).get(port)?.partner ?? {};
  expectThat(isSo(heard(this).get(port)), `${port} tells the partner ${system} with key ${key}`);
});

Then(/^the aggregate tells (\d) ports and their partner$/, async function (this: NicWorld, count: string) {
  const info = async (): Promise<ReturnType<typeof nestIn>> =>
    nestIn(await aggregateSettings(this), 'IFLA_BOND_AD_INFO');
  await until(this, async () => numberIn(await info(), 'IFLA_BOND_AD_INFO_NUM_PORTS') === Number(count));
  const told = await info();
  expectNumber(numberIn(told, 'IFLA_BOND_AD_INFO_NUM_PORTS') ?? 0, Number(count), 'IFLA_BOND_AD_INFO_NUM_PORTS');
  expectNumber(numberIn(told, 'IFLA_BOND_AD_INFO_PARTNER_KEY') ?? 0, ONE_SYSTEM.key, 'IFLA_BOND_AD_INFO_PARTNER_KEY');
  const mac = formatMac(bytesIn(told, 'IFLA_BOND_AD_INFO_PARTNER_MAC') ?? new Uint8Array(6));
  expectThat(mac === ONE_SYSTEM.system, `the aggregate tells the partner ${mac}`);
});

Then('no LACPDU comes in at the aggregate', async function (this: NicWorld) {
  const frames = await (await this.host(aggregateCalled(this).name)).receive({ withinMs: this.quietMs });
  const pdus = frames.filter(({ bytes }) => decodeLacpdu(bytes) !== undefined);
  expectNumber(pdus.length, 0, 'LACPDUs at the aggregate');
});
