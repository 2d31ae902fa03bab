/**
 * What a virtual function asks its physical function for, and what it is answered: the messages of the mailboxes of ixgbevf, igbvf and
 * iavf. A virtual function has no other way to change the filters of the embedded switch.
 */
import type { DriverResult, MacAddress, Vid } from '../../../harness/contract/index.js';
import { done, refuse } from '../driverResult.js';
import type { EswitchParts } from './eswitchParts.js';
import { NO_ADDRESS, type ReceiveMode, type VirtualFunction } from './virtualFunction.js';

export type MailboxRequest =
  /** Everything that was asked for before is gone; the answer is the address, where the physical function has set one. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'address'; readonly address: MacAddress }
  /** Beside its own; the whole list. */
  | { readonly kind: 'unicast'; readonly addresses: readonly MacAddress[] }
  | { readonly kind: 'multicast'; readonly groups: readonly MacAddress[] }
  | { readonly kind: 'vlan'; readonly vid: Vid; readonly add: boolean }
  | { readonly kind: 'mode'; readonly mode: ReceiveMode }
  | { readonly kind: 'longest'; readonly mtu: number };

/** The physical function as a mailbox sees it. */
export interface MailboxOwner {
  readonly parts: EswitchParts;
  readonly isUp: boolean;
  readonly mtu: number;
}

const EPERM = 1 as Parameters<typeof refuse>[0];
const EIO = 5 as Parameters<typeof refuse>[0];
const EINVAL = 22 as Parameters<typeof refuse>[0];
const ENOSPC = 28 as Parameters<typeof refuse>[0];

/** Addresses that a virtual function has room for beside its own. */
const MOST_UNICAST = 8;
const MOST_MULTICAST = 30;
const JUMBO = 1500;

const isUnicast = (address: MacAddress): boolean =>
  address !== NO_ADDRESS && (Number.parseInt(address.slice(0, 2), 16) & 1) === 0;

export function serve(owner: MailboxOwner, vf: VirtualFunction, request: MailboxRequest): DriverResult {
  const { parts } = owner;
  if (!owner.isUp && !parts.servesWhileDown) return refuse(EIO);
  if (request.kind === 'reset') {
    clearFilters(parts, vf);
    vf.filters.address = vf.settings.address;
    vf.clearToSend = true;
    return done;
  }
  if (!vf.clearToSend && !parts.servesBeforeReset) return refuse(EIO);
  const { filters } = vf;
  switch (request.kind) {
    case 'address':
      if (parts.refusesBadAddress && !isUnicast(request.address)) return refuse(EINVAL);
      if (request.address !== filters.address && !parts.mayChangeAddress(vf)) return refuse(EPERM);
      setOwnAddress(parts, vf, request.address);
      // What a trusted function chooses takes the place of what was set.
      if (vf.settings.address !== NO_ADDRESS && parts.choiceReplacesSet) vf.settings.address = request.address;
      return done;
    case 'unicast':
      if (request.addresses.length > 0 && !parts.mayAddUnicast(vf)) return refuse(EPERM);
      if (!request.addresses.every(isUnicast)) return refuse(EINVAL);
      if (request.addresses.length > MOST_UNICAST) {
        if (!parts.keepsFormerList) filters.unicast = [];
        return refuse(ENOSPC);
      }
      filters.unicast = request.addresses;
      return done;
    case 'multicast':
      // More than there is room for is cut, as the message has room for so many.
      filters.multicast = (parts.replacesGroups ? request.groups : [...filters.multicast, ...request.groups]).slice(
        0,
        MOST_MULTICAST,
      );
      return done;
    case 'vlan':
      if (!parts.mayChooseVlan(vf)) return refuse(EPERM);
      if (request.add) filters.vids.add(request.vid);
      else filters.vids.delete(request.vid);
      return done;
    case 'mode':
      filters.mode = parts.grantedMode(vf, request.mode);
      return done;
    case 'longest':
      return request.mtu > JUMBO && request.mtu > owner.mtu && parts.checksLongest ? refuse(EINVAL) : done;
  }
}

/** The address before is nobody's any more. */
export function setOwnAddress(
  { replacesAddress }: EswitchParts,
  { filters }: VirtualFunction,
  address: MacAddress,
): void {
  if (!replacesAddress && filters.address !== NO_ADDRESS) filters.unicast = [...filters.unicast, filters.address];
  filters.address = address;
}

/** What a reset of the function takes away of what it had asked for. */
export function clearFilters({ resetClears }: EswitchParts, { filters }: VirtualFunction): void {
  filters.address = NO_ADDRESS;
  if (resetClears('vlans')) filters.vids = new Set();
  if (resetClears('multicast')) filters.multicast = [];
  if (resetClears('unicast')) filters.unicast = [];
  if (resetClears('mode')) filters.mode = 'broadcast';
}
