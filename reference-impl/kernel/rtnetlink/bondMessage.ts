/** What is told of aggregates and their members: bond_fill_info() and bond_fill_slave_info() of drivers/net/bonding/bond_netlink.c. */
import { BOND_STATE_ACTIVE, BOND_STATE_BACKUP } from '../../netlink/families/bond.js';
import type { Values } from '../../netlink/schema.js';
import { encodeAttribute } from '../../netlink/wire.js';
import { parseMac } from '../../packet/addresses.js';
import { concat } from '../../packet/bytes.js';
import { negotiates, usesPrimary, type Bond, type BondMember } from '../bond/bond.js';
import { activeAggregator } from '../bond/lacpSelection.js';
import type { BondParts } from '../bond/bondParts.js';

export function bondValues(parts: BondParts, bond: Bond): Values {
  const { settings, active, primary } = bond;
  return {
    IFLA_BOND_MODE: settings.mode,
    ...(usesPrimary(bond) && active !== undefined ? { IFLA_BOND_ACTIVE_SLAVE: active.netDevice.ifIndex } : {}),
    IFLA_BOND_MIIMON: settings.miimon,
    IFLA_BOND_UPDELAY: settings.updelay * settings.miimon,
    IFLA_BOND_DOWNDELAY: settings.downdelay * settings.miimon,
    IFLA_BOND_PEER_NOTIF_DELAY: settings.peerNotificationDelay * settings.miimon,
    IFLA_BOND_USE_CARRIER: settings.useCarrier,
    IFLA_BOND_ARP_INTERVAL: settings.arpInterval,
    ...targets('IFLA_BOND_ARP_IP_TARGET', bond.arpTargets),
    IFLA_BOND_ARP_VALIDATE: settings.arpValidate,
    IFLA_BOND_ARP_ALL_TARGETS: settings.arpAllTargets,
    ...targets('IFLA_BOND_NS_IP6_TARGET', bond.nsTargets),
    ...(primary === undefined ? {} : { IFLA_BOND_PRIMARY: primary.netDevice.ifIndex }),
    IFLA_BOND_PRIMARY_RESELECT: settings.primaryReselect,
    IFLA_BOND_FAIL_OVER_MAC: settings.failOverMac,
    IFLA_BOND_XMIT_HASH_POLICY: settings.hashPolicy,
    IFLA_BOND_RESEND_IGMP: settings.resendIgmp,
    IFLA_BOND_NUM_PEER_NOTIF: settings.peerNotifications,
    IFLA_BOND_ALL_SLAVES_ACTIVE: settings.allSlavesActive,
    IFLA_BOND_MIN_LINKS: settings.minLinks,
    IFLA_BOND_LP_INTERVAL: settings.learningInterval,
    IFLA_BOND_PACKETS_PER_SLAVE: settings.packetsPerSlave,
    IFLA_BOND_AD_LACP_ACTIVE: settings.lacpActive,
    IFLA_BOND_AD_LACP_RATE: settings.lacpRate,
    IFLA_BOND_AD_SELECT: settings.adSelect,
    IFLA_BOND_TLB_DYNAMIC_LB: settings.tlbDynamic,
    IFLA_BOND_MISSED_MAX: settings.missedMax,
    IFLA_BOND_COUPLED_CONTROL: settings.coupledControl,
    ...(negotiates(bond) ? actorValues(bond) : {}),
    ...(negotiates(bond) ? aggregatorInfo(parts, bond) : {}),
  };
}

/** Addresses, numbered from 0; without any there is no attribute. */
const targets = (name: string, addresses: readonly Uint8Array[]): Values =>
  addresses.length === 0
    ? {}
    : { [name]: concat(...addresses.map((address, index) => encodeAttribute(index, address))) };

/** What is told to those alone who may change it. */
const actorValues = ({ settings, actorSystem }: Bond): Values => ({
  IFLA_BOND_AD_ACTOR_SYS_PRIO: settings.actorPriority,
  IFLA_BOND_AD_USER_PORT_KEY: settings.userPortKey,
  IFLA_BOND_AD_ACTOR_SYSTEM: actorSystem,
});

/** bond_3ad_get_active_agg_info(). */
function aggregatorInfo({ lacp }: BondParts, bond: Bond): Values {
  const active = activeAggregator(bond);
  if (active === undefined) return {};
  const partner = lacp.toldPartner(active.partner);
  return {
    IFLA_BOND_AD_INFO: {
      IFLA_BOND_AD_INFO_AGGREGATOR: active.id,
      IFLA_BOND_AD_INFO_NUM_PORTS: active.ports.length,
      IFLA_BOND_AD_INFO_ACTOR_KEY: active.ports[0]?.key ?? 0,
      IFLA_BOND_AD_INFO_PARTNER_KEY: partner.key,
      IFLA_BOND_AD_INFO_PARTNER_MAC: parseMac(partner.system),
    },
  };
}

function lacpValues({ lacp }: BondMember): Values {
  if (lacp?.aggregator === undefined) return {};
  return {
    IFLA_BOND_SLAVE_AD_AGGREGATOR_ID: lacp.aggregator.id,
    IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE: lacp.state,
    IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE: lacp.partner.state,
  };
}

export const bondMemberValues = (parts: BondParts, member: BondMember): Values => ({
  IFLA_BOND_SLAVE_STATE: parts.toldBackup(member.isBackup) ? BOND_STATE_BACKUP : BOND_STATE_ACTIVE,
  IFLA_BOND_SLAVE_MII_STATUS: member.link,
  IFLA_BOND_SLAVE_LINK_FAILURE_COUNT: member.failures,
  IFLA_BOND_SLAVE_PERM_HWADDR: parseMac(parts.toldAddress(member)),
  IFLA_BOND_SLAVE_QUEUE_ID: member.queueId,
  IFLA_BOND_SLAVE_PRIO: member.priority,
  ...lacpValues(member),
});
