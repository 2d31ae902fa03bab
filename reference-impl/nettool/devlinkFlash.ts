/** Firmware that is written, and tests that a device makes of itself: DEVLINK_CMD_FLASH_UPDATE and DEVLINK_CMD_SELFTESTS_RUN. */
import { decodeBody } from '../netlink/client.js';
import { DEVLINK_CMD, DEVLINK_GENL_MCGRP_CONFIG_NAME, DEVLINK_GENL_NAME } from '../netlink/families/devlink.js';
import { DEVLINK } from '../netlink/families/devlinkAttributes.js';
import { isValues, listIn, numberIn, textIn, type Values } from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import { viewOf, type Message } from '../netlink/wire.js';
import type { ActionContext, ActionProgress, ActionRequest, ActionSpec } from './actionSpec.js';
import { refusedBy } from './assignment.js';
import { askDevlink, devlinkWire } from './channels/devlinkMessages.js';
import { instanceBehind, instanceNamed } from './devlinkHandles.js';
import { offeredTests, selftestResults, testsToRun } from './devlinkSelftests.js';
import { choicesText } from './names.js';
import type { Outcome } from './refusal.js';
import type { Scalar } from './values.js';

const valuesOf = (message: Message): Values => decodeBody(GENLMSGHDR, DEVLINK, message).values;

const MINUTE_MS = 60_000;
/** Some memories are written a byte at a time. */
const FLASH_MS = 60 * MINUTE_MS;
const TEST_MS = 10 * MINUTE_MS;

const wrong = (
  { session, device }: ActionContext,
  key: string,
  value: Scalar | undefined,
  refusal: { readonly message: string; readonly accepted: string },
): Outcome<never> =>
  refusedBy(session.parts, {
    stage: 'device',
    device: device.name,
    key,
    ...(value === undefined ? {} : { value: String(value) }),
    ...refusal,
  });

/** devlink_flash_component_get(): a component is among the versions that the device tells, by its name. */
async function componentRefusal(context: ActionContext, component: Scalar): Promise<Outcome<never> | undefined> {
  const info = await askDevlink(context.session, context.device, 'INFO_GET');
  if (!info.ok) return info;
  const names = (['RUNNING', 'STORED'] as const).flatMap((kind) =>
    listIn(info.value[0], `DEVLINK_ATTR_INFO_VERSION_${kind}`)
      .filter(isValues)
      .map((version) => textIn(version, 'DEVLINK_ATTR_INFO_VERSION_NAME') ?? ''),
  );
  if (names.includes(String(component))) return undefined;
  const accepted = names.length === 0 ? 'none: the device tells no versions' : choicesText(String(component), names);
  return wrong(context, 'component', component, { message: 'the device has no such component', accepted });
}

/** What is announced of an update of this instance. */
const progressOf =
  (instance: string | undefined) =>
  (message: Message): ActionProgress | undefined => {
    if (message.body[0] !== DEVLINK_CMD.FLASH_UPDATE_STATUS) return undefined;
    const values = valuesOf(message);
    if (instanceNamed(values) !== instance) return undefined;
    const component = textIn(values, 'DEVLINK_ATTR_FLASH_UPDATE_COMPONENT');
    const [done, total] = ['DONE', 'TOTAL'].map((part) => numberIn(values, `DEVLINK_ATTR_FLASH_UPDATE_STATUS_${part}`));
    return {
      message: textIn(values, 'DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG') ?? '',
      ...(component === undefined ? {} : { component }),
      ...(done === undefined || total === undefined || total === 0 ? {} : { done, total }),
    };
  };

/** enum devlink_flash_overwrite: bits of DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK. */
const SECTIONS: Readonly<Record<string, number>> = { settings: 1, identifiers: 2, all: 3 };

/** linux/ethtool.h: struct ethtool_flash. */
const ETHTOOL_FLASHDEV = 0x33;
const FLASH_BYTES = 8 + 128;
const FILE_AT = 8;

/** Of a driver without devlink: dev_ethtool() has an operation for it too. */
function flashByEthtool({ words }: ActionContext): ActionRequest {
  const struct = new Uint8Array(FLASH_BYTES);
  viewOf(struct).setUint32(0, ETHTOOL_FLASHDEV, true);
  struct.set(new TextEncoder().encode(String(words['file'])).subarray(0, FLASH_BYTES - FILE_AT - 1), FILE_AT);
  return { operation: 'ETHTOOL_FLASHDEV', wire: { kind: 'ioctl', command: struct } };
}

async function flash(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const { session, device, words } = context;
  const { file, component, overwrite } = words;
  const looks = session.parts.checks.has('action');
  if (
    looks &&
    String(file)
      .split('/')
      .some((part) => part === '..' || part === '')
  )
    return wrong(context, 'file', file, {
      message: 'no such name leads to a file',
      accepted: "a name below the machine's directory of firmware, such as vendor/image.bin",
    });
  const instance = await askDevlink(session, device, 'GET');
  if (!instance.ok) {
    const isOther = instance.refusal.errno === 'EOPNOTSUPP' && component === undefined && device.isHandle !== true;
    return isOther ? { ok: true, value: flashByEthtool(context) } : instance;
  }
  const absent = looks && component !== undefined ? await componentRefusal(context, component) : undefined;
  if (absent !== undefined) return absent;
  const sections = overwrite === undefined ? undefined : (SECTIONS[String(overwrite)] ?? 0);
  const wire = await devlinkWire(session, device, 'FLASH_UPDATE', {
    DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME: String(file),
    ...(component === undefined ? {} : { DEVLINK_ATTR_FLASH_UPDATE_COMPONENT: String(component) }),
    ...(sections === undefined
      ? {}
      : { DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK: { value: sections, selector: sections } }),
  });
  if (!wire.ok) return wire;
  const progress = {
    family: DEVLINK_GENL_NAME,
    group: DEVLINK_GENL_MCGRP_CONFIG_NAME,
    read: progressOf(instanceBehind(device)),
  };
  const request = { operation: 'DEVLINK_CMD_FLASH_UPDATE', wire: wire.value, progress, timeoutMs: FLASH_MS };
  return { ok: true, value: request };
}

async function selftests(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const { session, device, words } = context;
  const offered = await askDevlink(session, device, 'SELFTESTS_GET');
  if (!offered.ok) return offered;
  const tests = offeredTests(offered.value[0]);
  const asked = words['test'] === undefined ? tests : [String(words['test'])];
  const absent = asked.find((test) => !tests.includes(test));
  if (session.parts.checks.has('action') && (absent !== undefined || asked.length === 0))
    return wrong(context, 'test', absent, {
      message: 'the device has no such test',
      accepted: tests.length === 0 ? 'none: it has none' : tests.join(', '),
    });
  const wire = await devlinkWire(session, device, 'SELFTESTS_RUN', testsToRun(asked));
  if (!wire.ok) return wire;
  const operation = 'DEVLINK_CMD_SELFTESTS_RUN';
  return { ok: true, value: { operation, wire: wire.value, result: selftestResults, timeoutMs: TEST_MS } };
}

const name = { kind: 'text' } as const;

export const FLASH_ACTIONS: readonly ActionSpec[] = [
  {
    name: 'flash',
    title: 'write a file of the machine’s directory of firmware to the device, and tell how far it has come',
    arguments: [
      { name: 'file', title: 'name of the file, below /lib/firmware', type: name },
      { name: 'component', title: 'name of a version', type: name, optional: true },
      {
        name: 'overwrite',
        title: 'what of the device the file may overwrite too',
        type: { kind: 'choice', choices: SECTIONS },
        optional: true,
      },
    ],
    disrupts: false,
    request: flash,
  },
  {
    name: 'devlink-selftest',
    title: 'let the device test its parts, all of them or one',
    arguments: [{ name: 'test', title: 'name of a test', type: name, optional: true }],
    disrupts: true,
    request: selftests,
  },
];
