/** /proc/sys of the reference kernel: settings by name (kernel/sysctl.c). */
import type { DriverResult } from '../../harness/contract/index.js';
import { EINVAL, ENOENT, OK, refused } from './errno.js';

/** One setting: a whole number, as proc_dointvec() and its kin have them. */
export interface Sysctl {
  readonly value: number;
  /** proc_dointvec_minmax(). */
  readonly least?: number;
  readonly most?: number;
  set(value: number): void;
}

/** Answers the setting with this name, or undefined where it has none. */
export type SysctlProvider = (name: string) => Sysctl | undefined;

/** strtoul() of base 0, with a sign before it. */
const NUMBER = /^-?(?:0x[0-9a-f]+|\d+)$/i;
const LEAST = -0x8000_0000;
const MOST = 0x7fff_ffff;

export class Sysctls {
  readonly #providers: SysctlProvider[] = [];

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

  #find(name: string): Sysctl | undefined {
    for (const provider of this.#providers) {
      const found = provider(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
