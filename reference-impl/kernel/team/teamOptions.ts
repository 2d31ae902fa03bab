/** The options that every team has, as data: team_options of drivers/net/team/team_core.c. */
import type { TeamOptionType, TeamOptionValue } from '../../netlink/families/team.js';
import { EINVAL, ENOENT } from '../errno.js';
import { isEnabled, type TeamPort } from './team.js';
import type { TeamOption } from './teamOption.js';
import { checkCarrier, disablePort, enablePort, refreshLink } from './teamLinks.js';
import { setMode } from './teamModes.js';
import type { Teaming } from './teaming.js';

/** A number of the team's own that nothing else hangs on. */
const number = (
  name: string,
  member: 'notifyPeersCount' | 'notifyPeersInterval' | 'mcastRejoinCount' | 'mcastRejoinInterval',
): TeamOption => ({
  name,
  type: 'u32',
  get: ({ team }) => team[member],
  set: ({ parts }, { team }, value) => {
    if (parts.storesOption(name, true)) team[member] = Number(value);
    return undefined;
  },
});

/** An option that every port has. */
const ofPort = (
  name: string,
  type: TeamOptionType,
  get: (port: TeamPort) => TeamOptionValue,
  set: (teaming: Teaming, port: TeamPort, value: TeamOptionValue) => number | undefined,
): TeamOption => ({
  name,
  type,
  perPort: true,
  get: ({ port }) => (port === undefined ? false : get(port)),
  set: (teaming, { port }, value) => (port === undefined ? ENOENT : set(teaming, port, value)),
});

/** dev->real_num_tx_queues of a team. */
const TEAM_DEFAULT_NUM_TX_QUEUES = 16;

export const TEAM_OPTIONS: readonly TeamOption[] = [
  {
    name: 'mode',
    type: 'string',
    get: ({ team }) => team.mode,
    set: (teaming, { team }, value) => setMode(teaming, team, String(value)),
  },
  number('notify_peers_count', 'notifyPeersCount'),
  number('notify_peers_interval', 'notifyPeersInterval'),
  number('mcast_rejoin_count', 'mcastRejoinCount'),
  number('mcast_rejoin_interval', 'mcastRejoinInterval'),
  ofPort('enabled', 'flag', isEnabled, (teaming, port, value) => {
    if (value === true) enablePort(teaming, port);
    else disablePort(teaming, port);
    return undefined;
  }),
  ofPort(
    'user_linkup',
    'flag',
    ({ userLinkUp }) => userLinkUp,
    (teaming, port, value) => {
      port.userLinkUp = value === true;
      refreshLink(teaming, port);
      checkCarrier(teaming, port.team);
      return undefined;
    },
  ),
  ofPort(
    'user_linkup_enabled',
    'flag',
    ({ userLinkUpCounts }) => userLinkUpCounts,
    (teaming, port, value) => {
      port.userLinkUpCounts = value === true;
      refreshLink(teaming, port);
      checkCarrier(teaming, port.team);
      return undefined;
    },
  ),
  ofPort(
    'priority',
    's32',
    ({ priority }) => priority,
    ({ parts }, port, value) => {
      if (parts.storesOption('priority', true)) port.priority = Number(value);
      return undefined;
    },
  ),
  ofPort(
    'queue_id',
    'u32',
    ({ queueId }) => queueId,
    (_teaming, port, value) => {
      const queue = Number(value) & 0xffff;
      if (queue >= TEAM_DEFAULT_NUM_TX_QUEUES) return EINVAL;
      port.queueId = queue;
      return undefined;
    },
  ),
];
