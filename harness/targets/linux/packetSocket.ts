/** AF_PACKET sockets: one that only receives and one that only sends, each bound to a device. */
import {
  decodeVirtioNetHeader,
  encodeVirtioNetHeader,
  VIRTIO_NET_HDR_LENGTH,
  type VirtioNetFields,
} from '../../../reference-impl/packet/virtioNet.js';
import type { IfIndex, Nanoseconds, SendResult, TransmitTimestamp } from '../../contract/index.js';
import { parseAncillary, realtimeOffset, writeTimestampRequest, type Ancillary } from './ancillary.js';
import { checked, closeFd, closeInBackground, int32, libc, setOption, SystemCallError, toErrno } from './libc.js';
import { BATCH, messageBatch } from './messageBatch.js';
import type { NetNamespace } from './netNamespace.js';
import {
  AF_PACKET,
  EAGAIN,
  EINTR,
  EMSGSIZE,
  ENETDOWN,
  ETH_P_ALL,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  PACKET_AUXDATA,
  PACKET_IGNORE_OUTGOING,
  PACKET_OUTGOING,
  PACKET_QDISC_BYPASS,
  PACKET_VNET_HDR,
  SO_RCVBUFFORCE,
  SO_SNDBUFFORCE,
  SO_TIMESTAMPING,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOF_TIMESTAMPING_OPT_ID,
  SOF_TIMESTAMPING_OPT_TSONLY,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOF_TIMESTAMPING_SOFTWARE,
  SOF_TIMESTAMPING_TX_SOFTWARE,
  SOL_PACKET,
  SOL_SOCKET,
} from './uapi.js';

/** Holds some ten thousand frames of a burst that is not read yet. */
const RECEIVE_BUFFER = 64 << 20;
const SEND_BUFFER = 8 << 20;
const NO_HEADER = new Uint8Array(VIRTIO_NET_HDR_LENGTH);

export interface PacketTransmit {
  readonly bytes: Uint8Array;
  readonly vnet?: VirtioNetFields;
  readonly timestampId?: number;
}

export interface ReceivedPacket {
  /** A copy, without the virtio-net header. */
  readonly bytes: Uint8Array;
  readonly packetType: number;
  readonly vnet: VirtioNetFields | undefined;
  readonly ancillary: Ancillary;
  /** On the target's clock. */
  readonly time: Nanoseconds | undefined;
}

export interface PacketSocketOptions {
  readonly ifIndex: IfIndex;
  /** A struct virtio_net_hdr goes before every frame. */
  readonly virtioNetHeader: boolean;
}

export interface PacketReceiverOptions extends PacketSocketOptions {
  /** Frames that the device received, or those that it is about to transmit. */
  readonly direction: 'incoming' | 'outgoing';
}

export interface PacketSenderOptions extends PacketSocketOptions {
  /**
   * Straight to the device. After a change of carrier the kernel gives a device its queueing discipline back up to a second later
   * and silently drops what is sent before; a cable does not.
   */
  readonly bypassQdisc: boolean;
}

export class PacketReceiver {
  readonly fd: number;
  readonly #headerLength: number;
  readonly #outgoing: boolean;

  constructor(namespace: NetNamespace, { ifIndex, virtioNetHeader, direction }: PacketReceiverOptions) {
    this.#headerLength = virtioNetHeader ? VIRTIO_NET_HDR_LENGTH : 0;
    this.#outgoing = direction === 'outgoing';
    this.fd = openPacketSocket(namespace, (fd) => {
      setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
      if (!this.#outgoing) setOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
      setOption(fd, SOL_PACKET, PACKET_AUXDATA, 1);
      if (virtioNetHeader) setOption(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
      setOption(fd, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
      bindTo(fd, ifIndex, ETH_P_ALL);
    });
  }

  /** Hands every frame that is there to `take`, in order. */
  drain(take: (packet: ReceivedPacket) => void): void {
    const batch = messageBatch();
    for (;;) {
      batch.prepareReceive(BATCH);
      const count = libc().recvmmsg(this.fd, batch.headers, BATCH, MSG_DONTWAIT, null);
      if (count === -EAGAIN) return;
      if (count === -EINTR) continue;
      // A device that went down says so once, in place of a frame.
      if (count === -ENETDOWN) continue;
      if (count < 0) throw new SystemCallError('recvmmsg on a packet socket', -count);
      const offset = realtimeOffset();
      for (let slot = 0; slot < count; slot++) {
        if ((batch.packetType(slot) === PACKET_OUTGOING) === this.#outgoing) take(this.#packet(slot, offset));
      }
      if (count < BATCH) return;
    }
  }

  close(): void {
    closeInBackground(this.fd);
  }

  #packet(slot: number, offset: Nanoseconds): ReceivedPacket {
    const batch = messageBatch();
    const at = batch.dataAt(slot);
    const ancillary = parseAncillary(batch.controlView, batch.controlAt(slot), batch.controlLength(slot));
    const { software } = ancillary;
    return {
      bytes: batch.data.slice(at + this.#headerLength, at + batch.receivedLength(slot)),
      packetType: batch.packetType(slot),
      vnet: this.#headerLength === 0 ? undefined : decodeVirtioNetHeader(batch.data, at),
      ancillary,
      time: software === undefined ? undefined : software - offset,
    };
  }
}

/** Bound with protocol 0, so nothing is ever received: its error queue holds transmit timestamps and nothing else. */
export class PacketSender {
  readonly #fd: number;
  readonly #headerLength: number;
  /** Ids that the caller gave, by the key that the kernel counts. */
  readonly #timestampIds = new Map<number, number>();
  #nextKey = 0;

  constructor(namespace: NetNamespace, { ifIndex, virtioNetHeader, bypassQdisc }: PacketSenderOptions) {
    this.#headerLength = virtioNetHeader ? VIRTIO_NET_HDR_LENGTH : 0;
    this.#fd = openPacketSocket(namespace, (fd) => {
      setOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER);
      if (virtioNetHeader) setOption(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
      if (bypassQdisc) setOption(fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1);
      const timestamping = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
      setOption(fd, SOL_SOCKET, SO_TIMESTAMPING, timestamping);
      bindTo(fd, ifIndex, 0);
    });
  }

  /** Sends frames from number `first` on, in order, up to the first that is refused; `sent` counts from `first`. */
  send(frames: readonly PacketTransmit[], first = 0): SendResult {
    const batch = messageBatch();
    let sent = first;
    while (sent < frames.length) {
      const count = Math.min(BATCH, frames.length - sent);
      let fitting = 0;
      while (fitting < count && this.#fill(fitting, frames[sent + fitting])) fitting += 1;
      if (fitting === 0) return { ok: false, errno: toErrno(EMSGSIZE), sent: sent - first };
      const result = libc().sendmmsg(this.#fd, batch.headers, fitting, MSG_DONTWAIT);
      if (result === -EINTR) continue;
      if (result < 0) return { ok: false, errno: toErrno(-result), sent: sent - first };
      for (let slot = 0; slot < result; slot++) this.#remember(frames[sent + slot]?.timestampId);
      sent += result;
    }
    return { ok: true };
  }

  /** The transmit timestamps that came back. */
  drainTimestamps(take: (stamp: TransmitTimestamp) => void): void {
    const batch = messageBatch();
    for (;;) {
      batch.prepareReceive(1);
      // The first struct mmsghdr begins with a struct msghdr.
      const length = libc().recvmsg(this.#fd, batch.headers, MSG_DONTWAIT | MSG_ERRQUEUE);
      if (length === -EINTR) continue;
      if (length < 0) return;
      const { software, timestampKey } = parseAncillary(batch.controlView, batch.controlAt(0), batch.controlLength(0));
      const timestampId = timestampKey === undefined ? undefined : this.#timestampIds.get(timestampKey);
      if (software === undefined || timestampKey === undefined || timestampId === undefined) continue;
      this.#timestampIds.delete(timestampKey);
      take({ timestampId, software: software - realtimeOffset() });
    }
  }

  close(): void {
    closeInBackground(this.#fd);
  }

  #fill(slot: number, frame: PacketTransmit | undefined): boolean {
    const batch = messageBatch();
    if (frame === undefined || frame.bytes.length + this.#headerLength > batch.capacity) return false;
    const at = batch.dataAt(slot);
    if (this.#headerLength > 0) {
      batch.data.set(frame.vnet === undefined ? NO_HEADER : encodeVirtioNetHeader(frame.vnet), at);
    }
    batch.data.set(frame.bytes, at + this.#headerLength);
    const control =
      frame.timestampId === undefined
        ? 0
        : writeTimestampRequest(batch.controlView, batch.controlAt(slot), SOF_TIMESTAMPING_TX_SOFTWARE);
    batch.prepareSend(slot, this.#headerLength + frame.bytes.length, control);
    return true;
  }

  /** SOF_TIMESTAMPING_OPT_ID counts the frames that asked for a stamp. */
  #remember(timestampId: number | undefined): void {
    if (timestampId === undefined) return;
    this.#timestampIds.set(this.#nextKey, timestampId);
    this.#nextKey = (this.#nextKey + 1) >>> 0;
  }
}

function openPacketSocket(namespace: NetNamespace, setUp: (fd: number) => void): number {
  const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
  // Protocol 0: nothing is queued before the socket is bound to its device.
  const fd = checked(
    'socket(AF_PACKET, SOCK_RAW)',
    namespace.inside(() => libc().socket(AF_PACKET, type, 0)),
  );
  try {
    setUp(fd);
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** struct sockaddr_ll. */
function bindTo(fd: number, ifIndex: IfIndex, protocol: number): void {
  const address = new Uint8Array(20);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, protocol);
  address.set(int32(ifIndex), 4);
  const result = libc().bind(fd, address, address.length);
  if (result < 0) throw new SystemCallError(`bind a packet socket to device ${ifIndex}`, -result);
}
