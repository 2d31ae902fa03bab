/** AF_PACKET sockets: what is seen of a net device by whoever listens there. */
import type { HostReceive, PortName, TransmitTimestamp } from '../../harness/contract/index.js';
import { portOf, type NetDevice } from './netDevice.js';

/** What came in, and the transmit timestamps that came back. */
export interface PacketSocket {
  /** After a reset: the new one of the same name. */
  netDevice: NetDevice;
  readonly received: HostReceive[];
  readonly timestamps: TransmitTimestamp[];
}

export class PacketSockets {
  readonly #sockets = new Set<PacketSocket>();

  open(netDevice: NetDevice): PacketSocket {
    const socket: PacketSocket = { netDevice, received: [], timestamps: [] };
    this.#sockets.add(socket);
    return socket;
  }

  /** Those that are open. */
  get all(): Iterable<PacketSocket> {
    return this.#sockets;
  }

  close(socket: PacketSocket): void {
    this.#sockets.delete(socket);
  }

  /** The net device is gone. */
  forget(netDevice: NetDevice): void {
    for (const socket of this.#sockets) if (socket.netDevice === netDevice) this.#sockets.delete(socket);
  }

  /** After a reset. A socket of a net device that a scenario made has none any more. */
  reopen(find: (name: string) => NetDevice | undefined): void {
    for (const socket of this.#sockets) {
      socket.received.length = 0;
      socket.timestamps.length = 0;
      const netDevice = find(socket.netDevice.name);
      if (netDevice === undefined) this.#sockets.delete(socket);
      else socket.netDevice = netDevice;
    }
  }

  tap(netDevice: NetDevice, frame: HostReceive): void {
    for (const socket of this.#sockets) if (socket.netDevice === netDevice) socket.received.push(frame);
  }

  /** skb_tstamp_tx(). */
  stamp(port: PortName, timestamp: TransmitTimestamp): void {
    for (const { netDevice, timestamps } of this.#sockets)
      if (portOf(netDevice).port === port) timestamps.push(timestamp);
  }
}
