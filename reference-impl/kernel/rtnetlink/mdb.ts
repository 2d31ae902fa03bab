/** RTM_NEWMDB, RTM_DELMDB and RTM_GETMDB: rtnl_mdb_add() and its kin of net/core/rtnetlink.c, br_mdb_config_init() of net/bridge/br_mdb.c. */
import type { IfIndex, Vid } from '../../../harness/contract/index.js';
import { AF_BRIDGE, NLM_F_BULK, NLM_F_REPLACE, RTM_DELMDB, RTM_GETMDB, RTM_NEWMDB } from '../../netlink/constants.js';
import { BR_MDB_ENTRY, BR_PORT_MSG, MCAST_INCLUDE, MDB_PERMANENT, MDB_SET_POLICY } from '../../netlink/families/mdb.js';
import { MDB_DUMP_RULES } from '../../netlink/families/queryRules.js';
import {
  bytesIn,
  decodeStruct,
  isValues,
  listIn,
  nestIn,
  numberIn,
  structLength,
  type Values,
} from '../../netlink/schema.js';
import type { HandlerResult, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { formatIpv4, formatIpv6, formatMac, isMulticastMac } from '../../packet/addresses.js';
import { BR_STATE_DISABLED, bridgeOf, type Bridge, type BridgePort } from '../bridge/bridge.js';
import { RTPROT_STATIC, MOST_SOURCES } from '../bridge/multicast/groups.js';
import { isStarG, type FilterMode, type GroupAddress, type GroupProtocol } from '../bridge/multicast/groupTable.js';
import type { GroupCheck } from '../bridge/multicast/multicastParts.js';
import { addUserGroup, flushGroups, removeUserGroup, type GroupRefusal } from '../bridge/multicast/userGroups.js';
import { E2BIG, EEXIST, EINVAL, ENODEV, ENOENT, ENOMEM, ENOSPC, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { isUp } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { entryMessageOf, tableMessage } from './mdbMessage.js';

export function mdbOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const table = {
    header: BR_PORT_MSG,
    policy: MDB_SET_POLICY,
    validation: 'liberal' as const,
    family: AF_BRIDGE,
  };
  return [
    { ...table, number: RTM_NEWMDB, privileged: true, doit: (request) => addEntry(kernel, request) },
    {
      ...table,
      number: RTM_DELMDB,
      deletesBulk: true,
      privileged: true,
      doit: (request) => deleteEntry(kernel, request),
    },
    {
      ...table,
      number: RTM_GETMDB,
      validation: 'strict',
      dumpRules: MDB_DUMP_RULES,
      shortHeader: 'Invalid header for mdb dump request',
      doit: (request) => getEntry(kernel, request),
      dumpit: () => dumpTable(kernel),
    },
  ];
}

/** The device of a request, and its struct br_mdb_entry. */
interface Subject {
  readonly bridge: Bridge;
  readonly entry: Values;
  readonly attributes: Values;
}

function readSubject(
  kernel: ReferenceKernel,
  { header, values }: NetlinkRequest,
  check: (kernel: ReferenceKernel, entry: Values) => Refusal | undefined,
): Subject | Refusal {
  const bytes = bytesIn(values, 'MDBA_SET_ENTRY');
  if (bytes !== undefined && bytes.length !== structLength(BR_MDB_ENTRY))
    return refusal(EINVAL, 'Invalid attribute length');
  const entry = decodeStruct(BR_MDB_ENTRY, bytes ?? new Uint8Array(0));
  const invalid = bytes === undefined ? undefined : check(kernel, entry);
  if (invalid !== undefined) return invalid;
  const index = numberIn(header, 'ifindex') ?? 0;
  if (index === 0) return refusal(EINVAL, 'Invalid ifindex');
  const netDevice = kernel.netDevices.get(index as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV, "Device doesn't exist");
  if (bytes === undefined) return refusal(EINVAL, 'Missing MDBA_SET_ENTRY attribute');
  const bridge = bridgeOf(netDevice);
  if (bridge === undefined) return refusal(EOPNOTSUPP, 'Device does not support MDB operations');
  return { bridge, entry, attributes: nestIn(values, 'MDBA_SET_ENTRY_ATTRS') ?? {} };
}

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const VLAN_VID_MASK = 4095;

const protocolOf = (entry: Values): GroupProtocol | undefined => {
  const proto = numberIn(entry, 'proto') ?? 0;
  if (proto === ETH_P_IP) return 'ipv4';
  if (proto === ETH_P_IPV6) return 'ipv6';
  return proto === 0 ? 'mac' : undefined;
};

function groupText(entry: Values, protocol: GroupProtocol): string {
  const bytes = bytesIn(entry, 'addr') ?? new Uint8Array(16);
  switch (protocol) {
    case 'ipv4':
      return formatIpv4(bytes);
    case 'ipv6':
      return formatIpv6(bytes);
    case 'mac':
      return formatMac(bytes);
  }
}

/** rtnl_validate_mdb_entry(). */
function invalidEntry(kernel: ReferenceKernel, entry: Values): Refusal | undefined {
  const no = (check: GroupCheck, message: string): Refusal | undefined => refuses(kernel, check, message);
  if ((numberIn(entry, 'ifindex') ?? 0) === 0) return refusal(EINVAL, 'Zero entry ifindex is not allowed');
  const protocol = protocolOf(entry);
  if (protocol === undefined) return refusal(EINVAL, 'Unknown entry protocol');
  const bytes = bytesIn(entry, 'addr') ?? new Uint8Array(16);
  const address = groupText(entry, protocol);
  let refused: Refusal | undefined;
  if (protocol === 'ipv4' && ((bytes[0] ?? 0) & 0xf0) !== 0xe0 && bytes[0] !== 0)
    refused = no('not-multicast', 'IPv4 entry group address is not multicast or 0.0.0.0');
  else if (address.startsWith('224.0.0.'))
    refused = no('local-multicast', 'IPv4 entry group address is local multicast');
  else if (address === 'ff02::1') refused = no('local-multicast', 'IPv6 entry group address is link-local all nodes');
  else if (protocol === 'mac' && !isMulticastMac(bytes, 0))
    refused = no('not-multicast', 'L2 entry group is not multicast');
  if (refused !== undefined) return refused;
  if ((numberIn(entry, 'state') ?? 0) > MDB_PERMANENT) return refusal(EINVAL, 'Unknown entry state');
  return (numberIn(entry, 'vid') ?? 0) >= VLAN_VID_MASK ? no('vid', 'Invalid entry VLAN id') : undefined;
}

const refuses = ({ parts }: ReferenceKernel, check: GroupCheck, message: string): Refusal | undefined =>
  parts.multicast.refuses(check) ? refusal(EINVAL, message) : undefined;

interface Config {
  readonly address: GroupAddress;
  readonly port: BridgePort | null;
  readonly isPermanent: boolean;
  readonly mode: FilterMode;
  readonly sources: readonly string[];
  readonly origin: number;
}

/** br_mdb_config_init(). */
function configOf(kernel: ReferenceKernel, { bridge, entry, attributes }: Subject): Config | Refusal {
  if (!isUp(bridge.netDevice)) {
    const refused = refuses(kernel, 'bridge-down', 'bridge: Bridge device is not running');
    if (refused !== undefined) return refused;
  }
  if (!bridge.multicastSnooping) {
    const refused = refuses(kernel, 'snooping-off', "bridge: Bridge's multicast processing is disabled");
    if (refused !== undefined) return refused;
  }
  const place = placeOf(kernel, bridge, numberIn(entry, 'ifindex') ?? 0);
  if ('errno' in place) return place;
  const { port } = place;
  const protocol = protocolOf(entry) ?? 'mac';
  const address = groupText(entry, protocol);
  if (address.startsWith('0.')) return refusal(EINVAL, 'bridge: IPv4 entry group address 0.0.0.0 is not allowed');
  const source = bytesIn(attributes, 'MDBE_ATTR_SOURCE');
  if (source !== undefined) {
    const invalid = invalidSource(source, protocol);
    if (invalid !== undefined) return invalid;
  }
  const group: GroupAddress = {
    protocol,
    address,
    source: source === undefined ? '' : sourceText(source),
    vid: (numberIn(entry, 'vid') ?? 0) as Vid,
  };
  const isPermanent = numberIn(entry, 'state') === MDB_PERMANENT;
  const filter = filterOf(port, group, attributes);
  if ('errno' in filter) return filter;
  return { address: group, port, isPermanent, ...filter };
}

function placeOf(kernel: ReferenceKernel, bridge: Bridge, index: number): { port: BridgePort | null } | Refusal {
  if (index === bridge.netDevice.ifIndex) return { port: null };
  const netDevice = kernel.netDevices.get(index as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV, "bridge: Port net device doesn't exist");
  const port = netDevice.bridgePort;
  if (port === undefined) return refusal(EINVAL, 'bridge: Net device is not a bridge port');
  if (port.bridge === bridge) return { port };
  return refuses(kernel, 'foreign-port', 'bridge: Port belongs to a different bridge device') ?? { port };
}

/** is_valid_mdb_source(). */
function invalidSource(source: Uint8Array, protocol: GroupProtocol): Refusal | undefined {
  if (protocol === 'mac') return refusal(EINVAL, 'bridge: Invalid protocol used with source address');
  const [name, length] = protocol === 'ipv4' ? ['IPv4', 4] : ['IPv6', 16];
  if (source.length !== length) return refusal(EINVAL, `bridge: ${name} invalid source address length`);
  const isMulticast = protocol === 'ipv4' ? ((source[0] ?? 0) & 0xf0) === 0xe0 : source[0] === 0xff;
  return isMulticast ? refusal(EINVAL, `bridge: ${name} multicast source address is not allowed`) : undefined;
}

const sourceText = (bytes: Uint8Array): string => (bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes));

type Filter = Pick<Config, 'mode' | 'sources' | 'origin'>;

/** br_mdb_config_attrs_init(), the members that only an entry of a port may have. */
function filterOf(port: BridgePort | null, group: GroupAddress, attributes: Values): Filter | Refusal {
  const no = (message: string): Refusal => refusal(EINVAL, `bridge: ${message}`);
  const mode = numberIn(attributes, 'MDBE_ATTR_GROUP_MODE');
  const list = nestIn(attributes, 'MDBE_ATTR_SRC_LIST');
  if (mode !== undefined && port === null) return no('Filter mode cannot be set for host groups');
  if (mode !== undefined && !isStarG(group)) return no('Filter mode can only be set for (*, G) entries');
  if (list !== undefined) {
    if (port === null) return no('Source list cannot be set for host groups');
    if (!isStarG(group)) return no('Source list can only be set for (*, G) entries');
    if (mode === undefined) return no('Source list cannot be set without filter mode');
  }
  const sources: string[] = [];
  const entries = listIn(list, 'MDBE_SRC_LIST_ENTRY').filter(isValues);
  if (entries.length >= MOST_SOURCES) return no(`Exceeded maximum number of source entries (${MOST_SOURCES - 1})`);
  for (const each of entries) {
    const bytes = bytesIn(each, 'MDBE_SRCATTR_ADDRESS') ?? new Uint8Array(0);
    const invalid = invalidSource(bytes, group.protocol);
    if (invalid !== undefined) return invalid;
    sources.push(sourceText(bytes));
  }
  if (sources.length === 0 && mode === MCAST_INCLUDE) return no('Cannot add (*, G) INCLUDE with an empty source list');
  const origin = numberIn(attributes, 'MDBE_ATTR_RTPROT');
  if (origin !== undefined && port === null) return no('Protocol cannot be set for host groups');
  return { mode: mode === MCAST_INCLUDE ? 'include' : 'exclude', sources, origin: origin ?? RTPROT_STATIC };
}

/** br_mdb_add(), what it checks before anything is done. */
function unsuitable(kernel: ReferenceKernel, { port, address, isPermanent }: Config): Refusal | undefined {
  const no = (check: GroupCheck, message: string): Refusal | undefined => refuses(kernel, check, `bridge: ${message}`);
  const isMac = address.protocol === 'mac';
  if (port === null && !isMac && isPermanent) {
    const refused = no('host-flags', 'Flags are not allowed for host groups');
    if (refused !== undefined) return refused;
  }
  if (port === null && !isMac && !isStarG(address))
    return refusal(EINVAL, 'bridge: Groups with sources cannot be manually host joined');
  if (isMac && !isPermanent) {
    const refused = no('temporary-mac', 'Only permanent L2 entries allowed');
    if (refused !== undefined) return refused;
  }
  return port?.state === BR_STATE_DISABLED && !isPermanent
    ? no('disabled-port', 'Port is in disabled state and entry is not permanent')
    : undefined;
}

/** In a bridge that filters, an entry without a VLAN is one in each VLAN of the port. */
function vidsOf(bridge: Bridge, { port, address }: Config): readonly Vid[] {
  if (!bridge.vlanFiltering || address.vid !== 0) return [address.vid];
  return [...(port ?? bridge).vlans.members.keys()];
}

/** __br_mdb_choose_context(): where VLANs are snooped in apart, a group is in one that is. */
function unsnoopedVlan({ parts }: ReferenceKernel, bridge: Bridge, vid: Vid): Refusal | undefined {
  if (!bridge.multicastVlanSnooping) return undefined;
  const { refuses: isRefused } = parts.multicast.vlan;
  if (vid === 0 && isRefused('group-without-vlan'))
    return refusal(EINVAL, 'bridge: Cannot add an entry without a vlan when vlan snooping is enabled');
  const vlan = bridge.globalVlans.get(vid);
  if (vlan === undefined)
    return isRefused('unknown-vlan') ? refusal(EINVAL, 'bridge: Vlan is not configured') : undefined;
  return vlan.multicast.snoops || !isRefused('vlan-off')
    ? undefined
    : refusal(EINVAL, "bridge: Vlan's multicast processing is disabled");
}

const ERRNO: Readonly<Record<GroupRefusal['errno'], number>> = { EEXIST, E2BIG, ENOMEM, ENOSPC };

async function addEntry(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const subject = readSubject(kernel, request, invalidEntry);
  if ('errno' in subject) return subject;
  const config = configOf(kernel, subject);
  if ('errno' in config) return config;
  const refused = unsuitable(kernel, config);
  if (refused !== undefined) return refused;
  const replace = (request.message.flags & NLM_F_REPLACE) !== 0;
  const vids = vidsOf(subject.bridge, config);
  if (vids.length === 0) return refusal(EINVAL);
  for (const vid of vids) {
    const unsnooped = unsnoopedVlan(kernel, subject.bridge, vid);
    if (unsnooped !== undefined) return unsnooped;
    const wanted = { ...config, address: { ...config.address, vid }, replace };
    const failed = addUserGroup(kernel.bridging.events, subject.bridge, wanted);
    if (failed !== undefined) return refusal(ERRNO[failed.errno], failed.message);
  }
  await kernel.settle();
  return { ok: true };
}

async function deleteEntry(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  if ((request.message.flags & NLM_F_BULK) !== 0) return deleteEntries(kernel, request);
  const subject = readSubject(kernel, request, invalidEntry);
  if ('errno' in subject) return subject;
  const config = configOf(kernel, subject);
  if ('errno' in config) return config;
  let isGone = false;
  // The last VLAN decides: br_mdb_del() keeps the result of the last one alone.
  for (const vid of vidsOf(subject.bridge, config))
    isGone = removeUserGroup(kernel.bridging.events, subject.bridge, { ...config.address, vid }, config.port);
  await kernel.settle();
  return isGone || !kernel.parts.multicast.refuses('missing') ? { ok: true } : refusal(EINVAL);
}

/** rtnl_validate_mdb_entry_del_bulk(). */
function invalidBulk(_kernel: ReferenceKernel, entry: Values): Refusal | undefined {
  if ((numberIn(entry, 'state') ?? 0) > MDB_PERMANENT) return refusal(EINVAL, 'Unknown entry state');
  if ((numberIn(entry, 'flags') ?? 0) !== 0) return refusal(EINVAL, 'Entry flags cannot be set');
  if ((numberIn(entry, 'vid') ?? 0) >= VLAN_VID_MASK) return refusal(EINVAL, 'Invalid entry VLAN id');
  const isAddressed = (bytesIn(entry, 'addr') ?? new Uint8Array(0)).some((byte) => byte !== 0);
  return isAddressed || numberIn(entry, 'proto') !== 0 ? refusal(EINVAL, 'Entry address cannot be set') : undefined;
}

/** br_mdb_del_bulk(). */
async function deleteEntries(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const subject = readSubject(kernel, request, invalidBulk);
  if ('errno' in subject) return subject;
  const { bridge, entry, attributes } = subject;
  const mask = numberIn(attributes, 'MDBE_ATTR_STATE_MASK') ?? 0;
  flushGroups(kernel.bridging.events, bridge, {
    ifIndex: numberIn(entry, 'ifindex') ?? 0,
    vid: numberIn(entry, 'vid') ?? 0,
    origin: numberIn(attributes, 'MDBE_ATTR_RTPROT') ?? 0,
    isPermanent: (mask & MDB_PERMANENT) === 0 ? undefined : numberIn(entry, 'state') === MDB_PERMANENT,
  });
  await kernel.settle();
  return { ok: true };
}

/** rtnl_validate_mdb_entry_get(). */
function invalidGet(_kernel: ReferenceKernel, entry: Values): Refusal | undefined {
  for (const member of ['ifindex', 'state', 'flags'])
    if ((numberIn(entry, member) ?? 0) !== 0) return refusal(EINVAL, `Entry ${member} cannot be specified`);
  if ((numberIn(entry, 'vid') ?? 0) >= VLAN_VID_MASK) return refusal(EINVAL, 'Invalid entry VLAN id');
  return protocolOf(entry) === undefined ? refusal(EINVAL, 'Unknown entry protocol') : undefined;
}

/** br_mdb_get(). */
function getEntry(kernel: ReferenceKernel, request: NetlinkRequest): HandlerResult {
  const subject = readSubject(kernel, request, invalidGet);
  if ('errno' in subject) return subject;
  const { bridge, entry, attributes } = subject;
  const protocol = protocolOf(entry) ?? 'mac';
  const source = bytesIn(attributes, 'MDBE_ATTR_SOURCE');
  const invalid = source === undefined ? undefined : invalidSource(source, protocol);
  if (invalid !== undefined) return invalid;
  const found = bridge.multicast.groups.get({
    protocol,
    address: groupText(entry, protocol),
    source: source === undefined ? '' : sourceText(source),
    vid: (numberIn(entry, 'vid') ?? 0) as Vid,
  });
  if (found === undefined) return refusal(ENOENT, 'bridge: MDB entry not found');
  return { ok: true, replies: [entryMessageOf(kernel, found)] };
}

/** rtnl_mdb_dump(): a message for each bridge. */
function dumpTable(kernel: ReferenceKernel): HandlerResult {
  const bridges = [...kernel.netDevices.values()].map(bridgeOf).filter((bridge) => bridge !== undefined);
  return { ok: true, replies: bridges.map((bridge) => tableMessage(kernel, bridge)) };
}
