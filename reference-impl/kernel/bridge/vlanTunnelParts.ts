/** Rules of VLANs that lead to tunnels that a seeded defect may replace, one at a time. */

/** What a request for a tunnel is refused for. */
export type TunnelCheck = 'flag' | 'member' | 'taken' | 'vid' | 'incomplete' | 'range';

export interface VlanTunnelParts {
  readonly refuses: (check: TunnelCheck) => boolean;
  /** The tunnel of a VLAN of a range. */
  readonly tunnelOf: (first: number, distance: number) => number;
  /** nbp_vlan_tunnel_info_flush(): whether tunnels go with the flag of their port. */
  readonly goWithFlag: boolean;
  /** __vlan_tun_can_enter_range(): whether VLANs are told as one range. */
  readonly joins: (sound: boolean) => boolean;
}

export const CONFORMING_VLAN_TUNNELS: VlanTunnelParts = {
  refuses: () => true,
  tunnelOf: (first, distance) => first + distance,
  goWithFlag: true,
  joins: (sound) => sound,
};
