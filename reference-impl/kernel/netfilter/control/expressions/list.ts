/** Which expressions there are, and how the list of a rule is read and told: nf_tables_expr_parse(), nf_tables_newexpr(), nft_expr_dump(). */
import { NFTA_EXPR } from '../../../../netlink/families/nftables.js';
import { encodeAttributes, type Values } from '../../../../netlink/schema.js';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../../../errno.js';
import type { Expression, StatefulExpression } from '../../expressions.js';
import { entriesOf, nestOf, readAttributes, type Attributes, type Nest } from '../attributes.js';
import { blaming, Refused } from '../refused.js';
import { bitwise, cmp, counter, immediate } from './basic.js';
import type { AnyExpressionType, ExpressionContext, ExpressionTelling } from './expressionType.js';
import { meta, payload } from './packet.js';

const TYPES: readonly AnyExpressionType[] = [immediate, cmp, bitwise, counter, payload, meta];

const byName = new Map(TYPES.map((type) => [type.name, type]));
const byKind = new Map(TYPES.flatMap((type) => type.kinds.map((kind) => [kind, type] as const)));

/** Throws for a kind that nothing serves: the list above is not whole. */
export function typeOf({ kind }: Expression): AnyExpressionType {
  const type = byKind.get(kind);
  if (type === undefined) throw new Error(`no expression type for ${kind}`);
  return type;
}

/** NFT_RULE_MAXEXPRS. */
const MOST_EXPRESSIONS = 128;
const NFTA_LIST_ELEM = 1;

/** An expression whose type is found and whose attributes are read; what it says is not looked at yet. */
interface ParsedExpression {
  readonly type: AnyExpressionType;
  readonly attributes: Attributes;
  /** Of its entry in the list. */
  readonly offset: number;
}

/** nf_tables_expr_parse(). */
function parse(context: ExpressionContext, nest: Nest, offset: number): ParsedExpression {
  const outer = readAttributes(NFTA_EXPR, nest);
  const name = outer.text('NFTA_EXPR_NAME');
  if (name === undefined) throw new Refused(EINVAL);
  const type = byName.get(name);
  if (type === undefined || type.families?.includes(context.family) === false) {
    context.transaction.surroundings.tellMissing(`expression ${name}`);
    throw new Refused(ENOENT);
  }
  const data = outer.bytes('NFTA_EXPR_DATA');
  const level =
    data === undefined
      ? { bytes: new Uint8Array(0), base: 0 }
      : { bytes: data, base: (outer.offset('NFTA_EXPR_DATA') ?? 0) + 4 };
  const attributes = readAttributes(type.set, level);
  type.select?.(context, attributes);
  return { type, attributes, offset };
}

/** Of a rule: all are parsed before the first is made; the entry is to blame. */
export function readExpressions(context: ExpressionContext, nest: Nest): readonly Expression[] {
  const parsed: ParsedExpression[] = [];
  for (const entry of entriesOf(nest)) {
    if (entry.type !== NFTA_LIST_ELEM || parsed.length === MOST_EXPRESSIONS) throw new Refused(EINVAL);
    parsed.push(blaming(entry.offset, () => parse(context, nestOf(entry), entry.offset)));
  }
  return parsed.map(({ type, attributes, offset }) =>
    blaming(offset, () => {
      const expression = type.init(context, attributes);
      if (type.needsValidation === true) context.transaction.unvalidated.add(context.table);
      return expression;
    }),
  );
}

/** nft_expr_init(): one that remembers something, of a set, an element or a dynset expression. */
export function readStateful(context: ExpressionContext, nest: Nest): StatefulExpression {
  const { type, attributes } = parse(context, nest, 0);
  if (type.isStateful !== true) throw new Refused(EOPNOTSUPP);
  const expression = type.init(context, attributes);
  return expression as StatefulExpression;
}

/** nf_tables_fill_expr_info(). */
export function toldExpression(telling: ExpressionTelling, expression: Expression): Values {
  const type = typeOf(expression);
  const data = encodeAttributes(type.set, type.told(expression, telling));
  return { NFTA_EXPR_NAME: type.name, NFTA_EXPR_DATA: data };
}

export function toldExpressions(telling: ExpressionTelling, expressions: readonly Expression[]): readonly Values[] {
  return expressions.map((expression) => toldExpression(telling, expression));
}
