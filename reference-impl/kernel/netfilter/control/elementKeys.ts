/** Keys of elements: nft_setelem_parse_flags(), nft_setelem_parse_key(), and under which an element is kept. */
import {
  NFTA_SET_ELEM,
  NFT_DATA_VALUE_MAXLEN,
  NFT_SET_CONCAT,
  NFT_SET_ELEM_CATCHALL,
  NFT_SET_ELEM_INTERVAL_END,
  NFT_SET_INTERVAL,
} from '../../../netlink/families/nftables.js';
import { hex } from '../../../packet/bytes.js';
import { EINVAL, EOPNOTSUPP } from '../../errno.js';
import type { NftSet, SetElement } from '../ruleset.js';
import { readAttributes, type Attributes, type Nest } from './attributes.js';
import { compareKeys, isOver } from './elementOrder.js';
import { readValue } from './expressions/data.js';
import { Refused } from './refused.js';

const KNOWN_FLAGS = NFT_SET_ELEM_INTERVAL_END | NFT_SET_ELEM_CATCHALL;

export interface ElementKey {
  readonly flags: number;
  /** Empty: it catches all that nothing else does. */
  readonly key: Uint8Array;
  readonly keyEnd: Uint8Array | undefined;
}

/** nft_setelem_parse_flags(). */
export function readElementFlags(set: NftSet, attributes: Attributes): number {
  const flags = attributes.number('NFTA_SET_ELEM_FLAGS') ?? 0;
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new Refused(EOPNOTSUPP);
  const isEnd = (flags & NFT_SET_ELEM_INTERVAL_END) !== 0;
  if (isEnd && (set.flags & NFT_SET_INTERVAL) === 0) throw new Refused(EINVAL);
  if (isEnd && (flags & NFT_SET_ELEM_CATCHALL) !== 0) throw new Refused(EINVAL);
  return flags;
}

/** Whether a key is a range of concatenated fields. */
export const hasRanges = ({ flags }: Pick<NftSet, 'flags'>): boolean =>
  (flags & (NFT_SET_CONCAT | NFT_SET_INTERVAL)) === (NFT_SET_CONCAT | NFT_SET_INTERVAL);

/** nft_setelem_parse_key(). */
export const readKey = (set: NftSet, attributes: Attributes, name: string): Uint8Array | undefined =>
  attributes.has(name) ? readValue(attributes.nest(name), NFT_DATA_VALUE_MAXLEN, set.keyLength) : undefined;

/** Of an element that is looked for. */
export function readElementKey(set: NftSet, nest: Nest): ElementKey {
  const attributes = readAttributes(NFTA_SET_ELEM, nest);
  const flags = readElementFlags(set, attributes);
  if (!attributes.has('NFTA_SET_ELEM_KEY') && (flags & NFT_SET_ELEM_CATCHALL) === 0) throw new Refused(EINVAL);
  const key = readKey(set, attributes, 'NFTA_SET_ELEM_KEY') ?? new Uint8Array(0);
  return { flags, key, keyEnd: readKey(set, attributes, 'NFTA_SET_ELEM_KEY_END') };
}

/** In `NftSet.elements`. */
export function elementName({ flags, key, keyEnd }: ElementKey): string {
  if ((flags & NFT_SET_ELEM_CATCHALL) !== 0) return '*';
  if ((flags & NFT_SET_ELEM_INTERVAL_END) !== 0) return `end-${hex(key)}`;
  return keyEnd === undefined ? hex(key) : `${hex(key)}-${hex(keyEnd)}`;
}

/** ops->get: the element itself; of intervals the one that holds the key. */
export function findElement(set: NftSet, key: ElementKey, now: bigint, looksAround = true): SetElement | undefined {
  const exact = set.elements.get(elementName(key));
  if (exact !== undefined && !isOver(exact, now)) return exact;
  if ((set.flags & NFT_SET_INTERVAL) === 0 || !looksAround) return undefined;
  return hasRanges(set) ? rangeAround(set, key.key, now) : intervalAround(set, key, now);
}

/** nft_rbtree_get(): the begin below a key, or the end above it. */
function intervalAround(set: NftSet, { flags, key }: ElementKey, now: bigint): SetElement | undefined {
  const edges = [...set.elements.values()]
    .filter((one) => one.key.length > 0 && !isOver(one, now))
    .sort((one, other) => compareKeys(one.key, other.key) || other.flags - one.flags);
  const wantsEnd = (flags & NFT_SET_ELEM_INTERVAL_END) !== 0;
  const isEnd = (one: SetElement): boolean => (one.flags & NFT_SET_ELEM_INTERVAL_END) !== 0;
  if (wantsEnd) {
    const above = edges.find((one) => compareKeys(one.key, key) > 0);
    return above !== undefined && isEnd(above) ? above : undefined;
  }
  const below = edges.filter((one) => compareKeys(one.key, key) <= 0).at(-1);
  return below !== undefined && !isEnd(below) ? below : undefined;
}

/** nft_pipapo_get(): every field within its range. */
export function rangeAround(set: NftSet, key: Uint8Array, now: bigint): SetElement | undefined {
  return [...set.elements.values()].find(
    (one) => one.key.length > 0 && !isOver(one, now) && isWithin(set, key, one.key, one.keyEnd ?? one.key),
  );
}

/** Field by field: each begins at a whole word. */
export function isWithin({ fields }: NftSet, key: Uint8Array, from: Uint8Array, to: Uint8Array): boolean {
  let at = 0;
  for (const length of fields) {
    const field = (bytes: Uint8Array): Uint8Array => bytes.subarray(at, at + length);
    if (compareKeys(field(key), field(from)) < 0 || compareKeys(field(key), field(to)) > 0) return false;
    at += Math.ceil(length / 4) * 4;
  }
  return true;
}
