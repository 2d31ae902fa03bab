import { describe, expect, it } from 'vitest';
import { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { textIn } from '../../reference-impl/netlink/schema.js';
import { openReferenceTarget } from './reference.js';
import { nameSwitchPorts } from './switchPortNames.js';

describe('the names of switch ports', () => {
  it('are those of the udev rule, and are given once', async () => {
    const target = await openReferenceTarget();
    const renamed = await nameSwitchPorts(target);
    expect(renamed.map(({ to }) => to)).toEqual(['sw1p1', 'sw1p2', 'sw1p3', 'sw1p4']);
    const route = await RouteClient.open((protocol) => target.netlink(protocol));
    for (const { ifIndex, to } of renamed) {
      const link = await route.link(ifIndex);
      expect(link.ok && textIn(link.value.values, 'IFLA_IFNAME')).toBe(to);
    }
    expect(await nameSwitchPorts(target)).toEqual([]);
    await target.close();
  });
});
