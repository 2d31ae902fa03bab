/** What is looked at before a batch holds: nf_tables_validate() and the first steps of nf_tables_commit(). */
import { NFT_CHAIN_BINDING, NFT_SET_ANONYMOUS } from '../../../netlink/families/nftables.js';
import { EINVAL } from '../../errno.js';
import { Refused } from './refused.js';
import type { Transaction } from './transaction.js';
import { setUses } from './uses.js';
import { isBound } from './expressions/data.js';
import { validateTable } from './validation.js';

/** nf_tables_validate(): whether every rule may be where it is. */
export function validateAll(transaction: Transaction): boolean {
  for (const table of transaction.unvalidated) {
    if (transaction.tables.get(`${table.family} ${table.name}`) !== table) continue;
    try {
      validateTable(table, (check) => transaction.checks(check));
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }
  return true;
}

/** nf_tables_commit(): anonymous sets and chains of the batch that nothing leads to. */
export function checkCommit(transaction: Transaction): number | undefined {
  for (const { table, name } of transaction.setsById) {
    const set = table.sets.get(name);
    const isAlone = set !== undefined && (set.flags & NFT_SET_ANONYMOUS) !== 0 && !setUses(table).has(name);
    if (isAlone && transaction.checks('unbound-set')) return EINVAL;
  }
  for (const { table, chain } of transaction.chainsById) {
    const isAlone = table.chains.get(chain.handle) === chain && !isBound(table, chain);
    if (isAlone && (chain.flags & NFT_CHAIN_BINDING) !== 0 && transaction.checks('unbound-chain')) return EINVAL;
  }
  return undefined;
}
