/** What a kind of expression is to the control side: how it is read from a rule, checked and told (struct nft_expr_type, nft_expr_ops). */
import type { NetfilterFamily, Chain, Table } from '../../ruleset.js';
import type { Expression } from '../../expressions.js';
import type { AttributeSet, Values } from '../../../../netlink/schema.js';
import type { Attributes } from '../attributes.js';
import type { Transaction } from '../transaction.js';
import type { Registers } from './registers.js';

/** struct nft_ctx, as far as an expression looks at it. */
export interface ExpressionContext {
  readonly transaction: Transaction;
  readonly table: Table;
  /** Of a rule; expressions of sets and objects have none. */
  readonly chain: Chain | undefined;
  readonly family: NetfilterFamily;
  /** ctx->reg_inited. */
  readonly registers: Registers;
}

/** What telling an expression needs. */
export interface ExpressionTelling {
  readonly table: Table;
  readonly now: bigint;
  /** What is told of what counts is taken off it. */
  readonly reset: boolean;
}

export interface ExpressionType<Kind extends Expression['kind']> {
  readonly name: string;
  readonly set: AttributeSet;
  /** Kinds of expressions that go by this name. */
  readonly kinds: readonly Kind[];
  /** Families that have it; absent: all. */
  readonly families?: readonly number[];
  /** NFT_EXPR_STATEFUL. */
  readonly isStateful?: boolean;
  /** select_ops: what is asked before the first expression of the rule is made. */
  readonly select?: (context: ExpressionContext, attributes: Attributes) => void;
  readonly init: (context: ExpressionContext, attributes: Attributes) => Extract<Expression, { kind: Kind }>;
  readonly told: (expression: Extract<Expression, { kind: Kind }>, telling: ExpressionTelling) => Values;
  /** Whether there is a validate operation: the table is walked through at the commit. */
  readonly needsValidation?: boolean;
  /** validate: of a rule that the hook of this base chain reaches; throws Refused. */
  readonly validate?: (expression: Extract<Expression, { kind: Kind }>, base: Chain, family: NetfilterFamily) => void;
}

/** Of any kind: what is asked of it was made by itself. */
export type AnyExpressionType = ExpressionType<Expression['kind']>;

/** An entry of the list of types: its kinds are its own business from there on. */
export function expressionType<Kind extends Expression['kind']>(type: ExpressionType<Kind>): AnyExpressionType {
  // What is told and validated is looked up by its kind: a type never sees an expression of another one.
  return type as unknown as AnyExpressionType;
}
