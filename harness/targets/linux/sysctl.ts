/** The sysctls of a namespace. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { SysctlTree, SysfsResult } from '../../contract/index.js';
import { toErrno } from './libc.js';
import type { NetNamespace } from './netNamespace.js';
import { EINVAL } from './uapi.js';

/** /proc/sys/net shows what belongs to the namespace of the thread that opens a file there. */
export class NamespaceSysctl implements SysctlTree {
  #namespace: NetNamespace;

  constructor(namespace: NetNamespace) {
    this.#namespace = namespace;
  }

  moveTo(namespace: NetNamespace): void {
    this.#namespace = namespace;
  }

  async read(name: string): Promise<SysfsResult<string>> {
    return this.#at(name, (file) => readFileSync(file, 'utf8'));
  }

  async write(name: string, value: string): Promise<SysfsResult<void>> {
    return this.#at(name, (file) => writeFileSync(file, value, { flag: 'r+' }));
  }

  async list(folder: string): Promise<SysfsResult<readonly string[]>> {
    return this.#at(folder, (path) => readdirSync(path).sort());
  }

  #at<Value>(name: string, action: (file: string) => Value): SysfsResult<Value> {
    if (name.split('/').includes('..')) return { ok: false, errno: toErrno(EINVAL) };
    try {
      return { ok: true, value: this.#namespace.inside(() => action(`/proc/sys/${name}`)) };
    } catch (error) {
      const errno = error instanceof Error && 'errno' in error ? error.errno : undefined;
      if (typeof errno !== 'number') throw error;
      return { ok: false, errno: toErrno(Math.abs(errno)) };
    }
  }
}
