/** Where rules lead: nft_table_validate(), nft_chain_validate(). Walked from the base chains on, at most sixteen jumps deep. */
import { NFT_SET_ELEM_INTERVAL_END } from '../../../netlink/families/nftables.js';
import { ELOOP, EMLINK } from '../../errno.js';
import type { Expression } from '../expressions.js';
import type { Chain, Table } from '../ruleset.js';
import { typeOf } from './expressions/list.js';
import { Refused } from './refused.js';
import { chainIn, targetOf } from './uses.js';

/** NFT_JUMP_STACK_SIZE. */
const MOST_JUMPS = 16;

class Walk {
  readonly #table: Table;
  readonly #base: Chain;
  readonly #checks: (check: string) => boolean;
  /** chain->vstate: how deep a chain was seen at its deepest. */
  readonly #depths = new Map<bigint, number>();

  constructor(table: Table, base: Chain, checks: (check: string) => boolean) {
    this.#table = table;
    this.#base = base;
    this.#checks = checks;
  }

  visit(chain: Chain, level: number): void {
    if (level === MOST_JUMPS) {
      if (this.#checks('jump-depth')) throw new Refused(EMLINK);
      return;
    }
    if (level > 0 && chain.base !== undefined) throw new Refused(ELOOP);
    if ((this.#depths.get(chain.handle) ?? -1) >= level) return;
    for (const { expressions } of chain.rules)
      for (const expression of expressions) {
        if (this.#checks('expression-hooks')) typeOf(expression).validate?.(expression, this.#base, this.#table.family);
        for (const target of this.#targets(expression)) this.visit(target, level + 1);
      }
    this.#depths.set(chain.handle, level);
  }

  *#targets(expression: Expression): Iterable<Chain> {
    const own = targetOf(expression);
    const handles = own === undefined ? this.#ofMap(expression) : [own];
    for (const handle of handles) {
      const chain = this.#table.chains.get(handle);
      if (chain !== undefined) yield chain;
    }
  }

  /** nft_lookup_validate(): where the verdicts of a map lead. */
  #ofMap(expression: Expression): readonly bigint[] {
    if (expression.kind !== 'lookup') return [];
    const set = this.#table.sets.get(expression.set);
    return [...(set?.elements.values() ?? [])].flatMap(({ flags, data }) => {
      const target = (flags & NFT_SET_ELEM_INTERVAL_END) === 0 ? chainIn(data) : undefined;
      return target === undefined ? [] : [target];
    });
  }
}

/** Throws Refused where a rule may not be reached from a hook, or leads too far. */
export function validateTable(table: Table, checks: (check: string) => boolean): void {
  for (const chain of table.chains.values())
    if (chain.base !== undefined) new Walk(table, chain, checks).visit(chain, 0);
}
