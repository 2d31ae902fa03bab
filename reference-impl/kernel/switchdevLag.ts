/** Aggregates and the hardware below their members: NETDEV_CHANGEUPPER and NETDEV_CHANGELOWERSTATE with struct netdev_lag_upper_info. */
import type { LagHash, LagId, LagTransmit, OffloadedLag } from '../../harness/contract/index.js';
import {
  BOND_LINK_FAIL,
  BOND_LINK_UP,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_BROADCAST,
  BOND_MODE_ROUNDROBIN,
  BOND_XMIT_POLICY_ENCAP23,
  BOND_XMIT_POLICY_ENCAP34,
  BOND_XMIT_POLICY_LAYER2,
  BOND_XMIT_POLICY_LAYER23,
  BOND_XMIT_POLICY_LAYER34,
} from '../netlink/families/bond.js';
import type { Bond, BondMember } from './bond/bond.js';
import { EOPNOTSUPP, OK } from './errno.js';
import type { Outcome } from './kernelState.js';
import { switchPort, type SwitchdevCore } from './switchdev.js';

const lagId = ({ netDevice }: Bond): LagId => netDevice.ifIndex as number as LagId;

/** bond_lag_tx_type(). */
function transmitType(mode: number): LagTransmit {
  switch (mode) {
    case BOND_MODE_ROUNDROBIN:
      return 'round-robin';
    case BOND_MODE_ACTIVEBACKUP:
      return 'active-backup';
    case BOND_MODE_BROADCAST:
      return 'broadcast';
    default:
      return 'hash';
  }
}

/** bond_lag_hash_type(). */
function hashType(policy: number): LagHash {
  switch (policy) {
    case BOND_XMIT_POLICY_LAYER2:
      return 'layer2';
    case BOND_XMIT_POLICY_LAYER34:
      return 'layer3+4';
    case BOND_XMIT_POLICY_LAYER23:
      return 'layer2+3';
    case BOND_XMIT_POLICY_ENCAP23:
      return 'encap2+3';
    case BOND_XMIT_POLICY_ENCAP34:
      return 'encap3+4';
    default:
      return 'vlan+srcmac';
  }
}

function describe(bond: Bond): OffloadedLag {
  const transmit = transmitType(bond.settings.mode);
  return { id: lagId(bond), transmit, hash: transmit === 'hash' ? hashType(bond.settings.hashPolicy) : 'none' };
}

export class LagCore {
  readonly #switchdev: SwitchdevCore;

  constructor(switchdev: SwitchdevCore) {
    this.#switchdev = switchdev;
  }

  /** The driver may refuse; with EOPNOTSUPP, or without the operation, software distributes. */
  async join(member: BondMember): Promise<Outcome> {
    const below = switchPort(member.netDevice);
    if (below?.ops.joinLag === undefined) return OK;
    const joined = await below.ops.joinLag(below.port, describe(member.bond));
    if (!joined.ok) return joined.errno === EOPNOTSUPP ? OK : joined;
    member.isOffloaded = true;
    return OK;
  }

  /** A member of an aggregate that is in a bridge already is told what the others know. */
  async joinBridge(member: BondMember): Promise<void> {
    const port = member.bond.netDevice.bridgePort;
    if (member.isOffloaded && port !== undefined) await this.#switchdev.joinMember(port, member.netDevice);
  }

  async leave(member: BondMember): Promise<void> {
    await this.settle();
    const below = switchPort(member.netDevice);
    if (below === undefined || !member.isOffloaded) return;
    const port = member.bond.netDevice.bridgePort;
    if (port !== undefined) await this.#switchdev.leaveMember(port, member.netDevice);
    member.isOffloaded = false;
    await below.ops.leaveLag?.(below.port, lagId(member.bond));
  }

  /** bond_lower_state_changed(): a link that fails counts as up until its delay is over. */
  memberChanged({ bond, netDevice, link, isBackup, isOffloaded }: BondMember): void {
    const below = switchPort(netDevice);
    if (below === undefined || !isOffloaded) return;
    const state = { linkUp: link === BOND_LINK_UP || link === BOND_LINK_FAIL, transmitEnabled: !isBackup };
    this.#switchdev.defer(async () => below.ops.setLagMember?.(below.port, lagId(bond), state));
  }

  settle(): Promise<void> {
    return this.#switchdev.process();
  }
}
