/** Files below /proc/net, written from what a target tells over rtnetlink, in the kernel's own formats. */
import { IPV4, IPV6 } from '../../reference-impl/netlink/addressFamily.js';
import { NUD_PERMANENT } from '../../reference-impl/netlink/constants.js';
import type { LinkStatistic } from '../../reference-impl/netlink/families/rtnetlink.js';
import type { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { RoutingClient } from '../../reference-impl/netlink/routingClient.js';
import { nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import type { ShownRoute } from '../../reference-impl/netlink/routeMessages.js';
import type { Target } from '../contract/index.js';

/** As /proc/net/psched says it on every machine of today: ticks of 64 ns, a clock of nanoseconds. */
const PSCHED = '000003e8 00000040 000f4240 3b9aca00\n';

/** What the formats of these files are filled with. */
interface Sources {
  readonly links: RouteClient;
  readonly ipv4: RoutingClient;
  readonly ipv6: RoutingClient;
}

type Render = (sources: Sources) => Promise<string>;

const RENDERED: Readonly<Record<string, Render>> = {
  psched: () => Promise.resolve(PSCHED),
  dev: statistics,
  route: routes,
  arp: neighbours,
  if_inet6: addresses,
};

export class NetworkFiles {
  readonly #target: Target;
  readonly #links: () => Promise<RouteClient>;
  #sources: Promise<Sources> | undefined;

  constructor(target: Target, links: () => Promise<RouteClient>) {
    this.#target = target;
    this.#links = links;
  }

  get names(): readonly string[] {
    return Object.keys(RENDERED);
  }

  /** What is in the file now; undefined for one that is not written here. */
  async read(name: string): Promise<string | undefined> {
    const render = Object.hasOwn(RENDERED, name) ? RENDERED[name] : undefined;
    if (render === undefined) return undefined;
    this.#sources ??= this.#open();
    return render(await this.#sources);
  }

  async #open(): Promise<Sources> {
    const open = (family: typeof IPV4): Promise<RoutingClient> =>
      RoutingClient.open((protocol) => this.#target.netlink(protocol), family);
    return { links: await this.#links(), ipv4: await open(IPV4), ipv6: await open(IPV6) };
  }
}

interface Link {
  readonly name: string;
  readonly type: number;
  readonly values: Values;
}

/** By their numbers, in the order of the target. */
async function linksOf(client: RouteClient): Promise<ReadonlyMap<number, Link>> {
  const links = await client.links();
  if (!links.ok) return new Map();
  return new Map(
    links.value.map(({ header, values }) => [
      numberIn(header, 'ifi_index') ?? 0,
      { name: textIn(values, 'IFLA_IFNAME') ?? '', type: numberIn(header, 'ifi_type') ?? 0, values },
    ]),
  );
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

const DEV_HEADER =
  'Inter-|   Receive                                                |  Transmit\n' +
  ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';

/** Counters of each column and its width: dev_seq_printf_stats(). */
const DEV_COLUMNS: readonly (readonly [width: number, ...counters: readonly LinkStatistic[]])[] = [
  [7, 'rx_bytes'],
  [7, 'rx_packets'],
  [4, 'rx_errors'],
  [4, 'rx_dropped', 'rx_missed_errors'],
  [4, 'rx_fifo_errors'],
  [5, 'rx_length_errors', 'rx_over_errors', 'rx_crc_errors', 'rx_frame_errors'],
  [10, 'rx_compressed'],
  [9, 'multicast'],
  [8, 'tx_bytes'],
  [7, 'tx_packets'],
  [4, 'tx_errors'],
  [4, 'tx_dropped'],
  [4, 'tx_fifo_errors'],
  [5, 'collisions'],
  [7, 'tx_carrier_errors', 'tx_aborted_errors', 'tx_window_errors', 'tx_heartbeat_errors'],
  [10, 'tx_compressed'],
];

/** dev_seq_show(). */
async function statistics({ links }: Sources): Promise<string> {
  const lines = [...(await linksOf(links)).values()].map(({ name, values }) => {
    const counters = nestIn(values, 'IFLA_STATS64');
    const columns = DEV_COLUMNS.map(([width, ...names]) =>
      String(names.reduce((sum, counter) => sum + (numberIn(counters, counter) ?? 0), 0)).padStart(width),
    );
    return `${name.padStart(6)}: ${columns.join(' ')}\n`;
  });
  return DEV_HEADER + lines.join('');
}

const ROUTE_HEADER = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const ROUTE_WIDTH = 127;
const RT_TABLE_MAIN = 254;
const RTN_BROADCAST = 3;
const RTN_MULTICAST = 5;
const RTN_UNREACHABLE = 7;
const RTN_PROHIBIT = 8;
const RTF_UP = 0x0001;
const RTF_GATEWAY = 0x0002;
const RTF_HOST = 0x0004;
const RTF_REJECT = 0x0200;

/** An address as a number of this machine: the first byte is the lowest. */
function littleEndian(address: string): string {
  return hex(new DataView(IPV4.parse(address).slice().buffer).getUint32(0, true), 8).toUpperCase();
}

/** fib_flag_trans(). */
function routeFlags({ type }: ShownRoute, length: number, gateway: string | undefined): number {
  const rejects = type === RTN_UNREACHABLE || type === RTN_PROHIBIT ? RTF_REJECT : 0;
  return rejects | (gateway === undefined ? 0 : RTF_GATEWAY) | (length === 32 ? RTF_HOST : 0) | RTF_UP;
}

/** fib_route_seq_show(): the table main, each route with its first way. */
async function routes({ links, ipv4 }: Sources): Promise<string> {
  const dump = await ipv4.routes(RT_TABLE_MAIN);
  const devices = await linksOf(links);
  const lines = (dump.ok ? dump.value : [])
    .filter(({ type, table }) => table === RT_TABLE_MAIN && type !== RTN_BROADCAST && type !== RTN_MULTICAST)
    .map((route) => {
      const [prefix = '0.0.0.0', length = '0'] = route.to.split('/');
      const [first] = route.nexthops;
      const mask = IPV4.format(maskOf(Number(length)));
      const flags = routeFlags(route, Number(length), first?.gateway);
      return [
        devices.get(first?.ifIndex ?? 0)?.name ?? '*',
        littleEndian(prefix),
        littleEndian(first?.gateway ?? '0.0.0.0'),
        hex(flags, 4).toUpperCase(),
        '0\t0',
        route.metric,
        littleEndian(mask),
        '0\t0\t0',
      ].join('\t');
    });
  return [ROUTE_HEADER, ...lines].map((line) => `${line.padEnd(ROUTE_WIDTH)}\n`).join('');
}

function maskOf(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length === 0 ? 0 : -1 << (32 - length));
  return bytes;
}

const NUD_NOARP = 0x40;
/** NUD_VALID: permanent, no ARP, reachable, probe, stale, delay. */
const NUD_VALID = NUD_PERMANENT | NUD_NOARP | 0x02 | 0x10 | 0x04 | 0x08;
const ATF_COM = 0x02;
const ATF_PERM = 0x04;

/** arp_format_neigh_entry(), arp_state_to_flags(). */
async function neighbours({ links, ipv4 }: Sources): Promise<string> {
  const dump = await ipv4.neighbours();
  const devices = await linksOf(links);
  const lines = (dump.ok ? dump.value : [])
    .filter(({ state }) => (state & ~NUD_NOARP) !== 0)
    .map(({ address, ifIndex, state, station = '00:00:00:00:00:00' }) => {
      const { name = '', type = 1 } = devices.get(ifIndex) ?? {};
      const flags = (state & NUD_VALID) === 0 ? 0 : (state & NUD_PERMANENT) === 0 ? ATF_COM : ATF_COM | ATF_PERM;
      const [kind, told] = [type.toString(16).padEnd(10), flags.toString(16).padEnd(10)];
      return `${address.padEnd(16)} 0x${kind}0x${told}${station.padEnd(17)}     *        ${name}\n`;
    });
  return `IP address       HW type     Flags       HW address            Mask     Device\n${lines.join('')}`;
}

const RT_SCOPE_LINK = 253;
const RT_SCOPE_SITE = 200;
const RT_SCOPE_HOST = 254;
/** IPV6_ADDR_*: rt_scope() the other way round. */
const IPV6_SCOPES: Readonly<Record<number, number>> = {
  [RT_SCOPE_HOST]: 0x10,
  [RT_SCOPE_LINK]: 0x20,
  [RT_SCOPE_SITE]: 0x40,
};

/** if6_seq_show(). */
async function addresses({ links, ipv6 }: Sources): Promise<string> {
  const dump = await ipv6.addresses();
  const devices = await linksOf(links);
  return (dump.ok ? dump.value : [])
    .map(({ address, ifIndex, flags, scope }) => {
      const [text = '::', length = '128'] = address.split('/');
      const bytes = [...IPV6.parse(text)].map((byte) => hex(byte, 2)).join('');
      const numbers = [ifIndex, Number(length), IPV6_SCOPES[scope] ?? 0, flags & 0xff].map((each) => hex(each, 2));
      return `${bytes} ${numbers.join(' ')} ${(devices.get(ifIndex)?.name ?? '').padStart(8)}\n`;
    })
    .join('');
}
