/** From bytes to values by their names. */
import type { AttributeSet, AttributeType, Value, Values } from './attributeSets.js';
import { INTEGER_BYTES, readInteger } from './integers.js';
import { BITFIELD32, decodeStruct } from './structs.js';
import { parseAttributes, viewOf, type Attribute } from './wire.js';

/** Bytes do not have the form that the set gives them. */
export class NetlinkDecodeError extends Error {
  override readonly name = 'NetlinkDecodeError';
}

const decoder = new TextDecoder();

function decodeValue(type: AttributeType, data: Uint8Array, name: string): Value {
  switch (type.kind) {
    case 'uint':
      if (data.length !== 4 && data.length !== 8) throw new NetlinkDecodeError(`${name} has ${data.length} bytes`);
      return readInteger('uint', data);
    case 'u8':
    case 'u16':
    case 'u32':
    case 's32':
    case 'u64':
    case 's64':
    case 'be16':
    case 'be32':
    case 'be64':
      if (data.length < INTEGER_BYTES[type.kind]) throw new NetlinkDecodeError(`${name} has ${data.length} bytes`);
      return readInteger(type.kind, data);
    case 'flag':
      return true;
    case 'string': {
      const end = data.indexOf(0);
      return decoder.decode(end < 0 ? data : data.subarray(0, end));
    }
    case 'binary':
    case 'reject':
      return data.slice();
    case 'bitfield32':
      return decodeStruct(BITFIELD32, data);
    case 'struct':
      return decodeStruct(type.fields, data);
    case 'u32-array':
      return Array.from({ length: data.length >> 2 }, (_, index) => viewOf(data).getUint32(4 * index, true));
    case 'nest':
      return decodeAttributes(type.set(), data);
    case 'indexed':
      return parseAttributes(data).attributes.map((entry) => decodeAttributes(type.set(), entry.data));
  }
}

/** Every attribute under its name. Throws NetlinkDecodeError where a value does not have the form of its type. */
export function decodeAttributes(set: AttributeSet, bytes: Uint8Array): Values {
  return decodeParsed(set, parseAttributes(bytes).attributes);
}

export function decodeParsed(set: AttributeSet, attributes: readonly Attribute[]): Values {
  const values: Record<string, Value> = {};
  for (const { type, data } of attributes) {
    const spec = set.byNumber.get(type);
    if (spec === undefined) values[`#${type}`] = data.slice();
    else if (spec.repeats === true) {
      const before = values[spec.name];
      const value = decodeValue(spec.type, data, spec.name);
      values[spec.name] = Array.isArray(before) ? [...(before as Value[]), value] : [value];
    } else values[spec.name] = decodeValue(spec.type, data, spec.name);
  }
  return values;
}
