/** What an element is asked to be: the first half of nft_add_set_elem(). */
import {
  NFTA_SET_ELEM,
  NFT_DATA_VALUE_MAXLEN,
  NFT_DATA_VERDICT,
  NFT_SET_ELEM_CATCHALL,
  NFT_SET_ELEM_INTERVAL_END,
  NFT_SET_MAP,
  NFT_SET_OBJECT,
  NFT_SET_TIMEOUT,
} from '../../../netlink/families/nftables.js';
import { EINVAL, ENOENT, EOPNOTSUPP, ERANGE } from '../../errno.js';
import type { StatefulExpression } from '../expressions.js';
import type { NftData, NftSet, SetElement, Table } from '../ruleset.js';
import { readAttributes, type Attributes, type Nest } from './attributes.js';
import { cloneStateful, expressionContext, readExpressionList } from './elementExpressions.js';
import { hasRanges, readElementFlags, readKey, type ElementKey } from './elementKeys.js';
import { readData } from './expressions/data.js';
import { readStateful } from './expressions/list.js';
import { objectKey, objectNamed } from './lookups.js';
import { Refused } from './refused.js';
import { readMilliseconds } from './setDescription.js';
import type { Transaction } from './transaction.js';

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NOT_OF_ENDS = ['DATA', 'OBJREF', 'TIMEOUT', 'EXPIRATION', 'USERDATA', 'EXPR', 'KEY_END', 'EXPRESSIONS'];

/** With whether an expiration was asked for: an element that is there lives on from now then. */
export type NewElement = SetElement & { readonly wantsExpiration: boolean };

export function readNewElement(transaction: Transaction, table: Table, set: NftSet, nest: Nest): NewElement {
  const attributes = readAttributes(NFTA_SET_ELEM, nest);
  const flags = readElementFlags(set, attributes);
  const isEnd = (flags & NFT_SET_ELEM_INTERVAL_END) !== 0;
  const catchesAll = (flags & NFT_SET_ELEM_CATCHALL) !== 0;
  if (catchesAll === attributes.has('NFTA_SET_ELEM_KEY')) throw new Refused(EINVAL);
  checkContent(transaction, set, attributes, isEnd);
  checkKeyEnd(set, attributes, flags);
  if (isEnd && NOT_OF_ENDS.some((name) => attributes.has(`NFTA_SET_ELEM_${name}`))) throw new Refused(EINVAL);
  const times = readTimes(transaction, set, attributes, isEnd);
  const expressions = readOwnExpressions(transaction, table, set, attributes, isEnd);
  const key = readKey(set, attributes, 'NFTA_SET_ELEM_KEY') ?? new Uint8Array(0);
  const keyEnd = readKey(set, attributes, 'NFTA_SET_ELEM_KEY_END');
  const object = readObject(table, set, attributes);
  const data = readElementData(transaction, table, set, attributes);
  const userData = attributes.bytes('NFTA_SET_ELEM_USERDATA');
  return {
    key,
    keyEnd,
    flags,
    data,
    object,
    ...times,
    userData: userData?.length === 0 ? undefined : userData,
    expressions,
  };
}

/** Of an element that is to go. */
export function readElementKeyToDelete(set: NftSet, nest: Nest): ElementKey {
  const attributes = readAttributes(NFTA_SET_ELEM, nest);
  const flags = readElementFlags(set, attributes);
  if (!attributes.has('NFTA_SET_ELEM_KEY') && (flags & NFT_SET_ELEM_CATCHALL) === 0) throw new Refused(EINVAL);
  checkKeyEnd(set, attributes, flags);
  const key = readKey(set, attributes, 'NFTA_SET_ELEM_KEY') ?? new Uint8Array(0);
  return { flags, key, keyEnd: readKey(set, attributes, 'NFTA_SET_ELEM_KEY_END') };
}

/** A map's elements have data, an object map's name an object, and no others do. */
function checkContent(transaction: Transaction, set: NftSet, attributes: Attributes, isEnd: boolean): void {
  const check = (has: boolean, isOf: boolean): boolean => (isOf ? !has && !isEnd : has);
  const isMap = (set.flags & NFT_SET_MAP) !== 0;
  if (check(attributes.has('NFTA_SET_ELEM_DATA'), isMap) && transaction.checks('element-content'))
    throw new Refused(EINVAL);
  if (check(attributes.has('NFTA_SET_ELEM_OBJREF'), (set.flags & NFT_SET_OBJECT) !== 0)) throw new Refused(EINVAL);
}

/** nft_setelem_valid_key_end(). */
function checkKeyEnd(set: NftSet, attributes: Attributes, flags: number): void {
  const has = attributes.has('NFTA_SET_ELEM_KEY_END');
  if (!hasRanges(set)) {
    if (has) throw new Refused(EINVAL);
    return;
  }
  if ((flags & NFT_SET_ELEM_INTERVAL_END) !== 0) throw new Refused(EINVAL);
  if (has && (flags & NFT_SET_ELEM_CATCHALL) !== 0) throw new Refused(EINVAL);
}

function readTimes(
  transaction: Transaction,
  set: NftSet,
  attributes: Attributes,
  isEnd: boolean,
): Pick<NewElement, 'timeout' | 'expiresAt' | 'wantsExpiration'> {
  const hasTimeouts = (set.flags & NFT_SET_TIMEOUT) !== 0;
  const asked = attributes.has('NFTA_SET_ELEM_TIMEOUT') || attributes.has('NFTA_SET_ELEM_EXPIRATION');
  if (asked && !hasTimeouts && transaction.checks('element-timeout')) throw new Refused(EINVAL);
  const timeout = readMilliseconds(attributes, 'NFTA_SET_ELEM_TIMEOUT');
  const whole = timeout ?? (hasTimeouts && !isEnd ? set.timeout : 0n);
  const hasExpiration = attributes.has('NFTA_SET_ELEM_EXPIRATION');
  if (hasExpiration && whole === 0n) throw new Refused(EOPNOTSUPP);
  const expiration = readMilliseconds(attributes, 'NFTA_SET_ELEM_EXPIRATION') ?? 0n;
  if (expiration > whole) throw new Refused(ERANGE);
  const left = expiration === 0n ? whole : expiration;
  const { now } = transaction.surroundings;
  const expiresAt = whole === 0n ? undefined : now + left * NANOSECONDS_PER_MILLISECOND;
  return { timeout, expiresAt, wantsExpiration: expiration !== 0n };
}

/** Those of the element must be of the kinds of the set's; without any it gets the set's. */
function readOwnExpressions(
  transaction: Transaction,
  table: Table,
  set: NftSet,
  attributes: Attributes,
  isEnd: boolean,
): readonly StatefulExpression[] {
  const context = expressionContext(transaction, table);
  const one = attributes.nest('NFTA_SET_ELEM_EXPR');
  const several = attributes.nest('NFTA_SET_ELEM_EXPRESSIONS');
  const ofSet = set.expressions;
  if (one === undefined && several === undefined) {
    const { now } = transaction.surroundings;
    return isEnd ? [] : ofSet.map((expression) => cloneStateful(expression, now));
  }
  if (one !== undefined && ofSet.length > 1) throw new Refused(EOPNOTSUPP);
  const most = ofSet.length === 0 ? undefined : ofSet.length;
  const own =
    one !== undefined
      ? [readStateful(context, one)]
      : several === undefined
        ? []
        : readExpressionList(context, several, most);
  const isOther =
    ofSet.length > 0 && (own.length !== ofSet.length || own.some(({ kind }, at) => kind !== ofSet[at]?.kind));
  if (isOther) throw new Refused(EOPNOTSUPP);
  return own;
}

function readObject(table: Table, set: NftSet, attributes: Attributes): string | undefined {
  const name = attributes.text('NFTA_SET_ELEM_OBJREF');
  if (name === undefined) return undefined;
  const type = set.objectType ?? 0;
  if (objectNamed(table, type, name) === undefined) throw new Refused(ENOENT);
  return objectKey(type, name);
}

function readElementData(
  transaction: Transaction,
  table: Table,
  set: NftSet,
  attributes: Attributes,
): NftData | undefined {
  if (!attributes.has('NFTA_SET_ELEM_DATA')) return undefined;
  const kind = set.dataType === NFT_DATA_VERDICT ? 'verdict' : 'value';
  const wanted = { kind, size: NFT_DATA_VALUE_MAXLEN, length: set.dataLength, isElement: true } as const;
  return readData(attributes.nest('NFTA_SET_ELEM_DATA'), wanted, { transaction, table });
}
