/** Layer 3 of rtnetlink, put together: what is asked for, and what is told to who listens. */
import {
  NETLINK_ROUTE,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTNLGRP_NEIGH,
} from '../../netlink/constants.js';
import { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE } from '../../netlink/families/routing.js';
import type { NetlinkKernel } from '../../netlink/server.js';
import type { ReferenceKernel } from '../kernel.js';
import type { RoutingListener } from '../routing/routingKernel.js';
import { neighbourMessage, neighbourOperations } from './neighbours.js';
import { routeMessage } from './routeMessage.js';
import { routeOperations } from './routes.js';
import { route6Message } from './route6Message.js';
import { route6Operations } from './routes6.js';
import { ruleOperations } from './rules.js';

export function registerRouting(kernel: ReferenceKernel, netlink: NetlinkKernel): void {
  const { parts } = kernel.routing;
  for (const operation of routeOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  for (const operation of route6Operations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  for (const operation of neighbourOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  for (const operation of ruleOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  const neighboursOf =
    ({ announcesNeighbours }: { readonly announcesNeighbours: boolean }): RoutingListener['neighbour'] =>
    (changed, what) => {
      const type = what === 'new' ? RTM_NEWNEIGH : RTM_DELNEIGH;
      if (announcesNeighbours)
        netlink.notify(NETLINK_ROUTE, RTNLGRP_NEIGH, neighbourMessage(kernel.now, changed, type));
    };
  kernel.routing6.listeners.push({
    told: (type, route, flags) => netlink.notify(NETLINK_ROUTE, RTNLGRP_IPV6_ROUTE, route6Message(route, type, flags)),
    preferred: () => undefined,
    neighbour: neighboursOf(kernel.routing6.parts),
  });
  kernel.routing.listeners.push({
    told: (type, route, flags) => {
      const cause = netlink.causeOf(RTM_NEWROUTE, RTM_DELROUTE);
      if (parts.announcesRoutes)
        netlink.notify(NETLINK_ROUTE, RTNLGRP_IPV4_ROUTE, routeMessage(parts, route, type, flags), cause);
    },
    preferred: () => undefined,
    neighbour: neighboursOf(parts),
  });
}
