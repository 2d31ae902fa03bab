/**
 * The access list of the reference switch: a ternary memory of a fixed size in typed arrays. Each port has two lists of slots, sorted as
 * they are asked: for frames that come in, and for frames that leave.
 */
import { FLOW_KEY_LENGTH } from '../../packet/flowKey.js';
import type { AclParts } from './aclParts.js';

/** What becomes of a frame that a rule matches. */
export const ACL_ACCEPT = 0;
export const ACL_DROP = 1;
export const ACL_TRAP = 2;
export const ACL_REDIRECT = 3;
export const ACL_GOTO = 4;

/** Of a key. */
export const KEY_WORDS = FLOW_KEY_LENGTH / 4;
const HIGHEST_PORT = 0xffff;

export class AclMemory {
  readonly capacity: number;
  /** How many rules there may be now. */
  limit: number;
  readonly parts: AclParts;
  /** A row of words for each slot. */
  readonly value: Uint32Array;
  readonly mask: Uint32Array;
  /** The type of frame that it is about; 3: any. */
  readonly protocol: Uint16Array;
  readonly chain: Uint32Array;
  readonly verdict: Uint8Array;
  /** The port of a redirection, or the chain that comes next. */
  readonly target: Uint32Array;
  /** Ports that get a copy. */
  readonly mirrors: Uint32Array;
  readonly hasRange: Uint8Array;
  readonly sourceMin: Uint16Array;
  readonly sourceMax: Uint16Array;
  readonly destinationMin: Uint16Array;
  readonly destinationMax: Uint16Array;
  readonly packets: Float64Array;
  readonly octets: Float64Array;
  /** Whose rule it is: a lane, which is a port and a side. */
  readonly lane: Int16Array;
  readonly priority: Uint32Array;
  readonly serial: Float64Array;
  /** By lane: its slots in the order in which they are asked. */
  readonly order: readonly Uint16Array[];
  readonly count: Uint16Array;
  /** By what the kernel calls a rule. */
  readonly slotOf = new Map<number, number>();
  /** Number of rules in all lanes: with none, a frame costs one comparison. */
  used = 0;
  #nextSerial = 0;

  constructor(capacity: number, lanes: number, parts: AclParts) {
    this.capacity = this.limit = capacity;
    this.parts = parts;
    this.value = new Uint32Array(capacity * KEY_WORDS);
    this.mask = new Uint32Array(capacity * KEY_WORDS);
    this.protocol = new Uint16Array(capacity);
    this.chain = new Uint32Array(capacity);
    this.verdict = new Uint8Array(capacity);
    this.target = new Uint32Array(capacity);
    this.mirrors = new Uint32Array(capacity);
    this.hasRange = new Uint8Array(capacity);
    this.sourceMin = new Uint16Array(capacity);
    this.sourceMax = new Uint16Array(capacity);
    this.destinationMin = new Uint16Array(capacity);
    this.destinationMax = new Uint16Array(capacity);
    this.packets = new Float64Array(capacity);
    this.octets = new Float64Array(capacity);
    this.lane = new Int16Array(capacity).fill(FREE);
    this.priority = new Uint32Array(capacity);
    this.serial = new Float64Array(capacity);
    this.order = Array.from({ length: lanes }, () => new Uint16Array(capacity));
    this.count = new Uint16Array(lanes);
  }

  /** A slot with nothing in it yet, or -1. */
  take(lane: number, priority: number): number {
    const slot = this.used < this.limit ? this.lane.indexOf(FREE) : -1;
    if (slot < 0) return -1;
    this.value.fill(0, slot * KEY_WORDS, (slot + 1) * KEY_WORDS);
    this.mask.fill(0, slot * KEY_WORDS, (slot + 1) * KEY_WORDS);
    for (const row of [this.chain, this.target, this.mirrors, this.packets, this.octets]) row[slot] = 0;
    this.verdict[slot] = ACL_ACCEPT;
    this.hasRange[slot] = 0;
    this.sourceMin[slot] = this.destinationMin[slot] = 0;
    this.sourceMax[slot] = this.destinationMax[slot] = HIGHEST_PORT;
    this.lane[slot] = lane;
    this.priority[slot] = priority;
    this.serial[slot] = this.#nextSerial++;
    this.used++;
    this.#sort();
    return slot;
  }

  release(slot: number): void {
    this.lane[slot] = FREE;
    this.used--;
    this.#sort();
  }

  clear(): void {
    this.slotOf.clear();
    this.lane.fill(FREE);
    this.count.fill(0);
    this.used = 0;
  }

  #sort(): void {
    const taken = [...this.lane.keys()].filter((slot) => this.lane[slot] !== FREE);
    for (const [lane, order] of this.order.entries()) {
      const slots = taken.filter((slot) => this.#isOf(slot, lane));
      slots.sort((one, other) =>
        this.parts.compares(
          this.priority[one] ?? 0,
          this.priority[other] ?? 0,
          this.serial[one] ?? 0,
          this.serial[other] ?? 0,
        ),
      );
      order.set(slots);
      this.count[lane] = slots.length;
    }
  }

  #isOf(slot: number, lane: number): boolean {
    const own = this.lane[slot] ?? FREE;
    return (
      own !== FREE && own % SIDES === lane % SIDES && this.parts.isOfPort(Math.floor(own / SIDES), (lane / SIDES) | 0)
    );
  }
}

const FREE = -1;
const SIDES = 2;

/** The list of a port for frames that come in, or that leave. */
export const laneOf = (port: number, side: 'ingress' | 'egress'): number => port * SIDES + (side === 'egress' ? 1 : 0);
