/** The teams of a kernel: what they need of it, their frames, and what they make of what happens to net devices (team_device_event()). */
import type { Nanoseconds } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { isLinkLocalMac } from '../../packet/addresses.js';
import type { BridgeSurroundings } from '../bridge/bridgeKernel.js';
import type { KernelState, NetDeviceEvent } from '../kernelState.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { LagCore } from '../switchdevLag.js';
import { isEnabled, takesFrames, type Team, type TeamPort } from './team.js';
import type { Teaming, TeamListener } from './teaming.js';
import { hasLink, portLinkChanged } from './teamLinks.js';
import { modeOf } from './teamModes.js';
import type { TeamParts } from './teamParts.js';

const NOBODY: TeamListener = { options: () => false, port: () => undefined };

export class TeamKernel implements Teaming {
  readonly kernel: KernelState;
  readonly lag: LagCore;
  readonly at: (time: Nanoseconds, run: () => void) => void;
  /** The family "team", once it is registered. */
  listener: TeamListener = NOBODY;

  constructor(kernel: KernelState, { at }: Pick<BridgeSurroundings, 'at'>) {
    this.kernel = kernel;
    this.at = at;
    this.lag = new LagCore(kernel.bridging.switchdev);
    kernel.notifiers.push((event, netDevice) => this.#happened(event, netDevice));
  }

  get parts(): TeamParts {
    return this.kernel.parts.team;
  }

  readonly defer = (work: () => Promise<void>): void => {
    this.kernel.bridging.switchdev.defer(work);
  };

  /** team_xmit(): the net devices through which a frame leaves, and the counters. */
  transmit(team: Team, frame: TxFrame, queueMapping = 0): readonly NetDevice[] {
    const { softwareTraffic, coreStatistics } = team.netDevice;
    const given = this.#portOfQueue(team, queueMapping);
    const chosen = given === undefined ? modeOf(team).select(this.parts, team, frame) : [given];
    const ports = chosen.filter(takesFrames);
    if (ports.length > 0) {
      softwareTraffic.txPackets++;
      softwareTraffic.txBytes += frame.bytes.length;
    } else if (this.parts.countsDropped) coreStatistics.txDropped++;
    return ports.map(({ netDevice }) => netDevice);
  }

  /** team_queue_override_transmit(): of those that are enabled. */
  #portOfQueue({ enabled }: Team, queue: number): TeamPort | undefined {
    return queue === 0 || !this.parts.obeysQueues ? undefined : enabled.find(({ queueId }) => queueId === queue);
  }

  /** team_handle_frame(): whether a frame that a port received is the team's. */
  receives(port: TeamPort, bytes: Uint8Array): boolean {
    if (!isEnabled(port) && this.parts.keepsDisabledOut) {
      if (!isLinkLocalMac(bytes, 0)) port.team.netDevice.coreStatistics.rxNohandler++;
      return false;
    }
    const isTheTeams = modeOf(port.team).receives(this.parts, port, bytes);
    if (!isTheTeams) port.team.netDevice.coreStatistics.rxNohandler++;
    return isTheTeams;
  }

  #happened(event: NetDeviceEvent, netDevice: NetDevice): void {
    const port = netDevice.teamPort;
    if (port === undefined || !port.team.ports.has(netDevice.ifIndex)) return;
    switch (event) {
      case 'NETDEV_UP':
        if (hasLink(netDevice)) portLinkChanged(this, port, true);
        return;
      case 'NETDEV_DOWN':
        portLinkChanged(this, port, false);
        return;
      case 'NETDEV_CHANGE':
        if (isUp(netDevice)) portLinkChanged(this, port, hasLink(netDevice));
        return;
      default:
        return;
    }
  }
}
