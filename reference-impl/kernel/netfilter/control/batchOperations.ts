/** What a batch may hold: nf_tables_cb, the callbacks of type NFNL_CB_BATCH. */
import {
  NFTA_CHAIN,
  NFTA_FLOWTABLE,
  NFTA_OBJ,
  NFTA_RULE,
  NFTA_SET,
  NFTA_SET_ELEM_LIST,
  NFTA_TABLE,
  type NftMessageName,
} from '../../../netlink/families/nftables.js';
import type { AttributeSet } from '../../../netlink/schema.js';
import { EOPNOTSUPP } from '../../errno.js';
import { deleteChain, newChain } from './chains.js';
import { deleteElements, newElements } from './elements.js';
import { deleteObject, newObject } from './objects.js';
import { Refused } from './refused.js';
import { deleteRule, newRule } from './rules.js';
import { deleteSet, newSet } from './sets.js';
import { deleteTable, newTable } from './tables.js';
import type { NftRequest, Transaction } from './transaction.js';

export interface BatchOperation {
  readonly set: AttributeSet;
  readonly run: (transaction: Transaction, request: NftRequest) => void;
}

/** Without conntrack there is no fast path for its connections. */
const noFlowtables: BatchOperation = {
  set: NFTA_FLOWTABLE,
  run: (transaction) => {
    transaction.surroundings.tellMissing('flowtables');
    throw new Refused(EOPNOTSUPP);
  },
};

export const BATCH_OPERATIONS: Partial<Readonly<Record<NftMessageName, BatchOperation>>> = {
  NEWTABLE: { set: NFTA_TABLE, run: newTable },
  DELTABLE: { set: NFTA_TABLE, run: deleteTable },
  DESTROYTABLE: { set: NFTA_TABLE, run: deleteTable },
  NEWCHAIN: { set: NFTA_CHAIN, run: newChain },
  DELCHAIN: { set: NFTA_CHAIN, run: deleteChain },
  DESTROYCHAIN: { set: NFTA_CHAIN, run: deleteChain },
  NEWRULE: { set: NFTA_RULE, run: newRule },
  DELRULE: { set: NFTA_RULE, run: deleteRule },
  DESTROYRULE: { set: NFTA_RULE, run: deleteRule },
  NEWSET: { set: NFTA_SET, run: newSet },
  DELSET: { set: NFTA_SET, run: deleteSet },
  DESTROYSET: { set: NFTA_SET, run: deleteSet },
  NEWSETELEM: { set: NFTA_SET_ELEM_LIST, run: newElements },
  DELSETELEM: { set: NFTA_SET_ELEM_LIST, run: deleteElements },
  DESTROYSETELEM: { set: NFTA_SET_ELEM_LIST, run: deleteElements },
  NEWOBJ: { set: NFTA_OBJ, run: newObject },
  DELOBJ: { set: NFTA_OBJ, run: deleteObject },
  DESTROYOBJ: { set: NFTA_OBJ, run: deleteObject },
  NEWFLOWTABLE: noFlowtables,
  DELFLOWTABLE: noFlowtables,
  DESTROYFLOWTABLE: noFlowtables,
};
