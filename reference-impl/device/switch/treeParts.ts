/** Rules of the spanning trees of the reference switch that a seeded defect may replace, one at a time. */
export interface TreeParts {
  /** Whether frames leave at a port in this state. */
  readonly sendsIn: (state: number, sound: boolean) => boolean;
  /** By which state a frame is let in: that of the tree of its VLAN, and not that of the port. */
  readonly stateOnEntry: (ofTree: number, ofPort: number) => number;
  /** By which ports a frame may leave. */
  readonly exits: (ofTree: number, ofPorts: number) => number;
  /** Into which tree a VLAN is put. */
  readonly treeOfVlan: (msti: number) => number;
  /** Whether a VLAN that nobody is in belongs to no tree. */
  readonly forgetsVlans: boolean;
}

export const CONFORMING_TREES: TreeParts = {
  sendsIn: (_state, sound) => sound,
  stateOnEntry: (ofTree) => ofTree,
  exits: (ofTree) => ofTree,
  treeOfVlan: (msti) => msti,
  forgetsVlans: true,
};
