/** Rate objects: net/devlink/rate.c. */
import type { DevlinkRateOps, DriverResult } from '../../../harness/contract/index.js';
import { numberIn, textIn, type Value, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EBUSY, EEXIST, EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import { refusal, refusalAt } from '../refusals.js';
import type { DevlinkParts } from './devlinkParts.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import { handleValues, type DevlinkInstance, type RateState } from './instance.js';
import {
  DONE,
  declined,
  replying,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkRequest,
} from './operations.js';

const LEAF = 0;
const NODE = 1;

/** devlink_nl_rate_fill(). */
const rateValues = (instance: DevlinkInstance, state: RateState): Values => ({
  ...handleValues(instance),
  DEVLINK_ATTR_RATE_TYPE: state.key.kind === 'leaf' ? LEAF : NODE,
  ...(state.key.kind === 'leaf'
    ? { DEVLINK_ATTR_PORT_INDEX: state.key.port }
    : { DEVLINK_ATTR_RATE_NODE_NAME: state.key.name }),
  DEVLINK_ATTR_RATE_TX_SHARE: state.txShare,
  DEVLINK_ATTR_RATE_TX_MAX: state.txMax,
  DEVLINK_ATTR_RATE_TX_PRIORITY: state.priority,
  DEVLINK_ATTR_RATE_TX_WEIGHT: state.weight,
  ...(state.parent?.key.kind === 'node' ? { DEVLINK_ATTR_RATE_PARENT_NODE_NAME: state.parent.key.name } : {}),
});

const newRate = (key: RateState['key']): RateState => ({
  key,
  txShare: 0n,
  txMax: 0n,
  priority: 0,
  weight: 0,
  parent: undefined,
});

const announce = (devlink: DevlinkKernel, instance: DevlinkInstance, what: 'NEW' | 'DEL', state: RateState): void =>
  devlink.tell(instance, `RATE_${what}`, rateValues(instance, state));

const nodeCalled = ({ rates }: DevlinkInstance, name: string): RateState | undefined =>
  rates.find(({ key }) => key.kind === 'node' && key.name === name);

/** devlink_rate_node_get_from_attrs(): a name of digits alone would look like a port. */
function nodeIn({ instance, values }: DevlinkRequest): RateState | Refusal {
  const name = textIn(values, 'DEVLINK_ATTR_RATE_NODE_NAME');
  if (name === undefined || /^[0-9]*$/.test(name)) return refusal(EINVAL);
  return nodeCalled(instance, name) ?? refusal(ENODEV);
}

/** devlink_rate_get_from_info(). */
function rateIn(asked: DevlinkRequest): RateState | Refusal {
  const index = numberIn(asked.values, 'DEVLINK_ATTR_PORT_INDEX');
  if (index === undefined) return nodeIn(asked);
  return asked.instance.ports.get(index)?.rate ?? refusal(ENODEV);
}

/** What can be set of a rate object: the attribute, what the driver has for leaves and for nodes, how a refusal calls it. */
interface RateSetting {
  readonly attribute: string;
  readonly leaf: Exclude<keyof DevlinkRateOps, 'nodeNew' | 'nodeDel'>;
  readonly node: Exclude<keyof DevlinkRateOps, 'nodeNew' | 'nodeDel'>;
  readonly called: string;
  /** NL_SET_ERR_MSG_ATTR(): the refusal has a place. */
  readonly placed: boolean;
}
const SETTINGS: readonly RateSetting[] = [
  { attribute: 'TX_SHARE', leaf: 'leafTxShareSet', node: 'nodeTxShareSet', called: 'TX share', placed: false },
  { attribute: 'TX_MAX', leaf: 'leafTxMaxSet', node: 'nodeTxMaxSet', called: 'TX max', placed: false },
  { attribute: 'PARENT_NODE_NAME', leaf: 'leafParentSet', node: 'nodeParentSet', called: 'Parent', placed: false },
  {
    attribute: 'TX_PRIORITY',
    leaf: 'leafTxPrioritySet',
    node: 'nodeTxPrioritySet',
    called: 'TX priority',
    placed: true,
  },
  { attribute: 'TX_WEIGHT', leaf: 'leafTxWeightSet', node: 'nodeTxWeightSet', called: 'TX weight', placed: true },
];

/** devlink_rate_set_ops_supported(). */
function unsupported({ instance, request, values }: DevlinkRequest, kind: 'leaf' | 'node'): Refusal | undefined {
  for (const setting of SETTINGS) {
    const name = `DEVLINK_ATTR_RATE_${setting.attribute}`;
    if (values[name] === undefined || instance.ops.rate?.[setting[kind]] !== undefined) continue;
    const message = `${setting.called} set isn't supported for the ${kind === 'leaf' ? 'leafs' : 'nodes'}`;
    return setting.placed ? refusalAt(request, name, EOPNOTSUPP, message) : refusal(EOPNOTSUPP, message);
  }
  return undefined;
}

const isAncestor = (state: RateState, from: RateState | undefined): boolean => {
  for (let each = from; each !== undefined; each = each.parent) if (each === state) return true;
  return false;
};

const isAbove = ({ looksAtAncestors }: DevlinkParts, state: RateState, parent: RateState): boolean =>
  looksAtAncestors ? isAncestor(state, parent.parent) : parent.parent === state;

/** devlink_nl_rate_parent_node_set(): an empty name is none. */
async function setParent(
  { devlink, instance }: DevlinkRequest,
  state: RateState,
  name: string,
): Promise<Refusal | undefined> {
  const { parts } = devlink;
  const { rate } = instance.ops;
  const parentSet = state.key.kind === 'leaf' ? rate?.leafParentSet : rate?.nodeParentSet;
  if (name === '') {
    if (state.parent === undefined || !parts.orphans) return undefined;
    const set = await parentSet?.(state.key, undefined);
    if (set !== undefined && !set.ok) return declined(set);
    state.parent = undefined;
    return undefined;
  }
  const parent = nodeCalled(instance, name);
  if (parent === undefined) return refusal(ENODEV);
  if (parent === state && parts.checksRateLoops) return refusal(EINVAL, 'Parent to self is not allowed');
  if (state.key.kind === 'node' && isAbove(parts, state, parent) && parts.checksRateLoops)
    return refusal(EEXIST, 'Node is already a parent of parent node.');
  const set = await parentSet?.(state.key, name);
  if (set !== undefined && !set.ok) return declined(set);
  state.parent = parent;
  return undefined;
}

/** devlink_nl_rate_set(): one after the other, and what was done before a refusal stays. */
async function setRate(asked: DevlinkRequest, state: RateState): Promise<Refusal | undefined> {
  const { instance, values } = asked;
  const { rate } = instance.ops;
  const isLeaf = state.key.kind === 'leaf';
  const at = (name: string): Value | undefined => values[`DEVLINK_ATTR_RATE_${name}`];
  const [share, most, priority, weight] = [at('TX_SHARE'), at('TX_MAX'), at('TX_PRIORITY'), at('TX_WEIGHT')];
  const steps: readonly [Value | undefined, (value: number) => unknown, () => void][] = [
    [
      share,
      (value) => (isLeaf ? rate?.leafTxShareSet : rate?.nodeTxShareSet)?.(state.key, value),
      () => (state.txShare = BigInt(Number(share))),
    ],
    [
      most,
      (value) => (isLeaf ? rate?.leafTxMaxSet : rate?.nodeTxMaxSet)?.(state.key, value),
      () => (state.txMax = BigInt(Number(most))),
    ],
    [
      priority,
      (value) => (isLeaf ? rate?.leafTxPrioritySet : rate?.nodeTxPrioritySet)?.(state.key, value),
      () => (state.priority = Number(priority)),
    ],
    [
      weight,
      (value) => (isLeaf ? rate?.leafTxWeightSet : rate?.nodeTxWeightSet)?.(state.key, value),
      () => (state.weight = Number(weight)),
    ],
  ];
  for (const [value, tell, keep] of steps) {
    if (value === undefined) continue;
    const set = (await tell(Number(value))) as DriverResult | undefined;
    if (set !== undefined && !set.ok) return declined(set);
    keep();
  }
  const parent = textIn(values, 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME');
  return parent === undefined ? undefined : setParent(asked, state, parent);
}

async function changeRate(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance } = asked;
  const state = rateIn(asked);
  if ('errno' in state) return state;
  const refused = unsupported(asked, state.key.kind) ?? (await setRate(asked, state));
  if (refused !== undefined) return refused;
  announce(devlink, instance, 'NEW', state);
  return DONE;
}

/** devlink_nl_rate_new_doit(): a node that cannot be set as asked is not there. */
async function newNode(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  const { rate } = instance.ops;
  if (rate?.nodeNew === undefined || rate.nodeDel === undefined)
    return refusal(EOPNOTSUPP, "Rate nodes aren't supported");
  const refused = unsupported(asked, 'node');
  if (refused !== undefined) return refused;
  const known = nodeIn(asked);
  if (!('errno' in known)) {
    if (devlink.parts.checksRateNames) return refusal(EEXIST);
  } else if (known.errno === EINVAL) return known;
  const name = textIn(values, 'DEVLINK_ATTR_RATE_NODE_NAME') ?? '';
  const made = await rate.nodeNew(name);
  if (!made.ok) return declined(made);
  const state = newRate({ kind: 'node', name });
  const unset = await setRate(asked, state);
  if (unset === undefined || !devlink.parts.removesFailedNode) instance.rates.unshift(state);
  if (unset !== undefined) {
    await rate.nodeDel(name);
    return unset;
  }
  announce(devlink, instance, 'NEW', state);
  return DONE;
}

/** devlink_nl_rate_del_doit(). */
async function deleteNode(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance } = asked;
  const state = nodeIn(asked);
  if ('errno' in state) return state;
  if (devlink.parts.guardsRateParents && instance.rates.some(({ parent }) => parent === state))
    return refusal(EBUSY, 'Node has children. Cannot delete node.');
  announce(devlink, instance, 'DEL', state);
  const gone = await instance.ops.rate?.nodeDel?.(state.key.kind === 'node' ? state.key.name : '');
  instance.rates = instance.rates.filter((each) => each !== state);
  return gone === undefined || gone.ok ? DONE : declined(gone);
}

/** devl_rate_leaf_create(). */
export function createLeaf(devlink: DevlinkKernel, instance: DevlinkInstance, index: number): void {
  const port = instance.ports.get(index);
  if (port === undefined || port.rate !== undefined)
    throw new Error(`devlink port ${index} is not there, or has a rate object`);
  port.rate = newRate({ kind: 'leaf', port: index });
  instance.rates.push(port.rate);
  announce(devlink, instance, 'NEW', port.rate);
}

/** devl_rate_leaf_destroy(). */
export function destroyLeaf(devlink: DevlinkKernel, instance: DevlinkInstance, index: number): void {
  const port = instance.ports.get(index);
  if (port?.rate === undefined) return;
  announce(devlink, instance, 'DEL', port.rate);
  instance.rates = instance.rates.filter((each) => each !== port.rate);
  port.rate = undefined;
}

/** devl_rate_nodes_destroy(): nobody is told. */
export async function destroyNodes(instance: DevlinkInstance): Promise<void> {
  const { rate } = instance.ops;
  for (const state of instance.rates) {
    if (state.parent === undefined) continue;
    await (state.key.kind === 'leaf' ? rate?.leafParentSet : rate?.nodeParentSet)?.(state.key, undefined);
    state.parent = undefined;
  }
  for (const { key } of instance.rates) if (key.kind === 'node') await rate?.nodeDel?.(key.name);
  instance.rates = instance.rates.filter(({ key }) => key.kind === 'leaf');
}

export const rateOperations: DevlinkOperations = {
  RATE_GET: {
    doit: (asked) => {
      const state = rateIn(asked);
      return 'errno' in state ? state : replying('RATE_NEW', rateValues(asked.instance, state));
    },
    dump: ({ instance }) =>
      instance.rates.map((state) => ({ command: 'RATE_NEW', values: rateValues(instance, state) })),
  },
  RATE_SET: { doit: changeRate },
  RATE_NEW: { doit: newNode },
  RATE_DEL: { doit: deleteNode },
};
