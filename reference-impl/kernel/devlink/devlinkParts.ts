import type { DevlinkCommand } from '../../netlink/families/devlink.js';
import type { Nanoseconds } from '../../../harness/contract/index.js';

/** Rules of the core of devlink that a seeded defect may replace, one at a time. */
export interface DevlinkParts {
  /** Whether what became of an object is told to who listens. */
  readonly announces: (command: DevlinkCommand) => boolean;
  /** What a port shows of its net device. */
  readonly showsNetDevice: boolean;
  /** devlink_nl_port_split_doit(). */
  readonly checksSplittable: boolean;
  readonly splitCountFits: (count: number, lanes: number) => boolean;
  /** Whether a port that is a part of one that was split says of which. */
  readonly showsSplitGroup: boolean;
  /** __devlink_port_phys_port_name_get(). */
  readonly physPortName: (sound: string) => string;
  /** devlink_port_function_hw_addr_set(). */
  readonly checksFunctionAddress: boolean;
  /** Whether the embedded switch keeps its mode while there are rate nodes. */
  readonly guardsRateNodes: boolean;
  /** __devlink_nl_cmd_param_set_doit(). */
  readonly checksParamType: boolean;
  readonly checksParamCmode: boolean;
  readonly validatesParams: boolean;
  /** Whether a value of the cmode driverinit counts from the next reload on, and not at once. */
  readonly driverinitWaits: boolean;
  /** devlink_resource_validate_size(). */
  readonly checksResourceSize: boolean;
  readonly resourcesWait: boolean;
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
  /** Whether a dump stays until it is cleared. */
  readonly keepsDump: boolean;
  readonly clearsDump: boolean;
  readonly recoveriesCounted: number;
  readonly limitsSnapshots: boolean;
  readonly checksSnapshotId: boolean;
  /** Whether an id is free again once its snapshot is gone. */
  readonly freesSnapshotIds: boolean;
  /** Where a read of a part ends. */
  readonly regionEnd: (sound: number) => number;
  readonly keepsNonDropTraps: boolean;
  readonly countsTrapped: boolean;
  readonly checksPolicer: boolean;
  readonly checksRateNames: boolean;
  readonly checksRateLoops: boolean;
  readonly guardsRateParents: boolean;
}

export const CONFORMING_DEVLINK: DevlinkParts = {
  announces: () => true,
  showsNetDevice: true,
  checksSplittable: true,
  splitCountFits: (count, lanes) => count >= 2 && (count & (count - 1)) === 0 && count <= lanes,
  showsSplitGroup: true,
  physPortName: (sound) => sound,
  checksFunctionAddress: true,
  guardsRateNodes: true,
  checksParamType: true,
  checksParamCmode: true,
  validatesParams: true,
  driverinitWaits: true,
  checksResourceSize: true,
  resourcesWait: true,
  checksResourceSums: true,
  checksReload: true,
  answersReload: (isAsked) => isAsked,
  reloadsCounted: 1,
  checksFlashComponent: true,
  isGraceful: (now, recovered, period) => recovered + period > now,
  keepsDump: true,
  clearsDump: true,
  recoveriesCounted: 1,
  limitsSnapshots: true,
  checksSnapshotId: true,
  freesSnapshotIds: true,
  regionEnd: (sound) => sound,
  keepsNonDropTraps: true,
  countsTrapped: true,
  checksPolicer: true,
  checksRateNames: true,
  checksRateLoops: true,
  guardsRateParents: true,
};
