/**
 * The pipeline of a device: which headers it knows, which tables it looks up, and what is in them. What devl_dpipe_headers_register() and
 * devl_dpipe_table_register() are told, and struct devlink_dpipe_table_ops.
 */
import type { DriverResult } from './device.js';
import type { Awaitable, PortName } from './values.js';

export interface DpipeField {
  readonly name: string;
  readonly id: number;
  readonly bits: number;
  /** DEVLINK_DPIPE_FIELD_MAPPING_TYPE_IFINDEX: its values stand for ports. */
  readonly isPort?: boolean;
}

/** `isGlobal`: one of enum devlink_dpipe_header_id; otherwise it is the device's own. */
export interface DpipeHeader {
  readonly name: string;
  readonly id: number;
  readonly isGlobal: boolean;
  readonly fields: readonly DpipeField[];
}

/** A field of a header, that a table matches or changes. */
export interface DpipeFieldKey {
  readonly header: DpipeHeader;
  readonly field: number;
}

export interface DpipeValue {
  readonly key: DpipeFieldKey;
  readonly bytes: Uint8Array;
  /** Absent: every bit counts. */
  readonly mask?: Uint8Array;
  /** Of a field that stands for ports: which. */
  readonly port?: PortName;
}

export interface DpipeEntry {
  readonly index: number;
  readonly matches: readonly DpipeValue[];
  readonly actions: readonly DpipeValue[];
  readonly counter?: number;
}

export interface DpipeTable {
  readonly name: string;
  readonly matches: readonly DpipeFieldKey[];
  readonly actions: readonly DpipeFieldKey[];
  /** Whether counters of entries can be switched on: counter_control_extern says that they cannot. */
  readonly counts: boolean;
  /** The resource that an entry takes so many units of. */
  readonly resource?: { readonly id: number; readonly units: number };
}

/**
 * Absent operations: as those of struct devlink_dpipe_table_ops.
 * @requirement DL-PIPE-*
 */
export interface DevlinkPipelineOps {
  readonly headers: readonly DpipeHeader[];
  readonly tables: readonly DpipeTable[];
  readonly size: (table: string) => Awaitable<number>;
  readonly entries?: (table: string, counts: boolean) => Awaitable<DriverResult<readonly DpipeEntry[]>>;
  readonly countersSet?: (table: string, on: boolean) => Awaitable<void>;
}
