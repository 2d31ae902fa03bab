/** Rules of VLANs at ports and of their options that a seeded defect may replace, one at a time. */
/** What a request about a VLAN is refused for. */
export type VlanOptionCheck =
  | 'state'
  | 'missing-vlan'
  | 'no-vlan'
  | 'no-number'
  | 'old-range'
  | 'empty-range'
  | 'old-version'
  | 'of-port'
  | 'no-global-vlan'
  | 'deleted';

export interface VlanOptionParts {
  readonly refuses: (check: VlanOptionCheck) => boolean;
  /** The last VLAN of a range whose options are set. */
  readonly lastOfRange: (first: number, last: number) => number;
  /** Whether VLANs with different options are told apart. */
  readonly tellsApart: boolean;
  /** Whether a VLAN that RTM_DELVLAN names goes. */
  readonly deletes: boolean;
  /** Whether a change is told to who listens: of membership, of an option, or of a global option. */
  readonly announces: (what: 'membership' | 'option' | 'global', change: 'new' | 'del') => boolean;
  /** Whether what is so already counts as a change. */
  readonly tellsUnchanged: boolean;
  readonly toldCounter: (value: number) => number;
}

export const CONFORMING_VLAN_OPTIONS: VlanOptionParts = {
  refuses: () => true,
  lastOfRange: (_first, last) => last,
  tellsApart: true,
  deletes: true,
  announces: () => true,
  tellsUnchanged: false,
  toldCounter: (value) => value,
};
