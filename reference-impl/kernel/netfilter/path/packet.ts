/** A frame or packet as rules see it: struct sk_buff and struct nft_pktinfo (include/net/netfilter/nf_tables.h). */
import type { VirtioNetHeader, VlanTag } from '../../../../harness/contract/index.js';
import type { FrameMarks, RxFrame, TxFrame } from '../../frames.js';
import type { NetDevice } from '../../netDevice.js';

/** linux/if_packet.h. */
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;

/** skb->ip_summed, as far as a change of bytes has to respect it. */
export type Summed = 'none' | 'unnecessary' | 'complete' | 'partial';

export interface PacketSeed {
  readonly bytes: Uint8Array;
  readonly networkAt: number;
  /** Whether the header of Ethernet stands before the network header. */
  readonly hasLink: boolean;
  /** Whether skb->len counts it: on the way out it is part of the packet, on the way in it was pulled. */
  readonly countsLink?: boolean;
  /** skb->protocol. */
  readonly protocol: number;
  readonly vlan?: VlanTag | undefined;
  readonly packetType?: number;
  readonly marks?: FrameMarks | undefined;
  readonly summed?: Summed;
  /** The sum of the bytes from the network header on, of `complete`. */
  readonly sum?: number;
  /** Whether the bytes are nobody else's. */
  readonly isOwn?: boolean;
  readonly origin?: Origin;
}

/** The frame that a packet is, where it is seen as a frame of a net device. */
export type Origin =
  | { readonly side: 'ingress'; readonly frame: RxFrame; readonly vnet: VirtioNetHeader | undefined }
  | { readonly side: 'egress'; readonly frame: TxFrame };

/** Where it is: struct nf_hook_state. */
export interface Place {
  /** NFPROTO_*. */
  readonly family: number;
  readonly hook: number;
  readonly input: NetDevice | undefined;
  readonly output: NetDevice | undefined;
}

const NOWHERE: Place = { family: 0, hook: 0, input: undefined, output: undefined };

export class Packet {
  bytes: Uint8Array;
  readonly networkAt: number;
  readonly hasLink: boolean;
  readonly countsLink: boolean;
  readonly protocol: number;
  vlan: VlanTag | undefined;
  packetType: number;
  mark: number;
  priority: number;
  /** skb->nf_trace. */
  isTraced: boolean;
  /** By which those who follow it know it. */
  traceId: number;
  readonly summed: Summed;
  sum: number;
  place: Place = NOWHERE;
  readonly origin: Origin | undefined;

  // struct nft_pktinfo; `transportAt` counts from the first byte.
  hasTransport = false;
  protocolNumber = 0;
  transportAt = 0;
  fragmentOffset = 0;

  /** Whether a rule said of what type the packet is. */
  isTypeSet = false;
  /** Whether a rule wrote into the bytes, or the tag beside them. */
  isChanged = false;
  #isOwn: boolean;

  constructor(seed: PacketSeed) {
    this.bytes = seed.bytes;
    this.networkAt = seed.networkAt;
    this.hasLink = seed.hasLink;
    this.countsLink = seed.countsLink ?? false;
    this.protocol = seed.protocol;
    this.vlan = seed.vlan;
    this.packetType = seed.marks?.packetType ?? seed.packetType ?? PACKET_HOST;
    this.mark = seed.marks?.mark ?? 0;
    this.priority = seed.marks?.priority ?? 0;
    this.traceId = seed.marks?.traceId ?? 0;
    this.isTraced = this.traceId !== 0;
    this.summed = seed.summed ?? 'none';
    this.sum = seed.sum ?? 0;
    this.origin = seed.origin;
    this.#isOwn = seed.isOwn ?? false;
  }

  /** skb->len. */
  get length(): number {
    return this.countsLink ? this.bytes.length : this.bytes.length - this.networkAt;
  }

  get network(): Uint8Array {
    return this.bytes.subarray(this.networkAt);
  }

  /** skb_ensure_writable(): others may look at the same bytes. */
  writable(): Uint8Array {
    this.isChanged = true;
    if (!this.#isOwn) {
      this.bytes = this.bytes.slice();
      this.#isOwn = true;
    }
    return this.bytes;
  }

  /** What stands beside the bytes once the rules are done; undefined: nothing that they wrote. */
  get marks(): FrameMarks | undefined {
    const { mark, priority } = this;
    const { isTypeSet } = this;
    if (mark === 0 && priority === 0 && !isTypeSet && !this.isTraced) return undefined;
    return {
      mark,
      priority,
      ...(isTypeSet ? { packetType: this.packetType } : {}),
      ...(this.isTraced ? { traceId: this.traceId } : {}),
    };
  }
}
