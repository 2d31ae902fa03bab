/** A datagram of the target's as the tool's own socket would have had it. */
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_DONE, NLMSG_ERROR } from '../../reference-impl/netlink/constants.js';
import {
  NLMSG_HDRLEN,
  align,
  encodeDatagram,
  encodeMessage,
  parseDatagram,
  viewOf,
  type Message,
} from '../../reference-impl/netlink/wire.js';

/** What differs between the contract's socket and the tool's. */
export interface ToolView {
  /** The port id of the contract's socket. */
  readonly targetPort: number;
  readonly toolPort: number;
  /** NETLINK_EXT_ACK: what is said beside an error is wanted. */
  readonly wantsExtendedAck: boolean;
  /** NETLINK_CAP_ACK: an error quotes no more of the request than its header. */
  readonly wantsCappedAck: boolean;
}

/** The contract's sockets have extended acks and quote the request. */
export function forTool(datagram: Uint8Array, view: ToolView): Uint8Array {
  const messages = parseDatagram(datagram);
  const needsRewrite = messages.some((message) => changesLength(message, view));
  if (needsRewrite) return encodeDatagram(messages.map((message) => rewritten(message, view)));
  const copy = datagram.slice();
  const bytes = viewOf(copy);
  for (let at = 0, index = 0; index < messages.length; index++) {
    if (bytes.getUint32(at + 12, true) === view.targetPort) bytes.setUint32(at + 12, view.toolPort, true);
    at += align(bytes.getUint32(at, true));
  }
  return copy;
}

/** NLMSG_GOODSIZE where a page has 4096 bytes. */
const GOOD_SIZE = 3776;

/**
 * A dump in datagrams that a tool has room for. A kernel makes them as long as the reader's buffer, and that of the contract's socket is
 * longer than the one page that tools over libmnl read into.
 */
export function readablePieces(datagram: Uint8Array): readonly Uint8Array[] {
  if (datagram.length <= GOOD_SIZE) return [datagram];
  const view = viewOf(datagram);
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at + NLMSG_HDRLEN <= datagram.length;) {
    const end = Math.min(at + align(Math.max(NLMSG_HDRLEN, view.getUint32(at, true))), datagram.length);
    if (end - start > GOOD_SIZE && at > start) {
      pieces.push(datagram.subarray(start, at));
      start = at;
    }
    at = end;
  }
  return [...pieces, datagram.subarray(start)];
}

const isReport = ({ type }: Message): boolean => type === NLMSG_ERROR || type === NLMSG_DONE;

function changesLength(message: Message, { wantsExtendedAck, wantsCappedAck }: ToolView): boolean {
  if (!isReport(message)) return false;
  const hasExtendedAck = (message.flags & NLM_F_ACK_TLVS) !== 0;
  const isQuoted = message.type === NLMSG_ERROR && (message.flags & NLM_F_CAPPED) === 0;
  return (hasExtendedAck && !wantsExtendedAck) || (isQuoted && wantsCappedAck);
}

/** netlink_ack(), netlink_dump_done(), for a socket with other options. */
function rewritten(message: Message, view: ToolView): Uint8Array {
  const portId = message.portId === view.targetPort ? view.toolPort : message.portId;
  if (!changesLength(message, view)) return encodeMessage({ ...message, portId }, message.body);
  const { body } = message;
  const isCapped = message.type === NLMSG_DONE || (message.flags & NLM_F_CAPPED) !== 0;
  const quoted = message.type === NLMSG_DONE ? 0 : isCapped ? NLMSG_HDRLEN : viewOf(body).getUint32(4, true);
  const tail = body.subarray(Math.min(body.length, 4 + align(quoted)));
  const caps = message.type === NLMSG_ERROR && view.wantsCappedAck;
  const head = body.subarray(0, 4 + (caps ? NLMSG_HDRLEN : align(quoted)));
  const kept = view.wantsExtendedAck ? tail : new Uint8Array(0);
  const all = new Uint8Array(head.length + kept.length);
  all.set(head);
  all.set(kept, head.length);
  const flags = (view.wantsExtendedAck ? message.flags : message.flags & ~NLM_F_ACK_TLVS) | (caps ? NLM_F_CAPPED : 0);
  return encodeMessage({ ...message, flags, portId }, all);
}
