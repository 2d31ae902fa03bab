/** NFT_MSG_TRACE: nft_trace_notify(). */
import { encodeBody } from '../../../netlink/client.js';
import { NFGENMSG, NFNETLINK_V0 } from '../../../netlink/families/nfnetlink.js';
import { NFTA_TRACE, nftType } from '../../../netlink/families/nftables.js';
import type { NetlinkBody } from '../../../netlink/operations.js';
import { encodeAttributes, type Values } from '../../../netlink/schema.js';
import { concat, writeU16 } from '../../../packet/bytes.js';
import type { NetDevice } from '../../netDevice.js';
import type { Packet } from '../path/packet.js';
import { NFT_TRACETYPE_POLICY, type TraceStep } from '../path/trace.js';
import { NFT_GOTO, NFT_JUMP } from '../ruleset.js';

/** NFT_TRACETYPE_NETWORK_HSIZE, NFT_TRACETYPE_TRANSPORT_HSIZE. */
const MOST_NETWORK = 40;
const MOST_TRANSPORT = 20;
const ADDRESSES = 12;
const ARPHRD_ETHER = 1;

export function traceBody(step: TraceStep): NetlinkBody {
  const { type, base, program, rule, packet } = step;
  const values: Values = {
    NFTA_TRACE_NFPROTO: packet.place.family,
    NFTA_TRACE_TYPE: type,
    NFTA_TRACE_ID: packet.traceId,
    NFTA_TRACE_CHAIN: program.chain.name,
    NFTA_TRACE_TABLE: base.table.name,
    ...(rule === undefined ? {} : { NFTA_TRACE_RULE_HANDLE: rule }),
    ...(type === NFT_TRACETYPE_POLICY ? { NFTA_TRACE_POLICY: base.base.policy } : verdictOf(step)),
    ...(packet.mark === 0 ? {} : { NFTA_TRACE_MARK: packet.mark }),
    ...(step.showsPacket ? { ...devicesOf(packet), ...headersOf(packet) } : {}),
  };
  const header = { nfgen_family: base.table.family, version: NFNETLINK_V0, res_id: 0 };
  return { type: nftType('TRACE'), body: encodeBody(NFGENMSG, header, encodeAttributes(NFTA_TRACE, values)) };
}

/** nft_verdict_dump(). */
function verdictOf({ verdict, target }: TraceStep): Values {
  const leads = (verdict === NFT_JUMP || verdict === NFT_GOTO) && target !== undefined;
  return {
    NFTA_TRACE_VERDICT: { NFTA_VERDICT_CODE: verdict >>> 0, ...(leads ? { NFTA_VERDICT_CHAIN: target } : {}) },
  };
}

/** nf_trace_fill_dev_info(). */
function devicesOf({ place: { input, output } }: Packet): Values {
  const told = (device: NetDevice | undefined, side: 'I' | 'O'): Values =>
    device === undefined
      ? {}
      : { [`NFTA_TRACE_${side}IF`]: device.ifIndex, [`NFTA_TRACE_${side}IFTYPE`]: ARPHRD_ETHER };
  return { ...told(input, 'I'), ...told(output, 'O') };
}

/** nf_trace_fill_pkt_info(): no more of a header than that is long, and of that of the link nothing where it is still part of the packet. */
function headersOf(packet: Packet): Values {
  const { bytes, networkAt, transportAt, hasTransport } = packet;
  const networkEnd = hasTransport ? transportAt : bytes.length;
  const network = bytes.slice(networkAt, Math.min(networkEnd, networkAt + MOST_NETWORK));
  const transport = hasTransport ? bytes.slice(transportAt, transportAt + MOST_TRANSPORT) : new Uint8Array(0);
  const link = packet.hasLink && !packet.countsLink ? linkHeader(packet) : new Uint8Array(0);
  return Object.fromEntries(
    [
      ['NFTA_TRACE_NETWORK_HEADER', network] as const,
      ['NFTA_TRACE_TRANSPORT_HEADER', transport] as const,
      ['NFTA_TRACE_LL_HEADER', link] as const,
    ].filter(([, header]) => header.length > 0),
  );
}

/** nf_trace_fill_ll_header(): a tag that lies beside the frame is told in its place. */
function linkHeader({ bytes, networkAt, vlan, protocol }: Packet): Uint8Array {
  if (vlan === undefined) return bytes.slice(0, networkAt);
  const tag = new Uint8Array(6);
  writeU16(tag, 0, vlan.tpid);
  writeU16(tag, 2, vlan.tci);
  writeU16(tag, 4, protocol);
  return concat(bytes.subarray(0, ADDRESSES), tag);
}
