/** ethnl_update_bitset32(): what a request says about a bitset, checked. Paths are those of the request's attributes. */
import { bitList, compactBits, maskedBits } from '../../netlink/bitset.js';
import { bytesIn, isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { refusalAt } from '../refusals.js';
import { CONFORMING_ETHTOOL, type EthtoolParts } from './ethtoolParts.js';

export interface RequestedBits {
  readonly ok: true;
  /** The bits that the request speaks of; all of them where it has no mask. */
  readonly mask: ReadonlySet<string>;
  readonly set: ReadonlySet<string>;
}

/** What is read of a request. */
export type BitsetRequest = Pick<NetlinkRequest, 'values' | 'offsets'>;
type BitsetParts = Pick<EthtoolParts, 'listClearsOthers' | 'checksBitsPastEnd'>;

export function requestedBits(
  request: BitsetRequest,
  path: string,
  names: readonly string[],
  refusesUnknown = true,
  parts: BitsetParts = CONFORMING_ETHTOOL,
): RequestedBits | Refusal {
  const bitset = nestIn(request.values, path);
  if (bitset === undefined) return { ok: true, mask: new Set(), set: new Set() };
  const noMask = bitset['ETHTOOL_A_BITSET_NOMASK'] === true;
  const bits = nestIn(bitset, 'ETHTOOL_A_BITSET_BITS');
  if (bits === undefined) return compactRequest(request, path, bitset, names, noMask, parts);
  for (const [member, word] of [
    ['VALUE', 'value'],
    ['MASK', 'mask'],
  ] as const) {
    if (bytesIn(bitset, `ETHTOOL_A_BITSET_${member}`) === undefined) continue;
    return refusalAt(request, `${path}/ETHTOOL_A_BITSET_${member}`, EINVAL, `${word} only allowed in compact bitset`);
  }
  return listedBits(request, path, bits, names, noMask && parts.listClearsOthers, refusesUnknown, noMask);
}

/** The bits that are on after a request, and whether any has changed. */
export interface UpdatedBits {
  readonly ok: true;
  readonly bits: ReadonlySet<string>;
  readonly changed: boolean;
}

export function updatedBits(
  request: BitsetRequest,
  path: string,
  names: readonly string[],
  before: Iterable<string>,
  parts?: BitsetParts,
): UpdatedBits | Refusal {
  const asked = requestedBits(request, path, names, true, parts);
  if (!asked.ok) return asked;
  const old = new Set(before);
  const bits = new Set(old);
  for (const name of asked.mask) {
    if (asked.set.has(name)) bits.add(name);
    else bits.delete(name);
  }
  return { ok: true, bits, changed: bits.size !== old.size || [...bits].some((name) => !old.has(name)) };
}

/** ethnl_put_bitset32(): with a mask, the reply says which bits there are; without, it lists those that are on. */
export function bitsetValue(
  compact: boolean,
  set: ReadonlySet<string>,
  names: readonly string[],
  mask?: Iterable<string>,
): Values {
  if (compact) return compactBits(set, mask, names);
  return mask === undefined ? bitList(set, names) : maskedBits(mask, set, names);
}

function listedBits(
  request: BitsetRequest,
  path: string,
  bits: Values,
  names: readonly string[],
  clearsOthers: boolean,
  refusesUnknown: boolean,
  noMask: boolean,
): RequestedBits | Refusal {
  const mask = new Set<string>(clearsOthers ? names.filter((name) => name !== '') : []);
  const set = new Set<string>();
  for (const [place, bit] of listIn(bits, 'ETHTOOL_A_BITSET_BITS_BIT').entries()) {
    if (!isValues(bit)) continue;
    const here = `${path}/ETHTOOL_A_BITSET_BITS/ETHTOOL_A_BITSET_BITS_BIT#${place}`;
    const found = namedBit(request, here, bit, names);
    if (typeof found !== 'string') {
      if (refusesUnknown) return found;
      continue;
    }
    mask.add(found);
    if (noMask || bit['ETHTOOL_A_BITSET_BIT_VALUE'] === true) set.add(found);
    else set.delete(found);
  }
  return { ok: true, mask, set };
}

/** ethnl_parse_bit(). */
function namedBit(request: BitsetRequest, here: string, bit: Values, names: readonly string[]): string | Refusal {
  const index = numberIn(bit, 'ETHTOOL_A_BITSET_BIT_INDEX');
  const name = textIn(bit, 'ETHTOOL_A_BITSET_BIT_NAME');
  const namePath = `${here}/ETHTOOL_A_BITSET_BIT_NAME`;
  if (index !== undefined) {
    const known = names[index];
    if (known === undefined || known === '') {
      return refusalAt(request, `${here}/ETHTOOL_A_BITSET_BIT_INDEX`, EOPNOTSUPP, 'bit index too high');
    }
    if (name !== undefined && name !== known) return refusalAt(request, here, EINVAL, 'bit index and name mismatch');
    return known;
  }
  if (name === undefined) return refusalAt(request, here, EINVAL, 'neither bit index nor name specified');
  return name !== '' && names.includes(name) ? name : refusalAt(request, namePath, EOPNOTSUPP, 'bit name not found');
}

/** ethnl_compact_sanity_checks(), and the bits themselves. */
function compactRequest(
  request: BitsetRequest,
  path: string,
  bitset: Values,
  names: readonly string[],
  noMask: boolean,
  { checksBitsPastEnd }: BitsetParts,
): RequestedBits | Refusal {
  const refuse = (message: string, member?: 'VALUE' | 'MASK'): Refusal =>
    refusalAt(request, member === undefined ? path : `${path}/ETHTOOL_A_BITSET_${member}`, EINVAL, message);
  const size = numberIn(bitset, 'ETHTOOL_A_BITSET_SIZE');
  const value = bytesIn(bitset, 'ETHTOOL_A_BITSET_VALUE');
  const maskBytes = bytesIn(bitset, 'ETHTOOL_A_BITSET_MASK');
  if (noMask && maskBytes !== undefined) return refuse('mask not allowed in list bitset', 'MASK');
  if (size === undefined) return refuse('missing size in compact bitset');
  if (value === undefined) return refuse('missing value in compact bitset');
  if (!noMask && maskBytes === undefined) return refuse('missing mask in compact nonlist bitset');
  const length = 4 * Math.ceil(size / 32);
  if (value.length !== length) return refuse('bitset value length does not match size', 'VALUE');
  if (maskBytes !== undefined && maskBytes.length !== length)
    return refuse('bitset mask length does not match size', 'MASK');
  const bitAt = (bytes: Uint8Array, index: number): boolean => (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
  const meant = maskBytes ?? value;
  for (let index = names.length; index < size && checksBitsPastEnd; index++) {
    if (bitAt(meant, index))
      return refuse('cannot modify bits past kernel bitset size', maskBytes === undefined ? 'VALUE' : 'MASK');
  }
  const mask = new Set<string>();
  const set = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === '' || !(noMask || (index < size && bitAt(meant, index)))) continue;
    mask.add(name);
    if (index < size && bitAt(value, index)) set.add(name);
  }
  return { ok: true, mask, set };
}
