/** What a device can be told to do: no setting, so nothing to read back and nothing to take back. */
import { viewOf } from '../netlink/wire.js';
import { byName, ethtoolWire } from './channels/ethtoolMessages.js';
import { ioctl } from './channels/ioctlChannels.js';
import { choicesText } from './names.js';
import { oneDevice } from './plan.js';
import { kernelRefusal, refused, type Outcome } from './refusal.js';
import type { NettoolSession } from './session.js';
import { operationCalled } from './subjects/index.js';

export interface ActionSpec {
  readonly name: string;
  readonly title: string;
  /** Command of the ioctl, and how many bytes its struct has; or the operation of the ethtool family. */
  readonly ioctl?: { readonly command: number; readonly bytes: number; readonly name: string };
  readonly operation?: string;
  /** What a number behind the action means. */
  readonly argument?: { readonly title: string; readonly at: number; readonly otherwise: number };
  /** Interrupts traffic. */
  readonly disrupts: boolean;
}

/** linux/ethtool.h. */
export const ACTIONS: readonly ActionSpec[] = [
  {
    name: 'negotiate',
    title: 'begin autonegotiation again',
    ioctl: { command: 0x9, bytes: 8, name: 'ETHTOOL_NWAY_RST' },
    disrupts: true,
  },
  {
    name: 'identify',
    title: 'make the lamps of the port blink',
    ioctl: { command: 0x1c, bytes: 8, name: 'ETHTOOL_PHYS_ID' },
    argument: { title: 'seconds', at: 4, otherwise: 2 },
    disrupts: false,
  },
  {
    name: 'reset',
    title: 'reset components: a mask of ETH_RESET_ bits, all of them where it is absent',
    ioctl: { command: 0x34, bytes: 8, name: 'ETHTOOL_RESET' },
    argument: { title: 'mask', at: 4, otherwise: 0xffff_ffff },
    disrupts: true,
  },
  {
    name: 'self-test',
    title: 'let the device test itself: 0 online, 1 offline',
    // struct ethtool_test, with room for the results of 64 tests.
    ioctl: { command: 0x1a, bytes: 16 + 8 * 64, name: 'ETHTOOL_TEST' },
    argument: { title: 'flags', at: 4, otherwise: 0 },
    disrupts: true,
  },
  { name: 'cable-test', title: 'test the cable', operation: 'CABLE_TEST_ACT', disrupts: true },
  {
    name: 'cable-test-tdr',
    title: 'measure reflections of the cable',
    operation: 'CABLE_TEST_TDR_ACT',
    disrupts: true,
  },
];

export const actionCalled = (name: string): ActionSpec | undefined => ACTIONS.find((action) => action.name === name);

export interface ActionReport {
  readonly device: string;
  readonly operation: string;
  /** What came back: the struct, or nothing. */
  readonly bytes?: Uint8Array;
}

/** Validates, and unless only that is asked for, does it. */
export async function runAction(
  session: NettoolSession,
  pattern: string,
  actionName: string,
  words: readonly string[],
  { validateOnly = false } = {},
): Promise<Outcome<ActionReport>> {
  const action = actionCalled(actionName);
  if (action === undefined) {
    const accepted = choicesText(
      actionName,
      ACTIONS.map(({ name }) => name),
    );
    return refused({ stage: 'command', key: actionName, message: 'there is no such action', accepted });
  }
  const argument = argumentOf(action, words);
  if (!argument.ok) return argument;
  const device = await oneDevice(session, pattern);
  if (!device.ok) return device;
  const { name, ifIndex } = device.value;
  const operation = action.ioctl?.name ?? `ETHTOOL_MSG_${action.operation ?? ''}`;
  const supported = action.ioctl !== undefined || operationCalled(action.operation) !== undefined;
  if (!supported) return refused({ stage: 'command', key: actionName, message: 'this nettool does not have it' });
  if (validateOnly) return { ok: true, value: { device: name, operation } };
  return session.pool.exclusively(`device ${ifIndex}`, async () => {
    if (action.ioctl === undefined) return act(session, name, action, operation);
    const command = new Uint8Array(action.ioctl.bytes);
    viewOf(command).setUint32(0, action.ioctl.command, true);
    if (action.argument !== undefined) viewOf(command).setUint32(action.argument.at, argument.value, true);
    const answer = await ioctl(session, name, command);
    return answer.ok ? { ok: true, value: { device: name, operation, bytes: answer.value } } : answer;
  });
}

function argumentOf({ name, argument }: ActionSpec, [word, ...more]: readonly string[]): Outcome<number> {
  if (word === undefined) return { ok: true, value: argument?.otherwise ?? 0 };
  const number = Number(word);
  const isGood = argument !== undefined && more.length === 0 && Number.isSafeInteger(number) && number >= 0;
  if (isGood) return { ok: true, value: number };
  const accepted = argument === undefined ? 'nothing behind it' : `a number: ${argument.title}`;
  return refused({
    stage: 'command',
    key: name,
    value: [word, ...more].join(' '),
    message: 'it takes no such word',
    accepted,
  });
}

async function act(
  session: NettoolSession,
  device: string,
  { operation: operationName }: ActionSpec,
  title: string,
): Promise<Outcome<ActionReport>> {
  const operation = operationCalled(operationName);
  if (operation === undefined) return refused({ stage: 'command', device, message: 'there is no such operation' });
  const wire = await ethtoolWire(session, operation, byName(device), {});
  if (!wire.ok || wire.value.kind !== 'netlink')
    return wire.ok ? refused({ stage: 'command', device, message: title }) : wire;
  const { protocol, type, body } = wire.value;
  const result = await session.pool.write(protocol, { type, body });
  if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device }));
  return { ok: true, value: { device, operation: title } };
}
