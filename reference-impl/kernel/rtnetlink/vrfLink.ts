/** Links of the kind "vrf": vrf_newlink(). */
import type { NetDeviceName } from '../../../harness/contract/index.js';
import { VRF_POLICY } from '../../netlink/families/routing.js';
import { bytesIn, nestIn, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import { validateAttributes } from '../../netlink/validate.js';
import { EINVAL } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';
import { createVrf } from '../vrfDevice.js';

export function newVrf(kernel: ReferenceKernel, request: NetlinkRequest, name: string | undefined): HandlerResult {
  const bytes = bytesIn(nestIn(request.values, 'IFLA_LINKINFO'), 'IFLA_INFO_DATA') ?? new Uint8Array(0);
  const checked = validateAttributes(VRF_POLICY, bytes, 0, 'liberal');
  if (!checked.ok) return checked;
  const table = numberIn(checked.values, 'IFLA_VRF_TABLE');
  if (kernel.parts.routing.requiresVrfTable) {
    if (table === undefined) return refusal(EINVAL, 'VRF table id is missing');
    if (table === 0) return refusal(EINVAL, 'Invalid VRF table id');
  }
  createVrf(kernel, {
    ifIndex: kernel.newIfIndex(),
    name: (name ?? kernel.freeName('vrf')) as NetDeviceName,
    table: table ?? 0,
  });
  return { ok: true };
}
