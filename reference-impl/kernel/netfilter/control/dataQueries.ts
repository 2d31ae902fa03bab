/** Queries of sets, elements and objects: nf_tables_getset(), nf_tables_getsetelem(), nf_tables_getobj(). */
import { NLM_F_APPEND } from '../../../netlink/constants.js';
import {
  NFTA_OBJ,
  NFTA_SET,
  NFTA_SET_ELEM_LIST,
  NFT_SET_ELEM_CATCHALL,
  type NftMessageName,
} from '../../../netlink/families/nftables.js';
import type { NetlinkBody } from '../../../netlink/operations.js';
import { EAFNOSUPPORT, EINVAL, ENOENT } from '../../errno.js';
import type { NftSet, SetElement, Table } from '../ruleset.js';
import { entriesOf, nestOf } from './attributes.js';
import { elementsBody, objectBody, objectType, setBody } from './dataMessages.js';
import { isOver, listedElements } from './elementOrder.js';
import { findElement, readElementKey } from './elementKeys.js';
import { lookupSet, lookupTable, objectNamed } from './lookups.js';
import { tablesOf, tellingOf, type NftListed, type NftQuery, type NftQueryOperation } from './queries.js';
import { blaming, Refused } from './refused.js';

const sets: NftQueryOperation = {
  set: NFTA_SET,
  get: (listed, { family, attributes }) => {
    const named = attributes.has('NFTA_SET_TABLE')
      ? lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_SET_TABLE')
      : undefined;
    // Only dumps may leave the family open.
    if (family === 0) throw new Refused(EAFNOSUPPORT);
    if (named === undefined) throw new Refused(EINVAL);
    return [setBody(tellingOf(listed), named, lookupSet(named, attributes, 'NFTA_SET_NAME'))];
  },
  check: (listed, { family, attributes }) => {
    if (attributes.has('NFTA_SET_TABLE')) lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_SET_TABLE');
  },
  *list(listed, { family, attributes }) {
    const name = attributes.text('NFTA_SET_TABLE');
    for (const table of tablesOf(listed, family)) {
      if (name !== undefined && table.name !== name) continue;
      for (const set of table.sets.values()) yield setBody(tellingOf(listed), table, set);
    }
  },
};

/** nft_set_dump_ctx_init(). */
function setOf(listed: NftListed, { family, attributes }: NftQuery): { readonly table: Table; readonly set: NftSet } {
  const table = lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_SET_ELEM_LIST_TABLE');
  return { table, set: lookupSet(table, attributes, 'NFTA_SET_ELEM_LIST_SET') };
}

/** As many elements as a message of a dump holds; the kernel fills what a datagram has room for. */
const ELEMENTS_AT_ONCE = 64;

const elements: NftQueryOperation = {
  set: NFTA_SET_ELEM_LIST,
  get: (listed, query) => {
    const nest = query.attributes.nest('NFTA_SET_ELEM_LIST_ELEMENTS');
    if (nest === undefined) throw new Refused(EINVAL);
    const { table, set } = setOf(listed, query);
    return entriesOf(nest).map((entry): NetlinkBody => {
      const element = blaming(entry.offset, () => {
        const key = readElementKey(set, nestOf(entry));
        const found =
          (key.flags & NFT_SET_ELEM_CATCHALL) !== 0
            ? catchAllOf(set)
            : findElement(set, key, listed.now, listed.parts.checks('element-around'));
        if (found === undefined || isOver(found, listed.now)) throw new Refused(ENOENT);
        return found;
      });
      return elementsBody(tellingOf(listed), table, set, [element], 'NEWSETELEM', { reset: query.reset });
    });
  },
  check: (listed, query) => void setOf(listed, query),
  *list(listed, query) {
    const { table, set } = setOf(listed, query);
    const told = listedElements(set, listed.parts.checks('element-over') ? listed.now : 0n);
    for (let at = 0; at === 0 || at < told.length; at += ELEMENTS_AT_ONCE) {
      const some = told.slice(at, at + ELEMENTS_AT_ONCE);
      yield elementsBody(tellingOf(listed), table, set, some, 'NEWSETELEM', { reset: query.reset });
    }
  },
};

const catchAllOf = (set: NftSet): SetElement | undefined =>
  [...set.elements.values()].find(({ flags }) => (flags & NFT_SET_ELEM_CATCHALL) !== 0);

const objects: NftQueryOperation = {
  set: NFTA_OBJ,
  get: (listed, { family, attributes, reset }) => {
    const [name, type] = [attributes.text('NFTA_OBJ_NAME'), attributes.number('NFTA_OBJ_TYPE')];
    if (name === undefined || type === undefined) throw new Refused(EINVAL);
    const table = lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_OBJ_TABLE');
    const object = objectNamed(table, type, name);
    if (object === undefined) throw new Refused(ENOENT, attributes.offset('NFTA_OBJ_NAME'));
    return [objectBody(tellingOf(listed), table, object, 'NEWOBJ', { reset })];
  },
  *list(listed, { family, attributes, reset }) {
    const [name, type] = [attributes.text('NFTA_OBJ_TABLE'), attributes.number('NFTA_OBJ_TYPE') ?? 0];
    for (const table of tablesOf(listed, family)) {
      if (name !== undefined && table.name !== name) continue;
      for (const object of table.objects.values())
        if (type === 0 || objectType(object) === type)
          yield objectBody(tellingOf(listed), table, object, 'NEWOBJ', { flags: NLM_F_APPEND, reset });
    }
  },
};

export const DATA_QUERIES: Partial<Readonly<Record<NftMessageName, NftQueryOperation>>> = {
  GETSET: sets,
  GETSETELEM: elements,
  GETSETELEM_RESET: elements,
  GETOBJ: objects,
  GETOBJ_RESET: objects,
};
