/** TCA_OPTIONS of a filter: what it matches, what it does, and where. */
import type { FlowBinder } from '../../../harness/contract/index.js';
import { FLOWER_POLICY, MATCHALL_POLICY, TCA_CLS_FLAGS_SKIP_SW } from '../../netlink/families/trafficControl.js';
import { bytesIn, numberIn, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import { validateAttributes, type Policy, type Refusal } from '../../netlink/validate.js';
import { parseAttributes } from '../../netlink/wire.js';
import type { FlowMatch } from '../flow/flowMatch.js';
import { EINVAL } from '../errno.js';
import { refusal } from '../refusals.js';
import { notServed, readActions, type ActionMakers } from './actions.js';
import type { Action } from './block.js';
import { readFlower } from './flower.js';

export interface FilterOptions {
  readonly match: FlowMatch | undefined;
  readonly keys: Values;
  readonly actions: readonly Action[];
  readonly flags: number;
}

/** The beginnings of fl_change() and mall_change(). */
export function readOptions(
  makers: ActionMakers,
  { values }: NetlinkRequest,
  kind: 'flower' | 'matchall',
  side: FlowBinder,
): FilterOptions | Refusal {
  const bytes = bytesIn(values, 'TCA_OPTIONS');
  if (bytes === undefined) return refusal(EINVAL);
  const policy = kind === 'flower' ? FLOWER_POLICY : MATCHALL_POLICY;
  if (looksAtMore(policy, bytes)) return notServed();
  const checked = validateAttributes(policy, bytes, 0, 'liberal');
  // The parser is not given an extack.
  if (!checked.ok) return refusal(checked.errno);
  const { name } = policy.set;
  const flags = numberIn(checked.values, `${name}_FLAGS`) ?? 0;
  const isForHardware = (flags & TCA_CLS_FLAGS_SKIP_SW) !== 0;
  const actions = readActions(makers, bytesIn(checked.values, `${name}_ACT`), {
    isAtIngress: side === 'ingress',
    isForHardware,
  });
  if ('errno' in actions) return actions;
  if (kind === 'matchall') return { match: undefined, keys: {}, actions, flags };
  const keys = readFlower(checked.values, makers.parts);
  return 'errno' in keys ? keys : { ...keys, actions, flags };
}

/** TCA_FLOWER_MAX. */
const HIGHEST_KEY = 107;

/** Attributes that the kernel knows, and this one does not. */
function looksAtMore({ set }: Policy, bytes: Uint8Array): boolean {
  return (
    set.name === 'TCA_FLOWER' &&
    parseAttributes(bytes).attributes.some(({ type }) => type <= HIGHEST_KEY && !set.byNumber.has(type))
  );
}
