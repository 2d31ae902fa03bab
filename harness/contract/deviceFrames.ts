/** The frames that a kernel and a driver give to each other, with what is to be done to them or is known of them. */
import type { Nanoseconds, QueueIndex, VlanTag } from './values.js';
import type { RxChecksum, RxHash } from './target.js';

export interface TxCompletion {
  /** Transmit timestamp of the device's PTP clock, where it was asked for. */
  readonly timestampId?: number;
  readonly hardware?: Nanoseconds;
}

/**
 * A frame that the kernel gives to a driver, with what the device has to do to it.
 * @requirement NIC-CSUM-*, NIC-VLAN-*, NIC-TS-*
 */
export interface TxFrame {
  readonly bytes: Uint8Array;
  readonly fragments?: readonly number[];
  readonly checksum: TxChecksum;
  readonly gso?: TxGso;
  /** Tag to insert after the addresses. */
  readonly vlan?: VlanTag;
  readonly timestampId?: number;
}

/**
 * skb->ip_summed on transmit. Offsets count from the first frame byte; `offset` is relative to `start`.
 * @requirement NIC-CSUM-*
 */
export type TxChecksum =
  | { readonly kind: 'none' }
  /** CHECKSUM_PARTIAL: the ones-complement sum from start to the end of the frame, complemented, at start + offset. */
  | { readonly kind: 'partial'; readonly start: number; readonly offset: number }
  /** CHECKSUM_PARTIAL with csum_not_inet: SCTP's CRC32c. */
  | { readonly kind: 'crc32c'; readonly start: number; readonly offset: number };

/**
 * skb_shinfo gso fields.
 * @requirement NIC-TSO-*, NIC-USO-*
 */
export interface TxGso {
  readonly type: 'tcp4' | 'tcp6' | 'udp-l4';
  /** Payload bytes of every segment but the last. */
  readonly size: number;
  readonly segments: number;
  /** SKB_GSO_TCP_ECN: CWR is set, and belongs on the first segment only. */
  readonly ecn: boolean;
  /** SKB_GSO_TCP_FIXEDID: every segment has the same IPv4 identification. */
  readonly fixedId: boolean;
  /** The mangleid feature is on and allowed for this frame: the device may choose how the identification goes on. */
  readonly mangleId: boolean;
  /** Where the (inner) network and transport headers and the payload start. */
  readonly networkOffset: number;
  readonly transportOffset: number;
  readonly headerLength: number;
  readonly tunnel?: TxTunnel;
}

/** @requirement NIC-TSO-* */
export interface TxTunnel {
  readonly kind: 'udp' | 'gre' | 'ipip';
  readonly outerNetworkOffset: number;
  readonly outerTransportOffset: number;
  /** SKB_GSO_UDP_TUNNEL_CSUM, SKB_GSO_GRE_CSUM: the outer checksum is in use and must be right in each segment. */
  readonly checksum: boolean;
  /**
   * SKB_GSO_PARTIAL: outer lengths and checksums are already those of one full segment; the device copies them and only makes
   * the inner headers and, if the outer DF is clear, the outermost IPv4 identification. The kernel sends a whole multiple of `size`.
   */
  readonly partial: boolean;
}

/** A frame that a driver gives to the kernel. */
export interface RxFrame {
  readonly bytes: Uint8Array;
  readonly queue: QueueIndex;
  /** @requirement NIC-CSUM-* */
  readonly checksum: RxChecksum;
  readonly hash?: RxHash;
  readonly vlan?: VlanTag;
  /**
   * Hardware GRO or LRO: this is an aggregate. LRO's is not reversible.
   * @requirement NIC-GRO-*
   */
  readonly aggregate?: { readonly kind: 'gro' | 'lro'; readonly gsoSize: number; readonly segments: number };
  /** @requirement NIC-HDS-* */
  readonly headerLength?: number;
  readonly hardwareTimestamp?: Nanoseconds;
  /**
   * skb->offload_fwd_mark: the hardware has forwarded the frame among its own ports.
   * @requirement SW-BR-*, SW-UNI-*
   */
  readonly offloadForwardMark?: boolean;
}
