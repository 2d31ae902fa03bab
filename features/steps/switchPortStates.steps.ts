/** Flags and spanning tree states of the ports of a bridge. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, expectRefusal } from './settings.js';
import { changeBridge, portCalled, settled } from './switchPorts.js';
import type { NicWorld } from './world.js';

export const PORT_FLAGS = {
  learning: 'IFLA_BRPORT_LEARNING',
  'unicast flood': 'IFLA_BRPORT_UNICAST_FLOOD',
  'multicast flood': 'IFLA_BRPORT_MCAST_FLOOD',
  'broadcast flood': 'IFLA_BRPORT_BCAST_FLOOD',
  hairpin: 'IFLA_BRPORT_MODE',
  isolated: 'IFLA_BRPORT_ISOLATED',
  locked: 'IFLA_BRPORT_LOCKED',
  'proxy ARP': 'IFLA_BRPORT_PROXYARP',
  'proxy ARP of wireless stations': 'IFLA_BRPORT_PROXYARP_WIFI',
  'neighbour suppression': 'IFLA_BRPORT_NEIGH_SUPPRESS',
  MAB: 'IFLA_BRPORT_MAB',
  'neighbour suppression by VLAN': 'IFLA_BRPORT_NEIGH_VLAN_SUPPRESS',
} as const;
export type PortFlag = keyof typeof PORT_FLAGS;
const FLAG = `(${Object.keys(PORT_FLAGS).join('|')})`;

const STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;
type StateName = (typeof STATES)[number];

export async function setPort(world: NicWorld, port: string, members: Values): Promise<void> {
  const result = await (await world.bridges()).setPort(portCalled(world, port).ifIndex, members);
  accepted(result, `setting ${port}`);
  await settled(world);
}

async function portMembers(world: NicWorld, port: string): Promise<Values> {
  const ports = accepted(await (await world.bridges()).ports(), 'reading the ports');
  const members = ports.get(portCalled(world, port).ifIndex);
  expectThat(members !== undefined, `${port} is in no bridge`);
  return members;
}

When(
  new RegExp(String.raw`^the flag ${FLAG} of (p\d) is switched (on|off)$`),
  async function (this: NicWorld, flag: PortFlag, port: string, state: string) {
    await setPort(this, port, { [PORT_FLAGS[flag]]: state === 'on' ? 1 : 0 });
  },
);

Then(
  new RegExp(String.raw`^the flag ${FLAG} of (p\d) is (on|off)$`),
  async function (this: NicWorld, flag: PortFlag, port: string, state: string) {
    const value = numberIn(await portMembers(this, port), PORT_FLAGS[flag]) ?? -1;
    expectNumber(value, state === 'on' ? 1 : 0, `the flag ${flag} of ${port}`);
  },
);

When(
  new RegExp(String.raw`^the flag ${FLAG} of (p\d) is to be switched (on|off)$`),
  async function (this: NicWorld, flag: PortFlag, port: string, state: string) {
    const { ifIndex } = portCalled(this, port);
    this.answer = await (await this.bridges()).setPort(ifIndex, { [PORT_FLAGS[flag]]: state === 'on' ? 1 : 0 });
  },
);

Then(
  /^the flag ([A-Za-z ]+) of (p\d) is (on|off) if that was accepted, and else as before and refused with EOPNOTSUPP$/,
  async function (this: NicWorld, flag: PortFlag, port: string, state: string) {
    const isAccepted = this.answer?.ok === true;
    if (!isAccepted) expectRefusal(this, 'EOPNOTSUPP');
    const value = numberIn(await portMembers(this, port), PORT_FLAGS[flag]) ?? -1;
    expectNumber(value, (state === 'on') === isAccepted ? 1 : 0, `the flag ${flag} of ${port}`);
  },
);

When(
  /^(p\d) is set to (disabled|listening|learning|forwarding|blocking)$/,
  async function (this: NicWorld, port: string, state: StateName) {
    await setPort(this, port, { IFLA_BRPORT_STATE: STATES.indexOf(state) });
  },
);

When(/^(p\d) is asked to go to state (\d)$/, async function (this: NicWorld, port: string, state: string) {
  const { ifIndex } = portCalled(this, port);
  this.answer = await (await this.bridges()).setPort(ifIndex, { IFLA_BRPORT_STATE: Number(state) });
});

Then(
  /^(p\d) is in the state (disabled|listening|learning|forwarding|blocking)$/,
  async function (this: NicWorld, port: string, state: StateName) {
    const value = numberIn(await portMembers(this, port), 'IFLA_BRPORT_STATE') ?? -1;
    expectThat(STATES[value] === state, `${port} is ${STATES[value] ?? `in state ${value}`} instead of ${state}`);
  },
);

Given("a program of the user's plays the spanning tree protocol", async function (this: NicWorld) {
  await changeBridge(this, { IFLA_BR_STP_STATE: 1 });
});

When(/^(p\d|nobody) stands in for (p\d)$/, async function (this: NicWorld, other: string, port: string) {
  const backup = other === 'nobody' ? 0 : portCalled(this, other).ifIndex;
  await setPort(this, port, { IFLA_BRPORT_BACKUP_PORT: backup });
});

When(/^(p\d) is to stand in for (p\d)$/, async function (this: NicWorld, other: string, port: string) {
  const { ifIndex } = portCalled(this, port);
  const backup = portCalled(this, other).ifIndex;
  this.answer = await (await this.bridges()).setPort(ifIndex, { IFLA_BRPORT_BACKUP_PORT: backup });
});

When(/^(p\d) leaves the bridge$/, async function (this: NicWorld, port: string) {
  accepted(await (await this.bridges()).setMaster(portCalled(this, port).ifIndex, 0), `${port} leaving the bridge`);
});

Then(/^nobody is told to stand in for (p\d)$/, async function (this: NicWorld, port: string) {
  const told = numberIn(await portMembers(this, port), 'IFLA_BRPORT_BACKUP_PORT');
  expectThat(told === undefined, `${told ?? 0} stands in for ${port}`);
});

When(
  /^(p\d) is asked for the setting (IFLA_BRPORT_[A-Z_]+) (\d+)$/,
  async function (this: NicWorld, port: string, setting: string, value: string) {
    const { ifIndex } = portCalled(this, port);
    this.answer = await (await this.bridges()).setPort(ifIndex, { [setting]: Number(value) });
  },
);

Then(
  /^(p\d) tells (IFLA_BRPORT_[A-Z_]+) (\d+)$/,
  async function (this: NicWorld, port: string, setting: string, value: string) {
    expectNumber(numberIn(await portMembers(this, port), setting) ?? -1, Number(value), `${setting} of ${port}`);
  },
);

/** br_make_port_id(): six bits of priority above ten of number. */
const PORT_BITS = 10;

Then(
  /^(p\d) tells (IFLA_BRPORT_[A-Z_]+) of that priority and its number$/,
  async function (this: NicWorld, port: string, setting: string) {
    const members = await portMembers(this, port);
    const [priority = -1, number = -1] = ['IFLA_BRPORT_PRIORITY', 'IFLA_BRPORT_NO'].map((name) =>
      numberIn(members, name),
    );
    expectNumber(numberIn(members, setting) ?? -1, (priority << PORT_BITS) | number, `${setting} of ${port}`);
  },
);
