/** Ways to make segmentation wrong at one place, and where such bugs were seen. */
import type { TxFrame, TxGso } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { withNetDevice } from './wrapDevice.js';

export const tree = (path: string): string =>
  `https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/${path}`;
export const GSO_DOCUMENT = 'https://docs.kernel.org/networking/segmentation-offloads.html';

export const isIpv6 = (bytes: Uint8Array, at: number): boolean => (bytes[at] ?? 0) >> 4 === 6;

/** The last thing that happens to the segment inside: `change` gets what is finished. */
export const behindChecksum =
  (change: (segment: Uint8Array, gso: TxGso) => void): NonNullable<Defect['nic']> =>
  (parts) => ({
    ...parts,
    writeTransportChecksum: (segment, gso) => {
      parts.writeTransportChecksum(segment, gso);
      change(segment, gso);
    },
  });

/** Something happens to the headers of a segment before its checksums are made. */
export const beforeChecksum =
  (
    change: (
      segment: Uint8Array,
      place: { readonly networkOffset: number; readonly index: number },
      gso: TxGso,
    ) => void,
  ): NonNullable<Defect['nic']> =>
  (parts) => ({
    ...parts,
    writeIdentification: (segment, networkOffset, index, gso) => {
      parts.writeIdentification(segment, networkOffset, index, gso);
      change(segment, { networkOffset, index }, gso);
    },
  });

/** Frames reach the device as `change` makes them; null: it never sends them. */
export const transmitting =
  (change: (frame: TxFrame) => TxFrame | null): NonNullable<Defect['wrap']> =>
  (device) =>
    withNetDevice(device, (sound) => ({
      transmit: async (port, queue, frame) => {
        const changed = change(frame);
        return changed === null ? 'ok' : sound.transmit(port, queue, changed);
      },
    }));
