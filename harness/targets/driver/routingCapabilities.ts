/** What the router of a kernel can do: asked by making it route between this kernel's own ports. */
import {
  IPV4_DEVCONF_FORWARDING,
  RTM_F_OFFLOAD,
  RTM_F_TRAP,
} from '../../../reference-impl/netlink/families/routing.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { RoutingClient } from '../../../reference-impl/netlink/routingClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

/** What was changed for the question is changed back. */
export async function routingAnswers(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  ports: readonly number[],
): Promise<CapabilityAnswers> {
  const [routing, route] = [await RoutingClient.open(open), await RouteClient.open(open)];
  try {
    return {
      'ip-routing': await forwardingAnswer(routing, ports[0]),
      'ip-multipath': await multipathAnswer(routing),
      vrf: await vrfAnswer(routing, route),
      'switchdev-routes': await hardwareAnswer(routing, ports[0]),
      'route-table-fillable': absent('Nobody can be asked how many routes the hardware has room for.'),
    };
  } finally {
    await routing.client.socket.close();
    await route.client.socket.close();
  }
}

async function forwardingAnswer(routing: RoutingClient, port: number | undefined): Promise<CapabilityAnswer> {
  const set = port === undefined ? undefined : await routing.setIpv4(port, IPV4_DEVCONF_FORWARDING, 1);
  if (port === undefined || set?.ok !== true) return absent('Forwarding of IPv4 cannot be switched on at a port.');
  await routing.setIpv4(port, IPV4_DEVCONF_FORWARDING, 0);
  return PRESENT;
}

const PROBE_ADDRESS = '192.0.2.1/24';
/** A driver marks routes in work of its own. */
const LOOKS = 5;

/** The route of an address, whether the port is up or not: hardware that routes says what it does with its packets. */
async function hardwareAnswer(routing: RoutingClient, port: number | undefined): Promise<CapabilityAnswer> {
  const added = port === undefined ? undefined : await routing.addAddress(port, PROBE_ADDRESS);
  if (port === undefined || added?.ok !== true) return absent('No address can be given to a port.');
  let isMarked = false;
  for (let looks = 0; looks < LOOKS && !isMarked; looks++) {
    const routes = await routing.routes();
    isMarked = routes.ok && routes.value.some(({ flags }) => (flags & (RTM_F_OFFLOAD | RTM_F_TRAP)) !== 0);
  }
  await routing.removeAddress(port, PROBE_ADDRESS);
  return isMarked ? PRESENT : absent('No route is marked as being in hardware (RTM_F_OFFLOAD, RTM_F_TRAP).');
}

/** An index that no net device has: the kernel looks for it, or says before that it does not know several nexthops. */
const NO_DEVICE = 0x7fff_0000;

async function multipathAnswer(routing: RoutingClient): Promise<CapabilityAnswer> {
  const nexthops = [{ ifIndex: NO_DEVICE }, { ifIndex: NO_DEVICE }];
  const asked = await routing.addRoute({ to: '192.0.2.0/24', nexthops });
  if (!asked.ok && asked.error.errnoName === 'ENODEV') return PRESENT;
  return absent('This kernel was built without routes of several nexthops (CONFIG_IP_ROUTE_MULTIPATH).');
}

const PROBE_NAME = 'probevrf0';
const PROBE_TABLE = 0x7e57;

async function vrfAnswer(routing: RoutingClient, route: RouteClient): Promise<CapabilityAnswer> {
  const made = await routing.addVrf(PROBE_NAME, PROBE_TABLE);
  if (!made.ok) return absent('This kernel makes no VRF net devices (CONFIG_NET_VRF).');
  const link = await route.link(PROBE_NAME);
  if (link.ok) await route.removeLink(numberIn(link.value.header, 'ifi_index') ?? 0);
  return PRESENT;
}
