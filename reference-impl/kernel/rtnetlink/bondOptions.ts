/** The options of aggregates as data: what a value may be, when it may be set, and what it does (drivers/net/bonding/bond_options.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import {
  BOND_LINK_UP,
  BOND_MODE_8023AD,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_ALB,
  BOND_MODE_BROADCAST,
  BOND_MODE_ROUNDROBIN,
  BOND_MODE_TLB,
  BOND_MODE_XOR,
} from '../../netlink/families/bond.js';
import { parseAttributes } from '../../netlink/wire.js';
import { isMulticastMac } from '../../packet/addresses.js';
import { equalBytes } from '../../packet/bytes.js';
import { isUsable, type Bond } from '../bond/bond.js';
import { changeActive, followCarrier, selectActive } from '../bond/bondLinks.js';
import { startMonitor } from '../bond/bondMonitor.js';
import { tellActor } from '../bond/lacp.js';
import { EINVAL, ENODEV, EPERM } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';

const INT_MAX = 0x7fff_ffff;

/** Without words: "invalid option value" (bond_opt_error_interpret()). `isBare`: said before the option is asked, with no word but its own and no place. */
export type Failure = { readonly errno: number; readonly message?: string; readonly isBare?: true } | undefined;

export interface BondOption {
  readonly attribute: string;
  /** Modes that have it; absent: all. */
  readonly modes?: readonly number[];
  readonly needs?: readonly ('no-members' | 'down')[];
  /** Allowed values; without `to` the option checks for itself. */
  readonly from?: number;
  readonly to?: number;
  readonly set: (kernel: ReferenceKernel, bond: Bond, value: number) => Failure;
}

/** Of an option whose value is no number: looked at as it lies, one after the other. */
export interface BondBytesOption extends Pick<BondOption, 'attribute' | 'modes' | 'needs'> {
  readonly write: (kernel: ReferenceKernel, bond: Bond, value: Uint8Array) => Failure;
}

type NumberSetting = Exclude<keyof Bond['settings'], 'updelay' | 'downdelay' | 'peerNotificationDelay'>;

/** A setting that nothing else hangs on. */
const setting = (
  attribute: string,
  name: NumberSetting,
  to: number,
  more: Partial<Omit<BondOption, 'attribute' | 'to'>> = {},
): BondOption => ({
  attribute,
  to,
  set: ({ parts }, bond, value) => void (bond.settings[name] = parts.bond.stores(name, value)),
  ...more,
});

/** _bond_option_delay_set(): kept as a number of runs of the monitor. */
const delay = (attribute: string, name: 'updelay' | 'downdelay' | 'peerNotificationDelay'): BondOption => ({
  attribute,
  to: INT_MAX,
  set: ({ parts }, { settings }, value) => {
    if (settings.miimon === 0 && parts.bond.delaysNeedMonitor) return { errno: EPERM };
    settings[name] = Math.floor(value / Math.max(1, settings.miimon));
    return undefined;
  },
});

/** BOND_DEFAULT_MIIMON. */
const DEFAULT_MIIMON = 100;
const NEGOTIATED = { modes: [BOND_MODE_8023AD], needs: ['down'] } as const;
export const ONLY_PRIMARY = [BOND_MODE_ACTIVEBACKUP, BOND_MODE_TLB, BOND_MODE_ALB];
const WATCHED_BY_ARP = [BOND_MODE_ROUNDROBIN, BOND_MODE_ACTIVEBACKUP, BOND_MODE_XOR, BOND_MODE_BROADCAST];

/** In the order in which bond_changelink() takes them; what is done before a refusal stays done. */
export const BOND_OPTIONS: readonly (BondOption | BondBytesOption)[] = [
  {
    attribute: 'IFLA_BOND_MODE',
    needs: ['no-members', 'down'],
    to: BOND_MODE_ALB,
    set: ({ parts }, { settings }, mode) => {
      if (mode === BOND_MODE_ALB && parts.bond.alb.spreadsByLoad) settings.tlbDynamic = 1;
      settings.mode = mode;
      settings.arpValidate = 0;
      // Whoever negotiates or balances has to see links.
      if (WATCHED_BY_ARP.includes(mode)) return undefined;
      settings.arpInterval = 0;
      if (settings.miimon === 0) settings.miimon = DEFAULT_MIIMON;
      return undefined;
    },
  },
  { attribute: 'IFLA_BOND_ACTIVE_SLAVE', modes: ONLY_PRIMARY, set: setActive },
  {
    attribute: 'IFLA_BOND_MIIMON',
    to: INT_MAX,
    set: ({ bonds, parts }, bond, value) => {
      bond.settings.miimon = value;
      if (value !== 0 && bond.settings.arpInterval !== 0 && parts.bond.oneMonitor)
        bond.settings.arpInterval = bond.settings.arpValidate = 0;
      startMonitor(bonds, bond);
      return undefined;
    },
  },
  delay('IFLA_BOND_UPDELAY', 'updelay'),
  delay('IFLA_BOND_DOWNDELAY', 'downdelay'),
  delay('IFLA_BOND_PEER_NOTIF_DELAY', 'peerNotificationDelay'),
  setting('IFLA_BOND_USE_CARRIER', 'useCarrier', 1),
  {
    attribute: 'IFLA_BOND_ARP_INTERVAL',
    modes: WATCHED_BY_ARP,
    to: INT_MAX,
    set: ({ bonds, parts }, bond, value) => {
      bond.settings.arpInterval = value;
      if (value !== 0 && parts.bond.oneMonitor) bond.settings.miimon = 0;
      startMonitor(bonds, bond);
      return undefined;
    },
  },
  {
    attribute: 'IFLA_BOND_ARP_IP_TARGET',
    write: setTargets('arpTargets', 4, isArpTarget, { errno: EINVAL, isBare: true }),
  },
  {
    attribute: 'IFLA_BOND_NS_IP6_TARGET',
    write: setTargets('nsTargets', 16, isSolicitedTarget, {
      errno: EINVAL,
      message: 'Invalid IPv6 address',
      isBare: true,
    }),
  },
  setting('IFLA_BOND_ARP_VALIDATE', 'arpValidate', 6, { modes: WATCHED_BY_ARP }),
  setting('IFLA_BOND_ARP_ALL_TARGETS', 'arpAllTargets', 1),
  { attribute: 'IFLA_BOND_PRIMARY', modes: ONLY_PRIMARY, set: setPrimary },
  {
    attribute: 'IFLA_BOND_PRIMARY_RESELECT',
    to: 2,
    set: ({ bonds }, bond, value) => {
      bond.settings.primaryReselect = value;
      selectActive(bonds, bond);
      return undefined;
    },
  },
  setting('IFLA_BOND_FAIL_OVER_MAC', 'failOverMac', 2, { needs: ['no-members'] }),
  setting('IFLA_BOND_XMIT_HASH_POLICY', 'hashPolicy', 5),
  setting('IFLA_BOND_RESEND_IGMP', 'resendIgmp', 255),
  setting('IFLA_BOND_NUM_PEER_NOTIF', 'peerNotifications', 255),
  {
    attribute: 'IFLA_BOND_ALL_SLAVES_ACTIVE',
    to: 1,
    set: (_kernel, bond, value) => {
      bond.settings.allSlavesActive = value;
      for (const member of bond.members.values()) if (member.isBackup) member.isInactive = value === 0;
      return undefined;
    },
  },
  {
    attribute: 'IFLA_BOND_MIN_LINKS',
    to: INT_MAX,
    set: ({ bonds }, bond, value) => {
      bond.settings.minLinks = value;
      followCarrier(bonds, bond);
      return undefined;
    },
  },
  setting('IFLA_BOND_LP_INTERVAL', 'learningInterval', INT_MAX, { from: 1 }),
  setting('IFLA_BOND_PACKETS_PER_SLAVE', 'packetsPerSlave', 0xffff, { modes: [BOND_MODE_ROUNDROBIN] }),
  setting('IFLA_BOND_AD_LACP_ACTIVE', 'lacpActive', 1, NEGOTIATED),
  setting('IFLA_BOND_AD_LACP_RATE', 'lacpRate', 1, NEGOTIATED),
  setting('IFLA_BOND_AD_SELECT', 'adSelect', 2, { needs: ['down'] }),
  {
    attribute: 'IFLA_BOND_AD_ACTOR_SYS_PRIO',
    modes: [BOND_MODE_8023AD],
    from: 1,
    to: 0xffff,
    set: (_kernel, bond, value) => {
      bond.settings.actorPriority = value;
      tellActor(bond);
      return undefined;
    },
  },
  setting('IFLA_BOND_AD_USER_PORT_KEY', 'userPortKey', 1023, NEGOTIATED),
  { attribute: 'IFLA_BOND_AD_ACTOR_SYSTEM', modes: [BOND_MODE_8023AD], write: setActorSystem },
  setting('IFLA_BOND_TLB_DYNAMIC_LB', 'tlbDynamic', 1, { modes: [BOND_MODE_TLB, BOND_MODE_ALB], needs: ['down'] }),
  setting('IFLA_BOND_MISSED_MAX', 'missedMax', 255, { modes: WATCHED_BY_ARP, from: 1 }),
  setting('IFLA_BOND_COUPLED_CONTROL', 'coupledControl', 1, NEGOTIATED),
];

/** BOND_MAX_ARP_TARGETS, BOND_MAX_NS_TARGETS. */
const MOST_TARGETS = 16;

/** The targets that there were are gone first; those before one that is refused stay. `tooShort`: what is said of an address with bytes missing. */
function setTargets(
  name: 'arpTargets' | 'nsTargets',
  length: number,
  isTarget: (address: Uint8Array) => boolean,
  tooShort: Failure,
): BondBytesOption['write'] {
  return ({ parts, now }, bond, value) => {
    const kept: Uint8Array[] = parts.bond.replacesTargets ? [] : [...bond[name]];
    bond[name] = kept;
    for (const { data } of parseAttributes(value).attributes) {
      if (data.length < length) return tooShort;
      const address = data.slice(0, length);
      const isNew = !kept.some((each) => equalBytes(each, address));
      if (parts.bond.checksTargets && (!isTarget(address) || !isNew || kept.length === MOST_TARGETS))
        return { errno: EINVAL };
      // It has the time of one that was heard just now.
      for (const member of bond.members.values()) member.targetRx[kept.length] = now;
      kept.push(address);
    }
    return undefined;
  };
}

/** bond_is_ip_target_ok(). Since 5.3 the net 0.0.0.0/8 is one as any other, and 0.0.0.0 alone is not (ipv4_is_zeronet()). */
function isArpTarget(address: Uint8Array): boolean {
  return address.some((byte) => byte !== 0) && address.some((byte) => byte !== 0xff);
}

/** bond_is_ip6_target_ok(). */
function isSolicitedTarget(address: Uint8Array): boolean {
  const isLow = address.subarray(0, 15).every((byte) => byte === 0) && (address[15] ?? 0) <= 1;
  return !isLow && address[0] !== 0xff;
}

/** bond_option_ad_actor_system_set(). */
function setActorSystem({ parts }: ReferenceKernel, bond: Bond, value: Uint8Array): Failure {
  if (value.length !== ETHER_ADDRESS) return { errno: EINVAL, isBare: true };
  if (isMulticastMac(value, 0) && parts.bond.checksSystem) return { errno: EINVAL };
  bond.actorSystem = value.slice();
  tellActor(bond);
  return undefined;
}
const ETHER_ADDRESS = 6;

/** bond_option_active_slave_set(); 0: whichever is the best. */
function setActive(kernel: ReferenceKernel, bond: Bond, index: number): Failure {
  const { bonds, parts } = kernel;
  if (index === 0) {
    changeActive(bonds, bond, undefined);
    selectActive(bonds, bond);
    return undefined;
  }
  // bond_changelink() looks for it before the option does, and has no words for it.
  if (!kernel.netDevices.has(index as IfIndex)) return { errno: ENODEV };
  const member = bond.members.get(index as IfIndex);
  if (member === undefined) return { errno: EINVAL, message: 'invalid option value' };
  if (member === bond.active || !parts.bond.obeysUser) return undefined;
  if (bond.active === undefined || member.link !== BOND_LINK_UP || !isUsable(member))
    return { errno: EINVAL, message: 'invalid option value' };
  changeActive(bonds, bond, member);
  return undefined;
}

/** bond_option_primary_set(): one that is no member yet is remembered by its name. */
function setPrimary({ bonds, netDevices }: ReferenceKernel, bond: Bond, index: number): Failure {
  const netDevice = netDevices.get(index as IfIndex);
  bond.primary = netDevice === undefined ? undefined : bond.members.get(netDevice.ifIndex);
  bond.primaryName = netDevice?.name ?? '';
  if (bond.primary !== undefined) bond.forcePrimary = true;
  selectActive(bonds, bond);
  return undefined;
}
