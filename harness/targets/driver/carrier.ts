/**
 * Waits until a link is back. A driver drops the carrier for seconds when its MTU, its rings or its flags change; frames that are sent
 * meanwhile are lost, as on any renegotiating link, and that is no finding about the device.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import type { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import type { IfIndex } from '../../contract/index.js';
import { required } from './portState.js';

const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;
const IFF_LOWER_UP = 0x10000;
const LOOK_AGAIN_MS = 10;

export type LinkCondition = 'down' | 'carrier' | 'no-carrier';

/** RTM_GETLINK makes the kernel work off a change of carrier now, which it else does up to a second later (linkwatch). */
export async function linkCondition(route: RouteClient, ifIndex: IfIndex): Promise<LinkCondition> {
  const { header } = required('the link', await route.link(ifIndex));
  const flags = numberIn(header, 'ifi_flags') ?? 0;
  if ((flags & IFF_UP) === 0) return 'down';
  const ready = IFF_RUNNING | IFF_LOWER_UP;
  return (flags & ready) === ready ? 'carrier' : 'no-carrier';
}

/** Until the port has carrier or is set down; answers what it is when the time is over. */
export async function settleLink(route: RouteClient, ifIndex: IfIndex, withinMs: number): Promise<LinkCondition> {
  const end = performance.now() + withinMs;
  for (;;) {
    const condition = await linkCondition(route, ifIndex);
    if (condition !== 'no-carrier' || performance.now() >= end) return condition;
    await sleep(LOOK_AGAIN_MS);
  }
}
