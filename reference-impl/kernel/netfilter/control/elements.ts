/** NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM, NFT_MSG_DESTROYSETELEM. */
import { NLM_F_EXCL } from '../../../netlink/constants.js';
import {
  NFT_SET_ANONYMOUS,
  NFT_SET_CONSTANT,
  NFT_SET_ELEM_CATCHALL,
  NFT_SET_ELEM_INTERVAL_END,
  NFT_SET_INTERVAL,
} from '../../../netlink/families/nftables.js';
import { EBUSY, EEXIST, EINVAL, ENFILE, ENOENT, EOPNOTSUPP } from '../../errno.js';
import type { NftSet, SetElement, Table } from '../ruleset.js';
import { announceElement } from './announceData.js';
import { entriesOf, nestOf, type Nest } from './attributes.js';
import { readElementKeyToDelete, readNewElement, type NewElement } from './elementReading.js';
import { elementName, hasRanges, rangeAround, type ElementKey } from './elementKeys.js';
import { isOver } from './elementOrder.js';
import { checkInterval, checkRange } from './intervals.js';
import { lookupSet, lookupTable } from './lookups.js';
import { blaming, Refused } from './refused.js';
import type { NftRequest, Transaction } from './transaction.js';
import { chainIn, setUses } from './uses.js';
import { validateTable } from './validation.js';

interface Target {
  readonly transaction: Transaction;
  readonly request: NftRequest;
  readonly table: Table;
  readonly set: NftSet;
}

/** nf_tables_newsetelem(). */
export function newElements(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId } = request;
  const nest = attributes.nest('NFTA_SET_ELEM_LIST_ELEMENTS');
  if (nest === undefined) throw new Refused(EINVAL);
  const table = transaction.own(
    lookupTable(transaction.tables, family, attributes, 'NFTA_SET_ELEM_LIST_TABLE', portId),
  );
  const found = lookupSetGlobal(transaction, table, request);
  const isFixed = (found.flags & (NFT_SET_CONSTANT | NFT_SET_ANONYMOUS)) !== 0;
  if (isFixed && setUses(table).has(found.name) && transaction.checks('set-constant')) throw new Refused(EBUSY);
  const set = transaction.ownSet(table, found);
  for (const entry of entriesOf(nest))
    blaming(entry.offset, () => addElement({ transaction, request, table, set }, nestOf(entry)));
  if (transaction.validatesNow) validateTable(table, (check) => transaction.checks(check));
}

/** nft_set_lookup_global(): by its name, else by the number that the batch gave it. */
export function lookupSetGlobal(transaction: Transaction, table: Table, { attributes }: NftRequest): NftSet {
  const offset = attributes.offset('NFTA_SET_ELEM_LIST_SET');
  const name = attributes.text('NFTA_SET_ELEM_LIST_SET');
  return setByNameOrId(transaction, table, name, attributes.number('NFTA_SET_ELEM_LIST_SET_ID'), offset);
}

export function setByNameOrId(
  transaction: Transaction,
  table: Table,
  name: string | undefined,
  id: number | undefined,
  offset?: number,
): NftSet {
  const named = name === undefined ? undefined : table.sets.get(name);
  if (named !== undefined) return named;
  if (id === undefined) throw new Refused(name === undefined ? EINVAL : ENOENT, offset);
  const made = transaction.setsById.findLast((one) => one.table === table && one.id === id);
  const found = made === undefined ? undefined : table.sets.get(made.name);
  if (found === undefined) throw new Refused(ENOENT, offset);
  return found;
}

/** nft_add_set_elem(). */
function addElement(target: Target, nest: Nest): void {
  const { transaction, request, table, set } = target;
  const { now } = transaction.surroundings;
  const element = readNewElement(transaction, table, set, nest);
  if (chainIn(element.data) !== undefined) transaction.unvalidated.add(table);
  const name = elementName(element);
  forgetOver(set, now);
  const clash = clashOf(target, element);
  if (clash === 'null') return;
  if (clash !== undefined) {
    again(target, clash, element);
    return;
  }
  set.elements.set(name, element);
  announceElement(transaction, request, table, set, element, 'NEWSETELEM');
  const isCounted = (element.flags & NFT_SET_ELEM_CATCHALL) === 0;
  if (isCounted && isFull(set) && transaction.checks('set-size')) throw new Refused(ENFILE);
}

/** What is over makes room: nft_rhash_gc() and its kin would have collected it. */
function forgetOver(set: NftSet, now: bigint): void {
  for (const [name, element] of set.elements) if (isOver(element, now)) set.elements.delete(name);
}

/** An element that is the same already; throws Refused where one is in the way. */
function clashOf({ transaction, set }: Target, element: SetElement): SetElement | 'null' | undefined {
  const catchesAll = (element.flags & NFT_SET_ELEM_CATCHALL) !== 0;
  if (catchesAll && !transaction.checks('catch-all-once')) return undefined;
  if (catchesAll || (set.flags & NFT_SET_INTERVAL) === 0) return set.elements.get(elementName(element));
  return hasRanges(set)
    ? checkRange(set, element, (check) => transaction.checks(check))
    : checkInterval(set, element, (check) => transaction.checks(check));
}

/** An element that is there: nothing happens, unless it leads elsewhere now or was not to be there; its time begins anew. */
function again({ transaction, request, table, set }: Target, before: SetElement, element: NewElement): void {
  if (!hasSameData(before, element) && transaction.checks('element-data')) throw new Refused(EEXIST);
  if ((request.flags & NLM_F_EXCL) !== 0 && transaction.checks('element-exclusive')) throw new Refused(EEXIST);
  const ownTime = (one: SetElement): bigint => one.timeout ?? set.timeout;
  if (ownTime(before) === ownTime(element) && !element.wantsExpiration) return;
  const renewed: SetElement = { ...before, timeout: element.timeout, expiresAt: element.expiresAt };
  set.elements.set(elementName(before), renewed);
  announceElement(transaction, request, table, set, renewed, 'NEWSETELEM');
}

function hasSameData(one: SetElement, other: SetElement): boolean {
  if (one.object !== other.object) return false;
  const [data, otherData] = [one.data, other.data];
  if (data?.kind === 'value' && otherData?.kind === 'value')
    return data.bytes.every((byte, at) => byte === otherData.bytes[at]);
  if (data?.kind === 'verdict' && otherData?.kind === 'verdict')
    return data.verdict.code === otherData.verdict.code && chainIn(data) === chainIn(otherData);
  return data === otherData;
}

/** nft_set_maxsize(): an interval counts as two, and the one that matches nothing does not. */
function isFull(set: NftSet): boolean {
  if (set.size === 0) return false;
  const counted = [...set.elements.values()].filter((one) => (one.flags & NFT_SET_ELEM_CATCHALL) === 0);
  if ((set.flags & NFT_SET_INTERVAL) === 0 || hasRanges(set)) return counted.length > set.size;
  const hasNull = counted.some(
    (one) => (one.flags & NFT_SET_ELEM_INTERVAL_END) !== 0 && one.key.every((byte) => byte === 0),
  );
  return counted.length > 2 * set.size + (hasNull ? 1 : 0);
}

/** nf_tables_delsetelem(): without elements, all go. */
export function deleteElements(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, name } = request;
  const table = transaction.own(
    lookupTable(transaction.tables, family, attributes, 'NFTA_SET_ELEM_LIST_TABLE', portId),
  );
  const found = lookupSet(table, attributes, 'NFTA_SET_ELEM_LIST_SET');
  if ((found.flags & NFT_SET_ANONYMOUS) !== 0) throw new Refused(EOPNOTSUPP);
  if ((found.flags & NFT_SET_CONSTANT) !== 0 && setUses(table).has(found.name)) throw new Refused(EBUSY);
  const set = transaction.ownSet(table, found);
  const target = { transaction, request, table, set };
  const nest = attributes.nest('NFTA_SET_ELEM_LIST_ELEMENTS');
  if (nest === undefined) {
    if (!transaction.checks('set-flush')) return;
    for (const element of [...set.elements.values()]) removeElement(target, element);
    return;
  }
  for (const entry of entriesOf(nest))
    blaming(entry.offset, () => {
      const element = livingElement(set, readElementKeyToDelete(set, nestOf(entry)), transaction.surroundings.now);
      if (element !== undefined) removeElement(target, element);
      else if (name !== 'DESTROYSETELEM' && transaction.checks('element-there')) throw new Refused(ENOENT);
    });
}

/** ops->deactivate: the element itself; of ranges the one that holds the key. */
function livingElement(set: NftSet, key: ElementKey, now: bigint): SetElement | undefined {
  if (hasRanges(set) && (key.flags & NFT_SET_ELEM_CATCHALL) === 0) return rangeAround(set, key.key, now);
  const found = set.elements.get(elementName(key));
  return found === undefined || isOver(found, now) ? undefined : found;
}

function removeElement({ transaction, request, table, set }: Target, element: SetElement): void {
  if (transaction.checks('element-removed')) set.elements.delete(elementName(element));
  announceElement(transaction, request, table, set, element, 'DELSETELEM');
}
