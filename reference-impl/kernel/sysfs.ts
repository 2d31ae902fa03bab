/** What the reference kernel shows below /sys: attributes by path, each answered by the subsystem that registered it. */
import type { Errno, SysfsResult } from '../../harness/contract/index.js';
import { EACCES, ENODEV, ENOENT } from './errno.js';
import type { ReferenceKernel } from './kernel.js';
import type { NetDevice } from './netDevice.js';

/** One attribute or folder. A path component in `path` that starts with a colon stands for any name: `class/net/:netDevice/mtu`. */
export interface SysfsNode {
  readonly path: string;
  /** With a newline at its end, as the kernel's own have. */
  readonly show?: (names: readonly string[]) => SysfsResult<string>;
  readonly store?: (names: readonly string[], value: string) => Promise<SysfsResult<void>>;
  readonly list?: (names: readonly string[]) => SysfsResult<readonly string[]>;
}

const failed = (errno: Errno): { ok: false; errno: Errno } => ({ ok: false, errno });

export class Sysfs {
  readonly #nodes: { readonly node: SysfsNode; readonly parts: readonly string[] }[] = [];

  register(...nodes: readonly SysfsNode[]): void {
    for (const node of nodes) this.#nodes.push({ node, parts: node.path.split('/') });
  }

  read(path: string): SysfsResult<string> {
    const found = this.#find(path, ({ show }) => show !== undefined);
    if (found === undefined) return failed(ENOENT);
    return found.node.show?.(found.names) ?? failed(EACCES);
  }

  async write(path: string, value: string): Promise<SysfsResult<void>> {
    const found = this.#find(path, ({ store }) => store !== undefined);
    if (found === undefined) return failed(ENOENT);
    return found.node.store?.(found.names, value) ?? failed(EACCES);
  }

  list(path: string): SysfsResult<readonly string[]> {
    const found = this.#find(path, ({ list }) => list !== undefined);
    return found?.node.list?.(found.names) ?? failed(ENOENT);
  }

  /** The node that can do it, or else one of that path, which cannot. */
  #find(path: string, can: (node: SysfsNode) => boolean): { node: SysfsNode; names: readonly string[] } | undefined {
    const wanted = path.split('/').filter((part) => part !== '');
    const matching = this.#nodes.flatMap(({ node, parts }) => {
      if (parts.length !== wanted.length) return [];
      const names: string[] = [];
      for (const [index, part] of parts.entries()) {
        const name = wanted[index] ?? '';
        if (part.startsWith(':')) names.push(name);
        else if (part !== name) return [];
      }
      return [{ node, names }];
    });
    return matching.find(({ node }) => can(node)) ?? matching[0];
  }
}

/** An attribute of each net device: net/core/net-sysfs.c. */
export function netDeviceAttribute(
  kernel: ReferenceKernel,
  name: string,
  show: (netDevice: NetDevice) => string | SysfsResult<string>,
): SysfsNode {
  return {
    path: `class/net/:netDevice/${name}`,
    show: ([netDeviceName = '']) => {
      const netDevice = kernel.findByName(netDeviceName);
      if (netDevice === undefined) return failed(ENODEV);
      const shown = show(netDevice);
      return typeof shown === 'string' ? { ok: true, value: `${shown}\n` } : shown;
    },
  };
}

/** The attributes that every net device has. */
export function registerNetDevices(sysfs: Sysfs, kernel: ReferenceKernel): void {
  const changes = (netDevice: NetDevice): string => String(netDevice.carrierUpCount + netDevice.carrierDownCount);
  const numbered = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  sysfs.register(
    { path: 'class/net', list: () => ({ ok: true, value: [...kernel.netDevices.values()].map(({ name }) => name) }) },
    netDeviceAttribute(kernel, 'address', ({ address }) => address),
    netDeviceAttribute(kernel, 'mtu', ({ mtu }) => String(mtu)),
    netDeviceAttribute(kernel, 'carrier_changes', changes),
    {
      path: 'class/net/:netDevice/queues',
      list: ([name = '']) => {
        const netDevice = kernel.findByName(name);
        if (netDevice === undefined) return failed(ENOENT);
        const { realRxQueues, realTxQueues } = netDevice;
        return { ok: true, value: [...numbered('rx', realRxQueues), ...numbered('tx', realTxQueues)] };
      },
    },
  );
}
