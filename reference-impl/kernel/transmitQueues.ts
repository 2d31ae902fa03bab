/** Frames on their way to a driver: queues that it has stopped, and what waits for them. */
import type { PortName, QueueIndex } from '../../harness/contract/index.js';
import type { TxFrame } from './frames.js';
import { portOf, type NetDevice } from './netDevice.js';

interface Waiting {
  readonly netDevice: NetDevice;
  readonly queue: QueueIndex;
  readonly frame: TxFrame;
}

export class TransmitQueues {
  readonly #stopped = new Map<PortName, Set<QueueIndex>>();
  #backlog: Waiting[] = [];
  /** Frames that found their queue full, since ever. */
  dropped = 0;

  reset(): void {
    this.#stopped.clear();
    this.#backlog = [];
  }

  /** The port is gone, with what was to leave through it. */
  forget(netDevice: NetDevice, port: PortName): void {
    this.#stopped.delete(port);
    this.#backlog = this.#backlog.filter((waiting) => waiting.netDevice !== netDevice);
  }

  /** netif_tx_stop_queue() and netif_tx_wake_queue(). */
  setStopped(port: PortName, queue: QueueIndex, stopped: boolean): void {
    const queues = this.#stoppedQueues(port);
    if (stopped) queues.add(queue);
    else queues.delete(queue);
  }

  /** To the driver, or behind what waits already; beyond the length of the queue it is dropped (NET_XMIT_DROP), and counted there. */
  async enqueue(netDevice: NetDevice, queue: QueueIndex, frame: TxFrame): Promise<void> {
    const { device, port } = portOf(netDevice);
    const isSent = !this.#waits(netDevice, queue) && (await device.netDevice.transmit(port, queue, frame)) === 'ok';
    if (isSent) return;
    const waiting = this.#backlog.filter((each) => each.netDevice === netDevice && each.queue === queue).length;
    if (waiting < netDevice.txQueueLength) this.#backlog.push({ netDevice, queue, frame });
    else {
      this.dropped++;
      netDevice.queueDrops[queue] = (netDevice.queueDrops[queue] ?? 0) + 1;
    }
  }

  /** Whether something waits for a queue that goes again. */
  get canDrain(): boolean {
    return this.#backlog.some(({ netDevice, queue }) => !this.#stoppedQueues(portOf(netDevice).port).has(queue));
  }

  async drain(): Promise<void> {
    const waiting = this.#backlog;
    if (waiting.length === 0) return;
    this.#backlog = [];
    for (const entry of waiting) {
      const { netDevice, queue, frame } = entry;
      const { device, port } = portOf(netDevice);
      if (this.#waits(netDevice, queue) || (await device.netDevice.transmit(port, queue, frame)) === 'busy')
        this.#backlog.push(entry);
    }
  }

  #waits(netDevice: NetDevice, queue: QueueIndex): boolean {
    return (
      this.#stoppedQueues(portOf(netDevice).port).has(queue) ||
      this.#backlog.some((waiting) => waiting.netDevice === netDevice && waiting.queue === queue)
    );
  }

  #stoppedQueues(port: PortName): Set<QueueIndex> {
    let queues = this.#stopped.get(port);
    if (queues === undefined) {
      queues = new Set();
      this.#stopped.set(port, queues);
    }
    return queues;
  }
}
