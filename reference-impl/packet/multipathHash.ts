/** A hash of a pair of addresses, the same wherever a flow is looked at: 31 bits. */

const mix = (hash: number, word: number): number => {
  let mixed = Math.imul(hash ^ (word >>> 16), 0x01000193);
  mixed = Math.imul(mixed ^ (word & 0xffff), 0x01000193);
  return mixed ^ (mixed >>> 13);
};

export function flowHash31(source: number, destination: number): number {
  let hash = mix(mix(0x811c9dc5 | 0, source), destination);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 1;
}

/** fib_rebalance(): the last value of the hash that is a member's, for members with these weights. */
export function upperBounds(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => Math.round(((sum += weight) * 0x8000_0000) / total) - 1);
}
