/** In which order a set lists its elements, and which of them are over. */
import { NFT_SET_ELEM_CATCHALL, NFT_SET_INTERVAL } from '../../../netlink/families/nftables.js';
import type { NftSet, SetElement } from '../ruleset.js';

/** nft_set_elem_expired(). */
export const isOver = ({ expiresAt }: SetElement, now: bigint): boolean => expiresAt !== undefined && expiresAt <= now;

export function compareKeys(one: Uint8Array, other: Uint8Array): number {
  for (let at = 0; at < one.length; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** The tree of intervals is walked from the highest key down; of the others no order is promised. What catches all the rest comes last. */
export function listedElements(set: NftSet, now: bigint): readonly SetElement[] {
  const living = [...set.elements.values()].filter((element) => !isOver(element, now));
  const isCatchAll = ({ flags }: SetElement): boolean => (flags & NFT_SET_ELEM_CATCHALL) !== 0;
  const others = living.filter((element) => !isCatchAll(element));
  if ((set.flags & NFT_SET_INTERVAL) !== 0 && set.fields.length < 2)
    others.sort((one, other) => compareKeys(other.key, one.key) || one.flags - other.flags);
  return [...others, ...living.filter(isCatchAll)];
}
