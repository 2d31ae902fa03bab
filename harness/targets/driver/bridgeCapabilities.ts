/** What the bridge of a kernel can do: asked by making one, with this kernel's own ports in it. */
import { BridgeClient, bridgeData } from '../../../reference-impl/netlink/bridgeClient.js';
import { NUD_NOARP, NUD_PERMANENT } from '../../../reference-impl/netlink/constants.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn, type Values } from '../../../reference-impl/netlink/schema.js';
import { askBridgeVlans } from './bridgeVlanCapabilities.js';
import { askMulticast } from './multicastCapabilities.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import { askBond } from './bondCapabilities.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';
import { askDummy } from './dummyCapabilities.js';
import { askTeam } from './teamCapabilities.js';
import { askNetlink } from './netlinkCapabilities.js';
import { askNeighbourProxy } from './neighbourProxyCapabilities.js';
import { routingAnswers } from './routingCapabilities.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });
const PROBE_NAME = 'probebr0';
/** Of spec/capabilities.yaml: how many ports scenarios about switches use. */
const PORTS = 4;
const BR_USER_STP = 2;

/** Over any channel to a kernel. The bridge that is made for the question is taken away again. */
export async function askBridge(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  ports: readonly number[],
): Promise<CapabilityAnswers> {
  const [route, bridges] = [await RouteClient.open(open), await BridgeClient.open(open)];
  try {
    return {
      ...portsAnswer(ports.length),
      switchdev: await switchdevAnswer(route, ports),
      'switch-table-fillable': absent('Nobody can be asked how much room the table of the hardware has.'),
      ...(await routingAnswers(open, ports)),
      ...(await bridgeAnswers(route, bridges, ports[0])),
      ...(await askBridgeVlans(route, bridges)),
      ...(await askBond(open, ports)),
      ...(await askTeam(open)),
      ...(await askNetlink(open)),
      ...(await askDummy(route)),
    };
  } finally {
    await route.client.socket.close();
    await bridges.client.socket.close();
  }
}

function portsAnswer(count: number): CapabilityAnswers {
  const reason = `Scenarios about switches use ${PORTS} ports; here ${count === 1 ? 'is one' : `are ${count}`}.`;
  return { 'switch-ports': count >= PORTS ? PRESENT : absent(reason) };
}

async function switchdevAnswer(route: RouteClient, ports: readonly number[]): Promise<CapabilityAnswer> {
  const ids = new Set<string>();
  for (const port of ports) {
    const link = await route.link(port);
    const id = link.ok ? bytesIn(link.value.values, 'IFLA_PHYS_SWITCH_ID') : undefined;
    ids.add(hex(id ?? new Uint8Array(0)));
  }
  return ids.size === 1 && !ids.has('') ? PRESENT : absent('The ports tell no switch id: no hardware forwards here.');
}

async function bridgeAnswers(
  route: RouteClient,
  bridges: BridgeClient,
  port: number | undefined,
): Promise<CapabilityAnswers> {
  const made = await bridges.addBridge(PROBE_NAME);
  if (!made.ok) return { bridge: absent('This kernel was built without bridges (CONFIG_BRIDGE).') };
  const link = await route.link(PROBE_NAME);
  const ifIndex = link.ok ? (numberIn(link.value.header, 'ifi_index') ?? 0) : 0;
  try {
    const data = link.ok ? bridgeData(link.value.values) : {};
    const filters = numberIn(data, 'IFLA_BR_VLAN_PROTOCOL') !== undefined;
    return {
      bridge: PRESENT,
      'bridge-vlan-filtering': filters
        ? PRESENT
        : absent('The bridge of this kernel was built without VLANs (CONFIG_BRIDGE_VLAN_FILTERING).'),
      ...(port === undefined ? {} : await flagAnswers(bridges, ifIndex, port)),
      ...(port === undefined ? {} : await askMulticast(route, bridges, ifIndex, port)),
      'bridge-learns-itself': await learnsAnswer(route, data, port),
      ...(await askNeighbourProxy(route, bridges, ifIndex, port)),
      'bridge-fdb-bulk': await fdbBulkAnswer(bridges, ifIndex),
      'bridge-user-stp': await userStpAnswer(route, bridges, ifIndex),
    };
  } finally {
    await route.removeLink(ifIndex);
  }
}

async function learnsAnswer(route: RouteClient, bridge: Values, port: number | undefined): Promise<CapabilityAnswer> {
  const link = port === undefined ? undefined : await route.link(port);
  if (link?.ok === true && bytesIn(link.value.values, 'IFLA_PHYS_SWITCH_ID') !== undefined)
    return absent('The ports belong to a switch: its hardware learns, and tells the bridge.');
  return numberIn(bridge, 'IFLA_BR_FDB_MAX_LEARNED') === undefined
    ? absent('The bridge of this kernel does not count what it learned.')
    : PRESENT;
}

/** What is learned and not static: there is nothing of it yet. */
async function fdbBulkAnswer(bridges: BridgeClient, bridge: number): Promise<CapabilityAnswer> {
  const taken = await bridges.removeEntries(bridge, 'bridge', { state: 0, mask: NUD_NOARP | NUD_PERMANENT });
  return taken.ok ? PRESENT : absent(`RTM_DELNEIGH of many entries is refused: ${taken.error.errnoName}.`);
}

/** Flags that hardware may not have, by the capability that stands for them. */
const FLAGS: Readonly<Record<string, readonly [attribute: string, other: number]>> = {
  'bridge-port-learning': ['IFLA_BRPORT_LEARNING', 0],
  'bridge-port-unicast-flood': ['IFLA_BRPORT_UNICAST_FLOOD', 0],
  'bridge-port-multicast-flood': ['IFLA_BRPORT_MCAST_FLOOD', 0],
  'bridge-port-broadcast-flood': ['IFLA_BRPORT_BCAST_FLOOD', 0],
  'bridge-port-multicast-to-unicast': ['IFLA_BRPORT_MCAST_TO_UCAST', 1],
  'bridge-port-hairpin': ['IFLA_BRPORT_MODE', 1],
  'bridge-port-isolated': ['IFLA_BRPORT_ISOLATED', 1],
  'bridge-port-locked': ['IFLA_BRPORT_LOCKED', 1],
};

/** A driver refuses the flags that its hardware does not have: each is tried on a port in the bridge. */
async function flagAnswers(bridges: BridgeClient, bridge: number, port: number): Promise<CapabilityAnswers> {
  const answers: Record<string, CapabilityAnswer> = {};
  const joined = await bridges.setMaster(port, bridge);
  for (const [capability, [attribute, other]] of Object.entries(FLAGS)) {
    const set = joined.ok ? await bridges.setPort(port, { [attribute]: other }) : joined;
    answers[capability] = set.ok
      ? PRESENT
      : absent(
          `${attribute} is refused: ${set.error.errnoName}${set.error.message === undefined ? '' : ` (${set.error.message})`}.`,
        );
  }
  return answers;
}

/** With /sbin/bridge-stp in the first namespace the kernel leaves the protocol to it, and the states of ports to the user. */
async function userStpAnswer(route: RouteClient, bridges: BridgeClient, ifIndex: number): Promise<CapabilityAnswer> {
  await bridges.changeBridge(ifIndex, { IFLA_BR_STP_STATE: 1 });
  const link = await route.link(ifIndex);
  const state = link.ok ? numberIn(bridgeData(link.value.values), 'IFLA_BR_STP_STATE') : undefined;
  return state === BR_USER_STP
    ? PRESENT
    : absent('The kernel plays the spanning tree protocol itself: no /sbin/bridge-stp takes it over here.');
}
