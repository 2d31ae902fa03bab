/** What a dump that is read in parts is held against: dev_base_seq, and inet_base_seq() on top of it. */
import type { KernelState } from '../kernelState.js';

/** Counts what is added to the net devices and what goes. */
export function countNetDevices(kernel: KernelState): () => number {
  let changes = 1;
  kernel.notifiers.push((event) => {
    if (event === 'NETDEV_REGISTER' || event === 'NETDEV_UNREGISTER') changes++;
  });
  return () => changes;
}
