/** Traffic control over rtnetlink as the steps use it: qdiscs, filters with their actions, and what is announced of them. */
import { concat } from '../packet/bytes.js';
import { NetlinkClient, decodeBody, encodeBody, type NetlinkResult, type OpenSocket } from './client.js';
import {
  NETLINK_ROUTE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELQDISC,
  RTM_DELTFILTER,
  RTM_GETQDISC,
  RTM_GETTFILTER,
  RTM_NEWQDISC,
  RTM_NEWTFILTER,
  RTNLGRP_TC,
} from './constants.js';
import {
  ACTION,
  AT_INGRESS,
  ETH_P_ALL,
  FLOWER,
  GACT,
  MATCHALL,
  MIRRED,
  SKBEDIT,
  TC,
  TCMSG,
  TC_H_CLSACT,
  filterInfo,
  priorityIn,
  protocolIn,
} from './families/trafficControl.js';
import { decodeAttributes, bytesIn, encodeAttributes, nestIn, numberIn, textIn, type Values } from './schema.js';
import { encodeAttribute, parseAttributes, type Message } from './wire.js';

const CLSACT_HANDLE = 0xffff_0000;

export interface QdiscInfo {
  readonly ifIndex: number;
  readonly kind: string;
  readonly handle: number;
  readonly parent: number;
  /** Of TCA_STATS2: packets that found it full. */
  readonly drops: number;
}

/** One action of a filter: its kind, and the attributes of that kind. */
export interface ActionRequest {
  readonly kind: string;
  /** Absent: a request without TCA_ACT_OPTIONS. */
  readonly options?: Values;
}

export interface FilterPlace {
  readonly ifIndex: number;
  /** AT_INGRESS, AT_EGRESS; default: AT_INGRESS. */
  readonly parent?: number;
  readonly chain?: number;
  readonly priority?: number;
  /** Default: ETH_P_ALL. */
  readonly protocol?: number;
  readonly handle?: number;
}

export interface FilterRequest extends FilterPlace {
  /** Absent: a request without TCA_KIND. */
  readonly kind?: 'flower' | 'matchall' | (string & {});
  /** Attributes of the kind, without actions. Absent: a request without TCA_OPTIONS. */
  readonly options?: Values;
  readonly actions?: readonly ActionRequest[];
}

export interface ActionInfo {
  readonly kind: string;
  readonly options: Values;
  readonly packets: number;
  readonly bytes: number;
  readonly hardwarePackets: number;
  readonly drops: number;
  readonly overlimits: number;
}

/** A filter, as RTM_NEWTFILTER tells it. */
export interface FilterInfo {
  /** RTM_NEWTFILTER, RTM_DELTFILTER. */
  readonly type: number;
  readonly ifIndex: number;
  readonly parent: number;
  readonly chain: number;
  readonly priority: number;
  readonly protocol: number;
  readonly handle: number;
  readonly kind: string;
  readonly options: Values;
  /** TCA_CLS_FLAGS_*. */
  readonly flags: number;
  readonly actions: readonly ActionInfo[];
}

const done = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

export class TrafficControlClient {
  readonly client: NetlinkClient;

  private constructor(client: NetlinkClient) {
    this.client = client;
  }

  static async open(openSocket: OpenSocket): Promise<TrafficControlClient> {
    return new TrafficControlClient(await NetlinkClient.open(NETLINK_ROUTE, openSocket));
  }

  /** `tc qdisc add dev … clsact`; or another kind. */
  async addQdisc(
    ifIndex: number,
    kind = 'clsact',
    { parent = TC_H_CLSACT, handle = CLSACT_HANDLE, flags = NLM_F_CREATE | NLM_F_EXCL } = {},
  ): Promise<NetlinkResult<void>> {
    const header = { tcm_ifindex: ifIndex, tcm_parent: parent, tcm_handle: handle };
    return done(
      await this.client.request(
        RTM_NEWQDISC,
        encodeBody(TCMSG, header, encodeAttributes(TC, { TCA_KIND: kind })),
        flags,
      ),
    );
  }

  async removeQdisc(ifIndex: number, parent = TC_H_CLSACT): Promise<NetlinkResult<void>> {
    const header = { tcm_ifindex: ifIndex, tcm_parent: parent };
    return done(await this.client.request(RTM_DELQDISC, encodeBody(TCMSG, header, new Uint8Array(0))));
  }

  async qdiscs(ifIndex: number): Promise<NetlinkResult<readonly QdiscInfo[]>> {
    const result = await this.client.dump(RTM_GETQDISC, encodeBody(TCMSG, {}, new Uint8Array(0)));
    if (!result.ok) return result;
    return { ok: true, value: result.value.map(qdiscInfo).filter((qdisc) => qdisc.ifIndex === ifIndex) };
  }

  /** RTM_NEWTFILTER; by default one that must not be there yet. */
  async addFilter(filter: FilterRequest, flags = NLM_F_CREATE | NLM_F_EXCL): Promise<NetlinkResult<void>> {
    return done(await this.client.request(RTM_NEWTFILTER, filterBody(filter), flags));
  }

  /** RTM_DELTFILTER: one filter by its handle, all of a priority without, all of a chain without a priority. */
  async removeFilter(filter: FilterRequest): Promise<NetlinkResult<void>> {
    return done(await this.client.request(RTM_DELTFILTER, filterBody(filter)));
  }

  /** RTM_GETTFILTER of one. */
  async filter(filter: FilterRequest): Promise<NetlinkResult<FilterInfo | undefined>> {
    const result = await this.client.request(RTM_GETTFILTER, filterBody(filter));
    return result.ok ? { ok: true, value: result.value.map(filterInfoOf)[0] } : result;
  }

  /** All filters of a place that have a handle. */
  async filters(ifIndex: number, parent: number = AT_INGRESS): Promise<NetlinkResult<readonly FilterInfo[]>> {
    const body = encodeBody(TCMSG, { tcm_ifindex: ifIndex, tcm_parent: parent }, new Uint8Array(0));
    const result = await this.client.dump(RTM_GETTFILTER, body);
    if (!result.ok) return result;
    return { ok: true, value: result.value.map(filterInfoOf).filter(({ handle }) => handle !== 0) };
  }

  /** Starts listening to RTNLGRP_TC. */
  async listen(): Promise<void> {
    await this.client.socket.join(RTNLGRP_TC);
  }

  /** Filters that were announced, or are within the time; chains are announced there as well. */
  async announcements(withinMs: number): Promise<readonly FilterInfo[]> {
    const messages = await this.client.announcements(withinMs);
    return messages.filter(({ type }) => type === RTM_NEWTFILTER || type === RTM_DELTFILTER).map(filterInfoOf);
  }

  /** The same of qdiscs, with the type of the message. */
  async qdiscAnnouncements(withinMs: number): Promise<readonly (QdiscInfo & { readonly type: number })[]> {
    const messages = await this.client.announcements(withinMs);
    return messages
      .filter(({ type }) => type === RTM_NEWQDISC || type === RTM_DELQDISC)
      .map((message) => ({ type: message.type, ...qdiscInfo(message) }));
  }
}

function filterBody(filter: FilterRequest): Uint8Array {
  const { kind, options, actions = [], chain } = filter;
  const header = {
    tcm_ifindex: filter.ifIndex,
    tcm_parent: filter.parent ?? AT_INGRESS,
    tcm_handle: filter.handle ?? 0,
    tcm_info: filterInfo(filter.priority ?? 0, filter.protocol ?? ETH_P_ALL),
  };
  const set = kind === 'matchall' ? MATCHALL : FLOWER;
  const list = actions.length === 0 ? {} : { [`${set.name}_ACT`]: encodeActions(actions) };
  const attributes = encodeAttributes(TC, {
    ...(kind === undefined ? {} : { TCA_KIND: kind }),
    ...(chain === undefined ? {} : { TCA_CHAIN: chain }),
    ...(options === undefined ? {} : { TCA_OPTIONS: encodeAttributes(set, { ...options, ...list }) }),
  });
  return encodeBody(TCMSG, header, attributes);
}

const ACTION_SETS: Readonly<Record<string, typeof GACT>> = { gact: GACT, mirred: MIRRED, skbedit: SKBEDIT };

/** A list of actions, numbered from 1. */
export function encodeActions(actions: readonly ActionRequest[]): Uint8Array {
  return concat(
    ...actions.map(({ kind, options }, index) => {
      const set = ACTION_SETS[kind] ?? GACT;
      const values: Values = {
        TCA_ACT_KIND: kind,
        ...(options === undefined ? {} : { TCA_ACT_OPTIONS: encodeAttributes(set, options) }),
      };
      return encodeAttribute(index + 1, encodeAttributes(ACTION, values));
    }),
  );
}

export function decodeActions(bytes: Uint8Array): ActionInfo[] {
  return parseAttributes(bytes).attributes.map(({ data }) => {
    const values = decodeAttributes(ACTION, data);
    const kind = textIn(values, 'TCA_ACT_KIND') ?? '';
    const statistics = nestIn(values, 'TCA_ACT_STATS');
    const [basic, hardware, queue] = ['BASIC', 'BASIC_HW', 'QUEUE'].map((name) =>
      nestIn(statistics, `TCA_STATS_${name}`),
    );
    return {
      kind,
      options: decodeAttributes(ACTION_SETS[kind] ?? GACT, bytesIn(values, 'TCA_ACT_OPTIONS') ?? new Uint8Array(0)),
      packets: numberIn(basic, 'packets') ?? 0,
      bytes: numberIn(basic, 'bytes') ?? 0,
      hardwarePackets: numberIn(hardware, 'packets') ?? 0,
      drops: numberIn(queue, 'drops') ?? 0,
      overlimits: numberIn(queue, 'overlimits') ?? 0,
    };
  });
}

function qdiscInfo(message: Message): QdiscInfo {
  const { header, values } = decodeBody(TCMSG, TC, message);
  return {
    ifIndex: numberIn(header, 'tcm_ifindex') ?? 0,
    kind: textIn(values, 'TCA_KIND') ?? '',
    handle: numberIn(header, 'tcm_handle') ?? 0,
    parent: numberIn(header, 'tcm_parent') ?? 0,
    drops: numberIn(nestIn(nestIn(values, 'TCA_STATS2'), 'TCA_STATS_QUEUE'), 'drops') ?? 0,
  };
}

function filterInfoOf(message: Message): FilterInfo {
  const { header, values } = decodeBody(TCMSG, TC, message);
  const kind = textIn(values, 'TCA_KIND') ?? '';
  const set = kind === 'matchall' ? MATCHALL : FLOWER;
  const options = decodeAttributes(set, bytesIn(values, 'TCA_OPTIONS') ?? new Uint8Array(0));
  const info = numberIn(header, 'tcm_info') ?? 0;
  return {
    type: message.type,
    ifIndex: numberIn(header, 'tcm_ifindex') ?? 0,
    parent: numberIn(header, 'tcm_parent') ?? 0,
    chain: numberIn(values, 'TCA_CHAIN') ?? 0,
    priority: priorityIn(info),
    protocol: protocolIn(info),
    handle: numberIn(header, 'tcm_handle') ?? 0,
    kind,
    options,
    flags: numberIn(options, `${set.name}_FLAGS`) ?? 0,
    actions: decodeActions(bytesIn(options, `${set.name}_ACT`) ?? new Uint8Array(0)),
  };
}
