/** What the bridge of a kernel can do for each of its VLANs: asked by making bridges without ports that do it. */
import {
  BR_BOOLOPT_MCAST_VLAN_SNOOPING,
  BR_BOOLOPT_MST_ENABLE,
} from '../../../reference-impl/netlink/families/bridge.js';
import type { BridgeClient } from '../../../reference-impl/netlink/bridgeClient.js';
import type { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const PROBE_NAME = 'probebr1';

/** Options of a bridge, by the capability that stands for them. */
const OPTIONS: Readonly<Record<string, number>> = {
  'bridge-mst': BR_BOOLOPT_MST_ENABLE,
  'bridge-vlan-snooping': BR_BOOLOPT_MCAST_VLAN_SNOOPING,
};

export async function askBridgeVlans(route: RouteClient, bridges: BridgeClient): Promise<CapabilityAnswers> {
  const answers: Record<string, CapabilityAnswer> = {};
  for (const [capability, bit] of Object.entries(OPTIONS))
    answers[capability] = await optionAnswer(route, bridges, bit);
  return answers;
}

async function optionAnswer(route: RouteClient, bridges: BridgeClient, bit: number): Promise<CapabilityAnswer> {
  const option = { optval: 1 << bit, optmask: 1 << bit };
  const made = await bridges.addBridge(PROBE_NAME, { IFLA_BR_VLAN_FILTERING: 1, IFLA_BR_MULTI_BOOLOPT: option });
  if (!made.ok) {
    const { errnoName, message } = made.error;
    const words = message === undefined ? '' : ` (${message})`;
    return {
      present: false,
      reason: `A bridge with option ${bit} of enum br_boolopt_id is refused: ${errnoName}${words}.`,
    };
  }
  const link = await route.link(PROBE_NAME);
  if (link.ok) await route.removeLink(numberIn(link.value.header, 'ifi_index') ?? 0);
  return PRESENT;
}
