/** VLANs of a port that lead to tunnels, as they are kept: net/bridge/br_vlan_tunnel.c. */
import type { Vid } from '../../../harness/contract/index.js';
import { EEXIST, EINVAL, OK, refused } from '../errno.js';
import type { Outcome } from '../kernelState.js';
import type { BridgePort, MemberVlan } from './bridge.js';
import type { VlanTunnelParts } from './vlanTunnelParts.js';

/** nbp_vlan_tunnel_info_add(): one tunnel for a VLAN, and one VLAN for a tunnel. */
export function addTunnel({ refuses }: VlanTunnelParts, { vlans }: BridgePort, vid: Vid, tunnel: number): Outcome {
  const vlan = vlans.members.get(vid);
  if (vlan === undefined) return refuses('member') ? refused(EINVAL) : OK;
  const isTaken =
    vlan.tunnelId !== undefined || [...vlans.members.values()].some(({ tunnelId }) => tunnelId === tunnel);
  if (isTaken && refuses('taken')) return refused(EEXIST);
  vlan.tunnelId = tunnel;
  return OK;
}

/** nbp_vlan_tunnel_info_flush(). */
export function forgetTunnels({ vlans }: BridgePort): void {
  for (const vlan of vlans.members.values()) vlan.tunnelId = undefined;
}

/** __vlan_tun_can_enter_range(). */
export const tunnelsJoin = ({ joins }: VlanTunnelParts, vlan: MemberVlan, before: MemberVlan): boolean => {
  const [one, other] = [vlan.tunnelId, before.tunnelId];
  return joins((one === undefined && other === undefined) || (one ?? 0) - (other ?? 0) === 1);
};
