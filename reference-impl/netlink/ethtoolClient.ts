/** ethtool netlink and the netdev family as the steps use them. */
import {
  GenericClient,
  NetlinkProtocolError,
  decodeBody,
  encodeBody,
  type NetlinkResult,
  type OpenSocket,
} from './client.js';
import { bitChanges, bitList, decodeBits, type DecodedBits } from './bitset.js';
import {
  ETHTOOL_FLAG_COMPACT_BITSETS,
  ETHTOOL_FLAG_STATS,
  ETHTOOL_GENL_NAME,
  ETHTOOL_GENL_VERSION,
  ETHTOOL_MCGRP_MONITOR_NAME,
  ETHTOOL_NOTIFICATIONS,
  ETHTOOL_OPERATIONS,
  ETH_SS_FEATURES,
  ETH_SS_STATS,
  type EthtoolNotificationName,
  type EthtoolOperationName,
} from './families/ethtool.js';
import {
  NETDEV_CMD_QSTATS_GET,
  NETDEV_CMD_QUEUE_GET,
  NETDEV_FAMILY_NAME,
  NETDEV_FAMILY_VERSION,
  NETDEV_QSTATS,
  NETDEV_QSTATS_SCOPE_QUEUE,
  NETDEV_QUEUE,
  NETDEV_QUEUE_TYPE_RX,
  NETDEV_QUEUE_TYPE_TX,
  QUEUE_COUNTERS,
  type QueueCounter,
} from './families/netdev.js';
import { encodeAttributes, isValues, listIn, nestIn, numberIn, textIn, type Values } from './schema.js';
import { GENLMSGHDR } from './server.js';
import {
  ETH_CTRL_NAMES,
  ETH_MAC_NAMES,
  ETH_PHY_NAMES,
  LINK_MODE_NAMES,
  RMON_NAMES,
  RX_FILTER_NAMES,
  STATS_GROUP_NAMES,
  TIMESTAMPING_NAMES,
  TX_TYPE_NAMES,
} from './stringSets.js';
import type { Message } from './wire.js';

/** The four sets of ETHTOOL_MSG_FEATURES_GET, by feature name. */
export interface FeatureState {
  /** What can be changed. */
  readonly hw: ReadonlySet<string>;
  readonly wanted: ReadonlySet<string>;
  readonly active: ReadonlySet<string>;
  /** What never changes. */
  readonly nochange: ReadonlySet<string>;
  /** Every name that the kernel knows, by number; a number that is not in use has an empty name. */
  readonly names: readonly string[];
}

/** Reply of ETHTOOL_MSG_FEATURES_SET: `wanted`, what was asked for and is not so, with the value it has; `active`, what changed. */
export interface FeatureChangeReply {
  readonly wanted: DecodedBits;
  readonly active: DecodedBits;
}

export interface Announcement {
  readonly name: EthtoolNotificationName;
  readonly values: Values;
}

export interface QueueCounters {
  readonly type: 'rx' | 'tx';
  readonly queue: number;
  readonly counters: Readonly<Partial<Record<QueueCounter, number>>>;
}

/** A group of ETHTOOL_MSG_STATS_GET. */
export interface StatisticsGroup {
  readonly counters: Readonly<Record<string, number>>;
  readonly rxHistogram: readonly { readonly low: number; readonly high: number; readonly count: number }[];
  readonly txHistogram: readonly { readonly low: number; readonly high: number; readonly count: number }[];
}

const GROUP_COUNTERS: Readonly<Record<string, readonly string[]>> = {
  'eth-phy': ETH_PHY_NAMES,
  'eth-mac': ETH_MAC_NAMES,
  'eth-ctrl': ETH_CTRL_NAMES,
  rmon: RMON_NAMES,
};

/** Names of features by number, which are others from release to release: once asked for, they hold for every client of a kernel. */
export interface FeatureNames {
  names?: readonly string[];
}

/** @requirement ETH-NL-*, NIC-NL-*, ETH-STR-* */
export class EthtoolClient {
  readonly generic: GenericClient;
  readonly #features: FeatureNames;

  private constructor(generic: GenericClient, features: FeatureNames) {
    this.generic = generic;
    this.#features = features;
  }

  static async open(openSocket: OpenSocket, features: FeatureNames = {}): Promise<EthtoolClient> {
    return new EthtoolClient(await GenericClient.open(openSocket), features);
  }

  /** The bytes behind the netlink header of a request of this operation. `headerValues` are members of ETHTOOL_A_HEADER_. */
  body(name: EthtoolOperationName, headerValues: Values, values: Values = {}): Uint8Array {
    const { command, set, header } = ETHTOOL_OPERATIONS[name];
    const attributes = encodeAttributes(set, { [header]: headerValues, ...values });
    return encodeBody(GENLMSGHDR, { cmd: command, version: ETHTOOL_GENL_VERSION }, attributes);
  }

  async familyId(): Promise<number> {
    return (await this.generic.family(ETHTOOL_GENL_NAME)).id;
  }

  /** Sends an operation for the net device of this name and answers its reply's attributes; empty where it has no reply. */
  async call(
    name: EthtoolOperationName,
    netDevice: string,
    values: Values = {},
    headerValues: Values = {},
  ): Promise<NetlinkResult<Values>> {
    const body = this.body(name, { ETHTOOL_A_HEADER_DEV_NAME: netDevice, ...headerValues }, values);
    const result = await this.generic.client.request(await this.familyId(), body);
    if (!result.ok) return result;
    const [reply] = result.value;
    return { ok: true, value: reply === undefined ? {} : this.decode(name, reply) };
  }

  /** The attributes of a reply. */
  decode(name: EthtoolOperationName, reply: Message): Values {
    return decodeBody(GENLMSGHDR, ETHTOOL_OPERATIONS[name].set, reply).values;
  }

  async features(netDevice: string): Promise<NetlinkResult<FeatureState>> {
    // The compact form: the verbose one names every bit four times over.
    const result = await this.call(
      'FEATURES_GET',
      netDevice,
      {},
      { ETHTOOL_A_HEADER_FLAGS: ETHTOOL_FLAG_COMPACT_BITSETS },
    );
    if (!result.ok) return result;
    const names = await this.#featureNames(netDevice);
    const bits = (name: string): ReadonlySet<string> => decodeBits(nestIn(result.value, name), names).set;
    return {
      ok: true,
      value: {
        hw: bits('ETHTOOL_A_FEATURES_HW'),
        wanted: bits('ETHTOOL_A_FEATURES_WANTED'),
        active: bits('ETHTOOL_A_FEATURES_ACTIVE'),
        nochange: bits('ETHTOOL_A_FEATURES_NOCHANGE'),
        names,
      },
    };
  }

  async setFeatures(
    netDevice: string,
    changes: Readonly<Record<string, boolean>>,
  ): Promise<NetlinkResult<FeatureChangeReply>> {
    const result = await this.call('FEATURES_SET', netDevice, { ETHTOOL_A_FEATURES_WANTED: bitChanges(changes) });
    if (!result.ok) return result;
    const names = await this.#featureNames(netDevice);
    return {
      ok: true,
      value: {
        wanted: decodeBits(nestIn(result.value, 'ETHTOOL_A_FEATURES_WANTED'), names),
        active: decodeBits(nestIn(result.value, 'ETHTOOL_A_FEATURES_ACTIVE'), names),
      },
    };
  }

  /** ETHTOOL_MSG_PAUSE_GET with its statistics. */
  async pause(netDevice: string): Promise<NetlinkResult<Values>> {
    return this.call('PAUSE_GET', netDevice, {}, { ETHTOOL_A_HEADER_FLAGS: ETHTOOL_FLAG_STATS });
  }

  /** ETHTOOL_MSG_LINKMODES_GET: `ours` and `advertised` are the mask and the values of one bitset. */
  async linkModes(
    netDevice: string,
  ): Promise<NetlinkResult<{ readonly values: Values; readonly ours: DecodedBits; readonly peer: DecodedBits }>> {
    const result = await this.call('LINKMODES_GET', netDevice);
    if (!result.ok) return result;
    const bits = (name: string): DecodedBits => decodeBits(nestIn(result.value, name), LINK_MODE_NAMES);
    return {
      ok: true,
      value: { values: result.value, ours: bits('ETHTOOL_A_LINKMODES_OURS'), peer: bits('ETHTOOL_A_LINKMODES_PEER') },
    };
  }

  /** Bits of a timestamping bitset attribute by name. */
  timestampingBits(
    values: Values,
    attribute: 'TIMESTAMPING' | 'TX_TYPES' | 'RX_FILTERS',
    of = 'TSINFO',
  ): ReadonlySet<string> {
    const names = { TIMESTAMPING: TIMESTAMPING_NAMES, TX_TYPES: TX_TYPE_NAMES, RX_FILTERS: RX_FILTER_NAMES }[attribute];
    return decodeBits(nestIn(values, `ETHTOOL_A_${of}_${attribute}`), names).set;
  }

  /** ETHTOOL_MSG_TSCONFIG_SET by names, for example `on` and `ptpv2-event`. Answers what is in force. */
  async setTimestamping(netDevice: string, txType: string, rxFilter: string): Promise<NetlinkResult<Values>> {
    return this.call('TSCONFIG_SET', netDevice, {
      ETHTOOL_A_TSCONFIG_TX_TYPES: bitList([txType], TX_TYPE_NAMES),
      ETHTOOL_A_TSCONFIG_RX_FILTERS: bitList([rxFilter], RX_FILTER_NAMES),
    });
  }

  /** ETHTOOL_MSG_STATS_GET: the groups by name; a counter that the device does not keep is not there. */
  async statisticsGroups(
    netDevice: string,
    groups: readonly string[],
  ): Promise<NetlinkResult<ReadonlyMap<string, StatisticsGroup>>> {
    const result = await this.call('STATS_GET', netDevice, {
      ETHTOOL_A_STATS_GROUPS: bitList(groups, STATS_GROUP_NAMES),
    });
    if (!result.ok) return result;
    const found = listIn(result.value, 'ETHTOOL_A_STATS_GRP').filter(isValues).map(decodeGroup);
    return { ok: true, value: new Map(found) };
  }

  /** The names of the private counters, from the string set of the device. */
  privateCounterNames(netDevice: string): Promise<NetlinkResult<readonly string[]>> {
    return this.#stringSet(netDevice, ETH_SS_STATS);
  }

  async #featureNames(netDevice: string): Promise<readonly string[]> {
    if (this.#features.names === undefined) {
      const asked = await this.#stringSet(netDevice, ETH_SS_FEATURES);
      if (!asked.ok) throw new NetlinkProtocolError(`the kernel does not name its features: ${asked.error.errnoName}`);
      this.#features.names = asked.value;
    }
    return this.#features.names;
  }

  async #stringSet(netDevice: string, id: number): Promise<NetlinkResult<readonly string[]>> {
    const result = await this.call('STRSET_GET', netDevice, {
      ETHTOOL_A_STRSET_STRINGSETS: { ETHTOOL_A_STRINGSETS_STRINGSET: [{ ETHTOOL_A_STRINGSET_ID: id }] },
    });
    if (!result.ok) return result;
    const [set] = listIn(nestIn(result.value, 'ETHTOOL_A_STRSET_STRINGSETS'), 'ETHTOOL_A_STRINGSETS_STRINGSET').filter(
      isValues,
    );
    const strings = listIn(nestIn(set, 'ETHTOOL_A_STRINGSET_STRINGS'), 'ETHTOOL_A_STRINGS_STRING').filter(isValues);
    return { ok: true, value: strings.map((string) => textIn(string, 'ETHTOOL_A_STRING_VALUE') ?? '') };
  }

  async listen(): Promise<void> {
    await this.generic.join(ETHTOOL_GENL_NAME, ETHTOOL_MCGRP_MONITOR_NAME);
  }

  /** The announcements of the family that are there, or come within the time. */
  async announcements(withinMs: number): Promise<readonly Announcement[]> {
    const id = await this.familyId();
    const messages = await this.generic.client.announcements(withinMs);
    return messages.filter(({ type }) => type === id).flatMap(decodeAnnouncement);
  }

  /** NETDEV_CMD_QSTATS_GET with the scope of queues. */
  async queueStatistics(ifIndex: number): Promise<NetlinkResult<readonly QueueCounters[]>> {
    const values = { NETDEV_A_QSTATS_IFINDEX: ifIndex, NETDEV_A_QSTATS_SCOPE: NETDEV_QSTATS_SCOPE_QUEUE };
    const result = await this.#netdevDump(NETDEV_CMD_QSTATS_GET, encodeAttributes(NETDEV_QSTATS, values));
    if (!result.ok) return result;
    return {
      ok: true,
      value: result.value.map((reply) => decodeCounters(decodeBody(GENLMSGHDR, NETDEV_QSTATS, reply).values)),
    };
  }

  /** NETDEV_CMD_QSTATS_GET without a scope: the whole device. */
  async deviceQueueStatistics(ifIndex: number): Promise<NetlinkResult<QueueCounters['counters']>> {
    const result = await this.#netdevDump(
      NETDEV_CMD_QSTATS_GET,
      encodeAttributes(NETDEV_QSTATS, { NETDEV_A_QSTATS_IFINDEX: ifIndex }),
    );
    if (!result.ok) return result;
    const [reply] = result.value;
    if (reply === undefined) return { ok: true, value: {} };
    return { ok: true, value: decodeCounters(decodeBody(GENLMSGHDR, NETDEV_QSTATS, reply).values).counters };
  }

  /** NETDEV_CMD_QUEUE_GET: the queues that are in use. */
  async queues(
    ifIndex: number,
  ): Promise<NetlinkResult<readonly { readonly type: 'rx' | 'tx'; readonly id: number }[]>> {
    const result = await this.#netdevDump(
      NETDEV_CMD_QUEUE_GET,
      encodeAttributes(NETDEV_QUEUE, { NETDEV_A_QUEUE_IFINDEX: ifIndex }),
    );
    if (!result.ok) return result;
    const queues = result.value.map((reply) => {
      const { values } = decodeBody(GENLMSGHDR, NETDEV_QUEUE, reply);
      const isRx = numberIn(values, 'NETDEV_A_QUEUE_TYPE') === NETDEV_QUEUE_TYPE_RX;
      return { type: isRx ? ('rx' as const) : ('tx' as const), id: numberIn(values, 'NETDEV_A_QUEUE_ID') ?? -1 };
    });
    return { ok: true, value: queues };
  }

  /** NETDEV_CMD_QUEUE_GET of one queue: nothing, or the refusal. */
  async queue(ifIndex: number, type: 'rx' | 'tx', id: number): Promise<NetlinkResult<void>> {
    const family = await this.generic.family(NETDEV_FAMILY_NAME);
    const attributes = encodeAttributes(NETDEV_QUEUE, {
      NETDEV_A_QUEUE_IFINDEX: ifIndex,
      NETDEV_A_QUEUE_TYPE: type === 'rx' ? NETDEV_QUEUE_TYPE_RX : NETDEV_QUEUE_TYPE_TX,
      NETDEV_A_QUEUE_ID: id,
    });
    const body = encodeBody(GENLMSGHDR, { cmd: NETDEV_CMD_QUEUE_GET, version: NETDEV_FAMILY_VERSION }, attributes);
    const result = await this.generic.client.request(family.id, body);
    return result.ok ? { ok: true, value: undefined } : result;
  }

  async #netdevDump(command: number, attributes: Uint8Array): Promise<NetlinkResult<readonly Message[]>> {
    const { id } = await this.generic.family(NETDEV_FAMILY_NAME);
    return this.generic.client.dump(
      id,
      encodeBody(GENLMSGHDR, { cmd: command, version: NETDEV_FAMILY_VERSION }, attributes),
    );
  }
}

function decodeAnnouncement(message: Message): Announcement[] {
  const command = message.body[0];
  for (const [name, { command: candidate, set }] of Object.entries(ETHTOOL_NOTIFICATIONS)) {
    if (candidate !== command) continue;
    return [{ name: name as EthtoolNotificationName, values: decodeBody(GENLMSGHDR, set, message).values }];
  }
  return [];
}

function decodeGroup(group: Values): [string, StatisticsGroup] {
  const name = STATS_GROUP_NAMES[numberIn(group, 'ETHTOOL_A_STATS_GRP_ID') ?? -1] ?? '';
  const counters: Record<string, number> = {};
  for (const stat of listIn(group, 'ETHTOOL_A_STATS_GRP_STAT').filter(isValues)) {
    for (const [index, value] of Object.entries(stat)) {
      counters[GROUP_COUNTERS[name]?.[Number(index)] ?? index] = Number(value);
    }
  }
  const histogram = (attribute: string): StatisticsGroup['rxHistogram'] =>
    listIn(group, attribute)
      .filter(isValues)
      .map((bucket) => ({
        low: numberIn(bucket, 'ETHTOOL_A_STATS_GRP_HIST_BKT_LOW') ?? 0,
        high: numberIn(bucket, 'ETHTOOL_A_STATS_GRP_HIST_BKT_HI') ?? 0,
        count: numberIn(bucket, 'ETHTOOL_A_STATS_GRP_HIST_VAL') ?? 0,
      }));
  return [
    name,
    {
      counters,
      rxHistogram: histogram('ETHTOOL_A_STATS_GRP_HIST_RX'),
      txHistogram: histogram('ETHTOOL_A_STATS_GRP_HIST_TX'),
    },
  ];
}

function decodeCounters(values: Values): QueueCounters {
  const counters: Partial<Record<QueueCounter, number>> = {};
  for (const name of QUEUE_COUNTERS) {
    const value = numberIn(values, `NETDEV_A_QSTATS_${name}`);
    if (value !== undefined) counters[name] = value;
  }
  const isRx = numberIn(values, 'NETDEV_A_QSTATS_QUEUE_TYPE') === NETDEV_QUEUE_TYPE_RX;
  return { type: isRx ? 'rx' : 'tx', queue: numberIn(values, 'NETDEV_A_QSTATS_QUEUE_ID') ?? -1, counters };
}
