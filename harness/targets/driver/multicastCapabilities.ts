/** What the bridge of a kernel, and the hardware below it, can do with groups: asked by putting one there. */
import { bridgeData, bridgePortData, type BridgeClient } from '../../../reference-impl/netlink/bridgeClient.js';
import { MDB_FLAGS_OFFLOAD } from '../../../reference-impl/netlink/families/mdb.js';
import { MdbClient } from '../../../reference-impl/netlink/mdbClient.js';
import type { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });
/** Nobody is in it. */
const GROUP = '239.255.254.253';
/** What is deferred to the driver is done by then. */
const DEFERRED_MS = 100;

/** The port is in the bridge already. */
export async function askMulticast(
  route: RouteClient,
  bridges: BridgeClient,
  bridge: number,
  port: number,
): Promise<CapabilityAnswers> {
  const link = await route.link(bridge);
  const snoops = link.ok && numberIn(bridgeData(link.value.values), 'IFLA_BR_MCAST_SNOOPING') !== undefined;
  if (!snoops)
    return { 'bridge-multicast': absent('The bridge of this kernel does not snoop (CONFIG_BRIDGE_IGMP_SNOOPING).') };
  const mdb = new MdbClient(bridges.client);
  await route.setLink(bridge, {}, { flags: 1, change: 1 });
  const entry = { bridge, ifIndex: port, group: GROUP, isPermanent: true };
  const put = await mdb.add(entry);
  if (!put.ok) return { 'bridge-multicast': absent(`A group at a port is refused: ${put.error.errnoName}.`) };
  await new Promise((resolve) => setTimeout(resolve, DEFERRED_MS));
  const [one, portLink] = [await mdb.get(bridge, GROUP), await route.link(port)];
  const portData = portLink.ok ? bridgePortData(portLink.value.values) : {};
  const hasHardware = portLink.ok && bytesIn(portLink.value.values, 'IFLA_PHYS_SWITCH_ID') !== undefined;
  const groups = await groupsAnswer(mdb, hasHardware);
  const answers = {
    'bridge-multicast': PRESENT,
    'bridge-mdb-get': one.ok ? PRESENT : absent(`RTM_GETMDB of one group is refused: ${one.error.errnoName}.`),
    'bridge-mcast-max-groups':
      numberIn(portData, 'IFLA_BRPORT_MCAST_MAX_GROUPS') === undefined
        ? absent('The kernel does not tell how many groups a port may be in.')
        : PRESENT,
    'bridge-host-tracking':
      numberIn(portData, 'IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT') === undefined
        ? absent('The kernel does not tell how many hosts of a port are tracked.')
        : PRESENT,
    'switch-groups': groups,
    'bridge-floods-without-querier':
      hasHardware && groups.present
        ? absent('Hardware forwards by the groups that it was told of, and is not told whether there is a querier.')
        : PRESENT,
  };
  const taken = await mdb.removeAll(bridge, { ifIndex: port });
  if (!taken.ok) await mdb.remove(entry);
  return {
    ...answers,
    'bridge-mdb-bulk': taken.ok ? PRESENT : absent(`RTM_DELMDB of many is refused: ${taken.error.errnoName}.`),
  };
}

/** Without hardware the bridge itself sends each frame; with hardware the driver has to have taken the group. */
async function groupsAnswer(mdb: MdbClient, hasHardware: boolean): Promise<CapabilityAnswer> {
  if (!hasHardware) return PRESENT;
  const table = await mdb.table();
  const isOffloaded =
    table.ok && table.value.members.some(({ group, flags }) => group === GROUP && (flags & MDB_FLAGS_OFFLOAD) !== 0);
  return isOffloaded
    ? PRESENT
    : absent('The driver takes no groups (SWITCHDEV_OBJ_ID_PORT_MDB): its hardware floods what it should direct.');
}
