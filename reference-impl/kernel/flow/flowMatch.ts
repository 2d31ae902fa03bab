/** What a rule looks for, whoever made it: values and masks over the flow key, and ranges of ports (struct flow_match). */
import type { FlowField, FlowMatchKey } from '../../../harness/contract/index.js';
import { readU16, writeU16 } from '../../packet/bytes.js';
import { FLOW_FIELDS, FLOW_KEY_LENGTH } from '../../packet/flowKey.js';

export interface PortRange {
  readonly field: 'l4-src' | 'l4-dst';
  readonly min: number;
  readonly max: number;
}

/** All of it has to hold. */
export interface FlowMatch {
  /** As they were given. */
  readonly value: Uint8Array;
  readonly mask: Uint8Array;
  readonly ranges: readonly PortRange[];
}

export class FlowMatchBuilder {
  readonly #value = new Uint8Array(FLOW_KEY_LENGTH);
  readonly #mask = new Uint8Array(FLOW_KEY_LENGTH);
  readonly #ranges: PortRange[] = [];

  bytes(field: FlowField, value: Uint8Array, mask?: Uint8Array): this {
    const [offset, length] = FLOW_FIELDS[field];
    this.#value.set(value.subarray(0, length), offset);
    if (mask === undefined) this.#mask.fill(0xff, offset, offset + length);
    else this.#mask.set(mask.subarray(0, length), offset);
    return this;
  }

  /** In a field of one or two bytes; default: every bit of it counts. */
  number(field: FlowField, value: number, mask?: number): this {
    const [, length] = FLOW_FIELDS[field];
    const [bytes, bits] = [new Uint8Array(length), new Uint8Array(length).fill(0xff)];
    writeNumber(bytes, value);
    if (mask !== undefined) writeNumber(bits, mask);
    return this.bytes(field, bytes, bits);
  }

  range(range: PortRange): this {
    this.#ranges.push(range);
    return this;
  }

  build(): FlowMatch {
    return { value: this.#value, mask: this.#mask, ranges: this.#ranges };
  }
}

function writeNumber(bytes: Uint8Array, value: number): void {
  if (bytes.length === 1) bytes[0] = value;
  else writeU16(bytes, 0, value);
}

/** Whether a frame with this key is meant. */
export function matchesKey({ value, mask, ranges }: FlowMatch, key: Uint8Array): boolean {
  for (const [index, bits] of mask.entries())
    if (bits !== 0 && ((value[index] ?? 0) & bits) !== ((key[index] ?? 0) & bits)) return false;
  return ranges.every(({ field, min, max }) => {
    const port = readU16(key, FLOW_FIELDS[field][0]);
    return port >= min && port <= max;
  });
}

/** Which bits and ranges it looks at: rules of one classifier with the same are found by one look-up. */
export const maskName = ({ mask, ranges }: FlowMatch): string =>
  [mask.join(), ...ranges.map(({ field }) => field).sort()].join(' ');

/** The values under the mask: two rules with the same mask and the same of these are the same rule. */
export const maskedName = ({ value, mask, ranges }: FlowMatch): string =>
  [
    value.map((byte, index) => byte & (mask[index] ?? 0)).join(),
    ...ranges.map(({ field, min, max }) => `${field} ${min} ${max}`).sort(),
  ].join(' ');

/** As a driver gets it: the fields that are looked at at all. */
export function matchKeys({ value, mask, ranges }: FlowMatch): FlowMatchKey[] {
  const fields = Object.entries(FLOW_FIELDS) as [FlowField, readonly [number, number]][];
  const masked = fields.flatMap(([field, [offset, length]]): FlowMatchKey[] => {
    const bits = mask.slice(offset, offset + length);
    if (bits.every((byte) => byte === 0)) return [];
    return [{ kind: 'masked', field, value: value.slice(offset, offset + length), mask: bits }];
  });
  return [...masked, ...ranges.map((range): FlowMatchKey => ({ kind: 'range', ...range }))];
}
