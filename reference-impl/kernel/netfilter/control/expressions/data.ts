/** Data of expressions and elements: nft_data_init(), nft_verdict_init(), nft_data_dump(). */
import { NFTA_DATA, NFTA_VERDICT, NFT_CHAIN_BINDING } from '../../../../netlink/families/nftables.js';
import type { Values } from '../../../../netlink/schema.js';
import { EINVAL, ENOENT, EOPNOTSUPP, EOVERFLOW } from '../../../errno.js';
import {
  NFT_BREAK,
  NFT_CONTINUE,
  NFT_GOTO,
  NFT_JUMP,
  NFT_RETURN,
  NF_ACCEPT,
  NF_DROP,
  type Chain,
  type NftData,
  type Table,
  type Verdict,
} from '../../ruleset.js';
import { readAttributes, type Attributes, type Nest } from '../attributes.js';
import { lookupChain } from '../lookups.js';
import { Refused } from '../refused.js';
import type { Transaction } from '../transaction.js';
import { targetOf } from '../uses.js';

/** sizeof(struct nft_verdict). */
export const VERDICT_LENGTH = 16;

/** struct nft_data_desc. */
export interface DataDescription {
  readonly kind: 'value' | 'verdict';
  /** The most bytes. */
  readonly size: number;
  /** Undefined: as many as there are. */
  readonly length?: number | undefined;
  /** NFT_DATA_DESC_SETELEM. */
  readonly isElement?: boolean;
}

interface VerdictContext {
  readonly transaction: Transaction;
  readonly table: Table;
}

/** Undefined context: verdicts are not taken. */
export function readData(nest: Nest | undefined, wanted: DataDescription, context?: VerdictContext): NftData {
  if (nest === undefined) throw new Refused(EINVAL);
  const attributes = readAttributes(NFTA_DATA, nest);
  const value = attributes.bytes('NFTA_DATA_VALUE');
  const verdict = attributes.nest('NFTA_DATA_VERDICT');
  if (value !== undefined) {
    if (wanted.kind !== 'value') throw new Refused(EINVAL);
    return { kind: 'value', bytes: checkedValue(value, wanted) };
  }
  if (verdict === undefined || context === undefined || wanted.kind !== 'verdict') throw new Refused(EINVAL);
  return { kind: 'verdict', verdict: readVerdict(verdict, wanted, context) };
}

/** nft_value_init(). */
function checkedValue(value: Uint8Array, { size, length }: DataDescription): Uint8Array {
  if (value.length === 0) throw new Refused(EINVAL);
  if (value.length > size) throw new Refused(EOVERFLOW);
  if (length !== undefined && value.length !== length) throw new Refused(EINVAL);
  return value;
}

export function readValue(nest: Nest | undefined, size: number, length?: number): Uint8Array {
  const data = readData(nest, { kind: 'value', size, length });
  if (data.kind !== 'value') throw new Refused(EINVAL);
  return data.bytes;
}

function readVerdict(nest: Nest, { isElement = false }: DataDescription, context: VerdictContext): Verdict {
  const attributes = readAttributes(NFTA_VERDICT, nest);
  const code = attributes.number('NFTA_VERDICT_CODE');
  if (code === undefined) throw new Refused(EINVAL);
  switch (code | 0) {
    case NF_ACCEPT:
    case NF_DROP:
      return { code: code === NF_DROP ? NF_DROP : NF_ACCEPT };
    case NFT_CONTINUE:
      return { code: NFT_CONTINUE };
    case NFT_BREAK:
      return { code: NFT_BREAK };
    case NFT_RETURN:
      return { code: NFT_RETURN };
    case NFT_JUMP:
    case NFT_GOTO: {
      const chain = targetChain(attributes, context);
      if (chain.base !== undefined && context.transaction.checks('jump-to-base')) throw new Refused(EOPNOTSUPP);
      if (isBound(context.table, chain)) throw new Refused(EINVAL);
      if (isElement && (chain.flags & NFT_CHAIN_BINDING) !== 0) throw new Refused(EINVAL);
      return { code: (code | 0) === NFT_JUMP ? NFT_JUMP : NFT_GOTO, chain: chain.handle };
    }
    default:
      return context.transaction.checks('verdict-code') ? refuse() : { code: NF_ACCEPT };
  }
}

function refuse(): never {
  throw new Refused(EINVAL);
}

function targetChain(attributes: Attributes, { transaction, table }: VerdictContext): Chain {
  if (attributes.has('NFTA_VERDICT_CHAIN')) return lookupChain(table, attributes, 'NFTA_VERDICT_CHAIN');
  const id = attributes.number('NFTA_VERDICT_CHAIN_ID');
  if (id === undefined) throw new Refused(EINVAL);
  return chainById(transaction, table, id);
}

/** nft_chain_lookup_byid(): of those that the batch has made. */
export function chainById(transaction: Transaction, table: Table, id: number, offset?: number): Chain {
  const found = transaction.chainsById.find((one) => one.id === id && one.table === table);
  if (found === undefined || !table.chains.has(found.chain.handle)) throw new Refused(ENOENT, offset);
  return found.chain;
}

/** nft_chain_is_bound(): a rule leads to it, and it is that rule's alone. */
export function isBound(table: Table, { flags, handle }: Chain): boolean {
  if ((flags & NFT_CHAIN_BINDING) === 0) return false;
  for (const { rules } of table.chains.values())
    for (const { expressions } of rules) if (expressions.some((one) => targetOf(one) === handle)) return true;
  return false;
}

/** nft_data_dump(). */
export function toldData(table: Table, data: NftData): Values {
  return data.kind === 'value'
    ? { NFTA_DATA_VALUE: data.bytes }
    : { NFTA_DATA_VERDICT: toldVerdict(table, data.verdict) };
}

function toldVerdict(table: Table, verdict: Verdict): Values {
  const chain = 'chain' in verdict ? table.chains.get(verdict.chain)?.name : undefined;
  return { NFTA_VERDICT_CODE: verdict.code, ...(chain === undefined ? {} : { NFTA_VERDICT_CHAIN: chain }) };
}

export const toldValue = (bytes: Uint8Array): Values => ({ NFTA_DATA_VALUE: bytes });
