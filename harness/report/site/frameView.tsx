/**
 * A frame, or two that should be alike: the dissected tree beside the bytes, layer by layer, so that what answers to each other stands
 * at the same height whatever was put in between. Bytes that differ are marked; a field and its bytes light up together.
 */
import type { ComponentChildren, VNode } from 'preact';
import { fromHex } from '../../../reference-impl/packet/bytes.js';
import { dissect, type DissectedField, type DissectedLayer } from '../../../reference-impl/packet/dissect.js';
import { alignLayers, compareFrames, type LayerPair } from '../../evidence/frameDifference.js';
import { count } from '../../site/words.js';

const ROW = 16;
/** Rows of one layer that are shown whole; of a longer one, those with a difference and their neighbours. */
const WHOLE_ROWS = 6;

interface FrameViewProps {
  /** Hexadecimal; null: there is no such frame. */
  readonly expected: string | null;
  readonly got: string | null;
  /** Where one frame is shown that is held against nothing. */
  readonly isPlain?: boolean;
}

export function FrameView({ expected, got, isPlain = false }: FrameViewProps): VNode {
  const left = sideOf(expected);
  const right = sideOf(got);
  const isPair = left !== null && right !== null;
  const pairs = alignLayers(left?.layers ?? [], right?.layers ?? []);
  const { expectedMarks, gotMarks } = compareFrames(left?.bytes ?? null, right?.bytes ?? null);
  const unmarked = (side: Side | null): Uint8Array => new Uint8Array(side?.bytes.length ?? 0);
  const sides = {
    expected: left === null ? null : { ...left, marks: isPair ? expectedMarks : unmarked(left) },
    got: right === null ? null : { ...right, marks: isPair ? gotMarks : unmarked(right) },
  };
  return (
    <div class="frame">
      <p class="frame-says">{sentence(left, right, isPlain)}</p>
      {pairs.map((pair, place) => (
        <LayerView pair={pair} place={place} sides={sides} />
      ))}
    </div>
  );
}

function sentence(expected: Side | null, got: Side | null, isPlain: boolean): string {
  if (expected !== null && got !== null)
    return `Expected ${count(expected.bytes.length, 'byte')}, got ${count(got.bytes.length, 'byte')}.`;
  if (expected === null && got === null) return 'No frame was expected, and none came.';
  if (got === null) return `Expected ${count(expected?.bytes.length ?? 0, 'byte')}, got no frame.`;
  return isPlain ? `${count(got.bytes.length, 'byte')}.` : `Expected no frame, got ${count(got.bytes.length, 'byte')}.`;
}

interface Side {
  readonly bytes: Uint8Array;
  readonly layers: readonly DissectedLayer[];
}
type MarkedSide = Side & { readonly marks: Uint8Array };
interface Sides {
  readonly expected: MarkedSide | null;
  readonly got: MarkedSide | null;
}

function sideOf(text: string | null): Side | null {
  if (text === null) return null;
  const bytes = bytesOf(text);
  return { bytes, layers: dissect(bytes).layers };
}

/** Hexadecimal of others may be none: it is then no bytes. */
function bytesOf(text: string): Uint8Array {
  try {
    return fromHex(text);
  } catch {
    return new Uint8Array(0);
  }
}

interface LayerProps {
  readonly pair: LayerPair;
  readonly place: number;
  readonly sides: Sides;
}

function LayerView({ pair: [left, right], place, sides }: LayerProps): VNode {
  const { kind } = left ?? right ?? { kind: 'payload' };
  const note =
    sides.expected === null || sides.got === null
      ? ''
      : left === undefined
        ? 'only in what came'
        : right === undefined
          ? 'missing in what came'
          : '';
  const differs = note !== '' || differsIn(left, sides.expected) || differsIn(right, sides.got);
  const isPair = sides.expected !== null && sides.got !== null;
  // Of two frames, what differs is open; of one, all but what has no fields.
  const isLong = kind === 'payload' || kind === 'padding';
  return (
    <details class={`layer${differs ? ' differs' : ''}`} open={isPair ? differs : !isLong}>
      <summary>
        <span class="chevron" />
        <span class="id">{kind}</span> <span class="muted">{summaryOf(left ?? right)}</span>
        {note === '' ? null : <span class="layer-note"> {note}</span>}
        {differs && note === '' ? <span class="layer-note"> differs</span> : null}
      </summary>
      <div class="layer-body">
        <FieldTable left={left} right={right} place={place} sides={sides} />
        <div class="hex">
          <HexBlock side={sides.expected} layer={left} place={place} name="expected" isPair={sides.got !== null} />
          <HexBlock side={sides.got} layer={right} place={place} name="got" isPair={sides.expected !== null} />
        </div>
      </div>
    </details>
  );
}

const differsIn = (layer: DissectedLayer | undefined, side: MarkedSide | null): boolean =>
  layer !== undefined && side !== null && side.marks.subarray(layer.offset, layer.offset + layer.length).includes(1);

function summaryOf(layer: DissectedLayer | undefined): string {
  if (layer === undefined) return '';
  if (layer.reason !== undefined) return layer.reason;
  return `${count(layer.length, 'byte')} at ${layer.offset}`;
}

interface FieldRow {
  readonly name: string;
  readonly left: DissectedField | undefined;
  readonly right: DissectedField | undefined;
  /** Its place in the one or the other layer: what its bytes are called. */
  readonly key: number;
}

function FieldTable({
  left,
  right,
  place,
  sides,
}: {
  readonly left: DissectedLayer | undefined;
  readonly right: DissectedLayer | undefined;
  readonly place: number;
  readonly sides: Sides;
}): VNode {
  const isPair = sides.expected !== null && sides.got !== null;
  const rows = fieldRows(left, right);
  return (
    <table class="fields">
      <thead>
        <tr>
          <th scope="col">field</th>
          {isPair ? <th scope="col">expected</th> : null}
          <th scope="col">{isPair ? 'got' : 'value'}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, left: one, right: other, key }) => {
          const differs = isPair && fieldDiffers(one, other, sides);
          return (
            <tr data-field={`${place}-${key}`} class={differs ? 'differs' : ''}>
              <th scope="row">
                <button type="button" class="field-name">
                  {name}
                </button>
              </th>
              {isPair ? <td data-label="expected">{one === undefined ? 'none' : one.text}</td> : null}
              <td data-label={isPair ? 'got' : 'value'}>{textOf(isPair ? other : (other ?? one), differs)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const textOf = (field: DissectedField | undefined, differs: boolean): ComponentChildren => {
  const text = field === undefined ? 'none' : field.text;
  return differs ? <mark>{text}</mark> : text;
};

/** Fields by name and in order; one that a name has twice is found twice. */
function fieldRows(left: DissectedLayer | undefined, right: DissectedLayer | undefined): FieldRow[] {
  const rest = [...(right?.fields ?? [])];
  const rows: FieldRow[] = (left?.fields ?? []).map((field, key) => {
    const at = rest.findIndex(({ name }) => name === field.name);
    return { name: field.name, left: field, right: at < 0 ? undefined : rest.splice(at, 1)[0], key };
  });
  rest.forEach((field, more) =>
    rows.push({ name: field.name, left: undefined, right: field, key: rows.length + more }),
  );
  return rows;
}

function fieldDiffers(one: DissectedField | undefined, other: DissectedField | undefined, sides: Sides): boolean {
  if (one === undefined || other === undefined) return true;
  if (one.text !== other.text) return true;
  if (one.bitLength !== undefined || sides.expected === null || sides.got === null) return false;
  const own = sides.expected.bytes.subarray(one.offset, one.offset + one.length);
  const its = sides.got.bytes.subarray(other.offset, other.offset + other.length);
  return own.length !== its.length || own.some((byte, at) => byte !== its[at]);
}

interface HexProps {
  readonly side: MarkedSide | null;
  readonly layer: DissectedLayer | undefined;
  readonly place: number;
  readonly name: 'expected' | 'got';
  readonly isPair: boolean;
}

function HexBlock({ side, layer, place, name, isPair }: HexProps): VNode | null {
  if (side === null) return null;
  if (layer === undefined || layer.length === 0) {
    return isPair ? (
      <div class="hex-side">
        <span class="hex-name">{name}</span> <span class="muted">none</span>
      </div>
    ) : null;
  }
  return (
    <div class={`hex-side ${name === 'expected' ? 'e' : 'g'}`}>
      {isPair ? <span class="hex-name">{name}</span> : null}
      <pre class="hex-bytes">{hexLines(side, layer, place)}</pre>
    </div>
  );
}

function hexLines(side: MarkedSide, layer: DissectedLayer, place: number): ComponentChildren[] {
  const rows = Math.ceil(layer.length / ROW);
  const lines: ComponentChildren[] = [];
  let folded = 0;
  for (let row = 0; row < rows; row++) {
    if (rows > WHOLE_ROWS && !isShown(side, layer, row)) {
      folded += Math.min(ROW, layer.length - row * ROW);
      continue;
    }
    if (folded > 0)
      lines.push(
        <span class="hex-fold">
          {count(folded, 'byte')} more{'\n'}
        </span>,
      );
    folded = 0;
    lines.push(hexLine(side, layer, place, row));
  }
  if (folded > 0)
    lines.push(
      <span class="hex-fold">
        {count(folded, 'byte')} more{'\n'}
      </span>,
    );
  return lines;
}

/** The first two rows of a long layer, and rows with a difference with their neighbours. */
function isShown({ marks }: MarkedSide, { offset, length }: DissectedLayer, row: number): boolean {
  if (row < 2) return true;
  const from = offset + Math.max(0, row - 1) * ROW;
  const to = offset + Math.min(length, (row + 2) * ROW);
  const near = marks.subarray(from, to);
  // Where all of it differs, the start is enough.
  return near.includes(1) && row < WHOLE_ROWS * 4;
}

function hexLine(side: MarkedSide, layer: DissectedLayer, place: number, row: number): VNode {
  const start = layer.offset + row * ROW;
  const end = Math.min(layer.offset + layer.length, start + ROW);
  const runs: ComponentChildren[] = [];
  for (let at = start; at < end;) {
    const from = at;
    const names = fieldsOf(layer, at);
    const isMarked = side.marks[at] === 1;
    while (at < end && fieldsOf(layer, at) === names && (side.marks[at] === 1) === isMarked) at++;
    const text = Array.from(side.bytes.subarray(from, at), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const keys =
      names === ''
        ? ''
        : names
            .split(' ')
            .map((key) => `${place}-${key}`)
            .join(' ');
    runs.push(isMarked ? <mark data-fields={keys}>{text}</mark> : <span data-fields={keys}>{text}</span>);
    if (at < end) runs.push(' ');
  }
  return (
    <>
      <span class="hex-offset">{start.toString(16).padStart(4, '0')}</span> {runs}
      {'\n'}
    </>
  );
}

/** Places of the fields that a byte belongs to. */
const fieldsOf = ({ fields }: DissectedLayer, at: number): string =>
  fields.flatMap(({ offset, length }, place) => (at >= offset && at < offset + length ? [place] : [])).join(' ');

/**
 * Lights up a field with its bytes, either way, for the pointer and the keyboard. Plain text, because pages of evidence carry it as
 * their script.
 */
export const FRAME_SCRIPT = `
(() => {
  'use strict';
  let lit = [];
  const light = (frame, keys) => {
    for (const one of lit) one.classList.remove('lit');
    lit = [];
    if (frame === null) return;
    for (const key of keys) {
      lit.push(...frame.querySelectorAll('tr[data-field="' + key + '"], [data-fields~="' + key + '"]'));
    }
    for (const one of lit) one.classList.add('lit');
  };
  const of = (target) => {
    const part = target instanceof Element ? target.closest('.frame tr[data-field], .frame [data-fields]') : null;
    if (part === null) return light(null, []);
    const keys = part.dataset.field !== undefined ? [part.dataset.field] : part.dataset.fields.split(' ');
    light(part.closest('.frame'), keys.filter((key) => /^[0-9]+-[0-9]+$/.test(key)));
  };
  document.addEventListener('pointerover', (event) => of(event.target));
  document.addEventListener('focusin', (event) => of(event.target));
})();
`;
