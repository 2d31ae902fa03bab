/** Bytes of a packet into registers: nft_payload_eval(). */
import { readU16 } from '../../../packet/bytes.js';
import {
  ETH_HLEN,
  IPPROTO_GRE,
  IPPROTO_IPIP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  UDP_HEADER,
} from '../../../packet/protocols.js';
import type { PayloadBase } from '../expressions.js';
import { WORD, type Evaluation, type Of, type Operation } from './evaluation.js';
import type { Packet } from './packet.js';
import type { NetfilterPathParts } from './pathParts.js';

const VLAN_HLEN = 4;
const VLAN_ETH_HLEN = ETH_HLEN + VLAN_HLEN;
/** offsetof(struct ethhdr, h_proto). */
const PROTOCOL_AT = 12;

/** nft_payload_eval(). */
export function payloadOperation(parts: NetfilterPathParts, expression: Of<'payload'>): Operation {
  const { destination, base, offset, length } = expression;
  const to = destination * WORD;
  const isShort = (length === 1 || length === 2 || length === 4) && offset % length === 0;
  const wantsTag = base === 'link' && offset + length > PROTOCOL_AT;
  return (run) => {
    const { packet, registers } = run;
    clearTail(registers, to, length);
    if (wantsTag && packet.vlan !== undefined && packet.hasLink && parts.showsTag) {
      if (!copyWithTag(packet, offset, length, registers, to)) run.break();
      return;
    }
    const from = isShort ? startOfShort(parts, packet, base) : baseOf(parts, packet, base);
    if (from === undefined) run.break();
    else copyBytes(parts, run, from + offset, length, to);
  };
}

/** nft_payload_fast_eval(): of the transport header nobody asks whether it is in another fragment. */
function startOfShort(parts: NetfilterPathParts, packet: Packet, base: PayloadBase): number | undefined {
  if (base !== 'transport') return baseOf(parts, packet, base);
  return packet.hasTransport ? parts.startOf(base, packet.transportAt, packet) : undefined;
}

/** A register that is filled in part is zero in the rest. */
function clearTail(registers: Uint8Array, to: number, length: number): void {
  const tail = length % WORD;
  if (tail !== 0) registers.fill(0, to + length - tail, to + length - tail + WORD);
}

/** skb_copy_bits(): not a byte beyond the end. */
export function copyBytes(parts: NetfilterPathParts, run: Evaluation, from: number, length: number, to: number): void {
  const { bytes } = run.packet;
  if (from + length > bytes.length && parts.refusesBeyondEnd) {
    run.break();
    return;
  }
  for (let index = 0; index < length; index++) run.registers[to + index] = bytes[from + index] ?? 0;
}

/** Where a header starts; undefined: the packet has none. */
export function baseOf(parts: NetfilterPathParts, packet: Packet, base: PayloadBase): number | undefined {
  switch (base) {
    case 'link':
      return packet.hasLink ? parts.startOf(base, 0, packet) : undefined;
    case 'network':
      return parts.startOf(base, packet.networkAt, packet);
    case 'transport':
      return hasTransport(parts, packet) ? parts.startOf(base, packet.transportAt, packet) : undefined;
    case 'inner':
      return hasTransport(parts, packet) ? innerOf(packet) : undefined;
  }
}

/** A fragment behind the first has no transport header: what stands there is payload. */
const hasTransport = (parts: NetfilterPathParts, { hasTransport: has, fragmentOffset }: Packet): boolean =>
  has && (fragmentOffset === 0 || !parts.sparesFragments);

const GRE_CSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQ = 0x1000;
const GRE_VERSION = 0x0007;
const TCP_DOFF_AT = 12;

/** __nft_payload_inner_offset(): behind the transport header. */
function innerOf({ bytes, protocolNumber, transportAt: at }: Packet): number | undefined {
  switch (protocolNumber) {
    case IPPROTO_UDP:
      return at + UDP_HEADER;
    case IPPROTO_TCP:
      return at + 20 > bytes.length ? undefined : at + ((bytes[at + TCP_DOFF_AT] ?? 0) >> 4) * 4;
    case IPPROTO_GRE: {
      const flags = readU16(bytes, at);
      if (at + 4 > bytes.length || (flags & (GRE_VERSION | GRE_ROUTING)) !== 0) return undefined;
      const options = [GRE_CSUM, GRE_KEY, GRE_SEQ].filter((flag) => (flags & flag) !== 0).length;
      return at + 4 + 4 * options;
    }
    case IPPROTO_IPIP:
      return at;
    default:
      return undefined;
  }
}

/** nft_payload_copy_vlan(): as if the tag still stood in the bytes. */
function copyWithTag(packet: Packet, offset: number, length: number, registers: Uint8Array, to: number): boolean {
  const { bytes, vlan, protocol } = packet;
  if (vlan === undefined || offset + length > bytes.length + VLAN_HLEN) return false;
  const tag = [vlan.tpid >> 8, vlan.tpid, vlan.tci >> 8, vlan.tci, protocol >> 8, protocol];
  for (let index = 0; index < length; index++) {
    const at = offset + index;
    const inTag = at >= PROTOCOL_AT && at < VLAN_ETH_HLEN;
    registers[to + index] = (inTag ? tag[at - PROTOCOL_AT] : bytes[at < PROTOCOL_AT ? at : at - VLAN_HLEN]) ?? 0;
  }
  return true;
}
