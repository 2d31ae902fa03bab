/** Expressions that sets, elements and dynset carry: nft_set_expr_alloc(), nft_set_elem_expr_alloc(), nft_expr_clone(). */
import { NFT_SET_EXPR } from '../../../netlink/families/nftables.js';
import { E2BIG, EINVAL } from '../../errno.js';
import type { StatefulExpression } from '../expressions.js';
import type { Table } from '../ruleset.js';
import { entriesOf, nestOf, type Attributes, type Nest } from './attributes.js';
import type { ExpressionContext } from './expressions/expressionType.js';
import { readStateful } from './expressions/list.js';
import { Registers } from './expressions/registers.js';
import { fullTokens } from './expressions/stateful.js';
import { Refused } from './refused.js';
import type { Transaction } from './transaction.js';

/** NFT_SET_EXPR_MAX. */
const MOST = 2;
const NFTA_LIST_ELEM = 1;

export function expressionContext(transaction: Transaction, table: Table): ExpressionContext {
  const registers = new Registers((check) => transaction.checks(check));
  return { transaction, table, chain: undefined, family: table.family, registers };
}

export function readSetExpressions(
  transaction: Transaction,
  table: Table,
  attributes: Attributes,
  flags: number,
): readonly StatefulExpression[] {
  const context = expressionContext(transaction, table);
  const one = attributes.nest('NFTA_SET_EXPR');
  if (one !== undefined) return [readStateful(context, one)];
  const several = attributes.nest('NFTA_SET_EXPRESSIONS');
  if (several === undefined) return [];
  if ((flags & NFT_SET_EXPR) === 0) throw new Refused(EINVAL);
  return readExpressionList(context, several);
}

/** Of a set, an element or a dynset expression: two at most. */
export function readExpressionList(context: ExpressionContext, nest: Nest, most = MOST): readonly StatefulExpression[] {
  return entriesOf(nest).map((entry, at) => {
    if (at >= most) throw new Refused(E2BIG);
    if (entry.type !== NFTA_LIST_ELEM) throw new Refused(EINVAL);
    return readStateful(context, nestOf(entry));
  });
}

/** nft_expr_clone(): what an element gets of its set's. */
export function cloneStateful(expression: StatefulExpression, now: bigint): StatefulExpression {
  switch (expression.kind) {
    case 'counter':
      return { ...expression, state: { ...expression.state } };
    case 'limit':
      return { ...expression, state: { tokens: fullTokens(expression), last: now } };
    case 'quota':
      return { ...expression, state: { ...expression.state } };
    case 'last':
      return { ...expression, state: { ...expression.state } };
  }
}
