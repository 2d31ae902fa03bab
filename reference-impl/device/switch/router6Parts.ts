/** Rules of IPv6 in the router of the reference switch that a seeded defect may replace, one at a time. */
export interface RouterChip6Parts {
  readonly routes: boolean;
  readonly trapsExceeded: boolean;
  readonly trapsHopByHop: boolean;
  readonly trapsTooLong: boolean;
  readonly trapsUnknown: boolean;
  readonly trapsLinkLocal: boolean;
  readonly trapsGroups: boolean;
  readonly trapsLocal: boolean;
  readonly replaces: boolean;
  readonly copiesReplaced: boolean;
  readonly removes: boolean;
  readonly followsNeighbours: boolean;
  readonly stopsWhenTold: boolean;
  /** Whether packets of the other protocol go on while this one is switched on. */
  readonly sparesIpv4: boolean;
  /** How long a prefix is taken to be. */
  readonly prefixLength: (length: number) => number;
  /** What chooses among ways, 31 bits: of the flow. `count`: of packets so far. */
  readonly flowHash: (sound: number, count: number) => number;
  readonly weight: (weight: number) => number;
  /** Bits of the flow label that make flows. */
  readonly labelMask: number;
  readonly trapsOverflow: boolean;
}

export const CONFORMING_ROUTER_CHIP6: RouterChip6Parts = {
  routes: true,
  trapsExceeded: true,
  trapsHopByHop: true,
  trapsTooLong: true,
  trapsUnknown: true,
  trapsLinkLocal: true,
  trapsGroups: true,
  trapsLocal: true,
  replaces: true,
  copiesReplaced: false,
  removes: true,
  followsNeighbours: true,
  stopsWhenTold: true,
  sparesIpv4: true,
  prefixLength: (length) => length,
  flowHash: (sound) => sound,
  weight: (weight) => weight,
  labelMask: 0xf_ffff,
  trapsOverflow: true,
};
