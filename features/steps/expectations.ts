import { AssertionError } from 'node:assert';
import { equalBytes, hex } from '../../reference-impl/packet/bytes.js';

/** A frame is not what it should be; carries both, so that a report can lay them side by side. */
export class FrameMismatch extends AssertionError {
  readonly title: string;
  readonly expectedBytes: Uint8Array | null;
  readonly actualBytes: Uint8Array | null;

  constructor(title: string, expected: Uint8Array | null, actual: Uint8Array | null) {
    const text = (bytes: Uint8Array | null): string => (bytes === null ? 'no frame' : hex(bytes));
    super({ message: `${title}\nexpected ${text(expected)}\ngot      ${text(actual)}` });
    this.title = title;
    this.expectedBytes = expected;
    this.actualBytes = actual;
  }
}

/** Throws FrameMismatch unless both frames are the same, byte for byte; undefined and null mean that there is no frame. */
export function expectFrame(actual: Uint8Array | null | undefined, expected: Uint8Array | null, title: string): void {
  const same =
    expected === null ? actual === null || actual === undefined : actual != null && equalBytes(actual, expected);
  if (!same) throw new FrameMismatch(title, expected, actual ?? null);
}

/** Throws unless the frames are as many as they should be, and the same in the same order. */
export function expectFrames(actual: readonly Uint8Array[], expected: readonly Uint8Array[], title: string): void {
  const longest = Math.max(actual.length, expected.length);
  for (let index = 0; index < longest; index++) {
    expectFrame(actual[index], expected[index] ?? null, `${title}: frame ${index + 1} of ${expected.length}`);
  }
}

/** Throws an AssertionError that says `title` and both numbers. */
export function expectNumber(actual: number, expected: number, title: string): void {
  if (actual !== expected) throw new AssertionError({ message: `${title}: expected ${expected}, got ${actual}` });
}

/** Throws an AssertionError unless the condition holds. */
export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError({ message });
}
