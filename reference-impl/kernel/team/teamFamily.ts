/** The generic family "team": options and ports, asked for and announced (drivers/net/team/team_core.c, team_nl.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import { NETLINK_GENERIC, NLM_F_ACK, NLM_F_MULTI, NLMSG_DONE } from '../../netlink/constants.js';
import {
  OPTION_TYPES,
  TEAM,
  TEAM_CMD_NOOP,
  TEAM_CMD_OPTIONS_GET,
  TEAM_CMD_OPTIONS_SET,
  TEAM_CMD_PORT_LIST_GET,
  TEAM_GENL_CHANGE_EVENT_MC_GRP_NAME,
  TEAM_GENL_NAME,
  TEAM_GENL_VERSION,
  TEAM_POLICY,
  decodeOptionData,
  encodeOptionData,
  optionType,
} from '../../netlink/families/team.js';
import {
  bytesIn,
  encodeAttributes,
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Values,
} from '../../netlink/schema.js';
import {
  GENLMSGHDR,
  genericBody,
  type HandlerResult,
  type NetlinkBody,
  type NetlinkKernel,
  type NetlinkRequest,
} from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENOENT, ESRCH } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';
import { teamOf, type Team, type TeamPort } from './team.js';
import { matching, setOption, type OptionInstance } from './teamOption.js';
import type { TeamParts } from './teamParts.js';

const TEAM_STRING_MAX_LEN = 32;
/** GENLMSG_DEFAULT_SIZE: what fits into one message, with a page of 4096 bytes. */
const MESSAGE_SIZE = 3756;

export function registerTeamFamily(kernel: ReferenceKernel, netlink: NetlinkKernel): void {
  const operation = { header: GENLMSGHDR, policy: TEAM_POLICY, validation: 'liberal' as const };
  const messages = (command: number, bodies: readonly Values[], flags: number): readonly NetlinkBody[] => [
    ...bodies.map((values) => ({
      ...genericBody(id, command, TEAM_GENL_VERSION, encodeAttributes(TEAM, values)),
      flags: flags | NLM_F_MULTI,
    })),
    { type: NLMSG_DONE, body: new Uint8Array(0), flags: flags | NLM_F_MULTI },
  ];
  const id: number = netlink.registerFamily({
    name: TEAM_GENL_NAME,
    version: TEAM_GENL_VERSION,
    reservedStart: TEAM_CMD_PORT_LIST_GET + 1,
    multicastGroups: [TEAM_GENL_CHANGE_EVENT_MC_GRP_NAME],
    operations: [
      {
        ...operation,
        number: TEAM_CMD_NOOP,
        doit: () => ({ ok: true, replies: [genericBody(id, TEAM_CMD_NOOP, TEAM_GENL_VERSION, new Uint8Array(0))] }),
      },
      { ...operation, number: TEAM_CMD_OPTIONS_SET, privileged: true, doit: (request) => setOptions(kernel, request) },
      {
        ...operation,
        number: TEAM_CMD_OPTIONS_GET,
        privileged: true,
        doit: (request) =>
          ofTeam(kernel, request, (team) =>
            messages(TEAM_CMD_OPTIONS_GET, optionBodies(kernel.parts.team, team, team.options), NLM_F_ACK),
          ),
      },
      {
        ...operation,
        number: TEAM_CMD_PORT_LIST_GET,
        privileged: true,
        doit: (request) =>
          ofTeam(kernel, request, (team) =>
            messages(TEAM_CMD_PORT_LIST_GET, [portBody(kernel.parts.team, team, [...team.ports.values()])], NLM_F_ACK),
          ),
      },
    ],
  });
  const announce = (command: number, bodies: readonly Values[]): void => {
    const group = netlink.groupOf(id, TEAM_GENL_CHANGE_EVENT_MC_GRP_NAME);
    // Every message but the last has a datagram of its own; NLMSG_DONE goes with the last.
    const all = messages(command, bodies, 0);
    for (const body of all.slice(0, -2)) netlink.notify(NETLINK_GENERIC, group, body);
    netlink.notify(NETLINK_GENERIC, group, all.slice(-2));
  };
  kernel.teams.listener = {
    options: (team, options) => {
      const group = netlink.groupOf(id, TEAM_GENL_CHANGE_EVENT_MC_GRP_NAME);
      const isHeard = netlink.hasListeners(NETLINK_GENERIC, group);
      if (!kernel.parts.team.tellsOptions) return isHeard;
      const bodies = optionBodies(kernel.parts.team, team, options);
      // Behind what ports are told of, which waits for what a driver says of its link.
      kernel.teams.defer(async () => announce(TEAM_CMD_OPTIONS_GET, bodies));
      return isHeard;
    },
    port: (port) => announce(TEAM_CMD_PORT_LIST_GET, [portBody(kernel.parts.team, port.team, [port])]),
  };
}

/** team_nl_team_get(). */
function requestedTeam(kernel: ReferenceKernel, { values }: NetlinkRequest): Team | Refusal {
  const netDevice = kernel.netDevices.get((numberIn(values, 'TEAM_ATTR_TEAM_IFINDEX') ?? 0) as IfIndex);
  return (netDevice === undefined ? undefined : teamOf(netDevice)) ?? refusal(EINVAL);
}

function ofTeam(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  replies: (team: Team) => readonly NetlinkBody[],
): HandlerResult {
  const team = requestedTeam(kernel, request);
  return 'errno' in team ? team : { ok: true, replies: replies(team) };
}

/** team_nl_send_options_get(): as many messages as the options need. What was told as changed is not told as such again. */
function optionBodies(parts: TeamParts, team: Team, options: readonly OptionInstance[]): readonly Values[] {
  const bodies: Values[] = [];
  let items: Values[] = [];
  let length = 0;
  const close = (): void => {
    const list = { TEAM_ATTR_ITEM_OPTION: items };
    bodies.push({ TEAM_ATTR_TEAM_IFINDEX: team.netDevice.ifIndex, TEAM_ATTR_LIST_OPTION: list });
    [items, length] = [[], 0];
  };
  for (const each of options) {
    const item = optionValues(parts, each);
    const size = encodeAttributes(TEAM, { TEAM_ATTR_LIST_OPTION: { TEAM_ATTR_ITEM_OPTION: [item] } }).length;
    if (length + size > MESSAGE_SIZE) close();
    items.push(item);
    length += size;
  }
  close();
  return bodies;
}

/** team_nl_fill_one_option_get(). */
function optionValues(parts: TeamParts, each: OptionInstance): Values {
  const { option, port, index, isRemoved, isChanged } = each;
  const data = encodeOptionData(option.type, option.get(each));
  each.isChanged = false;
  return {
    TEAM_ATTR_OPTION_NAME: option.name,
    ...(port === undefined ? {} : { TEAM_ATTR_OPTION_PORT_IFINDEX: port.netDevice.ifIndex }),
    ...(option.arraySize === undefined ? {} : { TEAM_ATTR_OPTION_ARRAY_INDEX: index }),
    TEAM_ATTR_OPTION_TYPE: OPTION_TYPES[option.type],
    ...(data === undefined ? {} : { TEAM_ATTR_OPTION_DATA: data }),
    ...(isRemoved ? { TEAM_ATTR_OPTION_REMOVED: true } : {}),
    ...(isChanged && parts.marksChanged ? { TEAM_ATTR_OPTION_CHANGED: true } : {}),
  };
}

/** team_nl_fill_one_port_get(). */
function portBody(parts: TeamParts, team: Team, ports: readonly TeamPort[]): Values {
  const items = ports.map((port): Values => {
    const { isChanged, isRemoved, state } = port;
    port.isChanged = false;
    return {
      TEAM_ATTR_PORT_IFINDEX: port.netDevice.ifIndex,
      ...(isChanged ? { TEAM_ATTR_PORT_CHANGED: true } : {}),
      ...(isRemoved ? { TEAM_ATTR_PORT_REMOVED: true } : {}),
      ...(parts.toldLink(port) ? { TEAM_ATTR_PORT_LINKUP: true } : {}),
      TEAM_ATTR_PORT_SPEED: state.speed,
      TEAM_ATTR_PORT_DUPLEX: state.duplex,
    };
  });
  return { TEAM_ATTR_TEAM_IFINDEX: team.netDevice.ifIndex, TEAM_ATTR_LIST_PORT: { TEAM_ATTR_ITEM_PORT: items } };
}

/** team_nl_options_set_doit(): one option after the other; what was done before a refusal stays done. */
async function setOptions(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const team = requestedTeam(kernel, request);
  if ('errno' in team) return team;
  const list = nestIn(request.values, 'TEAM_ATTR_LIST_OPTION');
  if (list === undefined) return refusal(EINVAL);
  for (const item of listIn(list, 'TEAM_ATTR_ITEM_OPTION').filter(isValues)) {
    const answer = setOne(kernel, team, item);
    if (answer !== undefined) return answer;
  }
  await kernel.settle();
  return { ok: true };
}

/** Undefined: it is set. */
function setOne({ teams }: ReferenceKernel, team: Team, item: Values): HandlerResult | undefined {
  const name = textIn(item, 'TEAM_ATTR_OPTION_NAME');
  const number = numberIn(item, 'TEAM_ATTR_OPTION_TYPE');
  if (name === undefined || number === undefined) return refusal(EINVAL);
  const type = optionType(number);
  // A type that nobody knows ends the request, and nobody hears of it.
  if (type === undefined) return { ok: true };
  const data = bytesIn(item, 'TEAM_ATTR_OPTION_DATA');
  if (type !== 'flag' && data === undefined) return refusal(EINVAL);
  const portIndex = numberIn(item, 'TEAM_ATTR_OPTION_PORT_IFINDEX') ?? 0;
  const arrayIndex = numberIn(item, 'TEAM_ATTR_OPTION_ARRAY_INDEX');
  const found = matching(teams, team, { name, type, portIndex, arrayIndex });
  if (found.length === 0) return refusal(ENOENT);
  if (type === 'string' && (data === undefined || data.length > TEAM_STRING_MAX_LEN || !data.includes(0)))
    return refusal(EINVAL);
  for (const each of found) {
    const errno = setOption(teams, each, decodeOptionData(type, data));
    if (errno !== undefined) return refusal(errno);
    each.isChanged = true;
  }
  // nlmsg_multicast(): what was done stays done, and the request ends here.
  const isHeard = teams.listener.options(team, found);
  return isHeard || !teams.parts.needsListener ? undefined : refusal(ESRCH);
}
