/** nf_tables as bytes: attributes of linux/netfilter/nf_tables.h, written down here once more, apart from those that the reference reads by. */
import { encodeAttribute } from '../../reference-impl/netlink/wire.js';
import { concat, writeU16, writeU32 } from '../../reference-impl/packet/bytes.js';

const NLA_F_NESTED = 0x8000;

export const bytesOf = (type: number, data: Uint8Array): Uint8Array => encodeAttribute(type, data);

/** Numbers of nf_tables are in network byte order. */
export function be32(type: number, value: number): Uint8Array {
  const data = new Uint8Array(4);
  writeU32(data, 0, value >>> 0);
  return encodeAttribute(type, data);
}

export function be64(type: number, value: bigint): Uint8Array {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, value);
  return encodeAttribute(type, data);
}

export const text = (type: number, value: string): Uint8Array =>
  encodeAttribute(type, new TextEncoder().encode(`${value}\0`));

export const nest = (type: number, ...attributes: readonly Uint8Array[]): Uint8Array =>
  encodeAttribute(type | NLA_F_NESTED, concat(...attributes));

/** struct nfgenmsg. */
export function nfgenmsg(family: number, resource = 0): Uint8Array {
  const bytes = Uint8Array.of(family, 0, 0, 0);
  writeU16(bytes, 2, resource);
  return bytes;
}

/** NFTA_LIST_ELEM. */
export const listElement = (...attributes: readonly Uint8Array[]): Uint8Array => nest(1, ...attributes);

/** An expression in a list: NFTA_EXPR_NAME and NFTA_EXPR_DATA. */
export const expression = (name: string, ...attributes: readonly Uint8Array[]): Uint8Array =>
  listElement(text(1, name), nest(2, ...attributes));

/** NFTA_DATA_VALUE in an attribute. */
export const value = (type: number, data: Uint8Array): Uint8Array => nest(type, bytesOf(1, data));

const VERDICTS: Readonly<Record<string, number>> = {
  drop: 0,
  accept: 1,
  continue: -1,
  break: -2,
  jump: -3,
  goto: -4,
  return: -5,
};

/** NFTA_DATA_VERDICT in an attribute: `drop`, `jump other`. */
export function verdict(type: number, words: string): Uint8Array {
  const [word = '', chain] = words.split(' ');
  const code = VERDICTS[word];
  if (code === undefined) throw new Error(`"${words}" is no verdict`);
  return nest(type, nest(2, be32(1, code), ...(chain === undefined ? [] : [text(2, chain)])));
}

export const isVerdict = (words: string): boolean => VERDICTS[words.split(' ')[0] ?? ''] !== undefined;
