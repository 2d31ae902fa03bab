/** IPv4 and IPv6, as clients of rtnetlink tell them apart. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../packet/addresses.js';
import { AF_INET, AF_INET6 } from './constants.js';
import { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE } from './families/routing.js';

/** What is different about the addresses of a protocol. */
export interface AddressFamily {
  readonly number: number;
  /** Of an address, in bytes. */
  readonly length: number;
  readonly parse: (text: string) => Uint8Array;
  readonly format: (bytes: Uint8Array) => string;
  readonly routeGroup: number;
}

export const IPV4: AddressFamily = {
  number: AF_INET,
  length: 4,
  parse: parseIpv4,
  format: formatIpv4,
  routeGroup: RTNLGRP_IPV4_ROUTE,
};
export const IPV6: AddressFamily = {
  number: AF_INET6,
  length: 16,
  parse: parseIpv6,
  format: formatIpv6,
  routeGroup: RTNLGRP_IPV6_ROUTE,
};
