/** RTM_NEWVLAN, RTM_DELVLAN and RTM_GETVLAN: br_vlan_rtm_process() and br_vlan_rtm_dump() of net/bridge/br_vlan.c. */
import type { IfIndex } from '../../../harness/contract/index.js';
import { AF_BRIDGE, RTM_DELVLAN, RTM_GETVLAN, RTM_NEWVLAN } from '../../netlink/constants.js';
import {
  BRIDGE_VLANDB_DUMPF_GLOBAL,
  BRIDGE_VLANDB_DUMPF_STATS,
  BRIDGE_VLANDB_DUMP_POLICY,
  BRIDGE_VLANDB_POLICY,
  BR_VLAN_MSG,
} from '../../netlink/families/bridgeVlans.js';
import { numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import { bridgeOf } from '../bridge/bridge.js';
import { EINVAL, ENODEV } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { changeVlanDatabase } from './bridgeVlanChange.js';
import { globalVlansMessage, vlansMessage } from './bridgeVlanMessage.js';

export function bridgeVlanOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const change = {
    family: AF_BRIDGE,
    header: BR_VLAN_MSG,
    policy: BRIDGE_VLANDB_POLICY,
    validation: 'deprecated-strict' as const,
    privileged: true,
    doit: (request: NetlinkRequest) => changeVlanDatabase(kernel, request),
  };
  return [
    { ...change, number: RTM_NEWVLAN },
    { ...change, number: RTM_DELVLAN },
    {
      number: RTM_GETVLAN,
      family: AF_BRIDGE,
      header: BR_VLAN_MSG,
      policy: BRIDGE_VLANDB_DUMP_POLICY,
      validation: 'strict',
      dumpit: (request) => dumpVlans(kernel, request),
    },
  ];
}

function dumpVlans(kernel: ReferenceKernel, { header, values }: NetlinkRequest): HandlerResult {
  const { netDevices } = kernel;
  const flags = numberIn(values, 'BRIDGE_VLANDB_DUMP_FLAGS') ?? 0;
  const index = numberIn(header, 'ifindex') ?? 0;
  const only = netDevices.get(index as IfIndex);
  if (index !== 0 && only === undefined) return refusal(ENODEV);
  if (only !== undefined && bridgeOf(only) === undefined && only.bridgePort === undefined) return refusal(EINVAL);
  const wanted = only === undefined ? [...netDevices.values()] : [only];
  return { ok: true, replies: wanted.flatMap((netDevice) => messagesOf(kernel, netDevice, flags)) };
}

/** Global options are told of bridges alone. */
function messagesOf(kernel: ReferenceKernel, netDevice: NetDevice, flags: number): readonly NetlinkBody[] {
  const port = netDevice.bridgePort ?? null;
  const bridge = bridgeOf(netDevice) ?? port?.bridge;
  if (bridge === undefined) return [];
  if ((flags & BRIDGE_VLANDB_DUMPF_GLOBAL) !== 0) return port === null ? [globalVlansMessage(kernel, bridge)] : [];
  return [vlansMessage(kernel, { bridge, port }, (flags & BRIDGE_VLANDB_DUMPF_STATS) !== 0)];
}
