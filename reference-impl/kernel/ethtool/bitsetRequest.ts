/** ethnl_parse_bitset(): what a request says about a bitset, checked. Paths are those of the request's attributes. */
import { bytesIn, isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { refusalAt } from '../refusals.js';

export interface RequestedBits {
  readonly ok: true;
  /** The bits that the request speaks of; all of them where it has no mask. */
  readonly mask: ReadonlySet<string>;
  readonly set: ReadonlySet<string>;
}

export function requestedBits(
  request: NetlinkRequest,
  path: string,
  names: readonly string[],
  refusesUnknown = true,
): RequestedBits | Refusal {
  const bitset = nestIn(request.values, path);
  if (bitset === undefined) return { ok: true, mask: new Set(), set: new Set() };
  const noMask = bitset['ETHTOOL_A_BITSET_NOMASK'] === true;
  const bits = nestIn(bitset, 'ETHTOOL_A_BITSET_BITS');
  const isCompact = bytesIn(bitset, 'ETHTOOL_A_BITSET_VALUE') !== undefined;
  if (bits !== undefined) {
    if (isCompact)
      return refusalAt(request, `${path}/ETHTOOL_A_BITSET_VALUE`, EINVAL, 'value only allowed in compact bitset');
    return listedBits(request, path, bits, names, noMask, refusesUnknown);
  }
  if (!isCompact || numberIn(bitset, 'ETHTOOL_A_BITSET_SIZE') === undefined) {
    return refusalAt(request, path, EINVAL, 'missing size in compact bitset');
  }
  return compactBits(request, path, bitset, names, noMask);
}

function listedBits(
  request: NetlinkRequest,
  path: string,
  bits: Values,
  names: readonly string[],
  noMask: boolean,
  refusesUnknown: boolean,
): RequestedBits | Refusal {
  const mask = new Set<string>(noMask ? names.filter((name) => name !== '') : []);
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
  }
  return { ok: true, mask, set };
}

function namedBit(request: NetlinkRequest, here: string, bit: Values, names: readonly string[]): string | Refusal {
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

function compactBits(
  request: NetlinkRequest,
  path: string,
  bitset: Values,
  names: readonly string[],
  noMask: boolean,
): RequestedBits | Refusal {
  const size = numberIn(bitset, 'ETHTOOL_A_BITSET_SIZE') ?? 0;
  const value = bytesIn(bitset, 'ETHTOOL_A_BITSET_VALUE') ?? new Uint8Array(0);
  const maskBytes = bytesIn(bitset, 'ETHTOOL_A_BITSET_MASK');
  const length = 4 * Math.ceil(size / 32);
  if (value.length !== length) {
    return refusalAt(request, `${path}/ETHTOOL_A_BITSET_VALUE`, EINVAL, 'bitset value length does not match size');
  }
  if (!noMask && maskBytes?.length !== length)
    return refusalAt(request, path, EINVAL, 'mask missing in compact bitset');
  const bitAt = (bytes: Uint8Array, index: number): boolean => (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
  const mask = new Set<string>();
  const set = new Set<string>();
  for (let index = 0; index < Math.max(size, names.length); index++) {
    const name = names[index] ?? '';
    const isMasked = noMask || (maskBytes !== undefined && bitAt(maskBytes, index));
    const isSet = index < size && bitAt(value, index);
    if (name === '') {
      if (isMasked && isSet) return refusalAt(request, path, EINVAL, 'cannot modify bits past kernel bitset size');
      continue;
    }
    if (isMasked) mask.add(name);
    if (isMasked && isSet) set.add(name);
  }
  return { ok: true, mask, set };
}
