/** What an aggregate tells the network when another member is the active one: send_peer_notif of drivers/net/bonding/bond_main.c. */
import { BOND_MODE_ACTIVEBACKUP, BOND_MODE_ROUNDROBIN } from '../../netlink/families/bond.js';
import { isUp } from '../netDevice.js';
import { notifyWithVlans } from '../peerNotices.js';
import { MILLISECOND } from '../../nanoseconds.js';
import { tellGroupsAgain } from '../rejoins.js';
import { usesPrimary, type Bond } from './bond.js';
import type { Bonding } from './bonding.js';

/** Runs of the monitor between two notices. */
const spacing = ({ kernel }: Bonding, { settings }: Bond): number =>
  Math.max(1, kernel.parts.peerNotices.delay(settings.peerNotificationDelay));

/** bond_should_notify_peers(). */
export const isTimeToTell = (bonding: Bonding, bond: Bond): boolean =>
  bond.active !== undefined &&
  bond.noticesLeft !== 0 &&
  bond.noticesLeft % spacing(bonding, bond) === 0 &&
  bond.netDevice.carrier;

/** Of bond_change_active_slave(): the first notice at once. */
export function tellOfNewActive(bonding: Bonding, bond: Bond): void {
  const { kernel } = bonding;
  if (bond.settings.mode !== BOND_MODE_ACTIVEBACKUP || bond.active === undefined) return;
  let tells = false;
  if (isUp(bond.netDevice)) {
    bond.noticesLeft = kernel.parts.peerNotices.count(bond.settings.peerNotifications) * spacing(bonding, bond);
    tells = isTimeToTell(bonding, bond);
  }
  notifyWithVlans(kernel, 'NETDEV_BONDING_FAILOVER', bond.netDevice);
  if (tells) tell(bonding, bond);
}

/** One notice less. */
export function tell({ kernel }: Bonding, bond: Bond): void {
  bond.noticesLeft--;
  notifyWithVlans(kernel, 'NETDEV_NOTIFY_PEERS', bond.netDevice);
}

/**
 * Of bond_mii_monitor(): a run, with or without a notice. `isTime` is what was so before the run looked at the links, as in the
 * kernel: a member that it made the active one has told of itself already.
 */
export function tellAgain(bonding: Bonding, bond: Bond, isTime: boolean): void {
  if (bond.noticesLeft === 0) return;
  if (isTime) tell(bonding, bond);
  else bond.noticesLeft--;
}

const JIFFY = 4n * MILLISECOND;
/** HZ / 5. */
const REJOIN_MS = 200;

/** bond_resend_igmp_join_requests_delayed(): a switch that knows the groups at the port of before is told them at that of now. */
export function tellJoinsAgain(bonding: Bonding, bond: Bond): void {
  const { joins } = bonding.kernel.parts;
  const { settings, rejoins, netDevice } = bond;
  const count = joins.count(settings.resendIgmp);
  const isMoved = usesPrimary(bond) ? bond.active !== undefined : settings.mode === BOND_MODE_ROUNDROBIN;
  if (!isUp(netDevice) || count === 0 || !isMoved) return;
  rejoins.left = count;
  const interval = (): bigint => BigInt(joins.interval(REJOIN_MS)) * MILLISECOND;
  tellGroupsAgain(bonding, netDevice, rejoins, { first: JIFFY, interval });
}
