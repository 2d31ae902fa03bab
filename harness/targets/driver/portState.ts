/**
 * What a scenario may have changed of a port, and how it is put back. Every aspect is read when the target is opened; after a
 * scenario it is read again, and written where it differs. The reads of all aspects are under way at the same time.
 */
import { bitChanges, decodeBits } from '../../../reference-impl/netlink/bitset.js';
import { decodeBody, encodeBody, type NetlinkResult } from '../../../reference-impl/netlink/client.js';
import {
  AF_BRIDGE,
  RTM_DELADDR,
  RTM_DELNEIGH,
  RTM_DELQDISC,
  RTM_GETADDR,
  RTM_GETNEIGH,
  RTM_GETQDISC,
} from '../../../reference-impl/netlink/constants.js';
import type { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { ETHTOOL_OPERATIONS, type EthtoolOperationName } from '../../../reference-impl/netlink/families/ethtool.js';
import { ADDRESS, IFADDRMSG, NDMSG, NEIGHBOUR } from '../../../reference-impl/netlink/families/rtnetlink.js';
import { TC, TCMSG } from '../../../reference-impl/netlink/families/trafficControl.js';
import type { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import {
  ETHTOOL_GRXCLSRLALL,
  ETHTOOL_SRXCLSRLDEL,
  encodeRxnfc,
  readLocations,
} from '../../../reference-impl/netlink/rxnfc.js';
import {
  bytesIn,
  encodeAttributes,
  nestIn,
  numberIn,
  textIn,
  type Values,
} from '../../../reference-impl/netlink/schema.js';
import type { Message } from '../../../reference-impl/netlink/wire.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import { TargetFault, type IfIndex, type NetDeviceName } from '../../contract/index.js';
import type { MachineChannels } from './channels.js';
import { errorCorrection } from './errorCorrection.js';
import { otherNames } from './otherNames.js';
import { routingAspects } from './routingState.js';
import { eswitchMode, virtualFunctions } from './sriovState.js';

/** The port, and clients that nothing else uses. */
export interface PortAccess {
  readonly channels: MachineChannels;
  readonly netDevice: NetDeviceName;
  readonly ifIndex: IfIndex;
  readonly route: RouteClient;
  readonly ethtool: EthtoolClient;
}

/** One thing that a scenario may have changed. */
export interface PortAspect {
  readonly name: string;
  /** What was there and is gone is no difference: the kernel takes such objects away by itself. */
  readonly onlyAdded?: boolean;
  /** Members that are there at one time only are no difference: the outcome of a link that is not up is not told. */
  readonly onlyShared?: boolean;
  /** Members to compare; null where the device has no such thing. */
  read(port: PortAccess): Promise<State | null>;
  /** From what it is now to what it was. */
  restore(port: PortAccess, was: State, now: State): Promise<void>;
}

export type State = Readonly<Record<string, string | number | boolean | Uint8Array>>;

const IFF_UP = 0x1;
const IFF_PROMISC = 0x100;
const IFF_ALLMULTI = 0x200;
/** Flags that a user sets. */
const USER_FLAGS = IFF_UP | 0x80 | IFF_PROMISC | IFF_ALLMULTI | 0x1000;

/** Members of a link that a user sets, as RTM_NEWLINK tells them. */
const LINK_MEMBERS = [
  'IFLA_MTU',
  'IFLA_TXQLEN',
  'IFLA_GSO_MAX_SIZE',
  'IFLA_GSO_MAX_SEGS',
  'IFLA_GRO_MAX_SIZE',
  'IFLA_LINKMODE',
  'IFLA_GROUP',
] as const;

const link: PortAspect = {
  name: 'link',
  async read({ route, ifIndex }) {
    const { header, values } = required('the link', await route.link(ifIndex));
    const members = LINK_MEMBERS.map((name) => [name, numberIn(values, name) ?? 0] as const);
    return {
      ...Object.fromEntries(members),
      IFLA_IFALIAS: textIn(values, 'IFLA_IFALIAS') ?? '',
      IFLA_ADDRESS: hex(bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(0)),
      flags: (numberIn(header, 'ifi_flags') ?? 0) & USER_FLAGS,
    };
  },
  async restore({ route, ifIndex }, was, now) {
    const members = LINK_MEMBERS.filter((name) => was[name] !== now[name]).map((name) => [name, was[name]] as const);
    const address = was['IFLA_ADDRESS'] === now['IFLA_ADDRESS'] ? [] : [['IFLA_ADDRESS', fromHex(was['IFLA_ADDRESS'])]];
    const alias = was['IFLA_IFALIAS'] === now['IFLA_IFALIAS'] ? [] : [['IFLA_IFALIAS', was['IFLA_IFALIAS']]];
    const flags = { flags: Number(was['flags']), change: USER_FLAGS };
    required(
      'restoring the link',
      await route.setLink(ifIndex, Object.fromEntries([...members, ...alias, ...address]) as Values, flags),
    );
  },
};

/** By what the kernel would do if nothing stood in the way: what is active follows. */
const features: PortAspect = {
  name: 'features',
  async read({ ethtool, netDevice }) {
    const { hw, wanted } = required('the features', await ethtool.features(netDevice));
    return Object.fromEntries([...hw].map((name) => [name, wanted.has(name)]));
  },
  async restore({ ethtool, netDevice }, was, now) {
    const changes = Object.entries(was).filter(([name, on]) => now[name] !== on);
    required(
      'restoring the features',
      await ethtool.setFeatures(netDevice, Object.fromEntries(changes) as Record<string, boolean>),
    );
  },
};

/** An operation of ethtool whose reply has the same attributes as the request that changes them. */
function ethtoolAspect(name: string, get: EthtoolOperationName, set: EthtoolOperationName): PortAspect {
  const operation = ETHTOOL_OPERATIONS[set];
  const members = Object.keys(operation.request.accepts).filter((member) => member !== operation.header);
  return {
    name,
    async read({ ethtool, netDevice }) {
      const result = await ethtool.call(get, netDevice);
      if (!result.ok) return null;
      const values = members.map((member) => [member, result.value[member]] as const);
      return Object.fromEntries(values.filter(([, value]) => isPlain(value))) as State;
    },
    async restore({ ethtool, netDevice }, was, now) {
      const changes = Object.entries(was).filter(([member, value]) => !same(value, now[member]));
      required(`restoring ${name}`, await ethtool.call(set, netDevice, Object.fromEntries(changes)));
    },
  };
}

/** An operation of ethtool with one bit set: the bits that are on, by their names. */
function bitsAspect(name: string, get: EthtoolOperationName, set: EthtoolOperationName, member: string): PortAspect {
  return {
    name,
    async read({ ethtool, netDevice }) {
      const result = await ethtool.call(get, netDevice);
      if (!result.ok) return null;
      return { on: [...decodeBits(nestIn(result.value, member), []).set].sort().join(' ') };
    },
    async restore({ ethtool, netDevice }, was, now) {
      const bits = (state: State): string[] => String(state['on']).split(' ').filter(Boolean);
      const [before, after] = [bits(was), bits(now)];
      const changes = Object.fromEntries([...before, ...after].map((bit) => [bit, before.includes(bit)]));
      required(`restoring the ${name}`, await ethtool.call(set, netDevice, { [member]: bitChanges(changes) }));
    },
  };
}

/** Nested attributes are not put back this way. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || value instanceof Uint8Array;

const SPEED_UNKNOWN = 0xffff_ffff;

const linkModes: PortAspect = {
  name: 'link modes',
  onlyShared: true,
  async read({ ethtool, netDevice }) {
    const result = await ethtool.linkModes(netDevice);
    if (!result.ok || result.value.ours.mask.size === 0) return null;
    const { values, ours } = result.value;
    const autoneg = numberIn(values, 'ETHTOOL_A_LINKMODES_AUTONEG') ?? 0;
    // With autonegotiation, speed and duplex are its outcome and nobody's setting.
    const speed = numberIn(values, 'ETHTOOL_A_LINKMODES_SPEED') ?? SPEED_UNKNOWN;
    const forced: State = autoneg !== 0 || speed === SPEED_UNKNOWN ? {} : { speed };
    return { autoneg, ...forced, advertised: [...ours.set].sort().join(' '), modes: [...ours.mask].sort().join(' ') };
  },
  async restore({ ethtool, netDevice }, was) {
    const advertised = new Set(String(was['advertised']).split(' '));
    const bits = String(was['modes']).split(' ');
    const changes = Object.fromEntries(bits.map((mode) => [mode, advertised.has(mode)]));
    const result = await ethtool.call('LINKMODES_SET', netDevice, {
      ETHTOOL_A_LINKMODES_AUTONEG: was['autoneg'] ?? 0,
      ETHTOOL_A_LINKMODES_OURS: bitChanges(changes),
      ...(was['speed'] === undefined ? {} : { ETHTOOL_A_LINKMODES_SPEED: was['speed'] }),
    });
    required('restoring the link modes', result);
  },
};

/** More than a scenario inserts. */
const MOST_RULES = 1024;

const ntupleRules: PortAspect = {
  name: 'n-tuple rules',
  async read({ channels, netDevice }) {
    const request = encodeRxnfc({ command: ETHTOOL_GRXCLSRLALL, room: MOST_RULES });
    const result = await channels.ethtoolIoctl(netDevice, request);
    if (!result.ok) return null;
    return Object.fromEntries(readLocations(result.bytes).map((location) => [String(location), true]));
  },
  async restore({ channels, netDevice }, was, now) {
    for (const location of Object.keys(now).filter((each) => was[each] === undefined)) {
      const request = encodeRxnfc({ command: ETHTOOL_SRXCLSRLDEL, location: Number(location) });
      const result = await channels.ethtoolIoctl(netDevice, request);
      if (!result.ok)
        throw new TargetFault(`rule ${location} of ${netDevice} cannot be removed: errno ${result.errno}`);
    }
  },
};

/** It went with something else that was removed. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH', 'ENODEV', 'EADDRNOTAVAIL']);

/** Objects of the kernel that hang on the port: what a scenario added is removed. */
export function addedObjects(
  name: string,
  list: (port: PortAccess) => Promise<ReadonlyMap<string, Uint8Array>>,
  remove: (port: PortAccess, body: Uint8Array) => Promise<NetlinkResult<unknown>>,
): PortAspect {
  return {
    name,
    onlyAdded: true,
    read: async (port) => Object.fromEntries(await list(port)),
    async restore(port, was, now) {
      for (const [key, body] of Object.entries(now)) {
        if (was[key] !== undefined) continue;
        // The bodies are what `list` made.
        const result = await remove(port, body as Uint8Array);
        if (!result.ok && !GONE.has(result.error.errnoName)) required(`removing one of the ${name}`, result);
      }
    },
  };
}

/** The aspect of all net devices, by their indexes. */
export const NET_DEVICES = 'net devices';

const otherLinks = addedObjects(
  NET_DEVICES,
  async ({ route }) => {
    const links = required('the links', await route.links());
    const keys = links.map(({ header }) => numberIn(header, 'ifi_index') ?? 0);
    return new Map(keys.map((index) => [String(index), indexBytes(index)]));
  },
  ({ route }, body) => route.removeLink(new DataView(body.buffer).getUint32(0, true)),
);

const addresses = addedObjects(
  'addresses',
  async ({ route, ifIndex }) => {
    const found = required('the addresses', await route.client.dump(RTM_GETADDR, encodeBody(IFADDRMSG, {}, NOTHING)));
    const ours = found.filter(
      (message) => numberIn(decodeBody(IFADDRMSG, ADDRESS, message).header, 'ifa_index') === ifIndex,
    );
    return bodies(ours);
  },
  ({ route }, body) => route.client.request(RTM_DELADDR, body),
);

/** 224.0.0.1 and ff02::1, which the kernel joins and leaves as the port goes up and down. */
const ALL_HOSTS: ReadonlySet<string> = new Set(['01005e000001', '333300000001']);

const forwardingEntries = addedObjects(
  'forwarding entries',
  async ({ route, ifIndex }) => {
    const request = encodeBody(NDMSG, { ndm_family: AF_BRIDGE, ndm_ifindex: ifIndex }, NOTHING);
    const found = required('the forwarding entries', await route.client.dump(RTM_GETNEIGH, request));
    const entries = found.flatMap((message) => {
      const { header, values } = decodeBody(NDMSG, NEIGHBOUR, message);
      // Those of a bridge go with the bridge.
      if (numberIn(values, 'NDA_MASTER') !== undefined) return [];
      const address = bytesIn(values, 'NDA_LLADDR') ?? NOTHING;
      return [[hex(address), encodeBody(NDMSG, header, encodeAttributes(NEIGHBOUR, { NDA_LLADDR: address }))] as const];
    });
    return new Map(entries.filter(([address]) => !ALL_HOSTS.has(address)));
  },
  ({ route }, body) => route.client.request(RTM_DELNEIGH, body),
);

/** Qdiscs that hold filters, and everything in them. */
const filters = addedObjects(
  'qdiscs with filters',
  async ({ route, ifIndex }) => {
    const found = await route.client.dump(RTM_GETQDISC, encodeBody(TCMSG, {}, NOTHING));
    const ours = (found.ok ? found.value : []).flatMap((message) => {
      const { header, values } = decodeBody(TCMSG, TC, message);
      const kind = textIn(values, 'TCA_KIND') ?? '';
      const holdsFilters = kind === 'clsact' || kind === 'ingress';
      if (numberIn(header, 'tcm_ifindex') !== ifIndex || !holdsFilters) return [];
      return [[kind, encodeBody(TCMSG, header, NOTHING)] as const];
    });
    return new Map(ours);
  },
  ({ route }, body) => route.client.request(RTM_DELQDISC, body),
);

/** In the order in which they are put back: what hangs on the port goes first, and the link, which may renegotiate, comes last. */
export const PORT_ASPECTS: readonly PortAspect[] = [
  eswitchMode,
  virtualFunctions,
  otherLinks,
  ...routingAspects({ addedObjects, required }),
  otherNames({ addedObjects, required }),
  filters,
  addresses,
  forwardingEntries,
  ntupleRules,
  ethtoolAspect('channels', 'CHANNELS_GET', 'CHANNELS_SET'),
  ethtoolAspect('rings', 'RINGS_GET', 'RINGS_SET'),
  ethtoolAspect('coalescing', 'COALESCE_GET', 'COALESCE_SET'),
  ethtoolAspect('pause', 'PAUSE_GET', 'PAUSE_SET'),
  ethtoolAspect('receive hashing', 'RSS_GET', 'RSS_SET'),
  ethtoolAspect('energy saving', 'EEE_GET', 'EEE_SET'),
  errorCorrection({ required }),
  bitsAspect('message level', 'DEBUG_GET', 'DEBUG_SET', 'ETHTOOL_A_DEBUG_MSGMASK'),
  bitsAspect('wake-up', 'WOL_GET', 'WOL_SET', 'ETHTOOL_A_WOL_MODES'),
  bitsAspect('private flags', 'PRIVFLAGS_GET', 'PRIVFLAGS_SET', 'ETHTOOL_A_PRIVFLAGS_FLAGS'),
  linkModes,
  features,
  link,
];

/** Settings of the port itself, without what hangs on it: all that may be put back among devices that are somebody else's. */
export const PORT_SETTINGS: readonly PortAspect[] = PORT_ASPECTS.filter(({ onlyAdded = false }) => !onlyAdded);

const NOTHING = new Uint8Array(0);

const indexBytes = (index: number): Uint8Array => new Uint8Array(new Uint32Array([index]).buffer);

const bodies = (messages: readonly Message[]): ReadonlyMap<string, Uint8Array> =>
  new Map(messages.map(({ body }) => [hex(body), body.slice()]));

const fromHex = (text: State[string] | undefined): Uint8Array => new Uint8Array(Buffer.from(String(text), 'hex'));

export const membersOf = (was: State, now: State): readonly string[] => [
  ...new Set([...Object.keys(was), ...Object.keys(now)]),
];

/** Whether what is there now must be put back. */
export function differ({ onlyAdded = false, onlyShared = false }: PortAspect, was: State, now: State): boolean {
  if (onlyAdded) return Object.keys(now).some((member) => was[member] === undefined);
  const isShared = (member: string): boolean => was[member] !== undefined && now[member] !== undefined;
  return membersOf(was, now).some((member) => (!onlyShared || isShared(member)) && !same(was[member], now[member]));
}

/** In words. */
export function changesOf(was: State, now: State): string {
  const changed = membersOf(was, now).filter((member) => !same(was[member], now[member]));
  return changed.map((member) => `${member} was ${String(was[member])}, is ${String(now[member])}`).join('; ');
}

export function same(a: State[string] | undefined, b: State[string] | undefined): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? hex(a) === hex(b) : a === b;
}

export function required<Value>(what: string, result: NetlinkResult<Value>): Value {
  if (result.ok) return result.value;
  const { errnoName, message } = result.error;
  throw new TargetFault(`${what}: the kernel answered ${errnoName}${message === undefined ? '' : ` (${message})`}`);
}
