/** What the driver of the reference device does for devlink, put together. */
import type {
  DevlinkEswitchOps,
  DevlinkOps,
  DevlinkReloadOps,
  DriverHost,
  EswitchEncapMode,
  EswitchInlineMode,
  EswitchMode,
  Nanoseconds,
  PortName,
} from '../../../harness/contract/index.js';
import { done } from '../driverResult.js';
import type { NicLimits } from '../limits.js';
import type { Trapped } from '../switch/switchTraps.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';
import { DEVICE_ON_BUS, Panel, panelPort, type PortMaker } from './devlinkPorts.js';
import { Firmware } from './firmware.js';
import { healthOps } from './health.js';
import { DeviceParams, MAX_MACS } from './params.js';
import { tablePipeline } from './pipeline.js';
import { createRateUnit } from './rates.js';
import type { BufferDirection } from './bufferOccupancy.js';
import { BufferUnit } from './sharedBuffers.js';
import {
  FDB_REGION,
  fdbBytes,
  resetSizes,
  tableRegions,
  tableResources,
  takeSizes,
  type SwitchTables,
} from './tables.js';
import { TrapUnit } from './trapUnit.js';

export const DRIVER = 'nicspec_ref';

export interface ReferenceDevlinkOptions {
  readonly parts: DevlinkChipParts;
  readonly limits: NicLimits;
  /** Ports of the front panel. */
  readonly ports: readonly PortName[];
  readonly nameOf: (port: number) => PortName;
  readonly host: () => DriverHost | undefined;
  readonly maker: PortMaker;
  /** Milliseconds since power-on. */
  readonly now: () => number;
  /** The tables of the switch that the ports are of; undefined: there is none. */
  readonly tables: SwitchTables | undefined;
  /** The tables are empty, and no port is in anything. */
  readonly clear: () => void;
}

/** What the rest of the device asks and tells of it. */
export interface ReferenceDevlink {
  readonly ops: DevlinkOps;
  /** Whether frames pass. */
  readonly passes: () => boolean;
  readonly trapped: Trapped;
  /** When the function of a port of devlink may send again. */
  readonly heldUntil: (port: number, length: number, now: Nanoseconds) => Nanoseconds;
  /** A frame passes the shared buffer, in at a port of this index or out of it. */
  readonly buffered: (port: number, direction: BufferDirection, bytes: Uint8Array) => void;
  /** Addresses beside its own that a port filters by. */
  maxMacs: number;
  /** As at power-on. */
  reset(): void;
}

const value = <Value>(of: Value): { ok: true; value: Value } => ({ ok: true, value: of });

export function createReferenceDevlink(options: ReferenceDevlinkOptions): ReferenceDevlink {
  const { parts, limits, ports, host, tables } = options;
  const firmware = new Firmware(parts, host);
  const params = new DeviceParams(limits, parts);
  const traps = new TrapUnit(parts, host, options.now);
  const panel = new Panel(ports.length, parts, options.maker);
  const eswitch = newEswitch(parts);
  const buffers = new BufferUnit(parts);
  const rates = createRateUnit(parts, () => eswitch.mode() === 'switchdev', limits.speed);
  const whenFatal = async (): Promise<void> => {
    if (params.takesSnapshots && tables !== undefined) await host()?.devlink.snapshot(FDB_REGION, fdbBytes(tables.fdb));
  };
  const isSwitch = tables !== undefined;
  const devlink: ReferenceDevlink = {
    ops: {
      handle: DEVICE_ON_BUS,
      driver: DRIVER,
      ports: ports.map((_, number) => panelPort(number, isSwitch)),
      infoGet: () => value(firmware.info()),
      flash: firmware.flash,
      reload: reloadOps(options, panel, async (action) => {
        if (action === 'fw_activate') firmware.restart(params.assetTag);
        const driver = host();
        if (driver === undefined || action !== 'driver_reinit') return;
        const macs = await driver.devlink.driverinitValue(MAX_MACS);
        if (macs.ok && parts.readsDriverinit) devlink.maxMacs = Number(macs.value);
        if (tables !== undefined) await takeSizes(tables, driver, parts);
        traps.reset();
        buffers.reset();
      }),
      eswitch: eswitch.ops,
      params: params.ops,
      health: healthOps(firmware, parts, host, whenFatal),
      rate: rates.ops,
      selftests: { tests: ['flash'], run: () => (firmware.isIntact() ? 'pass' : 'fail') },
      ...(tables === undefined
        ? {}
        : {
            port: panel.ops,
            resources: tableResources(tables, limits, parts),
            regions: tableRegions(tables, parts),
            traps: traps.ops,
            sharedBuffers: buffers.ops,
            pipeline: tablePipeline(tables.fdb, parts, options.nameOf),
          }),
    },
    passes: () => !firmware.isDead || !parts.stopsWhenDead,
    trapped: (trap, port, bytes) => traps.take(trap, options.nameOf(port), bytes),
    heldUntil: (port, length, now) => rates.heldUntil(port, length, now),
    buffered: (port, direction, bytes) => buffers.occupancy.pass(port, direction, bytes),
    maxMacs: limits.unicastFilters,
    reset: () => {
      firmware.reset();
      params.reset();
      traps.reset();
      panel.forget();
      eswitch.reset();
      buffers.reset();
      rates.reset();
      devlink.maxMacs = limits.unicastFilters;
      if (tables !== undefined) resetSizes(tables, limits);
    },
  };
  return devlink;
}

/** `restart`: what becomes of the device while its ports are away. */
function reloadOps(
  { clear }: ReferenceDevlinkOptions,
  panel: Panel,
  restart: (action: 'driver_reinit' | 'fw_activate') => Promise<void>,
): DevlinkReloadOps {
  return {
    actions: ['driver_reinit', 'fw_activate'],
    limits: ['no_reset'],
    down: async (action, limit) => {
      // Firmware that is swapped without a reset leaves the ports alone.
      if (action === 'fw_activate' && limit === 'no_reset') return done;
      await panel.removeAll();
      panel.forget();
      clear();
      return done;
    },
    up: async (action, limit) => {
      await restart(action);
      if (action === 'fw_activate' && limit === 'no_reset') return value(['fw_activate']);
      panel.addAll();
      return value(action === 'fw_activate' ? ['driver_reinit', 'fw_activate'] : ['driver_reinit']);
    },
  };
}

interface Eswitch {
  readonly ops: DevlinkEswitchOps;
  readonly mode: () => EswitchMode;
  reset(): void;
}

/** What of the embedded switch can be set. */
function newEswitch(parts: DevlinkChipParts): Eswitch {
  const atStart = { mode: 'legacy', inline: 'none', encap: 'none' } as const;
  let state: { mode: EswitchMode; inline: EswitchInlineMode; encap: EswitchEncapMode } = atStart;
  const set = (change: Partial<typeof state>): typeof done => {
    if (parts.setsEswitch) state = { ...state, ...change };
    return done;
  };
  return {
    ops: {
      modeGet: () => value(state.mode),
      modeSet: (mode) => set({ mode }),
      inlineModeGet: () => value(state.inline),
      inlineModeSet: (inline) => set({ inline }),
      encapModeGet: () => value(state.encap),
      encapModeSet: (encap) => set({ encap }),
    },
    mode: () => state.mode,
    reset: () => {
      state = atStart;
    },
  };
}
