/**
 * Who may have a frame, and who may send it, between virtual functions: a naive oracle. It looks at one function and one frame at a time
 * and knows nothing of tables.
 */
import { BROADCAST, CUSTOMER_TAG, type Tag } from './numberedFrames.js';

/** What is set for a function, and what it asked for and got. */
export interface ModelFunction {
  /** null: none was set. */
  setAddress: string | null;
  vlan: number;
  qos: number;
  checked: boolean;
  trusted: boolean;
  cutOff: boolean;
  /** Its own; null while it has none. */
  address: string | null;
  /** What its net device wants. */
  readonly wantsVids: Set<number>;
  readonly wantsGroups: Set<string>;
  wantsAll: boolean;
  wantsAllGroups: boolean;
  /** What it was granted. */
  vids: Set<number>;
  seesAll: boolean;
  seesAllGroups: boolean;
}

export const newModelFunction = (address: string): ModelFunction => ({
  setAddress: null,
  vlan: 0,
  qos: 0,
  checked: true,
  trusted: false,
  cutOff: false,
  address,
  wantsVids: new Set(),
  wantsGroups: new Set(),
  wantsAll: false,
  wantsAllGroups: false,
  vids: new Set(),
  seesAll: false,
  seesAllGroups: false,
});

export const isInPortVlan = ({ vlan, qos }: ModelFunction): boolean => vlan !== 0 || qos !== 0;

/** It starts anew and asks for everything once more. */
export function asksAgain(vf: ModelFunction): void {
  vf.vids = isInPortVlan(vf) ? new Set() : new Set(vf.wantsVids);
  asksForMode(vf);
}

export function asksForMode(vf: ModelFunction): void {
  vf.seesAll = vf.wantsAll && vf.trusted;
  vf.seesAllGroups = (vf.wantsAllGroups || vf.wantsAll) && vf.trusted;
}

export interface ModelFrame {
  readonly to: string;
  readonly from: string;
  readonly tags: readonly Tag[];
}

const isGroup = (address: string): boolean => (Number.parseInt(address.slice(0, 2), 16) & 1) === 1;

const vidIn = ({ tags: [first] }: ModelFrame): number => (first?.tpid === CUSTOMER_TAG ? first.tci & 0xfff : 0);

/** The VLAN in which a frame of a function travels; null: it may not send it. */
export function sentIn(vf: ModelFunction, frame: ModelFrame): number | null {
  if (vf.cutOff) return null;
  if (isInPortVlan(vf) && frame.tags.length > 0) return null;
  const vid = vidIn(frame);
  if (vf.checked && frame.from !== vf.address) return null;
  if (vf.checked && vid !== 0 && !vf.vids.has(vid)) return null;
  return isInPortVlan(vf) ? vf.vlan : vid;
}

const isInVlan = (vf: ModelFunction, vid: number): boolean =>
  isInPortVlan(vf) ? vid === vf.vlan : vid === 0 || vf.vids.has(vid);

/** `must`: it is meant for the function; `may`: it is allowed to see it; `not`. */
export function receives(vf: ModelFunction, frame: ModelFrame, vid: number): 'must' | 'may' | 'not' {
  if (vf.cutOff || !isInVlan(vf, vid)) return 'not';
  if (frame.to === BROADCAST || frame.to === vf.address) return 'must';
  if (isGroup(frame.to) && vf.wantsGroups.has(frame.to)) return 'must';
  if (vf.seesAll || (isGroup(frame.to) && vf.seesAllGroups)) return 'may';
  return 'not';
}

/** Whether a frame of a function leaves at the cable: what is for nobody of this device. */
export const leaves = (others: readonly ModelFunction[], physical: string, frame: ModelFrame, vid: number): boolean =>
  isGroup(frame.to) || (frame.to !== physical && !others.some((vf) => vf.address === frame.to && isInVlan(vf, vid)));

/** The tags with which a frame of a function travels. */
export const tagsOnTheWay = (vf: ModelFunction, frame: ModelFrame): readonly Tag[] =>
  isInPortVlan(vf) ? [{ tpid: CUSTOMER_TAG, tci: (vf.qos << 13) | vf.vlan }] : frame.tags;
