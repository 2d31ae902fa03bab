/** Address lists and receive modes: net/core/dev_addr_lists.c and __dev_set_rx_mode(). */
import type { MacAddress, Vid } from '../../harness/contract/index.js';
import { membersOf } from './aggregates.js';
import { bondOf, usesPrimary } from './bond/bond.js';
import { EEXIST, ENOENT, OK, refused } from './errno.js';
import type { KernelState, Outcome } from './kernelState.js';
import { IFF_ALLMULTI, IFF_PROMISC, isUp, type AddressList, type NetDevice } from './netDevice.js';

/** Tells the driver the whole receive filter. A device that is down is told when it comes up. */
export async function applyRxMode(netDevice: NetDevice): Promise<void> {
  if (!isUp(netDevice)) return;
  const { lower } = netDevice;
  if (lower.kind !== 'port') return;
  const unicast = [...netDevice.unicast.keys()];
  // Without IFF_UNICAST_FLT the core turns secondary addresses into promiscuous mode.
  const cannotFilter = unicast.length > 0 && !lower.limits.unicastFilter;
  await lower.device.netDevice.setRxMode(lower.port, {
    promiscuous: netDevice.promiscuity > 0 || cannotFilter,
    allMulticast: netDevice.allMulticast > 0,
    unicast,
    multicast: [...netDevice.multicast.keys()],
  });
}

/** dev_set_promiscuity(): references are counted; the mode ends with the last. */
export async function changePromiscuity(kernel: KernelState, netDevice: NetDevice, change: 1 | -1): Promise<void> {
  netDevice.promiscuity =
    change === 1 ? netDevice.promiscuity + 1 : Math.max(0, kernel.parts.promiscuityAfterRelease(netDevice.promiscuity));
  netDevice.flags = netDevice.promiscuity > 0 ? netDevice.flags | IFF_PROMISC : netDevice.flags & ~IFF_PROMISC;
  if (netDevice.lower.kind === 'vlan' && isUp(netDevice)) await changePromiscuity(kernel, netDevice.lower.on, change);
  for (const member of receivingMembers(netDevice)) await changePromiscuity(kernel, member, change);
  await applyRxMode(netDevice);
}

/** dev_set_allmulti(). */
export async function changeAllMulticast(kernel: KernelState, netDevice: NetDevice, change: 1 | -1): Promise<void> {
  netDevice.allMulticast = Math.max(0, netDevice.allMulticast + change);
  netDevice.flags = netDevice.allMulticast > 0 ? netDevice.flags | IFF_ALLMULTI : netDevice.flags & ~IFF_ALLMULTI;
  if (netDevice.lower.kind === 'vlan' && isUp(netDevice)) await changeAllMulticast(kernel, netDevice.lower.on, change);
  for (const member of receivingMembers(netDevice)) await changeAllMulticast(kernel, member, change);
  await applyRxMode(netDevice);
}

/** bond_set_promiscuity(), bond_set_allmulti(), team_change_rx_flags(): of an aggregate, the members that receive for it. */
function receivingMembers(netDevice: NetDevice): readonly NetDevice[] {
  const bond = bondOf(netDevice);
  if (bond !== undefined && usesPrimary(bond)) return bond.active === undefined ? [] : [bond.active.netDevice];
  return membersOf(netDevice).map((member) => member.netDevice);
}

/** A member that comes receives what the aggregate is to receive, and no longer when it goes. */
export async function receiveLikeAggregate(
  kernel: KernelState,
  aggregate: ReceiveMode,
  member: NetDevice,
  change: 1 | -1,
): Promise<void> {
  const { flags } = aggregate;
  if ((flags & IFF_PROMISC) !== 0) await changePromiscuity(kernel, member, change);
  if ((flags & IFF_ALLMULTI) !== 0) await changeAllMulticast(kernel, member, change);
  if (!kernel.parts.joins.membersReceive) return;
  for (const list of ['unicast', 'multicast'] as const)
    for (const [address, count] of aggregate[list])
      for (let times = 0; times < count; times++)
        if (change === 1) await addAddress(member, list, address);
        else await removeAddress(member, list, address);
}

/** What a net device is to receive beside its own address. */
export type ReceiveMode = Pick<NetDevice, 'flags' | 'unicast' | 'multicast'>;

/** As it is now, whatever becomes of it. */
export const receiveModeOf = ({ flags, unicast, multicast }: NetDevice): ReceiveMode => ({
  flags,
  unicast: new Map(unicast),
  multicast: new Map(multicast),
});

/** dev_uc_add(), dev_mc_add(): one more reference. */
export async function addAddress(
  netDevice: NetDevice,
  list: 'unicast' | 'multicast',
  address: MacAddress,
): Promise<void> {
  const addresses = netDevice[list];
  addresses.set(address, (addresses.get(address) ?? 0) + 1);
  if (netDevice.lower.kind === 'vlan') await addAddress(netDevice.lower.on, list, address);
  for (const member of receivingMembers(netDevice)) await addAddress(member, list, address);
  await applyRxMode(netDevice);
}

/** dev_uc_del(), dev_mc_del(): one reference less. ENOENT if the address is not in the list. */
export async function removeAddress(
  netDevice: NetDevice,
  list: 'unicast' | 'multicast',
  address: MacAddress,
): Promise<Outcome> {
  if (!release(netDevice[list], address)) return refused(ENOENT);
  if (netDevice.lower.kind === 'vlan') await removeAddress(netDevice.lower.on, list, address);
  for (const member of receivingMembers(netDevice)) await removeAddress(member, list, address);
  await applyRxMode(netDevice);
  return OK;
}

/** dev_uc_add_excl(), dev_mc_add_excl(): EEXIST if it is there already. */
export async function addAddressExclusively(
  netDevice: NetDevice,
  list: 'unicast' | 'multicast',
  address: MacAddress,
): Promise<Outcome> {
  if (netDevice[list].has(address)) return refused(EEXIST);
  await addAddress(netDevice, list, address);
  return OK;
}

function release(list: AddressList, address: MacAddress): boolean {
  const count = list.get(address);
  if (count === undefined) return false;
  if (count === 1) list.delete(address);
  else list.set(address, count - 1);
  return true;
}

const filterFeature = (tpid: number): string => (tpid === 0x88a8 ? 'rx-vlan-stag-filter' : 'rx-vlan-filter');

/** vlan_vid_add(): the first reference reaches the device's filter, if it filters; of an aggregate, those of its members. */
export async function addVid(netDevice: NetDevice, tpid: number, vid: Vid): Promise<Outcome> {
  for (const member of membersOf(netDevice)) {
    const added = await addVid(member.netDevice, tpid, vid);
    if (!added.ok) return added;
  }
  const vids = vidsOf(netDevice, tpid);
  const count = vids.get(vid) ?? 0;
  if (count === 0) {
    const added = await programVid(netDevice, tpid, vid, 'add');
    if (!added.ok) return added;
  }
  vids.set(vid, count + 1);
  return OK;
}

/** vlan_vid_del(). */
export async function removeVid(netDevice: NetDevice, tpid: number, vid: Vid): Promise<void> {
  for (const member of membersOf(netDevice)) await removeVid(member.netDevice, tpid, vid);
  const vids = vidsOf(netDevice, tpid);
  const count = vids.get(vid);
  if (count === undefined) return;
  if (count > 1) {
    vids.set(vid, count - 1);
    return;
  }
  vids.delete(vid);
  await programVid(netDevice, tpid, vid, 'kill');
}

/** vlan_vids_add_by_dev() and vlan_vids_del_by_dev(): what devices on top of an aggregate asked for holds at a member. */
export async function changeVidsOfMember(
  aggregate: NetDevice,
  member: NetDevice,
  how: 'add' | 'remove',
): Promise<void> {
  for (const [tpid, vids] of aggregate.vids)
    for (const vid of vids.keys())
      if (how === 'add') await addVid(member, tpid, vid);
      else await removeVid(member, tpid, vid);
}

/** vlan_filter_push_vids(), vlan_filter_drop_vids(): the filter was switched on or off. */
export async function reprogramVids(netDevice: NetDevice, tpid: number, how: 'add' | 'kill'): Promise<void> {
  for (const vid of vidsOf(netDevice, tpid).keys()) await sendVid(netDevice, tpid, vid, how);
}

async function programVid(netDevice: NetDevice, tpid: number, vid: Vid, how: 'add' | 'kill'): Promise<Outcome> {
  return netDevice.features.has(filterFeature(tpid)) ? sendVid(netDevice, tpid, vid, how) : OK;
}

async function sendVid({ lower }: NetDevice, tpid: number, vid: Vid, how: 'add' | 'kill'): Promise<Outcome> {
  if (lower.kind !== 'port') return OK;
  const ops = lower.device.netDevice;
  const result = how === 'add' ? await ops.addVid?.(lower.port, tpid, vid) : await ops.killVid?.(lower.port, tpid, vid);
  return result ?? OK;
}

function vidsOf(netDevice: NetDevice, tpid: number): Map<Vid, number> {
  let vids = netDevice.vids.get(tpid);
  if (vids === undefined) {
    vids = new Map();
    netDevice.vids.set(tpid, vids);
  }
  return vids;
}
