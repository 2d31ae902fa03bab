/** What a kernel does for IPv6: asked by its settings, and by the mark of a route. */
import { IFA_F_NODAD, RTM_F_OFFLOAD, RTM_F_TRAP } from '../../../reference-impl/netlink/families/routing.js';
import { IPV6 } from '../../../reference-impl/netlink/addressFamily.js';
import { RoutingClient } from '../../../reference-impl/netlink/routingClient.js';
import type {
  CapabilityAnswer,
  CapabilityAnswers,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
  SysctlTree,
} from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

export interface AskedPort {
  readonly netDevice: NetDeviceName;
  readonly ifIndex: number;
}

/** What was changed for the question is changed back. */
export async function askIpv6(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  sysctl: SysctlTree,
  port: AskedPort | undefined,
): Promise<CapabilityAnswers> {
  const disabled = `net/ipv6/conf/${port?.netDevice ?? ''}/disable_ipv6`;
  const [before, forwarding] = [await sysctl.read(disabled), await sysctl.read('net/ipv6/conf/all/forwarding')];
  if (port === undefined || !before.ok || !forwarding.ok) {
    const none = absent('The kernel has no settings of IPv6 for the port (/proc/sys/net/ipv6/conf).');
    return { 'ipv6-routing': none, 'switchdev-routes6': none };
  }
  const switched = await sysctl.write('net/ipv6/conf/all/forwarding', forwarding.value.trim());
  if (!switched.ok) {
    const none = absent('Forwarding of IPv6 cannot be switched.');
    return { 'ipv6-routing': none, 'switchdev-routes6': none };
  }
  await sysctl.write(disabled, '0');
  try {
    return { 'ipv6-routing': PRESENT, 'switchdev-routes6': await hardwareAnswer(open, port.ifIndex) };
  } finally {
    await sysctl.write(disabled, before.value.trim());
  }
}

const PROBE_ADDRESS = '2001:db8:5eed::1/64';
/** A driver marks routes in work of its own. */
const LOOKS = 5;

/** The route of an address, whether the port is up or not: hardware that routes says what it does with its packets. */
async function hardwareAnswer(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  ifIndex: number,
): Promise<CapabilityAnswer> {
  const routing = await RoutingClient.open(open, IPV6);
  try {
    const added = await routing.addAddress(ifIndex, PROBE_ADDRESS, { flags: IFA_F_NODAD });
    if (!added.ok) return absent(`No address of IPv6 can be given to a port: ${added.error.errnoName}.`);
    let isMarked = false;
    for (let looks = 0; looks < LOOKS && !isMarked; looks++) {
      const routes = await routing.routes();
      isMarked = routes.ok && routes.value.some(({ flags }) => (flags & (RTM_F_OFFLOAD | RTM_F_TRAP)) !== 0);
    }
    await routing.removeAddress(ifIndex, PROBE_ADDRESS);
    return isMarked ? PRESENT : absent('No route of IPv6 is marked as being in hardware (RTM_F_OFFLOAD, RTM_F_TRAP).');
  } finally {
    await routing.client.socket.close();
  }
}
