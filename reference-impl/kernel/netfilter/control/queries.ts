/** What can be asked for: NFT_MSG_GET* (nf_tables_gettable() and its kin). */
import { NLM_F_APPEND, NLM_F_DUMP } from '../../../netlink/constants.js';
import { NFGENMSG, NFNL_MSG_TYPE } from '../../../netlink/families/nfnetlink.js';
import {
  NFTA_CHAIN,
  NFTA_FLOWTABLE,
  NFTA_GEN,
  NFTA_RULE,
  NFTA_TABLE,
  NFT_MSG,
  nftType,
  type NftMessageName,
} from '../../../netlink/families/nftables.js';
import type {
  HandlerResult,
  NetlinkBody,
  NetlinkHandler,
  NetlinkOperation,
  NetlinkRequest,
} from '../../../netlink/operations.js';
import { numberIn, type AttributeSet } from '../../../netlink/schema.js';
import { NLMSG_HDRLEN } from '../../../netlink/wire.js';
import { EINVAL, ENOENT } from '../../errno.js';
import type { Chain, Rule, Ruleset, Table } from '../ruleset.js';
import { Attributes, levelPolicy } from './attributes.js';
import { BATCH_OPERATIONS } from './batchOperations.js';
import { DATA_QUERIES } from './dataQueries.js';
import { chainNamed, lookupChain, lookupRule, lookupTable } from './lookups.js';
import { chainBody, generationBody, ruleBody, tableBody, type Telling } from './messages.js';
import type { NetfilterControlParts } from './parts.js';
import { Refused } from './refused.js';

/** What queries read. */
export interface NftListed {
  readonly ruleset: Ruleset;
  readonly now: bigint;
  readonly parts: NetfilterControlParts;
}

export interface NftQuery {
  readonly family: number;
  readonly attributes: Attributes;
  /** The message is one of those that reset what they tell. */
  readonly reset: boolean;
  readonly portId: number;
}

export interface NftQueryOperation {
  readonly set: AttributeSet;
  /** One. */
  readonly get: (listed: NftListed, query: NftQuery) => Iterable<NetlinkBody>;
  /** All; what it throws is no start of a dump. Read again with each part: what was there already is skipped. */
  readonly list?: (listed: NftListed, query: NftQuery) => Iterable<NetlinkBody>;
  /** Looked at before a dump begins. */
  readonly check?: (listed: NftListed, query: NftQuery) => void;
}

export const tellingOf = ({ parts, ruleset, now }: NftListed): Telling => ({
  parts,
  generation: ruleset.generation,
  now,
});

/** Tables of the family that is asked for; AF_UNSPEC: all. */
export const tablesOf = ({ ruleset }: NftListed, family: number): readonly Table[] =>
  [...ruleset.tables.values()].filter((table) => family === 0 || table.family === family);

const tables: NftQueryOperation = {
  set: NFTA_TABLE,
  get: (listed, { family, attributes }) => [
    tableBody(tellingOf(listed), lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_TABLE_NAME')),
  ],
  list: (listed, { family }) => tablesOf(listed, family).map((table) => tableBody(tellingOf(listed), table)),
};

const chains: NftQueryOperation = {
  set: NFTA_CHAIN,
  get: (listed, { family, attributes }) => {
    const table = lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_CHAIN_TABLE');
    return [chainBody(tellingOf(listed), table, lookupChain(table, attributes, 'NFTA_CHAIN_NAME'))];
  },
  *list(listed, { family }) {
    for (const table of tablesOf(listed, family))
      for (const chain of table.chains.values()) yield chainBody(tellingOf(listed), table, chain);
  },
};

/** nf_tables_dump_rules(): of one table, and of one chain of it, where they are named. */
function* listRules(listed: NftListed, { family, attributes, reset }: NftQuery): Iterable<NetlinkBody> {
  const [tableName, chainName] = [attributes.text('NFTA_RULE_TABLE'), attributes.text('NFTA_RULE_CHAIN')];
  for (const table of tablesOf(listed, family)) {
    if (tableName !== undefined && table.name !== tableName) continue;
    const one = tableName === undefined || chainName === undefined ? undefined : chainNamed(table, chainName);
    const named = chainName === undefined || tableName === undefined ? [...table.chains.values()] : one ? [one] : [];
    for (const chain of named) yield* rulesOf(listed, table, chain, reset);
    if (tableName !== undefined) return;
  }
}

function* rulesOf(listed: NftListed, table: Table, chain: Chain, reset: boolean): Iterable<NetlinkBody> {
  let before: Rule | undefined;
  for (const rule of chain.rules) {
    const position = before?.handle ?? 0n;
    yield ruleBody(tellingOf(listed), table, chain, rule, 'NEWRULE', { flags: NLM_F_APPEND, position, reset });
    before = rule;
  }
}

const rules: NftQueryOperation = {
  set: NFTA_RULE,
  get: (listed, { family, attributes, reset }) => {
    const table = lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_RULE_TABLE');
    const chain = lookupChain(table, attributes, 'NFTA_RULE_CHAIN');
    const rule = lookupRule(chain, attributes, 'NFTA_RULE_HANDLE');
    return [ruleBody(tellingOf(listed), table, chain, rule, 'NEWRULE', { reset })];
  },
  list: listRules,
};

/** There are none; a table that is named must be there, to get one. */
const flowtables: NftQueryOperation = {
  set: NFTA_FLOWTABLE,
  get: (listed, { family, attributes }) => {
    if (!attributes.has('NFTA_FLOWTABLE_NAME')) throw new Refused(EINVAL);
    lookupTable(listed.ruleset.tables, family, attributes, 'NFTA_FLOWTABLE_TABLE');
    throw new Refused(ENOENT, attributes.offset('NFTA_FLOWTABLE_NAME'));
  },
  list: () => [],
};

const generation: NftQueryOperation = {
  set: NFTA_GEN,
  get: (listed, { portId }) => [generationBody(tellingOf(listed), portId)],
};

const QUERIES: Partial<Readonly<Record<NftMessageName, NftQueryOperation>>> = {
  GETTABLE: tables,
  GETCHAIN: chains,
  GETRULE: rules,
  GETRULE_RESET: rules,
  GETFLOWTABLE: flowtables,
  GETGEN: generation,
  ...DATA_QUERIES,
};

/** Messages that reset what they tell. */
const RESETS: ReadonlySet<number> = new Set([NFT_MSG.GETRULE_RESET, NFT_MSG.GETOBJ_RESET, NFT_MSG.GETSETELEM_RESET]);

function queryOf({ parts }: NftListed, { header, values, offsets, message, cause }: NetlinkRequest): NftQuery {
  const number = NFNL_MSG_TYPE(message.type);
  return {
    family: numberIn(header, 'nfgen_family') ?? 0,
    attributes: new Attributes(values, offsets, { bytes: message.body.subarray(4), base: NLMSG_HDRLEN + 4 }),
    reset: RESETS.has(number) && parts.checks(number === NFT_MSG.GETRULE_RESET ? 'reset-rule' : 'reset-object'),
    portId: cause.portId,
  };
}

function answered(work: () => HandlerResult): HandlerResult {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** As the kernel walks: by place in the lists, which are looked up again when they have changed. */
function* walk(listed: () => NftListed, list: (listed: NftListed) => Iterable<NetlinkBody>): Iterable<NetlinkBody> {
  let at = 0;
  for (;;) {
    const { ruleset } = listed();
    let place = 0;
    let hasChanged = false;
    for (const body of list(listed())) {
      if (place++ < at) continue;
      at = place;
      yield body;
      if (listed().ruleset !== ruleset) {
        hasChanged = true;
        break;
      }
    }
    if (!hasChanged) return;
  }
}

/** The operations of the subsystem: queries, and what only a batch may hold (its callbacks have no other use). */
export function nftOperations(listed: () => NftListed): readonly NetlinkOperation[] {
  const operations: NetlinkOperation[] = [];
  for (const [name, query] of Object.entries(QUERIES)) {
    const { list, check } = query;
    const doit: NetlinkHandler = (request) =>
      answered(() => ({ ok: true, replies: [...query.get(listed(), queryOf(listed(), request))] }));
    const dumpit: NetlinkHandler = (request) =>
      answered(() => {
        const asked = queryOf(listed(), request);
        check?.(listed(), asked);
        const replies = walk(listed, (now) => list?.(now, asked) ?? []);
        return { ok: true, replies, generation: () => listed().ruleset.generation };
      });
    operations.push({ ...formOf(name as NftMessageName, query.set), doit, ...(list === undefined ? {} : { dumpit }) });
  }
  for (const [name, { set }] of Object.entries(BATCH_OPERATIONS))
    operations.push({
      ...formOf(name as NftMessageName, set),
      doit: () => (listed().parts.checks('batch-only') ? { ok: false, errno: EINVAL } : { ok: true }),
    });
  return operations;
}

const formOf = (
  name: NftMessageName,
  set: AttributeSet,
): Pick<NetlinkOperation, 'number' | 'header' | 'policy' | 'validation' | 'checksBeforeDump'> => ({
  number: nftType(name),
  header: NFGENMSG,
  policy: levelPolicy(set),
  validation: 'liberal',
  checksBeforeDump: true,
});

/** Any of the two bits of NLM_F_DUMP makes a dump. */
export const isNftDump = (flags: number): boolean => (flags & NLM_F_DUMP) !== 0;
