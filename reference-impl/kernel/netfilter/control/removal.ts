/** What goes when something goes: nft_delrule(), nft_delchain(), nft_delset(), nft_delobj(). */
import { NFT_CHAIN_BINDING, NFT_SET_ANONYMOUS } from '../../../netlink/families/nftables.js';
import type { Chain, NftSet, Rule, Table } from '../ruleset.js';
import { announceChain, announceRule } from './announce.js';
import { announceObject, announceSet } from './announceData.js';
import type { NftRequest, Transaction } from './transaction.js';
import { setUses, targetOf } from './uses.js';

/** nft_delrule(): with it go the anonymous sets and the chain that are its alone. */
export function deleteRule(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  chain: Chain,
  rule: Rule,
): void {
  chain.rules.splice(chain.rules.indexOf(rule), 1);
  announceRule(transaction, request, table, chain, rule, 'DELRULE');
  releaseOf(transaction, request, table, rule);
}

function releaseOf(transaction: Transaction, request: NftRequest, table: Table, rule: Rule): void {
  for (const expression of rule.expressions) {
    const target = table.chains.get(targetOf(expression) ?? 0n);
    if (target !== undefined && (target.flags & NFT_CHAIN_BINDING) !== 0) {
      table.chains.delete(target.handle);
      for (const inner of target.rules) releaseOf(transaction, request, table, inner);
    }
    if ('set' in expression) releaseSet(transaction, request, table, expression.set);
  }
}

/** nf_tables_unbind_set(): of an anonymous set that nothing looks into any more. */
function releaseSet(transaction: Transaction, request: NftRequest, table: Table, name: string): void {
  const set = table.sets.get(name);
  if (set === undefined || (set.flags & NFT_SET_ANONYMOUS) === 0 || setUses(table).has(name)) return;
  if (!transaction.checks('anonymous-set-goes')) return;
  table.sets.delete(name);
  announceSet(transaction, request, table, set, 'DELSET');
}

/** nft_delrule_by_chain(). */
export function deleteRulesOf(transaction: Transaction, request: NftRequest, table: Table, chain: Chain): void {
  for (const rule of [...chain.rules]) deleteRule(transaction, request, table, chain, rule);
}

/** nft_delchain(). */
export function deleteChain(transaction: Transaction, request: NftRequest, table: Table, chain: Chain): void {
  table.chains.delete(chain.handle);
  if (chain.base !== undefined) transaction.pending.add(table);
  announceChain(transaction, request, table, chain, 'DELCHAIN');
}

/** nft_delset(). */
export function deleteSet(transaction: Transaction, request: NftRequest, table: Table, set: NftSet): void {
  table.sets.delete(set.name);
  announceSet(transaction, request, table, set, 'DELSET');
}

/** nft_delobj(). */
export function deleteObject(transaction: Transaction, request: NftRequest, table: Table, key: string): void {
  const object = table.objects.get(key);
  if (object === undefined) return;
  table.objects.delete(key);
  announceObject(transaction, request, table, object, 'DELOBJ');
}
