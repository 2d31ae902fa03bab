/** Links, addresses, neighbours and routes that a scenario about netlink needs to be there, made in one request each. */
import { encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_INET,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NUD_PERMANENT,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
} from '../../reference-impl/netlink/constants.js';
import { ROUTE_ATTRIBUTES, RTN_UNICAST } from '../../reference-impl/netlink/families/routing.js';
import { ADDRESS, IFADDRMSG, NDMSG, NEIGHBOUR, RTMSG } from '../../reference-impl/netlink/families/rtnetlink.js';
import { encodeAttributes, numberIn } from '../../reference-impl/netlink/schema.js';
import type { Request } from './netlinkTalk.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

export interface MadeLink {
  readonly name: string;
  readonly ifIndex: number;
}

/** Bridges without ports, down. */
export async function makeBridges(world: NicWorld, count: number, prefix = 'nlb'): Promise<readonly MadeLink[]> {
  const bridges = await world.bridges();
  const made: MadeLink[] = [];
  for (let number = 0; number < count; number++) {
    const name = `${prefix}${number}`;
    accepted(await bridges.addBridge(name), `making the bridge ${name}`);
    made.push({ name, ifIndex: await indexCalled(world, name) });
  }
  return made;
}

export async function indexCalled(world: NicWorld, name: string): Promise<number> {
  const link = accepted(await (await world.route()).link(name), `looking for ${name}`);
  return numberIn(link.header, 'ifi_index') ?? 0;
}

export async function removeLink(world: NicWorld, ifIndex: number): Promise<void> {
  accepted(await (await world.route()).removeLink(ifIndex), 'removing a link');
}

export type Octets = readonly [number, number, number, number];
const CREATE = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;

/** Through a client of the scenario's, so that a socket on which a dump runs is left alone. */
async function make(world: NicWorld, { type, flags = 0, body }: Request, what: string): Promise<void> {
  accepted(await (await world.route()).client.request(type, body, flags), what);
}

export const addressRequest = (ifIndex: number, address: Octets, prefixLength: number): Request => ({
  type: RTM_NEWADDR,
  flags: CREATE,
  body: encodeBody(
    IFADDRMSG,
    { ifa_family: AF_INET, ifa_prefixlen: prefixLength, ifa_index: ifIndex },
    encodeAttributes(ADDRESS, { IFA_LOCAL: Uint8Array.from(address), IFA_ADDRESS: Uint8Array.from(address) }),
  ),
});

export const addAddress = (world: NicWorld, ifIndex: number, address: Octets, prefixLength: number): Promise<void> =>
  make(world, addressRequest(ifIndex, address, prefixLength), `adding the address ${address.join('.')}`);

/** A neighbour that stays. */
export const addNeighbour = (world: NicWorld, ifIndex: number, address: Octets): Promise<void> =>
  make(
    world,
    {
      type: RTM_NEWNEIGH,
      flags: CREATE,
      body: encodeBody(
        NDMSG,
        { ndm_family: AF_INET, ndm_ifindex: ifIndex, ndm_state: NUD_PERMANENT },
        encodeAttributes(NEIGHBOUR, {
          NDA_DST: Uint8Array.from(address),
          NDA_LLADDR: Uint8Array.of(2, 0, 0, 0, 0, 9),
        }),
      ),
    },
    `adding the neighbour ${address.join('.')}`,
  );

export interface RouteWish {
  readonly to: Octets;
  readonly length: number;
  readonly gateway: Octets;
  readonly ifIndex: number;
  readonly protocol: number;
  readonly table: number;
}

export const routeRequest = ({ to, length, gateway, ifIndex, protocol, table }: RouteWish): Request => ({
  type: RTM_NEWROUTE,
  flags: CREATE,
  body: encodeBody(
    RTMSG,
    {
      rtm_family: AF_INET,
      rtm_dst_len: length,
      rtm_table: table < 256 ? table : 0,
      rtm_protocol: protocol,
      rtm_type: RTN_UNICAST,
    },
    encodeAttributes(ROUTE_ATTRIBUTES, {
      RTA_DST: Uint8Array.from(to),
      RTA_GATEWAY: Uint8Array.from(gateway),
      RTA_OIF: ifIndex,
    }),
  ),
});

export const addRoute = (world: NicWorld, wish: RouteWish): Promise<void> =>
  make(world, routeRequest(wish), `adding a route to ${wish.to.join('.')}`);
