/** Registers into bytes of a packet, its checksums kept: nft_payload_set_eval(). */
import { addSums, complementSum, onesComplementSum, subtractSum, crc32c } from '../../../packet/checksum.js';
import { readU16, writeU16 } from '../../../packet/bytes.js';
import {
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SCTP_CHECKSUM_OFFSET,
  SCTP_HEADER,
  TCP_CHECKSUM_OFFSET,
  UDP_CHECKSUM_OFFSET,
} from '../../../packet/protocols.js';
import { WORD, type Evaluation, type Of, type Operation } from './evaluation.js';
import type { Packet } from './packet.js';
import { baseOf } from './payload.js';
import type { NetfilterPathParts } from './pathParts.js';

const NFT_PAYLOAD_CSUM_INET = 1;
const NFT_PAYLOAD_CSUM_SCTP = 2;
const IPPROTO_UDPLITE = 136;
const ICMPV6_CHECKSUM_OFFSET = 2;
const PROTOCOL_AT = 12;
const TCI_AT = 14;
const ENCAPSULATED_AT = 16;
const VLAN_HLEN = 4;

export function payloadSetOperation(parts: NetfilterPathParts, expression: Of<'payload-set'>): Operation {
  return (run) => {
    if (!write(parts, run, expression)) run.break();
  };
}

function write(parts: NetfilterPathParts, run: Evaluation, expression: Of<'payload-set'>): boolean {
  const { packet } = run;
  const { base, offset, length } = expression;
  const source = run.registers.subarray(expression.source * WORD, expression.source * WORD + length);
  let from = baseOf(parts, packet, base);
  if (from === undefined) return false;
  if (base === 'link' && packet.vlan !== undefined && offset + length > PROTOCOL_AT) {
    if (offset < ENCAPSULATED_AT) return parts.writesTag && writeTag(packet, source, offset);
    from -= VLAN_HLEN;
  }
  const at = from + offset;
  if (at + length > packet.bytes.length) return false;
  if (!fixChecksums(parts, packet, expression, { from, at, source })) return false;
  packet.writable().set(source, at);
  const isSctp = expression.checksumType === NFT_PAYLOAD_CSUM_SCTP && packet.protocolNumber === IPPROTO_SCTP;
  if (!isSctp || packet.summed === 'partial' || packet.fragmentOffset !== 0) return true;
  return writeSctpChecksum(packet);
}

/** nft_payload_set_vlan(): the tag lies beside the bytes. */
function writeTag(packet: Packet, source: Uint8Array, offset: number): boolean {
  const { vlan } = packet;
  if (vlan === undefined) return false;
  const first = readU16(source, 0);
  if (offset === PROTOCOL_AT && source.length === 2) packet.vlan = { ...vlan, tpid: first };
  else if (offset === PROTOCOL_AT && source.length === 4) packet.vlan = { tpid: first, tci: readU16(source, 2) };
  else if (offset === TCI_AT && source.length === 2) packet.vlan = { ...vlan, tci: first };
  else return false;
  packet.isChanged = true;
  return true;
}

interface Change {
  /** Where the header starts. */
  readonly from: number;
  readonly at: number;
  readonly source: Uint8Array;
}

function fixChecksums(
  parts: NetfilterPathParts,
  packet: Packet,
  expression: Of<'payload-set'>,
  change: Change,
): boolean {
  const { base, checksumType, checksumOffset, checksumFlags } = expression;
  const isInet = checksumType === NFT_PAYLOAD_CSUM_INET;
  if (!isInet && checksumFlags === 0) return true;
  // Of a checksum that is still to be made the transport has the pseudo header only.
  if ((base === 'transport' || base === 'inner') && packet.summed === 'partial') return true;
  const { at, source, from } = change;
  const before = onesComplementSum(packet.bytes, at, at + source.length);
  const after = onesComplementSum(source, 0, source.length);
  if (isInet && parts.fixesHeaderChecksum && !replaceSum(parts, packet, from + checksumOffset, before, after))
    return false;
  return checksumFlags === 0 || !parts.fixesPseudoHeader || fixTransport(parts, packet, before, after);
}

/** nft_csum_replace(); a sum that comes out as zero is written as its other form. */
function replaceSum(parts: NetfilterPathParts, packet: Packet, at: number, before: number, after: number): boolean {
  if (at + 2 > packet.bytes.length) return false;
  const bytes = packet.writable();
  const sum = complementSum(addSums(subtractSum(complementSum(readU16(bytes, at)), before), after));
  writeU16(bytes, at, parts.writtenSum(sum));
  return true;
}

/** nft_payload_l4csum_update(): a change of addresses is one of the pseudo header too. */
function fixTransport(parts: NetfilterPathParts, packet: Packet, before: number, after: number): boolean {
  const at = transportChecksumAt(parts, packet);
  if (at === undefined) return true;
  if (at + 2 > packet.bytes.length) return false;
  if (packet.summed !== 'partial') {
    if (packet.summed === 'complete') packet.sum = subtractSum(addSums(packet.sum, before), after);
    return replaceSum(parts, packet, at, before, after);
  }
  const bytes = packet.writable();
  writeU16(bytes, at, addSums(subtractSum(readU16(bytes, at), before), after));
  return true;
}

/** nft_payload_l4csum_offset(); undefined: there is none, or it is not used. */
function transportChecksumAt(parts: NetfilterPathParts, packet: Packet): number | undefined {
  const { transportAt: at, bytes } = packet;
  if (packet.fragmentOffset !== 0) return undefined;
  switch (packet.protocolNumber) {
    case IPPROTO_TCP:
      return at + TCP_CHECKSUM_OFFSET;
    case IPPROTO_UDP:
      return readU16(bytes, at + UDP_CHECKSUM_OFFSET) === 0 && parts.sparesUnsummedUdp
        ? undefined
        : at + UDP_CHECKSUM_OFFSET;
    case IPPROTO_UDPLITE:
      return at + UDP_CHECKSUM_OFFSET;
    case IPPROTO_ICMPV6:
      return at + ICMPV6_CHECKSUM_OFFSET;
    default:
      return undefined;
  }
}

/** nft_payload_csum_sctp(). */
function writeSctpChecksum(packet: Packet): boolean {
  const at = packet.transportAt;
  if (at + SCTP_HEADER > packet.bytes.length) return false;
  const bytes = packet.writable();
  bytes.fill(0, at + SCTP_CHECKSUM_OFFSET, at + SCTP_HEADER);
  const sum = crc32c(bytes, at, bytes.length);
  for (let index = 0; index < 4; index++) bytes[at + SCTP_CHECKSUM_OFFSET + index] = sum >>> (8 * index);
  return true;
}
