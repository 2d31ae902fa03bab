/**
 * Seeds of a certification: one that never changes, one that the subject decides, and one that whoever will verify has drawn. A device
 * that knows the first two by heart does not know the third.
 */
import { createHash, randomBytes } from 'node:crypto';

/** Cases that each law tries with each seed. */
export const CERTIFICATION_RUNS = 100;

/** The seed that never changes. */
export const FIRST_SEED = 1;

export interface Challenge {
  /** Hexadecimal. */
  readonly value: string;
  /** `verifier`: given on the command line. `own`: drawn by whoever certifies, and so worth less. */
  readonly drawnBy: 'verifier' | 'own';
}

export const ownChallenge = (): Challenge => ({ value: randomBytes(16).toString('hex'), drawnBy: 'own' });

/** The three seeds, in their order. */
export function seedsOf(subjectDigest: string, specDigest: string, challenge: string): readonly number[] {
  return [FIRST_SEED, seedFrom(`subject ${subjectDigest} ${specDigest}`), seedFrom(`challenge ${challenge}`)];
}

/** A positive number of 31 bits. */
const seedFrom = (text: string): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) & 0x7fff_ffff || 1;
