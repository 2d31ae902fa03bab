/** Rules of the diagnosis of sockets that a seeded defect may replace. */
import type { Values } from '../../netlink/schema.js';

export interface DiagnosisParts {
  /** netlink_diag_dump(): whether a socket of this protocol is listed where that one is asked for. */
  readonly isAskedFor: (protocol: number, asked: number) => boolean;
  /** Whether the kernel's own sockets are listed. */
  readonly listsKernel: boolean;
  /** The list of those that hear announcements is walked too: whether who is in a group is told a second time. */
  readonly listsListenersAgain: boolean;
  /** sk_get_meminfo() of a socket of netlink. */
  readonly toldMemory: (memory: Values) => Values;
  /** nlk->groups as it is told. */
  readonly toldGroups: (groups: Uint8Array) => Uint8Array;
  /** sk_diag_put_flags(). */
  readonly toldFlags: (flags: number) => number;
  /** Whether what was not asked for (ndiag_show) is told too. */
  readonly tellsUnasked: boolean;
  /** What a request that is refused is answered with. */
  readonly refusal: (errno: number) => number;
  /** Whether a protocol that nobody serves ends a dump with an error. */
  readonly refusesUnknownProtocols: boolean;
  /** struct packet_diag_info as it is told. */
  readonly toldPacketSocket: (info: Values) => Values;
  /** What a request for packet sockets is taken to want to see (pdiag_show). */
  readonly packetShow: (show: number) => number;
  /** Whether a packet socket is told to run: packet_notifier() stops it while its net device is down. */
  readonly isRunning: (isUp: boolean) => boolean;
  /** sock_diag_save_cookie(): the cookie of the socket with this one. */
  readonly toldCookie: (cookie: bigint) => bigint;
}

export const CONFORMING_DIAGNOSIS: DiagnosisParts = {
  isAskedFor: (protocol, asked) => protocol === asked,
  listsKernel: true,
  listsListenersAgain: true,
  toldMemory: (memory) => memory,
  toldGroups: (groups) => groups,
  toldFlags: (flags) => flags,
  tellsUnasked: false,
  refusal: (errno) => errno,
  refusesUnknownProtocols: true,
  toldPacketSocket: (info) => info,
  packetShow: (show) => show,
  isRunning: (isUp) => isUp,
  toldCookie: (cookie) => cookie,
};
