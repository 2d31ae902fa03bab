/** ETHTOOL_MSG_MODULE_FW_FLASH_ACT: ethnl_module_fw_flash_validate() of net/ethtool/module.c. */
import { EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { ApplyChange } from './request.js';

/** A device of the contract does not let the memory of a module be written. */
export const flashModule: ApplyChange = () =>
  Promise.resolve(refusal(EOPNOTSUPP, 'Flashing module firmware is not supported by this device'));
