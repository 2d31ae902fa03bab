/** Addresses of IPv6 at the net devices, from the day they are made to the day they go (net/ipv6/addrconf.c). */
import type { Nanoseconds } from '../../../harness/contract/index.js';
import { AF_INET6 } from '../../netlink/constants.js';
import {
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_PERMANENT,
  IFA_F_TENTATIVE,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
} from '../../netlink/families/routing.js';
import { equalBytes } from '../../packet/bytes.js';
import { EACCES, EEXIST, EINVAL, OK, refused } from '../errno.js';
import type { Outcome } from '../kernelState.js';
import { isUp, type NetDevice, type ProtocolAddress } from '../netDevice.js';
import { prefixOf } from '../routing/route.js';
import { anycastOf, commonBits, isLinkLocal, isMulticast, linkLocalOf } from './ipv6Addresses.js';
import type { DeviceSettings } from '../deviceSettings.js';
import type { Ipv6Setting } from './ipv6Settings.js';
import type { Routing6Parts } from './routing6Parts.js';

/** IFA_CACHEINFO: seconds that an address lives; what is infinite stands for ever. */
export interface Lifetime {
  readonly valid: number;
  readonly preferred: number;
}

export const INFINITE = 0xffff_ffff;
export const FOR_EVER: Lifetime = { valid: INFINITE, preferred: INFINITE };

export interface AddressRequest {
  readonly address: Uint8Array;
  readonly prefixLength: number;
  /** IFA_F_*, of those that a user gives. */
  readonly flags: number;
  readonly lifetime: Lifetime;
}

/** What becomes of addresses is for others to act on. */
export interface AddressEvents {
  readonly parts: Routing6Parts;
  readonly settings: DeviceSettings<Ipv6Setting>;
  now(): Nanoseconds;
  at(time: Nanoseconds, run: () => void): void;
  netDevices(): Iterable<NetDevice>;
  /** RTM_NEWADDR or RTM_DELADDR. */
  told(netDevice: NetDevice, address: ProtocolAddress, what: 'new' | 'del'): void;
  /** It is there, used or not yet: its group is joined, and its network gets a route. */
  added(netDevice: NetDevice, address: ProtocolAddress): void;
  /** It may be used from now on. */
  ready(netDevice: NetDevice, address: ProtocolAddress): void;
  removed(netDevice: NetDevice, address: ProtocolAddress, keepsNetwork: boolean): void;
  /** It is kept, but not in use while the net device is down. */
  rested(netDevice: NetDevice, address: ProtocolAddress): void;
  /** Asks whether somebody else has it. */
  examine(netDevice: NetDevice, address: Uint8Array): void;
  /** Nobody else has it, or nobody was asked although somebody might. */
  examined(netDevice: NetDevice, address: Uint8Array): void;
}

const SECOND = 1_000_000_000n;
/** rtr_solicit_delay: the first question comes within a second; this is somewhere in it. */
const EXAMINATION_DELAY = 500_000_000n;
const USER_FLAGS = IFA_F_NODAD | IFA_F_NOPREFIXROUTE;

export class AddressBook {
  readonly #events: AddressEvents;

  constructor(events: AddressEvents) {
    this.#events = events;
  }

  at({ addresses }: NetDevice): ProtocolAddress[] {
    return addresses.filter(({ family }) => family === AF_INET6);
  }

  /** ipv6_get_ifaddr(): also one that is still examined. */
  find(netDevice: NetDevice, address: Uint8Array): ProtocolAddress | undefined {
    return this.at(netDevice).find(({ local }) => equalBytes(local, address));
  }

  /** ipv6_chk_addr(): whether it is one of the host's own, in use; one of a link only at its link. */
  owns(address: Uint8Array, netDevice?: NetDevice): boolean {
    for (const each of this.#events.netDevices()) {
      if (netDevice !== undefined && each !== netDevice && isLinkLocal(address)) continue;
      const found = this.find(each, address);
      if (found !== undefined && this.isUsable(found)) return true;
    }
    return false;
  }

  isUsable({ flags }: ProtocolAddress): boolean {
    return (flags & IFA_F_TENTATIVE) === 0 || !this.#events.parts.waitsForExamination;
  }

  /** ipv6_get_lladdr(). */
  linkLocal(netDevice: NetDevice): Uint8Array | undefined {
    return this.at(netDevice).find((each) => isLinkLocal(each.local) && this.isUsable(each))?.local;
  }

  /** ipv6_dev_get_saddr(), by the rules that matter here: scope, the device itself, and what is most like the destination. */
  sourceFor(netDevice: NetDevice, destination: Uint8Array): Uint8Array | undefined {
    const staysOnLink = isLinkLocal(destination) || isMulticast(destination);
    let best: { readonly address: Uint8Array; readonly score: number } | undefined;
    for (const each of this.#events.netDevices()) {
      if (each !== netDevice && (staysOnLink || each.vrf !== netDevice.vrf)) continue;
      for (const address of this.at(each)) {
        if (!this.isUsable(address) || (each !== netDevice && isLinkLocal(address.local))) continue;
        const fitsScope = isLinkLocal(address.local) === isLinkLocal(destination) ? 4 : 0;
        const isPreferred = (address.flags & IFA_F_DEPRECATED) === 0 ? 2 : 0;
        const rank = fitsScope + isPreferred + (each === netDevice ? 1 : 0);
        const score = 256 * rank + Math.min(commonBits(address.local, destination), address.prefixLength);
        if (best === undefined || score > best.score) best = { address: address.local, score };
      }
    }
    return best?.address;
  }

  /** inet6_addr_add() and inet6_addr_modify(). */
  add(netDevice: NetDevice, request: AddressRequest, replaces: boolean): Outcome {
    const { address, prefixLength, lifetime } = request;
    const { valid, preferred } = lifetime;
    const known = this.find(netDevice, address);
    if (known !== undefined && !replaces && this.#events.parts.refusesSecondAddress)
      return refused(EEXIST, 'ipv6: address already assigned');
    if (prefixLength > 128) return refused(EINVAL, 'ipv6: Invalid prefix length');
    const isTooLong = preferred > valid && this.#events.parts.refusesLongPreference;
    if (valid === 0 || isTooLong) return refused(EINVAL, 'ipv6: address lifetime invalid');
    if (this.#events.settings.get(netDevice, 'disable_ipv6') !== 0)
      return refused(EACCES, 'ipv6: IPv6 is disabled on this device');
    if (isMulticast(address)) return refused(EINVAL, 'ipv6: Invalid address');
    if (known !== undefined) this.#drop(netDevice, known);
    this.#put(netDevice, request);
    return OK;
  }

  #put(netDevice: NetDevice, { address, prefixLength, flags, lifetime }: AddressRequest): void {
    const isPermanent = lifetime.valid === INFINITE ? IFA_F_PERMANENT : 0;
    const isTentative = (flags & IFA_F_NODAD) === 0 ? IFA_F_TENTATIVE : 0;
    const made: ProtocolAddress = {
      family: AF_INET6,
      prefixLength,
      address,
      local: address,
      label: netDevice.name,
      scope: isLinkLocal(address) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
      flags: (flags & USER_FLAGS) | isPermanent | isTentative,
      lifetime,
      since: this.#events.now(),
    };
    netDevice.addresses.push(made);
    this.#events.added(netDevice, made);
    if (isTentative !== 0) this.#events.told(netDevice, made, 'new');
    this.#examine(netDevice, made);
    this.#watchLifetime(netDevice, made, lifetime);
  }

  /** addrconf_dad_begin(). */
  #examine(netDevice: NetDevice, made: ProtocolAddress): void {
    const { parts, settings } = this.#events;
    const isWanted =
      parts.examines && (settings.get('all', 'accept_dad') >= 1 || settings.get(netDevice, 'accept_dad') >= 1);
    if (!isWanted || (made.flags & IFA_F_TENTATIVE) === 0) {
      this.#complete(netDevice, made);
      return;
    }
    // Without a link it waits for one.
    if (!isUp(netDevice) || !netDevice.carrier) return;
    const transmits = settings.get(netDevice, 'dad_transmits');
    this.#events.at(this.#events.now() + EXAMINATION_DELAY, () => this.#ask(netDevice, made, transmits));
  }

  /** addrconf_dad_work(): asks, and a second later takes silence for consent. */
  #ask(netDevice: NetDevice, made: ProtocolAddress, left: number): void {
    if (!netDevice.addresses.includes(made) || (made.flags & IFA_F_DADFAILED) !== 0) return;
    if (left === 0) {
      this.#complete(netDevice, made);
      return;
    }
    this.#events.examine(netDevice, made.local);
    this.#events.at(this.#events.now() + SECOND, () => this.#ask(netDevice, made, left - 1));
  }

  /** addrconf_dad_completed(). */
  #complete(netDevice: NetDevice, made: ProtocolAddress): void {
    const wasTentative = (made.flags & IFA_F_TENTATIVE) !== 0;
    made.flags &= ~(IFA_F_TENTATIVE | IFA_F_DADFAILED);
    this.#events.ready(netDevice, made);
    this.#events.told(netDevice, made, 'new');
    if (wasTentative) this.#events.examined(netDevice, made.local);
  }

  /** addrconf_dad_failure(): somebody else has it. */
  failed(netDevice: NetDevice, address: Uint8Array): void {
    const made = this.find(netDevice, address);
    const isExamined = made !== undefined && (made.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) === IFA_F_TENTATIVE;
    if (!isExamined || !this.#events.parts.noticesDuplicate) return;
    if ((made.flags & IFA_F_PERMANENT) === 0) {
      this.#drop(netDevice, made);
      return;
    }
    made.flags |= IFA_F_DADFAILED;
    this.#events.told(netDevice, made, 'new');
  }

  /** addrconf_verify_rtnl(). */
  #watchLifetime(netDevice: NetDevice, made: ProtocolAddress, { valid, preferred }: Lifetime): void {
    const isThere = (): boolean => netDevice.addresses.includes(made);
    const start = this.#events.now();
    if (preferred === 0) made.flags |= IFA_F_DEPRECATED;
    else if (preferred !== INFINITE)
      this.#events.at(start + BigInt(preferred) * SECOND, () => {
        if (!isThere()) return;
        made.flags |= IFA_F_DEPRECATED;
        this.#events.told(netDevice, made, 'new');
      });
    if (valid === INFINITE || !this.#events.parts.expires) return;
    this.#events.at(start + BigInt(valid) * SECOND, () => {
      if (isThere()) this.#drop(netDevice, made);
    });
  }

  /** inet6_addr_del(): the length of the prefix is compared too. */
  remove(netDevice: NetDevice, address: Uint8Array, prefixLength: number): boolean {
    const known = this.find(netDevice, address);
    if (known?.prefixLength !== prefixLength) return false;
    this.#drop(netDevice, known);
    return true;
  }

  /** ipv6_del_addr(): the route of the network stays as long as another address is in it. */
  #drop(netDevice: NetDevice, known: ProtocolAddress): void {
    netDevice.addresses.splice(netDevice.addresses.indexOf(known), 1);
    const keepsNetwork = this.at(netDevice).some(
      ({ local, prefixLength }) =>
        prefixLength === known.prefixLength &&
        equalBytes(prefixOf(local, prefixLength), prefixOf(known.local, prefixLength)),
    );
    this.#events.told(netDevice, known, 'del');
    this.#events.removed(netDevice, known, keepsNetwork);
  }

  /** addrconf_ifdown(): all go, unless they are kept by a setting. */
  removeAll(netDevice: NetDevice): void {
    for (const address of this.at(netDevice)) this.#drop(netDevice, address);
  }

  /** They stay, and are examined again when the net device comes up; their local routes go meanwhile. */
  keepAll(netDevice: NetDevice): void {
    for (const address of this.at(netDevice)) {
      if (isLinkLocal(address.local)) this.#drop(netDevice, address);
      else if ((address.flags & IFA_F_NODAD) === 0) address.flags |= IFA_F_TENTATIVE;
      if (!isLinkLocal(address.local)) this.#events.rested(netDevice, address);
    }
  }

  /** addrconf_dev_config(): the address of the link, once there is a link; and what waited for one is examined. */
  linkReady(netDevice: NetDevice): void {
    const own = linkLocalOf(netDevice.address);
    for (const address of this.at(netDevice))
      if ((address.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) === IFA_F_TENTATIVE) this.#examine(netDevice, address);
    if (!this.#events.parts.makesLinkLocal || this.find(netDevice, own) !== undefined) return;
    this.#put(netDevice, { address: own, prefixLength: 64, flags: 0, lifetime: FOR_EVER });
  }

  /** Whether it is such an address at any net device (ipv6_anycast_destination()). */
  isAnycastAnywhere(address: Uint8Array): boolean {
    for (const netDevice of this.#events.netDevices()) if (this.isAnycast(netDevice, address)) return true;
    return false;
  }

  /** Whether it is the anycast address of the routers of a network that the net device is in (ipv6_chk_acast_addr()). */
  isAnycast(netDevice: NetDevice, address: Uint8Array): boolean {
    return (
      this.#events.settings.get(netDevice, 'forwarding') !== 0 &&
      this.at(netDevice).some(
        ({ local, prefixLength }) => prefixLength < 127 && equalBytes(anycastOf(local, prefixLength), address),
      )
    );
  }
}
