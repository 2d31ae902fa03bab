/** The IPv4 addresses of a net device in their order: __inet_insert_ifa() and __inet_del_ifa() of net/ipv4/devinet.c. */
import { AF_INET } from '../../netlink/constants.js';
import { equalBytes } from '../../packet/bytes.js';
import { EINVAL } from '../errno.js';
import type { ProtocolAddress } from '../netDevice.js';
import { refusal } from '../refusals.js';
import type { Refusal } from '../../netlink/validate.js';
import { IFA_F_PERMANENT, IFA_F_SECONDARY } from '../../netlink/families/rtnetlink.js';
import { prefixOf } from '../routing/route.js';

export const isSecondary = ({ flags }: ProtocolAddress): boolean => (flags & IFA_F_SECONDARY) !== 0;

/** inet_ifa_match() with the same mask: the addresses are of one subnet. */
const isOneSubnet = (one: ProtocolAddress, other: ProtocolAddress): boolean =>
  one.family === AF_INET &&
  other.family === AF_INET &&
  one.prefixLength === other.prefixLength &&
  equalBytes(prefixOf(one.address, one.prefixLength), prefixOf(other.address, other.prefixLength));

/**
 * Puts an address that the list does not have into it: the first of its subnet behind the primaries of its scope, a further one at the
 * end, as a secondary. Answers what it became.
 */
export function insertIpv4(list: ProtocolAddress[], asked: ProtocolAddress): ProtocolAddress | Refusal {
  let place = list.length;
  let afterPrimaries = list.findIndex(({ family }) => family === AF_INET);
  let secondary = 0;
  for (const [index, known] of list.entries()) {
    if (known.family !== AF_INET) continue;
    if (!isSecondary(known) && asked.scope <= known.scope) afterPrimaries = index + 1;
    if (isOneSubnet(known, asked)) {
      if (known.scope !== asked.scope) return refusal(EINVAL, 'ipv4: Invalid scope value');
      secondary = IFA_F_SECONDARY;
    }
  }
  if (secondary === 0 && afterPrimaries >= 0) place = afterPrimaries;
  const address = { ...asked, flags: (asked.flags & ~IFA_F_SECONDARY) | secondary | IFA_F_PERMANENT };
  list.splice(place, 0, address);
  return address;
}

/** Takes an address out; with a primary go the secondaries of its subnet, before it (promote_secondaries is off). */
export function removeIpv4(list: ProtocolAddress[], address: ProtocolAddress): readonly ProtocolAddress[] {
  const goes = isSecondary(address)
    ? []
    : list.filter((known) => known !== address && isSecondary(known) && isOneSubnet(known, address));
  const removed = [...goes, address];
  for (const each of removed) list.splice(list.indexOf(each), 1);
  return removed;
}
