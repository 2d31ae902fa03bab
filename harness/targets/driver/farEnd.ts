/** The far end of a cable that leads to another port of a machine: a packet socket there is what sends and sees frames. */
import { errnoName } from '../../../reference-impl/netlink/errnoNames.js';
import { TargetFault } from '../../contract/index.js';
import type { HostEnd, HostReceive, ReceiveWait, VlanTag, WireEnd, WireFrame } from '../../contract/index.js';

/** ENETDOWN and ENOBUFS: nobody took the frame, as on a cable whose other end is down. */
const LOST: ReadonlySet<number> = new Set([100, 105]);

export interface FarEndOptions {
  readonly host: HostEnd;
  readonly setCarrier: (up: boolean) => Promise<void>;
}

export class FarEnd implements WireEnd {
  readonly #options: FarEndOptions;

  constructor(options: FarEndOptions) {
    this.#options = options;
  }

  async send(frames: readonly WireFrame[]): Promise<void> {
    if (frames.some(({ fcs }) => fcs !== undefined)) {
      throw new TargetFault('the port at the far end makes the frame check sequence itself');
    }
    for (let first = 0; first < frames.length;) {
      const result = await this.#options.host.send(frames.slice(first).map(({ bytes }) => ({ bytes })));
      if (result.ok) return;
      first += result.sent;
      const length = frames[first]?.bytes.length ?? 0;
      if (!LOST.has(result.errno)) {
        throw new TargetFault(
          `the port at the far end does not send a frame of ${length} bytes: ${errnoName(result.errno)}`,
        );
      }
      first += 1;
    }
  }

  async receive(wait: ReceiveWait): Promise<readonly WireFrame[]> {
    return (await this.#options.host.receive(wait)).map(wireFrame);
  }

  setCarrier(up: boolean): Promise<void> {
    return this.#options.setCarrier(up);
  }

  setPartner(): Promise<void> {
    return Promise.reject(new TargetFault('the port at the far end is not told what to advertise'));
  }

  close(): Promise<void> {
    return this.#options.host.close();
  }
}

function wireFrame({ bytes, vlan, timestamps }: HostReceive): WireFrame {
  return {
    bytes: vlan === undefined ? bytes : withTag(bytes, vlan),
    ...(timestamps?.software === undefined ? {} : { time: timestamps.software }),
  };
}

const TAG_AT = 12;
const TAG_LENGTH = 4;

/** The receiving kernel took the tag out of the frame; on the cable it was in it. */
export function withTag(bytes: Uint8Array, { tpid, tci }: VlanTag): Uint8Array {
  const tagged = new Uint8Array(bytes.length + TAG_LENGTH);
  tagged.set(bytes.subarray(0, TAG_AT));
  const view = new DataView(tagged.buffer);
  view.setUint16(TAG_AT, tpid);
  view.setUint16(TAG_AT + 2, tci);
  tagged.set(bytes.subarray(TAG_AT), TAG_AT + TAG_LENGTH);
  return tagged;
}
