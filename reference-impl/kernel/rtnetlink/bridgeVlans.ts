/** RTM_GETVLAN: br_vlan_rtm_dump() of net/bridge/br_vlan.c. VLANs have no state and no settings of their own here. */
import type { IfIndex } from '../../../harness/contract/index.js';
import { encodeBody } from '../../netlink/client.js';
import { AF_BRIDGE, RTM_GETVLAN, RTM_NEWVLAN } from '../../netlink/constants.js';
import {
  BRIDGE_VLAN_INFO_PVID,
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
  BRIDGE_VLAN_INFO_UNTAGGED,
} from '../../netlink/families/bridge.js';
import {
  BRIDGE_VLANDB,
  BRIDGE_VLANDB_DUMPF_GLOBAL,
  BRIDGE_VLANDB_DUMP_POLICY,
  BR_VLAN_MSG,
} from '../../netlink/families/bridgeVlans.js';
import { encodeAttributes, numberIn, type Values } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import { bridgeOf, type VlanGroup } from '../bridge/bridge.js';
import { EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { vlanInfos } from './bridgeMessage.js';

const BR_STATE_FORWARDING = 3;
const MDB_RTR_TYPE_TEMP_QUERY = 1;

export function bridgeVlanOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  return [
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

function dumpVlans({ netDevices }: ReferenceKernel, { header, values }: NetlinkRequest): HandlerResult {
  const flags = numberIn(values, 'BRIDGE_VLANDB_DUMP_FLAGS') ?? 0;
  if ((flags & BRIDGE_VLANDB_DUMPF_GLOBAL) !== 0) return refusal(EOPNOTSUPP);
  const index = numberIn(header, 'ifindex') ?? 0;
  const only = netDevices.get(index as IfIndex);
  if (index !== 0 && only === undefined) return refusal(ENODEV);
  if (only !== undefined && groupOf(only) === undefined) return refusal(EINVAL);
  const wanted = only === undefined ? [...netDevices.values()] : [only];
  return {
    ok: true,
    replies: wanted.flatMap((netDevice) => {
      const group = groupOf(netDevice);
      return group === undefined ? [] : [vlansMessage(netDevice, group)];
    }),
  };
}

const groupOf = (netDevice: NetDevice): VlanGroup | undefined =>
  bridgeOf(netDevice)?.vlans ?? netDevice.bridgePort?.vlans;

/** br_vlan_fill_vids(): an entry for each VLAN, or for each run of VLANs that are alike. */
function vlansMessage({ ifIndex }: NetDevice, group: VlanGroup): NetlinkBody {
  const entries: Values[] = [];
  for (const info of vlanInfos(group, true)) {
    const [flags, vid] = [numberIn(info, 'flags') ?? 0, numberIn(info, 'vid') ?? 0];
    const last = entries.at(-1);
    if ((flags & BRIDGE_VLAN_INFO_RANGE_END) !== 0 && last !== undefined)
      entries[entries.length - 1] = { ...last, BRIDGE_VLANDB_ENTRY_RANGE: vid };
    else entries.push(entryOf(vid, flags & ~BRIDGE_VLAN_INFO_RANGE_BEGIN));
  }
  const attributes = encodeAttributes(BRIDGE_VLANDB, { BRIDGE_VLANDB_ENTRY: entries });
  return { type: RTM_NEWVLAN, body: encodeBody(BR_VLAN_MSG, { family: AF_BRIDGE, ifindex: ifIndex }, attributes) };
}

const entryOf = (vid: number, flags: number): Values => ({
  BRIDGE_VLANDB_ENTRY_INFO: { vid, flags: flags & (BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED) },
  BRIDGE_VLANDB_ENTRY_STATE: BR_STATE_FORWARDING,
  BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS: 0,
  BRIDGE_VLANDB_ENTRY_MCAST_ROUTER: MDB_RTR_TYPE_TEMP_QUERY,
});
