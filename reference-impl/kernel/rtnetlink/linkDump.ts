/** rtnl_dump_ifinfo(): the net devices one after the other, as they are when their part is written. */
import { RTEXT_FILTER_SKIP_STATS } from '../../netlink/families/rtnetlink.js';
import { nestIn, numberIn, textIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkRequest } from '../../netlink/server.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { statisticsOf } from '../statistics.js';
import { linkMessage } from './linkMessage.js';
import { isMasterFiltered } from './masterFilter.js';

/** Kinds that make no filter: rtnl_link_ops_get() does not find them. */
const KINDS: ReadonlySet<string> = new Set<NetDevice['lower']['kind']>(['vlan', 'bridge', 'bond', 'vrf']);

interface LinkFilter {
  readonly master: number;
  readonly kind: string | undefined;
  readonly withStatistics: boolean;
}

export function dumpLinks(
  kernel: ReferenceKernel,
  { values }: NetlinkRequest,
  generation: () => number,
): HandlerResult {
  const kind = textIn(nestIn(values, 'IFLA_LINKINFO'), 'IFLA_INFO_KIND');
  const filter: LinkFilter = {
    master: numberIn(values, 'IFLA_MASTER') ?? 0,
    kind: kind !== undefined && KINDS.has(kind) ? kind : undefined,
    withStatistics: wantsStatistics(values),
  };
  const isFiltered = filter.master !== 0 || filter.kind !== undefined;
  return {
    ok: true,
    replies: listLinks(kernel, filter),
    generation,
    ...(isFiltered ? { filtered: 'messages' } : {}),
  };
}

export const wantsStatistics = (values: NetlinkRequest['values']): boolean =>
  ((numberIn(values, 'IFLA_EXT_MASK') ?? 0) & RTEXT_FILTER_SKIP_STATS) === 0;

async function* listLinks(kernel: ReferenceKernel, filter: LinkFilter): AsyncGenerator<NetlinkBody> {
  const { dumps } = kernel.parts.control;
  for (const netDevice of kernel.netDevices.values()) {
    if (dumps.filtersMaster && isMasterFiltered(netDevice, filter.master)) continue;
    if (dumps.filtersKind && filter.kind !== undefined && netDevice.lower.kind !== filter.kind) continue;
    const statistics = filter.withStatistics || !dumps.skipsStatistics ? await statisticsOf(netDevice) : undefined;
    yield linkMessage(kernel.parts, netDevice, statistics);
  }
}
