/** What was certified, by digest: the adapter's files, the device and the kernel that answered, the suite that asked. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { TargetIdentity } from '../contract/index.js';
import { digestOf, filesBelow, PROJECT_ROOT, slashed } from '../runner/project.js';
import { UsageError } from '../runner/usage.js';
import type { ResourceDescriptor } from './statement.js';

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const described = (name: string, digest: string): ResourceDescriptor => ({ name, digest: { sha256: digest } });

/**
 * The adapter's files: those that the target's name names, and those that were named beside it. Folders are taken whole.
 * @throws UsageError for a file that is not there.
 */
export function adapterFiles(target: string, more: readonly string[], folder: string): readonly ResourceDescriptor[] {
  const named = target
    .replace(/^[a-z]+:/, '')
    .split(/[\s"']+/)
    .filter((word) => word !== '' && existsSync(resolve(folder, word)) && statSync(resolve(folder, word)).isFile());
  for (const path of more)
    if (!existsSync(resolve(folder, path))) throw new UsageError(`--subject ${path}: there is no such file or folder`);
  const files = new Set([...named, ...more].flatMap((path) => filesAt(resolve(folder, path))));
  return [...files].sort().map((file) => described(slashed(relative(folder, file)), sha256(readFileSync(file))));
}

const filesAt = (path: string): readonly string[] =>
  statSync(path).isDirectory() ? filesBelow(path, ['']).filter(isFile) : [path];

const isFile = (path: string): boolean => statSync(path).isFile();

/** Device, driver, firmware and kernel as they named themselves. */
export function identitySubjects({ device, kernel }: TargetIdentity): readonly ResourceDescriptor[] {
  const { vendor, model, driver, driverVersion, firmwareVersion } = device;
  return [
    described(`device ${vendor} ${model}`, sha256(JSON.stringify([vendor, model]))),
    described(`driver ${driver} ${driverVersion}`, sha256(JSON.stringify([driver, driverVersion]))),
    described(`firmware ${firmwareVersion}`, sha256(JSON.stringify([firmwareVersion]))),
    described(`kernel ${kernel.name} ${kernel.release}`, sha256(JSON.stringify([kernel.name, kernel.release]))),
  ];
}

/** Of all subjects together, for the seed that they decide. */
export const subjectDigest = (subjects: readonly ResourceDescriptor[]): string =>
  sha256(subjects.map(({ name, digest }) => `${name}\0${digest.sha256}\n`).join(''));

/** What the suite is called among the descriptors of the statement's configuration. */
export const SUITE_SUBJECT = 'suite';

/** The code that asked: what is in dist/. */
export const suiteDigest = (): string => digestOf(PROJECT_ROOT, filesBelow(join(PROJECT_ROOT, 'dist'), ['.js']));
