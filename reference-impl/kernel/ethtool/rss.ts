/** ETHTOOL_MSG_RSS_: net/ethtool/rss.c. */
import type { DriverResult, Rss, RssChange } from '../../../harness/contract/index.js';
import { bytesIn, listIn, numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENOENT, EOPNOTSUPP, EBUSY } from '../errno.js';
import { portOf } from '../netDevice.js';
import type { KernelParts } from '../parts.js';
import { fromOutcome, missing, refusal, refusalAt } from '../refusals.js';
import { refusedWith, type ApplyChange, type EthtoolRequest, type FillReply } from './request.js';

const CONTEXT_ATTRIBUTE = 2;
const RXH_XFRM_SYM = 3;

export const fillRss: FillReply = async (_context, netDevice, { values }) => {
  const { device, port } = portOf(netDevice);
  const context = numberIn(values, 'ETHTOOL_A_RSS_CONTEXT') ?? 0;
  const { getRss, createRssContext } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getRss === undefined) return refusedWith(refusal(EOPNOTSUPP));
  if (context !== 0 && createRssContext === undefined) return refusedWith(refusal(EOPNOTSUPP));
  if (context !== 0 && !netDevice.rssContexts.has(context)) return refusedWith(refusal(ENOENT));
  const rss = await getRss(port, context);
  return rss.ok ? rssValues(rss.value, context) : refusedWith(refusal(rss.errno, rss.message));
};

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
  if (isSame(change, before.value)) return undefined;
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
