/** Frames and the access list: the stages before the forwarding decision and behind it, without anything made on the way. */
import { FLOW_FIELDS, FLOW_KEY_LENGTH, fillFlowKey } from '../../packet/flowKey.js';
import { readU16 } from '../../packet/bytes.js';
import { ACL_ACCEPT, ACL_DROP, ACL_GOTO, ACL_REDIRECT, KEY_WORDS, laneOf, type AclMemory } from './aclMemory.js';

/** What is left of a frame: it goes on, it went elsewhere, it is dropped, or the host alone gets it. */
export type Admission = 'goes-on' | 'gone' | 'dropped' | 'trapped';

/** The bytes that leave a port, in the number of the port. */
type SendOut = (port: number, bytes: Uint8Array) => void;

const key = new Uint8Array(FLOW_KEY_LENGTH);
const keyWords = new Uint32Array(key.buffer);
const [SOURCE_PORT] = FLOW_FIELDS['l4-src'];
const [DESTINATION_PORT] = FLOW_FIELDS['l4-dst'];
/** More chains than any sensible list has: a loop ends there, and the frame with it. */
const MOST_CHAINS = 16;

export class AccessList {
  readonly memory: AclMemory;
  readonly #sendOut: SendOut;
  /** Ports to which copies are on their way: none of them gets a copy of a copy. */
  #through = 0;

  constructor(memory: AclMemory, sendOut: SendOut) {
    this.memory = memory;
    this.#sendOut = sendOut;
  }

  /** A good frame came in at a port, whether it is in a bridge or not. */
  admit(port: number, bytes: Uint8Array): Admission {
    const { memory } = this;
    if (memory.used === 0) return 'goes-on';
    const slot = this.#find(laneOf(port, 'ingress'), bytes);
    if (slot < 0) return 'goes-on';
    const { parts } = memory;
    this.#mirror(memory.mirrors[slot] ?? 0, bytes);
    const verdict = memory.verdict[slot] ?? ACL_ACCEPT;
    if (verdict === ACL_ACCEPT) return 'goes-on';
    if (verdict === ACL_REDIRECT) {
      this.#send(memory.target[slot] ?? 0, bytes, 'redirect');
      return parts.goesOn('redirected') ? 'goes-on' : 'gone';
    }
    if (verdict === ACL_DROP) return parts.goesOn('dropped') ? 'goes-on' : 'dropped';
    return parts.traps ? 'trapped' : 'gone';
  }

  /** A frame leaves a port. */
  leaves(port: number, bytes: Uint8Array, whose: 'forwarded' | 'host'): void {
    const { memory } = this;
    if (memory.used === 0) return;
    const slot = this.#find(laneOf(port, 'egress'), bytes);
    if (slot >= 0 && memory.parts.mirrorsLeaving(whose)) this.#mirror(memory.mirrors[slot] ?? 0, bytes);
  }

  #mirror(wanted: number, bytes: Uint8Array): void {
    const ports = this.memory.parts.mirrors(wanted);
    for (let port = 0; ports >>> port !== 0; port++)
      if (((ports >>> port) & 1) === 1) this.#send(port, bytes, 'mirror');
  }

  #send(port: number, bytes: Uint8Array, what: 'redirect' | 'mirror'): void {
    const bit = 1 << port;
    if ((this.#through & bit) !== 0) return;
    this.#through |= bit;
    this.#sendOut(port, this.memory.parts.sentCopy(bytes, what));
    this.#through &= ~bit;
  }

  /** The rule that counts, or -1; a rule that only leads on is counted too. */
  #find(lane: number, bytes: Uint8Array): number {
    const { memory } = this;
    if (memory.count[lane] === 0) return -1;
    let chain = 0;
    for (let chains = 0; chains < MOST_CHAINS; chains++) {
      // A copy that left on the way has filled the key in anew.
      const type = fillFlowKey(bytes, undefined, key);
      memory.parts.parsed(key, bytes);
      const slot = this.#findInChain(lane, chain, type);
      if (slot < 0) return -1;
      memory.packets[slot] = (memory.packets[slot] ?? 0) + memory.parts.countedFrames;
      memory.octets[slot] = (memory.octets[slot] ?? 0) + memory.parts.countedBytes(bytes.length);
      if (memory.verdict[slot] !== ACL_GOTO) return slot;
      if (!memory.parts.followsChains) return -1;
      // Copies are made wherever they stand.
      this.#mirror(memory.mirrors[slot] ?? 0, bytes);
      chain = memory.target[slot] ?? 0;
    }
    return -1;
  }

  #findInChain(lane: number, chain: number, type: number): number {
    const { memory } = this;
    const order = memory.order[lane];
    if (order === undefined) return -1;
    const count = memory.count[lane] ?? 0;
    for (let at = 0; at < count; at++) {
      const slot = order[at] ?? 0;
      if (memory.chain[slot] !== chain || !memory.parts.isOfProtocol(memory.protocol[slot] ?? 0, type)) continue;
      if (this.#matches(slot)) return slot;
    }
    return -1;
  }

  #matches(slot: number): boolean {
    const { memory } = this;
    const row = slot * KEY_WORDS;
    for (let word = 0; word < KEY_WORDS; word++) {
      const mask = memory.mask[row + word] ?? 0;
      if ((((keyWords[word] ?? 0) ^ (memory.value[row + word] ?? 0)) & mask) !== 0) return false;
    }
    if (memory.hasRange[slot] === 0 || !memory.parts.looksAtRanges) return true;
    const [source, destination] = [readU16(key, SOURCE_PORT), readU16(key, DESTINATION_PORT)];
    return (
      source >= (memory.sourceMin[slot] ?? 0) &&
      source <= (memory.sourceMax[slot] ?? 0) &&
      destination >= (memory.destinationMin[slot] ?? 0) &&
      destination <= (memory.destinationMax[slot] ?? 0)
    );
  }
}
