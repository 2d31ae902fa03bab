/** rtnl_dump_ifinfo(): the net devices one after the other, as they are when their part is written. */
import { RTM_NEWLINK } from '../../netlink/constants.js';
import { nestIn, numberIn, textIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkRequest } from '../../netlink/server.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { vfInfoValues } from '../sriov/vfInfo.js';
import { statisticsOf } from '../statistics.js';
import { linkMessage } from './linkMessage.js';
import { isMasterFiltered } from './masterFilter.js';

/** Kinds that make no filter: rtnl_link_ops_get() does not find them. */
const KINDS: ReadonlySet<string> = new Set<NetDevice['lower']['kind']>(['vlan', 'bridge', 'bond', 'team', 'vrf']);

interface LinkFilter {
  readonly master: number;
  readonly kind: string | undefined;
}

/** With what IFLA_EXT_MASK asks for. */
export async function describedLink(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  { values }: NetlinkRequest,
): Promise<NetlinkBody> {
  const functions = await vfInfoValues(kernel, netDevice, numberIn(values, 'IFLA_EXT_MASK') ?? 0);
  return linkMessage(kernel.parts, netDevice, await statisticsOf(netDevice), RTM_NEWLINK, functions);
}

export function dumpLinks(kernel: ReferenceKernel, request: NetlinkRequest, generation: () => number): HandlerResult {
  const { values } = request;
  const kind = textIn(nestIn(values, 'IFLA_LINKINFO'), 'IFLA_INFO_KIND');
  const filter: LinkFilter = {
    master: numberIn(values, 'IFLA_MASTER') ?? 0,
    kind: kind !== undefined && KINDS.has(kind) ? kind : undefined,
  };
  const isFiltered = filter.master !== 0 || filter.kind !== undefined;
  return {
    ok: true,
    replies: listLinks(kernel, request, filter),
    generation,
    ...(isFiltered ? { filtered: 'messages' } : {}),
  };
}

async function* listLinks(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  filter: LinkFilter,
): AsyncGenerator<NetlinkBody> {
  const { dumps } = kernel.parts.control;
  for (const netDevice of kernel.netDevices.values()) {
    if (dumps.filtersMaster && isMasterFiltered(netDevice, filter.master)) continue;
    if (dumps.filtersKind && filter.kind !== undefined && netDevice.lower.kind !== filter.kind) continue;
    yield await describedLink(kernel, netDevice, request);
  }
}
