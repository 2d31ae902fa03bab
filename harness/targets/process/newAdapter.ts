/** A new adapter: a folder with a device that runs at once, and says where it has to be filled in. */
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../runner/project.js';
import { UsageError } from '../../runner/usage.js';

export const ADAPTER_LANGUAGES = ['ts', 'python', 'c'] as const;
export type AdapterLanguage = (typeof ADAPTER_LANGUAGES)[number];

/** How the target of a fresh adapter is called, in its folder. */
export const ADAPTER_TARGETS: Readonly<Record<AdapterLanguage, string>> = {
  ts: 'module:nic.ts',
  python: 'process:"python3 nic.py"',
  c: 'process:"make -s && ./nic"',
};

export const templateFolder = (language: AdapterLanguage): string =>
  join(PROJECT_ROOT, 'harness', 'targets', 'process', 'templates', language);

/**
 * Writes the files of a new adapter; answers their names.
 * @throws UsageError if the folder has something in it.
 */
export function writeNewAdapter(language: AdapterLanguage, folder: string): readonly string[] {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new UsageError(`${folder} is not empty; a new adapter needs a folder of its own`);
  const template = templateFolder(language);
  cpSync(template, folder, { recursive: true });
  return readdirSync(template).sort();
}
