/** How tables, chains, rules and the generation are told: nf_tables_fill_table_info() and its kin. */
import type { NetlinkBody } from '../../../netlink/operations.js';
import { NFGENMSG, NFNETLINK_V0 } from '../../../netlink/families/nfnetlink.js';
import {
  NFTA_CHAIN,
  NFTA_GEN,
  NFTA_RULE,
  NFTA_TABLE,
  NFT_TABLE_F_OWNER,
  nftType,
  type NftMessageName,
} from '../../../netlink/families/nftables.js';
import { encodeAttributes, encodeStruct, type AttributeSet, type Values } from '../../../netlink/schema.js';
import { concat } from '../../../packet/bytes.js';
import type { Chain, CounterState, Rule, Table } from '../ruleset.js';
import { chainFlags, isDeviceHook } from './chainTypes.js';
import { toldExpressions } from './expressions/list.js';
import type { NetfilterControlParts } from './parts.js';
import { chainUses, tableUses } from './uses.js';

/** What every message needs: the generation goes into its header (nft_base_seq_be16()). */
export interface Telling {
  readonly parts: NetfilterControlParts;
  readonly generation: number;
  /** Virtual time in nanoseconds. */
  readonly now: bigint;
}

/** A message of nf_tables: the header of netfilter, then attributes. */
export function nftBody(
  telling: Telling,
  message: NftMessageName,
  family: number,
  set: AttributeSet,
  values: Values,
  flags = 0,
): NetlinkBody {
  const header = { nfgen_family: family, version: NFNETLINK_V0, res_id: telling.generation & 0xffff };
  const told = telling.parts.told(message, values);
  return { type: nftType(message), flags, body: concat(encodeStruct(NFGENMSG, header), encodeAttributes(set, told)) };
}

const given = (name: string, value: Uint8Array | undefined): Values => (value === undefined ? {} : { [name]: value });

/** nf_tables_fill_table_info(). */
export function tableBody(
  telling: Telling,
  table: Table,
  message: 'NEWTABLE' | 'DELTABLE' = 'NEWTABLE',
  flags = 0,
): NetlinkBody {
  return nftBody(
    telling,
    message,
    table.family,
    NFTA_TABLE,
    {
      NFTA_TABLE_NAME: table.name,
      NFTA_TABLE_USE: tableUses(table),
      NFTA_TABLE_HANDLE: table.handle,
      NFTA_TABLE_FLAGS: table.flags,
      ...((table.flags & NFT_TABLE_F_OWNER) === 0 ? {} : { NFTA_TABLE_OWNER: table.owner ?? 0 }),
      ...given('NFTA_TABLE_USERDATA', table.userData),
    },
    flags,
  );
}

/** nft_dump_stats() and nft_counter_policy's pair, in the order of chains. */
const chainCounters = ({ packets, bytes }: CounterState): Values => ({
  NFTA_COUNTER_PACKETS: packets,
  NFTA_COUNTER_BYTES: bytes,
});

/** nft_dump_basechain_hook(). */
function hookValues(family: number, { base }: Chain, devices = base?.devices): Values {
  if (base === undefined) return {};
  const [only, ...more] = devices ?? [];
  return {
    NFTA_HOOK_HOOKNUM: base.hook,
    NFTA_HOOK_PRIORITY: base.priority,
    ...(isDeviceHook(family, base.hook) ? { NFTA_HOOK_DEVS: { NFTA_DEVICE_NAME: devices ?? [] } } : {}),
    ...(only !== undefined && more.length === 0 ? { NFTA_HOOK_DEV: only } : {}),
  };
}

/** nf_tables_fill_chain_info(); `devices`: those alone that the message is about. */
export function chainBody(
  telling: Telling,
  table: Table,
  chain: Chain,
  message: 'NEWCHAIN' | 'DELCHAIN' = 'NEWCHAIN',
  { flags = 0, devices }: { readonly flags?: number; readonly devices?: readonly string[] } = {},
): NetlinkBody {
  const { base } = chain;
  const ofBase: Values =
    base === undefined
      ? {}
      : {
          NFTA_CHAIN_HOOK: hookValues(table.family, chain, devices),
          NFTA_CHAIN_POLICY: base.policy,
          NFTA_CHAIN_TYPE: base.type,
          ...(base.counters === undefined ? {} : { NFTA_CHAIN_COUNTERS: chainCounters(base.counters) }),
        };
  const told = chainFlags(chain);
  return nftBody(
    telling,
    message,
    table.family,
    NFTA_CHAIN,
    {
      NFTA_CHAIN_TABLE: table.name,
      NFTA_CHAIN_NAME: chain.name,
      NFTA_CHAIN_HANDLE: chain.handle,
      ...ofBase,
      ...(told === 0 ? {} : { NFTA_CHAIN_FLAGS: told }),
      NFTA_CHAIN_USE: chainUses(table).get(chain.handle) ?? 0,
      ...given('NFTA_CHAIN_USERDATA', chain.userData),
    },
    flags,
  );
}

/** nf_tables_fill_rule_info(): `position` is the handle of the rule before; `reset`: what was told of counters is taken off them. */
export function ruleBody(
  telling: Telling,
  table: Table,
  chain: Chain,
  rule: Rule,
  message: 'NEWRULE' | 'DELRULE' = 'NEWRULE',
  { flags = 0, position = 0n, reset = false } = {},
): NetlinkBody {
  return nftBody(
    telling,
    message,
    table.family,
    NFTA_RULE,
    {
      NFTA_RULE_TABLE: table.name,
      NFTA_RULE_CHAIN: chain.name,
      NFTA_RULE_HANDLE: rule.handle,
      ...(message === 'NEWRULE' && position !== 0n ? { NFTA_RULE_POSITION: position } : {}),
      NFTA_RULE_EXPRESSIONS: { NFTA_LIST_ELEM: toldExpressions({ table, now: telling.now, reset }, rule.expressions) },
      ...given('NFTA_RULE_USERDATA', rule.userData),
    },
    flags,
  );
}

/** nf_tables_fill_gen_info(): the process is known by the port id of its socket alone. */
export function generationBody(telling: Telling, portId: number): NetlinkBody {
  return nftBody(telling, 'NEWGEN', 0, NFTA_GEN, {
    NFTA_GEN_ID: telling.generation,
    NFTA_GEN_PROC_PID: portId,
    NFTA_GEN_PROC_NAME: 'nicspec',
  });
}
