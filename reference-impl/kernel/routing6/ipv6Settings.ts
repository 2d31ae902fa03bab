/** Settings of IPv6 that this kernel honours: addrconf_sysctl[] and ipv6_devconf_dflt of net/ipv6/addrconf.c. */
import type { SettingTable } from '../deviceSettings.js';
import type { Routing6Parts } from './routing6Parts.js';

export type Ipv6Setting =
  | 'forwarding'
  | 'disable_ipv6'
  | 'hop_limit'
  | 'accept_dad'
  | 'dad_transmits'
  | 'accept_ra'
  | 'keep_addr_on_down'
  | 'accept_source_route'
  | 'ndisc_notify'
  | 'drop_unsolicited_na';

/** IPv6 is off until somebody wants it, so that the kernel sends nothing by itself: a machine in a lab is set up so. */
export const ipv6Settings = ({ allMeansEach, boundsHopLimit }: Routing6Parts): SettingTable<Ipv6Setting> => ({
  forwarding: { initial: 0, allMeansEach },
  disable_ipv6: { initial: 1, allMeansEach },
  hop_limit: { initial: 64, ...(boundsHopLimit ? { least: 1, most: 255 } : {}) },
  accept_dad: { initial: 1, initialOfAll: 0 },
  dad_transmits: { initial: 1 },
  accept_ra: { initial: 1 },
  keep_addr_on_down: { initial: 0 },
  accept_source_route: { initial: 0 },
  ndisc_notify: { initial: 0 },
  drop_unsolicited_na: { initial: 0 },
});
