/** rtnl_dump_ifinfo(): the net devices one after the other, as they are when their part is written. */
import { RTM_NEWLINK } from '../../netlink/constants.js';
import { nestIn, numberIn, textIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkRequest, WrittenReply } from '../../netlink/server.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { vfInfoValues } from '../sriov/vfInfo.js';
import { softwareStatistics, statisticsOf } from '../statistics.js';
import { linkMessage, writeLink, type DescribedLink } from './linkMessage.js';
import { isMasterFiltered } from './masterFilter.js';

/** Kinds that make no filter: rtnl_link_ops_get() does not find them. */
const KINDS: ReadonlySet<string> = new Set<NetDevice['lower']['kind']>(['vlan', 'bridge', 'bond', 'team', 'vrf']);

interface LinkFilter {
  readonly master: number;
  readonly kind: string | undefined;
}

/** With what IFLA_EXT_MASK asks for. */
async function describedPort(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  { values }: NetlinkRequest,
): Promise<DescribedLink> {
  const functions = await vfInfoValues(kernel, netDevice, numberIn(values, 'IFLA_EXT_MASK') ?? 0);
  return { parts: kernel.parts, netDevice, statistics: await statisticsOf(netDevice), functions };
}

/** A promise, where a driver has to be asked. */
function described(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  request: NetlinkRequest,
): DescribedLink | Promise<DescribedLink> {
  return netDevice.lower.kind === 'port'
    ? describedPort(kernel, netDevice, request)
    : { parts: kernel.parts, netDevice, statistics: softwareStatistics(netDevice), functions: {} };
}

export async function describedLink(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  request: NetlinkRequest,
): Promise<NetlinkBody> {
  return linkMessage(await described(kernel, netDevice, request));
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
    written: listLinks(kernel, request, filter),
    generation,
    ...(isFiltered ? { filtered: 'messages' } : {}),
  };
}

function* listLinks(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  filter: LinkFilter,
): Generator<WrittenReply | Promise<WrittenReply>> {
  const { dumps } = kernel.parts.control;
  for (const netDevice of kernel.netDevices.values()) {
    if (dumps.filtersMaster && isMasterFiltered(netDevice, filter.master)) continue;
    if (dumps.filtersKind && filter.kind !== undefined && netDevice.lower.kind !== filter.kind) continue;
    const link = described(kernel, netDevice, request);
    yield 'then' in link ? link.then(reply) : reply(link);
  }
}

const reply = (link: DescribedLink): WrittenReply => ({
  type: RTM_NEWLINK,
  write: (draft) => writeLink(draft, link),
});
