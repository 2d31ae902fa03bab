/** NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, NFT_MSG_DESTROYTABLE. */
import { NLM_F_EXCL, NLM_F_NONREC, NLM_F_REPLACE } from '../../../netlink/constants.js';
import {
  NFT_CHAIN_BINDING,
  NFT_SET_ANONYMOUS,
  NFT_TABLE_F_DORMANT,
  NFT_TABLE_F_MASK,
  NFT_TABLE_F_OWNER,
  NFT_TABLE_F_PERSIST,
} from '../../../netlink/families/nftables.js';
import { EBUSY, EEXIST, EINVAL, ENOENT, EOPNOTSUPP, EPERM } from '../../errno.js';
import type { NetfilterFamily, Table } from '../ruleset.js';
import { announceTable } from './announce.js';
import { isSupportedFamily } from './chainTypes.js';
import { isOwnedByOther, lookupTable, lookupTableByHandle } from './lookups.js';
import { deleteChain, deleteObject, deleteRulesOf, deleteSet } from './removal.js';
import { Refused } from './refused.js';
import type { NftRequest, Transaction } from './transaction.js';
import { tableUses } from './uses.js';

/** nf_tables_newtable(). */
export function newTable(transaction: Transaction, request: NftRequest): void {
  const { family, flags, attributes, portId } = request;
  if (!isSupportedFamily(family) && transaction.checks('table-family')) throw new Refused(EOPNOTSUPP);
  const name = attributes.text('NFTA_TABLE_NAME');
  if (name === undefined) throw new Refused(EINVAL);
  const ofFamily = transaction.tables.get(`${family} ${name}`);
  const anyFamily = [...transaction.tables.values()].find((table) => table.name === name);
  const found = ofFamily ?? (transaction.checks('table-per-family') ? undefined : anyFamily);
  if (found !== undefined) {
    // nft_table_lookup() refuses without a place here.
    if (isOwnedByOther(found, portId) && transaction.checks('table-owner')) throw new Refused(EPERM);
    if ((flags & NLM_F_EXCL) !== 0 && transaction.checks('table-exclusive'))
      throw new Refused(EEXIST, attributes.offset('NFTA_TABLE_NAME'));
    if ((flags & NLM_F_REPLACE) !== 0 && transaction.checks('table-replace')) throw new Refused(EOPNOTSUPP);
    if (!transaction.checks('table-kept')) emptyTable(transaction, request, transaction.own(found));
    updateTable(transaction, request, found);
    return;
  }
  const tableFlags = attributes.number('NFTA_TABLE_FLAGS') ?? 0;
  if ((tableFlags & ~NFT_TABLE_F_MASK) !== 0 && transaction.checks('table-flags')) throw new Refused(EOPNOTSUPP);
  const table: Table = {
    family: family as NetfilterFamily,
    name,
    handle: ++transaction.surroundings.counters.tableHandle,
    flags: tableFlags & NFT_TABLE_F_MASK,
    owner: (tableFlags & NFT_TABLE_F_OWNER) === 0 ? undefined : portId,
    userData: attributes.bytes('NFTA_TABLE_USERDATA'),
    chains: new Map(),
    sets: new Map(),
    objects: new Map(),
    nextHandle: 1n,
  };
  transaction.addTable(table);
  announceTable(transaction, request, table, 'NEWTABLE');
}

function emptyTable(transaction: Transaction, request: NftRequest, table: Table): void {
  for (const chain of [...table.chains.values()]) deleteChain(transaction, request, table, chain);
}

/** nf_tables_updtable(). */
function updateTable(transaction: Transaction, request: NftRequest, found: Table): void {
  const flags = request.attributes.number('NFTA_TABLE_FLAGS');
  if (flags === undefined || !transaction.checks('table-update')) return;
  if ((flags & ~NFT_TABLE_F_MASK) !== 0 && transaction.checks('table-flags')) throw new Refused(EOPNOTSUPP);
  if (flags === found.flags) return;
  const isOwned = (found.flags & NFT_TABLE_F_OWNER) !== 0;
  const isOrphan = !isOwned && (found.flags & NFT_TABLE_F_PERSIST) !== 0;
  const wantsOwner = (flags & NFT_TABLE_F_OWNER) !== 0;
  if (((isOwned && !wantsOwner) || (wantsOwner && !isOrphan)) && transaction.checks('table-owner-change'))
    throw new Refused(EOPNOTSUPP);
  if (((flags ^ found.flags) & NFT_TABLE_F_PERSIST) !== 0) throw new Refused(EOPNOTSUPP);
  const table = transaction.own(found);
  if ((transaction.updated.has(table) || transaction.pending.has(table)) && transaction.checks('table-update-once'))
    throw new Refused(EINVAL);
  table.flags = flags;
  if (((flags ^ found.flags) & NFT_TABLE_F_DORMANT) !== 0 || wantsOwner !== isOwned) transaction.updated.add(table);
  if (wantsOwner) table.owner = request.portId;
  announceTable(transaction, request, table, 'NEWTABLE');
}

/** nf_tables_deltable(). */
export function deleteTable(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, flags } = request;
  const byHandle = attributes.has('NFTA_TABLE_HANDLE');
  if (family === 0 || (!byHandle && !attributes.has('NFTA_TABLE_NAME'))) {
    flush(transaction, request);
    return;
  }
  const found = findTable(transaction, request, byHandle, portId);
  if (found === undefined) return;
  const table = transaction.own(found);
  if ((flags & NLM_F_NONREC) !== 0 && tableUses(table) > 0 && transaction.checks('table-nonrecursive'))
    throw new Refused(EBUSY);
  flushTable(transaction, request, table);
}

/** Undefined: there is none, and that is what was wanted. */
function findTable(
  transaction: Transaction,
  { name, family, attributes }: NftRequest,
  byHandle: boolean,
  portId: number,
): Table | undefined {
  const attribute = byHandle ? 'NFTA_TABLE_HANDLE' : 'NFTA_TABLE_NAME';
  const offset = attributes.offset(attribute);
  try {
    return byHandle
      ? lookupTableByHandle(transaction.tables, family, attributes.long(attribute), offset, portId)
      : lookupTable(transaction.tables, family, attributes, attribute, portId);
  } catch (error) {
    const isFine = name === 'DESTROYTABLE' ? transaction.checks('destroy-table') : !transaction.checks('table-there');
    if (error instanceof Refused && error.errno === ENOENT && isFine) return undefined;
    throw error;
  }
}

/** nft_flush(): tables of other owners stay. */
function flush(transaction: Transaction, request: NftRequest): void {
  const name = request.attributes.text('NFTA_TABLE_NAME');
  for (const table of [...transaction.tables.values()]) {
    if (request.family !== 0 && table.family !== request.family && transaction.checks('flush-family')) continue;
    if (isOwnedByOther(table, request.portId) && transaction.checks('flush-owner')) continue;
    if (name === undefined || table.name === name) flushTable(transaction, request, transaction.own(table));
  }
}

/** nft_flush_table(): rules, sets, objects, chains, then the table. */
function flushTable(transaction: Transaction, request: NftRequest, table: Table): void {
  if (tableUses(table) > 0 && !transaction.checks('table-recursive')) throw new Refused(EBUSY);
  const isBound = ({ flags }: { readonly flags: number }): boolean => (flags & NFT_CHAIN_BINDING) !== 0;
  for (const chain of [...table.chains.values()])
    if (!isBound(chain) && table.chains.has(chain.handle)) deleteRulesOf(transaction, request, table, chain);
  for (const set of [...table.sets.values()])
    if ((set.flags & NFT_SET_ANONYMOUS) === 0) deleteSet(transaction, request, table, set);
  for (const object of [...table.objects.keys()]) deleteObject(transaction, request, table, object);
  for (const chain of [...table.chains.values()]) if (!isBound(chain)) deleteChain(transaction, request, table, chain);
  transaction.tables.delete(`${table.family} ${table.name}`);
  announceTable(transaction, request, table, 'DELTABLE');
}
