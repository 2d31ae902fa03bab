import { CONFORMING_LAG, type LagParts } from './lagParts.js';
import { CONFORMING_ACL, type AclParts } from './aclParts.js';
import { CONFORMING_TREES, type TreeParts } from './treeParts.js';
import type { SwitchState } from './switchState.js';

/** Rules of the switch that a seeded defect may replace, one at a time. A bitmap has a bit for each port. */
export interface SwitchParts {
  /** Milliseconds after which what was learned is forgotten. */
  readonly ageingTime: (configured: number) => number;
  /** Whether a source that is known already is seen again. */
  readonly refreshes: boolean;
  /** Whether a source that is seen at another port goes there. */
  readonly followsMoves: boolean;
  /** Whether a sticky entry stays where it is. */
  readonly keepsSticky: boolean;
  /** Whether the host is told of what was learned and what was forgotten. */
  readonly tellsLearned: boolean;
  readonly tellsForgotten: boolean;
  /** Whether 01-80-C2-00-00-0X goes to the host alone, at a port in this state. */
  readonly trapsLinkLocal: (stpState: number) => boolean;
  /** Whether what was forwarded is marked for the host. */
  readonly marksForwarded: boolean;
  /** Whether the ports of a state learn, and forward. */
  readonly learnsIn: (state: number, sound: boolean) => boolean;
  readonly forwardsIn: (state: number, sound: boolean) => boolean;
  /** Whether frames leave at ports of a state. */
  readonly sendsIn: (state: number, sound: boolean) => boolean;
  /** Whether a frame to a group shows where its sender is. */
  readonly learnsFromGroups: boolean;
  /** Whether being sent to keeps an entry alive. It must not. */
  readonly refreshesOnUse: boolean;
  /** Whether an address of the host's stays the host's when it is seen as a source. */
  readonly keepsHost: boolean;
  /** Ports of a station that is known, and whether the host sees its frames too. */
  readonly direct: (ports: number) => number;
  readonly copiesKnown: boolean;
  /** Whether a frame may leave where it came in. */
  readonly returns: (isHairpin: boolean) => boolean;
  readonly fits: (length: number, longest: number) => boolean;
  /** Whether a VLAN that is set again without the flag is the PVID no more. */
  readonly clearsPvid: boolean;
  /** The bridge under which addresses are kept. */
  readonly filteringBridge: (bridge: number) => number;
  /** Members of a VLAN, at a port where a frame comes in and at those where it might go out. */
  readonly members: (members: number, way: 'in' | 'out') => number;
  readonly untagged: (untagged: number, members: number) => number;
  /** The VID under which addresses are kept. */
  readonly filteringVid: (vid: number) => number;
  readonly pvid: (pvid: number, port: number, state: SwitchState) => number;
  readonly flood: (ports: number, state: SwitchState, kind: 'unicast' | 'multicast' | 'broadcast') => number;
  /** Ports where a frame from an isolated port may go. */
  readonly besideIsolated: (ports: number, isolated: number) => number;
  /** Whether the source is no unicast address. */
  readonly refusesSource: (sound: boolean) => boolean;
  /** Whether an entry moves up when one before it goes, by its distance from its home and from the hole. */
  readonly movesUp: (fromHome: number, fromHole: number) => boolean;
  /** Whether an entry of the host's making goes with what was learned at its port. It must not. */
  readonly flushesStatic: boolean;
  /** Whether a locked port lets in whom the table has there. */
  readonly admitsAtLocked: (sound: boolean) => boolean;
  /** What goes when a port is flushed or leaves. */
  readonly flushes: boolean;
  /** Whether a group is looked for behind a tag of this type. */
  readonly looksBehind: (isTag: boolean, type: number) => boolean;
  /** The frame as it leaves another port. */
  readonly forwarded: (bytes: Uint8Array) => Uint8Array;
  /** Groups: what goes to the host alone, the VID that they are kept under, and where their frames leave. */
  readonly trapsMessages: boolean;
  readonly trapsUnknownGroups: boolean;
  readonly trapsBeyond: boolean;
  readonly floodsLocalGroups: boolean;
  readonly groupVid: (vid: number) => number;
  readonly groupPorts: (members: number, routers: number) => number;
  readonly copiesGroup: (isForHost: boolean) => boolean;
  readonly removesGroups: boolean;
  /** Room for entries: what is said to the driver when there is none. */
  readonly admits: (hasRoom: boolean) => boolean;
  /** Whether ARP and neighbour discovery are the host's to forward. */
  readonly trapsNeighbourMessages: boolean;
  /** Whether a locked port that authenticates by addresses hands whom it does not know to the host. */
  readonly handsUnknownAtLocked: boolean;
  readonly lag: LagParts;
  readonly acl: AclParts;
  readonly trees: TreeParts;
}

export const CONFORMING_SWITCH: SwitchParts = {
  ageingTime: (configured) => configured,
  refreshes: true,
  followsMoves: true,
  keepsSticky: true,
  tellsLearned: true,
  tellsForgotten: true,
  trapsLinkLocal: () => true,
  marksForwarded: true,
  learnsIn: (_state, sound) => sound,
  forwardsIn: (_state, sound) => sound,
  sendsIn: (_state, sound) => sound,
  learnsFromGroups: true,
  refreshesOnUse: false,
  keepsHost: true,
  direct: (ports) => ports,
  copiesKnown: false,
  returns: (isHairpin) => isHairpin,
  fits: (length, longest) => length <= longest,
  clearsPvid: true,
  filteringBridge: (bridge) => bridge,
  members: (members) => members,
  untagged: (untagged) => untagged,
  filteringVid: (vid) => vid,
  pvid: (pvid) => pvid,
  flood: (ports) => ports,
  besideIsolated: (ports, isolated) => ports & ~isolated,
  refusesSource: (sound) => sound,
  movesUp: (fromHome, fromHole) => fromHome >= fromHole,
  flushesStatic: false,
  admitsAtLocked: (sound) => sound,
  flushes: true,
  looksBehind: (isTag) => isTag,
  forwarded: (bytes) => bytes,
  trapsMessages: true,
  trapsUnknownGroups: true,
  trapsBeyond: true,
  floodsLocalGroups: true,
  groupVid: (vid) => vid,
  groupPorts: (members, routers) => members | routers,
  copiesGroup: (isForHost) => isForHost,
  removesGroups: true,
  admits: (hasRoom) => hasRoom,
  trapsNeighbourMessages: true,
  handsUnknownAtLocked: true,
  lag: CONFORMING_LAG,
  acl: CONFORMING_ACL,
  trees: CONFORMING_TREES,
};
