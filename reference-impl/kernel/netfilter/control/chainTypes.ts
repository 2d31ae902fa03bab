/** At which hooks which types of chains may be: nft_chain_filter.c, nft_chain_route.c. There is no conntrack, and so no type `nat`. */
import { NFT_CHAIN_BASE } from '../../../netlink/families/nftables.js';
import {
  NFPROTO_ARP,
  NFPROTO_BRIDGE,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NF_ARP_IN,
  NF_ARP_OUT,
  NF_INET_FORWARD,
  NF_INET_INGRESS,
  NF_INET_LOCAL_IN,
  NF_INET_LOCAL_OUT,
  NF_INET_POST_ROUTING,
  NF_INET_PRE_ROUTING,
  NF_NETDEV_EGRESS,
  NF_NETDEV_INGRESS,
  type Chain,
} from '../ruleset.js';

export type ChainType = 'filter' | 'route';

const INET_HOOKS = [
  NF_INET_PRE_ROUTING,
  NF_INET_LOCAL_IN,
  NF_INET_FORWARD,
  NF_INET_LOCAL_OUT,
  NF_INET_POST_ROUTING,
] as const;

const HOOKS: Readonly<Record<ChainType, Readonly<Record<number, readonly number[]>>>> = {
  filter: {
    [NFPROTO_IPV4]: INET_HOOKS,
    [NFPROTO_IPV6]: INET_HOOKS,
    [NFPROTO_INET]: [...INET_HOOKS, NF_INET_INGRESS],
    [NFPROTO_BRIDGE]: INET_HOOKS,
    [NFPROTO_ARP]: [NF_ARP_IN, NF_ARP_OUT],
    [NFPROTO_NETDEV]: [NF_NETDEV_INGRESS, NF_NETDEV_EGRESS],
  },
  route: {
    [NFPROTO_IPV4]: [NF_INET_LOCAL_OUT],
    [NFPROTO_IPV6]: [NF_INET_LOCAL_OUT],
    [NFPROTO_INET]: [NF_INET_LOCAL_OUT],
  },
};

/** Undefined: the family has no such type. */
export function hooksOf(type: string, family: number): readonly number[] | undefined {
  return type === 'filter' || type === 'route' ? HOOKS[type][family] : undefined;
}

/** nft_supported_family(). */
export const isSupportedFamily = (family: number): boolean => HOOKS.filter[family] !== undefined;

/** nft_base_chain_netdev(). */
export const isDeviceHook = (family: number, hook: number): boolean =>
  family === NFPROTO_NETDEV || (family === NFPROTO_INET && hook === NF_INET_INGRESS);

/** chain->flags as they are told. */
export const chainFlags = ({ flags, base }: Chain): number => flags | (base === undefined ? 0 : NFT_CHAIN_BASE);
