/** Extension headers and options into registers: nft_exthdr.c. */
import { ETH_P_IP, ETH_P_IPV6, IPPROTO_TCP, IPV4_HEADER, TCP_HEADER } from '../../../packet/protocols.js';
import { optionsOf } from '../../routing/ipv4Header.js';
import { WORD, type Evaluation, type Of, type Operation } from './evaluation.js';
import type { Packet } from './packet.js';
import { findHeader } from './packetInfo.js';
import { copyBytes } from './payload.js';
import type { NetfilterPathParts } from './pathParts.js';

export function exthdrOperation(parts: NetfilterPathParts, expression: Of<'exthdr'>): Operation {
  switch (expression.operation) {
    case 'ipv6':
      return (run) => ipv6Header(parts, run, expression);
    case 'ipv4':
      return (run) => ipv4Option(parts, run, expression);
    case 'tcpopt':
      return (run) => tcpOption(parts, run, expression);
  }
}

/** nft_exthdr_ipv6_eval(). */
function ipv6Header(parts: NetfilterPathParts, run: Evaluation, expression: Of<'exthdr'>): void {
  if (run.packet.protocol !== ETH_P_IPV6) run.break();
  else takeFound(parts, run, expression, findHeader(run.packet, expression.type, true)?.at);
}

function takeFound(parts: NetfilterPathParts, run: Evaluation, expression: Of<'exthdr'>, at: number | undefined): void {
  const { destination, isPresence, offset, length } = expression;
  if (isPresence) run.storeNumber(destination, parts.presence(at !== undefined) ? 1 : 0);
  else if (at === undefined) run.break();
  else {
    clearTail(run, destination, length);
    copyBytes(parts, run, at + offset, length, destination * WORD);
  }
}

const IPOPT_NOOP = 1;
const IPOPT_RR = 7;
const IPOPT_LSRR = 131;
const IPOPT_SSRR = 137;
const IPOPT_RA = 148;
const KNOWN_OPTIONS: ReadonlySet<number> = new Set([IPOPT_RR, IPOPT_LSRR, IPOPT_SSRR, IPOPT_RA]);

/** nft_exthdr_ipv4_eval(). */
function ipv4Option(parts: NetfilterPathParts, run: Evaluation, expression: Of<'exthdr'>): void {
  if (run.packet.protocol !== ETH_P_IP) run.break();
  else takeFound(parts, run, expression, findOption(run.packet, expression.type));
}

/** ipv4_find_option(). */
function findOption({ bytes, networkAt }: Packet, type: number): number | undefined {
  const packet = bytes.subarray(networkAt);
  const end = ((packet[0] ?? 0) & 0xf) * 4;
  if (!KNOWN_OPTIONS.has(type) || end > packet.length || !optionsOf(packet).isValid) return undefined;
  for (let at = IPV4_HEADER; at < end && packet[at] !== 0;) {
    if (packet[at] === type) return networkAt + at;
    at += packet[at] === IPOPT_NOOP ? 1 : (packet[at + 1] ?? 0);
  }
  return undefined;
}

const TCPOPT_NOP = 1;
const TCP_DOFF_AT = 12;

/** nft_exthdr_tcp_eval(). */
function tcpOption(parts: NetfilterPathParts, run: Evaluation, expression: Of<'exthdr'>): void {
  const { destination, isPresence, offset, length } = expression;
  const found = findTcpOption(parts, run.packet, expression);
  if (isPresence) run.storeNumber(destination, parts.presence(found !== undefined) ? 1 : 0);
  else if (found === undefined) run.break();
  else {
    clearTail(run, destination, length);
    copyBytes(parts, run, found + offset, length, destination * WORD);
  }
}

function findTcpOption(
  parts: NetfilterPathParts,
  packet: Packet,
  { type, offset, length }: Of<'exthdr'>,
): number | undefined {
  const { bytes, transportAt, fragmentOffset, protocolNumber, hasTransport } = packet;
  if (!hasTransport || protocolNumber !== IPPROTO_TCP || fragmentOffset !== 0) return undefined;
  const header = ((bytes[transportAt + TCP_DOFF_AT] ?? 0) >> 4) * 4;
  if (header < TCP_HEADER || transportAt + header > bytes.length) return undefined;
  for (let at = TCP_HEADER; at < header - 1;) {
    const kind = bytes[transportAt + at] ?? 0;
    const own = bytes[transportAt + at + 1] ?? 0;
    // Beware of options without length.
    const size = parts.optionSize(kind, kind <= TCPOPT_NOP || own === 0 ? 1 : own);
    if (kind === type) return at + size > header || length + offset > size ? undefined : transportAt + at;
    at += size;
  }
  return undefined;
}

function clearTail(run: Evaluation, word: number, length: number): void {
  if (length % WORD !== 0) run.storeNumber(word + Math.floor(length / WORD), 0);
}
