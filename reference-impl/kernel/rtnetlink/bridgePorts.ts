/** AF_BRIDGE: RTM_SETLINK, RTM_DELLINK and RTM_GETLINK of ports and their VLANs (rtnl_bridge_setlink(), br_setlink(), br_afspec()). */
import type { IfIndex, Vid } from '../../../harness/contract/index.js';
import { AF_BRIDGE, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK } from '../../netlink/constants.js';
import {
  BRIDGE_FLAGS_MASTER,
  BRIDGE_FLAGS_SELF,
  BRIDGE_SPEC_VLANS,
  BRIDGE_VLAN_INFO_MASTER,
  BRIDGE_VLAN_INFO_PVID,
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
  BRIDGE_VLAN_INFO_UNTAGGED,
  RTEXT_FILTER_BRVLAN,
  RTEXT_FILTER_BRVLAN_COMPRESSED,
  RTEXT_FILTER_MST,
} from '../../netlink/families/bridge.js';
import { BRIDGE_LINK_DUMP_RULES } from '../../netlink/families/queryRules.js';
import { IFINFOMSG, LINK_CHANGE_POLICY, LINK_QUERY_POLICY } from '../../netlink/families/rtnetlink.js';
import { bytesIn, decodeAttributes, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { bridgeOf, type Bridge, type BridgePort } from '../bridge/bridge.js';
import { addHostVlan, addPortVlan, removeHostVlan, removePortVlan } from '../bridge/vlans.js';
import { EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { fromOutcome, refusal } from '../refusals.js';
import { setPort } from './bridgeLink.js';
import { bridgeLinkMessage } from './bridgeMessage.js';
import { changeTrees, toldTrees } from './bridgeTrees.js';
import { changeTunnels, toldTunnels } from './bridgeTunnels.js';

export function bridgePortOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const change = {
    header: IFINFOMSG,
    policy: LINK_CHANGE_POLICY,
    validation: 'liberal' as const,
    privileged: true,
    family: AF_BRIDGE,
  };
  return [
    { ...change, number: RTM_SETLINK, doit: (request) => changePort(kernel, request, 'set') },
    { ...change, number: RTM_DELLINK, doit: (request) => changePort(kernel, request, 'delete') },
    {
      number: RTM_GETLINK,
      family: AF_BRIDGE,
      header: IFINFOMSG,
      policy: LINK_QUERY_POLICY,
      validation: 'deprecated-strict',
      dumpit: (request) => dumpPorts(kernel, request),
      dumpRules: BRIDGE_LINK_DUMP_RULES,
      shortHeader: 'Invalid header for bridge link dump',
    },
  ];
}

type Change = 'set' | 'delete';
/** Whose VLANs are meant: those of a port, or those of the bridge itself. */
export type Owner =
  | { readonly kind: 'port'; readonly port: BridgePort; readonly bridge: Bridge }
  | { readonly kind: 'bridge'; readonly bridge: Bridge };

async function changePort(kernel: ReferenceKernel, request: NetlinkRequest, how: Change): Promise<HandlerResult> {
  const { header, values } = request;
  const netDevice = kernel.netDevices.get((numberIn(header, 'ifi_index') ?? 0) as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV, 'unknown ifindex');
  const spec = specOf(values);
  const owner = ownerOf(netDevice, spec.flags);
  if (owner === undefined) return refusal(EOPNOTSUPP);
  const protocolInfo = nestIn(values, 'IFLA_PROTINFO');
  if (how === 'set' && owner.kind === 'port' && protocolInfo !== undefined) {
    const refused = await setPort(kernel, owner.port, protocolInfo);
    if (refused !== undefined) return refused;
  }
  const refused =
    (await changeVlans(kernel, owner, spec.vlans, how)) ??
    changeTunnels(kernel, owner.kind === 'port' ? owner.port : undefined, request, how) ??
    (await changeTrees(kernel, owner.kind === 'port' ? owner.port : undefined, request, how));
  if (refused !== undefined) return refused;
  if (owner.kind === 'port') kernel.bridging.events.portChanged(owner.port);
  await kernel.settle();
  return { ok: true };
}

/** rtnl_bridge_setlink(): without a flag, or with MASTER, the bridge of the port; with SELF the device itself. */
function ownerOf(netDevice: Parameters<typeof bridgeOf>[0], flags: number): Owner | undefined {
  const { bridgePort: port } = netDevice;
  if (flags === 0 || (flags & BRIDGE_FLAGS_MASTER) !== 0)
    return port === undefined ? undefined : { kind: 'port', port, bridge: port.bridge };
  const bridge = (flags & BRIDGE_FLAGS_SELF) === 0 ? undefined : bridgeOf(netDevice);
  return bridge === undefined ? undefined : { kind: 'bridge', bridge };
}

export interface VlanInfo {
  readonly vid: number;
  readonly flags: number;
}

interface Spec {
  readonly flags: number;
  readonly vlans: readonly VlanInfo[];
}

function specOf(values: Values): Spec {
  const bytes = bytesIn(values, 'IFLA_AF_SPEC');
  if (bytes === undefined) return { flags: 0, vlans: [] };
  const spec = decodeAttributes(BRIDGE_SPEC_VLANS, bytes);
  const infos = (spec['IFLA_BRIDGE_VLAN_INFO'] ?? []) as readonly Values[];
  return {
    flags: numberIn(spec, 'IFLA_BRIDGE_FLAGS') ?? 0,
    vlans: infos.map((info) => ({ vid: numberIn(info, 'vid') ?? 0, flags: numberIn(info, 'flags') ?? 0 })),
  };
}

/** br_afspec(): one VLAN after the other, a range from its begin to its end; what is done before a refusal stays done. */
export async function changeVlans(
  kernel: ReferenceKernel,
  owner: Owner,
  infos: readonly VlanInfo[],
  how: Change,
): Promise<Refusal | undefined> {
  const parts = kernel.parts.bridge;
  let begin: VlanInfo | undefined;
  for (const info of infos) {
    if (parts.refusesVid(info.vid)) return refusal(EINVAL, 'bridge: Vlan id is invalid');
    if (parts.refusesRange && ((info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0 || begin !== undefined)) {
      const invalid = invalidRange(info, begin);
      if (invalid !== undefined) return refusal(EINVAL, `bridge: ${invalid}`);
    }
    if ((info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0) {
      begin = info;
      continue;
    }
    const last = begin === undefined ? info.vid : parts.lastOfRange(info.vid);
    const refused = await changeRange(kernel, owner, begin?.vid ?? info.vid, last, info.flags, how);
    if (refused !== undefined) return refused;
    begin = undefined;
  }
  return undefined;
}

/** br_process_vlan_info(): runs of VLANs that changed are told together. */
async function changeRange(
  kernel: ReferenceKernel,
  owner: Owner,
  first: number,
  last: number,
  flags: number,
  how: Change,
): Promise<Refusal | undefined> {
  const port = owner.kind === 'port' ? owner.port : null;
  const group = port?.vlans ?? owner.bridge.vlans;
  const seen = (vid: number): string =>
    `${String(group.members.get(vid as Vid)?.untagged)} ${String(group.pvid === vid)}`;
  const tell = (from: number, to: number): void => {
    const change = how === 'set' ? 'new' : 'del';
    if (!kernel.parts.vlanOptions.announces('membership', change)) return;
    kernel.bridging.events.vlansChanged(owner.bridge, port, change, from as Vid, to as Vid);
  };
  let from: number | undefined;
  for (let vid = first; vid <= last; vid++) {
    const before = seen(vid);
    const refused = await changeVlan(kernel, owner, vid as Vid, flags, how);
    const isChanged = refused === undefined && before !== seen(vid);
    if (!isChanged && from !== undefined) tell(from, vid - 1);
    from = isChanged ? (from ?? vid) : undefined;
    if (refused !== undefined) return refused;
  }
  if (from !== undefined) tell(from, last);
  return undefined;
}

/** br_vlan_valid_range(). */
export function invalidRange({ vid, flags }: VlanInfo, begin: VlanInfo | undefined): string | undefined {
  if ((flags & BRIDGE_VLAN_INFO_PVID) !== 0) return "Pvid isn't allowed in a range";
  if (begin === undefined) return undefined;
  if ((flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0) return 'Found a new vlan range start while processing one';
  if ((flags & BRIDGE_VLAN_INFO_RANGE_END) === 0) return 'Vlan range end flag is missing';
  return vid <= begin.vid ? 'End vlan id is less than or equal to start vlan id' : undefined;
}

/** br_vlan_info(). To delete a VLAN that is not there is no error. */
async function changeVlan(
  { bridging }: ReferenceKernel,
  owner: Owner,
  vid: Vid,
  flags: number,
  how: Change,
): Promise<Refusal | undefined> {
  if (how === 'delete') {
    if (owner.kind === 'port') {
      const removed = await removePortVlan(bridging, owner.port, vid);
      if (!removed.ok && bridging.events.parts.missingVlanIsError) return fromOutcome(removed);
    }
    if (owner.kind === 'bridge' || (flags & BRIDGE_VLAN_INFO_MASTER) !== 0)
      await removeHostVlan(bridging, owner.bridge, vid);
    return undefined;
  }
  const vlan = {
    vid,
    pvid: (flags & BRIDGE_VLAN_INFO_PVID) !== 0,
    untagged: (flags & BRIDGE_VLAN_INFO_UNTAGGED) !== 0,
  };
  return fromOutcome(
    owner.kind === 'port'
      ? await addPortVlan(bridging, owner.port, vlan)
      : await addHostVlan(bridging, owner.bridge, vlan),
  );
}

/** rtnl_bridge_getlink(): the ports, and with a filter for VLANs the bridges too. */
function dumpPorts(kernel: ReferenceKernel, { values }: NetlinkRequest): HandlerResult {
  return { ok: true, replies: listPorts(kernel, numberIn(values, 'IFLA_EXT_MASK') ?? 0) };
}

function* listPorts(kernel: ReferenceKernel, mask: number): Generator<NetlinkBody> {
  const vlans = mask & (RTEXT_FILTER_BRVLAN | RTEXT_FILTER_BRVLAN_COMPRESSED);
  for (const netDevice of kernel.netDevices.values()) {
    const { bridgePort } = netDevice;
    if (bridgePort !== undefined) {
      const trees = (mask & RTEXT_FILTER_MST) === 0 ? undefined : toldTrees(kernel, bridgePort);
      const tunnels = vlans === 0 ? [] : toldTunnels(kernel, bridgePort);
      yield bridgeLinkMessage(netDevice, bridgePort, bridgePort.vlans, vlans, { trees, tunnels });
    }
    const bridge = bridgeOf(netDevice);
    if (bridge !== undefined && vlans !== 0) yield bridgeLinkMessage(netDevice, undefined, bridge.vlans, vlans);
  }
}
