/** The forwarding database of a bridge, as a table: struct net_bridge_fdb_entry by VID and address. */
import type { MacAddress, Nanoseconds, Vid } from '../../../harness/contract/index.js';
import { readMacNumber } from '../../packet/addresses.js';
import type { BridgePort } from './bridge.js';

/** BR_FDB_*. */
export interface FdbEntry {
  readonly address: MacAddress;
  readonly vid: Vid;
  /** Null: the bridge itself. */
  port: BridgePort | null;
  /** Frames to it are the host's own. */
  isLocal: boolean;
  /** Does not age. */
  isStatic: boolean;
  /** Stays where it is when its source is seen elsewhere. */
  isSticky: boolean;
  addedByUser: boolean;
  /** Somebody else, a device or a control plane, learned it and answers for its age. */
  addedByExternLearn: boolean;
  /** The hardware has it. */
  offloaded: boolean;
  /** Learned, and counted against the bridge's limit. */
  isDynamicLearned: boolean;
  /** Authentication has not opened the port for it yet. */
  isLocked: boolean;
  /** When it was last confirmed by a source, and last used for a destination. */
  updated: Nanoseconds;
  used: Nanoseconds;
}

/** Keys are numbers, so that nothing is made for a frame that is looked up. */
export class FdbTable {
  readonly #byVid = new Map<number, Map<number, FdbEntry>>();
  /** In the order in which they came. */
  readonly #all = new Set<FdbEntry>();
  #learned = 0;

  /** IFLA_BR_FDB_N_LEARNED. */
  get learned(): number {
    return this.#learned;
  }

  /** The entry of the address that starts at this byte. */
  find(bytes: Uint8Array, at: number, vid: Vid): FdbEntry | undefined {
    return this.#byVid.get(vid)?.get(readMacNumber(bytes, at));
  }

  get(address: MacAddress, vid: Vid): FdbEntry | undefined {
    return this.#byVid.get(vid)?.get(macNumber(address));
  }

  add(entry: FdbEntry): void {
    let entries = this.#byVid.get(entry.vid);
    if (entries === undefined) {
      entries = new Map();
      this.#byVid.set(entry.vid, entries);
    }
    const key = macNumber(entry.address);
    const before = entries.get(key);
    if (before !== undefined) this.#all.delete(before);
    entries.set(key, entry);
    this.#all.add(entry);
    if (entry.isDynamicLearned) this.#learned++;
  }

  remove(entry: FdbEntry): void {
    if (this.#byVid.get(entry.vid)?.delete(macNumber(entry.address)) !== true) return;
    this.#all.delete(entry);
    if (entry.isDynamicLearned) this.#learned--;
  }

  /** An entry that the user or somebody else takes over does not count as learned any more. */
  forgetLearned(entry: FdbEntry): void {
    if (!entry.isDynamicLearned) return;
    entry.isDynamicLearned = false;
    this.#learned--;
  }

  /** A copy: entries may be removed on the way. */
  entries(): readonly FdbEntry[] {
    return [...this.#byVid.values()].flatMap((entries) => [...entries.values()]);
  }

  /** net_bridge->fdb_list, which grows at its head. */
  newestFirst(): readonly FdbEntry[] {
    return [...this.#all].reverse();
  }
}

const macNumber = (address: MacAddress): number => Number.parseInt(address.replaceAll(':', ''), 16);
