/** Finding what a request names: nft_table_lookup(), nft_chain_lookup() and their kin. */
import { NFT_TABLE_F_OWNER } from '../../../netlink/families/nftables.js';
import { EINVAL, ENOENT, EPERM } from '../../errno.js';
import type { Chain, NftSet, Ruleset, Rule, StatefulObject, Table } from '../ruleset.js';
import type { Attributes } from './attributes.js';
import { Refused } from './refused.js';

/** nft_table_lookup(): `portId` is given by who would change it. */
export function lookupTable(
  tables: Ruleset['tables'],
  family: number,
  attributes: Attributes,
  attribute: string,
  portId?: number,
): Table {
  const name = attributes.text(attribute);
  if (name === undefined) throw new Refused(EINVAL);
  return checkOwner(tables.get(`${family} ${name}`), attributes.offset(attribute), portId);
}

/** nft_table_lookup_byhandle(). */
export function lookupTableByHandle(
  tables: Ruleset['tables'],
  family: number,
  handle: bigint | undefined,
  offset: number | undefined,
  portId: number,
): Table {
  const found = [...tables.values()].find((table) => table.family === family && table.handle === handle);
  return checkOwner(found, offset, portId);
}

function checkOwner(table: Table | undefined, offset: number | undefined, portId: number | undefined): Table {
  if (table === undefined) throw new Refused(ENOENT, offset);
  if (portId !== undefined && isOwnedByOther(table, portId)) throw new Refused(EPERM, offset);
  return table;
}

/** nft_table_has_owner(), and not this one. */
export const isOwnedByOther = ({ flags, owner }: Table, portId: number): boolean =>
  (flags & NFT_TABLE_F_OWNER) !== 0 && owner !== portId;

export function chainNamed(table: Table, name: string): Chain | undefined {
  for (const chain of table.chains.values()) if (chain.name === name) return chain;
  return undefined;
}

/** nft_chain_lookup(). */
export function lookupChain(table: Table, attributes: Attributes, attribute: string): Chain {
  const name = attributes.text(attribute);
  if (name === undefined) throw new Refused(EINVAL);
  const chain = chainNamed(table, name);
  if (chain === undefined) throw new Refused(ENOENT, attributes.offset(attribute));
  return chain;
}

/** nft_chain_lookup_byhandle(). */
export function lookupChainByHandle(table: Table, attributes: Attributes, attribute: string): Chain {
  const chain = table.chains.get(attributes.long(attribute) ?? 0n);
  if (chain === undefined) throw new Refused(ENOENT, attributes.offset(attribute));
  return chain;
}

/** nft_rule_lookup(). */
export function lookupRule(chain: Chain, attributes: Attributes, attribute: string): Rule {
  const handle = attributes.long(attribute);
  if (handle === undefined) throw new Refused(EINVAL);
  const rule = chain.rules.find((one) => one.handle === handle);
  if (rule === undefined) throw new Refused(ENOENT, attributes.offset(attribute));
  return rule;
}

/** nft_set_lookup(). */
export function lookupSet(table: Table, attributes: Attributes, attribute: string): NftSet {
  const name = attributes.text(attribute);
  if (name === undefined) throw new Refused(EINVAL);
  const set = table.sets.get(name);
  if (set === undefined) throw new Refused(ENOENT, attributes.offset(attribute));
  return set;
}

/** Key in `Table.objects`. */
export const objectKey = (type: number, name: string): string => `${type} ${name}`;

export function objectNamed(table: Table, type: number, name: string): StatefulObject | undefined {
  return table.objects.get(objectKey(type, name));
}
