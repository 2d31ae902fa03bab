/**
 * The whole network hierarchy of a kernel, read over netlink alone: which net device is above which, and what belongs to each: addresses,
 * forwarding entries, VLANs, routes, neighbours, queueing disciplines.
 */
import { formatIpv4, formatIpv6, formatMac } from '../packet/addresses.js';
import { NetlinkClient, decodeBody, encodeBody, type NetlinkResult, type OpenSocket } from './client.js';
import {
  AF_BRIDGE,
  AF_INET,
  AF_INET6,
  NETLINK_ROUTE,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETQDISC,
  RTM_GETROUTE,
} from './constants.js';
import { BRIDGE_SPEC, RTEXT_FILTER_BRVLAN } from './families/bridge.js';
import { ROUTE_ATTRIBUTES, RT_TABLE_LOCAL, decodeNexthops } from './families/routing.js';
import { ADDRESS, IFADDRMSG, IFINFOMSG, LINK, NDMSG, NEIGHBOUR, RTMSG } from './families/rtnetlink.js';
import {
  attributeSet,
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  isValues,
  listIn,
  nestIn,
  numberIn,
  text,
  textIn,
  type AttributeSet,
  type StructField,
  type Values,
} from './schema.js';

/** Subsystems, and what of the hierarchy is theirs. */
export const EXPORT_PROTOCOLS = ['bridge', 'bond', 'vlan', 'vrf', 'ipv4', 'ipv6', 'neighbour', 'qdisc'] as const;
export type ExportProtocol = (typeof EXPORT_PROTOCOLS)[number];

/** One net device with what belongs to it. */
export interface HierarchyNode {
  readonly ifIndex: number;
  readonly name: string;
  /** IFLA_INFO_KIND; `device` for what has none. */
  readonly kind: string;
  readonly address: string;
  readonly mtu: number;
  readonly up: boolean;
  /** Of what it is a part, and on top of what it is. */
  readonly master?: string;
  readonly link?: string;
  /** `192.0.2.1/24`. */
  readonly addresses: readonly string[];
  /** VIDs of a bridge port or a bridge; a port's own is followed by `pvid`, one without a tag by `untagged`. */
  readonly vlans: readonly string[];
  /** Stations behind a bridge port: address, and VID where it has one. */
  readonly entries: readonly string[];
  readonly neighbours: readonly string[];
  readonly qdiscs: readonly string[];
}

export interface HierarchyRoute {
  readonly destination: string;
  readonly via: readonly string[];
  readonly devices: readonly string[];
  readonly table: number;
  /** RTPROT_*: who made it. */
  readonly protocol: number;
  readonly metric: number;
}

export interface Hierarchy {
  readonly devices: readonly HierarchyNode[];
  readonly routes: readonly HierarchyRoute[];
}

export interface ExportFilter {
  readonly protocol?: ExportProtocol;
  /** Of routes: those of this RTPROT_* alone. */
  readonly origin?: number;
}

/** struct tcmsg. */
const TCMSG: readonly StructField[] = [
  { name: 'tcm_family', kind: 'u8' },
  { name: 'pad', kind: { pad: 3 } },
  { name: 'tcm_ifindex', kind: 's32' },
  { name: 'tcm_handle', kind: 'u32' },
  { name: 'tcm_parent', kind: 'u32' },
  { name: 'tcm_info', kind: 'u32' },
];
const TCA = attributeSet('TCA', [[1, 'TCA_KIND', text]]);

interface Told {
  readonly header: Values;
  readonly values: Values;
}

/** The kernel refused one of the dumps of which the hierarchy is made. */
export class HierarchyError extends Error {
  override readonly name = 'HierarchyError';
}

/** @throws HierarchyError where the kernel refuses to list links; what else it does not have is left out. */
export async function readHierarchy(open: OpenSocket, filter: ExportFilter = {}): Promise<Hierarchy> {
  const client = await NetlinkClient.open(NETLINK_ROUTE, open);
  try {
    const links = await dump(client, RTM_GETLINK, IFINFOMSG, LINK, {});
    if (!links.ok) throw new HierarchyError(`listing links was refused: ${links.error.errnoName}`);
    const names = new Map(
      links.value.map(({ header, values }) => [
        numberIn(header, 'ifi_index') ?? 0,
        textIn(values, 'IFLA_IFNAME') ?? '',
      ]),
    );
    const belongings = await readBelongings(client, filter);
    const devices = links.value.map((link) => nodeOf(link, names, belongings));
    const routes = await readRoutes(client, filter, names);
    return { devices: selected(devices, filter), routes };
  } finally {
    await client.socket.close();
  }
}

async function dump(
  client: NetlinkClient,
  type: number,
  header: readonly StructField[],
  set: AttributeSet,
  values: Values,
  attributes: Uint8Array = new Uint8Array(0),
): Promise<NetlinkResult<readonly Told[]>> {
  const result = await client.dump(type, encodeBody(header, values, attributes));
  return result.ok ? { ok: true, value: result.value.map((reply) => decodeBody(header, set, reply)) } : result;
}

type Belongings = Readonly<
  Record<'addresses' | 'vlans' | 'entries' | 'neighbours' | 'qdiscs', ReadonlyMap<number, readonly string[]>>
>;

const wants = ({ protocol }: ExportFilter, ...of: readonly ExportProtocol[]): boolean =>
  protocol === undefined || of.includes(protocol);

async function readBelongings(client: NetlinkClient, filter: ExportFilter): Promise<Belongings> {
  const list = async (
    isWanted: boolean,
    index: string,
    line: (told: Told) => string | readonly string[] | undefined,
    ...query: [number, readonly StructField[], AttributeSet, Values, Uint8Array?]
  ): Promise<ReadonlyMap<number, readonly string[]>> => {
    const lines = new Map<number, string[]>();
    const told = isWanted ? await dump(client, ...query) : undefined;
    for (const each of told?.ok === true ? told.value : []) {
      const owner = numberIn(each.header, index) ?? 0;
      const words = line(each) ?? [];
      lines.set(owner, [...(lines.get(owner) ?? []), ...(typeof words === 'string' ? [words] : words)]);
    }
    return lines;
  };
  const merge = (...maps: readonly ReadonlyMap<number, readonly string[]>[]): Map<number, readonly string[]> => {
    const all = new Map<number, readonly string[]>();
    for (const map of maps) for (const [key, lines] of map) all.set(key, [...(all.get(key) ?? []), ...lines]);
    return all;
  };
  const isBridge = wants(filter, 'bridge');
  const vlanMask = encodeAttributes(LINK, { IFLA_EXT_MASK: RTEXT_FILTER_BRVLAN });
  const addressesOf = (family: number): Promise<ReadonlyMap<number, readonly string[]>> =>
    list(
      wants(filter, family === AF_INET ? 'ipv4' : 'ipv6'),
      'ifa_index',
      addressLine,
      RTM_GETADDR,
      IFADDRMSG,
      ADDRESS,
      {
        ifa_family: family,
      },
    );
  const neighboursOf = (family: number): Promise<ReadonlyMap<number, readonly string[]>> =>
    list(wants(filter, 'neighbour'), 'ndm_ifindex', neighbourLine, RTM_GETNEIGH, NDMSG, NEIGHBOUR, {
      ndm_family: family,
    });
  return {
    addresses: merge(await addressesOf(AF_INET), await addressesOf(AF_INET6)),
    vlans: await list(
      isBridge,
      'ifi_index',
      vlanLines,
      RTM_GETLINK,
      IFINFOMSG,
      LINK,
      { ifi_family: AF_BRIDGE },
      vlanMask,
    ),
    entries: await list(isBridge, 'ndm_ifindex', entryLine, RTM_GETNEIGH, NDMSG, NEIGHBOUR, { ndm_family: AF_BRIDGE }),
    neighbours: merge(await neighboursOf(AF_INET), await neighboursOf(AF_INET6)),
    qdiscs: await list(
      wants(filter, 'qdisc'),
      'tcm_ifindex',
      ({ values }) => textIn(values, 'TCA_KIND'),
      RTM_GETQDISC,
      TCMSG,
      TCA,
      {},
    ),
  };
}

const ipText = (bytes: Uint8Array): string => (bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes));

function addressLine({ header, values }: Told): string | undefined {
  const address = bytesIn(values, 'IFA_LOCAL') ?? bytesIn(values, 'IFA_ADDRESS');
  return address === undefined ? undefined : `${ipText(address)}/${numberIn(header, 'ifa_prefixlen') ?? 0}`;
}

function neighbourLine({ values }: Told): string | undefined {
  const [address, station] = [bytesIn(values, 'NDA_DST'), bytesIn(values, 'NDA_LLADDR')];
  if (address === undefined) return undefined;
  return station?.length === 6 ? `${ipText(address)} at ${formatMac(station)}` : ipText(address);
}

function entryLine({ values }: Told): string | undefined {
  const station = bytesIn(values, 'NDA_LLADDR');
  const vid = numberIn(values, 'NDA_VLAN');
  if (station?.length !== 6) return undefined;
  return vid === undefined ? formatMac(station) : `${formatMac(station)} vlan ${vid}`;
}

const PVID = 2;
const UNTAGGED = 4;

function vlanLines({ values }: Told): readonly string[] {
  const spec = bytesIn(values, 'IFLA_AF_SPEC');
  const infos = spec === undefined ? [] : listIn(decodeAttributes(BRIDGE_SPEC, spec), 'IFLA_BRIDGE_VLAN_INFO');
  return infos.filter(isValues).map((info) => {
    const flags = numberIn(info, 'flags') ?? 0;
    const words = [(flags & PVID) === 0 ? '' : ' pvid', (flags & UNTAGGED) === 0 ? '' : ' untagged'];
    return `${numberIn(info, 'vid') ?? 0}${words.join('')}`;
  });
}

const IFF_UP = 1;

function nodeOf({ header, values }: Told, names: ReadonlyMap<number, string>, belongings: Belongings): HierarchyNode {
  const ifIndex = numberIn(header, 'ifi_index') ?? 0;
  const of = (what: keyof Belongings): readonly string[] => belongings[what].get(ifIndex) ?? [];
  const address = bytesIn(values, 'IFLA_ADDRESS');
  const [master, link] = [numberIn(values, 'IFLA_MASTER'), numberIn(values, 'IFLA_LINK')];
  const named = (index: number | undefined): string | undefined =>
    index === undefined || index === 0 || index === ifIndex ? undefined : (names.get(index) ?? `#${index}`);
  const [masterName, linkName] = [named(master), named(link)];
  return {
    ifIndex,
    name: textIn(values, 'IFLA_IFNAME') ?? '',
    kind: textIn(nestIn(values, 'IFLA_LINKINFO'), 'IFLA_INFO_KIND') ?? 'device',
    address: address?.length === 6 ? formatMac(address) : '',
    mtu: numberIn(values, 'IFLA_MTU') ?? 0,
    up: ((numberIn(header, 'ifi_flags') ?? 0) & IFF_UP) !== 0,
    ...(masterName === undefined ? {} : { master: masterName }),
    ...(linkName === undefined ? {} : { link: linkName }),
    addresses: of('addresses'),
    vlans: of('vlans'),
    entries: of('entries'),
    neighbours: of('neighbours'),
    qdiscs: of('qdiscs'),
  };
}

async function readRoutes(
  client: NetlinkClient,
  filter: ExportFilter,
  names: ReadonlyMap<number, string>,
): Promise<readonly HierarchyRoute[]> {
  const routes: HierarchyRoute[] = [];
  for (const [family, protocol] of [
    [AF_INET, 'ipv4'],
    [AF_INET6, 'ipv6'],
  ] as const) {
    if (!wants(filter, protocol)) continue;
    const query = { rtm_family: family, rtm_protocol: filter.origin ?? 0 };
    const told = await dump(client, RTM_GETROUTE, RTMSG, ROUTE_ATTRIBUTES, query);
    if (told.ok) routes.push(...told.value.map((route) => routeOf(route, names)));
  }
  // What the kernel makes of its own addresses says nothing more than these.
  return routes.filter(({ table }) => table !== RT_TABLE_LOCAL);
}

function routeOf({ header, values }: Told, names: ReadonlyMap<number, string>): HierarchyRoute {
  const multipath = bytesIn(values, 'RTA_MULTIPATH');
  const ways: readonly { readonly ifIndex: number; readonly gateway: Uint8Array | undefined }[] =
    multipath === undefined
      ? [{ ifIndex: numberIn(values, 'RTA_OIF') ?? 0, gateway: bytesIn(values, 'RTA_GATEWAY') }]
      : (decodeNexthops(multipath) ?? []).map(({ ifIndex, values: way }) => ({
          ifIndex,
          gateway: bytesIn(way, 'RTA_GATEWAY'),
        }));
  const destination = bytesIn(values, 'RTA_DST');
  const length = numberIn(header, 'rtm_dst_len') ?? 0;
  return {
    destination: destination === undefined ? 'default' : `${ipText(destination)}/${length}`,
    via: ways.flatMap(({ gateway }) => (gateway === undefined ? [] : [ipText(gateway)])),
    devices: ways.map(({ ifIndex }) => names.get(ifIndex) ?? `#${ifIndex}`),
    table: numberIn(values, 'RTA_TABLE') ?? numberIn(header, 'rtm_table') ?? 0,
    protocol: numberIn(header, 'rtm_protocol') ?? 0,
    metric: numberIn(values, 'RTA_PRIORITY') ?? 0,
  };
}

/** Of the kind that was asked for, and what is part of one or below one; of other protocols, whatever has something of them. */
function selected(devices: readonly HierarchyNode[], { protocol }: ExportFilter): readonly HierarchyNode[] {
  switch (protocol) {
    case undefined:
      return devices;
    case 'bridge':
    case 'bond':
    case 'vlan':
    case 'vrf': {
      const own = new Set(devices.filter(({ kind }) => kind === protocol).map(({ name }) => name));
      const below = new Set(devices.filter(({ name }) => own.has(name)).map(({ link }) => link));
      return devices.filter(({ name, master }) => own.has(name) || below.has(name) || own.has(master ?? ''));
    }
    case 'ipv4':
    case 'ipv6':
      return devices.filter(({ addresses }) => addresses.length > 0);
    case 'neighbour':
      return devices.filter(({ neighbours }) => neighbours.length > 0);
    case 'qdisc':
      return devices.filter(({ qdiscs }) => qdiscs.length > 0);
  }
}

/** As a tree: what is a part of something, or on top of it, stands below that. */
export function hierarchyTree({ devices, routes }: Hierarchy): string {
  const lines: string[] = [];
  const shown = new Set<string>();
  const show = (node: HierarchyNode, depth: number): void => {
    if (shown.has(node.name)) return;
    shown.add(node.name);
    const indent = '  '.repeat(depth);
    lines.push(
      `${indent}${node.name} (${node.kind}${node.up ? ', up' : ''}, mtu ${node.mtu}) ${node.address}`.trimEnd(),
    );
    for (const what of ['addresses', 'vlans', 'entries', 'neighbours', 'qdiscs'] as const)
      if (node[what].length > 0) lines.push(`${indent}    ${what}: ${node[what].join(', ')}`);
    for (const below of devices) if (below.master === node.name || below.link === node.name) show(below, depth + 1);
  };
  for (const node of devices) if (node.master === undefined && node.link === undefined) show(node, 0);
  // What leads in a circle has no top.
  for (const node of devices) show(node, 0);
  if (routes.length > 0) lines.push('routes');
  for (const { destination, via, devices: out, table, protocol, metric } of routes) {
    const ways = via.length === 0 ? '' : ` via ${via.join(', ')}`;
    lines.push(`  ${destination}${ways} dev ${out.join(', ')} table ${table} proto ${protocol} metric ${metric}`);
  }
  return `${lines.join('\n')}\n`;
}
