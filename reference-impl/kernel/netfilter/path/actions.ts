/** Expressions that do something with the packet: nft_log.c, nft_reject.c, nft_fwd_netdev.c, nft_dup_netdev.c. */
import { formatIpv4, formatIpv6 } from '../../../packet/addresses.js';
import { hex, readU16 } from '../../../packet/bytes.js';
import { ETH_HLEN, ETH_P_IP, ETH_P_IPV6, IPPROTO_TCP, IPPROTO_UDP } from '../../../packet/protocols.js';
import type { IfIndex } from '../../../../harness/contract/index.js';
import type { TxFrame } from '../../frames.js';
import { asTransmit } from '../../bridge/forward.js';
import { writeHeaderChecksum } from '../../routing/ipv4Header.js';
import { NFPROTO_IPV4, NFPROTO_IPV6, NF_DROP } from '../ruleset.js';
import { NF_STOLEN, WORD, type Evaluation, type Of, type Operation, type PathSurroundings } from './evaluation.js';
import type { Packet } from './packet.js';

/** nft_log_eval(): in the log of the kernel, unless a group of nfnetlink_log is meant. */
export function logOperation(around: PathSurroundings, { prefix, group }: Of<'log'>): Operation {
  if (group !== undefined) return () => undefined;
  return ({ packet }) => around.log(`${prefix}${described(packet)}`);
}

/** nf_log_ip_packet() and nf_log_ip6_packet(), in short. */
function described(packet: Packet): string {
  const { place, bytes, networkAt, hasLink } = packet;
  const words = [`IN=${place.input?.name ?? ''}`, `OUT=${place.output?.name ?? ''}`];
  if (hasLink && place.input !== undefined)
    words.push(`MAC=${(hex(bytes.subarray(0, ETH_HLEN)).match(/../g) ?? []).join(':')}`);
  const network = bytes.subarray(networkAt);
  if (packet.protocol === ETH_P_IP)
    words.push(`SRC=${formatIpv4(network.subarray(12, 16))}`, `DST=${formatIpv4(network.subarray(16, 20))}`);
  if (packet.protocol === ETH_P_IPV6)
    words.push(`SRC=${formatIpv6(network.subarray(8, 24))}`, `DST=${formatIpv6(network.subarray(24, 40))}`);
  words.push(`LEN=${packet.length}`);
  if (packet.hasTransport) words.push(`PROTO=${packet.protocolNumber}`);
  const hasPorts = packet.protocolNumber === IPPROTO_TCP || packet.protocolNumber === IPPROTO_UDP;
  if (packet.hasTransport && hasPorts && packet.fragmentOffset === 0)
    words.push(`SPT=${readU16(bytes, packet.transportAt)}`, `DPT=${readU16(bytes, packet.transportAt + 2)}`);
  return words.join(' ');
}

/** nft_reject_inet_eval() and its kin: the frame ends here. */
export function rejectOperation(around: PathSurroundings, { type, code }: Of<'reject'>): Operation {
  return (run) => {
    around.reject(run.packet, type, code);
    run.code = NF_DROP;
  };
}

/** nft_fwd_netdev_eval() and nft_fwd_neigh_eval(). */
export function forwardOperation(around: PathSurroundings, expression: Of<'fwd'>, nestedOf: NestedOf): Operation {
  const { device, nexthop } = expression;
  if (nexthop !== undefined) return (run) => forwardTo(around, run, expression);
  return (run) => {
    sendOut(around, run, run.number(device), nestedOf);
    run.code = around.parts.forwardVerdict(NF_STOLEN);
  };
}

/** nft_dup_netdev_eval(). */
export function duplicateOperation(around: PathSurroundings, { device }: Of<'dup'>, nestedOf: NestedOf): Operation {
  return (run) => {
    if (around.parts.duplicates) sendOut(around, run, run.number(device), nestedOf);
  };
}

/** How often rules sent a frame on before. */
export type NestedOf = (bytes: Uint8Array) => number;

/** nf_do_netdev_egress(). */
function sendOut(around: PathSurroundings, { packet }: Evaluation, ifIndex: number, nestedOf: NestedOf): void {
  const target = around.netDevice(ifIndex as IfIndex);
  const nested = nestedOf(packet.bytes);
  if (target === undefined || nested > around.parts.mostNested) return;
  const frame = asSent(around, packet);
  around.transmit(target, { ...frame, bytes: frame.bytes.slice() }, nested + 1);
}

/** The packet as dev_queue_xmit() takes it. */
function asSent({ parts }: PathSurroundings, packet: Packet): TxFrame {
  const { origin, bytes, vlan } = packet;
  const marks = parts.sendsMarks ? packet.marks : undefined;
  const beside = { ...(vlan === undefined ? {} : { vlan }), ...(marks === undefined ? {} : { marks }) };
  if (origin === undefined) return { bytes, checksum: { kind: 'none' }, ...beside };
  return origin.side === 'egress'
    ? { ...origin.frame, bytes, ...beside }
    : { ...asTransmit({ ...origin.frame, bytes }, origin.vnet), ...beside };
}

function forwardTo(around: PathSurroundings, run: Evaluation, { device, nexthop }: Of<'fwd'>): void {
  const { packet } = run;
  const family = nexthop?.family;
  const isMeant =
    (family === NFPROTO_IPV4 && packet.protocol === ETH_P_IP) ||
    (family === NFPROTO_IPV6 && packet.protocol === ETH_P_IPV6);
  if (nexthop === undefined || !isMeant) {
    run.break();
    return;
  }
  if (!countDown(packet, family === NFPROTO_IPV4)) {
    run.code = NF_DROP;
    return;
  }
  const target = around.netDevice(run.number(device) as IfIndex);
  if (target === undefined) return;
  const width = family === NFPROTO_IPV4 ? 4 : 16;
  const address = run.registers.slice(nexthop.address * WORD, nexthop.address * WORD + width);
  around.transmitTo(target, address, packet.network.slice());
  run.code = NF_STOLEN;
}

/** Whether the packet may go one more hop. */
function countDown(packet: Packet, isIpv4: boolean): boolean {
  const at = packet.networkAt + (isIpv4 ? 8 : 7);
  const left = packet.bytes[at] ?? 0;
  if (left <= 1) return false;
  packet.writable()[at] = left - 1;
  if (isIpv4) writeHeaderChecksum(packet.network);
  return true;
}
