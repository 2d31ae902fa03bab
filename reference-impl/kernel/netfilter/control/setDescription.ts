/** What a new set is asked to be: the first half of nf_tables_newset(). */
import {
  NFTA_SET_DESC,
  NFTA_SET_FIELD,
  NFT_DATA_RESERVED_MASK,
  NFT_DATA_VALUE_MAXLEN,
  NFT_DATA_VERDICT,
  NFT_SET_ANONYMOUS,
  NFT_SET_CONCAT,
  NFT_SET_CONSTANT,
  NFT_SET_EVAL,
  NFT_SET_EXPR,
  NFT_SET_MAP,
  NFT_SET_OBJECT,
  NFT_SET_TIMEOUT,
} from '../../../netlink/families/nftables.js';
import { E2BIG, EINVAL, EOPNOTSUPP, ERANGE } from '../../errno.js';
import type { NftSet } from '../ruleset.js';
import { entriesOf, nestOf, readAttributes, type Attributes } from './attributes.js';
import { VERDICT_LENGTH } from './expressions/data.js';
import { Refused } from './refused.js';
import type { Transaction } from './transaction.js';

export type SetDescription = Omit<NftSet, 'name' | 'handle' | 'userData' | 'expressions' | 'elements'>;

const KNOWN_FLAGS = (NFT_SET_EXPR << 1) - 1;
const NFT_OBJECT_MAX = 10;
/** NFT_REG32_COUNT. */
const MOST_FIELDS = 16;
const NFTA_LIST_ELEM = 1;

export function readSetDescription(transaction: Transaction, attributes: Attributes): SetDescription {
  const keyType = attributes.number('NFTA_SET_KEY_TYPE') ?? 0;
  if (isReserved(keyType)) throw new Refused(EINVAL);
  const keyLength = attributes.number('NFTA_SET_KEY_LEN') ?? 0;
  if ((keyLength === 0 || keyLength > NFT_DATA_VALUE_MAXLEN) && transaction.checks('set-key-length'))
    throw new Refused(EINVAL);
  const flags = readFlags(transaction, attributes);
  const data = readDataType(transaction, attributes, flags);
  const objectType = readObjectType(attributes, flags);
  const lives = readTimes(transaction, attributes, flags);
  const policy = attributes.number('NFTA_SET_POLICY') ?? 0;
  if (policy > 1) throw new Refused(EOPNOTSUPP);
  const { size, fields } = readShape(attributes, keyLength);
  if (fields.length > 1 !== ((flags & NFT_SET_CONCAT) !== 0) && transaction.checks('set-concat'))
    throw new Refused(EINVAL);
  return { flags, keyType, keyLength, ...data, objectType, ...lives, policy, size, fields };
}

const isReserved = (type: number): boolean => (type & NFT_DATA_RESERVED_MASK) >>> 0 === NFT_DATA_RESERVED_MASK;

function readFlags(transaction: Transaction, attributes: Attributes): number {
  const flags = attributes.number('NFTA_SET_FLAGS') ?? 0;
  const both = (one: number, other: number): boolean => (flags & (one | other)) === (one | other);
  if ((flags & ~KNOWN_FLAGS) !== 0 && transaction.checks('set-flags')) throw new Refused(EOPNOTSUPP);
  if (both(NFT_SET_MAP, NFT_SET_OBJECT) && transaction.checks('set-map-object')) throw new Refused(EOPNOTSUPP);
  if (both(NFT_SET_EVAL, NFT_SET_OBJECT)) throw new Refused(EOPNOTSUPP);
  if (
    both(NFT_SET_ANONYMOUS, NFT_SET_TIMEOUT) &&
    (flags & NFT_SET_EVAL) === 0 &&
    transaction.checks('set-anonymous-timeout')
  )
    throw new Refused(EOPNOTSUPP);
  if (both(NFT_SET_CONSTANT, NFT_SET_TIMEOUT) && transaction.checks('set-constant-timeout'))
    throw new Refused(EOPNOTSUPP);
  return flags;
}

function readDataType(
  transaction: Transaction,
  attributes: Attributes,
  flags: number,
): Pick<SetDescription, 'dataType' | 'dataLength'> {
  const isMap = (flags & NFT_SET_MAP) !== 0;
  const dataType = attributes.number('NFTA_SET_DATA_TYPE');
  if ((dataType !== undefined) !== isMap && transaction.checks('set-data-type')) throw new Refused(EINVAL);
  if (dataType === undefined) return { dataType, dataLength: undefined };
  if (dataType === NFT_DATA_VERDICT) return { dataType, dataLength: VERDICT_LENGTH };
  if (isReserved(dataType)) throw new Refused(EINVAL);
  const dataLength = attributes.number('NFTA_SET_DATA_LEN') ?? 0;
  if (dataLength === 0 || dataLength > NFT_DATA_VALUE_MAXLEN) throw new Refused(EINVAL);
  return { dataType, dataLength };
}

function readObjectType(attributes: Attributes, flags: number): number | undefined {
  const objectType = attributes.number('NFTA_SET_OBJ_TYPE');
  if ((objectType !== undefined) !== ((flags & NFT_SET_OBJECT) !== 0)) throw new Refused(EINVAL);
  if (objectType !== undefined && (objectType === 0 || objectType > NFT_OBJECT_MAX)) throw new Refused(EOPNOTSUPP);
  return objectType;
}

function readTimes(
  transaction: Transaction,
  attributes: Attributes,
  flags: number,
): Pick<SetDescription, 'timeout' | 'gcInterval'> {
  const names = ['NFTA_SET_TIMEOUT', 'NFTA_SET_GC_INTERVAL'];
  if (names.some((name) => attributes.has(name))) {
    if ((flags & NFT_SET_TIMEOUT) === 0 && transaction.checks('set-timeout-flag')) throw new Refused(EINVAL);
    if ((flags & NFT_SET_ANONYMOUS) !== 0) throw new Refused(EOPNOTSUPP);
  }
  const timeout = readMilliseconds(attributes, 'NFTA_SET_TIMEOUT') ?? 0n;
  return { timeout, gcInterval: attributes.number('NFTA_SET_GC_INTERVAL') ?? 0 };
}

const MOST_MILLISECONDS = 0xffff_ffff_ffff_ffffn / 1_000_000n;

/** nf_msecs_to_jiffies64(). */
export function readMilliseconds(attributes: Attributes, name: string): bigint | undefined {
  const value = attributes.long(name);
  if (value !== undefined && value >= MOST_MILLISECONDS) throw new Refused(ERANGE);
  return value;
}

/** nf_tables_set_desc_parse(), nft_set_desc_concat(). */
function readShape(attributes: Attributes, keyLength: number): Pick<SetDescription, 'size' | 'fields'> {
  const nest = attributes.nest('NFTA_SET_DESC');
  if (nest === undefined) return { size: 0, fields: [] };
  const read = readAttributes(NFTA_SET_DESC, nest);
  const size = read.number('NFTA_SET_DESC_SIZE') ?? 0;
  const list = read.nest('NFTA_SET_DESC_CONCAT');
  if (list === undefined) return { size, fields: [] };
  const fields = entriesOf(list).map((entry, at) => {
    if (entry.type !== NFTA_LIST_ELEM) throw new Refused(EINVAL);
    if (at >= MOST_FIELDS) throw new Refused(E2BIG);
    const length = readAttributes(NFTA_SET_FIELD, nestOf(entry)).number('NFTA_SET_FIELD_LEN') ?? 0;
    if (length === 0 || length > 255) throw new Refused(EINVAL);
    return length;
  });
  const whole = fields.reduce((sum, length) => sum + Math.ceil(length / 4) * 4, 0);
  if (whole !== keyLength) throw new Refused(EINVAL);
  return { size, fields };
}
