/** Where the lab lies on disk: nothing of it is part of a checkout, and all of it can be made again. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../runner/cacheFolder.js';

export interface LabFolders {
  readonly root: string;
  /** Packages as they were downloaded. */
  readonly packages: string;
  /** The kernel, its modules and its headers, unpacked. */
  readonly kernel: string;
  /** Source of the modules that Debian does not build, and what was built of it. */
  readonly source: string;
  /** QEMU with its data, unpacked. */
  readonly qemu: string;
  readonly agent: string;
  readonly initramfs: string;
  /** What is done, by step: JSON. */
  readonly stamps: string;
}

export function labFolders(): LabFolders {
  const cache = process.env['NICSPEC_LAB'] ?? join(cacheFolder(), 'lab');
  return {
    root: cache,
    packages: join(cache, 'packages'),
    kernel: join(cache, 'kernel'),
    source: join(cache, 'source'),
    qemu: join(cache, 'qemu'),
    agent: join(cache, 'agent'),
    initramfs: join(cache, 'initramfs.gz'),
    stamps: join(cache, 'stamps.json'),
  };
}

/** `6.12.117+deb12-amd64`, of the kernel that is unpacked; undefined where none is. */
export function kernelRelease({ kernel }: LabFolders): string | undefined {
  const folder = join(kernel, 'lib', 'modules');
  return existsSync(folder) ? readdirSync(folder)[0] : undefined;
}

export const kernelImage = (folders: LabFolders): string =>
  join(folders.kernel, 'boot', `vmlinuz-${kernelRelease(folders) ?? ''}`);

/** How fast the machine emulates: KVM where it truly works. */
export type Accelerator = 'kvm' | 'tcg';

export interface Stamps {
  /** The digest of what a step was made from, by step. */
  readonly steps: Readonly<Record<string, string>>;
  readonly accelerator?: Accelerator;
}

export function readStamps({ stamps }: LabFolders): Stamps {
  try {
    // Written by writeStamps alone; a file that is damaged is as good as none.
    return JSON.parse(readFileSync(stamps, 'utf8')) as Stamps;
  } catch {
    return { steps: {} };
  }
}
