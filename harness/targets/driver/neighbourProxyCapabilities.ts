/** Whether the bridge of a kernel can answer for neighbours and authenticate stations: by the flags that a port takes, and by who floods. */
import type { BridgeClient } from '../../../reference-impl/netlink/bridgeClient.js';
import type { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

/**
 * Of a port in the bridge. A driver is not told of these flags (BR_PORT_FLAGS_HW_OFFLOAD of net/bridge/br_switchdev.c): where hardware
 * forwards, questions are flooded before the bridge has seen them.
 */
export async function askNeighbourProxy(
  route: RouteClient,
  bridges: BridgeClient,
  bridge: number,
  port: number | undefined,
): Promise<CapabilityAnswers> {
  if (port === undefined) return {};
  const link = await route.link(port);
  const hasHardware = link.ok && bytesIn(link.value.values, 'IFLA_PHYS_SWITCH_ID') !== undefined;
  const floods = absent(
    'The ports belong to a switch: its hardware floods, and is told neither of suppression nor of proxy ARP.',
  );
  return {
    'bridge-neigh-suppress': hasHardware
      ? floods
      : await keepsFlag(bridges, bridge, port, 'IFLA_BRPORT_NEIGH_SUPPRESS'),
    'bridge-neigh-vlan-suppress': hasHardware
      ? floods
      : await keepsFlag(bridges, bridge, port, 'IFLA_BRPORT_NEIGH_VLAN_SUPPRESS'),
    'bridge-floods-itself': hasHardware ? floods : PRESENT,
    'bridge-port-mab': await authenticates(bridges, bridge, port),
  };
}

async function keepsFlag(
  bridges: BridgeClient,
  bridge: number,
  port: number,
  attribute: string,
): Promise<CapabilityAnswer> {
  await bridges.setMaster(port, bridge);
  await bridges.setPort(port, { [attribute]: 1 });
  const ports = await bridges.ports();
  const told = ports.ok ? numberIn(ports.value.get(port), attribute) : undefined;
  return told === 1 ? PRESENT : absent(`A port does not keep ${attribute}.`);
}

/** A driver may refuse it; a kernel before Linux 6.2 does not know it, and keeps nothing. */
async function authenticates(bridges: BridgeClient, bridge: number, port: number): Promise<CapabilityAnswer> {
  await bridges.setMaster(port, bridge);
  const flags = { IFLA_BRPORT_LEARNING: 1, IFLA_BRPORT_LOCKED: 1, IFLA_BRPORT_MAB: 1 };
  const set = await bridges.setPort(port, flags);
  if (!set.ok) return absent(`IFLA_BRPORT_MAB is refused: ${set.error.errnoName}.`);
  const ports = await bridges.ports();
  const told = ports.ok ? numberIn(ports.value.get(port), 'IFLA_BRPORT_MAB') : undefined;
  return told === 1 ? PRESENT : absent('A port does not keep IFLA_BRPORT_MAB.');
}
