/** IFLA_BRIDGE_VLAN_TUNNEL_INFO and BRIDGE_VLANDB_ENTRY_TUNNEL_INFO: net/bridge/br_netlink_tunnel.c, br_vlan_modify_tunnel(). */
import type { Vid } from '../../../harness/contract/index.js';
import { RTM_DELLINK, RTM_SETLINK } from '../../netlink/constants.js';
import {
  BRIDGE_SPEC,
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
  VLAN_TUNNEL_POLICY,
} from '../../netlink/families/bridge.js';
import { bytesIn, nestIn, numberIn, type Value, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import { validateAttributes, type Refusal } from '../../netlink/validate.js';
import { NLA_HDRLEN, parseAttributes } from '../../netlink/wire.js';
import type { BridgePort, MemberVlan } from '../bridge/bridge.js';
import { addTunnel, tunnelsJoin } from '../bridge/vlanTunnels.js';
import { EINVAL, ENOENT, ERANGE } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { KernelParts } from '../parts.js';
import { fromOutcome, refusal } from '../refusals.js';

const IFLA_BRIDGE_VLAN_TUNNEL_INFO = BRIDGE_SPEC.byName.get('IFLA_BRIDGE_VLAN_TUNNEL_INFO')?.number;
const VLAN_VID_MASK = 4095;

interface TunnelInfo {
  readonly id: number;
  readonly vid: number;
  readonly flags: number;
}

type Change = 'set' | 'delete';

/** br_afspec(), its part of tunnels; without a port the bridge itself is meant. */
export function changeTunnels(
  { parts }: ReferenceKernel,
  port: BridgePort | undefined,
  { values, offsets }: NetlinkRequest,
  how: Change,
): Refusal | undefined {
  const spec = bytesIn(values, 'IFLA_AF_SPEC');
  if (spec === undefined) return undefined;
  const base = (offsets.get('IFLA_AF_SPEC') ?? 0) + NLA_HDRLEN;
  const { refuses } = parts.vlanTunnels;
  let begin: TunnelInfo | undefined;
  for (const { type, data } of parseAttributes(spec, base).attributes) {
    if (type !== IFLA_BRIDGE_VLAN_TUNNEL_INFO) continue;
    if (port === undefined || (!port.flags.vlanTunnel && refuses('flag'))) return refusal(EINVAL);
    const info = readInfo(parts, data);
    if ('errno' in info) return info;
    const refused =
      (info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0 ? beginning(begin) : change(parts, port, begin, info, how);
    if (refused !== undefined) return refused;
    begin = (info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0 ? info : undefined;
  }
  return undefined;
}

const beginning = (begin: TunnelInfo | undefined): Refusal | undefined =>
  begin === undefined ? undefined : refusal(EINVAL);

/** br_parse_vlan_tunnel_info(): without a text, as there. */
function readInfo({ vlanTunnels: { refuses } }: KernelParts, data: Uint8Array): TunnelInfo | Refusal {
  const parsed = validateAttributes(VLAN_TUNNEL_POLICY, data, 0, 'liberal');
  if (!parsed.ok) return refusal(parsed.errno);
  const [id, vid, flags = 0] = ['ID', 'VID', 'FLAGS'].map((name) =>
    numberIn(parsed.values, `IFLA_BRIDGE_VLAN_TUNNEL_${name}`),
  );
  if ((id === undefined || vid === undefined) && refuses('incomplete')) return refusal(EINVAL);
  if ((vid ?? 0) >= VLAN_VID_MASK && refuses('vid')) return refusal(ERANGE);
  return { id: id ?? 0, vid: vid ?? 0, flags };
}

/** br_process_vlan_tunnel_info(): a VLAN, or those from the beginning of a range to this one. */
function change(
  { vlanTunnels }: KernelParts,
  port: BridgePort,
  begin: TunnelInfo | undefined,
  end: TunnelInfo,
  how: Change,
): Refusal | undefined {
  const isEnd = (end.flags & BRIDGE_VLAN_INFO_RANGE_END) !== 0;
  if (isEnd && begin === undefined) return refusal(EINVAL);
  const first = isEnd && begin !== undefined ? begin : end;
  const distance = end.vid - first.vid;
  if ((distance < 0 || distance !== end.id - first.id) && vlanTunnels.refuses('range')) return refusal(EINVAL);
  for (let index = 0; index <= distance; index++) {
    const vid = (first.vid + index) as Vid;
    const refused =
      how === 'delete'
        ? deleteTunnel(port, vid)
        : fromOutcome(addTunnel(vlanTunnels, port, vid, vlanTunnels.tunnelOf(first.id, index)));
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** To delete what is not there is no error. */
function deleteTunnel({ vlans }: BridgePort, vid: Vid): undefined {
  const vlan = vlans.members.get(vid);
  if (vlan !== undefined) vlan.tunnelId = undefined;
  return undefined;
}

/** br_fill_vlan_tunnel_info(). */
export function toldTunnels({ parts }: ReferenceKernel, { vlans, flags }: BridgePort): readonly Values[] {
  if (!flags.vlanTunnel) return [];
  const runs: { first: Vid; last: Vid; vlan: MemberVlan; end: MemberVlan }[] = [];
  for (const vid of [...vlans.members.keys()].sort((a, b) => a - b)) {
    const vlan = vlans.members.get(vid);
    if (vlan?.tunnelId === undefined) continue;
    const run = runs.at(-1);
    if (run !== undefined && vid - run.last === 1 && tunnelsJoin(parts.vlanTunnels, vlan, run.end)) {
      run.last = vid;
      run.end = vlan;
    } else runs.push({ first: vid, last: vid, vlan, end: vlan });
  }
  return runs.flatMap(({ first, last, vlan, end }) =>
    first === last
      ? [told(first, vlan, 0)]
      : [told(first, vlan, BRIDGE_VLAN_INFO_RANGE_BEGIN), told(last, end, BRIDGE_VLAN_INFO_RANGE_END)],
  );
}

const told = (vid: Vid, { tunnelId }: MemberVlan, flags: number): Values => ({
  IFLA_BRIDGE_VLAN_TUNNEL_ID: tunnelId ?? 0,
  IFLA_BRIDGE_VLAN_TUNNEL_VID: vid,
  IFLA_BRIDGE_VLAN_TUNNEL_FLAGS: flags,
});

/** br_vlan_modify_tunnel(): of RTM_NEWVLAN. */
export function setTunnel(
  { parts: { vlanTunnels } }: ReferenceKernel,
  { port }: { readonly port: BridgePort | null },
  vid: Vid,
  values: Values,
): boolean | Refusal {
  if (port === null) return refusal(EINVAL, "bridge: Can't modify tunnel mapping of non-port vlans");
  if (!port.flags.vlanTunnel && vlanTunnels.refuses('flag'))
    return refusal(EINVAL, "bridge: Port doesn't have tunnel flag set");
  const info = nestIn(values, 'BRIDGE_VLANDB_ENTRY_TUNNEL_INFO');
  const [command, id] = ['CMD', 'ID'].map((name) => numberIn(info, `BRIDGE_VLANDB_TINFO_${name}`));
  if (command === undefined) return refusal(ENOENT, 'bridge: Missing tunnel command attribute');
  if (command === RTM_DELLINK) return deleteTunnel(port, vid) ?? true;
  if (command !== RTM_SETLINK) return refusal(EINVAL, 'bridge: Unsupported tunnel command');
  if (id === undefined) return refusal(ENOENT, 'bridge: Missing tunnel id attribute');
  const first = numberIn(nestIn(values, 'BRIDGE_VLANDB_ENTRY_INFO'), 'vid') ?? vid;
  return fromOutcome(addTunnel(vlanTunnels, port, vid, vlanTunnels.tunnelOf(id, vid - first))) ?? true;
}

/** __vlan_tun_put(). */
export const tunnelEntry = ({ tunnelId }: MemberVlan): Value | undefined =>
  tunnelId === undefined ? undefined : { BRIDGE_VLANDB_TINFO_ID: tunnelId };
