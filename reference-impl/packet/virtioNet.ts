/** `struct virtio_net_hdr` (linux/virtio_net.h), as AF_PACKET with PACKET_VNET_HDR has it: ten bytes, little endian on x86. */

export const VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
export const VIRTIO_NET_HDR_F_DATA_VALID = 2;
export const VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM = 8;

export const VIRTIO_NET_HDR_GSO_NONE = 0;
export const VIRTIO_NET_HDR_GSO_TCPV4 = 1;
export const VIRTIO_NET_HDR_GSO_UDP = 3;
export const VIRTIO_NET_HDR_GSO_TCPV6 = 4;
export const VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
export const VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 = 0x20;
export const VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6 = 0x40;
export const VIRTIO_NET_HDR_GSO_ECN = 0x80;

export const VIRTIO_NET_HDR_LENGTH = 10;

/** The same members as the contract's VirtioNetHeader has. */
export interface VirtioNetFields {
  readonly flags: number;
  readonly gsoType: number;
  readonly hdrLen: number;
  readonly gsoSize: number;
  readonly csumStart: number;
  readonly csumOffset: number;
}

/** Ten bytes; the tunnel offsets have no place in this header. */
export function encodeVirtioNetHeader(header: VirtioNetFields): Uint8Array {
  const bytes = new Uint8Array(VIRTIO_NET_HDR_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, header.flags);
  view.setUint8(1, header.gsoType);
  view.setUint16(2, header.hdrLen, true);
  view.setUint16(4, header.gsoSize, true);
  view.setUint16(6, header.csumStart, true);
  view.setUint16(8, header.csumOffset, true);
  return bytes;
}

/** Throws a RangeError where fewer than ten bytes are left at the offset. */
export function decodeVirtioNetHeader(bytes: Uint8Array, offset = 0): VirtioNetFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, VIRTIO_NET_HDR_LENGTH);
  return {
    flags: view.getUint8(0),
    gsoType: view.getUint8(1),
    hdrLen: view.getUint16(2, true),
    gsoSize: view.getUint16(4, true),
    csumStart: view.getUint16(6, true),
    csumOffset: view.getUint16(8, true),
  };
}
