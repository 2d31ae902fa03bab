/** A target finds its ports by their names: whoever lets tools rename them gives the names back before it resets or closes the target. */
import { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { numberIn, textIn } from '../../reference-impl/netlink/schema.js';
import type { Target, TargetPort } from '../contract/index.js';

/** Does what can be done: a target that is lost has no names to give back. */
export async function giveNamesBack(target: Target, ports: readonly TargetPort[]): Promise<void> {
  const route = await RouteClient.open((protocol) => target.netlink(protocol));
  try {
    const links = await route.links();
    if (!links.ok) return;
    const names = new Map(
      links.value.map(({ header, values }) => [
        numberIn(header, 'ifi_index') ?? 0,
        textIn(values, 'IFLA_IFNAME') ?? '',
      ]),
    );
    for (const { ifIndex, netDevice } of ports) {
      const name = names.get(ifIndex);
      if (name === undefined || name === netDevice) continue;
      // Until 6.2 a link that is up keeps its name.
      await route.setLink(ifIndex, {}, { flags: 0, change: 1 });
      await route.setLink(ifIndex, { IFLA_IFNAME: netDevice });
    }
  } finally {
    await route.client.socket.close();
  }
}
