/** Settings of IPv4 at a net device as sysctls; over rtnetlink they are IFLA_INET_CONF (devinet_sysctl of net/ipv4/devinet.c). */
import { IPV4_DEVCONF_ARP_NOTIFY, IPV4_DEVCONF_FORWARDING } from '../../netlink/families/routing.js';
import type { SysctlProvider } from '../sysctls.js';
import type { RoutingKernel } from './routingKernel.js';

const NUMBERS: Readonly<Record<string, number>> = {
  forwarding: IPV4_DEVCONF_FORWARDING,
  arp_notify: IPV4_DEVCONF_ARP_NOTIFY,
};

export function ipv4Sysctls(routing: RoutingKernel): SysctlProvider {
  return (name) => {
    const [, device, setting = ''] = /^net\/ipv4\/conf\/([^/]+)\/([^/]+)$/.exec(name) ?? [];
    const number = NUMBERS[setting];
    const netDevice = [...routing.kernel.netDevices.values()].find((each) => each.name === device);
    if (number === undefined || netDevice === undefined) return undefined;
    return {
      value: routing.setting(netDevice, number),
      set: (value) => routing.set(netDevice, number, value),
    };
  };
}
