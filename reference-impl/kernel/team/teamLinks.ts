/** Which ports of a team are in use: enabled, with a link, and what that makes of the team's carrier. */
import { DUPLEX_FULL, DUPLEX_HALF, DUPLEX_UNKNOWN, SPEED_UNKNOWN } from '../../netlink/families/ethtool.js';
import { setCarrier } from '../linkState.js';
import { IF_OPER_UNKNOWN, IF_OPER_UP, isUp, portOf, type NetDevice } from '../netDevice.js';
import { notifyWithVlans } from '../peerNotices.js';
import { tellGroupsAgain } from '../rejoins.js';
import { isEnabled, type Team, type TeamPort } from './team.js';
import { unmapPort } from './loadBalance.js';
import { stateOfPort } from './teamOffload.js';
import type { Teaming } from './teaming.js';
import { MILLISECOND } from '../../nanoseconds.js';

/** netif_oper_up(). */
export const hasLink = ({ operState }: NetDevice): boolean => operState === IF_OPER_UP || operState === IF_OPER_UNKNOWN;

/** team_lower_state_changed(). */
function lowerStateChanged({ parts, lag }: Teaming, port: TeamPort): void {
  if (parts.tellsHardware) lag.memberChanged(port.team.netDevice, port, stateOfPort(port));
}

/** team_refresh_port_linkup(). */
export function refreshLink(teaming: Teaming, port: TeamPort): void {
  const sound = port.userLinkUpCounts ? port.userLinkUp : port.state.linkUp;
  const linkUp = teaming.parts.linkOf(port, sound);
  if (linkUp === port.linkUp) return;
  port.linkUp = linkUp;
  lowerStateChanged(teaming, port);
}

/** team_port_enable(): it gets the place behind those that are enabled. */
export function enablePort(teaming: Teaming, port: TeamPort): void {
  if (isEnabled(port)) return;
  port.team.enabled.push(port);
  notifyPeers(teaming, port.team);
  rejoinGroups(teaming, port.team);
  lowerStateChanged(teaming, port);
}

/** team_notify_peers(): so many notices more, one in each interval. */
function notifyPeers(teaming: Teaming, team: Team): void {
  const { kernel } = teaming;
  const { count, teamInterval } = kernel.parts.peerNotices;
  if (team.notifyPeersCount === 0 || !isUp(team.netDevice)) return;
  const wasIdle = team.noticesLeft === 0;
  team.noticesLeft += count(team.notifyPeersCount);
  if (wasIdle) teaming.at(kernel.now, work);

  /** team_notify_peers_work(). */
  function work(): void {
    if (team.noticesLeft === 0 || !kernel.netDevices.has(team.netDevice.ifIndex)) return;
    team.noticesLeft--;
    notifyWithVlans(kernel, 'NETDEV_NOTIFY_PEERS', team.netDevice);
    if (team.noticesLeft > 0)
      teaming.at(kernel.now + BigInt(teamInterval(team.notifyPeersInterval)) * MILLISECOND, work);
  }
}

/** team_mcast_rejoin(). */
function rejoinGroups(teaming: Teaming, team: Team): void {
  const { joins } = teaming.kernel.parts;
  if (team.mcastRejoinCount === 0 || !isUp(team.netDevice)) return;
  team.rejoins.left += joins.count(team.mcastRejoinCount);
  const interval = (): bigint => BigInt(joins.interval(team.mcastRejoinInterval)) * MILLISECOND;
  tellGroupsAgain(teaming, team.netDevice, team.rejoins, { first: 0n, interval });
}

/** team_port_disable(): those behind it move up. `leaves`: a port that goes is disabled in any case. */
export function disablePort(teaming: Teaming, port: TeamPort, leaves = false): void {
  const { enabled, mode } = port.team;
  if (!isEnabled(port) || !(teaming.parts.disables || leaves)) return;
  if (mode === 'loadbalance') unmapPort(teaming, port);
  enabled.splice(enabled.indexOf(port), 1);
  lowerStateChanged(teaming, port);
}

/** __team_carrier_check(): one port with a link is enough, enabled or not. */
export function checkCarrier({ kernel, parts }: Teaming, team: Team): void {
  if (team.carrierIsUsers) return;
  const ports = [...team.ports.values()];
  const sound = ports.some(({ linkUp }) => linkUp);
  setCarrier(kernel, team.netDevice, parts.carrier(ports, sound));
}

/** __team_port_change_check(). */
export function portLinkChanged(teaming: Teaming, port: TeamPort, linkUp: boolean): void {
  if (port.state.linkUp !== linkUp) tellPort(teaming, port, linkUp);
  checkCarrier(teaming, port.team);
}

const DUPLEX = { half: DUPLEX_HALF, full: DUPLEX_FULL, unknown: DUPLEX_UNKNOWN } as const;

/** __team_port_change_send(): speed and duplex are the driver's, and it is asked for them as soon as it may be. */
export function tellPort(teaming: Teaming, port: TeamPort, linkUp: boolean): void {
  port.isChanged = true;
  port.state = { linkUp, speed: 0, duplex: 0 };
  refreshLink(teaming, port);
  teaming.defer(async () => {
    if (port.state.linkUp) {
      const { device, port: name } = portOf(port.netDevice);
      const link = await device.ethtool.getLink?.(name);
      if (link !== undefined)
        port.state = { linkUp: port.state.linkUp, speed: link.speed ?? SPEED_UNKNOWN, duplex: DUPLEX[link.duplex] };
    }
    if (teaming.parts.tellsPorts) teaming.listener.port(port);
  });
}
