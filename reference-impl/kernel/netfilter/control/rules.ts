/** NFT_MSG_NEWRULE, NFT_MSG_DELRULE, NFT_MSG_DESTROYRULE. */
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../../netlink/constants.js';
import { NFT_CHAIN_BINDING } from '../../../netlink/families/nftables.js';
import { EEXIST, EINVAL, ENOENT, EOPNOTSUPP } from '../../errno.js';
import type { Chain, Rule, Table } from '../ruleset.js';
import { announceRule } from './announce.js';
import { chainById, isBound } from './expressions/data.js';
import { readExpressions } from './expressions/list.js';
import { Registers } from './expressions/registers.js';
import { lookupChain, lookupRule, lookupTable } from './lookups.js';
import type { Attributes } from './attributes.js';
import { blaming, Refused } from './refused.js';
import { deleteRule as removeRule, deleteRulesOf } from './removal.js';
import { allocateHandle, type NftRequest, type Transaction } from './transaction.js';
import { validateTable } from './validation.js';

/** nf_tables_newrule(). */
export function newRule(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId } = request;
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_RULE_TABLE', portId));
  const chain = chainOf(transaction, table, request);
  if (isBound(table, chain)) throw new Refused(EOPNOTSUPP);
  const { handle, neighbour } = placeOf(transaction, table, chain, request);
  const nest = attributes.nest('NFTA_RULE_EXPRESSIONS');
  const context = {
    transaction,
    table,
    chain,
    family: table.family,
    registers: new Registers((check) => transaction.checks(check)),
  };
  const expressions = nest === undefined ? [] : readExpressions(context, nest);
  const userData = attributes.bytes('NFTA_RULE_USERDATA');
  const rule: Rule = { handle, expressions, userData: userData?.length === 0 ? undefined : userData };
  insert(transaction, request, table, { chain, rule, neighbour });
  if (transaction.validatesNow) validateTable(table, (check) => transaction.checks(check));
}

function chainOf(transaction: Transaction, table: Table, { attributes }: NftRequest): Chain {
  if (attributes.has('NFTA_RULE_CHAIN')) {
    const work = (): Chain => lookupChain(table, attributes, 'NFTA_RULE_CHAIN');
    return transaction.checks('rule-chain-blame') ? work() : blaming(undefined, work);
  }
  const id = attributes.number('NFTA_RULE_CHAIN_ID');
  if (id === undefined) throw new Refused(EINVAL);
  return chainById(transaction, table, id, attributes.offset('NFTA_RULE_CHAIN_ID'));
}

/** The handle of the rule, and the rule beside which it goes, or whose place it takes. */
function placeOf(
  transaction: Transaction,
  table: Table,
  chain: Chain,
  { attributes, flags }: NftRequest,
): { readonly handle: bigint; readonly neighbour: Rule | undefined } {
  const isReplaced = (flags & NLM_F_REPLACE) !== 0;
  if (attributes.has('NFTA_RULE_HANDLE')) {
    const neighbour = lookupRule(chain, attributes, 'NFTA_RULE_HANDLE');
    if ((flags & NLM_F_EXCL) !== 0 && transaction.checks('rule-exclusive'))
      throw new Refused(EEXIST, attributes.offset('NFTA_RULE_HANDLE'));
    if (!isReplaced && transaction.checks('rule-handle-alone')) throw new Refused(EOPNOTSUPP);
    return { handle: transaction.checks('replace-handle') ? neighbour.handle : allocateHandle(table), neighbour };
  }
  if (((flags & NLM_F_CREATE) === 0 || isReplaced) && transaction.checks('rule-create')) throw new Refused(EINVAL);
  const handle = allocateHandle(table);
  if (attributes.has('NFTA_RULE_POSITION')) return { handle, neighbour: positionOf(transaction, chain, attributes) };
  const id = attributes.number('NFTA_RULE_POSITION_ID');
  const offset = attributes.offset('NFTA_RULE_POSITION_ID');
  return { handle, neighbour: id === undefined ? undefined : ruleById(transaction, chain, id, offset) };
}

function positionOf(transaction: Transaction, chain: Chain, attributes: Attributes): Rule | undefined {
  const handle = attributes.long('NFTA_RULE_POSITION');
  const isThere = chain.rules.some((rule) => rule.handle === handle);
  return isThere || transaction.checks('rule-position')
    ? lookupRule(chain, attributes, 'NFTA_RULE_POSITION')
    : undefined;
}

/** nft_rule_lookup_byid(): of those that the batch has made. */
function ruleById(transaction: Transaction, chain: Chain, id: number, offset: number | undefined): Rule {
  const found = transaction.rulesById.find((one) => one.chain === chain && one.id === id);
  if (found === undefined) throw new Refused(ENOENT, offset);
  return found.rule;
}

interface Insertion {
  readonly chain: Chain;
  readonly rule: Rule;
  readonly neighbour: Rule | undefined;
}

function insert(
  transaction: Transaction,
  request: NftRequest,
  table: Table,
  { chain, rule, neighbour }: Insertion,
): void {
  const { flags, attributes } = request;
  const { rules } = chain;
  const at = neighbour === undefined ? -1 : rules.indexOf(neighbour);
  const isAppended = (flags & NLM_F_APPEND) !== 0 || !transaction.checks('rule-order');
  if ((flags & NLM_F_REPLACE) !== 0 && neighbour !== undefined) {
    if ((chain.flags & NFT_CHAIN_BINDING) !== 0) throw new Refused(EOPNOTSUPP);
    if (at < 0) throw new Refused(ENOENT);
    removeRule(transaction, request, table, chain, neighbour);
    rules.splice(at, 0, rule);
  } else if (neighbour === undefined) rules.splice(isAppended ? rules.length : 0, 0, rule);
  else rules.splice(isAppended ? at + 1 : Math.max(0, at), 0, rule);
  const id = attributes.number('NFTA_RULE_ID');
  if (id !== undefined) transaction.rulesById.push({ chain, id, rule });
  announceRule(transaction, request, table, chain, rule, 'NEWRULE');
}

/** nf_tables_delrule(). */
export function deleteRule(transaction: Transaction, request: NftRequest): void {
  const { family, attributes, portId } = request;
  const table = transaction.own(lookupTable(transaction.tables, family, attributes, 'NFTA_RULE_TABLE', portId));
  if (!attributes.has('NFTA_RULE_CHAIN')) {
    for (const chain of [...table.chains.values()])
      if ((chain.flags & NFT_CHAIN_BINDING) === 0) deleteRulesOf(transaction, request, table, chain);
    return;
  }
  unlessDestroyed(request, () => {
    const chain = lookupChain(table, attributes, 'NFTA_RULE_CHAIN');
    if ((chain.flags & NFT_CHAIN_BINDING) !== 0) throw new Refused(EOPNOTSUPP);
    const id = attributes.number('NFTA_RULE_ID');
    if (attributes.has('NFTA_RULE_HANDLE'))
      removeRule(transaction, request, table, chain, lookupRule(chain, attributes, 'NFTA_RULE_HANDLE'));
    else if (id !== undefined) {
      const rule = ruleById(transaction, chain, id, attributes.offset('NFTA_RULE_ID'));
      if (!chain.rules.includes(rule)) throw new Refused(ENOENT);
      removeRule(transaction, request, table, chain, rule);
    } else if (transaction.checks('chain-flush')) deleteRulesOf(transaction, request, table, chain);
  });
}

/** NFT_MSG_DESTROYRULE: what is not there is gone already. */
function unlessDestroyed({ name }: NftRequest, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof Refused && error.errno === ENOENT && name === 'DESTROYRULE') return;
    throw error;
  }
}
