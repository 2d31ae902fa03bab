/** NFT_MSG_NEWSET, NFT_MSG_DELSET, NFT_MSG_DESTROYSET. */
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_NONREC, NLM_F_REPLACE } from '../../../netlink/constants.js';
import {
  NFT_SET_ANONYMOUS,
  NFT_SET_ELEM_CATCHALL,
  NFT_SET_EVAL,
  NFT_SET_INTERVAL,
} from '../../../netlink/families/nftables.js';
import { EAFNOSUPPORT, EBUSY, EEXIST, EINVAL, ENFILE, ENOENT, EOPNOTSUPP } from '../../errno.js';
import type { StatefulExpression } from '../expressions.js';
import type { NftSet, Table } from '../ruleset.js';
import { announceSet } from './announceData.js';
import { readSetExpressions } from './elementExpressions.js';
import { lookupSet, lookupTable } from './lookups.js';
import { Refused } from './refused.js';
import { deleteSet as removeSet } from './removal.js';
import { readSetDescription, type SetDescription } from './setDescription.js';
import { allocateHandle, type NftRequest, type Transaction } from './transaction.js';
import { setUses } from './uses.js';

/** nf_tables_newset(). */
export function newSet(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, flags } = request;
  const needed = ['NFTA_SET_TABLE', 'NFTA_SET_NAME', 'NFTA_SET_KEY_LEN', 'NFTA_SET_ID'];
  if (needed.some((name) => !attributes.has(name))) throw new Refused(EINVAL);
  const description = readSetDescription(transaction, attributes);
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_SET_TABLE', portId));
  const name = attributes.text('NFTA_SET_NAME') ?? '';
  const found = table.sets.get(name);
  if (found !== undefined) {
    updateSet(transaction, request, table, found, description);
    return;
  }
  if ((flags & NLM_F_CREATE) === 0 && transaction.checks('set-create')) throw new Refused(ENOENT);
  // nft_select_set_ops(): no kind of intervals is filled by rules.
  const isFilled = (description.flags & NFT_SET_EVAL) !== 0;
  if (isFilled && (description.flags & NFT_SET_INTERVAL) !== 0) throw new Refused(EOPNOTSUPP);
  const chosen = allocateName(table, name);
  const expressions = readSetExpressions(transaction, table, attributes, description.flags);
  const userData = attributes.bytes('NFTA_SET_USERDATA');
  const set: NftSet = {
    ...description,
    name: chosen,
    handle: allocateHandle(table),
    userData: userData?.length === 0 ? undefined : userData,
    expressions,
    elements: new Map(),
  };
  transaction.addSet(table, set);
  transaction.setsById.push({ table, id: attributes.number('NFTA_SET_ID') ?? 0, name: chosen });
  announceSet(transaction, request, table, set, 'NEWSET');
}

/** A set that is there: it may only be told to be what it is; how long its elements live, and how many there may be, is changed. */
function updateSet(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  found: NftSet,
  description: SetDescription,
): void {
  const { attributes, flags } = request;
  const offset = attributes.offset('NFTA_SET_NAME');
  if ((flags & NLM_F_EXCL) !== 0 && transaction.checks('set-exclusive')) throw new Refused(EEXIST, offset);
  if ((flags & NLM_F_REPLACE) !== 0) throw new Refused(EOPNOTSUPP);
  if ((found.flags & NFT_SET_ANONYMOUS) !== 0) throw new Refused(EOPNOTSUPP);
  const expressions = readSetExpressions(transaction, table, attributes, description.flags);
  if (!isSame(found, description, expressions) && transaction.checks('set-same')) throw new Refused(EEXIST, offset);
  const set = transaction.ownSet(table, found);
  set.timeout = description.timeout;
  set.gcInterval = description.gcInterval;
  if (description.size !== 0) set.size = description.size;
  announceSet(transaction, request, table, set, 'NEWSET');
}

/** nft_set_is_same(). */
function isSame(set: NftSet, other: SetDescription, expressions: readonly StatefulExpression[]): boolean {
  return (
    set.keyType === other.keyType &&
    (set.dataType ?? 0) === (other.dataType ?? 0) &&
    set.flags === other.flags &&
    set.keyLength === other.keyLength &&
    (set.dataLength ?? 0) === (other.dataLength ?? 0) &&
    set.fields.length === other.fields.length &&
    set.fields.every((length, at) => length === other.fields[at]) &&
    set.expressions.length === expressions.length &&
    set.expressions.every(({ kind }, at) => kind === expressions[at]?.kind)
  );
}

/** NFT_SET_MAX_ANONLEN. */
const LONGEST_PATTERN = 16;

/** nf_tables_set_alloc_name(): `__set%d` gets the first number that is free. */
function allocateName(table: Table, pattern: string): string {
  const at = pattern.indexOf('%');
  if (at < 0) {
    if (table.sets.has(pattern)) throw new Refused(ENFILE);
    return pattern;
  }
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 2)];
  if (pattern[at + 1] !== 'd' || after.includes('%') || pattern.length >= LONGEST_PATTERN) throw new Refused(EINVAL);
  for (let number = 0; ; number++)
    if (!table.sets.has(`${before}${number}${after}`)) return `${before}${number}${after}`;
}

/** nf_tables_delset(). */
export function deleteSet(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, flags } = request;
  if (family === 0) throw new Refused(EAFNOSUPPORT);
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_SET_TABLE', portId));
  const set = findSet(table, request);
  if (set === undefined) return;
  const offset = attributes.offset('NFTA_SET_HANDLE') ?? attributes.offset('NFTA_SET_NAME');
  if (setUses(table).has(set.name) && transaction.checks('set-in-use')) throw new Refused(EBUSY, offset);
  const count = [...set.elements.values()].filter((one) => (one.flags & NFT_SET_ELEM_CATCHALL) === 0).length;
  if ((flags & NLM_F_NONREC) !== 0 && count > 0 && transaction.checks('set-nonrecursive'))
    throw new Refused(EBUSY, offset);
  removeSet(transaction, request, table, set);
}

/** Undefined: there is none, and that is what was wanted. */
function findSet(table: Table, { name, attributes }: NftRequest): NftSet | undefined {
  const handle = attributes.long('NFTA_SET_HANDLE');
  const isWanted = name !== 'DESTROYSET';
  if (handle !== undefined) {
    const found = [...table.sets.values()].find((set) => set.handle === handle);
    if (found === undefined && isWanted) throw new Refused(ENOENT, attributes.offset('NFTA_SET_HANDLE'));
    return found;
  }
  try {
    return lookupSet(table, attributes, 'NFTA_SET_NAME');
  } catch (error) {
    if (error instanceof Refused && error.errno === ENOENT && !isWanted) return undefined;
    throw error;
  }
}
