/** The host's end of a net device. */
import type {
  HostEnd,
  HostReceive,
  HostTransmit,
  IfIndex,
  ReceiveWait,
  SendResult,
  TransmitTimestamp,
} from '../../contract/index.js';
import { TargetFault } from '../../contract/index.js';
import { toErrno } from './libc.js';
import type { NetNamespace } from './netNamespace.js';
import { PacketReceiver, PacketSender, type ReceivedPacket } from './packetSocket.js';
import { drainUntil, pollUntil } from './readiness.js';
import { EAGAIN, EOPNOTSUPP } from './uapi.js';

/** A full send buffer empties as fast as the frames are delivered. */
const RETRY_MS = 1;
const RETRIES = 100;

export class LinuxHostEnd implements HostEnd {
  readonly ifIndex: IfIndex;
  readonly #onClose: () => void;
  readonly #received: HostReceive[] = [];
  readonly #timestamps: TransmitTimestamp[] = [];
  #namespace: NetNamespace;
  #receiver: PacketReceiver;
  /** Opened by the first frame that is sent. */
  #sender: PacketSender | undefined;
  #open = true;

  constructor(namespace: NetNamespace, ifIndex: IfIndex, onClose: () => void) {
    this.ifIndex = ifIndex;
    this.#onClose = onClose;
    this.#namespace = namespace;
    this.#receiver = openReceiver(namespace, ifIndex);
  }

  /** Goes over to the device of this index in another namespace; what was not taken yet is lost. */
  moveTo(namespace: NetNamespace): void {
    if (!this.#open) return;
    this.#closeSockets();
    this.#received.length = 0;
    this.#timestamps.length = 0;
    this.#namespace = namespace;
    this.#receiver = openReceiver(namespace, this.ifIndex);
  }

  async send(frames: readonly HostTransmit[]): Promise<SendResult> {
    const unsupported = frames.findIndex(({ fragments, queue }) => fragments !== undefined || queue !== undefined);
    const sendable = unsupported < 0 ? frames : frames.slice(0, unsupported);
    const result = await this.#sendAll(sendable);
    if (!result.ok || unsupported < 0) return result;
    return { ok: false, errno: toErrno(EOPNOTSUPP), sent: unsupported };
  }

  async receive({ withinMs, count }: ReceiveWait): Promise<readonly HostReceive[]> {
    await drainUntil(
      this.#receiver.fd,
      () => this.#drain(),
      () => count !== undefined && this.#received.length >= count,
      withinMs,
    );
    return this.#received.splice(0);
  }

  async transmitTimestamps({ withinMs, count }: ReceiveWait): Promise<readonly TransmitTimestamp[]> {
    const drain = (): void => this.#sender?.drainTimestamps((stamp) => void this.#timestamps.push(stamp));
    await pollUntil(drain, () => count !== undefined && this.#timestamps.length >= count, withinMs);
    return this.#timestamps.splice(0);
  }

  async setPolling(): Promise<void> {
    throw new TargetFault('the kernel takes frames off a veth at once; nothing can hold it back');
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#closeSockets();
    this.#onClose();
  }

  async #sendAll(frames: readonly HostTransmit[]): Promise<SendResult> {
    this.#sender ??= openSender(this.#namespace, this.ifIndex);
    let sent = 0;
    for (let tries = 0; ; tries++) {
      const result = this.#sender.send(frames, sent);
      if (result.ok) return result;
      sent += result.sent;
      if (result.errno !== EAGAIN || tries >= RETRIES) return { ...result, sent };
      if (result.sent > 0) tries = 0;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #drain(): void {
    if (this.#open) this.#receiver.drain((packet) => void this.#received.push(hostReceive(packet)));
  }

  #closeSockets(): void {
    this.#receiver.close();
    this.#sender?.close();
    this.#sender = undefined;
  }
}

const openReceiver = (namespace: NetNamespace, ifIndex: IfIndex): PacketReceiver =>
  new PacketReceiver(namespace, { ifIndex, virtioNetHeader: true, direction: 'incoming' });

const openSender = (namespace: NetNamespace, ifIndex: IfIndex): PacketSender =>
  new PacketSender(namespace, { ifIndex, virtioNetHeader: true, bypassQdisc: false });

function hostReceive({ bytes, packetType, vnet, ancillary, time }: ReceivedPacket): HostReceive {
  const { vlan, checksumValid } = ancillary;
  const unfinished = vnet !== undefined && (vnet.flags !== 0 || vnet.gsoType !== 0);
  return {
    bytes,
    packetType,
    checksum: { status: checksumValid ? 'valid' : 'none' },
    ...(unfinished ? { vnet } : {}),
    ...(vlan === undefined ? {} : { vlan }),
    ...(time === undefined ? {} : { timestamps: { software: time } }),
  };
}
