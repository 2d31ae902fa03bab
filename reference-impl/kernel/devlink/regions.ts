/** Regions and their snapshots: net/devlink/region.c. */
import type { DriverResult } from '../../../harness/contract/index.js';
import { numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EEXIST, EINVAL, ENODEV, ENOSPC, EOPNOTSUPP, refused } from '../errno.js';
import { refusal, refusalAt } from '../refusals.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import { handleValues, type DevlinkInstance, type RegionState } from './instance.js';
import {
  DONE,
  declined,
  missingOf,
  replying,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkReply,
  type DevlinkRequest,
} from './operations.js';

const NLM_F_ACK = 4;
/** DEVLINK_REGION_READ_CHUNK_SIZE. */
const CHUNK = 256;
/** Chunks that fit into one message. */
const CHUNKS = 13;

/** devlink_nl_region_fill(). */
const regionValues = (instance: DevlinkInstance, { region, snapshots }: RegionState): Values => ({
  ...handleValues(instance),
  DEVLINK_ATTR_REGION_NAME: region.name,
  DEVLINK_ATTR_REGION_SIZE: region.size,
  DEVLINK_ATTR_REGION_MAX_SNAPSHOTS: region.maxSnapshots,
  DEVLINK_ATTR_REGION_SNAPSHOTS: {
    ...(snapshots.size === 0
      ? {}
      : {
          DEVLINK_ATTR_REGION_SNAPSHOT: [...snapshots.keys()].map((id) => ({ DEVLINK_ATTR_REGION_SNAPSHOT_ID: id })),
        }),
  },
});

/** devlink_nl_region_notify_build(): of one snapshot, or of the whole. */
const noticeValues = (instance: DevlinkInstance, { region }: RegionState, id: number | undefined): Values => ({
  ...handleValues(instance),
  DEVLINK_ATTR_REGION_NAME: region.name,
  ...(id === undefined ? { DEVLINK_ATTR_REGION_SIZE: region.size } : { DEVLINK_ATTR_REGION_SNAPSHOT_ID: id }),
});

/** devlink_regions_notify_register() and _unregister(); snapshots go before their region. */
export function announceRegions(devlink: DevlinkKernel, instance: DevlinkInstance, what: 'NEW' | 'DEL'): void {
  for (const state of instance.regions) {
    if (what === 'DEL')
      for (const id of state.snapshots.keys()) devlink.tell(instance, 'REGION_DEL', noticeValues(instance, state, id));
    devlink.tell(instance, `REGION_${what}`, noticeValues(instance, state, undefined));
  }
}

/** Regions of ports are nobody's here: a port that is there has none. */
function regionIn({ instance, values }: DevlinkRequest, message?: string): RegionState | Refusal {
  const index = numberIn(values, 'DEVLINK_ATTR_PORT_INDEX');
  if (index !== undefined && !instance.ports.has(index)) return refusal(ENODEV);
  const name = textIn(values, 'DEVLINK_ATTR_REGION_NAME');
  const found = index === undefined ? instance.regions.find(({ region }) => region.name === name) : undefined;
  return found ?? refusal(EINVAL, message);
}

/** xa_alloc(): the lowest that is free. */
function freeId({ snapshotIds }: DevlinkInstance): number {
  for (let id = 0; ; id++) if (!snapshotIds.has(id)) return id;
}

/** __devlink_region_snapshot_create(). */
function keep(
  devlink: DevlinkKernel,
  instance: DevlinkInstance,
  state: RegionState,
  id: number,
  bytes: Uint8Array,
): void {
  state.snapshots.set(id, bytes);
  instance.snapshotIds.set(id, (instance.snapshotIds.get(id) ?? 0) + 1);
  devlink.tell(instance, 'REGION_NEW', noticeValues(instance, state, id));
}

/** devlink_region_snapshot_id_get() and devlink_region_snapshot_create(), of a driver. */
export function keepDriverSnapshot(
  devlink: DevlinkKernel,
  instance: DevlinkInstance,
  name: string,
  bytes: Uint8Array,
): DriverResult<number> {
  const state = instance.regions.find(({ region }) => region.name === name);
  if (state === undefined || state.snapshots.size >= state.region.maxSnapshots) return refused(ENOSPC);
  const id = freeId(instance);
  keep(devlink, instance, state, id, bytes.slice());
  return { ok: true, value: id };
}

/** devlink_nl_region_new_doit(). */
async function newSnapshot(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  const { parts } = devlink;
  const absent = missingOf(asked, 'REGION_NAME');
  if (absent !== undefined) return { ...absent, message: 'No region name provided' };
  const state = regionIn(asked, 'The requested region does not exist');
  if ('errno' in state) return state;
  const { region, snapshots } = state;
  if (!region.can.includes('snapshot'))
    return refusal(EOPNOTSUPP, 'The requested region does not support taking an immediate snapshot');
  if (snapshots.size >= region.maxSnapshots && parts.limitsSnapshots)
    return refusal(ENOSPC, 'The region has reached the maximum number of stored snapshots');
  const wanted = numberIn(values, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID');
  if (wanted !== undefined && parts.checksSnapshotId) {
    if (snapshots.has(wanted)) return refusal(EEXIST, 'The requested snapshot id is already in use');
    if (instance.snapshotIds.has(wanted)) return refusal(EEXIST);
  }
  const id = parts.takesSnapshotId ? (wanted ?? freeId(instance)) : freeId(instance);
  const taken = await instance.ops.regions?.snapshot?.(region.name);
  if (taken === undefined) return refusal(EOPNOTSUPP);
  if (!taken.ok) return declined(taken);
  if (wanted === undefined) instance.snapshotIds.set(id, parts.usersByChoice);
  keep(devlink, instance, state, id, taken.value.slice());
  return wanted === undefined && parts.tellsSnapshotId
    ? replying('REGION_NEW', noticeValues(instance, state, id))
    : DONE;
}

/** devlink_nl_region_del_doit(). */
function deleteSnapshot(asked: DevlinkRequest): DevlinkAnswer {
  const { devlink, instance, values } = asked;
  const absent = missingOf(asked, 'REGION_NAME', 'REGION_SNAPSHOT_ID');
  if (absent !== undefined) return absent;
  const state = regionIn(asked);
  if ('errno' in state) return state;
  const id = numberIn(values, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID') ?? 0;
  if (!state.snapshots.has(id)) return refusal(EINVAL);
  devlink.tell(instance, 'REGION_DEL', noticeValues(instance, state, id));
  if (devlink.parts.deletesSnapshot) state.snapshots.delete(id);
  const others = (instance.snapshotIds.get(id) ?? 1) - 1;
  if (others > 0 || !devlink.parts.freesSnapshotIds) instance.snapshotIds.set(id, others);
  else instance.snapshotIds.delete(id);
  return DONE;
}

type Source = (offset: number, length: number) => Promise<Uint8Array | Refusal> | Uint8Array | Refusal;

/** Where a read takes its bytes from: a snapshot, or the device itself. */
function sourceIn(asked: DevlinkRequest, state: RegionState): Source | Refusal {
  const { devlink, request, instance, values } = asked;
  const id = numberIn(values, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID');
  const isDirect = values['DEVLINK_ATTR_REGION_DIRECT'] === true;
  const at = (message: string): Refusal => refusalAt(request, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID', EINVAL, message);
  if (id !== undefined) {
    if (isDirect) return at('Direct region read does not use snapshot');
    const bytes = state.snapshots.get(id);
    if (bytes === undefined) return at('Requested snapshot does not exist');
    return (offset, length) => bytes.subarray(offset, offset + length);
  }
  if (!isDirect && devlink.parts.asksForSnapshot) return refusal(EINVAL, 'No snapshot id provided');
  const { name, can } = state.region;
  const read = can.includes('read') ? instance.ops.regions?.read : undefined;
  if (read === undefined) return refusal(EOPNOTSUPP, 'Requested region does not support direct read');
  return async (offset, length) => {
    const bytes = await read(name, offset, length);
    return bytes.ok ? bytes.value : declined(bytes);
  };
}

/** devlink_nl_region_read_dumpit(): messages of chunks, from an address for a length, or whole. */
async function readRegion(asked: DevlinkRequest): Promise<readonly DevlinkReply[] | Refusal> {
  const { devlink, request, instance, values } = asked;
  if (values['DEVLINK_ATTR_REGION_NAME'] === undefined) return refusal(EINVAL, 'No region name provided');
  const state = regionIn(asked);
  if ('errno' in state) {
    if (state.errno === ENODEV) return state;
    return refusalAt(request, 'DEVLINK_ATTR_REGION_NAME', EINVAL, 'Requested region does not exist');
  }
  const source = sourceIn(asked, state);
  if (typeof source !== 'function') return source;
  const [address, length] = ['ADDR', 'LEN'].map((name) => numberIn(values, `DEVLINK_ATTR_REGION_CHUNK_${name}`));
  const isPart = address !== undefined && length !== undefined;
  const start = isPart ? address : 0;
  const end = Math.min(devlink.parts.regionEnd(isPart ? start + length : Infinity), state.region.size);
  const { readsNothing, refusesReadBehindEnd } = devlink.parts;
  if (start === end && readsNothing) return [];
  const replies: DevlinkReply[] = [];
  for (let at = start; at < end;) {
    const chunks: Values[] = [];
    for (; at < end && chunks.length < CHUNKS; at += CHUNK) {
      const bytes = await source(at, Math.min(CHUNK, end - at));
      if (!(bytes instanceof Uint8Array)) return bytes;
      chunks.push({
        DEVLINK_ATTR_REGION_CHUNK_DATA: bytes,
        DEVLINK_ATTR_REGION_CHUNK_ADDR: devlink.parts.chunkAddress(at, start),
      });
    }
    replies.push({
      command: 'REGION_READ',
      values: {
        ...handleValues(instance),
        DEVLINK_ATTR_REGION_NAME: state.region.name,
        DEVLINK_ATTR_REGION_CHUNKS: { DEVLINK_ATTR_REGION_CHUNK: chunks },
      },
      flags: NLM_F_ACK,
    });
  }
  // devlink_nl_region_read_fill(): a read that begins behind its end gives nothing, and that is a fault.
  return replies.length === 0 && refusesReadBehindEnd ? refusal(EINVAL) : replies;
}

export const regionOperations: DevlinkOperations = {
  REGION_GET: {
    doit: (asked) => {
      const absent = missingOf(asked, 'REGION_NAME');
      if (absent !== undefined) return absent;
      const state = regionIn(asked);
      return 'errno' in state ? state : replying('REGION_GET', regionValues(asked.instance, state));
    },
    dump: ({ instance }) =>
      instance.regions.map((state) => ({ command: 'REGION_GET', values: regionValues(instance, state) })),
  },
  REGION_NEW: { doit: newSnapshot },
  REGION_DEL: { doit: deleteSnapshot },
  REGION_READ: { dump: readRegion },
};
