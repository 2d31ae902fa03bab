/** NFT_MSG_NEWOBJ, NFT_MSG_DELOBJ, NFT_MSG_DESTROYOBJ. */
import { NLM_F_EXCL, NLM_F_REPLACE } from '../../../netlink/constants.js';
import { NFT_OBJECT_COUNTER, NFT_OBJECT_LIMIT, NFT_OBJECT_QUOTA } from '../../../netlink/families/nftables.js';
import { EBUSY, EEXIST, EINVAL, ENOENT, EOPNOTSUPP } from '../../errno.js';
import type { StatefulExpression } from '../expressions.js';
import type { StatefulObject, Table } from '../ruleset.js';
import { announceObject } from './announceData.js';
import { expressionContext } from './elementExpressions.js';
import { readObjectData } from './expressions/list.js';
import { lookupTable, objectKey, objectNamed } from './lookups.js';
import { Refused } from './refused.js';
import { deleteObject as removeObject } from './removal.js';
import { allocateHandle, type NftRequest, type Transaction } from './transaction.js';
import { objectUses } from './uses.js';

/** The expression that an object of a type is. */
const KINDS: ReadonlyMap<number, string> = new Map([
  [NFT_OBJECT_COUNTER, 'counter'],
  [NFT_OBJECT_QUOTA, 'quota'],
  [NFT_OBJECT_LIMIT, 'limit'],
]);

/** nf_tables_newobj(). */
export function newObject(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, flags } = request;
  const [type, name] = [attributes.number('NFTA_OBJ_TYPE'), attributes.text('NFTA_OBJ_NAME')];
  if (type === undefined || name === undefined || !attributes.has('NFTA_OBJ_DATA')) throw new Refused(EINVAL);
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_OBJ_TABLE', portId));
  const ofName = [...table.objects.values()].find((object) => object.name === name);
  const found = transaction.checks('object-type') ? objectNamed(table, type, name) : ofName;
  if (found !== undefined) {
    if ((flags & NLM_F_EXCL) !== 0 && transaction.checks('object-exclusive'))
      throw new Refused(EEXIST, attributes.offset('NFTA_OBJ_NAME'));
    if ((flags & NLM_F_REPLACE) !== 0) throw new Refused(EOPNOTSUPP);
    updateObject(transaction, request, table, found, type);
    return;
  }
  const expression = readExpression(transaction, request, table, type);
  const object: StatefulObject = {
    name,
    handle: allocateHandle(table),
    userData: attributes.bytes('NFTA_OBJ_USERDATA'),
    expression,
  };
  table.objects.set(objectKey(type, name), object);
  announceObject(transaction, request, table, object, 'NEWOBJ');
}

function readExpression(
  transaction: Transaction,
  { attributes }: NftRequest,
  table: Table,
  type: number,
): StatefulExpression {
  const kind = KINDS.get(type);
  const nest = attributes.nest('NFTA_OBJ_DATA');
  if (kind === undefined || nest === undefined) {
    transaction.surroundings.tellMissing(`objects of type ${type}`);
    throw new Refused(ENOENT);
  }
  return readObjectData(expressionContext(transaction, table), kind, nest);
}

/** nft_quota_obj_update(): of quotas alone; what was consumed stays. */
function updateObject(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  found: StatefulObject,
  type: number,
): void {
  const { expression: before } = found;
  if (before.kind !== 'quota') return;
  const expression = readExpression(transaction, request, table, type);
  if (expression.kind !== 'quota') return;
  const object: StatefulObject = { ...found, expression: { ...expression, state: before.state } };
  table.objects.set(objectKey(type, found.name), object);
  announceObject(transaction, request, table, object, 'NEWOBJ');
}

/** nf_tables_delobj(). */
export function deleteObject(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, name: message } = request;
  const type = attributes.number('NFTA_OBJ_TYPE');
  const byHandle = attributes.has('NFTA_OBJ_HANDLE');
  if (type === undefined || (!byHandle && !attributes.has('NFTA_OBJ_NAME'))) throw new Refused(EINVAL);
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_OBJ_TABLE', portId));
  const key = keyOf(table, request, type, byHandle);
  const offset = attributes.offset(byHandle ? 'NFTA_OBJ_HANDLE' : 'NFTA_OBJ_NAME');
  if (key === undefined) {
    if (message === 'DESTROYOBJ') return;
    throw new Refused(ENOENT, offset);
  }
  if (objectUses(table).has(key) && transaction.checks('object-in-use')) throw new Refused(EBUSY, offset);
  removeObject(transaction, request, table, key);
}

function keyOf(table: Table, { attributes }: NftRequest, type: number, byHandle: boolean): string | undefined {
  if (!byHandle) {
    const key = objectKey(type, attributes.text('NFTA_OBJ_NAME') ?? '');
    return table.objects.has(key) ? key : undefined;
  }
  const handle = attributes.long('NFTA_OBJ_HANDLE');
  const found = [...table.objects].find(([key, object]) => object.handle === handle && key.startsWith(`${type} `));
  return found?.[0];
}
