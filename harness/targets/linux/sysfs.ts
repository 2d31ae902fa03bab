/** The part of sysfs that a namespace sees. */
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { SysfsResult, SysfsTree } from '../../contract/index.js';
import { closeFd, toErrno } from './libc.js';
import type { NetNamespace } from './netNamespace.js';
import { EINVAL } from './uapi.js';

/** Reads through a mount of its own, because a mount of sysfs shows the devices of the namespace in which it was mounted. */
export class NamespaceSysfs implements SysfsTree {
  #namespace: NetNamespace;
  #mount: number | undefined;

  constructor(namespace: NetNamespace) {
    this.#namespace = namespace;
  }

  moveTo(namespace: NetNamespace): void {
    this.close();
    this.#namespace = namespace;
  }

  async read(path: string): Promise<SysfsResult<string>> {
    return this.#at(path, (file) => readFileSync(file, 'utf8'));
  }

  async write(path: string, value: string): Promise<SysfsResult<void>> {
    // Some attributes ask for the namespace of the writing thread.
    return this.#at(path, (file) => {
      // An attribute that does not exist is ENOENT; creating it would be EACCES.
      lstatSync(file);
      writeFileSync(file, value, { flag: 'r+' });
    });
  }

  async list(path: string): Promise<SysfsResult<readonly string[]>> {
    return this.#at(path, (file) => readdirSync(file).sort());
  }

  close(): void {
    if (this.#mount !== undefined) closeFd(this.#mount);
    this.#mount = undefined;
  }

  #at<Value>(path: string, action: (file: string) => Value): SysfsResult<Value> {
    if (path.split('/').includes('..')) return { ok: false, errno: toErrno(EINVAL) };
    const mount = (this.#mount ??= this.#namespace.mountSysfs());
    try {
      return { ok: true, value: this.#namespace.inside(() => action(`/proc/thread-self/fd/${mount}/${path}`)) };
    } catch (error) {
      const errno = error instanceof Error && 'errno' in error ? error.errno : undefined;
      if (typeof errno !== 'number') throw error;
      return { ok: false, errno: toErrno(Math.abs(errno)) };
    }
  }
}
