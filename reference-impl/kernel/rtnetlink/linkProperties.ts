/** RTM_NEWLINKPROP and RTM_DELLINKPROP: more names of a net device (rtnl_linkprop() of net/core/rtnetlink.c). */
import { RTM_DELLINKPROP, RTM_NEWLINKPROP } from '../../netlink/constants.js';
import { IFINFOMSG, LINK_CHANGE_POLICY } from '../../netlink/families/rtnetlink.js';
import { listIn, nestIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EEXIST, EINVAL, ENOENT } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { notify } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { findLink } from './linkSubject.js';

export function linkPropertyOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const operation = {
    header: IFINFOMSG,
    policy: LINK_CHANGE_POLICY,
    validation: 'strict' as const,
    privileged: true,
  };
  return [
    { ...operation, number: RTM_NEWLINKPROP, doit: (request) => change(kernel, request, addName) },
    { ...operation, number: RTM_DELLINKPROP, doit: (request) => change(kernel, request, removeName) },
  ];
}

type ChangeName = (kernel: ReferenceKernel, netDevice: NetDevice, name: string) => Refusal | undefined;

function change(kernel: ReferenceKernel, request: NetlinkRequest, changeName: ChangeName): HandlerResult {
  const netDevice = findLink(kernel, request);
  if ('errno' in netDevice) return netDevice;
  const names = listIn(nestIn(request.values, 'IFLA_PROP_LIST'), 'IFLA_ALT_IFNAME');
  for (const name of names) {
    const refused = typeof name === 'string' ? changeName(kernel, netDevice, name) : undefined;
    if (refused !== undefined) return refused;
  }
  if (names.length > 0) notify(kernel, 'NETDEV_CHANGE', netDevice);
  return { ok: true };
}

/** netdev_name_node_alt_create(). */
function addName(kernel: ReferenceKernel, netDevice: NetDevice, name: string): Refusal | undefined {
  if (kernel.findByName(name) !== undefined && kernel.parts.control.refusesNamesInUse) return refusal(EEXIST);
  netDevice.alternativeNames.push(name);
  return undefined;
}

/** netdev_name_node_alt_destroy(). */
function removeName(kernel: ReferenceKernel, netDevice: NetDevice, name: string): Refusal | undefined {
  const found = kernel.findByName(name);
  if (found === undefined) return refusal(ENOENT);
  const at = netDevice.alternativeNames.indexOf(name);
  if (found !== netDevice || at < 0) return refusal(EINVAL);
  netDevice.alternativeNames.splice(at, 1);
  return undefined;
}
