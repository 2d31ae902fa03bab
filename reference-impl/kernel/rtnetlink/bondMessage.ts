/** What is told of aggregates and their members: bond_fill_info() and bond_fill_slave_info() of drivers/net/bonding/bond_netlink.c. */
import { BOND_STATE_ACTIVE, BOND_STATE_BACKUP } from '../../netlink/families/bond.js';
import type { Values } from '../../netlink/schema.js';
import { parseMac } from '../../packet/addresses.js';
import { usesPrimary, type Bond, type BondMember } from '../bond/bond.js';
import type { BondParts } from '../bond/bondParts.js';

export function bondValues(bond: Bond): Values {
  const { settings, active, primary } = bond;
  return {
    IFLA_BOND_MODE: settings.mode,
    ...(usesPrimary(bond) && active !== undefined ? { IFLA_BOND_ACTIVE_SLAVE: active.netDevice.ifIndex } : {}),
    IFLA_BOND_MIIMON: settings.miimon,
    IFLA_BOND_UPDELAY: settings.updelay * settings.miimon,
    IFLA_BOND_DOWNDELAY: settings.downdelay * settings.miimon,
    IFLA_BOND_USE_CARRIER: settings.useCarrier,
    ...(primary === undefined ? {} : { IFLA_BOND_PRIMARY: primary.netDevice.ifIndex }),
    IFLA_BOND_PRIMARY_RESELECT: settings.primaryReselect,
    IFLA_BOND_FAIL_OVER_MAC: settings.failOverMac,
    IFLA_BOND_XMIT_HASH_POLICY: settings.hashPolicy,
    IFLA_BOND_RESEND_IGMP: settings.resendIgmp,
    IFLA_BOND_NUM_PEER_NOTIF: settings.peerNotifications,
    IFLA_BOND_ALL_SLAVES_ACTIVE: settings.allSlavesActive,
    IFLA_BOND_MIN_LINKS: settings.minLinks,
    IFLA_BOND_PACKETS_PER_SLAVE: settings.packetsPerSlave,
  };
}

export const bondMemberValues = (parts: BondParts, member: BondMember): Values => ({
  IFLA_BOND_SLAVE_STATE: parts.toldBackup(member.isBackup) ? BOND_STATE_BACKUP : BOND_STATE_ACTIVE,
  IFLA_BOND_SLAVE_MII_STATUS: member.link,
  IFLA_BOND_SLAVE_LINK_FAILURE_COUNT: member.failures,
  IFLA_BOND_SLAVE_PERM_HWADDR: parseMac(parts.toldAddress(member)),
  IFLA_BOND_SLAVE_QUEUE_ID: member.queueId,
  IFLA_BOND_SLAVE_PRIO: member.priority,
});
