import type { NetlinkBody } from '../../../netlink/operations.js';

/** What is told of a change: written when it holds, as things are then. */
export interface NftAnnouncement {
  readonly sequence: number;
  /** NLM_F_ECHO: who asked is told too. */
  readonly echo: boolean;
  readonly write: (generation: number) => NetlinkBody;
}
