/** Whether a kernel makes teams: asked by making one and giving it each mode. */
import { TeamClient } from '../../../reference-impl/netlink/teamClient.js';
import type { NetlinkFailure } from '../../../reference-impl/netlink/client.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const PROBE_NAME = 'probeteam0';
const MODES = ['broadcast', 'roundrobin', 'random', 'activebackup', 'loadbalance'];

/** Over any channel to a kernel, which may load its modules for the question. What is made is taken away again. */
export async function askTeam(open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>): Promise<CapabilityAnswers> {
  const [route, teams] = [await RouteClient.open(open), await TeamClient.open(open)];
  try {
    return { team: await answer(route, teams) };
  } finally {
    await route.client.socket.close();
    await teams.close();
  }
}

async function answer(route: RouteClient, teams: TeamClient): Promise<CapabilityAnswer> {
  const made = await teams.addTeam(PROBE_NAME);
  if (!made.ok) return { present: false, reason: `This kernel has no teams (CONFIG_NET_TEAM): ${words(made.error)}.` };
  const link = await route.link(PROBE_NAME);
  const ifIndex = link.ok ? (numberIn(link.value.header, 'ifi_index') ?? 0) : 0;
  try {
    for (const mode of MODES) {
      const set = await teams.setOption(ifIndex, { name: 'mode', type: 'string' }, mode);
      if (!set.ok)
        return {
          present: false,
          reason: `The teams of this kernel do not take the mode ${mode}: ${words(set.error)}.`,
        };
    }
    return { present: true };
  } finally {
    await route.removeLink(ifIndex);
  }
}

const words = ({ errnoName, message = '' }: NetlinkFailure): string => `${errnoName} ${message}`.trim();
