/** Settings of IPv4 at a net device as sysctls; over rtnetlink they are IFLA_INET_CONF (devinet_sysctl of net/ipv4/devinet.c). */
import { IPV4_DEVCONF_ARP_NOTIFY, IPV4_DEVCONF_FORWARDING } from '../../netlink/families/routing.js';
import type { NetDevice } from '../netDevice.js';
import type { SysctlProvider } from '../sysctls.js';
import type { RoutingKernel } from './routingKernel.js';

const NUMBERS: Readonly<Record<string, number>> = {
  forwarding: IPV4_DEVCONF_FORWARDING,
  arp_notify: IPV4_DEVCONF_ARP_NOTIFY,
};

const FOLDER = 'net/ipv4/conf';

export function ipv4Sysctls(routing: RoutingKernel): SysctlProvider {
  const { kernel } = routing;
  const folderOf = (netDevice: NetDevice): string => kernel.parts.sysctls.folderOf(netDevice);
  return {
    find: (name) => {
      const [, folder, setting = ''] = /^net\/ipv4\/conf\/([^/]+)\/([^/]+)$/.exec(name) ?? [];
      const number = NUMBERS[setting];
      const netDevice = [...kernel.netDevices.values()].find((each) => folderOf(each) === folder);
      if (number === undefined || netDevice === undefined) return undefined;
      return {
        value: routing.setting(netDevice, number),
        set: (value) => routing.set(netDevice, number, value),
      };
    },
    names: function* () {
      for (const netDevice of kernel.netDevices.values())
        for (const setting of Object.keys(NUMBERS)) yield `${FOLDER}/${folderOf(netDevice)}/${setting}`;
    },
  };
}
