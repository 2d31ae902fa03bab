/** Expressions that name sets and objects: nft_lookup.c, nft_dynset.c, nft_objref.c. */
import {
  NFT_DATA_VERDICT,
  NFT_SET_ANONYMOUS,
  NFT_SET_CONSTANT,
  NFT_SET_EVAL,
  NFT_SET_INTERVAL,
  NFT_SET_MAP,
  NFT_SET_OBJECT,
  NFT_SET_TIMEOUT,
} from '../../../../netlink/families/nftables.js';
import {
  NFTA_DYNSET,
  NFTA_LOOKUP,
  NFTA_OBJREF,
  NFT_DYNSET_F_EXPR,
  NFT_DYNSET_F_INV,
  NFT_DYNSET_OPS,
  NFT_LOOKUP_F_INV,
} from '../../../../netlink/families/nftablesExpressions.js';
import type { Values } from '../../../../netlink/schema.js';
import { EBUSY, EINVAL, ENOENT, EOPNOTSUPP } from '../../../errno.js';
import type { Expression, StatefulExpression } from '../../expressions.js';
import type { NftSet } from '../../ruleset.js';
import type { Attributes } from '../attributes.js';
import { setByNameOrId } from '../elements.js';
import { readExpressionList } from '../elementExpressions.js';
import { objectKey, objectNamed } from '../lookups.js';
import { Refused } from '../refused.js';
import { readMilliseconds } from '../setDescription.js';
import { setUses } from '../uses.js';
import { need } from './arithmetic.js';
import { expressionType, type ExpressionContext, type ExpressionTelling } from './expressionType.js';
import { readStateful, toldExpression, toldExpressions } from './list.js';
import { registerOf } from './registers.js';

function namedSet({ transaction, table }: ExpressionContext, attributes: Attributes, name: string, id: string): NftSet {
  return setByNameOrId(transaction, table, attributes.text(name), attributes.number(id));
}

/** nf_tables_bind_set(): an anonymous set is one expression's alone. */
function bind({ transaction, table }: ExpressionContext, set: NftSet): void {
  if ((set.flags & NFT_SET_ANONYMOUS) === 0) return;
  const isTaken = transaction.bound.has(set) || setUses(table).has(set.name);
  if (isTaken && transaction.checks('anonymous-set-once')) throw new Refused(EBUSY);
  transaction.bound.add(set);
}

export const lookup = expressionType({
  name: 'lookup',
  set: NFTA_LOOKUP,
  kinds: ['lookup'],
  needsValidation: true,
  init: (context, attributes) => {
    need(attributes, 'NFTA_LOOKUP_SET', 'NFTA_LOOKUP_SREG');
    const set = namedSet(context, attributes, 'NFTA_LOOKUP_SET', 'NFTA_LOOKUP_SET_ID');
    const source = context.registers.load(attributes, 'NFTA_LOOKUP_SREG', set.keyLength);
    const inverted = ((attributes.number('NFTA_LOOKUP_FLAGS') ?? 0) & NFT_LOOKUP_F_INV) !== 0;
    const isMap = (set.flags & NFT_SET_MAP) !== 0;
    let destination;
    if (attributes.has('NFTA_LOOKUP_DREG')) {
      if (inverted || !isMap) throw new Refused(EINVAL);
      const kind = set.dataType === NFT_DATA_VERDICT ? 'verdict' : 'value';
      destination = context.registers.store(attributes, 'NFTA_LOOKUP_DREG', kind, set.dataLength ?? 0);
    } else if (isMap && (set.flags & NFT_SET_ANONYMOUS) !== 0) throw new Refused(EINVAL);
    bind(context, set);
    return { kind: 'lookup', set: set.name, source, destination, inverted };
  },
  told: ({ set, source, destination, inverted }) => ({
    NFTA_LOOKUP_SET: set,
    NFTA_LOOKUP_SREG: registerOf(source),
    ...(destination === undefined ? {} : { NFTA_LOOKUP_DREG: registerOf(destination) }),
    NFTA_LOOKUP_FLAGS: inverted ? NFT_LOOKUP_F_INV : 0,
  }),
});

/** A size for a set that rules fill, where none was given. */
const FILLED_SIZE = 0xffff;

/** Whether a rule may fill it: set->ops->update is there for hash tables that grow (nft_set_rhash_type). */
function checkFilled({ flags, size, keyLength }: NftSet): void {
  if ((flags & NFT_SET_OBJECT) !== 0) throw new Refused(EOPNOTSUPP);
  // nft_select_set_ops(): a size makes it a table that does not grow, and short keys are bits of a map.
  const isPlain = (flags & (NFT_SET_EVAL | NFT_SET_TIMEOUT)) === 0;
  const isFixed = isPlain && (size !== 0 || keyLength <= 2);
  if ((flags & NFT_SET_INTERVAL) !== 0 || isFixed) throw new Refused(EOPNOTSUPP);
  if ((flags & NFT_SET_CONSTANT) !== 0) throw new Refused(EBUSY);
}

function dynsetExpressions(
  context: ExpressionContext,
  attributes: Attributes,
  set: NftSet,
): readonly StatefulExpression[] {
  const [one, several] = [attributes.nest('NFTA_DYNSET_EXPR'), attributes.nest('NFTA_DYNSET_EXPRESSIONS')];
  if (one === undefined && several === undefined) return [];
  if ((set.flags & NFT_SET_EVAL) === 0) throw new Refused(EINVAL);
  const isList = ((attributes.number('NFTA_DYNSET_FLAGS') ?? 0) & NFT_DYNSET_F_EXPR) !== 0;
  if (one === undefined && !isList) throw new Refused(EINVAL);
  const own =
    one !== undefined
      ? [readStateful(context, one)]
      : several === undefined
        ? []
        : readExpressionList(context, several);
  const ofSet = set.expressions;
  const isOther = own.length !== ofSet.length || own.some(({ kind }, at) => kind !== ofSet[at]?.kind);
  if (ofSet.length > 0 && isOther) throw new Refused(EOPNOTSUPP);
  return own;
}

type Dynset = Extract<Expression, { kind: 'dynset' }>;

/** nft_dynset_init(). */
function initDynset(context: ExpressionContext, attributes: Attributes): Dynset {
  need(attributes, 'NFTA_DYNSET_SET_NAME', 'NFTA_DYNSET_OP', 'NFTA_DYNSET_SREG_KEY');
  const flags = attributes.number('NFTA_DYNSET_FLAGS') ?? 0;
  if ((flags & ~(NFT_DYNSET_F_INV | NFT_DYNSET_F_EXPR)) !== 0) throw new Refused(EOPNOTSUPP);
  const set = namedSet(context, attributes, 'NFTA_DYNSET_SET_NAME', 'NFTA_DYNSET_SET_ID');
  checkFilled(set);
  const operation = NFT_DYNSET_OPS[attributes.number('NFTA_DYNSET_OP') ?? 0];
  if (operation === undefined) throw new Refused(EOPNOTSUPP);
  if (attributes.has('NFTA_DYNSET_TIMEOUT') && (set.flags & NFT_SET_TIMEOUT) === 0) throw new Refused(EOPNOTSUPP);
  const timeout = readMilliseconds(attributes, 'NFTA_DYNSET_TIMEOUT');
  const key = context.registers.load(attributes, 'NFTA_DYNSET_SREG_KEY', set.keyLength);
  const isMap = (set.flags & NFT_SET_MAP) !== 0;
  const hasData = attributes.has('NFTA_DYNSET_SREG_DATA');
  if (hasData && (!isMap || set.dataType === NFT_DATA_VERDICT)) throw new Refused(EOPNOTSUPP);
  if (!hasData && isMap) throw new Refused(EINVAL);
  const data = hasData ? context.registers.load(attributes, 'NFTA_DYNSET_SREG_DATA', set.dataLength ?? 0) : undefined;
  const expressions = dynsetExpressions(context, attributes, set);
  bind(context, set);
  const own = context.transaction.ownSet(context.table, set);
  if (own.size === 0) own.size = FILLED_SIZE;
  const inverted = (flags & NFT_DYNSET_F_INV) !== 0;
  return { kind: 'dynset', set: set.name, operation, key, data, timeout, expressions, inverted };
}

function toldDynset(dynset: Dynset, telling: ExpressionTelling): Values {
  const { set, operation, key, data, timeout, expressions, inverted } = dynset;
  const [first, ...more] = expressions;
  return {
    NFTA_DYNSET_SREG_KEY: registerOf(key),
    ...(data === undefined ? {} : { NFTA_DYNSET_SREG_DATA: registerOf(data) }),
    NFTA_DYNSET_OP: NFT_DYNSET_OPS.indexOf(operation),
    NFTA_DYNSET_SET_NAME: set,
    NFTA_DYNSET_TIMEOUT: timeout ?? 0n,
    ...(first === undefined
      ? {}
      : more.length === 0
        ? { NFTA_DYNSET_EXPR: toldExpression(telling, first) }
        : { NFTA_DYNSET_EXPRESSIONS: { NFTA_LIST_ELEM: toldExpressions(telling, expressions) } }),
    NFTA_DYNSET_FLAGS: inverted ? NFT_DYNSET_F_INV : 0,
  };
}

export const dynset = expressionType({
  name: 'dynset',
  set: NFTA_DYNSET,
  kinds: ['dynset'],
  init: initDynset,
  told: toldDynset,
});

const namesMap = (attributes: Attributes): boolean =>
  attributes.has('NFTA_OBJREF_SET_SREG') &&
  (attributes.has('NFTA_OBJREF_SET_NAME') || attributes.has('NFTA_OBJREF_SET_ID'));

export const objref = expressionType({
  name: 'objref',
  set: NFTA_OBJREF,
  kinds: ['objref', 'objref-map'],
  select: (_context, attributes) => {
    const namesOne = attributes.has('NFTA_OBJREF_IMM_NAME') && attributes.has('NFTA_OBJREF_IMM_TYPE');
    if (!namesMap(attributes) && !namesOne) throw new Refused(EOPNOTSUPP);
  },
  init: (context, attributes) => {
    if (namesMap(attributes)) {
      const set = namedSet(context, attributes, 'NFTA_OBJREF_SET_NAME', 'NFTA_OBJREF_SET_ID');
      if ((set.flags & NFT_SET_OBJECT) === 0) throw new Refused(EINVAL);
      const source = context.registers.load(attributes, 'NFTA_OBJREF_SET_SREG', set.keyLength);
      bind(context, set);
      return { kind: 'objref-map', set: set.name, source };
    }
    const [type, name] = [
      attributes.number('NFTA_OBJREF_IMM_TYPE') ?? 0,
      attributes.text('NFTA_OBJREF_IMM_NAME') ?? '',
    ];
    if (objectNamed(context.table, type, name) === undefined && context.transaction.checks('object-there'))
      throw new Refused(ENOENT);
    return { kind: 'objref', object: objectKey(type, name) };
  },
  told: (expression, { table }): Values => {
    if (expression.kind === 'objref-map')
      return { NFTA_OBJREF_SET_SREG: registerOf(expression.source), NFTA_OBJREF_SET_NAME: expression.set };
    const [type = '0'] = expression.object.split(' ', 1);
    return {
      NFTA_OBJREF_IMM_NAME: table.objects.get(expression.object)?.name ?? '',
      NFTA_OBJREF_IMM_TYPE: Number(type),
    };
  },
});
