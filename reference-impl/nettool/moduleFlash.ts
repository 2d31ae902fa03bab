/** The firmware of a module: ETHTOOL_MSG_MODULE_FW_FLASH_ACT, checked before it is sent as ethnl_module_fw_flash_validate() checks it. */
import { decodeBody } from '../netlink/client.js';
import { ETHTOOL_NOTIFICATIONS } from '../netlink/families/ethtool.js';
import { isValues, nestIn, numberIn, textIn } from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import type { Message } from '../netlink/wire.js';
import type { ActionContext, ActionProgress, ActionRequest, ActionSpec } from './actionSpec.js';
import { refusedBy } from './assignment.js';
import { askDevlink, portIndexOf } from './channels/devlinkMessages.js';
import { byName, ethtoolWire } from './channels/ethtoolMessages.js';
import type { Outcome, Refusal } from './refusal.js';
import { operationCalled } from './subjects/index.js';

const A = 'ETHTOOL_A_MODULE_FW_FLASH_';
const IFF_UP = 1;
const MINUTE_MS = 60_000;
/** A command of a module may take a minute by itself, and an image has hundreds of them. */
const FLASH_MS = 60 * MINUTE_MS;

/** enum ethtool_module_fw_flash_status. */
const MESSAGES = ['', 'started', 'writes the image', 'completed', 'error'] as const;
const [, STARTED, WRITES, COMPLETED] = MESSAGES;

function progressOf(ifIndex: number) {
  return (message: Message): ActionProgress | undefined => {
    const { command, set } = ETHTOOL_NOTIFICATIONS.MODULE_FW_FLASH_NTF;
    if (message.body[0] !== command) return undefined;
    const { values } = decodeBody(GENLMSGHDR, set, message);
    const header = nestIn(values, `${A}HEADER`);
    if (isValues(header) && numberIn(header, 'ETHTOOL_A_HEADER_DEV_INDEX') !== ifIndex) return undefined;
    const status = MESSAGES[numberIn(values, `${A}STATUS`) ?? 0] ?? '';
    const [done, total] = ['DONE', 'TOTAL'].map((part) => numberIn(values, `${A}${part}`));
    return {
      message: textIn(values, `${A}STATUS_MSG`) ?? status,
      ...(done === undefined || total === undefined || total === 0 ? {} : { done, total }),
    };
  };
}

const ends = ({ message }: ActionProgress): 'done' | 'failed' | undefined =>
  message === COMPLETED ? 'done' : message === STARTED || message === WRITES ? undefined : 'failed';

type Fault = Pick<Refusal, 'message'> & { readonly accepted: string; readonly key?: string };

/** What the kernel would refuse, with what would be accepted. */
async function faultOf({ session, device, words }: ActionContext): Promise<Fault | undefined> {
  const names = String(words['file']).split('/');
  if (names.some((part) => part === '..' || part === ''))
    return {
      key: 'file',
      message: 'no such name leads to a file',
      accepted: "a name below the machine's directory of firmware, such as vendor/module.bin",
    };
  if ((device.flags & IFF_UP) !== 0)
    return {
      message: 'the device is up, and its module starts anew',
      accepted: `set ${device.name} link.up=off first`,
    };
  const index = portIndexOf(device);
  if (index === undefined) return undefined;
  const port = await askDevlink(session, device, 'PORT_GET', { DEVLINK_ATTR_PORT_INDEX: index });
  const isPart = port.ok && numberIn(port.value[0], 'DEVLINK_ATTR_PORT_SPLIT_GROUP') !== undefined;
  return isPart
    ? {
        message: 'it is a part of a port, and its module is that of the others too',
        accepted: `run ${device.name} unsplit first`,
      }
    : undefined;
}

async function flashModule(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const { session, device, words } = context;
  const operation = operationCalled('MODULE_FW_FLASH_ACT');
  if (operation === undefined) throw new Error('the codec has no MODULE_FW_FLASH_ACT');
  const fault = session.parts.checks.has('action') ? await faultOf(context) : undefined;
  if (fault !== undefined) {
    const { key = 'module-flash', ...said } = fault;
    const value = key === 'file' ? { value: String(words['file']) } : {};
    return refusedBy(session.parts, { stage: 'device', device: device.name, key, ...value, ...said });
  }
  const wire = await ethtoolWire(session, operation, byName(device.name), {
    [`${A}FILE_NAME`]: String(words['file']),
    ...(words['password'] === undefined ? {} : { [`${A}PASSWORD`]: Number(words['password']) }),
  });
  if (!wire.ok) return wire;
  const follow = { read: progressOf(device.ifIndex), ends, withinMs: FLASH_MS };
  const request = { operation: 'ETHTOOL_MSG_MODULE_FW_FLASH_ACT', wire: wire.value, follow };
  return { ok: true, value: request };
}

export const MODULE_ACTIONS: readonly ActionSpec[] = [
  {
    name: 'module-flash',
    title: 'write the firmware of the module in the cage, and tell how far it has come',
    arguments: [
      { name: 'file', title: 'name of the file, below /lib/firmware', type: { kind: 'text' } },
      { name: 'password', title: 'of the module', type: { kind: 'number', most: 0xffff_ffff }, optional: true },
    ],
    disrupts: true,
    request: flashModule,
  },
];
