/** Where two frames differ, for people: layer by layer, so that a tag too many is one difference and not a frame full of them. */
import { hex } from '../../reference-impl/packet/bytes.js';
import { dissect, type DissectedField, type DissectedLayer } from '../../reference-impl/packet/dissect.js';

export interface FrameDifference {
  /** For each byte of the expected frame, 1 where the other frame has another byte or none in its place. */
  readonly expectedMarks: Uint8Array;
  readonly gotMarks: Uint8Array;
  readonly fields: readonly FieldDifference[];
}

/** A field whose value differs, or a whole layer that only one of the frames has. */
export interface FieldDifference {
  readonly layer: string;
  /** Empty for a whole layer. */
  readonly field: string;
  /** In the expected frame, or in the other one where only that has it. */
  readonly offset: number;
  /** null: it is not there. */
  readonly expected: string | null;
  readonly got: string | null;
}

/** Frames beyond this many pairs of layers are compared in order and not by the best match. */
const MOST_PAIRS = 10_000;

/** How many bytes of a long field are shown from where they differ. */
const SHOWN_BYTES = 8;

/** Compares two frames; null is no frame. */
export function compareFrames(expected: Uint8Array | null, got: Uint8Array | null): FrameDifference {
  const [a, b] = [expected ?? new Uint8Array(0), got ?? new Uint8Array(0)];
  const expectedMarks = new Uint8Array(a.length).fill(1);
  const gotMarks = new Uint8Array(b.length).fill(1);
  const fields: FieldDifference[] = [];
  if (expected === null || got === null) return { expectedMarks, gotMarks, fields };
  for (const [left, right] of alignLayers(dissect(a).layers, dissect(b).layers)) {
    if (left === undefined || right === undefined) {
      fields.push(...missingLayer(left, right));
      continue;
    }
    const length = Math.min(left.length, right.length);
    for (let at = 0; at < length; at++) {
      const differs = a[left.offset + at] === b[right.offset + at] ? 0 : 1;
      expectedMarks[left.offset + at] = differs;
      gotMarks[right.offset + at] = differs;
    }
    fields.push(...compareFields({ bytes: a, layer: left }, { bytes: b, layer: right }));
  }
  return { expectedMarks, gotMarks, fields };
}

/** `ipv4 TTL: expected 64, got 63`, one line each. */
export const describeDifference = ({ fields }: FrameDifference): string[] =>
  fields.map(({ layer, field, expected, got }) => {
    const name = field === '' || field === layer ? layer : `${layer} ${field}`;
    return `${name}: expected ${expected ?? 'none'}, got ${got ?? 'none'}`;
  });

function missingLayer(left: DissectedLayer | undefined, right: DissectedLayer | undefined): FieldDifference[] {
  const layer = left ?? right;
  if (layer === undefined || layer.length === 0) return [];
  const text = layerText(layer);
  return [
    {
      layer: layer.kind,
      field: '',
      offset: layer.offset,
      expected: left === undefined ? null : text,
      got: right === undefined ? null : text,
    },
  ];
}

function layerText({ kind, length, fields, reason }: DissectedLayer): string {
  if (reason !== undefined) return reason;
  if (kind === 'payload' || kind === 'padding') return `${length} bytes`;
  const shown = fields.slice(0, 4).map(({ name, text }) => `${name} ${text}`);
  return `${shown.join(', ')}${fields.length > shown.length ? ' …' : ''}`;
}

interface Side {
  readonly bytes: Uint8Array;
  readonly layer: DissectedLayer;
}

function compareFields(left: Side, right: Side): FieldDifference[] {
  const differences: FieldDifference[] = [];
  const rest = [...right.layer.fields];
  for (const field of left.layer.fields) {
    const index = rest.findIndex((candidate) => candidate.name === field.name);
    const other = index < 0 ? undefined : rest.splice(index, 1)[0];
    if (other !== undefined && sameField(left, field, right, other)) continue;
    differences.push(fieldDifference(left, field, right, other));
  }
  for (const { name, offset, text } of rest) {
    differences.push({ layer: right.layer.kind, field: name, offset, expected: null, got: text });
  }
  if (left.layer.reason !== right.layer.reason) differences.push(...missingLayer(left.layer, undefined));
  return differences;
}

function fieldDifference(
  left: Side,
  field: DissectedField,
  right: Side,
  other: DissectedField | undefined,
): FieldDifference {
  const { kind } = left.layer;
  const base = { layer: kind, field: field.name, offset: field.offset };
  if (other === undefined) return { ...base, expected: field.text, got: null };
  if (field.text !== other.text) return { ...base, expected: field.text, got: other.text };
  // Long bytes that look alike at their start: show them from where they part.
  const ownBytes = left.bytes.subarray(field.offset, field.offset + field.length);
  const otherBytes = right.bytes.subarray(other.offset, other.offset + other.length);
  let at = 0;
  while (at < ownBytes.length && ownBytes[at] === otherBytes[at]) at++;
  const text = (bytes: Uint8Array): string => `${hex(bytes.subarray(at, at + SHOWN_BYTES))} from its byte ${at} on`;
  return { ...base, expected: text(ownBytes), got: text(otherBytes) };
}

/** Bits are compared by what they say: the byte may differ in a neighbour's. */
function sameField(left: Side, field: DissectedField, right: Side, other: DissectedField): boolean {
  if (field.length !== other.length) return false;
  if (field.bitLength !== undefined) return field.text === other.text;
  for (let at = 0; at < field.length; at++) {
    if (left.bytes[field.offset + at] !== right.bytes[other.offset + at]) return false;
  }
  return true;
}

/** A layer of the expected frame and the one of the other that answers to it; undefined: only one of them has it. */
export type LayerPair = readonly [expected: DissectedLayer | undefined, got: DissectedLayer | undefined];

type Pair = LayerPair;

/** The longest common run of layer kinds, in order; what is left over stands alone. */
export function alignLayers(left: readonly DissectedLayer[], right: readonly DissectedLayer[]): Pair[] {
  if (left.length * right.length > MOST_PAIRS) {
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index): Pair => [left[index], right[index]]);
  }
  const common = commonLengths(left, right);
  const width = right.length + 1;
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const skipLeft = i < left.length ? (common[(i + 1) * width + j] ?? 0) : -1;
    const skipRight = j < right.length ? (common[i * width + j + 1] ?? 0) : -1;
    if (i < left.length && j < right.length && left[i]?.kind === right[j]?.kind) pairs.push([left[i++], right[j++]]);
    else if (skipLeft >= skipRight) pairs.push([left[i++], undefined]);
    else pairs.push([undefined, right[j++]]);
  }
  return pairs;
}

function commonLengths(left: readonly DissectedLayer[], right: readonly DissectedLayer[]): Int32Array {
  const width = right.length + 1;
  const lengths = new Int32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const same = left[i]?.kind === right[j]?.kind;
      lengths[i * width + j] = same
        ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  return lengths;
}
