/** How defects of devlink are written: a row of words, and the one thing that is wrong. */
import type { DevlinkOps, DriverResult } from '../../harness/contract/index.js';
import { GENL_ID_CTRL } from '../netlink/constants.js';
import { DEVLINK_CMD, type DevlinkCommand } from '../netlink/families/devlink.js';
import type { Refusal } from '../netlink/validate.js';
import type { DevlinkChipParts } from '../device/devlink/devlinkChipParts.js';
import type { DevlinkParts } from '../kernel/devlink/devlinkParts.js';
import type { Defect } from './defect.js';
import { DEVLINK_DOCUMENTATION, PRACTICE } from './origins.js';

export const core =
  (change: Partial<DevlinkParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, devlink: { ...parts.devlink, ...change } });
export const chip =
  (change: Partial<DevlinkChipParts>): NonNullable<Defect['devlink']> =>
  (parts) => ({ ...parts, ...change });
/** The driver's operations, changed. */
export const driver =
  (change: (sound: DevlinkOps) => Partial<DevlinkOps>): NonNullable<Defect['wrap']> =>
  (device) =>
    device.devlink === undefined ? device : { ...device, devlink: { ...device.devlink, ...change(device.devlink) } };

export interface Row {
  readonly id: string;
  readonly caughtBy: string;
  readonly title: string;
  readonly description: string;
}
export const documented = (row: Row, how: Partial<Defect>): Defect => ({
  ...row,
  origin: DEVLINK_DOCUMENTATION,
  ...how,
});
export const seen = (row: Row, how: Partial<Defect>): Defect => ({ ...row, origin: PRACTICE, ...how });

export const done: DriverResult = { ok: true, value: undefined };
export const row = (id: string, caughtBy: string, title: string, description: string): Row => ({
  id: `DEF-DL-${id}`,
  caughtBy,
  title,
  description,
});
/** What a request of this command is refused with, changed on its way; undefined: it is acknowledged as if it had been done. */
export const rewords =
  (command: DevlinkCommand, change: (refusal: Refusal) => Refusal | undefined): NonNullable<Defect['kernel']> =>
  (parts) => ({
    ...parts,
    netlink: {
      ...parts.netlink,
      acknowledgement: (request, portId, result) => {
        const changes = !result.ok && request.body[0] === DEVLINK_CMD[command] && request.type !== GENL_ID_CTRL;
        return parts.netlink.acknowledgement(request, portId, changes ? (change(result) ?? { ok: true }) : result);
      },
    },
  });
export const errno =
  (number: number) =>
  (refusal: Refusal): Refusal => ({ ...refusal, errno: number });
export const silently = ({ errno: number }: Refusal): Refusal => ({ ok: false, errno: number });
export const accepts = (): undefined => undefined;
/** Nothing of these is announced. */
export const silent = (...commands: readonly string[]): NonNullable<Defect['kernel']> =>
  core({ announces: (command) => !commands.includes(command) });
