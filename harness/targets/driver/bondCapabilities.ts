/** Whether a kernel makes link aggregates: asked by making one. */
import { BondClient } from '../../../reference-impl/netlink/bondClient.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { numberIn, textIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });
const PROBE_NAME = 'probelag0';

/** Over any channel to a kernel, which may load its module for the question. What is made is taken away again. */
export async function askBond(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  ports: readonly number[],
): Promise<CapabilityAnswers> {
  const [route, bonds] = [await RouteClient.open(open), await BondClient.open(open)];
  try {
    const made = await bonds.addBond(PROBE_NAME);
    const link = await route.link(PROBE_NAME);
    if (link.ok) await route.removeLink(numberIn(link.value.header, 'ifi_index') ?? 0);
    const { errnoName, message } = made.ok ? { errnoName: '', message: undefined } : made.error;
    return {
      bond: made.ok
        ? { present: true }
        : absent(`This kernel has no link aggregates (CONFIG_BONDING): ${[errnoName, message].join(' ').trim()}.`),
      'bond-lacp': made.ok ? await lacpAnswer(open, route, ports) : absent('This kernel has no link aggregates.'),
      'lag-table-fillable': absent('Nobody can be asked how many link aggregates the hardware has room for.'),
    };
  } finally {
    await route.client.socket.close();
    await bonds.client.socket.close();
  }
}

const DUPLEX_FULL = 1;
const SPEED_UNKNOWN = 0xffff_ffff;

/** bond_needs_speed_duplex(): members that do not tell both are not used. */
async function lacpAnswer(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
  route: RouteClient,
  ports: readonly number[],
): Promise<CapabilityAnswer> {
  const ethtool = await EthtoolClient.open(open);
  try {
    for (const port of ports) {
      const link = await route.link(port);
      const name = link.ok ? (textIn(link.value.values, 'IFLA_IFNAME') ?? '') : '';
      const modes = await ethtool.call('LINKMODES_GET', name);
      const speed = modes.ok ? numberIn(modes.value, 'ETHTOOL_A_LINKMODES_SPEED') : undefined;
      const duplex = modes.ok ? numberIn(modes.value, 'ETHTOOL_A_LINKMODES_DUPLEX') : undefined;
      if (speed === undefined || speed === SPEED_UNKNOWN || duplex !== DUPLEX_FULL)
        return absent(`The port ${name} does not tell a speed and full duplex.`);
    }
    return { present: true };
  } finally {
    await ethtool.generic.client.socket.close();
  }
}
