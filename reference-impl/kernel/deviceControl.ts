/** Changes to a net device that its user asks for: net/core/dev.c. Each either takes effect whole or is refused. */
import type { MacAddress } from '../../harness/contract/index.js';
import { changeMembers } from './aggregates.js';
import { balancesReceive, isActiveBackup, type Bond } from './bond/bond.js';
import { changeBridgeAddress } from './bridge/bridging.js';
import { EADDRNOTAVAIL, EINVAL, ENETDOWN, EPERM, ERANGE, OK, refused } from './errno.js';
import { portsFollowAddress } from './team/teaming.js';
import { ethtoolStateOf } from './ethtool/deviceState.js';
import { fixFeatures, sameFeatures, type FeatureSet } from './features.js';
import { notify, type KernelState, type Outcome } from './kernelState.js';
import { updateOperState } from './linkState.js';
import {
  IFF_ALLMULTI,
  IFF_LOWER_UP,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_PROMISC,
  IFF_UP,
  isUp,
  type NetDevice,
} from './netDevice.js';
import {
  addAddress,
  applyRxMode,
  changeAllMulticast,
  changePromiscuity,
  removeAddress,
  reprogramVids,
} from './receiveFilter.js';

/** dev_open(). A VLAN device needs its lower device up. */
export async function openNetDevice(kernel: KernelState, netDevice: NetDevice): Promise<Outcome> {
  if (isUp(netDevice)) return OK;
  // ethnl_netdev_event() on NETDEV_PRE_UP: NOTIFY_BAD is EPERM.
  if (ethtoolStateOf(netDevice).flashing && kernel.parts.ethtool.module.keepsDown)
    return refused(EPERM, "Can't set port up while flashing module firmware");
  const { lower } = netDevice;
  if (lower.kind === 'vlan') {
    if (!isUp(lower.on)) return refused(ENETDOWN);
    if (netDevice.address !== lower.on.address) await addAddress(lower.on, 'unicast', netDevice.address);
  } else if (lower.kind === 'port') {
    const opened = await lower.device.netDevice.open(lower.port);
    if (!opened.ok) return opened;
  }
  netDevice.flags |= IFF_UP;
  netDevice.hasQueues = true;
  if (lower.kind === 'vlan') {
    if (netDevice.promiscuity > 0) await changePromiscuity(kernel, lower.on, 1);
    if (netDevice.allMulticast > 0) await changeAllMulticast(kernel, lower.on, 1);
  }
  await applyRxMode(netDevice);
  updateOperState(kernel, netDevice);
  if (kernel.parts.announcesUpAndDown) notify(kernel, 'NETDEV_UP', netDevice);
  // vlan_device_event(): a VLAN device comes up with the device below it.
  for (const upper of netDevice.uppers) await openNetDevice(kernel, upper);
  return OK;
}

/** dev_close(). VLAN devices on top go down first. */
export async function closeNetDevice(kernel: KernelState, netDevice: NetDevice): Promise<void> {
  if (!isUp(netDevice)) return;
  for (const upper of netDevice.uppers) await closeNetDevice(kernel, upper);
  const { lower } = netDevice;
  if (lower.kind === 'vlan') {
    if (netDevice.address !== lower.on.address) await removeAddress(lower.on, 'unicast', netDevice.address);
    if (netDevice.promiscuity > 0) await changePromiscuity(kernel, lower.on, -1);
    if (netDevice.allMulticast > 0) await changeAllMulticast(kernel, lower.on, -1);
  }
  netDevice.flags &= ~IFF_UP;
  if (lower.kind === 'port') await lower.device.netDevice.stop(lower.port);
  updateOperState(kernel, netDevice);
  if (kernel.parts.announcesUpAndDown) notify(kernel, 'NETDEV_DOWN', netDevice);
}

/** Flags that dev_change_flags() takes from the user beside IFF_UP, IFF_PROMISC and IFF_ALLMULTI. */
const PLAIN_FLAGS = IFF_NOARP | IFF_MULTICAST;

/** dev_change_flags(): the bits of `flags` selected by `change`; a change of 0 selects all, as RTM_SETLINK does. */
export async function changeFlags(
  kernel: KernelState,
  netDevice: NetDevice,
  flags: number,
  change: number,
): Promise<Outcome> {
  const mask = (change === 0 ? ~0 : change) & ~IFF_LOWER_UP;
  const wanted = (userVisibleFlags(netDevice) & ~mask) | (flags & mask);
  const before = userVisibleFlags(netDevice);

  netDevice.flags = (netDevice.flags & ~PLAIN_FLAGS) | (wanted & PLAIN_FLAGS);
  if (((wanted ^ netDevice.flags) & IFF_UP) !== 0) {
    if ((wanted & IFF_UP) !== 0) {
      const opened = await openNetDevice(kernel, netDevice);
      if (!opened.ok) return opened;
    } else await closeNetDevice(kernel, netDevice);
  }
  if (((wanted ^ netDevice.userFlags) & IFF_PROMISC) !== 0) {
    netDevice.userFlags ^= IFF_PROMISC;
    await changePromiscuity(kernel, netDevice, (wanted & IFF_PROMISC) !== 0 ? 1 : -1);
  }
  if (((wanted ^ netDevice.userFlags) & IFF_ALLMULTI) !== 0) {
    netDevice.userFlags ^= IFF_ALLMULTI;
    await changeAllMulticast(kernel, netDevice, (wanted & IFF_ALLMULTI) !== 0 ? 1 : -1);
  }
  const changed = before ^ userVisibleFlags(netDevice);
  if ((changed & ~IFF_UP) !== 0 && isUp(netDevice)) notify(kernel, 'NETDEV_CHANGE', netDevice);
  return OK;
}

const userVisibleFlags = ({ flags, userFlags }: NetDevice): number =>
  (flags & ~(IFF_PROMISC | IFF_ALLMULTI)) | (userFlags & (IFF_PROMISC | IFF_ALLMULTI));

/** dev_set_mtu(). EINVAL beyond the bounds of the device, with the text of net/core/dev.c. */
export async function setMtu(kernel: KernelState, netDevice: NetDevice, mtu: number): Promise<Outcome> {
  if (mtu === netDevice.mtu) {
    if (kernel.parts.announcesAnyway('link', 'unchanged')) notify(kernel, 'NETDEV_CHANGEMTU', netDevice);
    return OK;
  }
  if (kernel.parts.enforcesMtuBounds) {
    if (mtu < 0 || mtu < netDevice.minMtu) return refused(EINVAL, 'mtu less than device minimum');
    if (netDevice.maxMtu > 0 && mtu > netDevice.maxMtu) return refused(EINVAL, 'mtu greater than device maximum');
  }
  const { lower, teamPort } = netDevice;
  if (teamPort !== undefined && !teamPort.team.isChangingMtu && kernel.parts.team.locksMtu) return refused(EPERM);
  if (lower.kind === 'vlan') {
    // vlan_dev_change_mtu(): a VLAN device is never wider than what lies below it.
    if (mtu > lower.on.mtu) return refused(ERANGE);
  } else if (lower.kind === 'bridge') {
    lower.bridge.mtuIsUsers = true;
  } else if (lower.kind === 'bond' || lower.kind === 'team') {
    const follows = lower.kind === 'bond' ? kernel.parts.bond.membersFollowMtu : kernel.parts.team.portsFollowMtu;
    if (lower.kind === 'team') lower.team.isChangingMtu = true;
    const changed = follows ? await setMembersMtu(kernel, netDevice, mtu) : OK;
    if (lower.kind === 'team') lower.team.isChangingMtu = false;
    if (!changed.ok) return changed;
  } else if (lower.kind === 'port') {
    const changed = await lower.device.netDevice.changeMtu(lower.port, mtu);
    if (!changed.ok) return changed;
  }
  netDevice.mtu = mtu;
  notify(kernel, 'NETDEV_CHANGEMTU', netDevice);
  for (const upper of netDevice.uppers) if (upper.mtu > mtu) await setMtu(kernel, upper, mtu);
  return OK;
}

/** bond_change_mtu(), team_change_mtu(): every member follows, or none. */
const setMembersMtu = (kernel: KernelState, aggregate: NetDevice, mtu: number): Promise<Outcome> =>
  changeMembers(
    aggregate,
    (member) => setMtu(kernel, member, mtu),
    (member) => setMtu(kernel, member, aggregate.mtu),
  );

/** dev_set_mac_address() with eth_validate_addr(): EADDRNOTAVAIL for a zero or multicast address. */
export async function setMacAddress(kernel: KernelState, netDevice: NetDevice, address: MacAddress): Promise<Outcome> {
  if (kernel.parts.validatesAddress && !isValidEtherAddress(address)) return refused(EADDRNOTAVAIL);
  const { lower } = netDevice;
  if (lower.kind === 'vlan') {
    if (isUp(netDevice)) {
      if (address !== lower.on.address) await addAddress(lower.on, 'unicast', address);
      if (netDevice.address !== lower.on.address) await removeAddress(lower.on, 'unicast', netDevice.address);
    }
  } else if (lower.kind === 'bridge') {
    lower.bridge.addressIsUsers = true;
    if (address !== netDevice.address) changeBridgeAddress(kernel.bridging, lower.bridge, address);
    return OK;
  } else if (lower.kind === 'bond') {
    const changed = await setAggregateAddress(kernel, netDevice, lower.bond, address);
    if (changed !== undefined) return changed;
  } else if (lower.kind === 'team') {
    await portsFollowAddress(kernel, lower.team, address);
  } else if (lower.kind === 'port') {
    const changed = await lower.device.netDevice.setMacAddress(lower.port, address);
    if (!changed.ok) return changed;
  }
  netDevice.address = address;
  notify(kernel, 'NETDEV_CHANGEADDR', netDevice);
  return OK;
}

/** bond_set_mac_address(): every member follows; where they keep their own addresses nothing happens. Undefined: go on. */
async function setAggregateAddress(
  kernel: KernelState,
  netDevice: NetDevice,
  bond: Bond,
  address: MacAddress,
): Promise<Outcome | undefined> {
  if (bond.settings.failOverMac !== 0 && isActiveBackup(bond)) return OK;
  const before = netDevice.address;
  // bond_alb_set_mac_address(): the active member follows when the aggregate has it.
  const keepOwn = balancesReceive(bond) && kernel.parts.bond.alb.movesActiveOnly;
  const changed =
    kernel.parts.bond.membersFollowAddress && !keepOwn
      ? await changeMembers(
          netDevice,
          (member) => setMacAddress(kernel, member, address),
          (member) => setMacAddress(kernel, member, before),
        )
      : OK;
  bond.addressIsRandom = false;
  return changed.ok ? undefined : changed;
}

/** is_valid_ether_addr(). */
function isValidEtherAddress(address: MacAddress): boolean {
  return address !== '00:00:00:00:00:00' && (Number.parseInt(address.slice(0, 2), 16) & 1) === 0;
}

export interface FeatureChange {
  /** Whether the set in force is another one now. */
  readonly changed: boolean;
  readonly outcome: Outcome;
}

/**
 * __netdev_update_features(): what the user wants, less what the driver and the rules take away, put in force. If the driver
 * refuses, the set in force is what the device really does.
 */
export async function updateFeatures(kernel: KernelState, netDevice: NetDevice): Promise<FeatureChange> {
  const before = netDevice.features;
  const wanted = new Set([...before].filter((name) => !netDevice.hwFeatures.has(name)));
  for (const name of netDevice.wantedFeatures) wanted.add(name);
  const fixed = await fixedFeatures(kernel, netDevice, wanted);
  if (!kernel.parts.remembersWanted) {
    netDevice.wantedFeatures = new Set([...netDevice.wantedFeatures].filter((name) => fixed.has(name)));
  }
  if (sameFeatures(fixed, before)) return { changed: false, outcome: OK };

  const { lower } = netDevice;
  let outcome: Outcome = OK;
  netDevice.features = fixed;
  if (lower.kind === 'port') {
    outcome = await lower.device.netDevice.setFeatures(lower.port, [...fixed]);
    if (!outcome.ok) {
      kernel.log.push(`${netDevice.name}: set_features() failed (-${outcome.errno})`);
      netDevice.features = new Set(await lower.device.netDevice.features(lower.port));
    }
  }
  netDevice.hwFeatures = kernel.parts.hwFeaturesAfter(netDevice.hwFeatures, netDevice.features);
  await followVlanFilter(kernel, netDevice, before);
  for (const upper of netDevice.uppers) await announceFeatures(kernel, upper);
  return { changed: !sameFeatures(netDevice.features, before), outcome };
}

/** netdev_update_features(): the same, with the notification. */
export async function announceFeatures(kernel: KernelState, netDevice: NetDevice): Promise<FeatureChange> {
  const change = await updateFeatures(kernel, netDevice);
  if (change.changed) notify(kernel, 'NETDEV_FEAT_CHANGE', netDevice);
  return change;
}

async function fixedFeatures(kernel: KernelState, netDevice: NetDevice, wanted: FeatureSet): Promise<FeatureSet> {
  const { lower } = netDevice;
  let offered: FeatureSet = wanted;
  if (lower.kind === 'vlan') offered = vlanFeatures(wanted, lower.on);
  else if (lower.kind === 'port' && lower.device.netDevice.fixFeatures !== undefined) {
    offered = new Set(await lower.device.netDevice.fixFeatures(lower.port, [...wanted]));
  }
  return fixFeatures(offered, netDevice, kernel.parts.featureRules);
}

/** vlan_dev_fix_features(): what works over a tag on the device below, and what the core does by itself. */
function vlanFeatures(wanted: FeatureSet, below: NetDevice): FeatureSet {
  const software = new Set(['tx-generic-segmentation', 'rx-gro', 'tx-lockless']);
  const checksum = ['tx-checksum-ipv4', 'tx-checksum-ipv6'].some(
    (n) => below.features.has(n) && below.vlanFeatures.has(n),
  );
  const offered = (name: string): boolean =>
    software.has(name) ||
    (name === 'tx-checksum-ip-generic' && checksum) ||
    (below.features.has(name) && (below.vlanFeatures.has(name) || name === 'rx-checksum'));
  return new Set([...wanted].filter(offered));
}

/** NETDEV_CVLAN_FILTER_PUSH_INFO and its kin: a filter that was just switched on learns the VIDs that are in use. */
async function followVlanFilter(kernel: KernelState, netDevice: NetDevice, before: FeatureSet): Promise<void> {
  for (const [feature, tpid] of [
    ['rx-vlan-filter', 0x8100],
    ['rx-vlan-stag-filter', 0x88a8],
  ] as const) {
    const [was, is] = [before.has(feature), netDevice.features.has(feature)];
    if (!was && is && kernel.parts.refillsVlanFilter) await reprogramVids(netDevice, tpid, 'add');
    if (was && !is) await reprogramVids(netDevice, tpid, 'kill');
  }
}
