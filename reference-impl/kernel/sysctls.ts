/** /proc/sys of the reference kernel: settings by name (kernel/sysctl.c). */
import type { DriverResult } from '../../harness/contract/index.js';
import { EINVAL, ENOENT, ENOTDIR, OK, refused } from './errno.js';
import type { NetDevice } from './netDevice.js';

/** One setting: a whole number, as proc_dointvec() and its kin have them. */
export interface Sysctl {
  readonly value: number;
  /** proc_dointvec_minmax(). */
  readonly least?: number;
  readonly most?: number;
  set(value: number): void;
}

/** Settings that belong together. */
export interface SysctlProvider {
  /** The setting with this name, or undefined where it has none. */
  find(name: string): Sysctl | undefined;
  /** All that there are now. */
  names(): Iterable<string>;
}

/** Rules of the settings that a seeded defect may replace. */
export interface SysctlParts {
  /** devinet_sysctl_register(), addrconf_sysctl_register(): the folder of a net device's settings. */
  readonly folderOf: (netDevice: NetDevice) => string;
  /** What a folder lists, of what is in it. */
  readonly listed: (names: readonly string[]) => readonly string[];
}

export const CONFORMING_SYSCTLS: SysctlParts = { folderOf: ({ name }) => name, listed: (names) => names };

/** strtoul() of base 0, with a sign before it. */
const NUMBER = /^-?(?:0x[0-9a-f]+|\d+)$/i;
const LEAST = -0x8000_0000;
const MOST = 0x7fff_ffff;

export class Sysctls {
  readonly #providers: SysctlProvider[] = [];
  readonly #parts: SysctlParts;

  constructor(parts: SysctlParts = CONFORMING_SYSCTLS) {
    this.#parts = parts;
  }

  provide(provider: SysctlProvider): void {
    this.#providers.push(provider);
  }

  read(name: string): DriverResult<string> {
    const sysctl = this.#find(name);
    return sysctl === undefined ? refused(ENOENT) : { ok: true, value: `${sysctl.value}\n` };
  }

  write(name: string, text: string): DriverResult {
    const sysctl = this.#find(name);
    if (sysctl === undefined) return refused(ENOENT);
    const { least = LEAST, most = MOST } = sysctl;
    const word = text.trim();
    const value = word.startsWith('-') ? -Number(word.slice(1)) : Number(word);
    if (!NUMBER.test(word) || value < least || value > most) return refused(EINVAL);
    sysctl.set(value);
    return OK;
  }

  /** proc_sys_readdir(). */
  list(folder: string): DriverResult<readonly string[]> {
    const prefix = folder.replace(/\/*$/, '/');
    const listed = new Set<string>();
    for (const provider of this.#providers)
      for (const name of provider.names())
        if (name.startsWith(prefix)) listed.add(name.slice(prefix.length).split('/', 1)[0] ?? '');
    if (listed.size > 0) return { ok: true, value: this.#parts.listed([...listed].sort()) };
    return refused(this.#find(folder) === undefined ? ENOENT : ENOTDIR);
  }

  #find(name: string): Sysctl | undefined {
    for (const provider of this.#providers) {
      const found = provider.find(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
