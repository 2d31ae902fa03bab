import type { Values } from '../../netlink/schema.js';
import type { DevlinkCommand } from '../../netlink/families/devlink.js';
import type { Nanoseconds } from '../../../harness/contract/index.js';

/** Rules of the core of devlink that a seeded defect may replace, one at a time. */
export interface DevlinkParts {
  /** Whether what became of an object is told to who listens. */
  readonly announces: (command: DevlinkCommand) => boolean;
  /** Whether a dump has the instance. */
  readonly listed: (instance: string) => boolean;
  /** devlink_resource_put(), without the parts of the resource. */
  readonly toldResource: (values: Values) => Values;
  /** devlink_nl_flash_update_fill(). */
  readonly toldStatus: (values: Values) => Values;
  /** devlink_nl_port_attrs_put(): whether the port of a function says of which function. */
  readonly tellsOwner: boolean;
  /** Whether a text has to end where the kernel has room for it. */
  readonly checksTextEnd: boolean;
  /** What is told of one object that is asked for alone, by the command of the question. */
  readonly toldAlone: (command: DevlinkCommand, values: Values) => Values;
  /** devlink_reload_stats_put(): whose reloads are told as those of others. */
  readonly remoteReloads: (own: number) => number;
  /** devlink_nl_inst_single_dumpit(): whether a dump of one instance says so. */
  readonly marksParts: boolean;
  /** Whether a handle that is not whole, or not known, is taken for that of the first instance. */
  readonly fallsBack: 'never' | 'incomplete' | 'unknown';
  /** What a port shows of its net device. */
  readonly showsNetDevice: boolean;
  /** devlink_nl_port_split_doit(). */
  readonly checksSplittable: boolean;
  readonly splitCountFits: (count: number, lanes: number) => boolean;
  /** rtnl_fill_devlink_port(): the port that a link tells. */
  readonly portOfLink: (sound: number) => number;
  /** Whether a port that is a part of one that was split says of which. */
  readonly showsSplitGroup: boolean;
  /** __devlink_port_phys_port_name_get(). */
  readonly physPortName: (sound: string) => string;
  /** devlink_port_function_hw_addr_set(). */
  readonly checksFunctionAddress: boolean;
  /** devlink_port_function_set(): whether who listens is told. */
  readonly announcesFunction: boolean;
  /** Whether the embedded switch keeps its mode while there are rate nodes. */
  readonly guardsRateNodes: boolean;
  /** __devlink_nl_cmd_param_set_doit(). */
  readonly checksParamType: boolean;
  readonly checksParamCmode: boolean;
  readonly validatesParams: boolean;
  /** Whether a value of the cmode driverinit counts from the next reload on, and not at once. */
  readonly driverinitWaits: boolean;
  /** Whether what waits for the reload is shown. */
  readonly showsWaiting: boolean;
  /** Whether what a reload loaded stays. */
  readonly keepsLoaded: boolean;
  /** devlink_resource_validate_size(). */
  readonly checksResourceSize: boolean;
  readonly resourcesWait: boolean;
  /** devlink_resource_validate_children(): what the parts of a resource are together. */
  readonly sumOfParts: (sizes: readonly number[]) => number;
  /** devlink_resources_validate(): whether the parts have to fit into their whole before a reload. */
  readonly checksResourceSums: boolean;
  /** devlink_nl_reload_doit(): whether only what the driver can do is tried. */
  readonly checksReload: boolean;
  /** Whether the reply tells what was done. */
  readonly answersReload: (isAsked: boolean) => boolean;
  readonly reloadsCounted: number;
  readonly checksFlashComponent: boolean;
  /** devlink_health_report(): whether a recovery so long ago is too recent for another. */
  readonly isGraceful: (now: Nanoseconds, recovered: Nanoseconds, period: bigint) => boolean;
  /** devlink_nl_health_reporter_fill(): the time of a dump in milliseconds. */
  readonly dumpMilliseconds: (at: Nanoseconds) => bigint;
  /** Whether a dump stays until it is cleared. */
  readonly keepsDump: boolean;
  readonly clearsDump: boolean;
  readonly recoveriesCounted: number;
  /** Whether settings of a reporter are kept, and which of them count. */
  readonly keepsReporterSettings: boolean;
  readonly heedsAutoRecover: boolean;
  readonly heedsAutoDump: boolean;
  /** Whether there is nothing to recover from where a reporter is healthy. */
  readonly recoversHealthy: boolean;
  /** devlink_fmsg_nest_end(). */
  readonly closesNests: boolean;
  readonly limitsSnapshots: boolean;
  /** Whether an id of the kernel's choice is told, and one of the user's taken. */
  readonly tellsSnapshotId: boolean;
  readonly takesSnapshotId: boolean;
  readonly checksSnapshotId: boolean;
  readonly deletesSnapshot: boolean;
  /** Whether a read without a snapshot has to ask for it. */
  readonly asksForSnapshot: boolean;
  /** Whether an id is free again once its snapshot is gone. */
  readonly freesSnapshotIds: boolean;
  /** Users that an id has from the kernel's choice of it, beside its snapshots. */
  readonly usersByChoice: number;
  /** The address that a chunk tells. */
  readonly chunkAddress: (at: number, start: number) => number;
  /** Where a read of a part ends. */
  readonly regionEnd: (sound: number) => number;
  readonly keepsNonDropTraps: boolean;
  readonly countsTrapped: boolean;
  readonly keepsTrapAction: boolean;
  /** How many of the traps of a group get its action. */
  readonly trapsOfGroup: (count: number) => number;
  readonly keepsPolicer: boolean;
  /** What is announced of traps with a reload, in order. */
  readonly announcedTraps: <T extends readonly [string, unknown]>(notices: readonly T[]) => readonly T[];
  /** Whether policer 0 is none. */
  readonly unbindsPolicer: boolean;
  readonly checksPolicer: boolean;
  readonly checksRateNames: boolean;
  readonly checksRateLoops: boolean;
  readonly guardsRateParents: boolean;
  /** Whether a node that could not be set goes again. */
  readonly removesFailedNode: boolean;
  /** Whether an empty name takes the parent away. */
  readonly orphans: boolean;
  /** devlink_param_value_get_from_info(): whether a value has to have the length of its type. */
  readonly checksParamLength: boolean;
  /** devlink_nl_resource_set(): whether a size that is refused is left out. */
  readonly dropsRefusedSize: boolean;
  /** devlink_health_report(): the errors that one more makes; whether an error that is still there keeps from recovery. */
  readonly errorsCounted: (wasError: boolean) => number;
  readonly heedsOpenError: boolean;
  /** devlink_nl_health_reporter_set_doit(): whether all of a request is checked before anything is set. */
  readonly checksReporterFirst: boolean;
  /** Whether there is nothing wrong with a dump that is cleared and was not there. */
  readonly clearsNothing: boolean;
  /** devlink_nl_region_read_dumpit(): whether a read of nothing is one, and what begins behind the end a fault. */
  readonly readsNothing: boolean;
  readonly refusesReadBehindEnd: boolean;
  /** devlink_nl_flash_update_doit(): whether the file is looked for before anybody is told, and the end of a failure is told. */
  readonly findsFileFirst: boolean;
  readonly tellsFailedEnd: boolean;
  /** name_contains_dotdot(): whether a name leads up. */
  readonly leadsUp: (name: string) => boolean;
  /** devlink_nl_trap_group_set_doit(): whether who asked is told that a part was done. */
  readonly tellsPartialGroup: boolean;
  /** __devlink_trap_action_set(): whether the action that a trap has is nothing to change. */
  readonly takesSameAction: boolean;
  /** devlink_rate_is_parent_node(): how far up is looked. */
  readonly looksAtAncestors: boolean;
  /** devlink_sb_pool_index_get_from_attrs() and its kin: whether pools and classes are among those of the buffer. */
  readonly checksPools: boolean;
  readonly needsThresholdType: boolean;
  /** devlink_sb_tc_index_get_from_attrs(): how many classes there are in a direction. */
  readonly classCount: (isIngress: boolean, ingress: number, egress: number) => number;
  /** devlink_nl_sb_port_pool_fill(): what stands as the occupancy now, and as the highest. */
  readonly occupancyTold: (now: number, most: number) => readonly [number, number];
  /** dpipe.c: whether values that stand for ports tell the net device, and whether counters are switched. */
  readonly mapsPorts: boolean;
  readonly switchesCounters: boolean;
  /** devlink_port_function_validate(): whether all of a request is looked at first, and what is of virtual functions alone. */
  readonly validatesFunction: boolean;
  readonly capabilitiesOfVfs: boolean;
  /** devlink_port_function_set(): whether the nest of a request has to say that it is one. */
  readonly checksNestMark: boolean;
  /** devlink_nl_port_new_doit(). */
  readonly needsFlavour: boolean;
  /** devlink_nl_notify_filter_set_doit(), devlink_obj_desc_match(). */
  readonly takesNotifyFilter: boolean;
  readonly emptyFilterRemoves: boolean;
  readonly portIsMeant: (wanted: number | undefined, port: number | undefined) => boolean;
  /** devlink_reload_stats_update(): the limit under which a reload is counted. */
  readonly countedLimit: (limit: number) => number;
}

export const CONFORMING_DEVLINK: DevlinkParts = {
  announces: () => true,
  listed: () => true,
  toldResource: (values) => values,
  toldStatus: (values) => values,
  tellsOwner: true,
  checksTextEnd: true,
  toldAlone: (_command, values) => values,
  remoteReloads: () => 0,
  marksParts: true,
  fallsBack: 'never',
  showsNetDevice: true,
  portOfLink: (sound) => sound,
  checksSplittable: true,
  splitCountFits: (count, lanes) => count >= 2 && (count & (count - 1)) === 0 && count <= lanes,
  showsSplitGroup: true,
  physPortName: (sound) => sound,
  checksFunctionAddress: true,
  announcesFunction: true,
  guardsRateNodes: true,
  checksParamType: true,
  checksParamCmode: true,
  validatesParams: true,
  driverinitWaits: true,
  showsWaiting: true,
  keepsLoaded: true,
  checksResourceSize: true,
  resourcesWait: true,
  sumOfParts: (sizes) => sizes.reduce((sum, size) => sum + size, 0),
  checksResourceSums: true,
  checksReload: true,
  answersReload: (isAsked) => isAsked,
  reloadsCounted: 1,
  checksFlashComponent: true,
  isGraceful: (now, recovered, period) => recovered + period > now,
  dumpMilliseconds: (at) => at / 1_000_000n,
  keepsDump: true,
  clearsDump: true,
  recoveriesCounted: 1,
  keepsReporterSettings: true,
  heedsAutoRecover: true,
  heedsAutoDump: true,
  recoversHealthy: true,
  closesNests: true,
  limitsSnapshots: true,
  tellsSnapshotId: true,
  takesSnapshotId: true,
  checksSnapshotId: true,
  deletesSnapshot: true,
  asksForSnapshot: true,
  freesSnapshotIds: true,
  usersByChoice: 0,
  chunkAddress: (at) => at,
  regionEnd: (sound) => sound,
  keepsNonDropTraps: true,
  countsTrapped: true,
  keepsTrapAction: true,
  trapsOfGroup: (count) => count,
  announcedTraps: (notices) => notices,
  keepsPolicer: true,
  unbindsPolicer: true,
  checksPolicer: true,
  checksRateNames: true,
  checksRateLoops: true,
  guardsRateParents: true,
  removesFailedNode: true,
  orphans: true,
  checksParamLength: true,
  dropsRefusedSize: true,
  errorsCounted: () => 1,
  heedsOpenError: true,
  checksReporterFirst: true,
  clearsNothing: true,
  readsNothing: true,
  refusesReadBehindEnd: true,
  findsFileFirst: true,
  tellsFailedEnd: true,
  leadsUp: (name) => name.split('/').includes('..'),
  tellsPartialGroup: true,
  takesSameAction: true,
  looksAtAncestors: true,
  checksPools: true,
  needsThresholdType: true,
  classCount: (isIngress, ingress, egress) => (isIngress ? ingress : egress),
  occupancyTold: (now, most) => [now, most],
  countedLimit: (limit) => limit,
  mapsPorts: true,
  switchesCounters: true,
  validatesFunction: true,
  capabilitiesOfVfs: true,
  checksNestMark: true,
  needsFlavour: true,
  takesNotifyFilter: true,
  emptyFilterRemoves: true,
  portIsMeant: (wanted, port) => wanted === undefined || port === undefined || wanted === port,
};
