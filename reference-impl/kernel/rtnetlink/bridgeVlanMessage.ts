/** VLANs with their options, as RTM_NEWVLAN tells them: br_vlan_fill_vids() and br_vlan_global_opts_fill() of net/bridge. */
import type { Vid } from '../../../harness/contract/index.js';
import { encodeBody } from '../../netlink/client.js';
import { AF_BRIDGE, RTM_DELVLAN, RTM_NEWVLAN } from '../../netlink/constants.js';
import { BRIDGE_VLAN_INFO_PVID, BRIDGE_VLAN_INFO_UNTAGGED } from '../../netlink/families/bridge.js';
import { BRIDGE_VLANDB, BR_VLAN_MSG } from '../../netlink/families/bridgeVlans.js';
import { encodeAttributes, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import type { Bridge, BridgePort, MemberVlan, VlanGroup } from '../bridge/bridge.js';
import type { GlobalVlan } from '../bridge/globalVlans.js';
import { vlanCounters } from '../bridge/vlanStatistics.js';
import type { ReferenceKernel } from '../kernel.js';
import { GLOBAL_VLAN_OPTIONS, VLAN_OPTIONS } from './bridgeVlanOptions.js';

/** Whose VLANs they are: those of a port, or of the bridge itself. */
export interface VlanOwner {
  readonly bridge: Bridge;
  readonly port: BridgePort | null;
}

export const groupOf = ({ bridge, port }: VlanOwner): VlanGroup => (port ?? bridge).vlans;

/** One VLAN, or a run of VLANs that are alike. */
interface Run {
  readonly first: Vid;
  last: Vid;
}

const sorted = (vids: Iterable<Vid>): readonly Vid[] => [...vids].sort((a, b) => a - b);

/** `joins`: whether a VLAN may stand in a run that ends with the one before it. */
function runsOf(vids: readonly Vid[], joins: (vid: Vid, last: Vid) => boolean): readonly Run[] {
  const runs: Run[] = [];
  for (const vid of vids) {
    const before = runs.at(-1);
    if (before !== undefined && vid - before.last === 1 && joins(vid, before.last)) before.last = vid;
    else runs.push({ first: vid, last: vid });
  }
  return runs;
}

/** br_vlan_dump_dev(): an entry for each VLAN, or for each run of VLANs that are alike. */
export function vlansMessage(kernel: ReferenceKernel, owner: VlanOwner, withStatistics: boolean): NetlinkBody {
  const group = groupOf(owner);
  const runs = runsOf(
    sorted(group.members.keys()),
    (vid, last) => !withStatistics && canEnterRange(kernel, owner, vid, last),
  );
  const entries = runs.map(({ first, last }) => ({
    ...entryOf(kernel, owner, first, last),
    ...(withStatistics ? { BRIDGE_VLANDB_ENTRY_STATS: statisticsOf(kernel, owner, first) } : {}),
  }));
  return message(owner, { BRIDGE_VLANDB_ENTRY: entries });
}

/** br_vlan_can_enter_range() and br_vlan_opts_eq_range(). */
export function canEnterRange(kernel: ReferenceKernel, owner: VlanOwner, vid: Vid, last: Vid): boolean {
  const { members, pvid } = groupOf(owner);
  const [one, other] = [members.get(vid), members.get(last)];
  if (one === undefined || other === undefined || vid === pvid || last === pvid) return false;
  const isAlike = ({ tells, joins, compares = true }: (typeof VLAN_OPTIONS)[number]): boolean =>
    joins?.(kernel, one, other) ??
    (!compares || tells?.(kernel, owner, vid, one) === tells?.(kernel, owner, last, other));
  const isSame = VLAN_OPTIONS.every(isAlike) || !kernel.parts.vlanOptions.tellsApart;
  return one.untagged === other.untagged && isSame;
}

function entryOf(kernel: ReferenceKernel, owner: VlanOwner, first: Vid, last: Vid): Values {
  const { members, pvid } = groupOf(owner);
  const vlan = members.get(first);
  const isPvid = first === pvid;
  const flags = (isPvid ? BRIDGE_VLAN_INFO_PVID : 0) | (vlan?.untagged === true ? BRIDGE_VLAN_INFO_UNTAGGED : 0);
  return {
    BRIDGE_VLANDB_ENTRY_INFO: { vid: first, flags },
    ...(last > first && !isPvid ? { BRIDGE_VLANDB_ENTRY_RANGE: last } : {}),
    ...(vlan === undefined ? {} : optionsOf(kernel, owner, first, vlan)),
  };
}

/** br_vlan_opts_fill(). */
function optionsOf(kernel: ReferenceKernel, owner: VlanOwner, vid: Vid, vlan: MemberVlan): Values {
  const told: Record<string, Values[string]> = {};
  for (const { attribute, tells } of VLAN_OPTIONS) {
    const value = tells?.(kernel, owner, vid, vlan);
    if (value !== undefined) told[attribute] = value;
  }
  return told;
}

/** br_vlan_stats_fill(). */
function statisticsOf({ bridging, parts }: ReferenceKernel, { bridge, port }: VlanOwner, vid: Vid): Values {
  const { rxBytes, rxPackets, txBytes, txPackets } = vlanCounters(bridging.events, bridge, port, vid);
  return {
    BRIDGE_VLANDB_STATS_RX_BYTES: rxBytes,
    BRIDGE_VLANDB_STATS_RX_PACKETS: parts.vlanOptions.toldCounter(rxPackets),
    BRIDGE_VLANDB_STATS_TX_BYTES: txBytes,
    BRIDGE_VLANDB_STATS_TX_PACKETS: txPackets,
  };
}

/** br_vlan_dump_dev() with BRIDGE_VLANDB_DUMPF_GLOBAL. */
export function globalVlansMessage(kernel: ReferenceKernel, bridge: Bridge): NetlinkBody {
  const runs = runsOf(sorted(bridge.globalVlans.keys()), (vid, last) => isAlikeGlobally(kernel, bridge, vid, last));
  const entries = runs.map(({ first, last }) => globalEntryOf(kernel, bridge, first, last));
  return message({ bridge, port: null }, { BRIDGE_VLANDB_GLOBAL_OPTIONS: entries });
}

/** br_vlan_global_opts_can_enter_range(). */
export function isAlikeGlobally(kernel: ReferenceKernel, bridge: Bridge, vid: Vid, last: Vid): boolean {
  const [one, other] = [bridge.globalVlans.get(vid), bridge.globalVlans.get(last)];
  if (one === undefined || other === undefined) return false;
  return GLOBAL_VLAN_OPTIONS.every(
    ({ tells, compares = true }) => !compares || tells?.(kernel, bridge, one) === tells?.(kernel, bridge, other),
  );
}

function globalEntryOf(kernel: ReferenceKernel, bridge: Bridge, first: Vid, last: Vid): Values {
  const vlan = bridge.globalVlans.get(first);
  return {
    BRIDGE_VLANDB_GOPTS_ID: first,
    ...(last > first ? { BRIDGE_VLANDB_GOPTS_RANGE: last } : {}),
    ...(vlan === undefined ? {} : globalOptionsOf(kernel, bridge, vlan)),
  };
}

function globalOptionsOf(kernel: ReferenceKernel, bridge: Bridge, vlan: GlobalVlan): Values {
  const told: Record<string, Values[string]> = {};
  for (const { attribute, tells } of GLOBAL_VLAN_OPTIONS) {
    const value = tells?.(kernel, bridge, vlan);
    if (value !== undefined) told[attribute] = value;
  }
  return told;
}

function message({ bridge, port }: VlanOwner, values: Values, type: number = RTM_NEWVLAN): NetlinkBody {
  const { ifIndex } = (port ?? bridge).netDevice;
  const body = encodeBody(
    BR_VLAN_MSG,
    { family: AF_BRIDGE, ifindex: ifIndex },
    encodeAttributes(BRIDGE_VLANDB, values),
  );
  return { type, body };
}

/** br_vlan_notify(): of a VLAN that is gone nothing but its number. */
export function vlanAnnouncement(
  kernel: ReferenceKernel,
  owner: VlanOwner,
  change: 'new' | 'del',
  first: Vid,
  last: Vid,
): NetlinkBody {
  const entry =
    change === 'new'
      ? entryOf(kernel, owner, first, last)
      : {
          BRIDGE_VLANDB_ENTRY_INFO: { vid: first, flags: 0 },
          ...(last > first ? { BRIDGE_VLANDB_ENTRY_RANGE: last } : {}),
        };
  return message(owner, { BRIDGE_VLANDB_ENTRY: [entry] }, change === 'new' ? RTM_NEWVLAN : RTM_DELVLAN);
}

/** br_vlan_global_opts_notify(). */
export const globalVlanAnnouncement = (kernel: ReferenceKernel, bridge: Bridge, first: Vid, last: Vid): NetlinkBody =>
  message({ bridge, port: null }, { BRIDGE_VLANDB_GLOBAL_OPTIONS: [globalEntryOf(kernel, bridge, first, last)] });
