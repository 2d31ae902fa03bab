/** What bonds and teams have in common: a net device over members, netif_is_lag_master() and netif_is_lag_port(). */
import type { IfIndex, MacAddress, NetDeviceName } from '../../harness/contract/index.js';
import { OK } from './errno.js';
import { SOFT_FEATURES, UPPER_FEATURES } from './features.js';
import type { Outcome } from './kernelState.js';
import { drawnAddress } from './drawnAddress.js';
import { createNetDevice, type Lower, type NetDevice } from './netDevice.js';
import { NO_LIMITS } from './noPort.js';

export interface AggregateMember {
  readonly netDevice: NetDevice;
  /** What it had before it became a member, and gets back. */
  readonly ownAddress: MacAddress;
  readonly ownMtu: number;
  /** Its hardware is a part of the aggregate too. */
  isOffloaded: boolean;
}

export interface AggregateSeed {
  readonly ifIndex: IfIndex;
  readonly name: NetDeviceName;
  /** The user's; without it one is drawn. */
  readonly address?: MacAddress;
  readonly mtu?: number;
}

const DEFAULT_MTU = 1500;
/** BOND_DEFAULT_TX_QUEUES, TEAM_DEFAULT_NUM_TX_QUEUES. */
const DEFAULT_QUEUES = 16;

/** A net device without hardware that is to have members, down. Its features are what all hardware may have. */
export const createAggregateDevice = (lower: Lower, seed: AggregateSeed): NetDevice =>
  createNetDevice({
    ifIndex: seed.ifIndex,
    name: seed.name,
    lower,
    address: seed.address ?? randomAddress(seed.ifIndex),
    mtu: seed.mtu ?? DEFAULT_MTU,
    limits: { ...NO_LIMITS, rxQueues: DEFAULT_QUEUES, txQueues: DEFAULT_QUEUES },
    hwFeatures: UPPER_FEATURES,
    features: [...UPPER_FEATURES, ...SOFT_FEATURES],
  });

/** eth_hw_addr_random() of an aggregate. */
export const randomAddress = (ifIndex: IfIndex): MacAddress => drawnAddress('02:62:6f', ifIndex);

/** The aggregate that has this net device as a member. */
export const aggregateOf = ({ bondMember, teamPort }: NetDevice): NetDevice | undefined =>
  (bondMember?.bond ?? teamPort?.team)?.netDevice;

/** The members of an aggregate; of any other net device none. */
export function membersOf({ lower }: NetDevice): readonly AggregateMember[] {
  if (lower.kind === 'bond') return [...lower.bond.members.values()];
  return lower.kind === 'team' ? [...lower.team.ports.values()] : [];
}

/** Changes every member; where one refuses, those before it are changed back. */
export async function changeMembers(
  aggregate: NetDevice,
  change: (member: NetDevice) => Promise<Outcome>,
  undo: (member: NetDevice) => Promise<Outcome>,
): Promise<Outcome> {
  const changed: NetDevice[] = [];
  for (const { netDevice } of membersOf(aggregate)) {
    const outcome = await change(netDevice);
    if (outcome.ok) {
      changed.push(netDevice);
      continue;
    }
    for (const before of changed) await undo(before);
    return outcome;
  }
  return OK;
}
