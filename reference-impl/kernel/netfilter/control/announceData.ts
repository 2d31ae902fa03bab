/** What changes of sets, elements and objects tell: nf_tables_set_notify(), nf_tables_setelem_notify(), nf_tables_obj_notify(). */
import type { NftSet, SetElement, StatefulObject, Table } from '../ruleset.js';
import { announce, creationFlags } from './announce.js';
import { elementsBody, objectBody, setBody } from './dataMessages.js';
import type { NftRequest, Transaction } from './transaction.js';

export function announceSet(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  set: NftSet,
  message: 'NEWSET' | 'DELSET',
): void {
  announce(transaction, request, (telling) => setBody(telling, table, set, message, creationFlags(request)));
}

/** Each element has a message of its own. */
export function announceElement(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  set: NftSet,
  element: SetElement,
  message: 'NEWSETELEM' | 'DELSETELEM',
): void {
  const flags = creationFlags(request);
  announce(transaction, request, (telling) => elementsBody(telling, table, set, [element], message, { flags }));
}

export function announceObject(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  object: StatefulObject,
  message: 'NEWOBJ' | 'DELOBJ',
): void {
  const flags = creationFlags(request);
  announce(transaction, request, (telling) => objectBody(telling, table, object, message, { flags }));
}
