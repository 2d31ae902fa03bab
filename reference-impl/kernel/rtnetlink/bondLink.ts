/** Links of the kind "bond" and what is said of their members: drivers/net/bonding/bond_netlink.c and bond_options.c. */
import { BOND_POLICY, BOND_SLAVE_POLICY } from '../../netlink/families/bond.js';
import { bytesIn, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import type { Bond, BondMember } from '../bond/bond.js';
import { createBond, removeBond } from '../bond/bonding.js';
import { selectActive } from '../bond/bondLinks.js';
import { EBUSY, EINVAL, EPERM } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { isUp } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { BOND_OPTIONS, ONLY_PRIMARY, type BondBytesOption, type BondOption } from './bondOptions.js';
import { checkLinkAddress, linkInfoData, linkSeed, type LinkInfoData } from './linkInfo.js';

const EACCES = 13;
const ENOTEMPTY = 39;

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
  for (const option of BOND_OPTIONS) {
    if (data.values[option.attribute] === undefined || kernel.parts.control.forgets.has(option.attribute)) continue;
    const refused = refusedByRequest(kernel, option, data) ?? refusedByState(kernel, bond, option, data);
    const failed = refused ?? ('write' in option ? write(kernel, bond, option, data) : set(kernel, bond, option, data));
    if (failed !== undefined) return failed;
  }
  await kernel.settle();
  return undefined;
}

function set(kernel: ReferenceKernel, bond: Bond, option: BondOption, data: LinkInfoData): Refusal | undefined {
  const value = numberIn(data.values, option.attribute) ?? 0;
  const outOfRange = kernel.parts.bond.checksRange ? checkValue(option, value, data) : undefined;
  if (outOfRange !== undefined) return outOfRange;
  const failed = option.set(kernel, bond, value);
  return failed === undefined ? undefined : data.at(option.attribute, failed.errno, failed.message);
}

function write(kernel: ReferenceKernel, bond: Bond, option: BondBytesOption, data: LinkInfoData): Refusal | undefined {
  const failed = option.write(kernel, bond, bytesIn(data.values, option.attribute) ?? new Uint8Array(0));
  if (failed?.isBare === true) return refusal(failed.errno, failed.message);
  return failed === undefined ? undefined : data.at(option.attribute, failed.errno, failed.message ?? INVALID);
}
const INVALID = 'invalid option value';

/** bond_changelink(): one request does not ask for both ways to watch links. */
function refusedByRequest(
  { parts }: ReferenceKernel,
  { attribute }: BondOption | BondBytesOption,
  data: LinkInfoData,
): Refusal | undefined {
  const asksForBoth =
    (numberIn(data.values, 'IFLA_BOND_MIIMON') ?? 0) !== 0 && (numberIn(data.values, attribute) ?? 0) !== 0;
  if (!asksForBoth || !parts.bond.oneMonitor) return undefined;
  if (attribute === 'IFLA_BOND_ARP_INTERVAL')
    return data.at(attribute, EINVAL, 'ARP monitoring cannot be used with MII monitoring');
  return attribute === 'IFLA_BOND_ARP_VALIDATE'
    ? data.at('IFLA_BOND_ARP_INTERVAL', EINVAL, 'ARP validating cannot be used with MII monitoring')
    : undefined;
}

/** bond_opt_check_deps(). */
function refusedByState(
  { parts }: ReferenceKernel,
  bond: Bond,
  { attribute, modes, needs }: BondOption | BondBytesOption,
  data: LinkInfoData,
): Refusal | undefined {
  if (!parts.bond.checksDependencies) return undefined;
  if (parts.bond.checksModes && modes !== undefined && !modes.includes(bond.settings.mode))
    return data.at(attribute, EACCES, 'option not supported in mode');
  if (needs?.includes('no-members') === true && bond.members.size > 0)
    return data.at(attribute, ENOTEMPTY, 'unable to set option because the bond device has slaves');
  if (needs?.includes('down') === true && isUp(bond.netDevice))
    return data.at(attribute, EBUSY, 'unable to set option because the bond is up');
  return undefined;
}

/** bond_opt_parse(). */
function checkValue({ attribute, from = 0, to }: BondOption, value: number, data: LinkInfoData): Refusal | undefined {
  if (to === undefined || (value >= from && value <= to)) return undefined;
  return data.at(attribute, EINVAL, INVALID);
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
  const queueId = numberIn(data.values, 'IFLA_BOND_SLAVE_QUEUE_ID');
  if (queueId !== undefined) {
    if (!isFreeQueue(member, queueId) && kernel.parts.bond.checksQueues) return refusal(EPERM);
    member.queueId = queueId;
  }
  const priority = numberIn(data.values, 'IFLA_BOND_SLAVE_PRIO');
  if (priority === undefined) return undefined;
  if (!ONLY_PRIMARY.includes(bond.settings.mode))
    return data.at('IFLA_BOND_SLAVE_PRIO', EACCES, 'option not supported in mode');
  member.priority = priority;
  if (bond.primary === undefined) selectActive(kernel.bonds, bond);
  await kernel.settle();
  return undefined;
}

/** bond_option_queue_id_set(): one of the aggregate's, and nobody else's; 0 is none. */
function isFreeQueue({ bond, netDevice }: BondMember, queueId: number): boolean {
  if (queueId > bond.netDevice.realTxQueues) return false;
  const others = [...bond.members.values()].filter((other) => other.netDevice !== netDevice);
  return queueId === 0 || others.every((other) => other.queueId !== queueId);
}
