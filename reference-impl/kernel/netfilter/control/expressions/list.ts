/** Which expressions there are, and how the list of a rule is read and told: nf_tables_expr_parse(), nf_tables_newexpr(), nft_expr_dump(). */
import { NFTA_EXPR } from '../../../../netlink/families/nftables.js';
import { encodeAttributes, type Values } from '../../../../netlink/schema.js';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../../../errno.js';
import type { Expression, StatefulExpression } from '../../expressions.js';
import { entriesOf, nestOf, readAttributes, type Attributes, type Nest } from '../attributes.js';
import { blaming, Refused } from '../refused.js';
import type { AnyExpressionType, ExpressionContext, ExpressionTelling } from './expressionType.js';
import { typeNamed, typeOf } from './types.js';

export { typeOf } from './types.js';

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
function parse(context: ExpressionContext, nest: Nest, offset: number): ParsedExpression | undefined {
  const outer = readAttributes(NFTA_EXPR, nest);
  const name = outer.text('NFTA_EXPR_NAME');
  if (name === undefined) throw new Refused(EINVAL);
  const type = typeNamed(name);
  if (type === undefined || type.families?.includes(context.family) === false) {
    context.transaction.surroundings.tellMissing(`expression ${name}`);
    if (!context.transaction.checks('expression-known')) return undefined;
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
  const checks = (check: string): boolean => context.transaction.checks(check);
  for (const entry of entriesOf(nest)) {
    if (entry.type !== NFTA_LIST_ELEM || parsed.length === MOST_EXPRESSIONS) throw new Refused(EINVAL);
    const work = (): ParsedExpression | undefined => parse(context, nestOf(entry), entry.offset);
    const one = checks('expression-blame') ? blaming(entry.offset, work) : work();
    if (one !== undefined) parsed.push(one);
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
  const parsed = parse(context, nest, 0);
  if (parsed?.type.isStateful !== true) throw new Refused(EOPNOTSUPP);
  const { type, attributes } = parsed;
  const expression = type.init(context, attributes);
  return expression as StatefulExpression;
}

/** nft_obj_init(): an object is such an expression under a name. */
export function readObjectData(context: ExpressionContext, name: string, nest: Nest): StatefulExpression {
  const type = typeNamed(name);
  if (type === undefined) throw new Refused(ENOENT);
  const attributes = readAttributes(type.set, nest);
  type.select?.(context, attributes);
  return type.init(context, attributes) as StatefulExpression;
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
