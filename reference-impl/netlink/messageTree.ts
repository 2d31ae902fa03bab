/** A netlink datagram for people, as a tree: messages, headers and attributes by name, each with the bytes that it is made of. */
import { hex } from '../packet/bytes.js';
import { NLMSG_DONE, NLMSG_ERROR } from './constants.js';
import { errnoName } from './errnoNames.js';
import { decodeError } from './extack.js';
import { decodeParsed, decodeStruct, isValues, structLength, type AttributeSet, type Value } from './schema.js';
import { formOf, scalar, tail, type MessageForm } from './transcript.js';
import {
  align,
  NLA_HDRLEN,
  NLMSG_HDRLEN,
  parseAttributes,
  parseDatagram,
  type Attribute,
  type Message,
} from './wire.js';

export interface MessageTree {
  /** `RTM_SETLINK`; `type 99` of what nobody knows. */
  readonly name: string;
  /** Sequence, port and flags. */
  readonly text: string;
  readonly sequence: number;
  /** From the first byte of the datagram. */
  readonly offset: number;
  readonly length: number;
  readonly nodes: readonly MessageNode[];
  /** Of an answer: errno's name, and what was said with it. */
  readonly refusal: MessageRefusal | null;
}

export interface MessageRefusal {
  /** Empty: it is no refusal but an acknowledgement. */
  readonly errno: string;
  readonly message?: string;
  /** Where in the request, from the first byte of its header. */
  readonly offset?: number;
}

/** An attribute, or the header of the family. */
export interface MessageNode {
  readonly name: string;
  /** From the first byte of the message, as NLMSGERR_ATTR_OFFS counts. */
  readonly offset: number;
  readonly length: number;
  /** Empty for a nest. */
  readonly text: string;
  readonly children: readonly MessageNode[];
}

/** As `decodeDatagram`, in a tree. Never throws. */
export function messageTrees(
  protocol: number,
  datagram: Uint8Array,
  families: ReadonlyMap<number, string> = new Map(),
  isRequest = false,
): MessageTree[] {
  return parseDatagram(datagram).map((message): MessageTree => {
    const offset = message.bytes.byteOffset - datagram.byteOffset;
    const base = { text: tail(message), sequence: message.sequence, offset, length: message.bytes.length };
    if (message.type === NLMSG_ERROR) return { ...base, name: 'NLMSG_ERROR', nodes: [], refusal: refusalOf(message) };
    if (message.type === NLMSG_DONE) return { ...base, name: 'NLMSG_DONE', nodes: [], refusal: null };
    const form = formOf(protocol, message, families, isRequest);
    const name = form?.name ?? `type ${message.type}`;
    return { ...base, name, nodes: form === undefined ? [bodyNode(message)] : nodesOf(form, message), refusal: null };
  });
}

/** The node that a refused offset names: the innermost that begins at it or holds it. */
export function nodeAt(nodes: readonly MessageNode[], offset: number): MessageNode | undefined {
  const holder = nodes.find((node) => offset >= node.offset && offset < node.offset + node.length);
  if (holder === undefined || holder.offset === offset) return holder;
  return nodeAt(holder.children, offset) ?? holder;
}

const bodyNode = ({ body }: Message): MessageNode => ({
  name: 'bytes',
  offset: NLMSG_HDRLEN,
  length: body.length,
  text: hex(body),
  children: [],
});

function nodesOf({ header, set }: MessageForm, message: Message): MessageNode[] {
  try {
    const fixed = structLength(header);
    const values = Object.entries(decodeStruct(header, message.body)).map(
      ([name, value]) => `${name} ${scalar(name, value)}`,
    );
    const own: MessageNode = {
      name: 'header',
      offset: NLMSG_HDRLEN,
      // A header that is cut off has the bytes that came.
      length: Math.min(fixed, message.body.length),
      text: values.join(' '),
      children: [],
    };
    const at = align(fixed);
    const { attributes } = parseAttributes(message.body.subarray(at), NLMSG_HDRLEN + at);
    return [own, ...attributes.map((attribute) => attributeNode(set, attribute))];
  } catch {
    // The header is cut off: its bytes are all there is to show.
    return [bodyNode(message)];
  }
}

function attributeNode(set: AttributeSet, attribute: Attribute): MessageNode {
  const spec = set.byNumber.get(attribute.type);
  const { offset, data } = attribute;
  const base = { name: spec?.name ?? `#${attribute.type}`, offset, length: NLA_HDRLEN + data.length };
  if (spec?.type.kind === 'nest' || spec?.type.kind === 'indexed') {
    const inner = spec.type.set();
    const { attributes } = parseAttributes(data, offset + NLA_HDRLEN);
    const children =
      spec.type.kind === 'nest'
        ? attributes.map((one) => attributeNode(inner, one))
        : attributes.map((one): MessageNode => indexedNode(inner, one));
    return { ...base, text: '', children };
  }
  return { ...base, text: valueText(set, attribute, base.name), children: [] };
}

function indexedNode(set: AttributeSet, { type, data, offset }: Attribute): MessageNode {
  const { attributes } = parseAttributes(data, offset + NLA_HDRLEN);
  const children = attributes.map((one) => attributeNode(set, one));
  return { name: `[${type}]`, offset, length: NLA_HDRLEN + data.length, text: '', children };
}

function valueText(set: AttributeSet, attribute: Attribute, name: string): string {
  try {
    const value = decodeParsed(set, [attribute])[name];
    return value === undefined ? hex(attribute.data) : textOf(name, value);
  } catch {
    return `${hex(attribute.data)} (not of its type)`;
  }
}

function textOf(name: string, value: Value): string {
  if (Array.isArray(value)) return (value as readonly Value[]).map((one) => textOf(name, one)).join(' ');
  if (!isValues(value)) return scalar(name, value);
  return Object.entries(value)
    .map(([member, one]) => `${member} ${textOf(member, one)}`)
    .join(' ');
}

function refusalOf(message: Message): MessageRefusal {
  try {
    const error = decodeError(message);
    return {
      errno: error.errno === 0 ? '' : errnoName(error.errno),
      ...(error.message === undefined ? {} : { message: error.message }),
      ...(error.offset === undefined ? {} : { offset: error.offset }),
    };
  } catch {
    return { errno: 'an answer that cannot be read' };
  }
}
