/** A bundle: a folder that holds a certificate with everything that it rests on. */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './digests.js';

export const ENVELOPE_FILE = 'envelope.json';
export const SIGNER_FILE = 'signer.pub';
export const CERTIFICATE_FILE = 'certificate.html';
export const CERTIFICATE_PDF = 'certificate.pdf';
export const RESULTS_FILE = 'results.json';

/** The folder of the run with this seed, the first being 0. */
export const runFolder = (index: number): string => `seed-${index + 1}`;

export interface BundleFiles {
  /** Every file, by its path in the bundle. */
  readonly names: readonly string[];
  /** What is there and is no file and no folder: a link leads out of the bundle. */
  readonly foreign: readonly string[];
}

export function filesOf(folder: string): BundleFiles {
  const names: string[] = [];
  const foreign: string[] = [];
  const walk = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`;
      const stat = lstatSync(join(folder, path));
      if (stat.isDirectory()) walk(path);
      else (stat.isFile() ? names : foreign).push(path);
    }
  };
  if (existsSync(folder)) walk('');
  return { names, foreign };
}

/** SHA-256 of every file but the envelope, by path. */
export function digestsOf(folder: string): Readonly<Record<string, string>> {
  const { names } = filesOf(folder);
  return Object.fromEntries(
    names.filter((name) => name !== ENVELOPE_FILE).map((name) => [name, sha256(readFileSync(join(folder, name)))]),
  );
}
