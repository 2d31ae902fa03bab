/**
 * What a batch makes of the ruleset. Tables are copied when the first message of the batch names them, sets when their elements change;
 * what counts and remembers is shared. Nothing of it is in effect before the commit.
 */
import type { NftMessageName } from '../../../netlink/families/nftables.js';
import type { Chain, NftSet, Rule, Ruleset, Table } from '../ruleset.js';
import type { NetfilterControlParts } from './parts.js';
import type { Attributes } from './attributes.js';
import type { NftAnnouncement } from './announcement.js';

/** A message of a batch: its attributes are read, nothing else is checked. */
export interface NftRequest {
  readonly name: NftMessageName;
  readonly family: number;
  /** NLM_F_*. */
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
  readonly attributes: Attributes;
}

/** What a request needs of the rest of the kernel. */
export interface NftSurroundings {
  readonly parts: NetfilterControlParts;
  readonly ruleset: Ruleset;
  /** Virtual time in nanoseconds. */
  readonly now: bigint;
  readonly hasDevice: (name: string) => boolean;
  /** nft_net->table_handle and chain_id: no transaction takes them back. */
  readonly counters: { tableHandle: bigint; chainId: bigint };
  /** Names what is asked for and not there. */
  readonly tellMissing: (what: string) => void;
}

export class Transaction {
  readonly surroundings: NftSurroundings;
  readonly tables: Map<string, Table>;
  /** The commit list: what is told of it once it holds. */
  readonly changes: NftAnnouncement[] = [];
  /** NFTA_CHAIN_ID, NFTA_SET_ID and NFTA_RULE_ID: names of what came earlier in the batch. */
  readonly chainsById: { readonly table: Table; readonly id: number; readonly chain: Chain }[] = [];
  readonly setsById: { readonly table: Table; readonly id: number; readonly name: string }[] = [];
  readonly rulesById: { readonly chain: Chain; readonly id: number; readonly rule: Rule }[] = [];
  /** NFT_VALIDATE_NEED: tables with rules or elements that lead somewhere. */
  readonly unvalidated = new Set<Table>();
  /** Tables of which flags were changed already (__NFT_TABLE_F_UPDATE). */
  readonly updated = new Set<Table>();
  /** Tables with a chain that was changed, or a base chain that went (nft_table_pending_update()). */
  readonly pending = new Set<Table>();
  /** NFT_VALIDATE_DO: the batch is looked through once more, for the message that is to blame. */
  readonly validatesNow: boolean;
  /** Anonymous sets that a rule of the batch looks into. */
  readonly bound = new Set<NftSet>();
  readonly #own = new Set<Table>();
  readonly #ownSets = new Set<NftSet>();

  constructor(surroundings: NftSurroundings, validatesNow: boolean) {
    this.surroundings = surroundings;
    this.tables = new Map(surroundings.ruleset.tables);
    this.validatesNow = validatesNow;
  }

  checks(check: string): boolean {
    return this.surroundings.parts.checks(check);
  }

  /** The table to be changed. */
  own(table: Table): Table {
    if (this.#own.has(table)) return table;
    const copy = copyOf(table);
    this.#own.add(copy);
    this.tables.set(`${copy.family} ${copy.name}`, copy);
    return copy;
  }

  addTable(table: Table): void {
    this.#own.add(table);
    if (!this.checks('later-sees-earlier')) return;
    this.tables.set(`${table.family} ${table.name}`, table);
  }

  /** The set of an own table, to be changed. */
  ownSet(table: Table, set: NftSet): NftSet {
    if (this.#ownSets.has(set)) return set;
    const copy = { ...set, elements: new Map(set.elements) };
    this.#ownSets.add(copy);
    table.sets.set(copy.name, copy);
    return copy;
  }

  addSet(table: Table, set: NftSet): void {
    this.#ownSets.add(set);
    table.sets.set(set.name, set);
  }

  /** Handles that were given are not given again, whatever became of the batch. */
  keepHandles(): void {
    if (!this.checks('handle-once')) return;
    for (const table of this.#own) {
      const before = this.surroundings.ruleset.tables.get(`${table.family} ${table.name}`);
      if (before !== undefined && before.handle === table.handle) before.nextHandle = table.nextHandle;
    }
  }
}

/** nf_tables_alloc_handle(). */
export function allocateHandle(table: Table): bigint {
  const handle = table.nextHandle;
  table.nextHandle += 1n;
  return handle;
}

function copyOf(table: Table): Table {
  const chains = [...table.chains].map(([handle, chain]): [bigint, Chain] => [
    handle,
    { ...chain, base: chain.base === undefined ? undefined : { ...chain.base }, rules: [...chain.rules] },
  ]);
  return { ...table, chains: new Map(chains), sets: new Map(table.sets), objects: new Map(table.objects) };
}
