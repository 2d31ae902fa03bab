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
} as const;
export type PortFlag = keyof typeof PORT_FLAGS;

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
  /^the flag (learning|unicast flood|multicast flood|broadcast flood|hairpin|isolated|locked) of (p\d) is switched (on|off)$/,
  async function (this: NicWorld, flag: PortFlag, port: string, state: string) {
    await setPort(this, port, { [PORT_FLAGS[flag]]: state === 'on' ? 1 : 0 });
  },
);

Then(
  /^the flag (learning|unicast flood|multicast flood|broadcast flood|hairpin|isolated|locked) of (p\d) is (on|off)$/,
  async function (this: NicWorld, flag: PortFlag, port: string, state: string) {
    const value = numberIn(await portMembers(this, port), PORT_FLAGS[flag]) ?? -1;
    expectNumber(value, state === 'on' ? 1 : 0, `the flag ${flag} of ${port}`);
  },
);

When(
  /^the flag (learning|unicast flood|multicast flood|broadcast flood|hairpin|isolated|locked) of (p\d) is to be switched (on|off)$/,
  async function (this: NicWorld, flag: PortFlag, port: string, state: string) {
    const { ifIndex } = portCalled(this, port);
    this.answer = await (await this.bridges()).setPort(ifIndex, { [PORT_FLAGS[flag]]: state === 'on' ? 1 : 0 });
  },
);

Then(
  /^the flag ([a-z ]+) of (p\d) is (on|off) if that was accepted, and else as before and refused with EOPNOTSUPP$/,
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
