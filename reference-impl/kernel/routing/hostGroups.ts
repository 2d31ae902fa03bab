/** The groups of IPv4 that the host is in, because addresses say so (IFA_F_MCAUTOJOIN), and what it reports of them: net/ipv4/igmp.c. */
import type { Nanoseconds } from '../../../harness/contract/index.js';
import { equalBytes } from '../../packet/bytes.js';
import { formatIpv4 } from '../../packet/addresses.js';
import { MILLISECOND } from '../../nanoseconds.js';
import { EADDRINUSE, EINVAL, OK, refused } from '../errno.js';
import type { KernelState, NetDeviceEvent, Outcome } from '../kernelState.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { addAddress, removeAddress } from '../receiveFilter.js';
import type { JoinParts } from '../rejoins.js';
import {
  ALL_HOSTS,
  IGMPV3_CHANGE_TO_EXCLUDE,
  IGMPV3_CHANGE_TO_INCLUDE,
  IGMPV3_MODE_IS_EXCLUDE,
  ipv4GroupMac,
  leaveV2,
  queryIn,
  reportV2,
  reportV3,
  type GroupRecord,
  type Reporter,
} from './igmp.js';

interface Group {
  readonly address: Uint8Array;
  isLeft: boolean;
  /** Reports of its change that are still to be sent (crcount). */
  changes: number;
}

/** struct in_device, as far as it is about groups. */
interface Membership {
  readonly groups: Map<string, Group>;
  /** mr_ifc_count, and whether its timer runs. */
  runs: number;
  isPlanned: boolean;
  /** Until then a querier of IGMPv2 counts as the only one. */
  oldQuerierUntil: Nanoseconds;
}

export interface GroupSurroundings {
  readonly kernel: KernelState;
  readonly at: (time: Nanoseconds, run: () => void) => void;
  transmit(netDevice: NetDevice, frame: Uint8Array): void;
  nextIdentification(): number;
  /** inet_select_addr(); zeros: it has none. */
  addressAt(netDevice: NetDevice): Uint8Array | undefined;
}

const JIFFY = 4n * MILLISECOND;
/** Somewhere in IGMPV3_UNSOLICITED_REPORT_INTERVAL. */
const REPEATED = 500n * MILLISECOND;
/** IGMP_QUERY_INTERVAL and IGMP_QUERY_RESPONSE_INTERVAL, with the robustness of 2. */
const OLD_QUERIER = 260_000n * MILLISECOND;

const isGroup = (address: Uint8Array): boolean => (address[0] ?? 0) >> 4 === 0xe;

export class HostGroups {
  readonly #around: GroupSurroundings;
  readonly #memberships = new Map<NetDevice, Membership>();

  constructor(around: GroupSurroundings) {
    this.#around = around;
    around.kernel.notifiers.push((event, netDevice) => this.#happened(event, netDevice));
  }

  get #parts(): JoinParts {
    return this.#around.kernel.parts.joins;
  }

  reset(): void {
    this.#memberships.clear();
  }

  /** ip_mc_join_group() of the socket that joins for addresses. */
  join(netDevice: NetDevice, address: Uint8Array): Outcome {
    if (!isGroup(address)) return this.#parts.refusesStations ? refused(EINVAL) : OK;
    if (!this.#parts.joins) return OK;
    const membership = this.#at(netDevice);
    const known = membership.groups.get(formatIpv4(address));
    if (known?.isLeft === false) return refused(EADDRINUSE);
    membership.groups.set(formatIpv4(address), { address, isLeft: false, changes: 0 });
    this.#defer(() => addAddress(netDevice, 'multicast', ipv4GroupMac(address)));
    this.#added(netDevice, membership, address);
    return OK;
  }

  /** ip_mc_leave_group(). */
  leave(netDevice: NetDevice, address: Uint8Array): void {
    const membership = this.#memberships.get(netDevice);
    const group = membership?.groups.get(formatIpv4(address));
    if (membership === undefined || group === undefined || group.isLeft || !this.#parts.leaves) return;
    group.isLeft = true;
    this.#defer(async () => {
      await removeAddress(netDevice, 'multicast', ipv4GroupMac(address));
    });
    if (this.#hasOldQuerier(membership)) {
      membership.groups.delete(formatIpv4(address));
      this.#send(netDevice, (reporter) => leaveV2(reporter, address));
    } else this.#change(netDevice, membership, group);
  }

  /** igmp_rcv(): a querier asks. */
  hear(netDevice: NetDevice, frame: Uint8Array): void {
    const query = queryIn(frame);
    const membership = this.#memberships.get(netDevice);
    if (query === undefined || membership === undefined || !this.#parts.answers) return;
    const destination = frame.subarray(30, 34);
    const isForUs = equalBytes(destination, ALL_HOSTS) || membership.groups.has(formatIpv4(destination));
    if (!isForUs) return;
    const { kernel, at } = this.#around;
    if (query.version === 2 && this.#parts.followsOldQuerier) {
      membership.oldQuerierUntil = kernel.now + OLD_QUERIER;
      membership.runs = 0;
      for (const [name, { isLeft }] of membership.groups) if (isLeft) membership.groups.delete(name);
    }
    const { group } = query;
    at(kernel.now + (BigInt(query.within) * 100n * MILLISECOND) / 2n, () => {
      const asked = present(membership).filter(({ address }) => group === undefined || equalBytes(address, group));
      this.#report(netDevice, asked);
    });
  }

  /** ip_mc_rejoin_groups(): at once, each by itself. */
  #rejoin(netDevice: NetDevice): void {
    const membership = this.#memberships.get(netDevice);
    if (membership === undefined || !this.#parts.tellsIpv4) return;
    for (const group of present(membership)) this.#report(netDevice, [group]);
  }

  #happened(event: NetDeviceEvent, netDevice: NetDevice): void {
    const membership = this.#memberships.get(netDevice);
    if (membership === undefined) return;
    switch (event) {
      case 'NETDEV_UP':
        // ip_mc_up()
        if (this.#parts.reportsWhenUp)
          for (const { address } of present(membership)) this.#added(netDevice, membership, address);
        return;
      case 'NETDEV_DOWN':
        // ip_mc_down()
        membership.runs = 0;
        for (const [name, { isLeft }] of membership.groups) if (isLeft) membership.groups.delete(name);
        return;
      case 'NETDEV_RESEND_IGMP':
        this.#rejoin(netDevice);
        return;
      case 'NETDEV_UNREGISTER':
        this.#memberships.delete(netDevice);
        return;
      default:
        return;
    }
  }

  /** igmp_group_added(). */
  #added(netDevice: NetDevice, membership: Membership, address: Uint8Array): void {
    const group = membership.groups.get(formatIpv4(address));
    if (group === undefined) return;
    if (!this.#hasOldQuerier(membership)) {
      this.#change(netDevice, membership, group);
      return;
    }
    const { kernel, at } = this.#around;
    for (const after of [JIFFY, JIFFY + REPEATED].slice(0, this.#parts.robustness))
      at(kernel.now + after, () => {
        if (!group.isLeft) this.#report(netDevice, [group]);
      });
  }

  /** igmp_ifc_event(). */
  #change(netDevice: NetDevice, membership: Membership, group: Group): void {
    group.changes = this.#parts.robustness;
    membership.runs = this.#parts.robustness;
    if (membership.isPlanned) return;
    this.#plan(netDevice, membership, 2n * JIFFY);
  }

  #plan(netDevice: NetDevice, membership: Membership, after: Nanoseconds): void {
    membership.isPlanned = true;
    this.#around.at(this.#around.kernel.now + after, () => this.#tellChanges(netDevice, membership));
  }

  /** igmp_ifc_timer_expire() and igmpv3_send_cr(). */
  #tellChanges(netDevice: NetDevice, membership: Membership): void {
    membership.isPlanned = false;
    const records: GroupRecord[] = [];
    for (const [name, group] of membership.groups) {
      if (group.changes === 0) continue;
      group.changes--;
      const type = group.isLeft ? IGMPV3_CHANGE_TO_INCLUDE : IGMPV3_CHANGE_TO_EXCLUDE;
      records.push({ type, group: group.address });
      if (group.isLeft && group.changes === 0) membership.groups.delete(name);
    }
    if (records.length > 0) this.#send(netDevice, (reporter) => reportV3(reporter, records));
    if (membership.runs === 0) return;
    membership.runs--;
    this.#plan(netDevice, membership, REPEATED);
  }

  /** igmp_send_report(). */
  #report(netDevice: NetDevice, groups: readonly Group[]): void {
    const membership = this.#memberships.get(netDevice);
    if (membership === undefined || groups.length === 0) return;
    if (this.#hasOldQuerier(membership)) {
      for (const { address } of groups) this.#send(netDevice, (reporter) => reportV2(reporter, address));
      return;
    }
    const records = groups.map(({ address }) => ({ type: IGMPV3_MODE_IS_EXCLUDE, group: address }));
    this.#send(netDevice, (reporter) => reportV3(reporter, records));
  }

  #send(netDevice: NetDevice, make: (reporter: Reporter) => Uint8Array): void {
    if (!isUp(netDevice)) return;
    const reporter: Reporter = {
      station: netDevice.address,
      address: this.#around.addressAt(netDevice) ?? new Uint8Array(4),
      identification: this.#around.nextIdentification(),
    };
    this.#around.transmit(netDevice, make(reporter));
  }

  #hasOldQuerier({ oldQuerierUntil }: Membership): boolean {
    return this.#around.kernel.now < oldQuerierUntil;
  }

  #at(netDevice: NetDevice): Membership {
    const known = this.#memberships.get(netDevice);
    if (known !== undefined) return known;
    const made: Membership = { groups: new Map(), runs: 0, isPlanned: false, oldQuerierUntil: 0n };
    this.#memberships.set(netDevice, made);
    // ip_mc_up(): where queriers ask.
    this.#defer(() => addAddress(netDevice, 'multicast', ipv4GroupMac(ALL_HOSTS)));
    return made;
  }

  #defer(work: () => Promise<void>): void {
    this.#around.kernel.bridging.switchdev.defer(work);
  }
}

const present = ({ groups }: Membership): Group[] => [...groups.values()].filter(({ isLeft }) => !isLeft);
