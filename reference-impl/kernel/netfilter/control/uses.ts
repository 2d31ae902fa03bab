/** Who uses what: the counts that the kernel keeps (nft_use_inc()), taken from the ruleset as it is. */
import { NFT_SET_ANONYMOUS } from '../../../netlink/families/nftables.js';
import type { Expression } from '../expressions.js';
import { NFT_GOTO, NFT_JUMP, type NftData, type Table } from '../ruleset.js';

/** table->use: chains, sets and objects; an anonymous set belongs to its rule. */
export function tableUses({ chains, sets, objects }: Table): number {
  const named = [...sets.values()].filter(({ flags }) => (flags & NFT_SET_ANONYMOUS) === 0);
  return chains.size + named.length + objects.size;
}

/** The chain that data lead to. */
export function chainIn(data: NftData | undefined): bigint | undefined {
  if (data?.kind !== 'verdict') return undefined;
  const { verdict } = data;
  return verdict.code === NFT_JUMP || verdict.code === NFT_GOTO ? verdict.chain : undefined;
}

export const targetOf = (expression: Expression): bigint | undefined =>
  expression.kind === 'immediate' ? chainIn(expression.data) : undefined;

/** chain->use by handle: the rules in it, and the verdicts that lead to it. */
export function chainUses(table: Table): ReadonlyMap<bigint, number> {
  const uses = new Map<bigint, number>();
  const add = (chain: bigint | undefined, count = 1): void => {
    if (chain !== undefined) uses.set(chain, (uses.get(chain) ?? 0) + count);
  };
  for (const chain of table.chains.values()) {
    add(chain.handle, chain.rules.length);
    for (const rule of chain.rules) for (const expression of rule.expressions) add(targetOf(expression));
  }
  for (const set of table.sets.values()) for (const { data } of set.elements.values()) add(chainIn(data));
  return uses;
}

/** set->use by name: expressions that look into it. */
export function setUses(table: Table): ReadonlyMap<string, number> {
  return counted(table, (expression) => ('set' in expression ? expression.set : undefined));
}

/** obj->use by key: expressions and elements that name it. */
export function objectUses(table: Table): ReadonlyMap<string, number> {
  const uses = new Map(counted(table, (expression) => (expression.kind === 'objref' ? expression.object : undefined)));
  for (const set of table.sets.values())
    for (const { object } of set.elements.values())
      if (object !== undefined) uses.set(object, (uses.get(object) ?? 0) + 1);
  return uses;
}

function counted(table: Table, used: (expression: Expression) => string | undefined): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const chain of table.chains.values())
    for (const rule of chain.rules)
      for (const expression of rule.expressions) {
        const what = used(expression);
        if (what !== undefined) uses.set(what, (uses.get(what) ?? 0) + 1);
      }
  return uses;
}
