/** RTM_GETLINK, RTM_SETLINK, RTM_NEWLINK, RTM_DELLINK, RTM_GETSTATS: net/core/rtnetlink.c. */
import type { IfIndex, MacAddress, NetDeviceName } from '../../../harness/contract/index.js';
import { formatMac } from '../../packet/addresses.js';
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_GETSTATS,
  RTM_NEWLINK,
  RTM_SETLINK,
} from '../../netlink/constants.js';
import {
  IFINFOMSG,
  IF_STATS_MSG,
  LINK_CHANGE_POLICY,
  LINK_QUERY_POLICY,
  LINK_STATS,
} from '../../netlink/families/rtnetlink.js';
import {
  LINK_DUMP_RULES,
  LINK_GET_RULES,
  STATS_DUMP_RULES,
  STATS_GET_RULES,
} from '../../netlink/families/queryRules.js';
import { bytesIn, nestIn, numberIn, textIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { changeFlags, closeNetDevice, setMacAddress, setMtu } from '../deviceControl.js';
import { EEXIST, EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import { bondOf } from '../bond/bond.js';
import { enslaveMember, releaseMember, removeBond } from '../bond/bonding.js';
import { teamOf } from '../team/team.js';
import { addPort, removePort, removeTeam } from '../team/teaming.js';
import { bridgeOf } from '../bridge/bridge.js';
import { enslavePort, releasePort, removeBridge } from '../bridge/bridging.js';
import type { ReferenceKernel } from '../kernel.js';
import { notify } from '../kernelState.js';
import { setLinkMode, setOperState } from '../linkState.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { setVfInfo } from '../sriov/vfInfo.js';
import { countNetDevices } from './generation.js';
import { describedLink, dumpLinks } from './linkDump.js';
import { linkPropertyOperations } from './linkProperties.js';
import { findLink } from './linkSubject.js';
import { removeVlanDevice } from '../vlanDevice.js';
import { changeBond, changeMember, newBond } from './bondLink.js';
import { joinVrf, leaveVrf, removeVrf } from '../vrfDevice.js';
import { changeBridge, changePortByLinkInfo, newBridge } from './bridgeLink.js';
import { changeAddressFamilies } from './linkSettings.js';
import { dumpStatistics, getStatistics } from './linkStatistics.js';
import { newTeam } from './teamLink.js';
import { newVlan, refusedVlan } from './vlanLink.js';
import { newVrf } from './vrfLink.js';

export function linkOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const generation = countNetDevices(kernel);
  const link = { header: IFINFOMSG, policy: LINK_CHANGE_POLICY, validation: 'liberal' as const, privileged: true };
  return [
    {
      number: RTM_GETLINK,
      header: IFINFOMSG,
      policy: LINK_QUERY_POLICY,
      validation: 'deprecated-strict',
      doit: (request) => getLink(kernel, request),
      dumpit: (request) => dumpLinks(kernel, request, generation),
      shortHeader: 'Invalid header for get link',
      getRules: LINK_GET_RULES,
      dumpRules: LINK_DUMP_RULES,
    },
    { ...link, number: RTM_SETLINK, doit: (request) => setLink(kernel, request) },
    { ...link, number: RTM_NEWLINK, doit: (request) => newLink(kernel, request) },
    { ...link, number: RTM_DELLINK, doit: (request) => deleteLink(kernel, request) },
    {
      number: RTM_GETSTATS,
      header: IF_STATS_MSG,
      policy: { set: LINK_STATS, accepts: {} },
      validation: 'deprecated-strict',
      doit: (request) => getStatistics(kernel, request),
      dumpit: (request) => dumpStatistics(kernel, request, generation),
      shortHeader: 'Invalid header for stats dump',
      getRules: STATS_GET_RULES,
      dumpRules: STATS_DUMP_RULES,
    },
    ...linkPropertyOperations(kernel),
  ];
}

async function getLink(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const netDevice = findLink(kernel, request);
  if ('errno' in netDevice) return netDevice;
  return { ok: true, replies: [await describedLink(kernel, netDevice, request)] };
}

async function setLink(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const netDevice = findLink(kernel, request);
  return 'errno' in netDevice ? netDevice : changeLink(kernel, netDevice, request);
}

/**
 * do_setlink(): one member after the other, in this order; what was done before a refusal stays done. `isChanged`: something was changed
 * before that is told with the rest.
 */
async function changeLink(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  request: NetlinkRequest,
  isChanged = false,
): Promise<HandlerResult> {
  let announce = isChanged;
  for (const member of LINK_MEMBERS) {
    const value = request.values[member.attribute];
    if (value === undefined || kernel.parts.forgets.has(member.attribute)) continue;
    const result = await member.change(kernel, netDevice, request);
    if (result !== undefined && result !== 'announce') return result;
    announce ||= result === 'announce';
  }
  const [flags, change] = [numberIn(request.header, 'ifi_flags') ?? 0, numberIn(request.header, 'ifi_change') ?? 0];
  if (flags !== 0 || change !== 0) {
    const refused = fromOutcome(await changeFlags(kernel, netDevice, flags, change));
    if (refused !== undefined) return refused;
  }
  if (announce && isUp(netDevice)) notify(kernel, 'NETDEV_CHANGE', netDevice);
  await kernel.settle();
  return { ok: true };
}

/** dev_set_alias(): up to the first zero, where there is one. */
const aliasIn = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
};

interface LinkMember {
  readonly attribute: string;
  /** `announce`: the change is told at the end, once for all of them; nothing: it is told already, or nothing changed. */
  readonly change: (
    kernel: ReferenceKernel,
    netDevice: NetDevice,
    request: NetlinkRequest,
  ) => Promise<Refusal | 'announce' | undefined>;
}

const LINK_MEMBERS: readonly LinkMember[] = [
  {
    attribute: 'IFLA_ADDRESS',
    change: async (kernel, netDevice, request) => {
      const bytes = bytesIn(request.values, 'IFLA_ADDRESS') ?? new Uint8Array(0);
      if (bytes.length !== 6) return refusal(EINVAL);
      const address = formatMac(bytes) as MacAddress;
      return fromOutcome(await setMacAddress(kernel, netDevice, address));
    },
  },
  {
    attribute: 'IFLA_MTU',
    change: async (kernel, netDevice, { values }) =>
      fromOutcome(await setMtu(kernel, netDevice, (numberIn(values, 'IFLA_MTU') ?? 0) | 0)),
  },
  {
    attribute: 'IFLA_GROUP',
    change: async (_kernel, netDevice, { values }) => {
      netDevice.group = numberIn(values, 'IFLA_GROUP') ?? 0;
      return 'announce';
    },
  },
  {
    attribute: 'IFLA_IFNAME',
    change: (kernel, netDevice, request) => Promise.resolve(rename(kernel, netDevice, request)),
  },
  {
    attribute: 'IFLA_IFALIAS',
    change: async (_kernel, netDevice, { values }) => {
      netDevice.alias = aliasIn(bytesIn(values, 'IFLA_IFALIAS') ?? new Uint8Array(0));
      return 'announce';
    },
  },
  {
    attribute: 'IFLA_MASTER',
    change: (kernel, netDevice, { values }) => setMaster(kernel, netDevice, numberIn(values, 'IFLA_MASTER') ?? 0),
  },
  {
    attribute: 'IFLA_TXQLEN',
    change: async (kernel, netDevice, { values }) => {
      const length = numberIn(values, 'IFLA_TXQLEN') ?? 0;
      if (length === netDevice.txQueueLength) return undefined;
      netDevice.txQueueLength = length;
      notify(kernel, 'NETDEV_CHANGE_TX_QUEUE_LEN', netDevice);
      return undefined;
    },
  },
  {
    attribute: 'IFLA_GSO_MAX_SIZE',
    change: async (_kernel, netDevice, request) => {
      const size = numberIn(request.values, 'IFLA_GSO_MAX_SIZE') ?? 0;
      if (size > netDevice.tsoMaxSize) return refusalAt(request, 'IFLA_GSO_MAX_SIZE', EINVAL, 'too big gso_max_size');
      netDevice.gsoMaxSize = size;
      // netif_set_gso_max_size(): GSO_LEGACY_MAX_SIZE and less is meant for IPv4 too.
      if (size <= 65536) netDevice.gsoIpv4MaxSize = size;
      return 'announce';
    },
  },
  {
    attribute: 'IFLA_GSO_MAX_SEGS',
    change: async (_kernel, netDevice, request) => {
      const segments = numberIn(request.values, 'IFLA_GSO_MAX_SEGS') ?? 0;
      if (segments > netDevice.tsoMaxSegs)
        return refusalAt(request, 'IFLA_GSO_MAX_SEGS', EINVAL, 'too big gso_max_segs');
      netDevice.gsoMaxSegs = segments;
      return 'announce';
    },
  },
  {
    attribute: 'IFLA_GSO_IPV4_MAX_SIZE',
    change: async (_kernel, netDevice, request) => {
      const size = numberIn(request.values, 'IFLA_GSO_IPV4_MAX_SIZE') ?? 0;
      if (size > netDevice.tsoMaxSize) {
        return refusalAt(request, 'IFLA_GSO_IPV4_MAX_SIZE', EINVAL, 'too big gso_ipv4_max_size');
      }
      netDevice.gsoIpv4MaxSize = size;
      return 'announce';
    },
  },
  {
    attribute: 'IFLA_GRO_MAX_SIZE',
    change: async (_kernel, netDevice, { values }) => {
      netDevice.groMaxSize = numberIn(values, 'IFLA_GRO_MAX_SIZE') ?? 0;
      return 'announce';
    },
  },
  {
    attribute: 'IFLA_OPERSTATE',
    change: async (kernel, netDevice, { values }) => {
      setOperState(kernel, netDevice, numberIn(values, 'IFLA_OPERSTATE') ?? 0);
      return undefined;
    },
  },
  {
    attribute: 'IFLA_LINKMODE',
    change: async (kernel, netDevice, { values }) => {
      setLinkMode(kernel, netDevice, numberIn(values, 'IFLA_LINKMODE') ?? 0);
      return undefined;
    },
  },
  {
    attribute: 'IFLA_VFINFO_LIST',
    change: async (kernel, netDevice, { values }) =>
      (await setVfInfo(kernel, netDevice, bytesIn(values, 'IFLA_VFINFO_LIST') ?? new Uint8Array(0))) ??
      (kernel.parts.sriov.announces ? 'announce' : undefined),
  },
  {
    // do_set_proto_down(): for devices that ask for it, which those of VXLAN and macvlan are.
    attribute: 'IFLA_PROTO_DOWN',
    change: async () => refusal(EOPNOTSUPP, 'Protodown not supported by device'),
  },
  {
    attribute: 'IFLA_AF_SPEC',
    change: async (kernel, netDevice, request) => changeAddressFamilies(kernel.routing, netDevice, request),
  },
];

/** do_set_master(): out of whatever it is in, and into the other; 0: into none. */
async function setMaster(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  master: number,
): Promise<Refusal | 'announce' | undefined> {
  const { netDevices, bridging, bonds } = kernel;
  const { bridgePort, bondMember, teamPort } = netDevice;
  if (bondMember !== undefined) {
    if (bondMember.bond.netDevice.ifIndex === master) return undefined;
    await releaseMember(bonds, bondMember);
  }
  if (teamPort !== undefined) {
    if (teamPort.team.netDevice.ifIndex === master) return undefined;
    await removePort(kernel.teams, teamPort);
  }
  if (bridgePort !== undefined) {
    if (bridgePort.bridge.netDevice.ifIndex === master) return undefined;
    await releasePort(bridging, bridgePort);
  }
  if (netDevice.vrf !== undefined) {
    if (netDevice.vrf.ifIndex === master) return undefined;
    await leaveVrf(kernel, netDevice);
  }
  if (master === 0) return 'announce';
  const upper = netDevices.get(master as IfIndex);
  if (upper === undefined) return refusal(EINVAL);
  const bond = bondOf(upper);
  if (bond !== undefined) return fromOutcome(await enslaveMember(bonds, bond, netDevice)) ?? 'announce';
  const team = teamOf(upper);
  if (team !== undefined) return fromOutcome(await addPort(kernel.teams, team, netDevice)) ?? 'announce';
  if (upper.lower.kind === 'vrf') return fromOutcome(await joinVrf(kernel, netDevice, upper)) ?? 'announce';
  const bridge = bridgeOf(upper);
  if (bridge === undefined) return refusal(EOPNOTSUPP);
  return fromOutcome(await enslavePort(bridging, bridge, netDevice)) ?? 'announce';
}

/** dev_change_name(), dev_valid_name(). */
function rename(kernel: ReferenceKernel, netDevice: NetDevice, request: NetlinkRequest): Refusal | undefined {
  const name = textIn(request.values, 'IFLA_IFNAME') ?? '';
  if (name === netDevice.name || (numberIn(request.header, 'ifi_index') ?? 0) <= 0) return undefined;
  const isValid = name.length > 0 && name.length <= 15 && name !== '.' && name !== '..' && !/[/:\s]/.test(name);
  if (!isValid) return refusal(EINVAL);
  if (kernel.findByName(name) !== undefined) return refusal(EEXIST);
  netDevice.name = name as NetDeviceName;
  notify(kernel, 'NETDEV_CHANGENAME', netDevice);
  return undefined;
}

async function newLink(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { flags } = request.message;
  const index = numberIn(request.header, 'ifi_index') ?? 0;
  const name = textIn(request.values, 'IFLA_IFNAME');
  const kind = textIn(nestIn(request.values, 'IFLA_LINKINFO'), 'IFLA_INFO_KIND');
  const refused = kind === 'vlan' ? refusedVlan(request) : undefined;
  if (refused !== undefined) return refused;
  const existing =
    index > 0 ? kernel.netDevices.get(index as IfIndex) : name === undefined ? undefined : kernel.findByName(name);
  if (existing !== undefined) {
    if ((flags & NLM_F_EXCL) !== 0) return refusal(EEXIST);
    const refused = await changeLinkInfo(kernel, existing, request);
    if (refused !== undefined) return refused;
    const info = nestIn(request.values, 'IFLA_LINKINFO');
    const hasData = ['IFLA_INFO_DATA', 'IFLA_INFO_SLAVE_DATA'].some((data) => bytesIn(info, data) !== undefined);
    return changeLink(kernel, existing, request, hasData);
  }
  if ((flags & NLM_F_CREATE) === 0) return refusal(ENODEV);
  switch (kind) {
    case 'vlan':
      return newVlan(kernel, request, name);
    case 'bridge':
      return newBridge(kernel, request, name);
    case 'bond':
      return newBond(kernel, request, name);
    case 'team':
      return newTeam(kernel, request, name);
    case 'vrf':
      return newVrf(kernel, request, name);
    default:
      if (kernel.parts.control.logsUnknownKinds)
        kernel.log.push(`netlink: unsupported request: a new link of the kind ${kind ?? '(none)'}`);
      return refusal(EOPNOTSUPP, 'Unknown device type');
  }
}

/** rtnl_changelink(): IFLA_LINKINFO of a link that is there. */
async function changeLinkInfo(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  request: NetlinkRequest,
): Promise<Refusal | undefined> {
  const info = nestIn(request.values, 'IFLA_LINKINFO');
  const bridge = bridgeOf(netDevice);
  const kind = textIn(info, 'IFLA_INFO_KIND');
  // The name of the kind alone changes nothing: ip(8) calls the data of a port "bridge_slave" there.
  if (kind !== undefined && bytesIn(info, 'IFLA_INFO_DATA') !== undefined) {
    const bond = bondOf(netDevice);
    let refused: Refusal | undefined = refusal(EOPNOTSUPP);
    if (kind === 'bridge' && bridge !== undefined) refused = await changeBridge(kernel, bridge, request);
    else if (kind === 'bond' && bond !== undefined) refused = await changeBond(kernel, bond, request);
    if (refused !== undefined) return refused;
  }
  const hasSlaveData = bytesIn(info, 'IFLA_INFO_SLAVE_DATA') !== undefined;
  if (hasSlaveData && netDevice.bondMember !== undefined) return changeMember(kernel, netDevice.bondMember, request);
  if (!hasSlaveData) return undefined;
  if (netDevice.bridgePort === undefined) return refusal(EOPNOTSUPP);
  return changePortByLinkInfo(kernel, netDevice.bridgePort, request);
}

async function deleteLink(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const netDevice = findLink(kernel, request);
  if ('errno' in netDevice) return netDevice;
  switch (netDevice.lower.kind) {
    case 'port':
      return refusal(EOPNOTSUPP);
    case 'vlan':
      await removeVlanDevice(kernel, netDevice);
      return { ok: true };
    case 'vrf':
      await removeVrf(kernel, netDevice);
      await kernel.settle();
      return { ok: true };
    case 'bridge':
      await removeBridge(kernel.bridging, netDevice.lower.bridge);
      await kernel.settle();
      return { ok: true };
    case 'bond':
    case 'team':
      if (netDevice.bridgePort !== undefined) await releasePort(kernel.bridging, netDevice.bridgePort);
      await closeNetDevice(kernel, netDevice);
      if (netDevice.lower.kind === 'bond') await removeBond(kernel.bonds, netDevice.lower.bond);
      else await removeTeam(kernel.teams, netDevice.lower.team);
      await kernel.settle();
      return { ok: true };
  }
}
