/** Frames as the kernel has them: with what is kept beside them in struct sk_buff, and a driver never gets to see. */
import type { RxFrame as ReceivedFrame, TxFrame as SentFrame } from '../../harness/contract/index.js';

/** skb->mark, skb->priority, skb->pkt_type, skb->nf_trace. */
export interface FrameMarks {
  readonly mark: number;
  readonly priority: number;
  /** PACKET_*, where it is another than the address says. */
  readonly packetType?: number;
  /** Of a frame that is traced: the number by which it is told. */
  readonly traceId?: number;
}

/** A frame on its way to a driver. */
export interface TxFrame extends SentFrame {
  readonly marks?: FrameMarks;
}

/** A frame that a driver handed up, on its way through the kernel. */
export interface RxFrame extends ReceivedFrame {
  readonly marks?: FrameMarks;
}
