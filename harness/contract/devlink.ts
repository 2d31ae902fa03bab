/**
 * devlink: what a driver offers of its device as a whole, shaped like Linux's `struct devlink_ops` and its kin. An operation that a
 * driver lacks is left out, and its users get EOPNOTSUPP.
 *
 * The core of the kernel keeps what the user asked for and decides what is allowed; a driver is told, and answers what really is.
 */
import type { DriverResult, ParentDevice } from './device.js';
import type { DevlinkPipelineOps } from './pipeline.js';
import type { DevlinkSharedBufferOps } from './sharedBuffers.js';
import type { Awaitable, MacAddress, PortName } from './values.js';

/** @requirement DL-DEV-* */
export interface DevlinkOps {
  /** Bus and device by which the instance is called: `pci` and `0000:01:00.0`. */
  readonly handle: ParentDevice;
  /** DEVLINK_ATTR_INFO_DRIVER_NAME. */
  readonly driver: string;
  /** Ports that are there at power-on; those that come and go later are told through DevlinkHost. */
  readonly ports: readonly DevlinkPort[];
  readonly infoGet?: () => Awaitable<DriverResult<DevlinkInfo>>;
  readonly flash?: DevlinkFlashOps;
  readonly reload?: DevlinkReloadOps;
  readonly eswitch?: DevlinkEswitchOps;
  readonly port?: DevlinkPortOps;
  readonly portFunction?: DevlinkPortFunctionOps;
  readonly params?: DevlinkParamOps;
  readonly resources?: DevlinkResourceOps;
  readonly health?: DevlinkHealthOps;
  readonly regions?: DevlinkRegionOps;
  readonly traps?: DevlinkTrapOps;
  readonly rate?: DevlinkRateOps;
  readonly selftests?: DevlinkSelftestOps;
  readonly sharedBuffers?: DevlinkSharedBufferOps;
  readonly pipeline?: DevlinkPipelineOps;
}

/** What the kernel offers to the driver. Calls without an answer return at once. */
export interface DevlinkHost {
  /** devl_port_register(); a net device names it by DevicePort.devlinkPort. */
  registerPort(port: DevlinkPort): void;
  /** devl_port_unregister(), when its net device is gone. */
  unregisterPort(index: number): void;
  /**
   * devl_rate_leaf_create() and devl_rate_leaf_destroy(), of a port that is registered.
   * @requirement DL-RATE-*
   */
  createRateLeaf(port: number): void;
  destroyRateLeaf(port: number): void;
  /** devl_rate_nodes_destroy(): all nodes go, and every object is without parent first. */
  destroyRateNodes(): Promise<void>;
  /**
   * devl_param_driverinit_value_get(): what counts from the last reload on.
   * @requirement DL-PARAM-*
   */
  driverinitValue(name: string): Promise<DriverResult<DevlinkParamValue>>;
  /** devl_param_value_changed(): a value changed without the user. */
  paramChanged(name: string): void;
  /**
   * devl_resource_size_get(): the driver takes the size that the user asked for; from now on it is the size.
   * @requirement DL-RES-*
   */
  resourceSize(id: number): Promise<number>;
  /**
   * devlink_health_report(): the dump is taken and the recovery tried before the promise is done. Refused with ECANCELED where the
   * reporter is not to recover again so soon.
   * @requirement DL-HEALTH-*
   */
  healthReport(reporter: DevlinkReporterKey, message: string): Promise<DriverResult>;
  /** devlink_health_reporter_state_update(). */
  healthState(reporter: DevlinkReporterKey, state: 'healthy' | 'error'): void;
  /**
   * devlink_region_snapshot_create() with an id of the kernel's choice; refused with ENOSPC where there is no room.
   * @requirement DL-REGION-*
   */
  snapshot(region: string, bytes: Uint8Array): Promise<DriverResult<number>>;
  /**
   * devlink_flash_update_status_notify(), or devlink_flash_update_timeout_notify() with a timeout in seconds, during an update.
   * @requirement DL-FLASH-*
   */
  flashStatus(status: DevlinkFlashStatus): void;
  /**
   * devlink_trap_report(): a frame came up because of a trap. It is counted, and not delivered.
   * @requirement DL-TRAP-*
   */
  trapReport(trap: string, port: PortName, length: number): void;
}

// Ports.

export type DevlinkPortFlavour = 'physical' | 'cpu' | 'dsa' | 'pcipf' | 'pcivf' | 'virtual' | 'unused' | 'pcisf';
export type DevlinkPortType = 'notset' | 'auto' | 'eth' | 'ib';

/** @requirement DL-PORT-* */
export interface DevlinkPort {
  /** The driver's number for it, the same as long as it is there. */
  readonly index: number;
  /** struct devlink_port_attrs; absent: the driver does not say. */
  readonly attributes?: DevlinkPortAttributes;
}

export interface DevlinkPortAttributes {
  readonly flavour: DevlinkPortFlavour;
  /** Of a port of the device's front panel, as it is printed there. */
  readonly number?: number;
  /** This is a part of a split port of that number. */
  readonly splitSubport?: number;
  readonly lanes?: number;
  readonly splittable?: boolean;
  readonly controller?: number;
  readonly pf?: number;
  readonly vf?: number;
  readonly sf?: number;
  /** The function is of another host's. */
  readonly external?: boolean;
  readonly switchId?: Uint8Array;
}

/**
 * struct devlink_port_ops, by the index of the port.
 * @requirement DL-PORT-*, DL-SPLIT-*
 */
export interface DevlinkPortOps {
  readonly split?: (port: number, count: number) => Awaitable<DriverResult>;
  readonly unsplit?: (port: number) => Awaitable<DriverResult>;
  readonly typeSet?: (port: number, type: DevlinkPortType) => Awaitable<DriverResult>;
  /** A port of a function that the user makes (a subfunction): answers its index. The driver has registered it. */
  readonly add?: (request: DevlinkPortRequest) => Awaitable<DriverResult<number>>;
  readonly remove?: (port: number) => Awaitable<DriverResult>;
}

/**
 * port_fn_*: the function behind a port of an eswitch. EOPNOTSUPP says that the port has none, or not this of it.
 * @requirement DL-PORT-*, REP-FUNC-*
 */
export interface DevlinkPortFunctionOps {
  /** What of it the ops of a port have to be set; absent: all that is here. */
  readonly has?: (port: number) => Awaitable<readonly DevlinkFunctionSetting[]>;
  readonly hwAddrGet?: (port: number) => Awaitable<DriverResult<MacAddress>>;
  readonly hwAddrSet?: (port: number, address: MacAddress) => Awaitable<DriverResult>;
  readonly stateGet?: (port: number) => Awaitable<DriverResult<DevlinkFunctionState>>;
  readonly stateSet?: (port: number, state: DevlinkFunctionState['state']) => Awaitable<DriverResult>;
  readonly capabilityGet?: (port: number, capability: DevlinkPortCapability) => Awaitable<DriverResult<boolean>>;
  readonly capabilitySet?: (port: number, capability: DevlinkPortCapability, on: boolean) => Awaitable<DriverResult>;
  readonly maxIoEqsGet?: (port: number) => Awaitable<DriverResult<number>>;
  readonly maxIoEqsSet?: (port: number, count: number) => Awaitable<DriverResult>;
}

export interface DevlinkFunctionState {
  readonly state: 'inactive' | 'active';
  /** Whether a driver has taken the function. */
  readonly opstate: 'detached' | 'attached';
}

/** What of a function can be set, as far as the ops of its port have it. */
export type DevlinkFunctionSetting = 'hw-address' | 'state' | 'max-io-eqs' | DevlinkPortCapability;

export type DevlinkPortCapability = 'roce' | 'migratable' | 'ipsec_crypto' | 'ipsec_packet';

export interface DevlinkPortRequest {
  readonly flavour: DevlinkPortFlavour;
  readonly pf: number;
  readonly index?: number;
  readonly controller?: number;
  readonly sf?: number;
}

// Info and flash.

/** @requirement DL-INFO-* */
export interface DevlinkInfo {
  readonly serialNumber?: string;
  readonly boardSerialNumber?: string;
  /** In the order in which the driver puts them. */
  readonly versions: readonly DevlinkVersion[];
}

export interface DevlinkVersion {
  readonly kind: 'fixed' | 'running' | 'stored';
  readonly name: string;
  readonly value: string;
  /** DEVLINK_INFO_VERSION_TYPE_COMPONENT: it can be flashed by this name. */
  readonly isComponent?: boolean;
}

/** @requirement DL-FLASH-* */
export interface DevlinkFlashOps {
  /** DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK. */
  readonly overwrites?: boolean;
  readonly update: (request: DevlinkFlashRequest) => Awaitable<DriverResult>;
}

export interface DevlinkFlashRequest {
  readonly file: Uint8Array;
  readonly component?: string;
  /** Bits of enum devlink_flash_overwrite. */
  readonly overwriteMask: number;
}

export interface DevlinkFlashStatus {
  readonly message?: string;
  readonly component?: string;
  readonly done?: number;
  readonly total?: number;
  readonly timeout?: number;
}

// Reload.

export type DevlinkReloadAction = 'driver_reinit' | 'fw_activate';
export type DevlinkReloadLimit = 'unspec' | 'no_reset';

/** @requirement DL-RELOAD-* */
export interface DevlinkReloadOps {
  readonly actions: readonly DevlinkReloadAction[];
  readonly limits: readonly Exclude<DevlinkReloadLimit, 'unspec'>[];
  /** Everything that the driver made goes: ports, reporters of ports, traps. Params, resources and regions stay. */
  readonly down: (action: DevlinkReloadAction, limit: DevlinkReloadLimit) => Awaitable<DriverResult>;
  /** It comes again, with the sizes and values that count from now on; answers what was done. */
  readonly up: (
    action: DevlinkReloadAction,
    limit: DevlinkReloadLimit,
  ) => Awaitable<DriverResult<readonly DevlinkReloadAction[]>>;
}

// The embedded switch.

export type EswitchMode = 'legacy' | 'switchdev';
export type EswitchInlineMode = 'none' | 'link' | 'network' | 'transport';
export type EswitchEncapMode = 'none' | 'basic';

/** @requirement DL-ESW-*, REP-MODE-*, REP-SET-*, REP-LEG-* */
export interface DevlinkEswitchOps {
  readonly modeGet?: () => Awaitable<DriverResult<EswitchMode>>;
  readonly modeSet?: (mode: EswitchMode) => Awaitable<DriverResult>;
  readonly inlineModeGet?: () => Awaitable<DriverResult<EswitchInlineMode>>;
  readonly inlineModeSet?: (mode: EswitchInlineMode) => Awaitable<DriverResult>;
  readonly encapModeGet?: () => Awaitable<DriverResult<EswitchEncapMode>>;
  readonly encapModeSet?: (mode: EswitchEncapMode) => Awaitable<DriverResult>;
}

// Params.

export type DevlinkParamType = 'u8' | 'u16' | 'u32' | 'string' | 'bool';
export type DevlinkParamCmode = 'runtime' | 'driverinit' | 'permanent';
export type DevlinkParamValue = number | string | boolean;

export interface DevlinkParam {
  readonly name: string;
  /** One of the names that all drivers share. */
  readonly isGeneric: boolean;
  readonly type: DevlinkParamType;
  readonly cmodes: readonly DevlinkParamCmode[];
  /** devl_param_driverinit_value_set(), where the cmode is among them. */
  readonly driverinit?: DevlinkParamValue;
}

/** @requirement DL-PARAM-* */
export interface DevlinkParamOps {
  readonly list: readonly DevlinkParam[];
  /** Of the cmodes runtime and permanent; the core keeps the others. */
  readonly get?: (name: string, cmode: DevlinkParamCmode) => Awaitable<DriverResult<DevlinkParamValue>>;
  readonly set?: (name: string, cmode: DevlinkParamCmode, value: DevlinkParamValue) => Awaitable<DriverResult>;
  /** Asked before a value is kept or set. */
  readonly validate?: (name: string, value: DevlinkParamValue) => Awaitable<DriverResult>;
}

// Resources.

/** @requirement DL-RES-* */
export interface DevlinkResourceOps {
  /** Parts behind the whole that they are of. */
  readonly list: readonly DevlinkResource[];
  /** Of those that count. */
  readonly occupancy?: (id: number) => Awaitable<number>;
}

export interface DevlinkResource {
  readonly name: string;
  readonly id: number;
  /** The whole that it is a part of. */
  readonly parent?: number;
  readonly size: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly granularity: number;
  /** Whether the driver counts what of it is in use. */
  readonly counts: boolean;
}

// Health.

/** @requirement DL-HEALTH-* */
export interface DevlinkHealthOps {
  readonly reporters: readonly DevlinkReporter[];
  /** Reporters that each port has, from when it is registered until it goes. */
  readonly portReporters?: readonly DevlinkReporter[];
  readonly recover?: (reporter: DevlinkReporterKey) => Awaitable<DriverResult>;
  readonly dump?: (reporter: DevlinkReporterKey) => Awaitable<DriverResult<FormattedMessage>>;
  readonly diagnose?: (reporter: DevlinkReporterKey) => Awaitable<DriverResult<FormattedMessage>>;
  readonly test?: (reporter: DevlinkReporterKey) => Awaitable<DriverResult>;
}

export interface DevlinkReporterKey {
  readonly name: string;
  readonly port?: number;
}

export interface DevlinkReporter {
  readonly name: string;
  /** Milliseconds after a recovery in which no other is tried by itself. */
  readonly gracefulPeriod: number;
  /** Which of the operations are there for it. */
  readonly can: readonly ('recover' | 'dump' | 'diagnose' | 'test')[];
}

/** devlink_fmsg: pairs, arrays and objects with values at the ends. */
export type FormattedMessage = readonly FormattedPair[];
export interface FormattedPair {
  readonly name: string;
  readonly value: FormattedValue;
}
export type FormattedValue =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'u8' | 'u32'; readonly value: number }
  | { readonly kind: 'u64'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'binary'; readonly value: Uint8Array }
  | { readonly kind: 'object'; readonly pairs: FormattedMessage }
  | { readonly kind: 'array'; readonly values: readonly FormattedValue[] };

// Regions.

/** @requirement DL-REGION-* */
export interface DevlinkRegionOps {
  readonly list: readonly DevlinkRegion[];
  readonly snapshot?: (region: string) => Awaitable<DriverResult<Uint8Array>>;
  readonly read?: (region: string, offset: number, length: number) => Awaitable<DriverResult<Uint8Array>>;
}

export interface DevlinkRegion {
  readonly name: string;
  readonly size: number;
  readonly maxSnapshots: number;
  /** `snapshot`: the user may take one now. `read`: it can be read without. */
  readonly can: readonly ('snapshot' | 'read')[];
}

// Traps.

export type TrapAction = 'drop' | 'trap' | 'mirror';
export type TrapType = 'drop' | 'exception' | 'control';

export interface DevlinkTrap {
  readonly name: string;
  readonly type: TrapType;
  readonly isGeneric: boolean;
  readonly group: string;
  readonly action: TrapAction;
  /** DEVLINK_TRAP_METADATA_TYPE_F_*. */
  readonly tellsPort: boolean;
  readonly tellsCookie?: boolean;
}

export interface DevlinkTrapGroup {
  readonly name: string;
  readonly isGeneric: boolean;
  /** The policer that it is bound to at the start; absent: none. */
  readonly policer?: number;
}

export interface DevlinkTrapPolicer {
  readonly id: number;
  /** Packets for each second, and at once. */
  readonly rate: number;
  readonly burst: number;
  readonly minRate: number;
  readonly maxRate: number;
  readonly minBurst: number;
  readonly maxBurst: number;
}

/** @requirement DL-TRAP-* */
export interface DevlinkTrapOps {
  readonly traps: readonly DevlinkTrap[];
  readonly groups: readonly DevlinkTrapGroup[];
  readonly policers: readonly DevlinkTrapPolicer[];
  readonly actionSet: (trap: string, action: TrapAction) => Awaitable<DriverResult>;
  readonly groupSet?: (group: string, policer: number | undefined) => Awaitable<DriverResult>;
  readonly policerSet?: (policer: number, rate: number, burst: number) => Awaitable<DriverResult>;
  /** Frames that the hardware dropped because of the trap. */
  readonly dropCounter?: (trap: string) => Awaitable<DriverResult<number>>;
  readonly policerCounter?: (policer: number) => Awaitable<DriverResult<number>>;
}

// Rates.

/** A leaf by the index of its port, a node by its name. */
export type DevlinkRateKey =
  { readonly kind: 'leaf'; readonly port: number } | { readonly kind: 'node'; readonly name: string };

/**
 * Bytes for each second.
 * @requirement DL-RATE-*
 */
export interface DevlinkRateOps {
  readonly leafTxShareSet?: DevlinkRateSetter;
  readonly leafTxMaxSet?: DevlinkRateSetter;
  readonly leafTxPrioritySet?: DevlinkRateSetter;
  readonly leafTxWeightSet?: DevlinkRateSetter;
  readonly leafParentSet?: (leaf: DevlinkRateKey, parent: string | undefined) => Awaitable<DriverResult>;
  readonly nodeTxShareSet?: DevlinkRateSetter;
  readonly nodeTxMaxSet?: DevlinkRateSetter;
  readonly nodeTxPrioritySet?: DevlinkRateSetter;
  readonly nodeTxWeightSet?: DevlinkRateSetter;
  readonly nodeParentSet?: (node: DevlinkRateKey, parent: string | undefined) => Awaitable<DriverResult>;
  readonly nodeNew?: (name: string) => Awaitable<DriverResult>;
  readonly nodeDel?: (name: string) => Awaitable<DriverResult>;
}
export type DevlinkRateSetter = (object: DevlinkRateKey, value: number) => Awaitable<DriverResult>;

// Self-tests.

/** enum devlink_attr_selftest_id. */
export type DevlinkSelftest = 'flash';

/** @requirement DL-TEST-* */
export interface DevlinkSelftestOps {
  readonly tests: readonly DevlinkSelftest[];
  readonly run: (test: DevlinkSelftest) => Awaitable<'skip' | 'pass' | 'fail'>;
}
