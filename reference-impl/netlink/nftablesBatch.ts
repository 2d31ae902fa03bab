/** The user's side of nf_tables: batches as bytes, and what its messages tell. */
import { encodeBody } from './client.js';
import { NLM_F_ACK, NLM_F_REQUEST } from './constants.js';
import {
  NFGENMSG,
  NFNL_BATCH,
  NFNL_MSG_BATCH_BEGIN,
  NFNL_MSG_BATCH_END,
  NFNL_MSG_TYPE,
  NFNL_SUBSYS_NFTABLES,
} from './families/nfnetlink.js';
import {
  NFTA_CHAIN,
  NFTA_FLOWTABLE,
  NFTA_GEN,
  NFTA_OBJ,
  NFTA_RULE,
  NFTA_SET,
  NFTA_SET_ELEM_LIST,
  NFTA_TABLE,
  NFT_MSG,
  nftType,
  type NftMessageName,
} from './families/nftables.js';
import { decodeAttributes, encodeAttributes, type AttributeSet, type Values } from './schema.js';
import { encodeDatagram, encodeMessage, type Message } from './wire.js';

/** A message of a batch. */
export interface NftMessage {
  readonly name: NftMessageName;
  readonly family: number;
  /** Beside NLM_F_REQUEST and NLM_F_ACK. */
  readonly flags: number;
  readonly attributes: Values | Uint8Array;
}

/** The attributes of a message, by the name of the message. */
export function nftSet(name: string): AttributeSet {
  if (name.includes('SETELEM')) return NFTA_SET_ELEM_LIST;
  if (name.includes('FLOWTABLE')) return NFTA_FLOWTABLE;
  if (name.includes('TABLE')) return NFTA_TABLE;
  if (name.includes('CHAIN')) return NFTA_CHAIN;
  if (name.includes('RULE')) return NFTA_RULE;
  if (name.includes('OBJ')) return NFTA_OBJ;
  return name.includes('GEN') ? NFTA_GEN : NFTA_SET;
}

/** The header of netfilter, then attributes. */
export function nftRequest(name: NftMessageName, family: number, attributes: Values | Uint8Array): Uint8Array {
  const encoded = attributes instanceof Uint8Array ? attributes : encodeAttributes(nftSet(name), attributes);
  return encodeBody(NFGENMSG, { nfgen_family: family }, encoded);
}

export interface BatchOptions {
  readonly hasEnd?: boolean;
  /** NFNL_BATCH_GENID. */
  readonly generation?: number;
  readonly subsystem?: number;
  /** Whether begin and end are acknowledged too. */
  readonly acknowledged?: boolean;
}

/** A datagram that is a transaction; the message at a place has the sequence number of the first one plus the place, begin and end included. */
export function encodeBatch(
  messages: readonly NftMessage[],
  firstSequence: number,
  { hasEnd = true, generation, subsystem = NFNL_SUBSYS_NFTABLES, acknowledged = false }: BatchOptions = {},
): Uint8Array {
  const flags = NLM_F_REQUEST | (acknowledged ? NLM_F_ACK : 0);
  const edge = (type: number, sequence: number, attributes: Uint8Array): Uint8Array =>
    encodeMessage({ type, flags, sequence, portId: 0 }, encodeBody(NFGENMSG, { res_id: subsystem }, attributes));
  const begin = encodeAttributes(NFNL_BATCH, generation === undefined ? {} : { NFNL_BATCH_GENID: generation });
  return encodeDatagram([
    edge(NFNL_MSG_BATCH_BEGIN, firstSequence, begin),
    ...messages.map(({ name, family, flags: own, attributes }, at) =>
      encodeMessage(
        {
          type: nftType(name),
          flags: own | NLM_F_REQUEST | NLM_F_ACK,
          sequence: firstSequence + 1 + at,
          portId: 0,
        },
        nftRequest(name, family, attributes),
      ),
    ),
    ...(hasEnd ? [edge(NFNL_MSG_BATCH_END, firstSequence + messages.length + 1, new Uint8Array(0))] : []),
  ]);
}

const NAMES: ReadonlyMap<number, NftMessageName> = new Map(
  Object.entries(NFT_MSG).map(([name, number]) => [number, name as NftMessageName]),
);

/** What a message of nf_tables tells. */
export interface NftTold {
  readonly name: NftMessageName;
  readonly family: number;
  /** The generation, its low 16 bits. */
  readonly generation: number;
  readonly flags: number;
  readonly values: Values;
}

/** Undefined for a message of another kind. */
export function decodeNft({ type, flags, body }: Message): NftTold | undefined {
  const name = NAMES.get(NFNL_MSG_TYPE(type));
  if (type >> 8 !== NFNL_SUBSYS_NFTABLES || name === undefined || body.length < 4) return undefined;
  const values = decodeAttributes(nftSet(name), body.subarray(4));
  return { name, family: body[0] ?? 0, generation: ((body[2] ?? 0) << 8) | (body[3] ?? 0), flags, values };
}
