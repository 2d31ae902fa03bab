/** RTM_DELNEIGH of AF_BRIDGE with NLM_F_BULK: br_fdb_delete_bulk() of net/bridge/br_fdb.c. */
import type { IfIndex } from '../../../harness/contract/index.js';
import { NTF_MASTER, NTF_SELF, NUD_NOARP, NUD_PERMANENT } from '../../netlink/constants.js';
import { numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import { bridgeOf, type Bridge } from '../bridge/bridge.js';
import { flushBridge } from '../bridge/fdb.js';
import type { FdbEntry } from '../bridge/fdbTable.js';
import { EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';

/** The bits of a state that entries are told apart by (FDB_FLUSH_ALLOWED_NDM_STATES). */
const STATES = NUD_PERMANENT | NUD_NOARP;
/** FDB_FLUSH_IGNORED_NDM_FLAGS. */
const WHERE = NTF_MASTER | NTF_SELF;

interface Flush {
  /** 0: whatever it leads to. */
  readonly ifIndex: number;
  readonly vid: number;
  readonly state: number;
  /** Bits of the state that are compared. */
  readonly mask: number;
}

export async function deleteMany(kernel: ReferenceKernel, { header, values }: NetlinkRequest): Promise<HandlerResult> {
  const index = numberIn(header, 'ndm_ifindex') ?? 0;
  if (index <= 0) return refusal(EINVAL, 'invalid ifindex');
  const netDevice = kernel.netDevices.get(index as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV, 'unknown ifindex');
  const port = netDevice.bridgePort;
  const flags = numberIn(header, 'ndm_flags') ?? 0;
  const toMaster = flags === 0 || (flags & NTF_MASTER) !== 0;
  const bridge = toMaster && port !== undefined ? port.bridge : bridgeOf(netDevice);
  if (bridge === undefined) return refusal(EOPNOTSUPP);
  if ((flags & ~WHERE) !== 0) return refusal(EINVAL, 'Unsupported fdb flush ndm flag bits set');
  const state = numberIn(header, 'ndm_state') ?? 0;
  if ((state & ~STATES) !== 0) return refusal(EINVAL, 'Unsupported fdb flush ndm state bits set');
  const named = numberIn(values, 'NDA_IFINDEX');
  if (named !== undefined && !isOf(bridge, named)) return refusal(EINVAL, 'Port belongs to a different bridge device');
  const flush: Flush = {
    ifIndex: named ?? (port === undefined ? 0 : index),
    vid: numberIn(values, 'NDA_VLAN') ?? 0,
    state,
    mask: (numberIn(values, 'NDA_NDM_STATE_MASK') ?? 0) & STATES,
  };
  const { bulkTakes } = kernel.parts.bridge;
  flushBridge(kernel.bridging.events, bridge, (entry) => bulkTakes(matches(bridge, entry, flush)));
  await kernel.settle();
  return { ok: true };
}

const isOf = ({ netDevice, ports }: Bridge, index: number): boolean =>
  netDevice.ifIndex === index || ports.has(index as IfIndex);

/** __fdb_flush_matches(). */
function matches(bridge: Bridge, entry: FdbEntry, { ifIndex, vid, state, mask }: Flush): boolean {
  const bits = (entry.isLocal ? NUD_PERMANENT : 0) | (entry.isStatic ? NUD_NOARP : 0);
  return (
    (vid === 0 || entry.vid === vid) &&
    (ifIndex === 0 || (entry.port ?? bridge).netDevice.ifIndex === ifIndex) &&
    (mask === 0 || (bits & mask) === state)
  );
}
