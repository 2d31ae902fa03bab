/** A conforming kernel with one part of the control side of nf_tables replaced. */
import type { NetfilterControlParts } from '../kernel/netfilter/control/parts.js';
import type { NftMessageName } from '../netlink/families/nftables.js';
import { listIn, nestIn, type Values } from '../netlink/schema.js';
import type { Defect } from './defect.js';

type KernelChange = NonNullable<Defect['kernel']>;

/** Parts of the control side of nf_tables. */
export const netfilter =
  (change: Partial<NetfilterControlParts>): KernelChange =>
  (parts) => ({ ...parts, netfilter: { ...parts.netfilter, ...change } });

/** One check less. */
export const without = (missing: string): KernelChange => netfilter({ checks: (check) => check !== missing });

/** Messages of one kind tell something else. */
export const told = (message: NftMessageName, change: (values: Values) => Values): KernelChange =>
  netfilter({ told: (name, values) => (name === message ? change(values) : values) });

/** One attribute less. */
export const lacking =
  (missing: string) =>
  (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name !== missing));

/** A rule without the last of its expressions. */
export function withoutLast(values: Values): Values {
  const expressions = listIn(nestIn(values, 'NFTA_RULE_EXPRESSIONS'), 'NFTA_LIST_ELEM');
  return { ...values, NFTA_RULE_EXPRESSIONS: { NFTA_LIST_ELEM: expressions.slice(0, -1) } };
}

/** A chain that seems to be at no device. */
export function withoutDevices(values: Values): Values {
  const hook = nestIn(values, 'NFTA_CHAIN_HOOK');
  return hook === undefined ? values : { ...values, NFTA_CHAIN_HOOK: lacking('NFTA_HOOK_DEVS')(hook) };
}
