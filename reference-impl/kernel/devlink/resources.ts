/** Resources: net/devlink/resource.c. */
import type { DevlinkResourceOps } from '../../../harness/contract/index.js';
import { numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkParts } from './devlinkParts.js';
import { handleValues, type DevlinkInstance, type ResourceState } from './instance.js';
import { DONE, missingOf, type DevlinkAnswer, type DevlinkOperations, type DevlinkRequest } from './operations.js';

/** devlink_resource_find(): depth first. */
export function findResource(list: readonly ResourceState[], id: number): ResourceState | undefined {
  for (const state of list) {
    const found = state.resource.id === id ? state : findResource(state.children, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** devlink_resource_put(). */
async function resourceValues(
  parts: DevlinkParts,
  ops: DevlinkResourceOps | undefined,
  state: ResourceState,
): Promise<Values> {
  const { resource, size, sizeNew, children, isValid } = state;
  const occupancy = resource.counts ? await ops?.occupancy?.(resource.id) : undefined;
  return parts.toldResource({
    DEVLINK_ATTR_RESOURCE_NAME: resource.name,
    DEVLINK_ATTR_RESOURCE_SIZE: size,
    DEVLINK_ATTR_RESOURCE_ID: resource.id,
    ...(size === sizeNew ? {} : { DEVLINK_ATTR_RESOURCE_SIZE_NEW: sizeNew }),
    ...(occupancy === undefined ? {} : { DEVLINK_ATTR_RESOURCE_OCC: occupancy }),
    DEVLINK_ATTR_RESOURCE_SIZE_GRAN: resource.granularity,
    DEVLINK_ATTR_RESOURCE_SIZE_MAX: resource.maximum,
    DEVLINK_ATTR_RESOURCE_SIZE_MIN: resource.minimum,
    DEVLINK_ATTR_RESOURCE_UNIT: 0,
    ...(children.length === 0
      ? {}
      : {
          DEVLINK_ATTR_RESOURCE_SIZE_VALID: isValid ? 1 : 0,
          DEVLINK_ATTR_RESOURCE_LIST: {
            DEVLINK_ATTR_RESOURCE: await Promise.all(children.map((child) => resourceValues(parts, ops, child))),
          },
        }),
  });
}

async function dumpResources({ devlink, instance }: DevlinkRequest): Promise<DevlinkAnswer> {
  if (instance.resources.length === 0) return refusal(EOPNOTSUPP);
  const values: Values = {
    ...handleValues(instance),
    DEVLINK_ATTR_RESOURCE_LIST: {
      DEVLINK_ATTR_RESOURCE: await Promise.all(
        instance.resources.map((state) => resourceValues(devlink.parts, instance.ops.resources, state)),
      ),
    },
  };
  return { ok: true, replies: [{ command: 'RESOURCE_DUMP', values }], ends: true };
}

/** devlink_resource_validate_size(): of several faults the last one is told. */
function sizeRefusal({ resource }: ResourceState, size: number): Refusal | undefined {
  if (size % resource.granularity !== 0) return refusal(EINVAL, 'Wrong granularity');
  if (size < resource.minimum) return refusal(EINVAL, 'Size smaller than minimum');
  if (size > resource.maximum) return refusal(EINVAL, 'Size larger than maximum');
  return undefined;
}

/** devlink_resource_validate_children(). */
function validateChildren({ sumOfParts }: DevlinkParts, state: ResourceState): void {
  state.isValid =
    state.children.length === 0 || sumOfParts(state.children.map(({ sizeNew }) => sizeNew)) <= state.sizeNew;
}

function setResource(asked: DevlinkRequest): DevlinkAnswer {
  const { devlink, instance, values } = asked;
  const absent = missingOf(asked, 'RESOURCE_ID', 'RESOURCE_SIZE');
  if (absent !== undefined) return absent;
  const state = findResource(instance.resources, numberIn(values, 'DEVLINK_ATTR_RESOURCE_ID') ?? 0);
  if (state === undefined) return refusal(EINVAL);
  const size = numberIn(values, 'DEVLINK_ATTR_RESOURCE_SIZE') ?? 0;
  const wrong = devlink.parts.checksResourceSize ? sizeRefusal(state, size) : undefined;
  if (wrong === undefined || !devlink.parts.dropsRefusedSize) state.sizeNew = size;
  if (wrong !== undefined) return wrong;
  if (!devlink.parts.resourcesWait) state.size = size;
  validateChildren(devlink.parts, state);
  if (state.parent !== undefined) validateChildren(devlink.parts, state.parent);
  return DONE;
}

/** devlink_resources_validate(): whether all parts fit into their whole. */
export const resourcesFit = (list: readonly ResourceState[]): boolean =>
  list.every((state) => state.isValid && resourcesFit(state.children));

/** devl_resource_size_get(). */
export function takeSize({ resources }: DevlinkInstance, id: number): number {
  const state = findResource(resources, id);
  if (state === undefined) throw new Error(`the driver has no resource ${id}`);
  state.size = state.sizeNew;
  return state.size;
}

export const resourceOperations: DevlinkOperations = {
  RESOURCE_DUMP: { doit: dumpResources },
  RESOURCE_SET: { doit: setResource },
};
