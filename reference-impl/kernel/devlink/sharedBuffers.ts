/** Shared buffers, their pools, and what ports and traffic classes have of them: net/devlink/sb.c. */
import type {
  DevlinkOccupancy,
  DevlinkPoolType,
  DevlinkSharedBuffer,
  DevlinkSharedBufferOps,
  DevlinkThresholdType,
  DevlinkTrafficClass,
  DriverResult,
} from '../../../harness/contract/index.js';
import type { DevlinkCommand } from '../../netlink/families/devlink.js';
import { numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkParts } from './devlinkParts.js';
import { handleValues, type DevlinkInstance } from './instance.js';
import {
  DONE,
  declined,
  missingOf,
  replying,
  type DevlinkAnswer,
  type DevlinkDumper,
  type DevlinkOperations,
  type DevlinkReply,
  type DevlinkRequest,
} from './operations.js';

/** enum devlink_sb_pool_type, enum devlink_sb_threshold_type. */
const POOL_TYPES: readonly DevlinkPoolType[] = ['ingress', 'egress'];
const THRESHOLD_TYPES: readonly DevlinkThresholdType[] = ['static', 'dynamic'];

type Filled = Values | Refusal;
const isRefused = (values: Filled): values is Refusal => 'errno' in values;

const opsOf = ({ ops }: DevlinkInstance): DevlinkSharedBufferOps => ops.sharedBuffers ?? { list: [] };
const poolCount = ({ ingressPools, egressPools }: DevlinkSharedBuffer): number => ingressPools + egressPools;
const classCount = (
  { classCount: count }: DevlinkParts,
  { ingressClasses, egressClasses }: DevlinkSharedBuffer,
  type: DevlinkPoolType,
): number => count(type === 'ingress', ingressClasses, egressClasses);

/** devlink_sb_get_from_attrs(). */
function bufferIn({ instance, values }: DevlinkRequest): DevlinkSharedBuffer | Refusal {
  const index = numberIn(values, 'DEVLINK_ATTR_SB_INDEX');
  if (index === undefined) return refusal(EINVAL);
  return opsOf(instance).list.find((buffer) => buffer.index === index) ?? refusal(ENODEV);
}

/** devlink_sb_pool_index_get_from_attrs(). */
function poolIn({ devlink, values }: DevlinkRequest, buffer: DevlinkSharedBuffer): number | Refusal {
  const pool = numberIn(values, 'DEVLINK_ATTR_SB_POOL_INDEX');
  const isThere = pool !== undefined && (pool < poolCount(buffer) || !devlink.parts.checksPools);
  return isThere ? pool : refusal(EINVAL);
}

/** devlink_sb_pool_type_get_from_attrs(), devlink_sb_tc_index_get_from_attrs(). */
function classIn(asked: DevlinkRequest, buffer: DevlinkSharedBuffer): DevlinkTrafficClass | Refusal {
  const { values, port } = asked;
  const type = POOL_TYPES[numberIn(values, 'DEVLINK_ATTR_SB_POOL_TYPE') ?? -1];
  if (type === undefined || port === undefined) return refusal(EINVAL);
  const index = numberIn(values, 'DEVLINK_ATTR_SB_TC_INDEX');
  const isThere =
    index !== undefined && (index < classCount(asked.devlink.parts, buffer, type) || !asked.devlink.parts.checksPools);
  return isThere ? { port: port.index, buffer: buffer.index, type, index } : refusal(EINVAL);
}

/** devlink_nl_sb_fill(). */
const bufferValues = (instance: DevlinkInstance, buffer: DevlinkSharedBuffer): Values => ({
  ...handleValues(instance),
  DEVLINK_ATTR_SB_INDEX: buffer.index,
  DEVLINK_ATTR_SB_SIZE: buffer.size,
  DEVLINK_ATTR_SB_INGRESS_POOL_COUNT: buffer.ingressPools,
  DEVLINK_ATTR_SB_EGRESS_POOL_COUNT: buffer.egressPools,
  DEVLINK_ATTR_SB_INGRESS_TC_COUNT: buffer.ingressClasses,
  DEVLINK_ATTR_SB_EGRESS_TC_COUNT: buffer.egressClasses,
});

/** devlink_nl_sb_pool_fill(). */
async function poolValues(instance: DevlinkInstance, buffer: DevlinkSharedBuffer, pool: number): Promise<Filled> {
  const found = await opsOf(instance).poolGet?.(buffer.index, pool);
  if (found === undefined) return refusal(EOPNOTSUPP);
  if (!found.ok) return declined(found);
  return {
    ...handleValues(instance),
    DEVLINK_ATTR_SB_INDEX: buffer.index,
    DEVLINK_ATTR_SB_POOL_INDEX: pool,
    DEVLINK_ATTR_SB_POOL_TYPE: POOL_TYPES.indexOf(found.value.type),
    DEVLINK_ATTR_SB_POOL_SIZE: found.value.size,
    DEVLINK_ATTR_SB_POOL_THRESHOLD_TYPE: THRESHOLD_TYPES.indexOf(found.value.thresholdType),
    DEVLINK_ATTR_SB_POOL_CELL_SIZE: found.value.cellSize,
  };
}

/** Occupancy that the driver cannot tell is left out. */
function occupancyValues(parts: DevlinkParts, occupancy: DriverResult<DevlinkOccupancy> | undefined): Filled {
  if (occupancy === undefined || (!occupancy.ok && occupancy.errno === EOPNOTSUPP)) return {};
  if (!occupancy.ok) return declined(occupancy);
  const [now, most] = parts.occupancyTold(occupancy.value.now, occupancy.value.most);
  return { DEVLINK_ATTR_SB_OCC_CUR: now, DEVLINK_ATTR_SB_OCC_MAX: most };
}

/** devlink_nl_sb_port_pool_fill(). */
async function portPoolValues(
  parts: DevlinkParts,
  instance: DevlinkInstance,
  port: number,
  buffer: DevlinkSharedBuffer,
  pool: number,
): Promise<Filled> {
  const ops = opsOf(instance);
  const threshold = await ops.portPoolGet?.(port, buffer.index, pool);
  if (threshold === undefined) return refusal(EOPNOTSUPP);
  if (!threshold.ok) return declined(threshold);
  const occupancy = occupancyValues(parts, await ops.portPoolOccupancy?.(port, buffer.index, pool));
  if (isRefused(occupancy)) return occupancy;
  return {
    ...handleValues(instance),
    DEVLINK_ATTR_PORT_INDEX: port,
    DEVLINK_ATTR_SB_INDEX: buffer.index,
    DEVLINK_ATTR_SB_POOL_INDEX: pool,
    DEVLINK_ATTR_SB_THRESHOLD: threshold.value,
    ...occupancy,
  };
}

/** devlink_nl_sb_tc_pool_bind_fill(). */
async function classValues(parts: DevlinkParts, instance: DevlinkInstance, of: DevlinkTrafficClass): Promise<Filled> {
  const ops = opsOf(instance);
  const binding = await ops.classGet?.(of);
  if (binding === undefined) return refusal(EOPNOTSUPP);
  if (!binding.ok) return declined(binding);
  const occupancy = occupancyValues(parts, await ops.classOccupancy?.(of));
  if (isRefused(occupancy)) return occupancy;
  return {
    ...handleValues(instance),
    DEVLINK_ATTR_PORT_INDEX: of.port,
    DEVLINK_ATTR_SB_INDEX: of.buffer,
    DEVLINK_ATTR_SB_TC_INDEX: of.index,
    DEVLINK_ATTR_SB_POOL_TYPE: POOL_TYPES.indexOf(of.type),
    DEVLINK_ATTR_SB_POOL_INDEX: binding.value.pool,
    DEVLINK_ATTR_SB_THRESHOLD: binding.value.threshold,
    ...occupancy,
  };
}

const isValue = <Value>(value: Value | Refusal): value is Value =>
  typeof value !== 'object' || value === null || !('errno' in value);

const answered = (command: DevlinkCommand, values: Filled): DevlinkAnswer =>
  isRefused(values) ? values : replying(command, values);

/** Each of `fill` in turn; a buffer whose driver has no answer is left out. */
async function listed(
  command: DevlinkCommand,
  instance: DevlinkInstance,
  fills: (buffer: DevlinkSharedBuffer) => Iterable<() => Promise<Filled>>,
): Promise<readonly DevlinkReply[] | Refusal> {
  const replies: DevlinkReply[] = [];
  for (const buffer of opsOf(instance).list) {
    for (const fill of fills(buffer)) {
      const values = await fill();
      if (!isRefused(values)) replies.push({ command, values });
      else if (values.errno === EOPNOTSUPP) break;
      else return values;
    }
  }
  return replies;
}

const portsOf = ({ ports }: DevlinkInstance): readonly number[] => [...ports.keys()].sort((one, other) => one - other);

const dumpPools: DevlinkDumper = ({ instance }) =>
  listed('SB_POOL_NEW', instance, (buffer) =>
    Array.from({ length: poolCount(buffer) }, (_, pool) => () => poolValues(instance, buffer, pool)),
  );

const dumpPortPools: DevlinkDumper = ({ devlink: { parts }, instance }) =>
  listed('SB_PORT_POOL_NEW', instance, (buffer) =>
    portsOf(instance).flatMap((port) =>
      Array.from({ length: poolCount(buffer) }, (_, pool) => () => portPoolValues(parts, instance, port, buffer, pool)),
    ),
  );

const dumpClasses: DevlinkDumper = ({ devlink: { parts }, instance }) =>
  listed('SB_TC_POOL_BIND_NEW', instance, (buffer) =>
    portsOf(instance).flatMap((port) =>
      POOL_TYPES.flatMap((type) =>
        Array.from({ length: classCount(parts, buffer, type) }, (_, index) => {
          const of: DevlinkTrafficClass = { port, buffer: buffer.index, type, index };
          return () => classValues(parts, instance, of);
        }),
      ),
    ),
  );

const finished = (result: DriverResult | undefined): DevlinkAnswer =>
  result === undefined ? refusal(EOPNOTSUPP) : result.ok ? DONE : declined(result);

/** devlink_nl_sb_pool_set_doit(): the size and the kind of threshold go together. */
async function setPool(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { values, instance, devlink } = asked;
  const buffer = bufferIn(asked);
  if (!isValue(buffer)) return buffer;
  const pool = poolIn(asked, buffer);
  if (!isValue(pool)) return pool;
  const asks = numberIn(values, 'DEVLINK_ATTR_SB_POOL_THRESHOLD_TYPE');
  const thresholdType = THRESHOLD_TYPES[asks ?? (devlink.parts.needsThresholdType ? -1 : 0)];
  if (thresholdType === undefined) return refusal(EINVAL);
  const absent = missingOf(asked, 'SB_POOL_SIZE');
  if (absent !== undefined) return absent;
  const size = numberIn(values, 'DEVLINK_ATTR_SB_POOL_SIZE') ?? 0;
  return finished(await opsOf(instance).poolSet?.(buffer.index, pool, size, thresholdType));
}

async function setPortPool(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { port, values, instance } = asked;
  const buffer = bufferIn(asked);
  if (!isValue(buffer)) return buffer;
  const pool = poolIn(asked, buffer);
  if (!isValue(pool)) return pool;
  const absent = missingOf(asked, 'SB_THRESHOLD');
  if (absent !== undefined) return absent;
  if (port === undefined) return refusal(EINVAL);
  const threshold = numberIn(values, 'DEVLINK_ATTR_SB_THRESHOLD') ?? 0;
  return finished(await opsOf(instance).portPoolSet?.(port.index, buffer.index, pool, threshold));
}

/** devlink_nl_sb_tc_pool_bind_set_doit(). */
async function setClass(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const buffer = bufferIn(asked);
  if (!isValue(buffer)) return buffer;
  const of = classIn(asked, buffer);
  if (!isValue(of)) return of;
  const pool = poolIn(asked, buffer);
  if (!isValue(pool)) return pool;
  const absent = missingOf(asked, 'SB_THRESHOLD');
  if (absent !== undefined) return absent;
  const threshold = numberIn(asked.values, 'DEVLINK_ATTR_SB_THRESHOLD') ?? 0;
  return finished(await opsOf(asked.instance).classSet?.(of, { pool, threshold }));
}

/** A request about a whole buffer. */
const ofBuffer =
  (run: (ops: DevlinkSharedBufferOps, index: number) => Promise<DriverResult | undefined>) =>
  async (asked: DevlinkRequest): Promise<DevlinkAnswer> => {
    const buffer = bufferIn(asked);
    return isValue(buffer) ? finished(await run(opsOf(asked.instance), buffer.index)) : buffer;
  };

export const sharedBufferOperations: DevlinkOperations = {
  SB_GET: {
    doit: (asked) => {
      const buffer = bufferIn(asked);
      return isValue(buffer) ? replying('SB_NEW', bufferValues(asked.instance, buffer)) : buffer;
    },
    dump: ({ instance }) =>
      opsOf(instance).list.map((buffer) => ({ command: 'SB_NEW', values: bufferValues(instance, buffer) })),
  },
  SB_POOL_GET: {
    doit: async (asked) => {
      const buffer = bufferIn(asked);
      if (!isValue(buffer)) return buffer;
      const pool = poolIn(asked, buffer);
      return isValue(pool) ? answered('SB_POOL_NEW', await poolValues(asked.instance, buffer, pool)) : pool;
    },
    dump: dumpPools,
  },
  SB_POOL_SET: { doit: setPool },
  SB_PORT_POOL_GET: {
    doit: async (asked) => {
      const buffer = bufferIn(asked);
      if (!isValue(buffer)) return buffer;
      const pool = poolIn(asked, buffer);
      if (!isValue(pool)) return pool;
      if (asked.port === undefined) return refusal(EINVAL);
      return answered(
        'SB_PORT_POOL_NEW',
        await portPoolValues(asked.devlink.parts, asked.instance, asked.port.index, buffer, pool),
      );
    },
    dump: dumpPortPools,
  },
  SB_PORT_POOL_SET: { doit: setPortPool },
  SB_TC_POOL_BIND_GET: {
    doit: async (asked) => {
      const buffer = bufferIn(asked);
      if (!isValue(buffer)) return buffer;
      const of = classIn(asked, buffer);
      return isValue(of)
        ? answered('SB_TC_POOL_BIND_NEW', await classValues(asked.devlink.parts, asked.instance, of))
        : of;
    },
    dump: dumpClasses,
  },
  SB_TC_POOL_BIND_SET: { doit: setClass },
  SB_OCC_SNAPSHOT: { doit: ofBuffer(async (ops, index) => ops.occupancySnapshot?.(index)) },
  SB_OCC_MAX_CLEAR: { doit: ofBuffer(async (ops, index) => ops.occupancyClear?.(index)) },
};
