/** nf_tables of the reference kernel: the ruleset that is in effect, and what changes it. */
import { NFT_TABLE_F_OWNER, NFT_TABLE_F_PERSIST } from '../../../netlink/families/nftables.js';
import type { KernelState } from '../../kernelState.js';
import type { NetDevice } from '../../netDevice.js';
import { isDeviceHook } from './chainTypes.js';
import { CONFORMING_NETFILTER_CONTROL, type NetfilterControlParts } from './parts.js';
import type { TraceStep } from '../path/trace.js';
import type { Ruleset, StatefulObject, Table } from '../ruleset.js';
import type { NftListed } from './queries.js';
import type { NftSurroundings, Transaction } from './transaction.js';

/** What rules tell by themselves while packets come by. */
export interface NetfilterNews {
  /** nft_quota_obj_eval(): a quota with a name is used up, for the first time. */
  depleted(table: Table, object: StatefulObject): void;
  hasTraceListeners(): boolean;
  /** nft_trace_notify(). */
  traced(step: TraceStep): void;
}

/** @requirement NFT-TXN-*, NFT-GEN-* */
export class NetfilterKernel {
  readonly #kernel: Pick<KernelState, 'now' | 'netDevices' | 'log'>;
  readonly #parts: NetfilterControlParts;
  readonly #counters = { tableHandle: 0n, chainId: 0n };
  news: NetfilterNews = { depleted: () => undefined, hasTraceListeners: () => false, traced: () => undefined };
  #ruleset: Ruleset = { tables: new Map(), generation: 1 };

  constructor(
    kernel: Pick<KernelState, 'now' | 'netDevices' | 'log'>,
    parts: NetfilterControlParts = CONFORMING_NETFILTER_CONTROL,
  ) {
    this.#kernel = kernel;
    this.#parts = parts;
  }

  /** What is in effect: whole, and another one after each transaction. */
  get ruleset(): Ruleset {
    return this.#ruleset;
  }

  get listed(): NftListed {
    return { ruleset: this.#ruleset, now: this.#kernel.now, parts: this.#parts };
  }

  get surroundings(): NftSurroundings {
    return {
      parts: this.#parts,
      ruleset: this.#ruleset,
      now: this.#kernel.now,
      hasDevice: (name) => [...this.#kernel.netDevices.values()].some((netDevice) => netDevice.name === name),
      counters: this.#counters,
      tellMissing: (what) => void this.#kernel.log.push(`nf_tables: unsupported: ${what}`),
    };
  }

  /** nf_tables_commit(): answers the generation that begins. */
  commit({ tables, changes }: Transaction): number {
    const generation = this.#parts.nextGeneration(this.#ruleset.generation, changes.length);
    this.#ruleset = { tables: changes.length > 0 ? tables : this.#ruleset.tables, generation };
    return generation;
  }

  /** nf_tables_netdev_event(): a net device that goes takes its hooks with it; the chains stay. */
  forget({ name }: NetDevice): void {
    if (!this.#parts.checks('device-gone')) return;
    for (const table of this.#ruleset.tables.values())
      for (const { base } of table.chains.values())
        if (base !== undefined && isDeviceHook(table.family, base.hook))
          base.devices = base.devices.filter((device) => device !== name);
  }

  /** nft_rcv_nl_event(): with its owner's socket a table goes, unless it is to persist. */
  release(portId: number): void {
    const owned = [...this.#ruleset.tables].filter(([, { owner }]) => owner === portId);
    if (owned.length === 0 || !this.#parts.checks('owner-gone')) return;
    const tables = new Map(this.#ruleset.tables);
    for (const [key, table] of owned) {
      if ((table.flags & NFT_TABLE_F_PERSIST) === 0) tables.delete(key);
      else tables.set(key, { ...table, flags: table.flags & ~NFT_TABLE_F_OWNER, owner: undefined });
    }
    this.#ruleset = { ...this.#ruleset, tables };
  }

  reset(): void {
    this.#ruleset = { tables: new Map(), generation: 1 };
    this.#counters.tableHandle = 0n;
    this.#counters.chainId = 0n;
  }
}
