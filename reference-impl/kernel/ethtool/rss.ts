/** ETHTOOL_MSG_RSS_: net/ethtool/rss.c. */
import type { DriverResult, FlowType, HashField, Rss, RssChange } from '../../../harness/contract/index.js';
import { HASH_FIELDS } from '../../netlink/rxnfc.js';
import { bytesIn, listIn, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENOENT, EOPNOTSUPP, EBUSY } from '../errno.js';
import { portOf, type NetDevice } from '../netDevice.js';
import type { KernelParts } from '../parts.js';
import { fromOutcome, missing, refusal, refusalAt } from '../refusals.js';
import { opsOf } from './deviceState.js';
import {
  refusedWith,
  type ApplyChange,
  type EthtoolContext,
  type EthtoolRequest,
  type FillReply,
  type Query,
  type Refused,
} from './request.js';

const CONTEXT_ATTRIBUTE = 2;
const RXH_XFRM_SYM = 3;

export const fillRss: FillReply = async (_context, netDevice, query) => {
  const { values } = query;
  const { device, port } = portOf(netDevice);
  const context = numberIn(values, 'ETHTOOL_A_RSS_CONTEXT') ?? 0;
  // rss_parse_request(): where a dump starts says nothing to a single query.
  if (values['ETHTOOL_A_RSS_START_CONTEXT'] !== undefined)
    return refusedWith(refusalAt(query, 'ETHTOOL_A_RSS_START_CONTEXT', EINVAL));
  const { getRss, createRssContext } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getRss === undefined) return refusedWith(refusal(EOPNOTSUPP));
  if (context !== 0 && createRssContext === undefined) return refusedWith(refusal(EOPNOTSUPP));
  if (context !== 0 && !netDevice.rssContexts.has(context)) return refusedWith(refusal(ENOENT));
  const rss = await getRss(port, context);
  if (!rss.ok) return refusedWith(refusal(rss.errno, rss.message));
  return { ...rssValues(rss.value, context), ...(context === 0 ? await flowHashValues(netDevice) : {}) };
};

/** ethnl_rss_dumpit(): the main context of each device and those beside it, from a number on. */
export async function dumpRss(
  context: EthtoolContext,
  netDevice: NetDevice,
  query: Query,
): Promise<readonly (Values | Refused)[]> {
  const { ops } = opsOf(netDevice);
  if (ops.getRss === undefined) return [];
  const start = numberIn(query.values, 'ETHTOOL_A_RSS_START_CONTEXT') ?? 0;
  const beside = context.kernel.parts.ethtool.dumpsContexts ? [...netDevice.rssContexts] : [];
  const numbers = [0, ...beside].filter((number) => number >= start).sort((a, b) => a - b);
  const replies: (Values | Refused)[] = [];
  for (const number of numbers) {
    const values: Values = number === 0 ? {} : { ETHTOOL_A_RSS_CONTEXT: number };
    replies.push(await fillRss(context, netDevice, { ...query, values }));
  }
  return replies;
}

/** Attributes of ETHTOOL_A_RSS_FLOW_HASH, by the flow types of a device. */
const FLOW_ATTRIBUTES = {
  ETHER: 'ether',
  IP4: 'ip4',
  IP6: 'ip6',
  TCP4: 'tcp4',
  TCP6: 'tcp6',
  UDP4: 'udp4',
  UDP6: 'udp6',
  SCTP4: 'sctp4',
  SCTP6: 'sctp6',
} as const satisfies Record<string, FlowType>;

/** rss_prepare_flow_hash(): what is hashed of each flow type that the device tells of. */
async function flowHashValues(netDevice: NetDevice): Promise<Values> {
  const { ops, port } = opsOf(netDevice);
  const { getRxHashFields } = ops;
  if (getRxHashFields === undefined) return {};
  const flows: Record<string, number> = {};
  for (const [name, flow] of Object.entries(FLOW_ATTRIBUTES)) {
    const fields = await getRxHashFields(port, flow);
    if (fields.length > 0) flows[`ETHTOOL_A_FLOW_${name}`] = fieldBits(fields);
  }
  return { ETHTOOL_A_RSS_FLOW_HASH: flows };
}

const fieldBits = (fields: readonly HashField[]): number =>
  fields.reduce((bits, field) => bits | HASH_FIELDS[field], 0);

/** rss_set_prep_indir() and its kin for ETHTOOL_A_RSS_FLOW_HASH; answers whether something has changed. */
async function changeFlowHash(request: EthtoolRequest): Promise<boolean | Refusal> {
  const path = 'ETHTOOL_A_RSS_FLOW_HASH';
  const asked = nestIn(request.values, path);
  if (asked === undefined) return false;
  const { ops, port } = opsOf(request.netDevice);
  const { getRxHashFields, setRxHashFields } = ops;
  if (getRxHashFields === undefined || setRxHashFields === undefined) return refusalAt(request, path, EOPNOTSUPP);
  let changed = false;
  for (const [name, flow] of Object.entries(FLOW_ATTRIBUTES)) {
    const bits = numberIn(asked, `ETHTOOL_A_FLOW_${name}`);
    if (bits === undefined || bits === fieldBits(await getRxHashFields(port, flow))) continue;
    const fields = (Object.keys(HASH_FIELDS) as HashField[]).filter((field) => (bits & HASH_FIELDS[field]) !== 0);
    const refused = fromOutcome(await setRxHashFields(port, flow, fields));
    if (refused !== undefined) return refused;
    changed = true;
  }
  return changed;
}

export const rssValues = (rss: Rss, context: number): Values => ({
  ...(context === 0 ? {} : { ETHTOOL_A_RSS_CONTEXT: context }),
  ...(rss.hashFunction === 0 ? {} : { ETHTOOL_A_RSS_HFUNC: rss.hashFunction }),
  ETHTOOL_A_RSS_INPUT_XFRM: rss.inputTransform,
  ...(rss.indirection.length === 0 ? {} : { ETHTOOL_A_RSS_INDIR: rss.indirection }),
  ...(rss.key.length === 0 ? {} : { ETHTOOL_A_RSS_HKEY: rss.key }),
});

export const changeRss: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getRss, setRss, createRssContext } = device.ethtool;
  const number = numberIn(values, 'ETHTOOL_A_RSS_CONTEXT') ?? 0;
  if (netDevice.lower.kind === 'vlan' || getRss === undefined || setRss === undefined) return refusal(EOPNOTSUPP);
  if (number !== 0 && createRssContext === undefined) return refusalAt(request, 'ETHTOOL_A_RSS_CONTEXT', EOPNOTSUPP);
  if (number !== 0 && !netDevice.rssContexts.has(number)) return refusalAt(request, 'ETHTOOL_A_RSS_CONTEXT', ENOENT);
  const before = await getRss(port, number);
  if (!before.ok) return refusal(before.errno, before.message);
  const change = await rssChange(context.kernel.parts, request, before.value, number);
  if ('errno' in change) return change;
  const flowsChanged = await changeFlowHash(request);
  if (typeof flowsChanged !== 'boolean') return flowsChanged;
  if (isSame(change, before.value) && !flowsChanged) return undefined;
  const refused = fromOutcome(await setRss(port, number, change));
  if (refused !== undefined) return refused;
  if (change.indirection !== undefined && number === 0) netDevice.rssTableIsUsers = change.indirection.length > 0;
  await announceRss(context, request, number, 'RSS_NTF');
  return undefined;
};

export const createRss: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getRss, createRssContext } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getRss === undefined || createRssContext === undefined)
    return refusal(EOPNOTSUPP);
  const main = await getRss(port, 0);
  if (!main.ok) return refusal(main.errno, main.message);
  const change = await rssChange(context.kernel.parts, request, main.value, -1);
  if ('errno' in change) return change;
  const number = numberIn(values, 'ETHTOOL_A_RSS_CONTEXT') ?? firstFree(netDevice.rssContexts);
  if (number === 0) return refusalAt(request, 'ETHTOOL_A_RSS_CONTEXT', EINVAL);
  if (netDevice.rssContexts.has(number)) return refusalAt(request, 'ETHTOOL_A_RSS_CONTEXT', EBUSY);
  const refused = fromOutcome(await createRssContext(port, number, change));
  if (refused !== undefined) return refused;
  netDevice.rssContexts.add(number);
  await announceRss(context, request, number, 'RSS_CREATE_NTF');
  const created = await getRss(port, number);
  return created.ok ? rssValues(created.value, number) : { ETHTOOL_A_RSS_CONTEXT: number };
};

export const deleteRss: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { removeRssContext } = device.ethtool;
  const number = numberIn(values, 'ETHTOOL_A_RSS_CONTEXT');
  if (number === undefined) return missing(CONTEXT_ATTRIBUTE);
  if (netDevice.lower.kind === 'vlan' || removeRssContext === undefined) return refusal(EOPNOTSUPP);
  if (!netDevice.rssContexts.has(number)) return refusalAt(request, 'ETHTOOL_A_RSS_CONTEXT', ENOENT);
  const refused = fromOutcome(await removeRssContext(port, number));
  if (refused !== undefined) return refused;
  netDevice.rssContexts.delete(number);
  context.announceValues('RSS_DELETE_NTF', netDevice, { ETHTOOL_A_RSS_CONTEXT: number });
  return undefined;
};

function firstFree(taken: ReadonlySet<number>): number {
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}

/** What a request asks for, checked: sizes, queues, hash function, key length, symmetry. */
async function rssChange(
  parts: KernelParts,
  request: EthtoolRequest,
  before: Rss,
  context: number,
): Promise<RssChange | Refusal> {
  const { values, netDevice } = request;
  const hashFunction = numberIn(values, 'ETHTOOL_A_RSS_HFUNC');
  const inputTransform = numberIn(values, 'ETHTOOL_A_RSS_INPUT_XFRM');
  const key = bytesIn(values, 'ETHTOOL_A_RSS_HKEY');
  if (key !== undefined && key.length !== before.key.length) return refusalAt(request, 'ETHTOOL_A_RSS_HKEY', EINVAL);
  if (
    inputTransform !== undefined &&
    inputTransform !== 0 &&
    parts.checksRssSymmetry &&
    !(await isSymmetric(request))
  ) {
    return refusalAt(request, 'ETHTOOL_A_RSS_INPUT_XFRM', EINVAL, 'hash field config is not symmetric');
  }
  if (inputTransform !== undefined && (inputTransform & ~RXH_XFRM_SYM) !== 0) {
    return refusalAt(request, 'ETHTOOL_A_RSS_INPUT_XFRM', EINVAL);
  }
  const table =
    values['ETHTOOL_A_RSS_INDIR'] === undefined ? undefined : listIn(values, 'ETHTOOL_A_RSS_INDIR').map(Number);
  if (table !== undefined && parts.checksRssTable) {
    const resets = table.length === 0;
    const badSize = resets ? context !== 0 : before.indirection.length % table.length !== 0;
    const badQueue = table.some((queue) => queue >= netDevice.realRxQueues);
    if (badSize || badQueue) return refusalAt(request, 'ETHTOOL_A_RSS_INDIR', EINVAL);
  }
  return {
    ...(hashFunction === undefined ? {} : { hashFunction }),
    ...(inputTransform === undefined ? {} : { inputTransform }),
    ...(key === undefined ? {} : { key }),
    ...(table === undefined ? {} : { indirection: repeated(table, before.indirection.length) }),
  };
}

/** A shorter table is repeated until it fills the device's. */
const repeated = (table: readonly number[], length: number): readonly number[] =>
  table.length === 0 ? [] : Array.from({ length }, (_, index) => table[index % table.length] ?? 0);

/** ethtool_check_rss_ctx_busy() and ethtool_rxfh_config_is_sym(): source and destination are hashed both or neither. */
async function isSymmetric({ netDevice }: EthtoolRequest): Promise<boolean> {
  const { device, port } = portOf(netDevice);
  for (const flow of ['tcp4', 'udp4', 'sctp4', 'tcp6', 'udp6', 'sctp6'] as const) {
    const fields: readonly string[] = (await device.ethtool.getRxHashFields?.(port, flow)) ?? [];
    const both = (a: string, b: string): boolean => fields.includes(a) === fields.includes(b);
    if (!both('ip-src', 'ip-dst') || !both('l4-src', 'l4-dst')) return false;
  }
  return true;
}

function isSame(change: RssChange, before: Rss): boolean {
  const sameList = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
    a.length === b.length && Array.from(a).every((value, index) => value === b[index]);
  return (
    (change.hashFunction ?? before.hashFunction) === before.hashFunction &&
    (change.inputTransform ?? before.inputTransform) === before.inputTransform &&
    (change.key === undefined || sameList(change.key, before.key)) &&
    (change.indirection === undefined || sameList(change.indirection, before.indirection))
  );
}

async function announceRss(
  context: Parameters<ApplyChange>[0],
  { netDevice }: EthtoolRequest,
  number: number,
  name: 'RSS_NTF' | 'RSS_CREATE_NTF',
): Promise<void> {
  const { device, port } = portOf(netDevice);
  const rss: DriverResult<Rss> | undefined = await device.ethtool.getRss?.(port, number);
  if (rss?.ok === true) context.announceValues(name, netDevice, rssValues(rss.value, number));
}
