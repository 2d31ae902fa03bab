/** Which VLAN a frame belongs to, where it may go, and whether it keeps its tag: net/bridge/br_vlan.c. */
import type { Vid } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { withTagInBytes } from '../transmit.js';
import type { Bridge, VlanGroup } from './bridge.js';
import type { BridgeParts } from './bridgeParts.js';

export interface Classified {
  /** With its tag beside it, in a bridge that filters. */
  readonly frame: TxFrame;
  /** 0 in a bridge that does not filter. */
  readonly vid: Vid;
}

const VID_MASK = 0xfff;
const NO_VID = 0 as Vid;

/** br_allowed_ingress(); undefined: the frame is dropped. */
export function classify(parts: BridgeParts, bridge: Bridge, group: VlanGroup, frame: TxFrame): Classified | undefined {
  if (!bridge.vlanFiltering) return { frame, vid: NO_VID };
  const { vlanProtocol } = bridge;
  const foreign = parts.comparesProtocol && frame.vlan?.tpid !== vlanProtocol ? frame.vlan : undefined;
  // A tag of another protocol is payload here: the frame is untagged.
  const own = foreign === undefined ? frame : withTagInBytes(frame, foreign);
  const tci = own.vlan?.tci ?? 0;
  const tagged = (tci & VID_MASK) as Vid;
  if (tagged !== 0) return parts.isMember(group, tagged, 'in') ? { frame: own, vid: tagged } : undefined;
  const pvid = parts.pvidOf(group);
  if (pvid === 0 || !parts.isMember(group, pvid, 'in')) return undefined;
  const priority = parts.keepsPriority ? tci : 0;
  return { frame: { ...own, vlan: { tpid: vlanProtocol, tci: priority | pvid } }, vid: pvid };
}

/** br_allowed_egress(). */
export const mayLeave = (parts: BridgeParts, bridge: Bridge, group: VlanGroup, vid: Vid): boolean =>
  !bridge.vlanFiltering || parts.isMember(group, vid, 'out');

/** br_handle_vlan(): the frame as it leaves, with its tag or without. */
export function leaving(parts: BridgeParts, bridge: Bridge, group: VlanGroup, { frame, vid }: Classified): TxFrame {
  if (!bridge.vlanFiltering || !parts.leavesUntagged(group, vid) || frame.vlan === undefined) return frame;
  return withoutTag(frame);
}

function withoutTag({ bytes, checksum, gso, fragments, timestampId, marks }: TxFrame): TxFrame {
  return {
    bytes,
    checksum,
    ...(gso === undefined ? {} : { gso }),
    ...(fragments === undefined ? {} : { fragments }),
    ...(timestampId === undefined ? {} : { timestampId }),
    ...(marks === undefined ? {} : { marks }),
  };
}
