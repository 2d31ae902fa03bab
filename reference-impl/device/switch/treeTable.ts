/** Spanning trees of the reference switch: to which one a VLAN belongs, and in which state a port is there. */
import type { TreeParts } from './treeParts.js';

/** Trees that there is room for, beside that of the ports' own states. */
export const MOST_TREES = 64;
const STATE_DISABLED = 0;
const STATE_FORWARDING = 3;
/** No tree of its own: the states of the ports count. */
export const TREE_OF_PORTS = 0xff;

export interface TreeTable {
  isOn: boolean;
  /** By VID: the number of the tree here, or TREE_OF_PORTS. */
  readonly treeOf: Uint8Array;
  /** By tree: the MSTI that it stands for; 0: free. */
  readonly mstis: Uint16Array;
  /** By tree and port. */
  readonly states: Uint8Array;
  /** By tree: ports that forward there. */
  readonly forwarding: Uint32Array;
  readonly ports: number;
}

export const newTreeTable = (vids: number, ports: number): TreeTable => ({
  isOn: false,
  treeOf: new Uint8Array(vids).fill(TREE_OF_PORTS),
  mstis: new Uint16Array(MOST_TREES),
  states: new Uint8Array(MOST_TREES * ports),
  forwarding: new Uint32Array(MOST_TREES),
  ports,
});

export function clearTrees(table: TreeTable, isOn: boolean): void {
  table.isOn = isOn;
  table.treeOf.fill(TREE_OF_PORTS);
  table.mstis.fill(0);
  table.states.fill(STATE_DISABLED);
  table.forwarding.fill(0);
}

/** The VLAN belongs to the tree from now on; false: there is no room for one more. A tree without a VLAN is forgotten. */
export function assignTree(table: TreeTable, parts: TreeParts, vid: number, msti: number): boolean {
  const before = table.treeOf[vid] ?? TREE_OF_PORTS;
  const own = parts.treeOfVlan(msti);
  const tree = own === 0 ? TREE_OF_PORTS : treeFor(table, own);
  if (tree === undefined) return false;
  table.treeOf[vid] = tree;
  if (before !== TREE_OF_PORTS && before !== tree && !table.treeOf.includes(before)) forget(table, before);
  return true;
}

function treeFor({ mstis }: TreeTable, msti: number): number | undefined {
  const known = mstis.indexOf(msti);
  const tree = known >= 0 ? known : mstis.indexOf(0);
  if (tree < 0) return undefined;
  mstis[tree] = msti;
  return tree;
}

function forget({ mstis, states, forwarding, ports }: TreeTable, tree: number): void {
  mstis[tree] = 0;
  forwarding[tree] = 0;
  states.fill(STATE_DISABLED, tree * ports, (tree + 1) * ports);
}

/** Of a tree that no VLAN belongs to nothing is kept. */
export function setTreeState(table: TreeTable, parts: TreeParts, port: number, msti: number, state: number): void {
  const tree = table.mstis.indexOf(msti);
  if (tree < 0 || msti === 0) return;
  table.states[tree * table.ports + port] = state;
  const bit = 1 << port;
  const others = (table.forwarding[tree] ?? 0) & ~bit;
  table.forwarding[tree] = parts.sendsIn(state, state === STATE_FORWARDING) ? others | bit : others;
}

/** The tree of the VLAN; 0: that of the ports' own states. */
export const mstiOf = ({ treeOf, mstis }: TreeTable, vid: number): number => mstis[treeOf[vid] ?? TREE_OF_PORTS] ?? 0;

/** Whether the port is in a VLAN of the tree; `members`: bitmaps of ports by VID. */
export const isInTree = (table: TreeTable, members: Uint32Array, port: number, msti: number): boolean =>
  members.some((ports, vid) => ((ports >>> port) & 1) === 1 && mstiOf(table, vid) === msti);

/** A port that leaves is in no tree any more. */
export function leaveTrees(table: TreeTable, parts: TreeParts, port: number): void {
  for (const msti of table.mstis) if (msti !== 0) setTreeState(table, parts, port, msti, STATE_DISABLED);
}

/** The state of the port in the tree of the VLAN; `ofPort`: the port's own. */
export function stateInVlan(table: TreeTable, port: number, vid: number, ofPort: number): number {
  const tree = table.isOn ? (table.treeOf[vid] ?? TREE_OF_PORTS) : TREE_OF_PORTS;
  return tree === TREE_OF_PORTS ? ofPort : (table.states[tree * table.ports + port] ?? STATE_DISABLED);
}

/** Ports that forward in the tree of the VLAN; `ofPorts`: by the ports' own states. */
export function forwardingInVlan(table: TreeTable, vid: number, ofPorts: number): number {
  const tree = table.isOn ? (table.treeOf[vid] ?? TREE_OF_PORTS) : TREE_OF_PORTS;
  return tree === TREE_OF_PORTS ? ofPorts : (table.forwarding[tree] ?? 0);
}
