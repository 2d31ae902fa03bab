/** How nettool is made wrong in one way. */
import type { NettoolParts } from '../nettool/parts.js';
import type { Scalar } from '../nettool/values.js';
import type { Defect } from './defect.js';

export const nettool =
  (change: Partial<NettoolParts>): NonNullable<Defect['nettool']> =>
  (parts) => ({ ...parts, ...change });

/** One key goes out as another value, or not at all. */
export const tells = (
  subject: string,
  key: string,
  as: (value: Scalar) => Scalar | undefined,
): NonNullable<Defect['nettool']> =>
  nettool({ told: (about, name, value) => (about === subject && name === key ? as(value) : value) });
