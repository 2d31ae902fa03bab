/** What an address of IPv6 is: __ipv6_addr_type(), and the addresses that are made of others (RFC 4291, RFC 2464). */
import type { MacAddress } from '../../../harness/contract/index.js';
import { equalBytes } from '../../packet/bytes.js';
import { formatMac, parseIpv6, parseMac } from '../../packet/addresses.js';
import { prefixOf } from '../routing/route.js';

export const UNSPECIFIED = new Uint8Array(16);
export const ALL_NODES = parseIpv6('ff02::1');
export const ALL_ROUTERS = parseIpv6('ff02::2');
const LOOPBACK = parseIpv6('::1');
const SOLICITED = parseIpv6('ff02::1:ff00:0');

export const isUnspecified = (address: Uint8Array): boolean => address.every((byte) => byte === 0);
export const isLoopback = (address: Uint8Array): boolean => equalBytes(address, LOOPBACK);
export const isMulticast = (address: Uint8Array): boolean => address[0] === 0xff;
export const isLinkLocal = (address: Uint8Array): boolean => address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
export const isUnicast = (address: Uint8Array): boolean =>
  !isMulticast(address) && !isUnspecified(address) && !isLoopback(address);
/** IPV6_ADDR_MC_SCOPE(). */
export const multicastScope = (address: Uint8Array): number => (address[1] ?? 0) & 0xf;

/** addrconf_addr_solict_mult(). */
export function solicitedNode(address: Uint8Array): Uint8Array {
  const group = SOLICITED.slice();
  group.set(address.subarray(13, 16), 13);
  return group;
}

export const isSolicitedNode = (address: Uint8Array): boolean =>
  equalBytes(address.subarray(0, 13), SOLICITED.subarray(0, 13));

/** ipv6_eth_mc_map(). */
export const groupMac = (group: Uint8Array): MacAddress =>
  formatMac(Uint8Array.of(0x33, 0x33, ...group.subarray(12, 16))) as MacAddress;

/** addrconf_ifid_eui48(): the address of the link that a net device has by its address of Ethernet. */
export function linkLocalOf(mac: MacAddress): Uint8Array {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = parseMac(mac);
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f);
}

/** How many bits two addresses have in common: ipv6_addr_diff(). */
export function commonBits(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < 16; index++) {
    const different = (a[index] ?? 0) ^ (b[index] ?? 0);
    if (different !== 0) return 8 * index + Math.clz32(different) - 24;
  }
  return 128;
}

/** The anycast address of the routers of a network: addrconf_join_anycast(). */
export const anycastOf = (address: Uint8Array, prefixLength: number): Uint8Array => prefixOf(address, prefixLength);
