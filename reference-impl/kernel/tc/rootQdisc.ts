/** The queue discipline at the root of a net device, as the kernel attaches it by itself: attach_default_qdiscs() of sch_generic.c. */
import type { NetDevice } from '../netDevice.js';

/** A discipline with a class of its own for each transmit queue, or one that is a single queue, or none at all. */
export type RootKind = 'noop' | 'noqueue' | 'mq' | 'pfifo_fast';

export interface RootQdisc {
  readonly kind: RootKind;
  /** Of mq: how many queues have a pfifo_fast of their own. */
  readonly queues: number;
}

/** Until a device is opened for the first time it has noop; a device without hardware of its own (IFF_NO_QUEUE) never queues. */
export function rootQdiscOf({ lower, hasQueues, maxTxQueues, realTxQueues }: NetDevice): RootQdisc {
  if (!hasQueues) return { kind: 'noop', queues: 0 };
  if (lower.kind !== 'port') return { kind: 'noqueue', queues: 0 };
  return maxTxQueues > 1 ? { kind: 'mq', queues: realTxQueues } : { kind: 'pfifo_fast', queues: 0 };
}
