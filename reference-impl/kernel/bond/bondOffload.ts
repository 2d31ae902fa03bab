/** What a driver is told of a bond: struct netdev_lag_upper_info and netdev_lag_lower_state_info. */
import type { LagHash, LagMemberState, LagTransmit, OffloadedLag } from '../../../harness/contract/index.js';
import {
  BOND_LINK_FAIL,
  BOND_LINK_UP,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_ALB,
  BOND_MODE_BROADCAST,
  BOND_MODE_ROUNDROBIN,
  BOND_MODE_TLB,
  BOND_XMIT_POLICY_ENCAP23,
  BOND_XMIT_POLICY_ENCAP34,
  BOND_XMIT_POLICY_LAYER2,
  BOND_XMIT_POLICY_LAYER23,
  BOND_XMIT_POLICY_LAYER34,
} from '../../netlink/families/bond.js';
import { lagId } from '../switchdevLag.js';
import type { Bond, BondMember } from './bond.js';

/** bond_lag_tx_type(). */
function transmitType(mode: number): LagTransmit {
  switch (mode) {
    case BOND_MODE_ROUNDROBIN:
      return 'round-robin';
    case BOND_MODE_ACTIVEBACKUP:
      return 'active-backup';
    case BOND_MODE_BROADCAST:
      return 'broadcast';
    case BOND_MODE_TLB:
    case BOND_MODE_ALB:
      return 'unknown';
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

export function describeBond(bond: Bond): OffloadedLag {
  const transmit = transmitType(bond.settings.mode);
  return {
    id: lagId(bond.netDevice),
    transmit,
    hash: transmit === 'hash' ? hashType(bond.settings.hashPolicy) : 'none',
  };
}

/** bond_lower_state_changed(): a link that fails counts as up until its delay is over. */
export const stateOfMember = ({ link, isBackup }: BondMember): LagMemberState => ({
  linkUp: link === BOND_LINK_UP || link === BOND_LINK_FAIL,
  transmitEnabled: !isBackup,
});
