/** Frames of net devices as packets of netfilter, and back when the rules are done. */
import type { VirtioNetHeader } from '../../../../harness/contract/index.js';
import type { RxFrame, TxFrame } from '../../frames.js';
import { readU16 } from '../../../packet/bytes.js';
import { ETH_HLEN } from '../../../packet/protocols.js';
import { networkOffset } from '../../frameShape.js';
import { Packet, type Origin, type Summed } from './packet.js';

const PROTOCOL_AT = 12;
const VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;

/** skb->ip_summed; what an agent says is valid was looked at by its kernel. */
export const summedBy = (status: RxFrame['checksum']['status']): Summed =>
  status === 'valid' ? 'unnecessary' : status;

/** A frame that came in: its link header was pulled. */
export function packetOfReceived(frame: RxFrame, vnet: VirtioNetHeader | undefined, packetType: number): Packet {
  const { bytes, vlan, marks, checksum } = frame;
  const isPartial = ((vnet?.flags ?? 0) & VIRTIO_NET_HDR_F_NEEDS_CSUM) !== 0;
  return new Packet({
    bytes,
    networkAt: ETH_HLEN,
    hasLink: true,
    protocol: readU16(bytes, PROTOCOL_AT),
    vlan,
    packetType,
    marks,
    summed: isPartial ? 'partial' : summedBy(checksum.status),
    ...(checksum.status === 'complete' ? { sum: checksum.sum } : {}),
    origin: { side: 'ingress', frame, vnet },
  });
}

/** Without what may lie beside it. */
function bare<Frame extends RxFrame | TxFrame>(frame: Frame): Frame {
  const copy: { -readonly [Key in keyof Frame]: Frame[Key] } = { ...frame };
  delete copy.vlan;
  delete copy.marks;
  return copy;
}

/** The frame that it is now. */
export function receivedAfter(packet: Packet, frame: RxFrame): RxFrame {
  const { bytes, vlan, marks, isChanged } = packet;
  if (!isChanged && marks === frame.marks) return frame;
  return {
    ...bare(frame),
    bytes,
    ...(frame.checksum.status === 'complete' ? { checksum: { status: 'complete', sum: packet.sum } } : {}),
    ...(vlan === undefined ? {} : { vlan }),
    ...(marks === undefined ? {} : { marks }),
  };
}

/** A frame that is to leave; on its way through a bridge its link header is pulled, at the net device it is not. */
export function packetOfSent(frame: TxFrame, side: 'egress' | 'bridge', summed: Summed = 'none'): Packet {
  const { bytes, vlan, marks, checksum } = frame;
  const origin: Origin = { side: 'egress', frame };
  return new Packet({
    bytes,
    networkAt: side === 'egress' ? networkOffset(bytes) : ETH_HLEN,
    hasLink: true,
    countsLink: side === 'egress',
    protocol: readU16(bytes, PROTOCOL_AT),
    vlan,
    marks,
    summed: checksum.kind === 'none' ? summed : 'partial',
    origin,
  });
}

export function sentAfter(packet: Packet, frame: TxFrame): TxFrame {
  const { bytes, vlan, marks, isChanged } = packet;
  if (!isChanged && marks === frame.marks) return frame;
  return { ...bare(frame), bytes, ...(vlan === undefined ? {} : { vlan }), ...(marks === undefined ? {} : { marks }) };
}
