/** Values of keys out of decoded attributes, and into them. */
import { decodeBits } from '../../netlink/bitset.js';
import { bytesIn, nestIn, numberIn, textIn, type Value, type Values } from '../../netlink/schema.js';
import { SPEED_UNKNOWN } from '../../netlink/families/ethtool.js';
import type { Limit } from '../reading.js';
import type { KeySpec } from '../subjects/index.js';
import { bytesToHex, hexToBytes, macBytes, macText, type Scalar, type ValueType } from '../values.js';

/** The attribute at a path of names, `NEST/ATTRIBUTE`; undefined where it is absent. */
function holder(values: Values, path: string): { readonly values: Values | undefined; readonly name: string } {
  const [first = '', second] = path.split('/');
  return second === undefined ? { values, name: first } : { values: nestIn(values, first), name: second };
}

/** What stands for a speed that is not known. */
export const UNKNOWN = 'unknown';

/** The value of a key; undefined where the device does not have it. */
export function decodeScalar(type: ValueType, values: Values, path: string): Scalar | undefined {
  const { values: inner, name } = holder(values, path);
  switch (type.kind) {
    case 'number': {
      const value = numberIn(inner, name);
      return value === SPEED_UNKNOWN && type.unit === 'Mb/s' ? UNKNOWN : value;
    }
    case 'switch': {
      if (inner?.[name] === true) return true;
      const value = numberIn(inner, name);
      return value === undefined ? undefined : value !== 0;
    }
    case 'choice': {
      const value = numberIn(inner, name);
      if (value === undefined) return undefined;
      return Object.keys(type.choices).find((choice) => type.choices[choice] === value) ?? String(value);
    }
    case 'names': {
      const bitset = nestIn(inner, name);
      return bitset === undefined ? undefined : [...decodeBits(bitset, []).set];
    }
    case 'mac': {
      const bytes = bytesIn(inner, name);
      return bytes === undefined ? undefined : macText(bytes);
    }
    case 'address':
    case 'text':
      return textIn(inner, name);
    case 'bytes': {
      const bytes = bytesIn(inner, name);
      return bytes === undefined ? undefined : bytesToHex(bytes);
    }
    case 'numbers': {
      const list = inner?.[name];
      return Array.isArray(list) ? (list as readonly Value[]).map(String) : undefined;
    }
  }
}

/** The attribute that a value becomes. */
export function encodeScalar(type: ValueType, value: Scalar): Value {
  switch (type.kind) {
    case 'number':
      return Number(value);
    case 'switch':
      return value === true ? 1 : 0;
    case 'choice':
      return type.choices[String(value)] ?? Number(value);
    case 'names':
      return {
        ETHTOOL_A_BITSET_NOMASK: true,
        ETHTOOL_A_BITSET_BITS: {
          ETHTOOL_A_BITSET_BITS_BIT: namesOf(value).map((name) => ({ ETHTOOL_A_BITSET_BIT_NAME: name })),
        },
      };
    case 'mac':
      return macBytes(String(value));
    case 'address':
    case 'text':
      return String(value);
    case 'bytes':
      return hexToBytes(String(value));
    case 'numbers':
      return namesOf(value).map(Number);
  }
}

const namesOf = (value: Scalar): readonly string[] => (typeof value === 'object' ? value : [String(value)]);

/** What bounds a key, as far as its type and the attributes beside it tell. */
export function limitOf({ type, attribute, most, least, access }: KeySpec, values: Values): Limit | undefined {
  const bounds: { readonly most?: number; readonly least?: number } = type.kind === 'number' ? type : {};
  const top = most === undefined ? bounds.most : numberIn(values, most);
  const bottom = least === undefined ? bounds.least : numberIn(values, least);
  const bitset = type.kind === 'names' && bytesOrBits(values, attribute);
  const limit: Limit = {
    ...(top === undefined ? {} : { most: top }),
    ...(bottom === undefined ? {} : { least: bottom }),
    ...(type.kind === 'choice' ? { choices: Object.keys(type.choices) } : {}),
    ...(bitset === false || bitset === undefined ? {} : { choices: bitset }),
    ...(access === 'read' ? { fixed: 'it can only be read' } : {}),
  };
  return Object.keys(limit).length === 0 ? undefined : limit;
}

/** The bits of the mask: what the device supports. A list of bits without a mask says nothing of the others. */
function bytesOrBits(values: Values, attribute: string): readonly string[] | undefined {
  const bitset = nestIn(values, attribute);
  if (bitset === undefined || bitset['ETHTOOL_A_BITSET_NOMASK'] === true) return undefined;
  return [...decodeBits(bitset, []).mask];
}
