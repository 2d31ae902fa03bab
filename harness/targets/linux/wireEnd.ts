/**
 * The far end of the cable. Frames go in at w0, the peer of the device. They come out at w1, where they are seen as it transmits
 * them: finished, and before the kernel's queue to the next device, which loses what goes beyond a thousand frames at once.
 */
import type { ReceiveWait, WireEnd, WireFrame } from '../../contract/index.js';
import { TargetFault } from '../../contract/index.js';
import { errnoName } from '../../../reference-impl/netlink/errnoNames.js';
import { withTag } from '../driver/farEnd.js';
import { PacketReceiver, PacketSender, type ReceivedPacket } from './packetSocket.js';
import { drainUntil } from './readiness.js';
import { EAGAIN, ENETDOWN, ENOBUFS } from './uapi.js';
import type { VethCable } from './vethCable.js';

const RETRY_MS = 1;
const RETRIES = 100;

export class LinuxWireEnd implements WireEnd {
  readonly #received: WireFrame[] = [];
  readonly #onClose: () => void;
  #cable: VethCable;
  #receiver: PacketReceiver;
  /** Opened by the first frame that is sent. */
  #sender: PacketSender | undefined;
  #open = true;

  constructor(cable: VethCable, onClose: () => void) {
    this.#onClose = onClose;
    this.#cable = cable;
    this.#receiver = openReceiver(cable);
  }

  /** Goes over to another cable; what was not taken yet is lost. */
  moveTo(cable: VethCable): void {
    if (!this.#open) return;
    this.#closeSockets();
    this.#received.length = 0;
    this.#cable = cable;
    this.#receiver = openReceiver(cable);
  }

  /** A frame that the device does not take is gone, as on a cable. */
  async send(frames: readonly WireFrame[]): Promise<void> {
    if (frames.some(({ fcs }) => fcs !== undefined)) {
      throw new TargetFault('frames on a veth have no frame check sequence that could be wrong');
    }
    this.#sender ??= openSender(this.#cable);
    let first = 0;
    for (let tries = 0; first < frames.length;) {
      const result = this.#sender.send(frames, first);
      if (result.ok) return;
      first += result.sent;
      switch (result.errno) {
        // Nobody takes it: the device is down, or the frame is longer than the device's MTU allows.
        case ENOBUFS:
        case ENETDOWN:
          first += 1;
          break;
        case EAGAIN:
          if (++tries > RETRIES) throw new TargetFault('the cable does not take frames any more');
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          break;
        default:
          throw new TargetFault(
            `a frame of ${frames[first]?.bytes.length ?? 0} bytes cannot be put on the cable: ${errnoName(result.errno)}`,
          );
      }
    }
  }

  async receive({ withinMs, count }: ReceiveWait): Promise<readonly WireFrame[]> {
    await drainUntil(
      this.#receiver.fd,
      () => this.#drain(),
      () => count !== undefined && this.#received.length >= count,
      withinMs,
    );
    return this.#received.splice(0);
  }

  setCarrier(up: boolean): Promise<void> {
    return this.#cable.setCarrier(up);
  }

  setPartner(): Promise<void> {
    return Promise.reject(new TargetFault('the peer of a veth does not negotiate'));
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#closeSockets();
    this.#onClose();
  }

  #drain(): void {
    if (this.#open) this.#receiver.drain((packet) => void this.#received.push(wireFrame(packet)));
  }

  #closeSockets(): void {
    this.#receiver.close();
    this.#sender?.close();
    this.#sender = undefined;
  }
}

const openReceiver = ({ wire, devices }: VethCable): PacketReceiver =>
  new PacketReceiver(wire, { ifIndex: devices.cable.ifIndex, virtioNetHeader: false, direction: 'outgoing' });

const openSender = ({ wire, devices }: VethCable): PacketSender =>
  new PacketSender(wire, { ifIndex: devices.peer.ifIndex, virtioNetHeader: false, bypassQdisc: true });

function wireFrame({ bytes, ancillary, time }: ReceivedPacket): WireFrame {
  const { vlan } = ancillary;
  return {
    bytes: vlan === undefined ? bytes : withTag(bytes, vlan),
    ...(time === undefined ? {} : { time }),
  };
}
