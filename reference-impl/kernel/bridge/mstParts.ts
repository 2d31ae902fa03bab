/** Rules of several spanning trees in a bridge that a seeded defect may replace, one at a time. */
import { BR_STATE_DISABLED, type StpState } from './bridge.js';

/** What a request for a state in a tree, or for the mode itself, is refused for. */
export type TreeCheck =
  'vlans-exist' | 'mode-off' | 'direct-state' | 'no-tree' | 'no-state' | 'no-entry' | 'bridge' | 'delete';

export interface MstParts {
  readonly refuses: (check: TreeCheck) => boolean;
  /** The state by which a frame is let in, or let out: that of the VLAN, and not that of the port. */
  readonly stateOf: (vlan: StpState, port: StpState, way: 'in' | 'out') => StpState;
  /** br_vlan_state_allowed(). */
  readonly allows: (state: StpState, sound: boolean, way: 'in' | 'out') => boolean;
  /** br_mst_set_state(): whether the VLAN is of the tree that is meant. */
  readonly isOfTree: (msti: number, meant: number) => boolean;
  /** br_set_state(): whether the VLANs of no tree of their own follow the port. */
  readonly portLeadsTreeZero: boolean;
  /** br_mst_vlan_sync_state(): the state of a VLAN that comes to a tree; undefined: the port has no VLAN there yet. */
  readonly stateInTree: (known: StpState | undefined) => StpState;
  /** br_mst_vlan_set_msti(): the tree of a VLAN, as it is kept. */
  readonly storedTree: (msti: number) => number;
  /** br_mst_vlan_init_state(). */
  readonly startState: (port: StpState) => StpState;
  /** br_mst_fill_info(): the trees that are told, each with a VLAN of the port. */
  readonly told: (trees: ReadonlyMap<number, StpState>) => ReadonlyMap<number, StpState>;
}

export const CONFORMING_MST: MstParts = {
  refuses: () => true,
  stateOf: (vlan) => vlan,
  allows: (_state, sound) => sound,
  isOfTree: (msti, meant) => msti === meant,
  portLeadsTreeZero: true,
  stateInTree: (known) => known ?? BR_STATE_DISABLED,
  storedTree: (msti) => msti,
  startState: (port) => port,
  told: (trees) => trees,
};
