/** Who wants which group, as a table: struct net_bridge_mdb_entry and struct net_bridge_port_group of net/bridge/br_private.h. */
import type { Vid } from '../../../../harness/contract/index.js';
import type { Bridge, BridgePort } from '../bridge.js';
import type { HostTracking } from './hostTracking.js';
import type { Timer } from './timer.js';

/** `mac`: a group of another protocol than IP, by its address on the link. */
export type GroupProtocol = 'ipv4' | 'ipv6' | 'mac';

/** struct br_ip. Addresses are text, as their formatters write them. */
export interface GroupAddress {
  readonly protocol: GroupProtocol;
  readonly address: string;
  /** Empty: from whomever, (*, G). */
  readonly source: string;
  readonly vid: Vid;
}

export type FilterMode = 'include' | 'exclude';

/** struct net_bridge_group_src. */
export interface GroupSource {
  readonly address: string;
  readonly timer: Timer;
  /** An (S, G) entry stands for it. */
  isInstalled: boolean;
  addedByUser: boolean;
  isToDelete: boolean;
  isToQuery: boolean;
  queriesLeft: number;
}

/** struct net_bridge_port_group: a port that wants a group, or, with multicast to unicast, one host there. */
export interface PortGroup {
  readonly entry: GroupEntry;
  readonly port: BridgePort;
  /** Address of the host that joined; empty: put there by the user. */
  readonly host: string;
  mode: FilterMode;
  isPermanent: boolean;
  isOffloaded: boolean;
  isFastLeave: boolean;
  /** It is in this (S, G) entry because the port excludes nobody of the group. */
  isStarExclude: boolean;
  isBlocked: boolean;
  /** RTPROT_*. */
  origin: number;
  sources: GroupSource[];
  /** Who behind the port wants which of them, where members leave at once. */
  readonly tracking: HostTracking;
  readonly timer: Timer;
  readonly queryTimer: Timer;
  queriesLeft: number;
  isGone: boolean;
}

export interface GroupEntry {
  readonly bridge: Bridge;
  readonly address: GroupAddress;
  hostJoined: boolean;
  ports: PortGroup[];
  /** When the host's membership ends. */
  readonly timer: Timer;
}

const keyOf = ({ address, source, vid }: GroupAddress): string => `${vid} ${address} ${source}`;

export const isStarG = ({ source }: GroupAddress): boolean => source === '';

export class GroupTable {
  readonly #entries = new Map<string, GroupEntry>();

  get size(): number {
    return this.#entries.size;
  }

  get(address: GroupAddress): GroupEntry | undefined {
    return this.#entries.get(keyOf(address));
  }

  add(entry: GroupEntry): void {
    this.#entries.set(keyOf(entry.address), entry);
  }

  remove({ address }: GroupEntry): void {
    this.#entries.delete(keyOf(address));
  }

  /** A copy, the newest first: entries may be removed on the way. */
  entries(): readonly GroupEntry[] {
    return [...this.#entries.values()].reverse();
  }

  clear(): void {
    this.#entries.clear();
  }
}
