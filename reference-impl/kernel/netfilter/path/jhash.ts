/** Jenkins' hash of bytes: jhash() of include/linux/jhash.h, on a little endian machine. */

const JHASH_INITVAL = 0xdeadbeef;
const BLOCK = 12;

const rol32 = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** The state, a, b and c of the source. */
type State = [number, number, number];

function mix([a, b, c]: State): State {
  a = ((a - c) ^ rol32(c, 4)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rol32(a, 6)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rol32(b, 8)) | 0;
  b = (b + a) | 0;
  a = ((a - c) ^ rol32(c, 16)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rol32(a, 19)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rol32(b, 4)) | 0;
  b = (b + a) | 0;
  return [a, b, c];
}

function final([a, b, c]: State): number {
  c = ((c ^ b) - rol32(b, 14)) | 0;
  a = ((a ^ c) - rol32(c, 11)) | 0;
  b = ((b ^ a) - rol32(a, 25)) | 0;
  c = ((c ^ b) - rol32(b, 16)) | 0;
  a = ((a ^ c) - rol32(c, 4)) | 0;
  b = ((b ^ a) - rol32(a, 14)) | 0;
  return (c ^ b) - rol32(b, 24);
}

/** Four bytes, as far as there are any. */
function word(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let index = 3; index >= 0; index--) value = (value << 8) | (bytes[at + index] ?? 0);
  return value;
}

export function jhash(bytes: Uint8Array, initval: number): number {
  const start = (JHASH_INITVAL + bytes.length + initval) | 0;
  let state: State = [start, start, start];
  let at = 0;
  const added = ([a, b, c]: State): State => [
    (a + word(bytes, at)) | 0,
    (b + word(bytes, at + 4)) | 0,
    (c + word(bytes, at + 8)) | 0,
  ];
  for (; bytes.length - at > BLOCK; at += BLOCK) state = mix(added(state));
  return (bytes.length === at ? state[2] : final(added(state))) >>> 0;
}
