/** What a bridge that answers for neighbours needs of the kernel around it. */
import type { RxFrame } from '../../frames.js';
import { AF_INET } from '../../../netlink/constants.js';
import { equalBytes } from '../../../packet/bytes.js';
import type { NetDevice } from '../../netDevice.js';
import type { Neighbour } from '../../routing/neighbours.js';
import type { Router } from '../../routing/router.js';
import type { Router6 } from '../../routing6/router6.js';
import type { ProxyParts } from './proxyParts.js';

/** Of one family: arp_tbl or nd_tbl, and the addresses of the host. */
export interface KnownAddresses {
  /** neigh_lookup(). */
  neighbour(netDevice: NetDevice, address: Uint8Array): Neighbour | undefined;
  /** inet_confirm_addr() and ipv6_chk_addr(). */
  owns(netDevice: NetDevice, address: Uint8Array): boolean;
}

export interface ProxyEvents {
  readonly parts: ProxyParts;
  readonly ipv4: KnownAddresses;
  readonly ipv6: KnownAddresses;
  /** netif_rx(): as soon as what is being sent is sent. */
  receiveLater(netDevice: NetDevice, frame: RxFrame): void;
}

/** Neighbours and addresses as the routers of the kernel have them. */
export const knownAddresses = (
  ipv4: Pick<Router, 'neighbours'>,
  ipv6: Pick<Router6, 'neighbours' | 'addresses'>,
): Pick<ProxyEvents, 'ipv4' | 'ipv6'> => ({
  ipv4: {
    neighbour: (netDevice, address) => ipv4.neighbours.find(netDevice, address),
    owns: ({ addresses }, address) =>
      addresses.some(({ family, local }) => family === AF_INET && equalBytes(local, address)),
  },
  ipv6: {
    neighbour: (netDevice, address) => ipv6.neighbours.find(netDevice, address),
    owns: (netDevice, address) => ipv6.addresses.owns(address, netDevice),
  },
});
