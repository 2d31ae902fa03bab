/** Bitsets of ethtool netlink: Documentation/networking/ethtool-netlink.rst, "Bit sets". Sets go by the names of their bits. */
import { isValues, listIn, nestIn, numberIn, textIn, bytesIn, type Values } from './schema.js';
import { viewOf } from './wire.js';

/** A list of bits that are set, without a mask. */
export function bitList(names: Iterable<string>, allNames: readonly string[]): Values {
  return {
    ETHTOOL_A_BITSET_NOMASK: true,
    ETHTOOL_A_BITSET_SIZE: allNames.length,
    ETHTOOL_A_BITSET_BITS: {
      ETHTOOL_A_BITSET_BITS_BIT: inOrder(names, allNames).map((name) => ({
        ETHTOOL_A_BITSET_BIT_INDEX: allNames.indexOf(name),
        ETHTOOL_A_BITSET_BIT_NAME: name,
      })),
    },
  };
}

/** Bits with a value each, the others left alone. */
export function bitChanges(changes: Readonly<Record<string, boolean>>): Values {
  return {
    ETHTOOL_A_BITSET_BITS: {
      ETHTOOL_A_BITSET_BITS_BIT: Object.entries(changes).map(([name, value]) => ({
        ETHTOOL_A_BITSET_BIT_NAME: name,
        ...(value ? { ETHTOOL_A_BITSET_BIT_VALUE: true } : {}),
      })),
    },
  };
}

/** A mask of bits, and which of them are set: the verbose form with values that replies to a change have. */
export function maskedBits(mask: Iterable<string>, values: ReadonlySet<string>, allNames: readonly string[]): Values {
  return {
    ETHTOOL_A_BITSET_SIZE: allNames.length,
    ETHTOOL_A_BITSET_BITS: {
      ETHTOOL_A_BITSET_BITS_BIT: inOrder(mask, allNames).map((name) => ({
        ETHTOOL_A_BITSET_BIT_INDEX: allNames.indexOf(name),
        ETHTOOL_A_BITSET_BIT_NAME: name,
        ...(values.has(name) ? { ETHTOOL_A_BITSET_BIT_VALUE: true } : {}),
      })),
    },
  };
}

/**
 * The compact form: value and mask as 32-bit words. Without a mask, the value alone says which bits are set.
 * @requirement ETH-BIT-*
 */
export function compactBits(
  values: Iterable<string>,
  mask: Iterable<string> | undefined,
  allNames: readonly string[],
): Values {
  return {
    ...(mask === undefined ? { ETHTOOL_A_BITSET_NOMASK: true } : {}),
    ETHTOOL_A_BITSET_SIZE: allNames.length,
    ETHTOOL_A_BITSET_VALUE: words(values, allNames),
    ...(mask === undefined ? {} : { ETHTOOL_A_BITSET_MASK: words(mask, allNames) }),
  };
}

function inOrder(names: Iterable<string>, allNames: readonly string[]): string[] {
  return [...names].filter((name) => allNames.includes(name)).sort((a, b) => allNames.indexOf(a) - allNames.indexOf(b));
}

function words(names: Iterable<string>, allNames: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(4 * Math.ceil(allNames.length / 32));
  const view = viewOf(bytes);
  for (const name of names) {
    const bit = allNames.indexOf(name);
    if (bit < 0) continue;
    const at = 4 * (bit >> 5);
    view.setUint32(at, (view.getUint32(at, true) | (1 << (bit & 31))) >>> 0, true);
  }
  return bytes;
}

/** What a bitset says: which bits it speaks of, and which of them are set. Bits without a name go by `#` and their index. */
export interface DecodedBits {
  readonly mask: ReadonlySet<string>;
  readonly set: ReadonlySet<string>;
}

/**
 * Reads either form. `allNames` gives the names where the bitset has indexes only.
 * @requirement ETH-BIT-*
 */
export function decodeBits(bitset: Values | undefined, allNames: readonly string[]): DecodedBits {
  const nameOf = (index: number): string => allNames[index] || `#${index}`;
  const mask = new Set<string>();
  const set = new Set<string>();
  if (bitset === undefined) return { mask, set };
  const noMask = bitset['ETHTOOL_A_BITSET_NOMASK'] === true;
  const value = bytesIn(bitset, 'ETHTOOL_A_BITSET_VALUE');
  if (value !== undefined) {
    for (const index of bitsOf(value)) set.add(nameOf(index));
    for (const index of bitsOf(noMask ? value : (bytesIn(bitset, 'ETHTOOL_A_BITSET_MASK') ?? value)))
      mask.add(nameOf(index));
    return { mask, set };
  }
  for (const bit of listIn(nestIn(bitset, 'ETHTOOL_A_BITSET_BITS'), 'ETHTOOL_A_BITSET_BITS_BIT').filter(isValues)) {
    const name = textIn(bit, 'ETHTOOL_A_BITSET_BIT_NAME') ?? nameOf(numberIn(bit, 'ETHTOOL_A_BITSET_BIT_INDEX') ?? -1);
    mask.add(name);
    if (noMask || bit['ETHTOOL_A_BITSET_BIT_VALUE'] === true) set.add(name);
  }
  return { mask, set };
}

/** Which bits are set, by index: for readers of many bitsets, to whom sets of names cost more than the message. */
export function bitTest(bitset: Values | undefined, allNames: readonly string[]): (index: number) => boolean {
  const value = bytesIn(bitset, 'ETHTOOL_A_BITSET_VALUE');
  if (value !== undefined) return (index) => (((value[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
  const { set } = decodeBits(bitset, allNames);
  return (index) => set.has(allNames[index] || `#${index}`);
}

function bitsOf(bytes: Uint8Array): number[] {
  const bits: number[] = [];
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) if (((byte >> bit) & 1) === 1) bits.push(8 * index + bit);
  }
  return bits;
}
