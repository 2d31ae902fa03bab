/** Numbers that rules make: nft_numgen.c and nft_hash.c. */
import { WORD, type Of, type Operation, type PathSurroundings } from './evaluation.js';
import { jhash } from './jhash.js';
import type { Packet } from './packet.js';

/** reciprocal_scale(): 32 bits spread over `modulus` numbers. */
export const reciprocalScale = (value: number, modulus: number): number =>
  Number((BigInt(value) * BigInt(modulus)) >> 32n);

/** nft_ng_inc_eval() and nft_ng_random_eval(). */
export function numgenOperation(around: PathSurroundings, expression: Of<'numgen'>): Operation {
  const { destination, type, modulus, offset, state } = expression;
  if (type === 'random')
    return (run) => run.storeNumber(destination, (reciprocalScale(around.random(), modulus) + offset) >>> 0);
  return (run) => {
    state.count = around.parts.counted(state.count, modulus);
    run.storeNumber(destination, (state.count + offset) >>> 0);
  };
}

/** nft_jhash_eval() and nft_symhash_eval(). */
export function hashOperation({ parts }: PathSurroundings, expression: Of<'hash'>): Operation {
  const { destination, type, source, length, modulus, seed, offset } = expression;
  return (run) => {
    const hash =
      type === 'symmetric' || source === undefined
        ? symmetricHash(run.packet, parts.sortsEnds)
        : jhash(run.registers.subarray(source * WORD, source * WORD + length), parts.hashSeed(seed));
    run.storeNumber(destination, (reciprocalScale(hash, modulus) + offset) >>> 0);
  };
}

/** hashrnd of net/core/flow_dissector.c is drawn when a kernel starts. */
const HASHRND = 0x5eed_5eed;

/** __skb_get_hash_symmetric(): both directions of a flow have the same. */
function symmetricHash(packet: Packet, sortsEnds: boolean): number {
  const { bytes, networkAt, hasTransport, transportAt, protocolNumber } = packet;
  const isIpv6 = (bytes[networkAt] ?? 0) >> 4 === 6;
  const [from, width] = isIpv6 ? [networkAt + 8, 16] : [networkAt + 12, 4];
  const ends = [bytes.subarray(from, from + width), bytes.subarray(from + width, from + 2 * width)];
  const hasPorts = hasTransport && packet.fragmentOffset === 0 && (protocolNumber === 6 || protocolNumber === 17);
  const ports = hasPorts
    ? [bytes.subarray(transportAt, transportAt + 2), bytes.subarray(transportAt + 2, transportAt + 4)]
    : [];
  const key = [...sorted(ends, sortsEnds), ...sorted(ports, sortsEnds)].flatMap((end) => [...end]);
  return jhash(Uint8Array.from([...key, protocolNumber]), HASHRND);
}

/** __flow_hash_consistentify(): the smaller first, addresses and ports each for itself. */
function sorted(ends: readonly Uint8Array[], sorts: boolean): readonly Uint8Array[] {
  const [first, second] = ends;
  if (!sorts || first === undefined || second === undefined) return ends;
  for (let index = 0; index < first.length; index++) {
    const difference = (first[index] ?? 0) - (second[index] ?? 0);
    if (difference !== 0) return difference < 0 ? ends : [second, first];
  }
  return ends;
}
