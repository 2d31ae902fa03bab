/** Aggregates and the hardware below their members: NETDEV_CHANGEUPPER and NETDEV_CHANGELOWERSTATE with struct netdev_lag_upper_info. */
import type { LagId, LagMemberState, OffloadedLag } from '../../harness/contract/index.js';
import type { AggregateMember } from './aggregates.js';
import { EOPNOTSUPP, OK } from './errno.js';
import type { Outcome } from './kernelState.js';
import type { NetDevice } from './netDevice.js';
import { switchPort, type SwitchdevCore } from './switchdev.js';

/** The number by which drivers know an aggregate. */
export const lagId = ({ ifIndex }: NetDevice): LagId => ifIndex as number as LagId;

export class LagCore {
  readonly #switchdev: SwitchdevCore;

  constructor(switchdev: SwitchdevCore) {
    this.#switchdev = switchdev;
  }

  /** The driver may refuse; with EOPNOTSUPP, or without the operation, software distributes. */
  async join(member: AggregateMember, lag: OffloadedLag): Promise<Outcome> {
    const below = switchPort(member.netDevice);
    if (below?.ops.joinLag === undefined) return OK;
    const joined = await below.ops.joinLag(below.port, lag);
    if (!joined.ok) return joined.errno === EOPNOTSUPP ? OK : joined;
    member.isOffloaded = true;
    return OK;
  }

  /** A member of an aggregate that is in a bridge already is told what the others know. */
  async joinBridge(aggregate: NetDevice, member: AggregateMember): Promise<void> {
    const port = aggregate.bridgePort;
    if (member.isOffloaded && port !== undefined) await this.#switchdev.joinMember(port, member.netDevice);
  }

  async leave(aggregate: NetDevice, member: AggregateMember): Promise<void> {
    await this.settle();
    const below = switchPort(member.netDevice);
    if (below === undefined || !member.isOffloaded) return;
    const port = aggregate.bridgePort;
    if (port !== undefined) await this.#switchdev.leaveMember(port, member.netDevice);
    member.isOffloaded = false;
    await below.ops.leaveLag?.(below.port, lagId(aggregate));
  }

  memberChanged(aggregate: NetDevice, { netDevice, isOffloaded }: AggregateMember, state: LagMemberState): void {
    const below = switchPort(netDevice);
    if (below === undefined || !isOffloaded) return;
    this.#switchdev.defer(async () => below.ops.setLagMember?.(below.port, lagId(aggregate), state));
  }

  settle(): Promise<void> {
    return this.#switchdev.process();
  }
}
