/** Netlink framing: messages in a datagram, attributes in a message. Integers are in host byte order, little endian here. */
import { NLA_TYPE_MASK } from './constants.js';

export const NLMSG_HDRLEN = 16;
export const NLA_HDRLEN = 4;
const ALIGNTO = 4;

/** NLMSG_ALIGN, NLA_ALIGN: up to the next multiple of four. */
export const align = (length: number): number => (length + ALIGNTO - 1) & ~(ALIGNTO - 1);

/** struct nlmsghdr without its length. */
export interface MessageHeader {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
}

export interface Message extends MessageHeader {
  /** What follows the header: a fixed header of the family's, then attributes. */
  readonly body: Uint8Array;
  /** The whole message, header included, without trailing padding. */
  readonly bytes: Uint8Array;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export function encodeMessage(header: MessageHeader, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(NLMSG_HDRLEN + body.length);
  const view = viewOf(bytes);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, header.type, true);
  view.setUint16(6, header.flags, true);
  view.setUint32(8, header.sequence, true);
  view.setUint32(12, header.portId, true);
  bytes.set(body, NLMSG_HDRLEN);
  return bytes;
}

/** Messages one behind the other, each padded to four bytes. */
export function encodeDatagram(messages: readonly Uint8Array[]): Uint8Array {
  const datagram = new Uint8Array(messages.reduce((length, message) => length + align(message.length), 0));
  let at = 0;
  for (const message of messages) {
    datagram.set(message, at);
    at += align(message.length);
  }
  return datagram;
}

/** The messages of a datagram; what follows a message with an impossible length is left out, as netlink_rcv_skb() does. */
export function parseDatagram(datagram: Uint8Array): Message[] {
  const messages: Message[] = [];
  for (let at = 0; ;) {
    const message = parseMessage(datagram, at);
    if (message === undefined) return messages;
    messages.push(message);
    at += align(message.bytes.length);
  }
}

/** The message that begins there; undefined where none can be. */
export function parseMessage(datagram: Uint8Array, at: number): Message | undefined {
  if (at + NLMSG_HDRLEN > datagram.length) return undefined;
  const view = viewOf(datagram);
  const length = view.getUint32(at, true);
  if (length < NLMSG_HDRLEN || at + length > datagram.length) return undefined;
  return {
    type: view.getUint16(at + 4, true),
    flags: view.getUint16(at + 6, true),
    sequence: view.getUint32(at + 8, true),
    portId: view.getUint32(at + 12, true),
    body: datagram.subarray(at + NLMSG_HDRLEN, at + length),
    bytes: datagram.subarray(at, at + length),
  };
}

export interface Attribute {
  /** Without the flag bits. */
  readonly type: number;
  /** NLA_F_NESTED, NLA_F_NET_BYTEORDER. */
  readonly flags: number;
  readonly data: Uint8Array;
  /** Of the attribute's header, from where the parse began. */
  readonly offset: number;
}

export interface ParsedAttributes {
  readonly attributes: readonly Attribute[];
  /** Bytes behind the last attribute that make none. */
  readonly leftover: number;
}

/** nla_for_each_attr(): stops at a length that cannot be. `base` is added to every offset. */
export function parseAttributes(bytes: Uint8Array, base = 0): ParsedAttributes {
  const attributes: Attribute[] = [];
  let at = 0;
  while (at + NLA_HDRLEN <= bytes.length) {
    const length = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    if (length < NLA_HDRLEN || at + length > bytes.length) break;
    const type = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
    attributes.push({
      type: type & NLA_TYPE_MASK,
      flags: type & ~NLA_TYPE_MASK,
      data: bytes.subarray(at + NLA_HDRLEN, at + length),
      offset: base + at,
    });
    at += align(length);
  }
  return { attributes, leftover: Math.max(0, bytes.length - at) };
}

/** One attribute, padded. `type` carries its flag bits. */
export function encodeAttribute(type: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(align(NLA_HDRLEN + data.length));
  const length = NLA_HDRLEN + data.length;
  bytes[0] = length;
  bytes[1] = length >> 8;
  bytes[2] = type;
  bytes[3] = type >> 8;
  bytes.set(data, NLA_HDRLEN);
  return bytes;
}
