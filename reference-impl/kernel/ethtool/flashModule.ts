/** ETHTOOL_MSG_MODULE_FW_FLASH_ACT: the firmware of a module is written, and who asked is told how far it has come. net/ethtool/module.c. */
import { numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EALREADY, EBUSY, EINVAL, ENOENT, EOPNOTSUPP } from '../errno.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { missing, refusal } from '../refusals.js';
import { ETHTOOL_OPERATIONS } from '../../netlink/families/ethtool.js';
import { ethtoolStateOf, opsOf } from './deviceState.js';
import { updateModule, type ModuleUpdate } from './moduleUpdate.js';
import type { ApplyChange, EthtoolContext, EthtoolRequest } from './request.js';

/** enum ethtool_module_fw_flash_status. */
const STATUSES = { started: 1, 'in-progress': 2, completed: 3, error: 4 } as const;

/** SFF-8024 identifiers of modules that speak CMIS: QSFP-DD, OSFP, DSFP, and QSFP+, SFP-DD, SFP+ with CMIS. */
const CMIS_IDENTIFIERS: readonly number[] = [0x18, 0x19, 0x1b, 0x1e, 0x1f, 0x20];
const ADDRESS = 0x50;
const NS_A_MS = 1_000_000;

/** ethnl_module_fw_flash_validate(). */
function validate({ kernel }: EthtoolContext, netDevice: NetDevice): Refusal | undefined {
  const { ops } = opsOf(netDevice);
  const { module } = kernel.parts.ethtool;
  if (ops.readModule === undefined || ops.writeModule === undefined)
    return refusal(EOPNOTSUPP, 'Flashing module firmware is not supported by this device');
  if (ops.resetPhy === undefined)
    return refusal(EOPNOTSUPP, 'Reset module is not supported by this device, so flashing is not permitted');
  if (ethtoolStateOf(netDevice).flashing && module.flashesOnce)
    return refusal(EBUSY, 'Module firmware flashing already in progress');
  if (isUp(netDevice) && module.needsDown) return refusal(EBUSY, 'Netdevice is up, so flashing is not permitted');
  if (kernel.devlinks.attributesOf(netDevice)?.splitSubport !== undefined && module.needsWholePort)
    return refusal(EOPNOTSUPP, "Can't perform firmware flashing on a split port");
  return undefined;
}

/** request_firmware_direct() and module_flash_fw_work_init(): the file first, then what kind of module it is. */
async function prepared(
  { kernel }: EthtoolContext,
  { netDevice, values }: EthtoolRequest,
): Promise<Uint8Array | Refusal> {
  const name = textIn(values, 'ETHTOOL_A_MODULE_FW_FLASH_FILE_NAME');
  const { set } = ETHTOOL_OPERATIONS.MODULE_FW_FLASH_ACT;
  if (name === undefined) return missing(set.byName.get('ETHTOOL_A_MODULE_FW_FLASH_FILE_NAME')?.number ?? 0);
  const isBad = name === '' || name.split('/').includes('..');
  const file = isBad ? undefined : kernel.firmware.get(name);
  if (file === undefined) return refusal(isBad ? EINVAL : ENOENT, 'Failed to request module firmware image');
  const { ops, port } = opsOf(netDevice);
  const identifier = await ops.readModule?.(port, { page: 0, bank: 0, i2cAddress: ADDRESS, offset: 0, length: 1 });
  if (identifier?.ok !== true) return refusal(identifier?.errno ?? EOPNOTSUPP);
  return CMIS_IDENTIFIERS.includes(identifier.value[0] ?? 0)
    ? file
    : refusal(EOPNOTSUPP, 'Module type does not support firmware flashing');
}

export const flashModule: ApplyChange = async (context, request) => {
  const { kernel } = context;
  const { netDevice, values, cause } = request;
  const refused = validate(context, netDevice);
  if (refused !== undefined) return refused;
  const file = await prepared(context, request);
  if (!(file instanceof Uint8Array)) return file;
  const state = ethtoolStateOf(netDevice);
  if (state.flashing) return refusal(EALREADY);
  state.flashing = true;
  let { sequence } = cause;
  const tell: ModuleUpdate['tell'] = (status, { message, done = 0, total = 0 } = {}) => {
    const said: Values = {
      ETHTOOL_A_MODULE_FW_FLASH_STATUS: STATUSES[status],
      ...(message === undefined ? {} : { ETHTOOL_A_MODULE_FW_FLASH_STATUS_MSG: message }),
      ETHTOOL_A_MODULE_FW_FLASH_DONE: done,
      ETHTOOL_A_MODULE_FW_FLASH_TOTAL: total,
    };
    if (kernel.parts.ethtool.module.tellsAll) context.announceValues('MODULE_FW_FLASH_NTF', netDevice, said);
    else context.tell({ portId: cause.portId, sequence: ++sequence }, 'MODULE_FW_FLASH_NTF', netDevice, said);
  };
  const password = numberIn(values, 'ETHTOOL_A_MODULE_FW_FLASH_PASSWORD');
  const update = updateModule({ ...opsOf(netDevice), image: file, password, parts: kernel.parts.ethtool.module, tell });
  const go = async (): Promise<void> => {
    const next = await update.next();
    if (next.done === true) state.flashing = false;
    else kernel.schedule(kernel.now + BigInt(next.value * NS_A_MS), go);
  };
  kernel.schedule(kernel.now + BigInt(NS_A_MS), go);
  return undefined;
};
