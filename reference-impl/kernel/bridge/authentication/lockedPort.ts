/** Whom a locked port lets in, and MAC authentication bypass: BR_PORT_LOCKED and BR_PORT_MAB of net/bridge/br_input.c and br_netlink.c. */
import type { Vid } from '../../../../harness/contract/index.js';
import type { BridgePort, PortFlags } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { flushBridge, learn } from '../fdb.js';

const SOURCE = 6;

/** br_handle_frame_finish(): the source is known, at this port, neither the host's nor locked. With MAB an unknown one is written down. */
export function admits(events: BridgeEvents, port: BridgePort, bytes: Uint8Array, vid: Vid): boolean {
  const { authentication } = events;
  const source = port.bridge.fdb.find(bytes, SOURCE, vid);
  if (source === undefined) {
    if (port.flags.mab && authentication.writesDown)
      learn(events, port, bytes, SOURCE, vid, { isLocked: authentication.locks });
    return false;
  }
  if (source.port !== port || source.isLocal) {
    const moves = !authentication.keepsElsewhere && port.flags.mab && !source.isLocal;
    if (moves) learn(events, port, bytes, SOURCE, vid);
    return false;
  }
  if (!source.isLocked) return true;
  if (authentication.refreshesLocked) learn(events, port, bytes, SOURCE, vid, { isLocked: true });
  return authentication.admitsLocked(source);
}

/** br_setport(): why the flags are refused; what was locked goes with MAB. */
export function setMab(events: BridgeEvents, port: BridgePort, flags: PortFlags): string | undefined {
  const { authentication } = events;
  if (flags.mab && !authentication.requires(flags.locked, flags.learning))
    return 'Bridge port must be locked and have learning enabled when MAB is enabled';
  if (!flags.mab && port.flags.mab && authentication.flushesWithFlag)
    flushBridge(events, port.bridge, (entry) => entry.port === port && authentication.flushesOnly(entry.isLocked));
  return undefined;
}
