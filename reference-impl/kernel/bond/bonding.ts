/** Aggregates and their members come and go: bond_create(), bond_enslave() and bond_release() of drivers/net/bonding/bond_main.c. */
import type { MacAddress, Nanoseconds } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { aggregateOf, createAggregateDevice, randomAddress, type AggregateSeed } from '../aggregates.js';
import {
  BOND_FOM_FOLLOW,
  BOND_FOM_NONE,
  BOND_LINK_BACK,
  BOND_LINK_DOWN,
  BOND_LINK_UP,
} from '../../netlink/families/bond.js';
import { loseMember } from './alb.js';
import { newClientTable } from './clientTable.js';
import { stationOfNew, takeStationBack } from './memberStations.js';
import { forgetMember, newFlowTable, rebalanceSoon } from './tlb.js';
import { addressPolicy } from './failOverMac.js';
import { closeNetDevice, openNetDevice, setMacAddress, setMtu } from '../deviceControl.js';
import { EBUSY, EFAULT, EPERM, OK, refused } from '../errno.js';
import { notify, type KernelState, type Outcome } from '../kernelState.js';
import { setCarrier } from '../linkState.js';
import { IFF_MASTER, isUp, type NetDevice } from '../netDevice.js';
import { addAddress, changeVidsOfMember, receiveLikeAggregate, removeAddress } from '../receiveFilter.js';
import { SLOW_PROTOCOLS_ADDRESS } from '../../packet/lacp.js';
import { noRejoins } from '../rejoins.js';
import type { Router } from '../routing/router.js';
import type { Router6 } from '../routing6/router6.js';
import type { LagCore } from '../switchdevLag.js';
import {
  BOND_DEFAULTS,
  arpInterval,
  balances,
  balancesReceive,
  isUsable,
  negotiates,
  setInactive,
  usesPrimary,
  type Bond,
  type BondMember,
} from './bond.js';
import { changeActive, followCarrier, selectActive } from './bondLinks.js';
import type { BondParts } from './bondParts.js';
import { describeBond } from './bondOffload.js';
import { bindPort, unbindPort } from './lacp.js';

/** By what ways targets are reached that links are watched by. */
export interface ProbeRoutes {
  readonly ipv4: Pick<Router, 'fib'>;
  readonly ipv6: Pick<Router6, 'fib' | 'addresses' | 'settings'>;
}

/** What the operations on aggregates work with. */
export interface Bonding {
  readonly kernel: KernelState;
  readonly parts: BondParts;
  readonly lag: LagCore;
  readonly routes: ProbeRoutes;
  /** Runs it when this time has come. */
  readonly at: (time: Nanoseconds, run: () => void) => void;
  /** Runs it as soon as the kernel may sleep. */
  defer(work: () => Promise<void>): void;
  /** dev_queue_xmit(), as soon as what is being received is received. */
  send(netDevice: NetDevice, frame: TxFrame): void;
  /** bond_lower_state_changed(): NETDEV_CHANGELOWERSTATE. */
  memberChanged(member: BondMember): void;
}

const IFF_SLAVE = 1 << 11;

/** bond_setup() and bond_newlink(): an aggregate without members, down. */
export function createBond({ kernel }: Bonding, seed: AggregateSeed): Bond {
  const lower: { kind: 'bond'; bond: Bond } = { kind: 'bond', bond: undefined as never };
  const netDevice = createAggregateDevice(lower, seed);
  netDevice.flags |= IFF_MASTER;
  const bond: Bond = {
    netDevice,
    settings: { ...BOND_DEFAULTS },
    members: new Map(),
    active: undefined,
    arpMember: undefined,
    primary: undefined,
    primaryName: '',
    forcePrimary: false,
    addressIsRandom: seed.address === undefined,
    sent: 0,
    monitor: 0,
    noticesLeft: 0,
    rejoins: noRejoins(),
    flows: newFlowTable(),
    clients: newClientTable(),
    aggregators: 0,
    arpTargets: [],
    nsTargets: [],
    actorSystem: new Uint8Array(6),
  };
  lower.bond = bond;
  kernel.netDevices.set(netDevice.ifIndex, netDevice);
  notify(kernel, 'NETDEV_REGISTER', netDevice);
  return bond;
}

/** Without members an aggregate has an address of its own again. */
function forgetAddress(kernel: KernelState, bond: Bond): void {
  bond.netDevice.address = randomAddress(bond.netDevice.ifIndex);
  bond.addressIsRandom = true;
  notify(kernel, 'NETDEV_CHANGEADDR', bond.netDevice);
}

/** bond_uninit(): the members are free again. */
export async function removeBond(bonding: Bonding, bond: Bond): Promise<void> {
  bond.monitor++;
  for (const member of [...bond.members.values()]) await releaseMember(bonding, member);
  bonding.kernel.netDevices.delete(bond.netDevice.ifIndex);
  notify(bonding.kernel, 'NETDEV_UNREGISTER', bond.netDevice);
}

/** What bond_enslave() says of a net device that cannot be a member. */
function refusal({ parts }: Bonding, bond: Bond, netDevice: NetDevice): Outcome {
  const isBusy = netDevice.bridgePort !== undefined || aggregateOf(netDevice) !== undefined;
  if (isBusy) return refused(EBUSY, 'Device is in use and cannot be enslaved');
  if (netDevice === bond.netDevice && parts.refusesItself) return refused(EPERM, 'Cannot enslave bond to itself.');
  if (isUp(netDevice) && parts.refusesUp) return refused(EPERM, 'Device can not be enslaved while up');
  return OK;
}

/** bond_enslave(). What was changed before a refusal is changed back. */
export async function enslaveMember(bonding: Bonding, bond: Bond, netDevice: NetDevice): Promise<Outcome> {
  const { kernel, parts, lag } = bonding;
  const refusedFirst = refusal(bonding, bond, netDevice);
  if (!refusedFirst.ok || netDevice === bond.netDevice) return refusedFirst;
  if (bond.members.size === 0 && bond.addressIsRandom && parts.takesFirstAddress) {
    bond.netDevice.address = netDevice.address;
    bond.addressIsRandom = false;
    notify(kernel, 'NETDEV_CHANGEADDR', bond.netDevice);
  }
  const member = newMember(bonding, bond, netDevice);
  const entered = await enter(bonding, member);
  if (!entered.ok) return entered;
  setFirstLink(bonding, member);
  placeMember(bonding, member);
  netDevice.bondMember = member;
  netDevice.flags |= IFF_SLAVE;
  const joined = await lag.join(member, describeBond(bond));
  if (!joined.ok && parts.honoursVeto) {
    netDevice.bondMember = undefined;
    netDevice.flags &= ~IFF_SLAVE;
    if (bond.active === member) bond.active = undefined;
    if (bond.primary === member) bond.primary = undefined;
    await restore(bonding, member);
    if (bond.members.size === 0 && bond.netDevice.address === member.ownAddress) forgetAddress(kernel, bond);
    return joined;
  }
  if (negotiates(bond)) {
    bindPort(member);
    await addAddress(netDevice, 'multicast', SLOW_PROTOCOLS_ADDRESS as MacAddress);
  }
  if (parts.passesVids) await changeVidsOfMember(bond.netDevice, netDevice, 'add');
  bond.members.set(netDevice.ifIndex, member);
  bonding.memberChanged(member);
  if (!usesPrimary(bond)) await receiveLikeAggregate(kernel, bond.netDevice, netDevice, 1);
  await lag.joinBridge(bond.netDevice, member);
  followCarrier(bonding, bond);
  if (usesPrimary(bond)) selectActive(bonding, bond);
  notify(kernel, 'NETDEV_CHANGEUPPER', netDevice);
  return OK;
}

/** As if it had been heard one interval ago: it has another one to show that it has its link. */
const firstHeard = ({ kernel }: Bonding, bond: Bond): Nanoseconds => kernel.now - arpInterval(bond) - JIFFY;
const JIFFY = 4_000_000n;
/** BOND_MAX_ARP_TARGETS. */
const MOST_TARGETS = 16;

const newMember = (bonding: Bonding, bond: Bond, netDevice: NetDevice): BondMember => ({
  bond,
  netDevice,
  ownAddress: netDevice.address,
  ownMtu: netDevice.mtu,
  link: BOND_LINK_UP,
  delay: 0,
  failures: 0,
  isBackup: false,
  isInactive: false,
  priority: 0,
  queueId: 0,
  lastTx: firstHeard(bonding, bond),
  lastRx: firstHeard(bonding, bond),
  lastLinkUp: bonding.kernel.now,
  targetRx: Array.from({ length: MOST_TARGETS }, () => firstHeard(bonding, bond)),
  lacp: undefined,
  isOffloaded: false,
});

/** The member gets the aggregate's MTU and address, and is set up. */
async function enter(bonding: Bonding, member: BondMember): Promise<Outcome> {
  const { kernel, parts } = bonding;
  const { bond, netDevice } = member;
  if (parts.takesMtu) {
    const narrowed = await setMtu(kernel, netDevice, bond.netDevice.mtu);
    if (!narrowed.ok) return narrowed;
  }
  const wanted = addressInside(bonding, member);
  const addressed = wanted === undefined ? OK : await setMacAddress(kernel, netDevice, wanted);
  const opened = addressed.ok && parts.opensMember ? await openNetDevice(kernel, netDevice) : addressed;
  const entered = opened.ok && balances(bond) ? await takeStation(bonding, member) : opened;
  if (!entered.ok) await restore(bonding, member);
  return entered;
}

/** bond_alb_init_slave(): where one member receives, the device goes on to receive what is for the aggregate. */
async function takeStation({ kernel, parts }: Bonding, { bond, netDevice, ownAddress }: BondMember): Promise<Outcome> {
  const own = stationOfNew(bond, ownAddress);
  if (own === undefined && parts.tlb.refusesTwins) return refused(EFAULT);
  const station = parts.tlb.station(own ?? ownAddress, bond.netDevice.address);
  const taken = balancesReceive(bond) && parts.alb.programs ? await setMacAddress(kernel, netDevice, station) : OK;
  if (!taken.ok) return taken;
  netDevice.address = station;
  rebalanceSoon(bond);
  return OK;
}

/** The address that it gets; undefined: it keeps its own. */
function addressInside(bonding: Bonding, { bond, netDevice }: BondMember): MacAddress | undefined {
  const { address } = bond.netDevice;
  const policy = addressPolicy(bonding, bond);
  if (policy === BOND_FOM_NONE) return bonding.parts.memberAddress(address, netDevice.address);
  // What another member has already would be swapped for itself.
  const isTaken =
    policy === BOND_FOM_FOLLOW && bond.members.size > 0 && netDevice.address === address && bonding.parts.avoidsTwins;
  return isTaken ? randomAddress(netDevice.ifIndex) : undefined;
}

/** What the net device was before: down, with its own address and MTU. */
async function restore({ kernel, parts }: Bonding, { bond, netDevice, ownAddress, ownMtu }: BondMember): Promise<void> {
  if (parts.closesMember) await closeNetDevice(kernel, netDevice);
  const address = parts.restoredAddress(ownAddress, bond.netDevice.address);
  // Of one that balances, the device has the station of the aggregate whatever the net device is told to have.
  if (netDevice.address !== address || balances(bond)) await setMacAddress(kernel, netDevice, address);
  if (parts.restoresMtu) await setMtu(kernel, netDevice, ownMtu);
}

function setFirstLink({ parts }: Bonding, member: BondMember): void {
  const { miimon, updelay, arpInterval: interval } = member.bond.settings;
  if (miimon === 0) {
    if (interval !== 0 && !member.netDevice.carrier) member.link = BOND_LINK_DOWN;
    return;
  }
  if (!parts.seesLink(member, isUsable(member))) member.link = BOND_LINK_DOWN;
  else if (updelay > 0) {
    member.link = BOND_LINK_BACK;
    member.delay = parts.updelay(updelay);
  }
}

/** Whether it sends from the beginning. */
function placeMember({ parts }: Bonding, member: BondMember): void {
  const { bond } = member;
  if (usesPrimary(bond)) {
    setInactive(member);
    if (bond.primaryName === member.netDevice.name && bond.primaryName !== '' && parts.remembersPrimary) {
      bond.primary = member;
      bond.forcePrimary = true;
    }
  } else if (negotiates(bond)) setInactive(member);
  else if (bond.active === undefined && member.link === BOND_LINK_UP) bond.active = member;
}

/** bond_alb_deinit_slave(). */
function stopBalancing(bonding: Bonding, member: BondMember): void {
  const { bond } = member;
  if (bond.members.size > 0 && bonding.parts.tlb.givesBack) takeStationBack(bonding, member);
  forgetMember(bond.flows, member, false);
  if (!balancesReceive(bond)) return;
  bond.clients.last = undefined;
  loseMember(bonding, member);
}

/** __bond_release_one(). */
export async function releaseMember(bonding: Bonding, member: BondMember): Promise<void> {
  const { kernel, lag } = bonding;
  const { bond, netDevice } = member;
  await lag.leave(bond.netDevice, member);
  setInactive(member);
  if (negotiates(bond)) {
    unbindPort(bonding, member);
    await removeAddress(netDevice, 'multicast', SLOW_PROTOCOLS_ADDRESS as MacAddress);
  }
  bond.members.delete(netDevice.ifIndex);
  netDevice.bondMember = undefined;
  netDevice.flags &= ~IFF_SLAVE;
  if (bond.primary === member) bond.primary = undefined;
  if (bond.arpMember === member) bond.arpMember = undefined;
  if (bonding.parts.passesVids) await changeVidsOfMember(bond.netDevice, netDevice, 'remove');
  if (!usesPrimary(bond)) await receiveLikeAggregate(kernel, bond.netDevice, netDevice, -1);
  const wasActive = bond.active === member;
  if (wasActive) changeActive(bonding, bond, undefined);
  if (balances(bond)) stopBalancing(bonding, member);
  if (wasActive) selectActive(bonding, bond);
  followCarrier(bonding, bond);
  if (bond.members.size === 0) {
    forgetAddress(kernel, bond);
    setCarrier(kernel, bond.netDevice, false);
  }
  await lag.settle();
  await restore(bonding, member);
  notify(kernel, 'NETDEV_CHANGEUPPER', netDevice);
}
