/** NFT_MSG_NEWCHAIN, NFT_MSG_DELCHAIN, NFT_MSG_DESTROYCHAIN. */
import { NLM_F_EXCL, NLM_F_NONREC, NLM_F_REPLACE } from '../../../netlink/constants.js';
import {
  NFTA_COUNTER,
  NFT_CHAIN_BASE,
  NFT_CHAIN_BINDING,
  NFT_CHAIN_FLAGS,
  NFT_CHAIN_HW_OFFLOAD,
} from '../../../netlink/families/nftables.js';
import { EBUSY, EEXIST, EINVAL, ENOENT, EOPNOTSUPP } from '../../errno.js';
import { NF_ACCEPT, NF_DROP, type Chain, type CounterState, type Table } from '../ruleset.js';
import { announceChain } from './announce.js';
import { readAttributes, type Attributes } from './attributes.js';
import { isDeviceHook } from './chainTypes.js';
import { devicesAdded, readHook } from './hooks.js';
import { chainNamed, lookupChain, lookupChainByHandle, lookupTable } from './lookups.js';
import { Refused } from './refused.js';
import { deleteChain as removeChain, deleteRule } from './removal.js';
import { allocateHandle, type NftRequest, type Transaction } from './transaction.js';
import { chainUses } from './uses.js';

/** nf_tables_newchain(). */
export function newChain(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, flags: messageFlags } = request;
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_CHAIN_TABLE', portId));
  const { chain, blame } = existing(table, attributes);
  const policy = readPolicy(transaction, attributes, chain);
  const flags = attributes.number('NFTA_CHAIN_FLAGS') ?? (chain === undefined ? 0 : allFlags(chain));
  if ((flags & ~NFT_CHAIN_FLAGS) !== 0 && transaction.checks('chain-flags')) throw new Refused(EOPNOTSUPP);
  if (chain === undefined) {
    addChain(transaction, request, table, policy ?? NF_ACCEPT, flags);
    return;
  }
  if ((chain.flags & NFT_CHAIN_BINDING) !== 0) throw new Refused(EINVAL);
  if ((messageFlags & NLM_F_EXCL) !== 0 && transaction.checks('chain-exclusive'))
    throw new Refused(EEXIST, attributes.offset(blame));
  if ((messageFlags & NLM_F_REPLACE) !== 0) throw new Refused(EOPNOTSUPP);
  const wanted = flags | (chain.base === undefined ? 0 : NFT_CHAIN_BASE);
  if (wanted !== allFlags(chain) && transaction.checks('chain-flags-change')) throw new Refused(EOPNOTSUPP);
  updateChain(transaction, request, table, { chain, policy, blame: attributes.offset(blame) });
}

const allFlags = ({ flags, base }: Chain): number => flags | (base === undefined ? 0 : NFT_CHAIN_BASE);

/** The chain that the request names, and the attribute that does. */
function existing(table: Table, attributes: Attributes): { readonly chain: Chain | undefined; readonly blame: string } {
  if (attributes.has('NFTA_CHAIN_HANDLE'))
    return { chain: lookupChainByHandle(table, attributes, 'NFTA_CHAIN_HANDLE'), blame: 'NFTA_CHAIN_HANDLE' };
  const name = attributes.text('NFTA_CHAIN_NAME');
  if (name === undefined && !attributes.has('NFTA_CHAIN_ID')) throw new Refused(EINVAL);
  return { chain: name === undefined ? undefined : chainNamed(table, name), blame: 'NFTA_CHAIN_NAME' };
}

type Policy = typeof NF_DROP | typeof NF_ACCEPT;

function readPolicy(transaction: Transaction, attributes: Attributes, chain: Chain | undefined): Policy | undefined {
  const policy = attributes.number('NFTA_CHAIN_POLICY');
  if (policy === undefined) return undefined;
  const isBase = chain === undefined ? attributes.has('NFTA_CHAIN_HOOK') : chain.base !== undefined;
  if (!isBase && transaction.checks('policy-of-base'))
    throw new Refused(EOPNOTSUPP, attributes.offset('NFTA_CHAIN_POLICY'));
  // The kernel keeps it in a u8 before it looks.
  const code = policy & 0xff;
  if (code !== NF_DROP && code !== NF_ACCEPT) {
    if (transaction.checks('policy-code')) throw new Refused(EINVAL);
    return NF_ACCEPT;
  }
  return code;
}

/** nf_tables_addchain(). */
function addChain(transaction: Transaction, request: NftRequest, table: Table, policy: Policy, flags: number): void {
  const { attributes, family } = request;
  const isBase = attributes.has('NFTA_CHAIN_HOOK');
  if (isBase) {
    if (transaction.updated.has(table)) throw new Refused(EINVAL);
    if ((flags & NFT_CHAIN_BINDING) !== 0) throw new Refused(EOPNOTSUPP);
  } else {
    if ((flags & NFT_CHAIN_BASE) !== 0 && transaction.checks('base-flag')) throw new Refused(EINVAL);
    if ((flags & NFT_CHAIN_HW_OFFLOAD) !== 0) throw new Refused(EOPNOTSUPP);
  }
  const base = isBase ? { ...readHook(transaction, attributes, family, flags), policy } : undefined;
  const counters = isBase ? readCounters(attributes) : undefined;
  // nft_chain_offload_support(): no driver here takes rules of nf_tables.
  if ((flags & NFT_CHAIN_HW_OFFLOAD) !== 0) {
    transaction.surroundings.tellMissing('offload of a chain');
    throw new Refused(EOPNOTSUPP);
  }
  const handle = allocateHandle(table);
  const chain: Chain = {
    name: nameOf(transaction, attributes, flags),
    handle,
    flags: flags & ~NFT_CHAIN_BASE,
    base: base === undefined ? undefined : { ...base, counters },
    userData: attributes.bytes('NFTA_CHAIN_USERDATA'),
    rules: [],
  };
  table.chains.set(handle, chain);
  const id = attributes.number('NFTA_CHAIN_ID');
  if (id !== undefined) transaction.chainsById.push({ table, id, chain });
  announceChain(transaction, request, table, chain, 'NEWCHAIN');
}

function nameOf(transaction: Transaction, attributes: Attributes, flags: number): string {
  const name = attributes.text('NFTA_CHAIN_NAME');
  if (name !== undefined) return name;
  if ((flags & NFT_CHAIN_BINDING) === 0) throw new Refused(EINVAL);
  return `__chain${++transaction.surroundings.counters.chainId}`;
}

/** nft_stats_alloc(). */
function readCounters(attributes: Attributes): CounterState | undefined {
  const nest = attributes.nest('NFTA_CHAIN_COUNTERS');
  if (nest === undefined) return undefined;
  const read = readAttributes(NFTA_COUNTER, nest);
  const [packets, bytes] = [read.long('NFTA_COUNTER_PACKETS'), read.long('NFTA_COUNTER_BYTES')];
  if (packets === undefined || bytes === undefined) throw new Refused(EINVAL);
  return { packets, bytes };
}

interface Update {
  readonly chain: Chain;
  readonly policy: Policy | undefined;
  /** Of the attribute that names the chain. */
  readonly blame: number | undefined;
}

/** nf_tables_updchain(). */
function updateChain(transaction: Transaction, request: NftRequest, table: Table, update: Update): void {
  const { attributes, family } = request;
  const { chain, policy, blame } = update;
  let added: readonly string[] = [];
  if (attributes.has('NFTA_CHAIN_HOOK')) {
    if (chain.base === undefined && transaction.checks('hook-of-regular')) throw new Refused(EEXIST, blame);
    added = devicesAdded(transaction, attributes, family, chain, blame);
  }
  const name = attributes.has('NFTA_CHAIN_HANDLE') ? attributes.text('NFTA_CHAIN_NAME') : undefined;
  if (name !== undefined && chainNamed(table, name) !== undefined && transaction.checks('chain-rename'))
    throw new Refused(EEXIST, attributes.offset('NFTA_CHAIN_NAME'));
  if (transaction.updated.has(table) && added.length > 0) throw new Refused(EOPNOTSUPP, blame);
  if (attributes.has('NFTA_CHAIN_COUNTERS') && chain.base === undefined) throw new Refused(EOPNOTSUPP);
  const counters = readCounters(attributes);
  transaction.pending.add(table);
  if (name !== undefined && transaction.checks('rename')) chain.name = name;
  if (chain.base !== undefined) {
    if (policy !== undefined && transaction.checks('policy-update')) chain.base.policy = policy;
    if (counters !== undefined) chain.base.counters = counters;
    chain.base.devices = [...chain.base.devices, ...added];
  }
  announceChain(transaction, request, table, chain, 'NEWCHAIN', added);
}

/** nf_tables_delchain(). */
export function deleteChain(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId, flags } = request;
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_CHAIN_TABLE', portId));
  const attribute = attributes.has('NFTA_CHAIN_HANDLE') ? 'NFTA_CHAIN_HANDLE' : 'NFTA_CHAIN_NAME';
  const chain = findChain(table, request, attribute);
  if (chain === undefined) return;
  if ((chain.flags & NFT_CHAIN_BINDING) !== 0) throw new Refused(EOPNOTSUPP);
  if (attributes.has('NFTA_CHAIN_HOOK')) {
    if (request.name === 'DESTROYCHAIN') throw new Refused(EOPNOTSUPP);
    if (chain.base !== undefined && isDeviceHook(family, chain.base.hook)) {
      deleteDevices(transaction, request, table, chain);
      return;
    }
  }
  const uses = chainUses(table).get(chain.handle) ?? 0;
  if ((flags & NLM_F_NONREC) !== 0 && uses > 0 && transaction.checks('chain-nonrecursive')) throw new Refused(EBUSY);
  for (const rule of [...chain.rules]) deleteRule(transaction, request, table, chain, rule);
  const left = chainUses(table).get(chain.handle) ?? 0;
  if (left > 0 && transaction.checks('chain-in-use')) throw new Refused(EBUSY, attributes.offset(attribute));
  removeChain(transaction, request, table, chain);
}

/** Undefined: there is none, and that is what was wanted. */
function findChain(table: Table, { name, attributes }: NftRequest, attribute: string): Chain | undefined {
  try {
    return attribute === 'NFTA_CHAIN_HANDLE'
      ? lookupChainByHandle(table, attributes, attribute)
      : lookupChain(table, attributes, attribute);
  } catch (error) {
    if (error instanceof Refused && error.errno === ENOENT && name === 'DESTROYCHAIN') return undefined;
    throw error;
  }
}

/** nft_delchain_hook(): devices alone go. */
function deleteDevices(transaction: Transaction, request: NftRequest, table: Table, chain: Chain): void {
  const { attributes, family } = request;
  const { base } = chain;
  if (base === undefined) return;
  if (transaction.updated.has(table)) throw new Refused(EOPNOTSUPP);
  const named = readHook(transaction, attributes, family, chain.flags, base).devices;
  if (named.some((device) => !base.devices.includes(device))) throw new Refused(ENOENT);
  if (transaction.checks('device-removed')) base.devices = base.devices.filter((device) => !named.includes(device));
  transaction.pending.add(table);
  announceChain(transaction, request, table, chain, 'DELCHAIN', named);
}
