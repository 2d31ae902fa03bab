/** Params of the reference device. */
import type { DevlinkParamOps, DevlinkParamValue, Errno } from '../../../harness/contract/index.js';
import { done, refuse } from '../control.js';
import type { NicLimits } from '../limits.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

const EINVAL = 22 as Errno;
const EOPNOTSUPP = 95 as Errno;
const LABEL = /^[\x21-\x7e]{0,16}$/;

/** DEVLINK_PARAM_GENERIC_MAX_MACS_NAME and DEVLINK_PARAM_GENERIC_REGION_SNAPSHOT_NAME; the third is the driver's own. */
export const MAX_MACS = 'max_macs';
export const REGION_SNAPSHOT = 'region_snapshot_enable';
export const ASSET_TAG = 'asset_tag';

export class DeviceParams {
  readonly #parts: DevlinkChipParts;
  readonly ops: DevlinkParamOps;
  /** Whether a fatal error leaves a snapshot. */
  takesSnapshots = false;
  /** Kept in the memory of the board. */
  assetTag = '';

  constructor({ unicastFilters }: NicLimits, parts: DevlinkChipParts) {
    this.#parts = parts;
    this.ops = {
      list: [
        { name: MAX_MACS, isGeneric: true, type: 'u32', cmodes: ['driverinit'], driverinit: unicastFilters },
        { name: REGION_SNAPSHOT, isGeneric: true, type: 'bool', cmodes: ['runtime'] },
        { name: ASSET_TAG, isGeneric: false, type: 'string', cmodes: ['permanent'] },
      ],
      get: (name) => {
        if (name === REGION_SNAPSHOT) return { ok: true, value: this.takesSnapshots };
        if (name === ASSET_TAG) return { ok: true, value: this.assetTag };
        return refuse(EOPNOTSUPP);
      },
      set: (name, _, value) => this.#set(name, value),
      validate: (name, value) => {
        if (name === MAX_MACS && (Number(value) < 1 || Number(value) > unicastFilters))
          return refuse(EINVAL, `max_macs must be from 1 to ${unicastFilters}`);
        if (name === ASSET_TAG && !LABEL.test(String(value)))
          return refuse(EINVAL, 'an asset tag has up to 16 printable characters');
        return done;
      },
    };
  }

  reset(): void {
    this.takesSnapshots = false;
    this.assetTag = '';
  }

  #set(name: string, value: DevlinkParamValue): ReturnType<NonNullable<DevlinkParamOps['set']>> {
    if (name === REGION_SNAPSHOT) {
      if (this.#parts.heedsRuntime) this.takesSnapshots = value === true;
      return done;
    }
    if (name !== ASSET_TAG) return refuse(EOPNOTSUPP);
    if (this.#parts.keepsPermanent) this.assetTag = String(value);
    return done;
  }
}
