/** Teams over rtnetlink and their generic family, as the steps use them. */
import { GenericClient, NetlinkClient, decodeBody, encodeBody, type NetlinkResult, type OpenSocket } from './client.js';
import { NETLINK_ROUTE, NLMSG_MIN_TYPE, NLM_F_CREATE, NLM_F_EXCL, RTM_NEWLINK, RTM_SETLINK } from './constants.js';
import {
  OPTION_TYPES,
  TEAM,
  TEAM_CMD_OPTIONS_GET,
  TEAM_CMD_OPTIONS_SET,
  TEAM_CMD_PORT_LIST_GET,
  TEAM_GENL_CHANGE_EVENT_MC_GRP_NAME,
  TEAM_GENL_NAME,
  TEAM_GENL_VERSION,
  decodeOptionData,
  encodeOptionData,
  optionType,
  type TeamOptionType,
  type TeamOptionValue,
} from './families/team.js';
import { IFINFOMSG, LINK } from './families/rtnetlink.js';
import { bytesIn, encodeAttributes, isValues, listIn, nestIn, numberIn, textIn, type Values } from './schema.js';
import { GENLMSGHDR } from './server.js';
import type { Message } from './wire.js';

/** Which option is meant: that of the team, of a port, or one place of an array. */
export interface TeamOptionName {
  readonly name: string;
  readonly type: TeamOptionType;
  readonly port?: number;
  readonly index?: number;
}

export interface TeamOptionState extends TeamOptionName {
  readonly value: TeamOptionValue;
  readonly changed: boolean;
  readonly removed: boolean;
}

export interface TeamPortState {
  readonly ifIndex: number;
  readonly linkUp: boolean;
  readonly speed: number;
  readonly duplex: number;
  readonly changed: boolean;
  readonly removed: boolean;
}

/** What one message of the family tells of a team. */
export interface TeamNews {
  readonly team: number;
  readonly options: readonly TeamOptionState[];
  readonly ports: readonly TeamPortState[];
}

const changed = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

export class TeamClient {
  readonly route: NetlinkClient;
  readonly generic: GenericClient;
  #listens = false;

  private constructor(route: NetlinkClient, generic: GenericClient) {
    this.route = route;
    this.generic = generic;
  }

  static async open(openSocket: OpenSocket): Promise<TeamClient> {
    return new TeamClient(await NetlinkClient.open(NETLINK_ROUTE, openSocket), await GenericClient.open(openSocket));
  }

  async close(): Promise<void> {
    await this.route.socket.close();
    await this.generic.client.socket.close();
  }

  /** RTM_NEWLINK of the kind "team"; `attributes` by IFLA_ names. */
  async addTeam(name: string, attributes: Values = {}): Promise<NetlinkResult<void>> {
    const encoded = encodeAttributes(LINK, {
      IFLA_IFNAME: name,
      ...attributes,
      IFLA_LINKINFO: { IFLA_INFO_KIND: 'team' },
    });
    const body = encodeBody(IFINFOMSG, {}, encoded);
    return changed(await this.route.request(RTM_NEWLINK, body, NLM_F_CREATE | NLM_F_EXCL));
  }

  /** RTM_SETLINK with IFLA_MASTER; 0: out of its team. */
  async setMaster(ifIndex: number, master: number): Promise<NetlinkResult<void>> {
    const encoded = encodeAttributes(LINK, { IFLA_MASTER: master });
    return changed(await this.route.request(RTM_SETLINK, encodeBody(IFINFOMSG, { ifi_index: ifIndex }, encoded)));
  }

  /** TEAM_CMD_OPTIONS_SET of one option. The kernel answers ESRCH where nobody listens, so this socket does. */
  async setOption(team: number, option: TeamOptionName, value: TeamOptionValue): Promise<NetlinkResult<void>> {
    await this.listen();
    return this.setOptionUnheard(team, option, value);
  }

  /** The same, and whether anybody listens is not this socket's concern. */
  async setOptionUnheard(team: number, option: TeamOptionName, value: TeamOptionValue): Promise<NetlinkResult<void>> {
    const data = encodeOptionData(option.type, value);
    const item: Values = {
      TEAM_ATTR_OPTION_NAME: option.name,
      TEAM_ATTR_OPTION_TYPE: OPTION_TYPES[option.type],
      ...(option.port === undefined ? {} : { TEAM_ATTR_OPTION_PORT_IFINDEX: option.port }),
      ...(option.index === undefined ? {} : { TEAM_ATTR_OPTION_ARRAY_INDEX: option.index }),
      ...(data === undefined ? {} : { TEAM_ATTR_OPTION_DATA: data }),
    };
    const values = { TEAM_ATTR_TEAM_IFINDEX: team, TEAM_ATTR_LIST_OPTION: { TEAM_ATTR_ITEM_OPTION: [item] } };
    const { id } = await this.generic.family(TEAM_GENL_NAME);
    return changed(await this.generic.client.request(id, commandBody(TEAM_CMD_OPTIONS_SET, values)));
  }

  /** TEAM_CMD_OPTIONS_GET: every option that there is. */
  async options(team: number): Promise<NetlinkResult<readonly TeamOptionState[]>> {
    const news = await this.#ask(TEAM_CMD_OPTIONS_GET, team);
    return news.ok ? { ok: true, value: news.value.flatMap(({ options }) => options) } : news;
  }

  /** TEAM_CMD_PORT_LIST_GET. */
  async ports(team: number): Promise<NetlinkResult<readonly TeamPortState[]>> {
    const news = await this.#ask(TEAM_CMD_PORT_LIST_GET, team);
    return news.ok ? { ok: true, value: news.value.flatMap(({ ports }) => ports) } : news;
  }

  /** The kernel itself ends the answer, with NLMSG_DONE; an acknowledgement would only come behind it. */
  async #ask(command: number, team: number): Promise<NetlinkResult<readonly TeamNews[]>> {
    const { id } = await this.generic.family(TEAM_GENL_NAME);
    const body = commandBody(command, { TEAM_ATTR_TEAM_IFINDEX: team });
    const { replies, errors } = await this.generic.client.exchange(id, 0, body);
    const refused = errors.find(({ errno }) => errno !== 0);
    return refused === undefined ? { ok: true, value: replies.map(teamNews) } : { ok: false, error: refused };
  }

  /** From now on changes of teams are told to this socket. */
  async listen(): Promise<void> {
    if (this.#listens) return;
    this.#listens = true;
    await this.generic.join(TEAM_GENL_NAME, TEAM_GENL_CHANGE_EVENT_MC_GRP_NAME);
  }

  async announcements(withinMs: number): Promise<readonly TeamNews[]> {
    const messages = await this.generic.client.announcements(withinMs);
    return messages.filter(({ type }) => type >= NLMSG_MIN_TYPE).map(teamNews);
  }
}

const commandBody = (command: number, values: Values): Uint8Array =>
  encodeBody(GENLMSGHDR, { cmd: command, version: TEAM_GENL_VERSION }, encodeAttributes(TEAM, values));

function teamNews(message: Message): TeamNews {
  const { values } = decodeBody(GENLMSGHDR, TEAM, message);
  const items = (list: string, item: string): readonly Values[] => listIn(nestIn(values, list), item).filter(isValues);
  return {
    team: numberIn(values, 'TEAM_ATTR_TEAM_IFINDEX') ?? 0,
    options: items('TEAM_ATTR_LIST_OPTION', 'TEAM_ATTR_ITEM_OPTION').map(optionState),
    ports: items('TEAM_ATTR_LIST_PORT', 'TEAM_ATTR_ITEM_PORT').map(portState),
  };
}

function optionState(item: Values): TeamOptionState {
  const type = optionType(numberIn(item, 'TEAM_ATTR_OPTION_TYPE') ?? 0) ?? 'binary';
  const port = numberIn(item, 'TEAM_ATTR_OPTION_PORT_IFINDEX');
  const index = numberIn(item, 'TEAM_ATTR_OPTION_ARRAY_INDEX');
  return {
    name: textIn(item, 'TEAM_ATTR_OPTION_NAME') ?? '',
    type,
    ...(port === undefined ? {} : { port }),
    ...(index === undefined ? {} : { index }),
    value: decodeOptionData(type, bytesIn(item, 'TEAM_ATTR_OPTION_DATA')),
    changed: item['TEAM_ATTR_OPTION_CHANGED'] === true,
    removed: item['TEAM_ATTR_OPTION_REMOVED'] === true,
  };
}

const portState = (item: Values): TeamPortState => ({
  ifIndex: numberIn(item, 'TEAM_ATTR_PORT_IFINDEX') ?? 0,
  linkUp: item['TEAM_ATTR_PORT_LINKUP'] === true,
  speed: numberIn(item, 'TEAM_ATTR_PORT_SPEED') ?? 0,
  duplex: numberIn(item, 'TEAM_ATTR_PORT_DUPLEX') ?? 0,
  changed: item['TEAM_ATTR_PORT_CHANGED'] === true,
  removed: item['TEAM_ATTR_PORT_REMOVED'] === true,
});
