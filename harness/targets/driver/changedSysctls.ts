/** Sysctls of a machine that remember what they were, so that what a scenario wrote can be put back. */
import { TargetLost, type SysctlTree, type SysfsResult } from '../../contract/index.js';

const ENOENT = 2;

export class ChangedSysctls implements SysctlTree {
  readonly #tree: SysctlTree;
  /** What was there before the first write, in the order of the first writes. */
  readonly #before = new Map<string, string>();

  constructor(tree: SysctlTree) {
    this.#tree = tree;
  }

  read(name: string): Promise<SysfsResult<string>> {
    return this.#tree.read(name);
  }

  list(folder: string): Promise<SysfsResult<readonly string[]>> {
    return this.#tree.list(folder);
  }

  async write(name: string, value: string): Promise<SysfsResult<void>> {
    if (!this.#before.has(name)) {
      const before = await this.#tree.read(name);
      if (before.ok) this.#before.set(name, before.value);
    }
    return this.#tree.write(name, value);
  }

  /**
   * The last first, because a setting of all devices (`conf/all`) changes that of each. Those of a net device that is gone went with it.
   * @throws TargetLost if one cannot be put back.
   */
  async restore(): Promise<void> {
    for (const [name, value] of [...this.#before].reverse()) {
      this.#before.delete(name);
      const written = await this.#tree.write(name, value.trim());
      if (!written.ok && written.errno !== ENOENT)
        throw new TargetLost(`the sysctl ${name} cannot be put back: errno ${written.errno}`);
    }
  }
}
