/** The memory of the switch as resources and as a region: how much of it each table has, and what lies in it. */
import type {
  DevlinkRegionOps,
  DevlinkResource,
  DevlinkResourceOps,
  DriverHost,
  Errno,
} from '../../../harness/contract/index.js';
import { refuse } from '../driverResult.js';
import type { NicLimits } from '../limits.js';
import type { AclMemory } from '../switch/aclMemory.js';
import type { FdbMemory } from '../switch/fdbMemory.js';
import type { RouterState } from '../switch/routerState.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

const WHOLE = 1;
/** The resource of the forwarding database. */
export const FDB = 2;
const ROUTES = 3;
const ACL = 4;
const GRANULARITY = 32;
/** Tables of routes and rules can be made larger than they are at the start, at the cost of the others. */
export const MOST_RULES = 512;
const MOST_ROUTES = 1024;
/** Bytes of one slot of the forwarding database in a snapshot. */
const SLOT = 16;
const MOST_SNAPSHOTS = 4;
const EINVAL = 22 as Errno;

export interface SwitchTables {
  readonly fdb: FdbMemory;
  readonly routes: RouterState;
  readonly rules: AclMemory;
}

const resourceList = ({ fdbEntries, routeEntries, aclEntries }: NicLimits): readonly DevlinkResource[] => {
  const whole = fdbEntries + routeEntries + aclEntries;
  const part = { parent: WHOLE, minimum: GRANULARITY, granularity: GRANULARITY, counts: true };
  return [
    { name: 'tables', id: WHOLE, size: whole, minimum: whole, maximum: whole, granularity: GRANULARITY, counts: true },
    { ...part, name: 'fdb', id: FDB, size: fdbEntries, maximum: fdbEntries },
    { ...part, name: 'routes', id: ROUTES, size: routeEntries, maximum: MOST_ROUTES },
    { ...part, name: 'rules', id: ACL, size: aclEntries, maximum: MOST_RULES },
  ];
};

export function tableResources(tables: SwitchTables, limits: NicLimits, parts: DevlinkChipParts): DevlinkResourceOps {
  const used = (id: number): number => {
    if (id === FDB) return tables.fdb.count;
    if (id === ROUTES) return tables.routes.used;
    if (id === ACL) return tables.rules.used;
    return tables.fdb.count + tables.routes.used + tables.rules.used;
  };
  return { list: resourceList(limits), occupancy: (id) => parts.occupancy(used(id)) };
}

/** The sizes that the user asked for count from now on. */
export async function takeSizes(tables: SwitchTables, host: DriverHost, parts: DevlinkChipParts): Promise<void> {
  await host.devlink.resourceSize(WHOLE);
  const [fdb, routes, rules] = [
    await host.devlink.resourceSize(FDB),
    await host.devlink.resourceSize(ROUTES),
    await host.devlink.resourceSize(ACL),
  ];
  if (parts.takesSize('fdb')) tables.fdb.limit = fdb;
  if (parts.takesSize('routes')) tables.routes.capacity = routes;
  if (parts.takesSize('rules')) tables.rules.limit = rules;
}

/** As at power-on. */
export function resetSizes(tables: SwitchTables, { fdbEntries, routeEntries, aclEntries }: NicLimits): void {
  tables.fdb.limit = fdbEntries;
  tables.routes.capacity = routeEntries;
  tables.rules.limit = aclEntries;
}

/** Slots one behind the other: in use or not, port, flags, filtering id, address. */
export function fdbBytes(fdb: FdbMemory): Uint8Array {
  const bytes = new Uint8Array(fdb.slots * SLOT);
  const view = new DataView(bytes.buffer);
  fdb.forEach((slot) => {
    const at = slot * SLOT;
    bytes[at] = 1;
    bytes[at + 1] = fdb.port[slot] ?? 0;
    bytes[at + 2] = fdb.flags[slot] ?? 0;
    view.setUint32(at + 4, fdb.filteringId[slot] ?? 0);
    view.setUint16(at + 8, fdb.high[slot] ?? 0);
    view.setUint32(at + 10, fdb.low[slot] ?? 0);
    return 'keep';
  });
  return bytes;
}

export const FDB_REGION = 'fdb';

export function tableRegions({ fdb }: SwitchTables, parts: DevlinkChipParts): DevlinkRegionOps {
  return {
    list: [{ name: FDB_REGION, size: fdb.slots * SLOT, maxSnapshots: MOST_SNAPSHOTS, can: ['snapshot', 'read'] }],
    snapshot: () => ({ ok: true, value: parts.snapshot(fdbBytes(fdb)) }),
    read: (_, offset, length) =>
      offset + length > fdb.slots * SLOT
        ? refuse(EINVAL)
        : { ok: true, value: fdbBytes(fdb).subarray(offset, offset + length) },
  };
}
