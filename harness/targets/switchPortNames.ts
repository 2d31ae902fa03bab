/**
 * The names that udev gives to the ports of switches, for kernels under which no udev runs: `swX$attr{phys_port_name}`
 * (Documentation/networking/switchdev.rst, "Port Netdev Naming").
 */
import { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn, textIn } from '../../reference-impl/netlink/schema.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { TargetFault, type NetlinkProtocol, type NetlinkSocket } from '../contract/index.js';

/** What is needed of a target: `Target` has it. */
export interface NamedTarget {
  netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket>;
}

export interface PortRenaming {
  readonly ifIndex: number;
  readonly from: string;
  readonly to: string;
}

/** IFNAMSIZ without the terminating zero: a longer name stays what it was. */
const LONGEST_NAME = 15;

/**
 * Names the ports of each switch: the first switch that the kernel lists is 1. Answers what it renamed; a port that has its name is
 * left alone.
 * @throws TargetFault if the kernel refuses to list the links or to rename one.
 */
export async function nameSwitchPorts(target: NamedTarget): Promise<readonly PortRenaming[]> {
  const route = await RouteClient.open((protocol) => target.netlink(protocol));
  try {
    const renamed = (await planOf(route)).filter(({ from, to }) => from !== to && to.length <= LONGEST_NAME);
    for (const { ifIndex, from, to } of renamed) {
      const result = await route.setLink(ifIndex, { IFLA_IFNAME: to });
      if (!result.ok) throw new TargetFault(`${from} cannot be renamed to ${to}: ${result.error.errnoName}`);
    }
    return renamed;
  } finally {
    await route.client.socket.close();
  }
}

async function planOf(route: RouteClient): Promise<readonly PortRenaming[]> {
  const links = await route.links();
  if (!links.ok) throw new TargetFault(`the links cannot be listed: ${links.error.errnoName}`);
  const switches: string[] = [];
  return links.value.flatMap(({ header, values }): PortRenaming[] => {
    const [id, port] = [bytesIn(values, 'IFLA_PHYS_SWITCH_ID'), textIn(values, 'IFLA_PHYS_PORT_NAME')];
    // ATTR{phys_port_name}!="": an upper device may tell the id of the switch below it, but has no port name.
    if (id === undefined || port === undefined || port === '') return [];
    const key = hex(id);
    if (!switches.includes(key)) switches.push(key);
    const to = `sw${switches.indexOf(key) + 1}${port}`;
    return [{ ifIndex: numberIn(header, 'ifi_index') ?? 0, from: textIn(values, 'IFLA_IFNAME') ?? '', to }];
  });
}
