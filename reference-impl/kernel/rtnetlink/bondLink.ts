/** Links of the kind "bond" and what is said of their members: drivers/net/bonding/bond_netlink.c and bond_options.c. */
import type { IfIndex } from '../../../harness/contract/index.js';
import {
  BOND_LINK_UP,
  BOND_MODE_8023AD,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_ALB,
  BOND_MODE_ROUNDROBIN,
  BOND_MODE_TLB,
  BOND_POLICY,
  BOND_SLAVE_POLICY,
} from '../../netlink/families/bond.js';
import { numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { isUsable, type Bond, type BondMember } from '../bond/bond.js';
import { createBond, removeBond } from '../bond/bonding.js';
import { changeActive, followCarrier, selectActive, startMonitor } from '../bond/bondLinks.js';
import { EBUSY, EINVAL, ENODEV, EOPNOTSUPP, EPERM } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { isUp } from '../netDevice.js';
import { checkLinkAddress, linkInfoData, linkSeed, type LinkInfoData } from './linkInfo.js';

const EACCES = 13;
const ENOTEMPTY = 39;
const INT_MAX = 0x7fff_ffff;

/** bond_newlink(). A refusal of what the data says unmakes it. */
export async function newBond(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  name: string | undefined,
): Promise<HandlerResult> {
  const data = linkInfoData(request, 'IFLA_INFO_DATA', BOND_POLICY);
  if (!data.ok) return data;
  const invalid = checkLinkAddress(request);
  if (invalid !== undefined) return invalid;
  const bond = createBond(kernel.bonds, linkSeed(kernel, request, name, 'bond'));
  const refused = await change(kernel, bond, data);
  if (refused === undefined) return { ok: true };
  await removeBond(kernel.bonds, bond);
  return refused;
}

/** bond_changelink(): RTM_NEWLINK of an aggregate that is there. */
export async function changeBond(
  kernel: ReferenceKernel,
  bond: Bond,
  request: NetlinkRequest,
): Promise<Refusal | undefined> {
  const data = linkInfoData(request, 'IFLA_INFO_DATA', BOND_POLICY);
  return data.ok ? change(kernel, bond, data) : data;
}

async function change(kernel: ReferenceKernel, bond: Bond, data: LinkInfoData): Promise<Refusal | undefined> {
  for (const option of OPTIONS) {
    const value = numberIn(data.values, option.attribute);
    if (value === undefined || kernel.parts.control.forgets.has(option.attribute)) continue;
    const refused =
      refusedByState(kernel, bond, option, data) ??
      (kernel.parts.bond.checksRange ? checkValue(option, value, data) : undefined);
    if (refused !== undefined) return refused;
    const failed = option.set(kernel, bond, value);
    if (failed !== undefined) return data.at(option.attribute, failed.errno, failed.message);
  }
  await kernel.settle();
  return undefined;
}

/** bond_opt_check_deps(). */
function refusedByState(
  { parts }: ReferenceKernel,
  bond: Bond,
  { attribute, modes, needs }: Option,
  data: LinkInfoData,
): Refusal | undefined {
  if (!parts.bond.checksDependencies) return undefined;
  if (modes !== undefined && !modes.includes(bond.settings.mode))
    return data.at(attribute, EACCES, 'option not supported in mode');
  if (needs?.includes('no-members') === true && bond.members.size > 0)
    return data.at(attribute, ENOTEMPTY, 'unable to set option because the bond device has slaves');
  if (needs?.includes('down') === true && isUp(bond.netDevice))
    return data.at(attribute, EBUSY, 'unable to set option because the bond is up');
  return undefined;
}

/** bond_opt_parse(). */
function checkValue({ attribute, from = 0, to }: Option, value: number, data: LinkInfoData): Refusal | undefined {
  if (to === undefined || (value >= from && value <= to)) return undefined;
  return data.at(attribute, EINVAL, 'invalid option value');
}

type Failure = { readonly errno: number; readonly message?: string } | undefined;

interface Option {
  readonly attribute: string;
  /** Modes that have it; absent: all. */
  readonly modes?: readonly number[];
  readonly needs?: readonly ('no-members' | 'down')[];
  /** Allowed values; without `to` the option checks for itself. */
  readonly from?: number;
  readonly to?: number;
  readonly set: (kernel: ReferenceKernel, bond: Bond, value: number) => Failure;
}

type NumberSetting = Exclude<keyof Bond['settings'], 'updelay' | 'downdelay'>;

/** A setting that nothing else hangs on. */
const setting = (
  attribute: string,
  name: NumberSetting,
  to: number,
  more: Partial<Omit<Option, 'attribute' | 'to'>> = {},
): Option => ({
  attribute,
  to,
  set: ({ parts }, bond, value) => void (bond.settings[name] = parts.bond.stores(name, value)),
  ...more,
});

/** _bond_option_delay_set(): kept as a number of runs of the monitor. */
const delay = (attribute: string, name: 'updelay' | 'downdelay'): Option => ({
  attribute,
  to: INT_MAX,
  set: (_kernel, { settings }, value) => {
    if (settings.miimon === 0) return { errno: EPERM };
    settings[name] = Math.floor(value / settings.miimon);
    return undefined;
  },
});

/** BOND_DEFAULT_MIIMON. */
const DEFAULT_MIIMON = 100;
const NEGOTIATED = { modes: [BOND_MODE_8023AD], needs: ['down'] } as const;
const ONLY_PRIMARY = [BOND_MODE_ACTIVEBACKUP, BOND_MODE_TLB, BOND_MODE_ALB];

/** In the order in which bond_changelink() takes them; what is done before a refusal stays done. */
const OPTIONS: readonly Option[] = [
  {
    attribute: 'IFLA_BOND_MODE',
    needs: ['no-members', 'down'],
    to: BOND_MODE_ALB,
    set: (_kernel, { settings }, mode) => {
      if (mode > BOND_MODE_8023AD) return { errno: EOPNOTSUPP, message: 'the reference does not balance by itself' };
      settings.mode = mode;
      // Whoever negotiates has to see links.
      if (mode === BOND_MODE_8023AD && settings.miimon === 0) settings.miimon = DEFAULT_MIIMON;
      return undefined;
    },
  },
  { attribute: 'IFLA_BOND_ACTIVE_SLAVE', modes: ONLY_PRIMARY, set: setActive },
  {
    attribute: 'IFLA_BOND_MIIMON',
    to: INT_MAX,
    set: ({ bonds }, bond, value) => {
      bond.settings.miimon = value;
      startMonitor(bonds, bond);
      return undefined;
    },
  },
  delay('IFLA_BOND_UPDELAY', 'updelay'),
  delay('IFLA_BOND_DOWNDELAY', 'downdelay'),
  setting('IFLA_BOND_USE_CARRIER', 'useCarrier', 1),
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
  setting('IFLA_BOND_PACKETS_PER_SLAVE', 'packetsPerSlave', 0xffff, { modes: [BOND_MODE_ROUNDROBIN] }),
  setting('IFLA_BOND_AD_LACP_ACTIVE', 'lacpActive', 1, NEGOTIATED),
  setting('IFLA_BOND_AD_LACP_RATE', 'lacpRate', 1, NEGOTIATED),
  setting('IFLA_BOND_AD_SELECT', 'adSelect', 2, { needs: ['down'] }),
];

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

/** bond_slave_changelink(). */
export async function changeMember(
  kernel: ReferenceKernel,
  member: BondMember,
  request: NetlinkRequest,
): Promise<Refusal | undefined> {
  const data = linkInfoData(request, 'IFLA_INFO_SLAVE_DATA', BOND_SLAVE_POLICY);
  if (!data.ok) return data;
  const { bond } = member;
  member.queueId = numberIn(data.values, 'IFLA_BOND_SLAVE_QUEUE_ID') ?? member.queueId;
  const priority = numberIn(data.values, 'IFLA_BOND_SLAVE_PRIO');
  if (priority === undefined) return undefined;
  if (!ONLY_PRIMARY.includes(bond.settings.mode))
    return data.at('IFLA_BOND_SLAVE_PRIO', EACCES, 'option not supported in mode');
  member.priority = priority;
  if (bond.primary === undefined) selectActive(kernel.bonds, bond);
  await kernel.settle();
  return undefined;
}
