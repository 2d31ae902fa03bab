/** What changes tell the group of nf_tables, and who asked with NLM_F_ECHO: nf_tables_table_notify() and its kin. */
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE } from '../../../netlink/constants.js';
import type { NetlinkBody } from '../../../netlink/operations.js';
import type { Chain, Rule, Table } from '../ruleset.js';
import { chainBody, ruleBody, tableBody, type Telling } from './messages.js';
import type { NftRequest, Transaction } from './transaction.js';

/** A change of the batch, and how it is told once it holds. */
export function announce(
  transaction: Transaction,
  { sequence, flags }: NftRequest,
  write: (telling: Telling) => NetlinkBody,
): void {
  const { parts, now } = transaction.surroundings;
  transaction.changes.push({
    sequence,
    echo: (flags & NLM_F_ECHO) !== 0 && transaction.checks('echo'),
    write: (generation) => write({ parts, generation, now }),
  });
}

/** What is told of how an object came about. */
export const creationFlags = ({ flags }: NftRequest): number => flags & (NLM_F_CREATE | NLM_F_EXCL);

export function announceTable(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  message: 'NEWTABLE' | 'DELTABLE',
): void {
  announce(transaction, request, (telling) => tableBody(telling, table, message, creationFlags(request)));
}

export function announceChain(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  chain: Chain,
  message: 'NEWCHAIN' | 'DELCHAIN',
  devices?: readonly string[],
): void {
  const flags = creationFlags(request);
  announce(transaction, request, (telling) =>
    chainBody(telling, table, chain, message, devices === undefined ? { flags } : { flags, devices }),
  );
}

/** nf_tables_rule_notify(): the rule before is told of one that is neither first nor last. */
export function announceRule(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  chain: Chain,
  rule: Rule,
  message: 'NEWRULE' | 'DELRULE',
): void {
  const isAppended = (request.flags & (NLM_F_APPEND | NLM_F_REPLACE)) !== 0;
  const flags = creationFlags(request) | (isAppended ? NLM_F_APPEND : 0);
  announce(transaction, request, (telling) => {
    const at = chain.rules.indexOf(rule);
    const isInside = at > 0 && at < chain.rules.length - 1;
    const position = isInside ? (chain.rules[at - 1]?.handle ?? 0n) : 0n;
    return ruleBody(telling, table, chain, rule, message, { flags, position });
  });
}
