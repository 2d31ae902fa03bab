/** Two frames side by side: which fields differ, and the bytes with the differing ones marked. */
import type { ComponentChildren, VNode } from 'preact';
import { fromHex } from '../../../reference-impl/packet/bytes.js';
import { dissect, fieldsAt, type Dissection } from '../../../reference-impl/packet/dissect.js';
import { compareFrames, type FieldDifference } from '../../evidence/frameDifference.js';
import type { FrameMismatchRecord } from '../../runner/records.js';
import { count } from '../../site/words.js';

const ROW = 16;
/** Rows that are shown around a row with a difference. */
const CONTEXT = 1;
const MOST_ROWS = 96;
const MOST_FIELDS = 24;

export function ByteView({ mismatch }: { readonly mismatch: FrameMismatchRecord }): VNode {
  const expected = side(mismatch.expected);
  const got = side(mismatch.actual);
  const only = expected === null || got === null ? (expected ?? got) : null;
  return (
    <div>
      <h3>Expected and got: {mismatch.title}</h3>
      {only !== null ? (
        <OneFrame frame={only} isExpected={expected !== null} />
      ) : expected !== null && got !== null ? (
        <TwoFrames expected={expected} got={got} />
      ) : null}
    </div>
  );
}

/** Rows of a frame that has no other to be compared with. */
const FIRST_ROWS = 12;

/** A frame that did not come, or that should not have come: what it is, and its first bytes. */
function OneFrame({ frame, isExpected }: { readonly frame: Side; readonly isExpected: boolean }): VNode {
  const { bytes, dissection } = frame;
  const kinds = dissection.layers.map(({ kind }) => kind).join(', ');
  const rows = Math.min(FIRST_ROWS, Math.ceil(bytes.length / ROW));
  const unmarked = new Uint8Array(bytes.length);
  return (
    <>
      <p>
        {isExpected ? 'Got no frame. Expected this one' : 'Expected no frame. Got this one'} of{' '}
        {count(bytes.length, 'byte')}: {kinds}.
      </p>
      <table class="bytes">
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            <tr>
              <Offset row={row} />
              <td>{rowBytes(frame, unmarked, row)}</td>
            </tr>
          ))}
          {rows * ROW < bytes.length ? (
            <tr class="fold">
              <td colSpan={2}>and {count(bytes.length - rows * ROW, 'byte')} more</td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </>
  );
}

const Offset = ({ row }: { readonly row: number }): VNode => (
  <th scope="row">{(row * ROW).toString(16).padStart(4, '0')}</th>
);

function TwoFrames({ expected, got }: { readonly expected: Side; readonly got: Side }): VNode {
  const { expectedMarks, gotMarks, fields } = compareFrames(expected.bytes, got.bytes);
  return (
    <>
      <Differences fields={fields} />
      <table class="bytes">
        <thead>
          <tr>
            <th scope="col">offset</th>
            <th scope="col">expected, {count(expected.bytes.length, 'byte')}</th>
            <th scope="col">got, {count(got.bytes.length, 'byte')}</th>
          </tr>
        </thead>
        <tbody>
          {shownRows(expectedMarks, gotMarks).map((row) =>
            row.kind === 'fold' ? (
              <tr class="fold">
                <td colSpan={3}>{row.text}</td>
              </tr>
            ) : (
              <tr>
                <Offset row={row.index} />
                <td class="e" data-short="exp">
                  {rowBytes(expected, expectedMarks, row.index)}
                </td>
                <td class="g" data-short="got">
                  {rowBytes(got, gotMarks, row.index)}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </>
  );
}

interface Side {
  readonly bytes: Uint8Array;
  readonly dissection: Dissection;
}

function side(text: string | null): Side | null {
  if (text === null) return null;
  const bytes = fromHex(text);
  return { bytes, dissection: dissect(bytes) };
}

function Differences({ fields }: { readonly fields: readonly FieldDifference[] }): VNode | null {
  if (fields.length === 0) return null;
  const shown = fields.slice(0, MOST_FIELDS);
  return (
    <table class="differences">
      <thead>
        <tr>
          <th scope="col">field</th>
          <th scope="col">expected</th>
          <th scope="col">got</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ layer, field, expected, got }) => (
          <tr>
            <th scope="row">{field === '' || field === layer ? layer : `${layer} ${field}`}</th>
            <td data-label="expected">{expected ?? 'none'}</td>
            <td data-label="got">{got ?? 'none'}</td>
          </tr>
        ))}
        {fields.length > shown.length ? (
          <tr>
            <td colSpan={3}>and {count(fields.length - shown.length, 'field')} more</td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

type ShownRow = { readonly kind: 'bytes'; readonly index: number } | { readonly kind: 'fold'; readonly text: string };

/** Rows with a difference and their neighbours; runs of equal rows are one line. */
function shownRows(expectedMarks: Uint8Array, gotMarks: Uint8Array): ShownRow[] {
  const length = Math.max(expectedMarks.length, gotMarks.length);
  const total = Math.ceil(length / ROW);
  const differs = (row: number): boolean =>
    [expectedMarks, gotMarks].some((marks) => marks.subarray(row * ROW, row * ROW + ROW).includes(1));
  const near = new Uint8Array(total);
  for (let row = 0; row < total; row++) {
    if (differs(row)) near.fill(1, Math.max(0, row - CONTEXT), row + CONTEXT + 1);
  }
  const rows: ShownRow[] = [];
  let shown = 0;
  for (let row = 0; row < total;) {
    const start = row;
    while (row < total && near[row] === 0) row++;
    // A fold takes a line itself.
    if (row - start === 1) rows.push({ kind: 'bytes', index: start });
    else if (row > start)
      rows.push({ kind: 'fold', text: `${count(Math.min(row * ROW, length) - start * ROW, 'byte')} alike` });
    while (row < total && near[row] === 1) {
      if (shown++ >= MOST_ROWS) return [...rows, { kind: 'fold', text: 'the rest is in the capture' }];
      rows.push({ kind: 'bytes', index: row++ });
    }
  }
  return rows;
}

function rowBytes(frame: Side, marks: Uint8Array, row: number): ComponentChildren {
  const end = Math.min(frame.bytes.length, (row + 1) * ROW);
  const parts: ComponentChildren[] = [];
  for (let at = row * ROW; at < end;) {
    const start = at;
    const isMarked = marks[at] === 1;
    const name = isMarked ? fieldNames(frame, at) : '';
    while (at < end && (marks[at] === 1) === isMarked && (!isMarked || fieldNames(frame, at) === name)) at++;
    const text = Array.from(frame.bytes.subarray(start, at), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    parts.push(isMarked ? <mark title={name}>{text}</mark> : text);
    if (at < end) parts.push(' ');
  }
  return parts;
}

const fieldNames = (frame: Side, at: number): string =>
  fieldsAt(frame.dissection, at)
    .map(({ layer, field }) => (layer.kind === field.name ? field.name : `${layer.kind} ${field.name}`))
    .join(', ');
