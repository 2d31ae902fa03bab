/** Filters at the ports of the target: put there by what they look for and do, and packets among them. */
import type { NetDeviceName } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import {
  AT_EGRESS,
  AT_INGRESS,
  ETH_P_ALL,
  TCA_CLS_FLAGS_SKIP_HW,
  TCA_CLS_FLAGS_SKIP_SW,
  TCA_EGRESS_MIRROR,
  TCA_EGRESS_REDIR,
  TC_ACT_GOTO_CHAIN,
  TC_ACT_OK,
  TC_ACT_PIPE,
  TC_ACT_SHOT,
  TC_ACT_STOLEN,
  TC_ACT_TRAP,
  TC_ACT_UNSPEC,
} from '../../reference-impl/netlink/families/trafficControl.js';
import {
  TrafficControlClient,
  type ActionRequest,
  type FilterInfo,
  type FilterRequest,
} from '../../reference-impl/netlink/trafficControlClient.js';
import type { Value, Values } from '../../reference-impl/netlink/schema.js';
import { parseIpv4, parseMac } from '../../reference-impl/packet/addresses.js';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import {
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from '../../reference-impl/packet/protocols.js';
import type { Action, Match, PortTest, Prefix, Rule } from '../properties/filterModel.js';
import { packetFrame, type Packet } from '../properties/packets.js';
import { addressOf, stationFamily, type StationFamily } from '../properties/stations.js';
import { expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { arrivedAt, portCalled, sendInto, switched, usedPorts, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** Who does it: whoever can, the software alone (skip_hw), the hardware alone (skip_sw). */
export type Mode = 'anybody' | 'software' | 'hardware';
export type Side = 'ingress' | 'egress';

const MODE_FLAGS: Readonly<Record<Mode, number>> = {
  anybody: 0,
  software: TCA_CLS_FLAGS_SKIP_HW,
  hardware: TCA_CLS_FLAGS_SKIP_SW,
};

export const PARENTS: Readonly<Record<Side, number>> = { ingress: AT_INGRESS, egress: AT_EGRESS };

/** One socket of this scenario; the hook in filters.steps.ts closes it. */
export const filterClient = (world: NicWorld): Promise<TrafficControlClient> =>
  world.note('filter client', () => TrafficControlClient.open((protocol) => world.target.netlink(protocol)));

/** Ports that have a place for filters already. */
const prepared = (world: NicWorld): Set<string> => world.note('ports with filters', () => new Set<string>());

export async function prepareFilters(world: NicWorld, port: string): Promise<void> {
  if (prepared(world).has(port)) return;
  const { ifIndex } = portCalled(world, port);
  accepted(await (await filterClient(world)).addQdisc(ifIndex), `making room for filters at ${port}`);
  prepared(world).add(port);
}

/** All filters of the port go with the place for them. */
export async function clearFilters(world: NicWorld, port: string): Promise<void> {
  if (!prepared(world).delete(port)) return;
  accepted(await (await filterClient(world)).removeQdisc(portCalled(world, port).ifIndex), `clearing ${port}`);
}

// From rules to requests.

export interface Placing {
  readonly side?: Side;
  readonly mode?: Mode;
  readonly handle?: number;
}

export function filterOf(world: NicWorld, port: string, rule: Rule, placing: Placing = {}): FilterRequest {
  const { side = 'ingress', mode = 'anybody', handle } = placing;
  const kind = rule.match === undefined ? 'matchall' : 'flower';
  const flags = MODE_FLAGS[mode];
  const keys = rule.match === undefined ? {} : keysOf(rule.match, stationFamily(world.scenario));
  return {
    ifIndex: portCalled(world, port).ifIndex,
    parent: PARENTS[side],
    priority: rule.priority,
    protocol: rule.match === undefined ? ETH_P_ALL : protocolOf(rule.match),
    kind,
    options: {
      ...keys,
      ...(flags === 0 ? {} : { [kind === 'flower' ? 'TCA_FLOWER_FLAGS' : 'TCA_MATCHALL_FLAGS']: flags }),
    },
    actions: rule.actions.map((action) => actionOf(world, action)),
    ...(rule.chain === undefined ? {} : { chain: rule.chain }),
    ...(handle === undefined ? {} : { handle }),
  };
}

/** The type of frame that a filter is for: a tagged one has that of its tag. */
function protocolOf({ isTagged, network }: Match): number {
  if (isTagged === true) return ETH_P_8021Q;
  return network === 'IPv4' ? ETH_P_IP : network === 'IPv6' ? ETH_P_IPV6 : ETH_P_ALL;
}

function keysOf(match: Match, family: StationFamily): Values {
  const keys: Record<string, Value> = {};
  if (match.from !== undefined) keys['TCA_FLOWER_KEY_ETH_SRC'] = parseMac(addressOf(match.from, family));
  if (match.fromBytes !== undefined)
    keys['TCA_FLOWER_KEY_ETH_SRC_MASK'] = new Uint8Array(6).fill(0xff, 0, match.fromBytes);
  if (match.to !== undefined) keys['TCA_FLOWER_KEY_ETH_DST'] = parseMac(addressOf(match.to, family));
  const type = match.network === 'IPv4' ? ETH_P_IP : match.network === 'IPv6' ? ETH_P_IPV6 : undefined;
  if (match.isTagged === true) {
    keys['TCA_FLOWER_KEY_ETH_TYPE'] = ETH_P_8021Q;
    if (type !== undefined) keys['TCA_FLOWER_KEY_VLAN_ETH_TYPE'] = type;
    if (match.vid !== undefined) keys['TCA_FLOWER_KEY_VLAN_ID'] = match.vid;
    if (match.vlanPriority !== undefined) keys['TCA_FLOWER_KEY_VLAN_PRIO'] = match.vlanPriority;
  } else if (type !== undefined) keys['TCA_FLOWER_KEY_ETH_TYPE'] = type;
  return { ...keys, ...networkKeys(match) };
}

function networkKeys(match: Match): Values {
  const keys: Record<string, Value> = {};
  const { transport } = match;
  if (transport !== undefined) keys['TCA_FLOWER_KEY_IP_PROTO'] = protocolNumber(transport, match.network === 'IPv6');
  for (const [name, prefix] of [
    ['SRC', match.source],
    ['DST', match.destination],
  ] as const) {
    if (prefix === undefined) continue;
    keys[`TCA_FLOWER_KEY_IPV4_${name}`] = parseIpv4(prefix.address);
    keys[`TCA_FLOWER_KEY_IPV4_${name}_MASK`] = maskOf(prefix);
  }
  if (match.ttl !== undefined) keys['TCA_FLOWER_KEY_IP_TTL'] = match.ttl;
  if (match.tos !== undefined) keys['TCA_FLOWER_KEY_IP_TOS'] = match.tos;
  if (match.tcpFlags !== undefined) {
    keys['TCA_FLOWER_KEY_TCP_FLAGS'] = match.tcpFlags.value;
    keys['TCA_FLOWER_KEY_TCP_FLAGS_MASK'] = match.tcpFlags.mask;
  }
  if (match.isReply !== undefined) {
    const six = match.network === 'IPv6';
    keys[`TCA_FLOWER_KEY_ICMPV${six ? 6 : 4}_TYPE`] = six ? (match.isReply ? 129 : 128) : match.isReply ? 0 : 8;
  }
  return {
    ...keys,
    ...portKeys('SRC', match.sourcePort, transport),
    ...portKeys('DST', match.destinationPort, transport),
  };
}

function protocolNumber(transport: NonNullable<Match['transport']>, isSix: boolean): number {
  if (transport === 'TCP') return IPPROTO_TCP;
  return transport === 'UDP' ? IPPROTO_UDP : isSix ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
}

function maskOf({ length }: Prefix): Uint8Array {
  return Uint8Array.from({ length: 4 }, (_, index) => {
    const bits = Math.min(8, Math.max(0, length - 8 * index));
    return (0xff00 >> bits) & 0xff;
  });
}

function portKeys(which: 'SRC' | 'DST', test: PortTest | undefined, transport: Match['transport']): Values {
  if (test === undefined) return {};
  if ('is' in test) return { [`TCA_FLOWER_KEY_${transport === 'TCP' ? 'TCP' : 'UDP'}_${which}`]: test.is };
  return { [`TCA_FLOWER_KEY_PORT_${which}_MIN`]: test.from, [`TCA_FLOWER_KEY_PORT_${which}_MAX`]: test.to };
}

export const gact = (verdict: number): ActionRequest => ({
  kind: 'gact',
  options: { TCA_GACT_PARMS: { action: verdict } },
});

export const mirred = (how: number, ifIndex: number, verdict: number): ActionRequest => ({
  kind: 'mirred',
  options: { TCA_MIRRED_PARMS: { action: verdict, eaction: how, ifindex: ifIndex } },
});

export function actionOf(world: NicWorld, action: Action): ActionRequest {
  switch (action.kind) {
    case 'drop':
      return gact(TC_ACT_SHOT);
    case 'pass':
      return gact(TC_ACT_OK);
    case 'continue':
      return gact(TC_ACT_UNSPEC);
    case 'trap':
      return gact(TC_ACT_TRAP);
    case 'goto':
      return gact(TC_ACT_GOTO_CHAIN | action.chain);
    case 'redirect':
      return mirred(TCA_EGRESS_REDIR, portCalled(world, action.to).ifIndex, TC_ACT_STOLEN);
    case 'mirror':
      return mirred(TCA_EGRESS_MIRROR, portCalled(world, action.to).ifIndex, TC_ACT_PIPE);
  }
}

// Asking the kernel.

/** A port that frames are sent to is up, unless a scenario sets it down. */
export async function setTargetUp(world: NicWorld, port: string): Promise<void> {
  const up = world.note('ports that are up', () => new Set<string>());
  if (up.has(port)) return;
  up.add(port);
  await setFlag(world, IFF_UP, true, portCalled(world, port).ifIndex);
}

export async function tryFilter(
  world: NicWorld,
  port: string,
  rule: Rule,
  placing: Placing = {},
): Promise<NetlinkResult<void>> {
  await prepareFilters(world, port);
  for (const action of rule.actions) if ('to' in action) await setTargetUp(world, action.to);
  return (await filterClient(world)).addFilter(filterOf(world, port, rule, placing));
}

export async function putFilter(world: NicWorld, port: string, rule: Rule, placing: Placing = {}): Promise<void> {
  accepted(await tryFilter(world, port, rule, placing), `putting filter ${rule.priority} at ${port}`);
}

export async function filtersAt(world: NicWorld, port: string, side: Side = 'ingress'): Promise<readonly FilterInfo[]> {
  const client = await filterClient(world);
  return accepted(
    await client.filters(portCalled(world, port).ifIndex, PARENTS[side]),
    `reading the filters of ${port}`,
  );
}

// Packets.

interface SentPackets {
  frames: Uint8Array[];
}

export const sentPackets = (world: NicWorld): SentPackets => world.note('packets', () => ({ frames: [] }));

export async function sendPackets(world: NicWorld, port: string, packets: readonly Packet[]): Promise<void> {
  sentPackets(world).frames = await sendInto(world, port, framesOf(world, packets));
}

function framesOf(world: NicWorld, packets: readonly Packet[]): Uint8Array[] {
  const state = switched(world);
  const family = stationFamily(world.scenario);
  return packets.map((packet) => packetFrame(packet, state.nextNumber++, family));
}

/** The host sends them at one of its net devices, or through the bridge. */
export async function sendPacketsFromHost(
  world: NicWorld,
  netDevice: NetDeviceName,
  packets: readonly Packet[],
): Promise<void> {
  await watch(world, new Map());
  switched(world).arrived.clear();
  switched(world).isQuiet = false;
  const frames = framesOf(world, packets);
  sentPackets(world).frames = frames;
  const sent = await (await world.host(netDevice)).send(frames.map((bytes) => ({ bytes })));
  expectThat(sent.ok, `the kernel refused to send: errno ${sent.ok ? 0 : sent.errno}`);
}

/** Where packets are looked for. */
export const allPorts = (world: NicWorld): readonly string[] => usedPorts(world).map(({ port }) => port);
export const everywhere = (world: NicWorld): readonly string[] => [...allPorts(world), ...switched(world).listened];

/** The same for each packet that was sent last. */
export const eachPacket = (world: NicWorld, fate: readonly string[]): readonly (readonly string[])[] =>
  sentPackets(world).frames.map(() => fate);

/**
 * At each of these places exactly so many copies of each packet came as its list names the place, the packets as they were sent.
 */
export async function expectPackets(
  world: NicWorld,
  fates: readonly (readonly string[])[],
  places: readonly string[] = allPorts(world),
): Promise<void> {
  const { frames } = sentPackets(world);
  const expected = new Map<string, Uint8Array[]>();
  for (const [index, frame] of frames.entries())
    for (const place of fates[index] ?? []) expected.set(place, [...(expected.get(place) ?? []), frame]);
  await watch(world, new Map([...expected].map(([place, list]) => [place, list.length])));
  for (const place of places) {
    const [came, wanted] = [arrivedAt(world, place), expected.get(place) ?? []];
    const isRight =
      came.length === wanted.length && wanted.every((frame) => timesIn(came, frame) === timesIn(wanted, frame));
    expectThat(isRight, `at ${place} came ${described(came, frames)} instead of ${described(wanted, frames)}`);
  }
}

const timesIn = (frames: readonly Uint8Array[], frame: Uint8Array): number =>
  frames.filter((each) => equalBytes(each, frame)).length;

function described(came: readonly Uint8Array[], sent: readonly Uint8Array[]): string {
  if (came.length === 0) return 'nothing';
  const names = came.map((frame) => {
    const index = sent.findIndex((each) => equalBytes(each, frame));
    return index < 0 ? 'a changed packet' : `packet ${index + 1}`;
  });
  return names.join(', ');
}
