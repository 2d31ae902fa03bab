/** Which net device a request for a link means. */
import type { IfIndex } from '../../../harness/contract/index.js';
import { numberIn, textIn } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENODEV } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';

/** By index, else by name (rtnl_dev_get()); EINVAL for neither. */
export function findLink(kernel: ReferenceKernel, { header, values }: NetlinkRequest): NetDevice | Refusal {
  const index = numberIn(header, 'ifi_index') ?? 0;
  const name = textIn(values, 'IFLA_IFNAME') ?? textIn(values, 'IFLA_ALT_IFNAME');
  if (index > 0) return kernel.netDevices.get(index as IfIndex) ?? refusal(ENODEV);
  if (name === undefined) return refusal(EINVAL);
  return kernel.findByName(name) ?? refusal(ENODEV);
}
