/** Neighbours: which station an address on a link is, and what is known of it (net/core/neighbour.c). */
import type { Nanoseconds } from '../../../harness/contract/index.js';
import {
  NTF_OFFLOADED,
  NTF_ROUTER,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_REACHABLE,
  NUD_STALE,
} from '../../netlink/constants.js';
import { NUD_DELAY, NUD_FAILED, NUD_INCOMPLETE, NUD_NONE, NUD_PROBE } from '../../netlink/families/routing.js';
import { equalBytes, hex } from '../../packet/bytes.js';
import { EINVAL, EPERM, OK, refused } from '../errno.js';
import type { Outcome } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import type { RoutingParts } from './routingParts.js';

export interface Neighbour {
  readonly family: number;
  readonly netDevice: NetDevice;
  readonly address: Uint8Array;
  /** NUD_*. */
  state: number;
  /** The link layer's; undefined: not known. */
  station: Uint8Array | undefined;
  probes: number;
  confirmed: Nanoseconds;
  used: Nanoseconds;
  updated: Nanoseconds;
  /** Packets that wait to be sent, the oldest first. */
  readonly waiting: Uint8Array[];
  /** Counts timers: one that was set before the last is void. */
  timer: number;
  offloaded: boolean;
  /** NTF_ROUTER. */
  isRouter: boolean;
}

/** Rules that ARP and neighbour discovery have in common. */
export type NeighbourParts = Pick<RoutingParts, 'usesPermanent' | 'mostQueued' | 'probes'>;

/** What the neighbours of a family need of the rest of the router. */
export interface NeighbourEvents {
  readonly parts: NeighbourParts;
  now(): Nanoseconds;
  at(time: Nanoseconds, run: () => void): void;
  /** Asks who has the address: everybody, or the station that had it. `packet`: the first that waits. */
  solicit(neighbour: Neighbour, to: Uint8Array | undefined, packet: Uint8Array | undefined): void;
  /** A packet of the network layer to the station. */
  send(neighbour: Neighbour, station: Uint8Array, packet: Uint8Array): void;
  /** error_report: the packet waited in vain. */
  failed(neighbour: Neighbour, packet: Uint8Array): void;
  /** neigh_update_notify(), and NETEVENT_NEIGH_UPDATE for drivers. */
  changed(neighbour: Neighbour, what: 'new' | 'del'): void;
}

export const NUD_CONNECTED = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE;
export const NUD_VALID = NUD_CONNECTED | NUD_PROBE | NUD_STALE | NUD_DELAY;

const SECOND = 1_000_000_000n;
const RETRANS_TIME = SECOND;
const REACHABLE_TIME = 30n * SECOND;
const DELAY_PROBE_TIME = 5n * SECOND;
export const LOCKTIME = SECOND;

export interface NeighbourUpdate {
  readonly station?: Uint8Array | undefined;
  readonly state: number;
  /** NEIGH_UPDATE_F_OVERRIDE: another station may take the place of the one that is known. */
  readonly overrides: boolean;
  /** NEIGH_UPDATE_F_WEAK_OVERRIDE: where it may not, what is known is not sure any more. */
  readonly doubts?: boolean;
  /** NEIGH_UPDATE_F_ISROUTER, with NEIGH_UPDATE_F_OVERRIDE_ISROUTER. */
  readonly isRouter?: boolean;
  /** NEIGH_UPDATE_F_ADMIN. */
  readonly byUser: boolean;
}

export class NeighbourTable {
  readonly #events: NeighbourEvents;
  readonly #entries = new Map<string, Neighbour>();

  constructor(events: NeighbourEvents) {
    this.#events = events;
  }

  clear(): void {
    this.#entries.clear();
  }

  all(): Neighbour[] {
    return [...this.#entries.values()];
  }

  find(netDevice: NetDevice, address: Uint8Array): Neighbour | undefined {
    return this.#entries.get(keyOf(netDevice, address));
  }

  findOrMake(netDevice: NetDevice, address: Uint8Array, family: number): Neighbour {
    const known = this.find(netDevice, address);
    if (known !== undefined) return known;
    const now = this.#events.now();
    const neighbour: Neighbour = {
      family,
      netDevice,
      address,
      state: NUD_NONE,
      station: undefined,
      probes: 0,
      // REACHABLE_TIME before now: nothing was confirmed yet.
      confirmed: now - REACHABLE_TIME,
      used: now,
      updated: now,
      waiting: [],
      timer: 0,
      offloaded: false,
      isRouter: false,
    };
    this.#entries.set(keyOf(netDevice, address), neighbour);
    return neighbour;
  }

  /** neigh_resolve_output() and __neigh_event_send(): sends it, or lets it wait for an answer. */
  output(neighbour: Neighbour, packet: Uint8Array): void {
    const { parts } = this.#events;
    neighbour.used = this.#events.now();
    const isUsable = (neighbour.state & NUD_PERMANENT) === 0 || parts.usesPermanent;
    if ((neighbour.state & NUD_VALID) !== 0 && isUsable && neighbour.station !== undefined) {
      if (neighbour.state === NUD_STALE) this.#enter(neighbour, NUD_DELAY, DELAY_PROBE_TIME);
      this.#events.send(neighbour, neighbour.station, packet);
      return;
    }
    const isNew = (neighbour.state & NUD_INCOMPLETE) === 0;
    if (isNew) {
      neighbour.state = NUD_INCOMPLETE;
      neighbour.probes = 0;
      neighbour.updated = this.#events.now();
    }
    if (neighbour.waiting.length >= parts.mostQueued) neighbour.waiting.shift();
    neighbour.waiting.push(packet);
    if (isNew) this.#probe(neighbour);
  }

  /** neigh_probe(), and the timer for the next one. */
  #probe(neighbour: Neighbour): void {
    const to = neighbour.state === NUD_PROBE ? neighbour.station : undefined;
    neighbour.probes++;
    this.#events.solicit(neighbour, to, neighbour.waiting[0]);
    this.#arm(neighbour, RETRANS_TIME);
  }

  #arm(neighbour: Neighbour, after: Nanoseconds): void {
    const timer = ++neighbour.timer;
    this.#events.at(this.#events.now() + after, () => {
      const isThere = this.find(neighbour.netDevice, neighbour.address) === neighbour;
      if (isThere && neighbour.timer === timer) this.#due(neighbour);
    });
  }

  #enter(neighbour: Neighbour, state: number, after: Nanoseconds): void {
    neighbour.state = state;
    neighbour.updated = this.#events.now();
    this.#arm(neighbour, after);
  }

  /** neigh_timer_handler(). */
  #due(neighbour: Neighbour): void {
    const now = this.#events.now();
    switch (neighbour.state) {
      case NUD_REACHABLE:
        if (now < neighbour.confirmed + REACHABLE_TIME)
          this.#arm(neighbour, neighbour.confirmed + REACHABLE_TIME - now);
        else if (now <= neighbour.used + DELAY_PROBE_TIME) this.#enter(neighbour, NUD_DELAY, DELAY_PROBE_TIME);
        else {
          neighbour.state = NUD_STALE;
          neighbour.updated = now;
          this.#events.changed(neighbour, 'new');
        }
        return;
      case NUD_DELAY:
        neighbour.state = NUD_PROBE;
        neighbour.updated = now;
        neighbour.probes = 0;
        this.#events.changed(neighbour, 'new');
        this.#probe(neighbour);
        return;
      case NUD_PROBE:
      case NUD_INCOMPLETE:
        if (neighbour.probes < this.#events.parts.probes) this.#probe(neighbour);
        else this.#invalidate(neighbour);
    }
  }

  /** neigh_invalidate(). */
  #invalidate(neighbour: Neighbour): void {
    neighbour.state = NUD_FAILED;
    neighbour.updated = this.#events.now();
    for (const packet of neighbour.waiting.splice(0)) this.#events.failed(neighbour, packet);
    this.#events.changed(neighbour, 'new');
  }

  /** __neigh_update(). */
  update(neighbour: Neighbour, update: NeighbourUpdate): Outcome {
    const { station, overrides, byUser } = update;
    let { state } = update;
    const old = neighbour.state;
    if (!byUser && (old & (NUD_NOARP | NUD_PERMANENT)) !== 0) return refused(EPERM);
    if ((state & NUD_VALID) === 0) return this.#becomeInvalid(neighbour, state);
    const isKnown = (old & NUD_VALID) !== 0;
    let next = station ?? (isKnown ? neighbour.station : undefined);
    if (next === undefined) return refused(EINVAL, 'No link layer address given');
    const now = this.#events.now();
    if ((state & NUD_CONNECTED) !== 0) neighbour.confirmed = now;
    let isSame = neighbour.station !== undefined && equalBytes(next, neighbour.station);
    let isDoubted = false;
    if (isKnown && !isSame && !overrides) {
      if (update.doubts !== true || (old & NUD_CONNECTED) === 0 || neighbour.station === undefined) return OK;
      next = neighbour.station;
      isSame = isDoubted = true;
      state = NUD_STALE;
    } else if (this.#noteRouter(neighbour, update.isRouter) && state === old && isSame)
      this.#events.changed(neighbour, 'new');
    const entered = isKnown && isSame && state === NUD_STALE && !byUser && !isDoubted ? old : state;
    if (entered === old && isSame) return OK;
    neighbour.updated = now;
    neighbour.station = next;
    if (entered !== old) {
      neighbour.state = entered;
      neighbour.timer++;
      if (entered === NUD_REACHABLE) this.#arm(neighbour, REACHABLE_TIME);
      if (entered === NUD_DELAY || entered === NUD_PROBE) this.#arm(neighbour, 0n);
    }
    if (!isKnown) for (const packet of neighbour.waiting.splice(0)) this.output(neighbour, packet);
    this.#events.changed(neighbour, 'new');
    return OK;
  }

  /** neigh_update_is_router(); answers whether it is news. */
  #noteRouter(neighbour: Neighbour, isRouter: boolean | undefined): boolean {
    if (isRouter === undefined || isRouter === neighbour.isRouter) return false;
    neighbour.isRouter = isRouter;
    return true;
  }

  #becomeInvalid(neighbour: Neighbour, state: number): Outcome {
    const old = neighbour.state;
    neighbour.timer++;
    neighbour.state = state;
    const isAsked = (old & (NUD_INCOMPLETE | NUD_PROBE)) !== 0 && (state & NUD_FAILED) !== 0;
    if (isAsked) for (const packet of neighbour.waiting.splice(0)) this.#events.failed(neighbour, packet);
    if (isAsked || (old & NUD_VALID) !== 0) this.#events.changed(neighbour, 'new');
    return OK;
  }

  /** neigh_delete(): told as failed, then as gone. */
  remove(neighbour: Neighbour): void {
    this.#becomeInvalid(neighbour, NUD_FAILED);
    this.#drop(neighbour);
  }

  #drop(neighbour: Neighbour): void {
    neighbour.timer++;
    neighbour.waiting.length = 0;
    this.#entries.delete(keyOf(neighbour.netDevice, neighbour.address));
    this.#events.changed(neighbour, 'del');
  }

  /** neigh_ifdown() and neigh_carrier_down(), which spares what the user put there. */
  flush(netDevice: NetDevice, sparesPermanent: boolean): void {
    for (const neighbour of this.all()) {
      if (neighbour.netDevice !== netDevice) continue;
      if (sparesPermanent && (neighbour.state & NUD_PERMANENT) !== 0) continue;
      this.#drop(neighbour);
    }
  }
}

const keyOf = (netDevice: NetDevice, address: Uint8Array): string => `${netDevice.ifIndex}/${hex(address)}`;

/** ndm_flags as a dump shows them. */
export const neighbourFlags = ({ offloaded, isRouter }: Neighbour): number =>
  (offloaded ? NTF_OFFLOADED : 0) | (isRouter ? NTF_ROUTER : 0);
