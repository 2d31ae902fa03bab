/** Stations by their address of IPv6: an open table in typed arrays, so that a packet finds one without anything made. */
import { readU32 } from '../../packet/bytes.js';

const WORDS = 4;
const SMALLEST = 64;

export class Ipv6Hosts {
  #keys = new Uint32Array(SMALLEST * WORDS);
  #stations: (Uint8Array | undefined)[] = new Array<undefined>(SMALLEST).fill(undefined);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** Of the address that begins at `at`. */
  find(bytes: Uint8Array, at: number): Uint8Array | undefined {
    return this.#stations[this.#placeOf(bytes, at)];
  }

  set(address: Uint8Array, station: Uint8Array): void {
    const place = this.#placeOf(address, 0);
    if (this.#stations[place] === undefined) this.#count++;
    this.#write(place, address, station);
    if (this.#count * 2 > this.#stations.length) this.#rebuild(this.#stations.length * 2);
  }

  delete(address: Uint8Array): void {
    const place = this.#placeOf(address, 0);
    if (this.#stations[place] === undefined) return;
    this.#stations[place] = undefined;
    this.#count--;
    // What lay behind it may have to be found by way of its place.
    this.#rebuild(this.#stations.length);
  }

  clear(): void {
    this.#stations.fill(undefined);
    this.#count = 0;
  }

  #write(place: number, address: Uint8Array, station: Uint8Array): void {
    for (let word = 0; word < WORDS; word++) this.#keys[WORDS * place + word] = readU32(address, 4 * word);
    this.#stations[place] = station;
  }

  /** Where the address is, or where it would be. */
  #placeOf(bytes: Uint8Array, at: number): number {
    const mask = this.#stations.length - 1;
    const [a, b, c, d] = [readU32(bytes, at), readU32(bytes, at + 4), readU32(bytes, at + 8), readU32(bytes, at + 12)];
    let place = (Math.imul(a ^ (b << 7), 0x9e37_79b1) ^ Math.imul(c ^ d ^ (d >>> 15), 0x85eb_ca77)) & mask;
    for (; ; place = (place + 1) & mask) {
      if (this.#stations[place] === undefined) return place;
      const key = WORDS * place;
      const isIt =
        this.#keys[key] === a && this.#keys[key + 1] === b && this.#keys[key + 2] === c && this.#keys[key + 3] === d;
      if (isIt) return place;
    }
  }

  #rebuild(size: number): void {
    const [keys, stations] = [this.#keys, this.#stations];
    this.#keys = new Uint32Array(size * WORDS);
    this.#stations = new Array<undefined>(size).fill(undefined);
    const address = new Uint8Array(4 * WORDS);
    const view = new DataView(address.buffer);
    for (const [place, station] of stations.entries()) {
      if (station === undefined) continue;
      for (let word = 0; word < WORDS; word++) view.setUint32(4 * word, keys[WORDS * place + word] ?? 0);
      this.#write(this.#placeOf(address, 0), address, station);
    }
  }
}
