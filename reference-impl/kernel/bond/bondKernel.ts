/** The aggregates of a kernel: what they need of it, and what they make of what happens to net devices (bond_netdev_event()). */
import type { Nanoseconds } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import type { KernelState, NetDeviceEvent } from '../kernelState.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { LagCore } from '../switchdevLag.js';
import { decodeLacpdu } from '../../packet/lacp.js';
import type { BridgeSurroundings } from '../bridge/bridgeKernel.js';
import { albFrameAt, hearArp } from './alb.js';
import { frameAt } from './tlb.js';
import {
  balances,
  balancesReceive,
  bondOf,
  negotiates,
  setInactive,
  usesPrimary,
  watchesByArp,
  type Bond,
  type BondMember,
} from './bond.js';
import { egressOf, memberOfQueue, receivedBy } from './bondFrames.js';
import type { Bonding, ProbeRoutes } from './bonding.js';
import { stateOfMember } from './bondOffload.js';
import { noteReceived } from './arpValidation.js';
import { selectActive } from './bondLinks.js';
import { startMonitor } from './bondMonitor.js';
import type { BondParts } from './bondParts.js';
import { receiveLacpdu } from './lacp.js';
import { followStation } from './memberStations.js';

export class BondKernel implements Bonding {
  readonly kernel: KernelState;
  readonly lag: LagCore;
  readonly routes: ProbeRoutes;
  readonly at: (time: Nanoseconds, run: () => void) => void;

  readonly send: (netDevice: NetDevice, frame: TxFrame) => void;

  constructor(
    kernel: KernelState,
    { at, transmit, routes }: Pick<BridgeSurroundings, 'at' | 'transmit'> & { readonly routes: ProbeRoutes },
  ) {
    this.kernel = kernel;
    this.routes = routes;
    this.at = at;
    this.send = transmit;
    this.lag = new LagCore(kernel.bridging.switchdev);
    kernel.notifiers.push((event, netDevice) => this.#happened(event, netDevice));
  }

  get parts(): BondParts {
    return this.kernel.parts.bond;
  }

  readonly defer = (work: () => Promise<void>): void => {
    this.kernel.bridging.switchdev.defer(work);
  };

  memberChanged(member: BondMember): void {
    if (this.parts.tellsHardware) this.lag.memberChanged(member.bond.netDevice, member, stateOfMember(member));
    if (isUp(member.bond.netDevice))
      for (const notifier of this.kernel.notifiers) notifier('NETDEV_CHANGEINFODATA', member.netDevice);
  }

  /** bond_start_xmit(): the net devices through which a frame leaves. */
  transmit(bond: Bond, frame: TxFrame, queueMapping = 0): readonly NetDevice[] {
    const { softwareTraffic } = bond.netDevice;
    softwareTraffic.txPackets += frame.gso?.segments ?? 1;
    softwareTraffic.txBytes += frame.bytes.length;
    const given = memberOfQueue(this.parts, bond, queueMapping);
    return given === undefined ? egressOf(this, bond, frame) : [given.netDevice];
  }

  /** As it leaves at a member. */
  frameAt(bond: Bond, netDevice: NetDevice, frame: TxFrame): TxFrame {
    if (!balances(bond)) return frame;
    const named = balancesReceive(bond) ? albFrameAt(this, bond, netDevice, frame) : frame;
    return frameAt(this, bond, netDevice, named);
  }

  /** bond_handle_frame(), with bond_3ad_lacpdu_recv() as its probe: PDUs are the member's own. */
  received(member: BondMember, bytes: Uint8Array): Uint8Array | undefined {
    if (balancesReceive(member.bond)) hearArp(this, member.bond, bytes);
    if (watchesByArp(member.bond)) noteReceived(this, member, bytes);
    const pdu = negotiates(member.bond) ? decodeLacpdu(bytes) : undefined;
    if (pdu === undefined) return receivedBy(this.parts, member, bytes);
    receiveLacpdu(this, member, pdu);
    return this.parts.lacp.consumes ? undefined : bytes;
  }

  #happened(event: NetDeviceEvent, netDevice: NetDevice): void {
    const bond = bondOf(netDevice);
    if (bond !== undefined && (event === 'NETDEV_UP' || event === 'NETDEV_DOWN')) {
      if (event === 'NETDEV_DOWN') {
        if (this.kernel.parts.peerNotices.endsWhenDown) bond.noticesLeft = 0;
        bond.rejoins.left = 0;
      } else
        for (const member of bond.members.values())
          if (usesPrimary(bond) && member !== bond.active) setInactive(member);
          else if (!negotiates(bond)) member.isBackup = member.isInactive = false;
      // bond_alb_initialize(): it knows nobody yet.
      bond.clients.entries.length = 0;
      startMonitor(this, bond);
    }
    if (bond !== undefined && event === 'NETDEV_CHANGEADDR' && balancesReceive(bond)) followStation(this, bond);
    const member = netDevice.bondMember;
    if (member === undefined || event !== 'NETDEV_CHANGENAME' || member.bond.primaryName === '') return;
    if (member === member.bond.primary) member.bond.primary = undefined;
    else if (netDevice.name === member.bond.primaryName) member.bond.primary = member;
    else return;
    selectActive(this, member.bond);
  }
}
