/** What the router of a kernel can do: asked by making it route between this kernel's own ports. */
import { IPV4_DEVCONF_FORWARDING } from '../../../reference-impl/netlink/families/routing.js';
import { RoutingClient } from '../../../reference-impl/netlink/routingClient.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

/** What was changed for the question is changed back. */
export async function routingAnswers(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  ports: readonly number[],
): Promise<CapabilityAnswers> {
  const client = await RoutingClient.open(open);
  try {
    return { 'ip-routing': await forwardingAnswer(client, ports[0]) };
  } finally {
    await client.client.socket.close();
  }
}

async function forwardingAnswer(client: RoutingClient, port: number | undefined): Promise<CapabilityAnswer> {
  const set = port === undefined ? undefined : await client.setIpv4(port, IPV4_DEVCONF_FORWARDING, 1);
  if (port === undefined || set?.ok !== true) return absent('Forwarding of IPv4 cannot be switched on at a port.');
  await client.setIpv4(port, IPV4_DEVCONF_FORWARDING, 0);
  return PRESENT;
}
