/** What the core of devlink keeps of a device: struct devlink and what hangs on it. */
import type {
  DevlinkOps,
  DevlinkParam,
  DevlinkParamValue,
  DevlinkPort,
  DevlinkPortType,
  DevlinkRateKey,
  DevlinkRegion,
  DevlinkReporter,
  DevlinkResource,
  DevlinkTrap,
  DevlinkTrapGroup,
  DevlinkTrapPolicer,
  FormattedMessage,
  Nanoseconds,
  TrapAction,
} from '../../../harness/contract/index.js';
import type { Values } from '../../netlink/schema.js';

export interface PortState {
  readonly index: number;
  readonly port: DevlinkPort;
  desiredType: DevlinkPortType;
  readonly reporters: readonly ReporterState[];
  rate: RateState | undefined;
}

/** struct devlink_param_item. */
export interface ParamState {
  readonly param: DevlinkParam;
  driverinit: DevlinkParamValue | undefined;
  /** Counts from the next reload on. */
  driverinitNew: DevlinkParamValue | undefined;
}

export interface ResourceState {
  readonly resource: DevlinkResource;
  readonly parent: ResourceState | undefined;
  readonly children: ResourceState[];
  size: number;
  /** What the user asked for. */
  sizeNew: number;
  isValid: boolean;
}

export interface ReporterState {
  readonly reporter: DevlinkReporter;
  readonly port: number | undefined;
  isError: boolean;
  errors: number;
  recoveries: number;
  lastRecovery: Nanoseconds | undefined;
  gracefulPeriod: bigint;
  autoRecover: boolean;
  autoDump: boolean;
  dump: { readonly message: FormattedMessage; readonly at: Nanoseconds } | undefined;
}

export interface RegionState {
  readonly region: DevlinkRegion;
  /** By id, in the order in which they were taken. */
  readonly snapshots: Map<number, Uint8Array>;
}

export interface TrafficCount {
  packets: number;
  bytes: number;
}

export interface TrapState {
  readonly trap: DevlinkTrap;
  action: TrapAction;
  readonly count: TrafficCount;
}

export interface TrapGroupState {
  readonly group: DevlinkTrapGroup;
  policer: number | undefined;
  readonly count: TrafficCount;
}

export interface TrapPolicerState {
  readonly policer: DevlinkTrapPolicer;
  rate: bigint;
  burst: bigint;
}

export interface RateState {
  readonly key: DevlinkRateKey;
  txShare: bigint;
  txMax: bigint;
  priority: number;
  weight: number;
  parent: RateState | undefined;
}

export interface DevlinkInstance {
  readonly ops: DevlinkOps;
  readonly ports: Map<number, PortState>;
  readonly params: readonly ParamState[];
  readonly resources: readonly ResourceState[];
  reporters: readonly ReporterState[];
  regions: readonly RegionState[];
  traps: readonly TrapState[];
  trapGroups: readonly TrapGroupState[];
  trapPolicers: readonly TrapPolicerState[];
  /** Leaves behind, nodes in front: devl_rate_leaf_create(), devlink_nl_rate_new_doit(). */
  rates: RateState[];
  /** Ids of snapshots with how many regions have one of it. */
  readonly snapshotIds: Map<number, number>;
  /** By limit and action. */
  readonly reloads: Map<string, number>;
  reloadFailed: boolean;
  /** Tables of the pipeline whose entries are counted. */
  readonly countedTables: Set<string>;
}

/** devlink_nl_put_handle(). */
export const handleValues = ({ ops }: DevlinkInstance): Values => ({
  DEVLINK_ATTR_BUS_NAME: ops.handle.bus,
  DEVLINK_ATTR_DEV_NAME: ops.handle.name,
});

/** devlink_alloc() and devl_register(), with what the driver registers beside. */
export function newInstance(ops: DevlinkOps): DevlinkInstance {
  return {
    ops,
    ports: new Map(ops.ports.map((port) => [port.index, newPortState(ops, port)])),
    params: (ops.params?.list ?? []).map((param) => ({
      param,
      driverinit: param.driverinit,
      driverinitNew: undefined,
    })),
    resources: resourceTree(ops.resources?.list ?? []),
    ...reinitialised(ops),
    rates: [],
    snapshotIds: new Map(),
    reloads: new Map(),
    reloadFailed: false,
    countedTables: new Set(),
  };
}

/** What a driver registers anew when it is initialised again. */
export function reinitialised(
  ops: DevlinkOps,
): Pick<DevlinkInstance, 'reporters' | 'regions' | 'traps' | 'trapGroups' | 'trapPolicers'> {
  return {
    reporters: (ops.health?.reporters ?? []).map((reporter) => newReporter(reporter, undefined)),
    regions: (ops.regions?.list ?? []).map((region) => ({ region, snapshots: new Map<number, Uint8Array>() })),
    traps: (ops.traps?.traps ?? []).map((trap) => ({ trap, action: trap.action, count: { packets: 0, bytes: 0 } })),
    trapGroups: (ops.traps?.groups ?? []).map((group) => ({
      group,
      policer: group.policer,
      count: { packets: 0, bytes: 0 },
    })),
    trapPolicers: (ops.traps?.policers ?? []).map((policer) => ({
      policer,
      rate: BigInt(policer.rate),
      burst: BigInt(policer.burst),
    })),
  };
}

export function newPortState(ops: DevlinkOps, port: DevlinkPort): PortState {
  return {
    index: port.index,
    port,
    desiredType: 'notset',
    reporters: (ops.health?.portReporters ?? []).map((reporter) => newReporter(reporter, port.index)),
    rate: undefined,
  };
}

/** __devlink_health_reporter_create(). */
function newReporter(reporter: DevlinkReporter, port: number | undefined): ReporterState {
  return {
    reporter,
    port,
    isError: false,
    errors: 0,
    recoveries: 0,
    lastRecovery: undefined,
    gracefulPeriod: BigInt(reporter.gracefulPeriod),
    autoRecover: reporter.can.includes('recover'),
    autoDump: reporter.can.includes('dump'),
    dump: undefined,
  };
}

/** devl_resource_register(), one after the other. */
function resourceTree(list: readonly DevlinkResource[]): ResourceState[] {
  const byId = new Map<number, ResourceState>();
  const roots: ResourceState[] = [];
  for (const resource of list) {
    const parent = resource.parent === undefined ? undefined : byId.get(resource.parent);
    if (resource.parent !== undefined && parent === undefined)
      throw new Error(`resource ${resource.id} is a part of ${resource.parent}, which is not there`);
    const { size } = resource;
    const state: ResourceState = { resource, parent, children: [], size, sizeNew: size, isValid: true };
    byId.set(resource.id, state);
    (parent?.children ?? roots).push(state);
  }
  return roots;
}
