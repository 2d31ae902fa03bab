/** Teams and their ports come and go: team_newlink(), team_port_add() and team_port_del() of drivers/net/team/team_core.c. */
import { noRejoins } from '../rejoins.js';
import type { MacAddress, Nanoseconds } from '../../../harness/contract/index.js';
import { aggregateOf, createAggregateDevice, type AggregateSeed } from '../aggregates.js';
import { closeNetDevice, openNetDevice, setMacAddress, setMtu } from '../deviceControl.js';
import { EBUSY, EINVAL, OK, refused } from '../errno.js';
import { notify, type KernelState, type Outcome } from '../kernelState.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { changeVidsOfMember, receiveLikeAggregate } from '../receiveFilter.js';
import type { LagCore } from '../switchdevLag.js';
import { NO_MODE, newLoadBalance, type Team, type TeamPort } from './team.js';
import { checkCarrier, disablePort, enablePort, hasLink, tellPort } from './teamLinks.js';
import { changeMode, modeOf } from './teamModes.js';
import {
  addPortOptions,
  markPortOptionsRemoved,
  registerOptions,
  removePortOptions,
  type OptionInstance,
} from './teamOption.js';
import { TEAM_OPTIONS } from './teamOptions.js';
import { describeTeam } from './teamOffload.js';
import type { TeamParts } from './teamParts.js';

/** What is told of a team to who listens to the group change_event. */
export interface TeamListener {
  /** These options, with what is marked as changed. Answers whether anybody listens. */
  options(team: Team, options: readonly OptionInstance[]): boolean;
  port(port: TeamPort): void;
}

/** What the operations on teams work with. */
export interface Teaming {
  readonly kernel: KernelState;
  readonly parts: TeamParts;
  readonly lag: LagCore;
  readonly listener: TeamListener;
  /** Runs it when this time has come. */
  at(time: Nanoseconds, run: () => void): void;
  /** Runs it as soon as the kernel may sleep. */
  defer(work: () => Promise<void>): void;
}

/** team_setup() and team_newlink(): a team without ports and without a mode, down. */
export function createTeam(teaming: Teaming, seed: AggregateSeed): Team {
  const { kernel } = teaming;
  const lower: { kind: 'team'; team: Team } = { kind: 'team', team: undefined as never };
  const netDevice = createAggregateDevice(lower, seed);
  const team: Team = {
    netDevice,
    ports: new Map(),
    enabled: [],
    mode: teaming.parts.firstMode,
    known: [],
    options: [],
    carrierIsUsers: false,
    isChangingMtu: false,
    notifyPeersCount: 0,
    notifyPeersInterval: 0,
    noticesLeft: 0,
    mcastRejoinCount: 0,
    mcastRejoinInterval: 0,
    rejoins: noRejoins(),
    sent: 0,
    random: 1,
    active: undefined,
    balance: newLoadBalance(),
  };
  lower.team = team;
  registerOptions(teaming, team, TEAM_OPTIONS);
  kernel.netDevices.set(netDevice.ifIndex, netDevice);
  notify(kernel, 'NETDEV_REGISTER', netDevice);
  return team;
}

/** team_uninit(): the ports are free again. */
export async function removeTeam(teaming: Teaming, team: Team): Promise<void> {
  for (const port of [...team.ports.values()]) await removePort(teaming, port);
  changeMode(teaming, team, NO_MODE);
  teaming.kernel.netDevices.delete(team.netDevice.ifIndex);
  notify(teaming.kernel, 'NETDEV_UNREGISTER', team.netDevice);
}

/** What team_port_add() says of a net device that cannot be a port. */
function refusal({ parts }: Teaming, team: Team, netDevice: NetDevice): Outcome {
  if (netDevice.teamPort !== undefined) return refused(EBUSY, 'Device is already a port of a team device');
  if (parts.refusesLoops) {
    if (netDevice === team.netDevice) return refused(EINVAL, 'Cannot enslave team device to itself');
    if (isAbove(netDevice, team.netDevice))
      return refused(EBUSY, 'Device is already an upper device of the team interface');
  }
  if (isUp(netDevice) && parts.refusesUp)
    return refused(EBUSY, 'Device is up. Set it down before adding it as a team port');
  return netDevice.bridgePort === undefined && aggregateOf(netDevice) === undefined ? OK : refused(EBUSY);
}

/** netdev_has_upper_dev(). */
function isAbove(upper: NetDevice, netDevice: NetDevice): boolean {
  const above = [...netDevice.uppers, netDevice.bridgePort?.bridge.netDevice, aggregateOf(netDevice)];
  return above.some((each) => each !== undefined && (each === upper || isAbove(upper, each)));
}

/** team_port_add(). What was changed before a refusal is changed back. */
export async function addPort(teaming: Teaming, team: Team, netDevice: NetDevice): Promise<Outcome> {
  const { kernel, parts, lag } = teaming;
  const refusedFirst = refusal(teaming, team, netDevice);
  if (!refusedFirst.ok || netDevice === team.netDevice) return refusedFirst;
  const port = newPort(team, netDevice);
  const entered = await enter(teaming, port);
  if (!entered.ok) return entered;
  if (parts.passesVids) await changeVidsOfMember(team.netDevice, netDevice, 'add');
  netDevice.teamPort = port;
  const joined = await lag.join(port, describeTeam(team));
  if (!joined.ok && parts.honoursVeto) {
    netDevice.teamPort = undefined;
    await changeVidsOfMember(team.netDevice, netDevice, 'remove');
    await restore(teaming, port);
    return joined;
  }
  addPortOptions(port);
  await receiveLikeAggregate(kernel, team.netDevice, netDevice, 1);
  team.ports.set(netDevice.ifIndex, port);
  enablePort(teaming, port);
  await lag.joinBridge(team.netDevice, port);
  tellPort(teaming, port, hasLink(netDevice));
  checkCarrier(teaming, team);
  teaming.listener.options(
    team,
    team.options.filter(({ isChanged }) => isChanged),
  );
  notify(kernel, 'NETDEV_CHANGEUPPER', netDevice);
  return OK;
}

const newPort = (team: Team, netDevice: NetDevice): TeamPort => ({
  team,
  netDevice,
  ownAddress: netDevice.address,
  ownMtu: netDevice.mtu,
  isOffloaded: false,
  state: { linkUp: false, speed: 0, duplex: 0 },
  linkUp: false,
  userLinkUp: false,
  userLinkUpCounts: false,
  priority: 0,
  queueId: 0,
  isChanged: false,
  isRemoved: false,
  balancedBytes: 0,
  toldBytes: 0,
});

/** The port gets the team's MTU, where the mode says so its address too, and is set up. */
async function enter(teaming: Teaming, port: TeamPort): Promise<Outcome> {
  const { kernel, parts } = teaming;
  const { team, netDevice } = port;
  if (parts.takesMtu) {
    const fitted = await setMtu(kernel, netDevice, team.netDevice.mtu);
    if (!fitted.ok) return fitted;
  }
  // team_modeop_port_enter().
  const follows = parts.givesAddress(modeOf(team).portsHaveItsAddress);
  const wanted = parts.portAddress(team.netDevice.address, netDevice.address);
  const addressed = follows ? await setMacAddress(kernel, netDevice, wanted) : OK;
  const opened = addressed.ok && parts.opensPort ? await openNetDevice(kernel, netDevice) : addressed;
  if (!opened.ok) await restore(teaming, port);
  return opened;
}

/** What the net device was before: down, with its own address and MTU. */
async function restore({ kernel, parts }: Teaming, { team, netDevice, ownAddress, ownMtu }: TeamPort): Promise<void> {
  await closeNetDevice(kernel, netDevice);
  const address = parts.restoredAddress(ownAddress, team.netDevice.address);
  if (netDevice.address !== address) await setMacAddress(kernel, netDevice, address);
  if (parts.restoresMtu) await setMtu(kernel, netDevice, ownMtu);
}

/** team_port_del(). */
export async function removePort(teaming: Teaming, port: TeamPort): Promise<void> {
  const { kernel, parts, lag } = teaming;
  const { team, netDevice } = port;
  disablePort(teaming, port, true);
  await lag.leave(team.netDevice, port);
  team.ports.delete(netDevice.ifIndex);
  await receiveLikeAggregate(kernel, team.netDevice, netDevice, -1);
  netDevice.teamPort = undefined;
  if (parts.passesVids) await changeVidsOfMember(team.netDevice, netDevice, 'remove');
  if (team.active === port && parts.forgetsActive) {
    team.active = undefined;
    for (const each of team.options) if (each.option.name === 'activeport') each.isChanged = true;
  }
  markPortOptionsRemoved(team, port);
  teaming.listener.options(
    team,
    team.options.filter(({ isChanged }) => isChanged),
  );
  removePortOptions(team, port);
  port.isRemoved = true;
  tellPort(teaming, port, false);
  checkCarrier(teaming, team);
  await lag.settle();
  await restore(teaming, port);
  notify(kernel, 'NETDEV_CHANGEUPPER', netDevice);
}

/** team_set_mac_address(): ports follow where the mode has them have the address of their team. */
export async function portsFollowAddress(kernel: KernelState, team: Team, address: MacAddress): Promise<void> {
  const { parts } = kernel;
  if (!parts.team.givesAddress(modeOf(team).portsHaveItsAddress) || !parts.team.portsFollowAddress) return;
  for (const { netDevice } of team.ports.values()) await setMacAddress(kernel, netDevice, address);
}
