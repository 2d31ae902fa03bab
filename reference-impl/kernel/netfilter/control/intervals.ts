/** Intervals and ranges that are in each other's way: __nft_rbtree_insert(), nft_pipapo_insert(). */
import { NFT_SET_ANONYMOUS, NFT_SET_ELEM_INTERVAL_END } from '../../../netlink/families/nftables.js';
import { EEXIST, EINVAL } from '../../errno.js';
import type { NftSet, SetElement } from '../ruleset.js';
import { elementName, isWithin } from './elementKeys.js';
import { compareKeys } from './elementOrder.js';
import { Refused } from './refused.js';

type Checks = (check: string) => boolean;

const isEnd = ({ flags }: Pick<SetElement, 'flags'>): boolean => (flags & NFT_SET_ELEM_INTERVAL_END) !== 0;

/** Answers the edge that is the same already; `null` for the one at zero that matches nothing. */
export function checkInterval(set: NftSet, element: SetElement, checks: Checks): SetElement | 'null' | undefined {
  const same = set.elements.get(elementName(element));
  if (same !== undefined) return isEnd(element) && element.key.every((byte) => byte === 0) ? 'null' : same;
  const edges = [...set.elements.values()]
    .filter(({ key }) => key.length > 0)
    .sort((one, other) => compareKeys(one.key, other.key) || Number(isEnd(other)) - Number(isEnd(one)));
  if (overlaps(set, element, edges) && checks('interval-overlap')) throw new Refused(EEXIST);
  return undefined;
}

/** `edges` by their keys; where an interval ends and another begins, the end comes first. */
function overlaps(set: NftSet, element: SetElement, edges: readonly SetElement[]): boolean {
  const order = (edge: SetElement): number => compareKeys(edge.key, element.key);
  const atKey = edges.find((edge) => order(edge) === 0);
  const below = edges.filter((edge) => order(edge) < 0);
  // An end at the key is less or equal; a begin there is greater or equal.
  const lessOrEqual = atKey !== undefined && isEnd(atKey) ? atKey : below.at(-1);
  const greaterOrEqual = atKey !== undefined && !isEnd(atKey) ? atKey : edges.find((edge) => order(edge) > 0);
  if (isEnd(element)) return [lessOrEqual, greaterOrEqual].some((edge) => edge !== undefined && isEnd(edge));
  if (lessOrEqual === undefined || isEnd(lessOrEqual)) return false;
  if ((set.flags & NFT_SET_ANONYMOUS) === 0) return true;
  const after = edges[edges.indexOf(lessOrEqual) + 1];
  return after !== undefined && isEnd(after);
}

/** Answers the range that is the same already. */
export function checkRange(set: NftSet, element: SetElement, checks: Checks): SetElement | undefined {
  const [from, to] = [element.key, element.keyEnd ?? element.key];
  const around = (key: Uint8Array): SetElement | undefined =>
    [...set.elements.values()].find((one) => one.key.length > 0 && isWithin(set, key, one.key, one.keyEnd ?? one.key));
  const holder = around(from);
  if (holder !== undefined) {
    const isSame = compareKeys(from, holder.key) === 0 && compareKeys(to, holder.keyEnd ?? holder.key) === 0;
    if (isSame) return holder;
    if (checks('interval-overlap')) throw new Refused(EEXIST);
    return undefined;
  }
  if (around(to) !== undefined && checks('interval-overlap')) throw new Refused(EEXIST);
  let at = 0;
  for (const length of set.fields) {
    const [first, last] = [from.subarray(at, at + length), to.subarray(at, at + length)];
    if (compareKeys(first, last) > 0 && checks('range-order')) throw new Refused(EINVAL);
    at += Math.ceil(length / 4) * 4;
  }
  return undefined;
}
