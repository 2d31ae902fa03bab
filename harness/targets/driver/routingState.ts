/** What a scenario about routes leaves on a machine: routes of its own, neighbours, and ports that forward. */
import { decodeBody, encodeBody } from '../../../reference-impl/netlink/client.js';
import {
  AF_INET,
  AF_INET6,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_GETNEIGH,
  RTM_GETROUTE,
} from '../../../reference-impl/netlink/constants.js';
import {
  INET_SPEC,
  IPV4_DEVCONF_FORWARDING,
  LINK_AF_SPEC,
  RTPROT_KERNEL,
  RTPROT_RA,
} from '../../../reference-impl/netlink/families/routing.js';
import { NDMSG, NEIGHBOUR, RTMSG } from '../../../reference-impl/netlink/families/rtnetlink.js';
import { RoutingClient } from '../../../reference-impl/netlink/routingClient.js';
import {
  bytesIn,
  decodeAttributes,
  decodeStruct,
  encodeAttributes,
  numberIn,
} from '../../../reference-impl/netlink/schema.js';
import { viewOf } from '../../../reference-impl/netlink/wire.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import type { addedObjects, required, PortAspect } from './portState.js';

const NOTHING = new Uint8Array(0);

/** What of portState.ts such an aspect is made with. */
interface Making {
  readonly addedObjects: typeof addedObjects;
  readonly required: typeof required;
}

export const routingAspects = (making: Making): readonly PortAspect[] => [
  routes(making),
  neighbours(making),
  forwarding(making),
];

/** Neither the kernel's own, nor what a router of the network said: `ip` writes RTPROT_BOOT, daemons a number of theirs. */
const isOfUser = (protocol: number): boolean => protocol > RTPROT_KERNEL && protocol !== RTPROT_RA;

/** Routes of the user's; the kernel's own go with their addresses. */
const routes = ({ addedObjects, required }: Making): PortAspect =>
  addedObjects(
    'routes',
    async ({ route }) => {
      const ipv4 = encodeBody(RTMSG, { rtm_family: AF_INET }, NOTHING);
      const found = [...required('the routes', await route.client.dump(RTM_GETROUTE, ipv4))];
      // A kernel without IPv6 has no routes of it. Those that lead nowhere are no port's, and stay when IPv6 is switched off again.
      const ipv6 = await route.client.dump(RTM_GETROUTE, encodeBody(RTMSG, { rtm_family: AF_INET6 }, NOTHING));
      if (ipv6.ok) found.push(...ipv6.value.filter(({ body }) => body[0] === AF_INET6));
      const ours = found.filter(({ body }) => isOfUser(numberIn(decodeStruct(RTMSG, body), 'rtm_protocol') ?? 0));
      return new Map(ours.map(({ body }) => [hex(body), body.slice()]));
    },
    ({ route }, body) => route.client.request(RTM_DELROUTE, body),
  );

const neighbours = ({ addedObjects, required }: Making): PortAspect =>
  addedObjects(
    'neighbours',
    async ({ route, ifIndex }) => {
      const request = encodeBody(NDMSG, { ndm_family: AF_INET }, NOTHING);
      const found = required('the neighbours', await route.client.dump(RTM_GETNEIGH, request));
      const entries = found.flatMap((message) => {
        const { header, values } = decodeBody(NDMSG, NEIGHBOUR, message);
        const address = bytesIn(values, 'NDA_DST') ?? NOTHING;
        // Those of groups come and go with the groups that the kernel is in.
        if (numberIn(header, 'ndm_ifindex') !== ifIndex || (address[0] ?? 0) >= 224) return [];
        return [[hex(address), encodeBody(NDMSG, header, encodeAttributes(NEIGHBOUR, { NDA_DST: address }))] as const];
      });
      return new Map(entries);
    },
    ({ route }, body) => route.client.request(RTM_DELNEIGH, body),
  );

const forwarding = ({ required }: Making): PortAspect => ({
  name: 'forwarding',
  async read({ route, ifIndex }) {
    const { values } = required('the link', await route.link(ifIndex));
    const families = decodeAttributes(LINK_AF_SPEC, bytesIn(values, 'IFLA_AF_SPEC') ?? NOTHING);
    const inet = decodeAttributes(INET_SPEC, bytesIn(families, 'AF_INET') ?? NOTHING);
    const settings = bytesIn(inet, 'IFLA_INET_CONF');
    if (settings === undefined) return null;
    return { forwarding: viewOf(settings).getUint32(4 * (IPV4_DEVCONF_FORWARDING - 1), true) };
  },
  async restore({ channels, ifIndex }, was) {
    const client = await RoutingClient.open((protocol) => channels.netlink(protocol));
    try {
      required('forwarding', await client.setIpv4(ifIndex, IPV4_DEVCONF_FORWARDING, Number(was['forwarding'])));
    } finally {
      await client.client.socket.close();
    }
  },
});
