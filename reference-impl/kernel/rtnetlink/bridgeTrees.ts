/** IFLA_BRIDGE_MST among what is said of a port, and told of it: br_mst_process() and br_mst_fill_info() of net/bridge/br_mst.c. */
import { BRIDGE_SPEC, MST_ENTRY_POLICY } from '../../netlink/families/bridge.js';
import { NLA_F_NESTED } from '../../netlink/constants.js';
import { bytesIn, numberIn, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import { validateAttributes, type Refusal } from '../../netlink/validate.js';
import { NLA_HDRLEN, parseAttributes, type Attribute } from '../../netlink/wire.js';
import type { BridgePort, StpState } from '../bridge/bridge.js';
import { setTreeState, treesOf } from '../bridge/mst.js';
import { EBUSY, EINVAL } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { fromOutcome, refusal } from '../refusals.js';

const IFLA_BRIDGE_MST = BRIDGE_SPEC.byName.get('IFLA_BRIDGE_MST')?.number;
const IFLA_BRIDGE_MST_ENTRY = 1;

/** br_afspec(), its part of trees; without a port the bridge itself is meant. */
export async function changeTrees(
  kernel: ReferenceKernel,
  port: BridgePort | undefined,
  { values, offsets }: NetlinkRequest,
  how: 'set' | 'delete',
): Promise<Refusal | undefined> {
  const spec = bytesIn(values, 'IFLA_AF_SPEC');
  if (spec === undefined) return undefined;
  const { refuses } = kernel.bridging.events.mst;
  for (const { type, data, offset } of parseAttributes(spec, (offsets.get('IFLA_AF_SPEC') ?? 0) + NLA_HDRLEN)
    .attributes) {
    if (type !== IFLA_BRIDGE_MST) continue;
    if (port === undefined)
      return refuses('bridge') ? refusal(EINVAL, 'MST states can only be set on bridge ports') : undefined;
    if (how === 'delete' && refuses('delete')) return refusal(EINVAL, 'MST states can only be set through RTM_SETLINK');
    const refused = await changeTreesOf(kernel, port, parseAttributes(data, offset + NLA_HDRLEN).attributes);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** br_mst_process(): what is done before a refusal stays done. */
async function changeTreesOf(
  kernel: ReferenceKernel,
  port: BridgePort,
  attributes: readonly Attribute[],
): Promise<Refusal | undefined> {
  const { refuses } = kernel.bridging.events.mst;
  if (!port.bridge.mst && refuses('mode-off'))
    return refusal(EBUSY, "bridge: Can't modify MST state when MST is disabled");
  const entries = attributes.filter(({ type }) => type === IFLA_BRIDGE_MST_ENTRY);
  if (entries.length === 0 && refuses('no-entry')) return refusal(EINVAL, 'bridge: Found no MST entries to process');
  for (const entry of entries) {
    const refused = await changeTree(kernel, port, entry);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** br_mst_process_one(). */
async function changeTree(
  { bridging }: ReferenceKernel,
  port: BridgePort,
  { flags, data, offset }: Attribute,
): Promise<Refusal | undefined> {
  if ((flags & NLA_F_NESTED) === 0) return { ok: false, errno: EINVAL, message: 'NLA_F_NESTED is missing', offset };
  const entry = validateAttributes(MST_ENTRY_POLICY, data, offset + NLA_HDRLEN, 'strict');
  if (!entry.ok) return entry;
  const { refuses } = bridging.events.mst;
  const [msti, state] = ['MSTI', 'STATE'].map((name) => numberIn(entry.values, `IFLA_BRIDGE_MST_ENTRY_${name}`));
  if (msti === undefined) return refuses('no-tree') ? refusal(EINVAL, 'bridge: MSTI not specified') : undefined;
  if (state === undefined) return refuses('no-state') ? refusal(EINVAL, 'bridge: State not specified') : undefined;
  return fromOutcome(await setTreeState(bridging, port, msti, state as StpState));
}

/** The trees of the port, for RTEXT_FILTER_MST; undefined: there is nothing to tell. */
export function toldTrees(kernel: ReferenceKernel, port: BridgePort): Values | undefined {
  if (!port.bridge.mst || port.vlans.members.size === 0) return undefined;
  const entries = [...treesOf(kernel.bridging.events, port)].map(([msti, state]) => ({
    IFLA_BRIDGE_MST_ENTRY_MSTI: msti,
    IFLA_BRIDGE_MST_ENTRY_STATE: state,
  }));
  return { IFLA_BRIDGE_MST_ENTRY: entries };
}
