import { CONFORMING_ROUTER_CHIP6, type RouterChip6Parts } from './router6Parts.js';

/** Rules of the router in the reference switch that a seeded defect may replace, one at a time. */
export interface RouterChipParts {
  /** Whether the chip routes at all. */
  readonly routes: boolean;
  readonly trapsExpired: boolean;
  readonly trapsOptions: boolean;
  readonly trapsTooLong: boolean;
  readonly trapsUnknown: boolean;
  readonly trapsLocal: boolean;
  readonly checksAddress: boolean;
  readonly replaces: boolean;
  readonly removes: boolean;
  readonly followsNeighbours: boolean;
  readonly stopsWhenTold: boolean;
  readonly trimsPadding: boolean;
  /** Whether devlink is told of what a route to nowhere takes away. */
  readonly reportsBlackhole: boolean;
  /** The checksum of a header whose TTL is one less: RFC 1624, equation 3. `sum`: the old one and one TTL more. */
  readonly headerChecksum: (sum: number) => number;
  /** What is looked up of an address. */
  readonly key: (address: number) => number;
  /** What chooses among ways, 31 bits: of the flow. `count`: of packets so far. */
  readonly flowHash: (sound: number, count: number) => number;
  readonly weight: (weight: number) => number;
  /** Whether packets of a route that took the place of another one go to the host as well. They must not. */
  readonly copiesReplaced: boolean;
  /** What is said of a route for which there is no room. */
  readonly admits: (hasRoom: boolean) => boolean;
  /** Whether packets of a route for which there was no room go to the host. */
  readonly trapsOverflow: boolean;
  readonly ipv6: RouterChip6Parts;
}

export const CONFORMING_ROUTER_CHIP: RouterChipParts = {
  routes: true,
  trapsExpired: true,
  trapsOptions: true,
  trapsTooLong: true,
  trapsUnknown: true,
  trapsLocal: true,
  checksAddress: true,
  replaces: true,
  removes: true,
  followsNeighbours: true,
  stopsWhenTold: true,
  trimsPadding: true,
  reportsBlackhole: true,
  headerChecksum: (sum) => sum + (sum >= 0xffff ? 1 : 0),
  key: (address) => address,
  flowHash: (sound) => sound,
  weight: (weight) => weight,
  copiesReplaced: false,
  admits: (hasRoom) => hasRoom,
  trapsOverflow: true,
  ipv6: CONFORMING_ROUTER_CHIP6,
};
