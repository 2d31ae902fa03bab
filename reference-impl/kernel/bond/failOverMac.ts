/** Whose address changes with the active member: bond_do_fail_over_mac() of drivers/net/bonding/bond_main.c. */
import type { MacAddress } from '../../../harness/contract/index.js';
import { BOND_FOM_ACTIVE, BOND_FOM_FOLLOW, BOND_FOM_NONE } from '../../netlink/families/bond.js';
import { setMacAddress } from '../deviceControl.js';
import { notify } from '../kernelState.js';
import { isActiveBackup, type Bond, type BondMember } from './bond.js';
import type { Bonding } from './bonding.js';

/** The policy as far as it counts in the mode of the aggregate. */
export const addressPolicy = ({ parts }: Bonding, bond: Bond): number =>
  isActiveBackup(bond) ? parts.addressPolicy(bond.settings.failOverMac) : BOND_FOM_NONE;

/** The aggregate takes the address of its new active member, or the members swap theirs. */
export function moveAddress(bonding: Bonding, bond: Bond, next: BondMember, before: BondMember | undefined): void {
  switch (addressPolicy(bonding, bond)) {
    case BOND_FOM_ACTIVE:
      bond.netDevice.address = next.netDevice.address;
      notify(bonding.kernel, 'NETDEV_CHANGEADDR', bond.netDevice);
      return;
    case BOND_FOM_FOLLOW:
      bonding.defer(() => swapAddresses(bonding, bond, next, before ?? holderOf(bond, next)));
  }
}

/** bond_get_old_active(): while nobody was active, a member may still have the address of the aggregate. */
const holderOf = ({ members, netDevice }: Bond, next: BondMember): BondMember | undefined =>
  [...members.values()].find((each) => each !== next && each.netDevice.address === netDevice.address);

async function swapAddresses(
  { kernel, parts }: Bonding,
  bond: Bond,
  next: BondMember,
  before: BondMember | undefined,
): Promise<void> {
  const own: MacAddress = next.netDevice.address;
  const wanted = before?.netDevice.address ?? bond.netDevice.address;
  if (wanted === own) return;
  const changed = await setMacAddress(kernel, next.netDevice, wanted);
  if (changed.ok && before !== undefined && parts.swapsAddresses) await setMacAddress(kernel, before.netDevice, own);
}
