/**
 * Sockets of the contract have NETLINK_GET_STRICT_CHK; one of a tool that never asked for it may say things that a strict check refuses
 * (a header that is too short, members that have no meaning). The kernel ignores them there, so they are taken out here.
 */
import { NETLINK_ROUTE, NLM_F_DUMP, NLM_F_REQUEST } from '../../reference-impl/netlink/constants.js';
import { align, encodeAttribute, encodeDatagram, encodeMessage } from '../../reference-impl/netlink/wire.js';
import { parseAttributes, parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';

interface LegacyDump {
  /** Of the message's own header. */
  readonly headerLength: number;
  /** Members of the header, beside the family, that a dump without the strict check follows. */
  readonly keeps?: readonly { readonly at: number; readonly length: number }[];
  /** Attributes that it follows; the others are skipped. */
  readonly attributes?: readonly number[];
}

/** By message type. Each entry is what the `else` branch of the handler's strict check reads. */
const LEGACY_DUMPS: Readonly<Record<number, LegacyDump>> = {
  // rtnl_dump_ifinfo(): IFLA_MASTER, IFLA_LINKINFO, IFLA_EXT_MASK.
  18: { headerLength: 16, attributes: [10, 18, 29] },
  // inet_dump_ifaddr(), inet6_dump_addr(): the family alone.
  22: { headerLength: 8 },
  // inet_dump_fib(): RTM_F_CLONED and RTM_F_PREFIX of the header.
  26: { headerLength: 12, keeps: [{ at: 8, length: 4 }] },
  // neigh_valid_dump_req(): NTF_PROXY of the header; NDA_IFINDEX, NDA_MASTER.
  30: { headerLength: 12, keeps: [{ at: 10, length: 1 }], attributes: [8, 9] },
  // fib_nl_dumprule(), neightbl_dump_info(), inet_netconf_dump_devconf(), br_mdb_dump(): the family alone.
  34: { headerLength: 12 },
  66: { headerLength: 4 },
  82: { headerLength: 4 },
  86: { headerLength: 8 },
};

/** The datagram as a strict socket takes it. What needs no change comes back as it is. */
export function asStrictRequest(protocol: number, datagram: Uint8Array): Uint8Array {
  if (protocol !== NETLINK_ROUTE) return datagram;
  const messages = parseDatagram(datagram);
  if (!messages.some(isLegacyDump)) return datagram;
  return encodeDatagram(messages.map((message) => (isLegacyDump(message) ? strictDump(message) : message.bytes)));
}

const isLegacyDump = ({ type, flags }: Message): boolean =>
  LEGACY_DUMPS[type] !== undefined && (flags & NLM_F_REQUEST) !== 0 && (flags & NLM_F_DUMP) === NLM_F_DUMP;

function strictDump(message: Message): Uint8Array {
  const { headerLength, keeps = [], attributes = [] } = LEGACY_DUMPS[message.type] ?? { headerLength: 0 };
  const { body } = message;
  const header = new Uint8Array(align(headerLength));
  header[0] = body[0] ?? 0;
  // A struct rtgenmsg, one byte, is enough where nothing but the family is meant.
  if (body.length < headerLength) return encodeMessage(message, header);
  for (const { at, length } of keeps) header.set(body.subarray(at, at + length), at);
  const kept = parseAttributes(body.subarray(align(headerLength))).attributes.filter(({ type }) =>
    attributes.includes(type),
  );
  const parts = kept.map(({ type, flags, data }) => encodeAttribute(type | flags, data));
  const all = new Uint8Array(header.length + parts.reduce((length, part) => length + part.length, 0));
  all.set(header);
  let at = header.length;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return encodeMessage(message, all);
}
