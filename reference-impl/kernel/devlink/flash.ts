/** Flash updates: devlink_nl_flash_update_doit() of net/devlink/dev.c. */
import type { DevlinkFlashStatus } from '../../../harness/contract/index.js';
import { nestIn, numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../errno.js';
import { refusal, refusalAt } from '../refusals.js';
import { handleValues } from './instance.js';
import {
  DONE,
  declined,
  missingOf,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkRequest,
} from './operations.js';

/** devlink_nl_flash_update_fill(). */
export const statusValues = ({ message, component, done = 0, total = 0, timeout = 0 }: DevlinkFlashStatus): Values => ({
  ...(message === undefined ? {} : { DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG: message }),
  ...(component === undefined ? {} : { DEVLINK_ATTR_FLASH_UPDATE_COMPONENT: component }),
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_DONE: done,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL: total,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_TIMEOUT: timeout,
});

/** devlink_flash_component_get(): only what is among the versions as a component can be named. */
async function componentRefusal(asked: DevlinkRequest, component: string): Promise<Refusal | undefined> {
  const { request, instance, devlink } = asked;
  const at = (errno: number, message: string): Refusal =>
    refusalAt(request, 'DEVLINK_ATTR_FLASH_UPDATE_COMPONENT', errno, message);
  const info = await instance.ops.infoGet?.();
  if (info === undefined) return at(EOPNOTSUPP, 'component update is not supported by this device');
  if (!info.ok) return declined(info);
  const isKnown = info.value.versions.some(({ name, isComponent }) => isComponent === true && name === component);
  return isKnown || !devlink.parts.checksFlashComponent
    ? undefined
    : at(EINVAL, 'selected component is not supported by this device');
}

/** _request_firmware(): a name leads to a file below the directory, and nowhere else. */
function fileOf({ devlink, request, values }: DevlinkRequest): Uint8Array | Refusal {
  const name = textIn(values, 'DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME') ?? '';
  const isBad = name === '' || devlink.parts.leadsUp(name);
  const file = devlink.kernel.firmware.get(name);
  if (!isBad && file !== undefined) return file;
  return refusalAt(
    request,
    'DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME',
    isBad ? EINVAL : ENOENT,
    'failed to locate the requested firmware file',
  );
}

async function flashUpdate(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, request, instance, values } = asked;
  const { flash } = instance.ops;
  if (flash === undefined) return refusal(EOPNOTSUPP);
  const absent = missingOf(asked, 'FLASH_UPDATE_FILE_NAME');
  if (absent !== undefined) return absent;
  const component = textIn(values, 'DEVLINK_ATTR_FLASH_UPDATE_COMPONENT');
  const wrong = component === undefined ? undefined : await componentRefusal(asked, component);
  if (wrong !== undefined) return wrong;
  const sections = nestIn(values, 'DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK');
  if (sections !== undefined && flash.overwrites !== true) {
    const message = 'overwrite settings are not supported by this device';
    return refusalAt(request, 'DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK', EOPNOTSUPP, message);
  }
  const file = fileOf(asked);
  const handle = handleValues(instance);
  if (file instanceof Uint8Array || !devlink.parts.findsFileFirst) devlink.tell(instance, 'FLASH_UPDATE', handle);
  if (!(file instanceof Uint8Array)) return file;
  const done = await flash.update({
    file,
    ...(component === undefined ? {} : { component }),
    overwriteMask: (numberIn(sections, 'value') ?? 0) & (numberIn(sections, 'selector') ?? 0),
  });
  if (done.ok || devlink.parts.tellsFailedEnd) devlink.tell(instance, 'FLASH_UPDATE_END', handle);
  return done.ok ? DONE : declined(done);
}

export const flashOperations: DevlinkOperations = { FLASH_UPDATE: { doit: flashUpdate } };
