/** How sets, their elements and objects are told: nf_tables_fill_set(), nf_tables_fill_setelem(), nf_tables_fill_obj_info(). */
import type { NetlinkBody } from '../../../netlink/operations.js';
import {
  NFTA_OBJ,
  NFTA_SET,
  NFTA_SET_ELEM_LIST,
  NFT_OBJECT_COUNTER,
  NFT_OBJECT_LIMIT,
  NFT_OBJECT_QUOTA,
  NFT_SET_MAP,
  NFT_SET_OBJECT,
} from '../../../netlink/families/nftables.js';
import { encodeAttributes, type Values } from '../../../netlink/schema.js';
import type { NftSet, SetElement, StatefulObject, Table } from '../ruleset.js';
import { toldData, toldValue } from './expressions/data.js';
import type { ExpressionTelling } from './expressions/expressionType.js';
import { toldExpression, toldExpressions, typeOf } from './expressions/list.js';
import { nftBody, type Telling } from './messages.js';
import { objectUses } from './uses.js';

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** nf_tables_fill_set(). */
export function setBody(
  telling: Telling,
  table: Table,
  set: NftSet,
  message: 'NEWSET' | 'DELSET' = 'NEWSET',
  flags = 0,
): NetlinkBody {
  const ofExpressions = { table, now: telling.now, reset: false };
  return nftBody(
    telling,
    message,
    table.family,
    NFTA_SET,
    {
      NFTA_SET_TABLE: table.name,
      NFTA_SET_NAME: set.name,
      NFTA_SET_HANDLE: set.handle,
      ...(set.flags === 0 ? {} : { NFTA_SET_FLAGS: set.flags }),
      NFTA_SET_KEY_TYPE: set.keyType,
      NFTA_SET_KEY_LEN: set.keyLength,
      ...(set.flags & NFT_SET_MAP
        ? { NFTA_SET_DATA_TYPE: set.dataType ?? 0, NFTA_SET_DATA_LEN: set.dataLength ?? 0 }
        : {}),
      ...(set.flags & NFT_SET_OBJECT ? { NFTA_SET_OBJ_TYPE: set.objectType ?? 0 } : {}),
      ...(set.timeout === 0n ? {} : { NFTA_SET_TIMEOUT: set.timeout }),
      ...(set.gcInterval === 0 ? {} : { NFTA_SET_GC_INTERVAL: set.gcInterval }),
      ...(set.policy === 0 ? {} : { NFTA_SET_POLICY: set.policy }),
      ...(set.userData === undefined ? {} : { NFTA_SET_USERDATA: set.userData }),
      NFTA_SET_DESC: descriptionOf(set),
      ...withExpressions('NFTA_SET_EXPR', 'NFTA_SET_EXPRESSIONS', ofExpressions, set.expressions),
    },
    flags,
  );
}

function descriptionOf({ size, fields }: NftSet): Values {
  const lengths = fields.map((length) => ({ NFTA_SET_FIELD_LEN: length }));
  return {
    ...(size === 0 ? {} : { NFTA_SET_DESC_SIZE: size }),
    ...(fields.length < 2 ? {} : { NFTA_SET_DESC_CONCAT: { NFTA_LIST_ELEM: lengths } }),
  };
}

/** One expression stands alone, several in a list. */
function withExpressions(
  one: string,
  several: string,
  telling: ExpressionTelling,
  expressions: NftSet['expressions'],
): Values {
  const [first, ...more] = expressions;
  if (first === undefined) return {};
  if (more.length === 0) return { [one]: toldExpression(telling, first) };
  return { [several]: { NFTA_LIST_ELEM: toldExpressions(telling, expressions) } };
}

/** nf_tables_fill_setelem(). */
export function elementValues(telling: ExpressionTelling, set: NftSet, element: SetElement): Values {
  const { table, now } = telling;
  const own = element.timeout;
  const left = element.expiresAt === undefined ? undefined : element.expiresAt - now;
  return {
    ...(element.key.length === 0 ? {} : { NFTA_SET_ELEM_KEY: toldValue(element.key) }),
    ...(element.keyEnd === undefined ? {} : { NFTA_SET_ELEM_KEY_END: toldValue(element.keyEnd) }),
    ...(element.data === undefined ? {} : { NFTA_SET_ELEM_DATA: toldData(table, element.data) }),
    ...withExpressions('NFTA_SET_ELEM_EXPR', 'NFTA_SET_ELEM_EXPRESSIONS', telling, element.expressions),
    ...(element.object === undefined ? {} : { NFTA_SET_ELEM_OBJREF: table.objects.get(element.object)?.name ?? '' }),
    ...(element.flags === 0 ? {} : { NFTA_SET_ELEM_FLAGS: element.flags }),
    ...(own === undefined || own === set.timeout ? {} : { NFTA_SET_ELEM_TIMEOUT: own }),
    ...(left === undefined ? {} : { NFTA_SET_ELEM_EXPIRATION: left > 0n ? left / NANOSECONDS_PER_MILLISECOND : 0n }),
    ...(element.userData === undefined ? {} : { NFTA_SET_ELEM_USERDATA: element.userData }),
  };
}

/** nf_tables_fill_setelem_info(), nf_tables_dump_set(). */
export function elementsBody(
  telling: Telling,
  table: Table,
  set: NftSet,
  elements: readonly SetElement[],
  message: 'NEWSETELEM' | 'DELSETELEM' = 'NEWSETELEM',
  { flags = 0, reset = false } = {},
): NetlinkBody {
  const told = elements.map((element) => elementValues({ table, now: telling.now, reset }, set, element));
  return nftBody(
    telling,
    message,
    table.family,
    NFTA_SET_ELEM_LIST,
    {
      NFTA_SET_ELEM_LIST_TABLE: table.name,
      NFTA_SET_ELEM_LIST_SET: set.name,
      NFTA_SET_ELEM_LIST_ELEMENTS: { NFTA_LIST_ELEM: told },
    },
    flags,
  );
}

/** NFT_OBJECT_*. */
export function objectType({ expression }: StatefulObject): number {
  switch (expression.kind) {
    case 'counter':
      return NFT_OBJECT_COUNTER;
    case 'quota':
      return NFT_OBJECT_QUOTA;
    case 'limit':
      return NFT_OBJECT_LIMIT;
    case 'last':
      throw new Error('there are no objects that only remember when');
  }
}

/** nf_tables_fill_obj_info(). */
export function objectBody(
  telling: Telling,
  table: Table,
  object: StatefulObject,
  message: 'NEWOBJ' | 'DELOBJ' = 'NEWOBJ',
  { flags = 0, reset = false } = {},
): NetlinkBody {
  const type = typeOf(object.expression);
  const values = type.told(object.expression, { table, now: telling.now, reset });
  const number = objectType(object);
  return nftBody(
    telling,
    message,
    table.family,
    NFTA_OBJ,
    {
      NFTA_OBJ_TABLE: table.name,
      NFTA_OBJ_NAME: object.name,
      NFTA_OBJ_HANDLE: object.handle,
      NFTA_OBJ_TYPE: number,
      NFTA_OBJ_USE: objectUses(table).get(`${number} ${object.name}`) ?? 0,
      NFTA_OBJ_DATA: encodeAttributes(type.set, values),
      ...(object.userData === undefined ? {} : { NFTA_OBJ_USERDATA: object.userData }),
    },
    flags,
  );
}
