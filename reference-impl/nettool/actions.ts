/** What a device can be told to do: no setting, so nothing to read back and nothing to take back. */
import type { DevlinkFormatted } from '../netlink/devlinkClient.js';
import { viewOf } from '../netlink/wire.js';
import { ETH_SS_TEST } from '../netlink/families/ethtool.js';
import { followAction } from './actionFollowing.js';
import { ProgressListener } from './actionProgress.js';
import type { ActionArgument, ActionContext, ActionProgress, ActionRequest, ActionSpec } from './actionSpec.js';
import { refusedBy } from './assignment.js';
import { byName, ethtoolWire } from './channels/ethtoolMessages.js';
import { ioctl } from './channels/ioctlChannels.js';
import { OperationTimeout } from './connection.js';
import { stringSet } from './channels/featuresChannel.js';
import { FLASH_ACTIONS } from './devlinkFlash.js';
import { laneOf, withoutHandles } from './devlinkHandles.js';
import { DEVLINK_ACTIONS } from './devlinkActions.js';
import { DEVLINK_CHIP_ACTIONS } from './devlinkChipActions.js';
import { choicesText } from './names.js';
import { MODULE_ACTIONS } from './moduleFlash.js';
import { toldRow } from './parts.js';
import { oneDevice, policyBreach } from './plan.js';
import type { Row } from './reading.js';
import { kernelRefusal, refused, type Outcome } from './refusal.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import { operationCalled } from './subjects/index.js';
import { acceptedForm, parseValue, type Scalar } from './values.js';

interface IoctlCommand {
  readonly name: string;
  readonly command: number;
  /** Of its struct. */
  readonly bytes: number;
  /** Where the argument lies in it, and what it is where nothing is said. */
  readonly argument?: { readonly at: number; readonly name: string; readonly otherwise: number };
}

const byIoctl =
  ({ name, command, bytes, argument }: IoctlCommand): ActionSpec['request'] =>
  ({ words }) => {
    const struct = new Uint8Array(bytes);
    viewOf(struct).setUint32(0, command, true);
    if (argument !== undefined)
      viewOf(struct).setUint32(argument.at, Number(words[argument.name] ?? argument.otherwise), true);
    return Promise.resolve({ ok: true, value: { operation: name, wire: { kind: 'ioctl', command: struct } } });
  };

/** struct ethtool_test, with room for the results of so many tests. */
const MOST_TESTS = 64;
const TEST_BYTES = 16;
const ETH_TEST_FL_FAILED = 1 << 1;
const SELF_TEST_MS = 120_000;

/** No message of netlink runs it; the names of the tests are a string set. A test that was passed is 0. */
const selfTest: ActionSpec['request'] = async (context) => {
  const { session, device } = context;
  const command: IoctlCommand = {
    name: 'ETHTOOL_TEST',
    command: 0x1a,
    bytes: TEST_BYTES + 8 * MOST_TESTS,
    argument: { at: 4, name: 'flags', otherwise: 0 },
  };
  const request = await byIoctl(command)(context);
  if (!request.ok) return request;
  const names = await stringSet(session, device.name, ETH_SS_TEST);
  const structResult = (struct: Uint8Array): DevlinkFormatted => {
    const view = viewOf(struct);
    const count = Math.min(view.getUint32(12, true), names.ok ? names.value.length : MOST_TESTS);
    const tests = Array.from({ length: count }, (_, index) => {
      const name = (names.ok ? names.value[index] : undefined) ?? `test ${index}`;
      return [name, Number(view.getBigUint64(TEST_BYTES + 8 * index, true))] as const;
    });
    const hasFailed = (view.getUint32(4, true) & ETH_TEST_FL_FAILED) !== 0;
    return { passed: !hasFailed, tests: Object.fromEntries(tests) };
  };
  return { ok: true, value: { ...request.value, structResult, timeoutMs: SELF_TEST_MS } };
};

const byEthtool =
  (called: string): ActionSpec['request'] =>
  async ({ session, device }: ActionContext): Promise<Outcome<ActionRequest>> => {
    const operation = operationCalled(called);
    if (operation === undefined) return refused({ stage: 'command', message: 'there is no such operation' });
    const wire = await ethtoolWire(session, operation, byName(device.name), {});
    return wire.ok ? { ok: true, value: { operation: `ETHTOOL_MSG_${called}`, wire: wire.value } } : wire;
  };

const word = (name: string, title: string): ActionArgument => ({
  name,
  title,
  type: { kind: 'number', most: 0xffff_ffff },
  optional: true,
});

/** linux/ethtool.h. */
const ETHTOOL_ACTIONS: readonly ActionSpec[] = [
  {
    name: 'negotiate',
    title: 'begin autonegotiation again',
    arguments: [],
    disrupts: true,
    request: byIoctl({ name: 'ETHTOOL_NWAY_RST', command: 0x9, bytes: 8 }),
  },
  {
    name: 'identify',
    title: 'make the lamps of the port blink',
    arguments: [word('seconds', 'how long')],
    disrupts: false,
    request: byIoctl({
      name: 'ETHTOOL_PHYS_ID',
      command: 0x1c,
      bytes: 8,
      argument: { at: 4, name: 'seconds', otherwise: 2 },
    }),
  },
  {
    name: 'reset',
    title: 'reset components: a mask of ETH_RESET_ bits, all of them where it is absent',
    arguments: [word('mask', 'mask of components')],
    disrupts: true,
    request: byIoctl({
      name: 'ETHTOOL_RESET',
      command: 0x34,
      bytes: 8,
      argument: { at: 4, name: 'mask', otherwise: 0xffff_ffff },
    }),
  },
  {
    name: 'self-test',
    title: 'let the device test itself: 0 online, 1 offline, 4 with an external loopback',
    arguments: [word('flags', '0 or 1')],
    disrupts: true,
    request: selfTest,
  },
  {
    name: 'cable-test',
    title: 'test the cable',
    arguments: [],
    disrupts: true,
    request: byEthtool('CABLE_TEST_ACT'),
  },
  {
    name: 'cable-test-tdr',
    title: 'measure reflections of the cable',
    arguments: [],
    disrupts: true,
    request: byEthtool('CABLE_TEST_TDR_ACT'),
  },
];

/** Handles of devlink that have no net device can do these alone. */
const ofDevlink: ReadonlySet<ActionSpec> = new Set([...DEVLINK_ACTIONS, ...DEVLINK_CHIP_ACTIONS, ...FLASH_ACTIONS]);

export const ACTIONS: readonly ActionSpec[] = [...ETHTOOL_ACTIONS, ...MODULE_ACTIONS, ...ofDevlink];

export const actionCalled = (name: string): ActionSpec | undefined => ACTIONS.find((action) => action.name === name);

/** The words behind an action, as they are written. */
export const argumentsText = (action: ActionSpec): string =>
  action.arguments
    .map(({ name, optional }) => (optional === true ? `[${name.toUpperCase()}]` : name.toUpperCase()))
    .join(' ');

export interface ActionReport {
  readonly device: string;
  readonly operation: string;
  /** What came back: the struct. */
  readonly bytes?: Uint8Array;
  /** What the answer tells. */
  readonly result?: DevlinkFormatted;
  /** How it went, where the kernel announced it. */
  readonly progress?: readonly ActionProgress[];
}

export interface ActionOptions {
  /** Only check. */
  readonly validateOnly?: boolean;
  /** Is told of progress as it is announced. */
  readonly onProgress?: (progress: ActionProgress) => void;
}

/** Validates, and unless only that is asked for, does it. */
export async function runAction(
  session: NettoolSession,
  pattern: string,
  actionName: string,
  words: readonly string[],
  { validateOnly = false, onProgress }: ActionOptions = {},
): Promise<Outcome<ActionReport>> {
  const action = actionCalled(actionName);
  if (action === undefined) {
    const accepted = choicesText(
      actionName,
      ACTIONS.map(({ name }) => name),
    );
    return refusedBy(session.parts, {
      stage: 'command',
      key: actionName,
      message: 'there is no such action',
      accepted,
    });
  }
  const said = wordsOf(session, action, words);
  if (!said.ok) return said;
  const device = await oneDevice(session, pattern);
  if (!device.ok) return device;
  const wrong = ofDevlink.has(action) ? undefined : withoutHandles(device.value, actionName);
  if (wrong !== undefined) return refused(wrong);
  return session.pool.exclusively(laneOf(device.value), async () => {
    const request = await action.request({
      session,
      device: device.value,
      words: toldRow(session.parts, actionName, said.value),
    });
    if (!request.ok) return refused({ device: device.value.name, key: actionName, ...request.refusal });
    const breach = await policyBreach(session, device.value, { ...request.value, keys: new Map() }, 'action');
    if (breach !== undefined) return refused(breach);
    const { operation } = request.value;
    if (validateOnly && !session.parts.actsWhileValidating)
      return { ok: true, value: { device: device.value.name, operation } };
    return send(session, device.value, request.value, onProgress);
  });
}

/** By their places, or by name. */
function wordsOf(session: NettoolSession, action: ActionSpec, words: readonly string[]): Outcome<Row> {
  const said: Record<string, Scalar> = {};
  const accepted = action.arguments.length === 0 ? 'nothing behind it' : `${action.name} ${argumentsText(action)}`;
  for (const [place, text] of words.entries()) {
    const named = action.arguments.find(({ name }) => text.startsWith(`${name}=`));
    const argument = named ?? action.arguments[place];
    const value = named === undefined ? text : text.slice(named.name.length + 1);
    const about = { stage: 'command', key: action.name, value: text } as const;
    if (argument === undefined || said[argument.name] !== undefined)
      return refusedBy(session.parts, { ...about, message: 'it takes no such word', accepted });
    const parsed = parseValue(argument.type, value);
    const most = argument.type.kind === 'number' ? (argument.type.most ?? Infinity) : Infinity;
    if (!parsed.ok || Number(parsed.value) > most) {
      const form = `${argument.name} (${argument.title}): ${acceptedForm(argument.type)}`;
      return refusedBy(session.parts, { ...about, message: 'it takes no such word', accepted: form });
    }
    said[argument.name] = parsed.value;
  }
  const missing = action.arguments.find(({ name, optional }) => optional !== true && said[name] === undefined);
  if (missing === undefined) return { ok: true, value: said };
  const message = `it needs ${missing.title}`;
  return refusedBy(session.parts, { stage: 'command', key: action.name, message, accepted });
}

async function send(
  session: NettoolSession,
  { name: device }: NetDeviceInfo,
  request: ActionRequest,
  onProgress?: (progress: ActionProgress) => void,
): Promise<Outcome<ActionReport>> {
  const { operation, wire, result: tell, structResult, timeoutMs } = request;
  const { passesOn } = session.parts;
  if (wire.kind === 'ioctl') {
    const answer = await ioctl(session, device, wire.command);
    if (!answer.ok) return answer;
    const told = structResult === undefined ? {} : { result: passesOn(structResult(answer.value)) };
    return { ok: true, value: { device, operation, bytes: answer.value, ...told } };
  }
  if (request.follow !== undefined) {
    const told = await followAction(session, device, request, wire, (one) => onProgress?.(one));
    return told.ok ? { ok: true, value: { device, operation, progress: told.value } } : told;
  }
  const { protocol, type, flags, body } = wire;
  const progress: ActionProgress[] = [];
  const listener = await ProgressListener.open(session, request, (one) => {
    progress.push(one);
    onProgress?.(one);
  });
  try {
    const message = { type, body, ...(flags === undefined ? {} : { flags }) };
    const result = await session.pool.write(protocol, message, timeoutMs);
    await listener?.close();
    if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device }));
    return {
      ok: true,
      value: {
        device,
        operation,
        ...(tell === undefined ? {} : { result: passesOn(tell(result.value)) }),
        ...(progress.length === 0 ? {} : { progress }),
      },
    };
  } catch (error) {
    await listener?.close();
    if (!(error instanceof OperationTimeout)) throw error;
    return refused({ stage: 'machine', device, message: `${error.message}; whether it was done is not known` });
  }
}
