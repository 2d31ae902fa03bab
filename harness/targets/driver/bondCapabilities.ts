/** Whether a kernel makes link aggregates: asked by making one. */
import { BondClient } from '../../../reference-impl/netlink/bondClient.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });
const PROBE_NAME = 'probelag0';

/** Over any channel to a kernel, which may load its module for the question. What is made is taken away again. */
export async function askBond(open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>): Promise<CapabilityAnswers> {
  const [route, bonds] = [await RouteClient.open(open), await BondClient.open(open)];
  try {
    const made = await bonds.addBond(PROBE_NAME);
    const link = await route.link(PROBE_NAME);
    if (link.ok) await route.removeLink(numberIn(link.value.header, 'ifi_index') ?? 0);
    const { errnoName, message = '' } = made.ok ? { errnoName: '' } : made.error;
    return {
      bond: made.ok
        ? { present: true }
        : absent(`This kernel has no link aggregates (CONFIG_BONDING): ${errnoName} ${message}`.trim()),
      'lag-table-fillable': absent('Nobody can be asked how many link aggregates the hardware has room for.'),
    };
  } finally {
    await route.client.socket.close();
    await bonds.client.socket.close();
  }
}
