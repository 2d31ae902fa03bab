/** What is kept beside a frame in struct sk_buff: mark, priority, and whose it is. */
import type { FrameMarks, TxFrame } from './frames.js';
import { PACKET_HOST } from './netfilter/path/packet.js';
import type { Edits } from './tc/block.js';

interface Marked {
  readonly marks?: FrameMarks;
}

const NO_MARKS: FrameMarks = { mark: 0, priority: 0 };
const WHOLE_MARK = 0xffff_ffff;

/** tcf_skbedit_act(): the frame as the actions of filters left it. */
export function withEdits<Frame extends Marked>(
  frame: Frame,
  { mark, mask = WHOLE_MARK, priority, packetType }: Edits,
): Frame {
  if (mark === undefined && priority === undefined && packetType === undefined) return frame;
  const before = frame.marks ?? NO_MARKS;
  const marks: FrameMarks = {
    ...before,
    ...(mark === undefined ? {} : { mark: ((before.mark & ~mask) | (mark & mask)) >>> 0 }),
    ...(priority === undefined ? {} : { priority }),
    ...(packetType === undefined ? {} : { packetType }),
  };
  return { ...frame, marks };
}

/** What was sent to the address of the net device at which it came in stays the host's, whatever address those above have. */
export const stillForUs = <Frame extends Marked>(frame: Frame): Frame => ({
  ...frame,
  marks: { ...(frame.marks ?? NO_MARKS), packetType: PACKET_HOST },
});

/** As a driver gets it: none of it is on the wire. */
export function withoutMarks(frame: TxFrame): TxFrame {
  const { marks, ...rest } = frame;
  return marks === undefined ? frame : rest;
}
