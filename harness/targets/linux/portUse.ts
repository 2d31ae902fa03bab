/** What the machine uses a port for: its addresses, the routes through it, the bridge or bond that it belongs to. */
import { decodeBody, encodeBody, type NetlinkResult } from '../../../reference-impl/netlink/client.js';
import {
  NLM_F_CREATE,
  RTM_GETADDR,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWROUTE,
} from '../../../reference-impl/netlink/constants.js';
import { ADDRESS, IFADDRMSG, ROUTE, RTMSG } from '../../../reference-impl/netlink/families/rtnetlink.js';
import type { LinkInfo, RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn } from '../../../reference-impl/netlink/schema.js';
import type { Message } from '../../../reference-impl/netlink/wire.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import { required } from '../driver/portState.js';

/** Bodies of the requests that make it again, as hexadecimal text: it is written to a file. */
export interface PortUse {
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  /** The index of the bridge, bond or team; 0 for none. */
  readonly master: number;
  readonly hasDefaultRoute: boolean;
}

const NOTHING = new Uint8Array(0);
const RTPROT_KERNEL = 2;
const RTN_UNICAST = 1;
/** Offset of rtm_flags, and the one flag that a user sets; the others tell a state. */
const RTM_FLAGS_AT = 8;
const RTNH_F_ONLINK = 4;

export async function useOf(route: RouteClient, ifIndex: number, { values }: LinkInfo): Promise<PortUse> {
  const { client } = route;
  const addresses = required('the addresses', await client.dump(RTM_GETADDR, encodeBody(IFADDRMSG, {}, NOTHING)));
  const routes = required('the routes', await client.dump(RTM_GETROUTE, encodeBody(RTMSG, {}, NOTHING)));
  const through = routes.filter((message) => isThrough(message, ifIndex));
  return {
    addresses: addresses.filter((message) => isSetOn(message, ifIndex)).map(({ body }) => hex(body)),
    routes: through.map(({ body }) => hex(withoutState(body))),
    master: numberIn(values, 'IFLA_MASTER') ?? 0,
    hasDefaultRoute: through.some(isDefault),
  };
}

/** A link-local address is the kernel's own, which comes and goes with the link. */
function isSetOn(message: Message, ifIndex: number): boolean {
  const { header, values } = decodeBody(IFADDRMSG, ADDRESS, message);
  const [first, second] = bytesIn(values, 'IFA_ADDRESS') ?? NOTHING;
  const isLinkLocal = header['ifa_prefixlen'] === 64 && first === 0xfe && second === 0x80;
  return numberIn(header, 'ifa_index') === ifIndex && !isLinkLocal;
}

/** Routes that the kernel makes of addresses come back with them. */
function isThrough(message: Message, ifIndex: number): boolean {
  const { header, values } = decodeBody(RTMSG, ROUTE, message);
  if (numberIn(header, 'rtm_protocol') === RTPROT_KERNEL || numberIn(header, 'rtm_type') !== RTN_UNICAST) return false;
  return numberIn(values, 'RTA_OIF') === ifIndex || nextHops(bytesIn(values, 'RTA_MULTIPATH')).includes(ifIndex);
}

/** struct rtnexthop: length, flags, hops, index. */
const NEXT_HOP = 8;

function nextHops(bytes: Uint8Array = NOTHING): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const indexes: number[] = [];
  for (let at = 0; at + NEXT_HOP <= bytes.length;) {
    indexes.push(view.getInt32(at + 4, true));
    at += Math.max(NEXT_HOP, view.getUint16(at, true));
  }
  return indexes;
}

const isDefault = (message: Message): boolean =>
  numberIn(decodeBody(RTMSG, ROUTE, message).header, 'rtm_dst_len') === 0;

function withoutState(body: Uint8Array): Uint8Array {
  const copy = body.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(RTM_FLAGS_AT, view.getUint32(RTM_FLAGS_AT, true) & RTNH_F_ONLINK, true);
  return copy;
}

/** What stands in the way of taking the port, in words; null if nothing does. */
export function obstacleOf(netDevice: string, { addresses, routes, master, hasDefaultRoute }: PortUse): string | null {
  if (hasDefaultRoute) return `${netDevice} carries the default route`;
  if (addresses.length > 0) return `${netDevice} has ${addresses.length === 1 ? 'an address' : 'addresses'}`;
  if (routes.length > 0) return `${netDevice} carries ${routes.length === 1 ? 'a route' : 'routes'}`;
  return master === 0 ? null : `${netDevice} is a port of a bridge or bond`;
}

/** Makes it again, and answers what could not be made. The port must be up: routes need a link. */
export async function makeUseAgain(route: RouteClient, ifIndex: number, use: PortUse): Promise<readonly string[]> {
  const failures: string[] = [];
  const attempt = async (what: string, result: Promise<NetlinkResult<unknown>>): Promise<void> => {
    const done = await result;
    // A daemon that looks after the port may have been faster.
    if (!done.ok && done.error.errnoName !== 'EEXIST') failures.push(`${what}: ${done.error.errnoName}`);
  };
  if (use.master !== 0) await attempt('its bridge or bond', route.setLink(ifIndex, { IFLA_MASTER: use.master }));
  for (const body of use.addresses) {
    await attempt('an address', route.client.request(RTM_NEWADDR, fromHex(body), NLM_F_CREATE));
  }
  for (const body of inOrder(use.routes)) {
    await attempt('a route', route.client.request(RTM_NEWROUTE, fromHex(body), NLM_F_CREATE));
  }
  return failures;
}

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

const RTM_SCOPE_AT = 6;

/** Routes to what is on the link first: a gateway must be reachable when a route names it. */
const inOrder = (bodies: readonly string[]): readonly string[] =>
  [...bodies].sort((a, b) => (fromHex(b)[RTM_SCOPE_AT] ?? 0) - (fromHex(a)[RTM_SCOPE_AT] ?? 0));
