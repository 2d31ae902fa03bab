/** What a device says of a subject. */
import type { Scalar } from './values.js';

/** What bounds a key on one device. */
export interface Limit {
  readonly least?: number;
  readonly most?: number;
  /** Names that may be chosen from. */
  readonly choices?: readonly string[];
  /** Why it cannot be changed. */
  readonly fixed?: string;
  /** What was asked for, where it is not so. */
  readonly wanted?: Scalar;
}

export type Row = Readonly<Record<string, Scalar>>;

export interface Reading {
  readonly values: Row;
  readonly limits: Readonly<Record<string, Limit>>;
  /** Of a subject that is a table. */
  readonly rows?: readonly Row[];
}
