/** The stations of members where each has one of its own, and what switches are told of them: alb_*() of drivers/net/bonding/bond_alb.c. */
import type { MacAddress, VlanTag } from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { concat } from '../../packet/bytes.js';
import { ETH_ZLEN } from '../../packet/protocols.js';
import { setMacAddress } from '../deviceControl.js';
import { changePromiscuity } from '../receiveFilter.js';
import { balancesReceive, canSend, type Bond, type BondMember } from './bond.js';
import type { Bonding } from './bonding.js';
import { updateClientsOf } from './clientTable.js';
import { forgetMember } from './tlb.js';

const ETH_P_LOOPBACK = [0x90, 0x00];

/** alb_send_learning_packets(): a frame from a station to itself, in the VLANs on top of the aggregate too. */
export function teach(bonding: Bonding, { bond, netDevice }: BondMember, station: MacAddress): void {
  if (!bonding.parts.tlb.teaches) return;
  send(station);
  for (const upper of bond.netDevice.uppers)
    if (upper.lower.kind === 'vlan')
      send(upper.address === bond.netDevice.address ? station : upper.address, {
        tpid: upper.lower.tpid,
        tci: upper.lower.vid,
      });

  function send(from: MacAddress, vlan?: VlanTag): void {
    const address = parseMac(from);
    const head = concat(address, address, Uint8Array.of(...ETH_P_LOOPBACK));
    const bytes = new Uint8Array(ETH_ZLEN);
    bytes.set(head);
    bonding.send(netDevice, { bytes, checksum: { kind: 'none' }, ...(vlan === undefined ? {} : { vlan }) });
  }
}

const hasStation = ({ members }: Bond, address: MacAddress): BondMember | undefined =>
  [...members.values()].find(({ netDevice }) => netDevice.address === address);

/**
 * alb_handle_addr_collision_on_attach(): the station of its own, or, where that is the aggregate's, one that another member has in
 * reserve. Undefined: there is none, and the aggregate's is in use.
 */
export function stationOfNew(bond: Bond, own: MacAddress): MacAddress | undefined {
  const others = [...bond.members.values()];
  const { address } = bond.netDevice;
  const isFree = (each: MacAddress): boolean => hasStation(bond, each) === undefined;
  if (others.length === 0 || (own !== address && isFree(own))) return own;
  const spare = others.find(({ ownAddress }) => isFree(ownAddress))?.ownAddress;
  if (spare !== undefined) return spare;
  return bond.active !== undefined || !isFree(address) ? undefined : address;
}

/** alb_set_slave_mac_addr(): where one member receives, the net device alone is told; the hardware has the station of the aggregate. */
function giveStation(bonding: Bonding, { bond, netDevice }: BondMember, station: MacAddress): void {
  const { kernel, parts } = bonding;
  netDevice.address = station;
  if (balancesReceive(bond) && parts.alb.programs)
    bonding.defer(async () => {
      await setMacAddress(kernel, netDevice, netDevice.address);
    });
}

/** alb_swap_mac_addr(). */
function swapStations(bonding: Bonding, one: BondMember, other: BondMember): void {
  const [first, second] = [one.netDevice.address, other.netDevice.address];
  giveStation(bonding, one, second);
  if (bonding.parts.tlb.swaps || one === other) giveStation(bonding, other, first);
}

/** alb_fasten_mac_swap(): switches and neighbours hear of it. */
function tellOfSwap(bonding: Bonding, bond: Bond, pair: readonly BondMember[]): void {
  const able = pair.filter(canSend);
  for (const member of able) {
    teach(bonding, member, member.netDevice.address);
    if (balancesReceive(bond) && bonding.parts.alb.tellsOfStations) updateClientsOf(bond, member);
  }
  const unable = pair.find((member) => !canSend(member));
  if (balancesReceive(bond) && unable !== undefined && able.length > 0)
    standIn(bonding, bond, unable.netDevice.address);
}

/** rlb_teach_disabled_mac_on_primary(): the active member receives for one that cannot, until its neighbours know better. */
export function standIn(bonding: Bonding, { active, clients }: Bond, station: MacAddress): void {
  if (active === undefined || !bonding.parts.alb.standsIn) return;
  if (!clients.listens) bonding.defer(() => changePromiscuity(bonding.kernel, active.netDevice, 1));
  clients.listens = true;
  clients.listenTicks = 0;
  teach(bonding, active, station);
}

/** The member that was the active one, or still is, takes no more than its own. */
export function endStandIn(bonding: Bonding, { clients }: Bond, { netDevice }: BondMember): void {
  if (!clients.listens) return;
  clients.listens = false;
  clients.listenTicks = 0;
  bonding.defer(() => changePromiscuity(bonding.kernel, netDevice, -1));
}

/** bond_alb_handle_active_change(): the active member has the station of the aggregate, and the network hears of it. */
export function moveStation(bonding: Bonding, bond: Bond, next: BondMember, before: BondMember | undefined): void {
  const { address } = bond.netDevice;
  const holder = before ?? hasStation(bond, address);
  if (holder !== undefined) forgetMember(bond.flows, holder, true);
  forgetMember(bond.flows, next, true);
  // The hardware of the new one may have lost the station of the aggregate meanwhile.
  if (!balancesReceive(bond))
    bonding.defer(async () => {
      await setMacAddress(bonding.kernel, next.netDevice, next.netDevice.address);
    });
  if (holder === undefined) {
    giveStation(bonding, next, address);
    if (canSend(next)) teach(bonding, next, address);
    return;
  }
  swapStations(bonding, holder, next);
  tellOfSwap(bonding, bond, [holder, next]);
}

/** bond_alb_set_mac_address(), when the aggregate has its new one: the active member has it, and no other. */
export function followStation(bonding: Bonding, bond: Bond): void {
  const { active, netDevice } = bond;
  if (active === undefined) return;
  const holder = hasStation(bond, netDevice.address);
  if (holder !== undefined) {
    swapStations(bonding, holder, active);
    tellOfSwap(bonding, bond, [holder, active]);
    return;
  }
  giveStation(bonding, active, netDevice.address);
  teach(bonding, active, netDevice.address);
  if (bonding.parts.alb.tellsOfStations) updateClientsOf(bond, active);
}

/** alb_change_hw_addr_on_detach(): of a member that was just taken out, nobody keeps the station of its own. */
export function takeStationBack(bonding: Bonding, member: BondMember): void {
  const { bond, netDevice, ownAddress } = member;
  if (ownAddress === netDevice.address || ownAddress === bond.netDevice.address) return;
  const holder = hasStation(bond, ownAddress);
  if (holder === undefined) return;
  swapStations(bonding, member, holder);
  tellOfSwap(bonding, bond, [member, holder]);
}
