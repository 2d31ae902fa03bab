/** RTM_GETSTATS: rtnl_stats_get() and rtnl_stats_dump() of net/core/rtnetlink.c. */
import type { IfIndex } from '../../../harness/contract/index.js';
import { encodeBody } from '../../netlink/client.js';
import { RTM_NEWSTATS } from '../../netlink/constants.js';
import { IF_STATS_MSG, IFLA_STATS_LINK_64, LINK_STATS } from '../../netlink/families/rtnetlink.js';
import { encodeAttributes, numberIn, type Values } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkRequest } from '../../netlink/server.js';
import { EINVAL, ENODEV } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { statisticsOf } from '../statistics.js';
import { bridgeStatistics } from './bridgeStatistics.js';
import { linkStatisticsValues } from './linkCounters.js';

export async function getStatistics(kernel: ReferenceKernel, { header }: NetlinkRequest): Promise<HandlerResult> {
  const index = numberIn(header, 'ifindex') ?? 0;
  const mask = numberIn(header, 'filter_mask') ?? 0;
  if (index <= 0) return refusal(EINVAL);
  const netDevice = kernel.netDevices.get(index as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV);
  if (mask === 0) return refusal(EINVAL, 'Filter mask must be set for stats get');
  return { ok: true, replies: [await statisticsMessage(kernel, netDevice, mask)] };
}

export function dumpStatistics(
  kernel: ReferenceKernel,
  { header }: NetlinkRequest,
  generation: () => number,
): HandlerResult {
  const mask = numberIn(header, 'filter_mask') ?? 0;
  if (mask === 0) return refusal(EINVAL, 'Filter mask must be set for stats dump');
  return { ok: true, replies: listStatistics(kernel, mask), generation };
}

async function* listStatistics(kernel: ReferenceKernel, mask: number): AsyncGenerator<NetlinkBody> {
  for (const netDevice of kernel.netDevices.values()) yield await statisticsMessage(kernel, netDevice, mask);
}

async function statisticsMessage(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  mask: number,
): Promise<{ type: number; body: Uint8Array }> {
  const wantsLink = (mask & (1 << (IFLA_STATS_LINK_64 - 1))) !== 0;
  const link: Values = wantsLink ? { IFLA_STATS_LINK_64: linkStatisticsValues(await statisticsOf(netDevice)) } : {};
  const values = { ...link, ...bridgeStatistics(kernel, netDevice, mask) };
  const header = { ifindex: netDevice.ifIndex, filter_mask: mask };
  return { type: RTM_NEWSTATS, body: encodeBody(IF_STATS_MSG, header, encodeAttributes(LINK_STATS, values)) };
}
