/** rtnl_fill_ifinfo(): a net device as RTM_NEWLINK describes it. */
import { parseMac } from '../../packet/addresses.js';
import { attributePlan, fieldsPlan, macPlan, nestPlan } from '../../netlink/attributePlan.js';
import { RTM_NEWLINK } from '../../netlink/constants.js';
import type { Draft } from '../../netlink/draft.js';
import { encoded, writeAttributes } from '../../netlink/encodeAttributes.js';
import { IFINFOMSG, LINK } from '../../netlink/families/rtnetlink.js';
import type { Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import { aggregateOf } from '../aggregates.js';
import { visibleFlags } from '../linkState.js';
import type { Lower, NetDevice } from '../netDevice.js';
import { rootQdiscOf } from '../tc/rootQdisc.js';
import type { KernelParts } from '../parts.js';
import type { NetDeviceStatistics } from '../statistics.js';
import { writeCounters } from './linkCounters.js';
import { hasLinkInfo, writeLinkInfo } from './linkInfoPlan.js';

const ARPHRD_ETHER = 1;
const BROADCAST = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** A net device with what was asked of its driver. */
export interface DescribedLink {
  readonly parts: KernelParts;
  readonly netDevice: NetDevice;
  /** Absent in an announcement: nobody may count on the moment at which they would have been read. */
  readonly statistics: NetDeviceStatistics | undefined;
  /** Of its virtual functions, where they were asked for. */
  readonly functions: Values;
  /** IFLA_EVENT_*: what an announcement is about, where it is one of these. */
  readonly event?: number | undefined;
}

/** netdev_master_upper_dev_get(). */
const masterOf = (netDevice: NetDevice): number | undefined =>
  (netDevice.vrf ?? aggregateOf(netDevice) ?? netDevice.bridgePort?.bridge.netDevice)?.ifIndex;

const writeHeader = fieldsPlan<DescribedLink>(IFINFOMSG, {
  ifi_type: () => ARPHRD_ETHER,
  ifi_index: ({ netDevice }) => netDevice.ifIndex,
  ifi_flags: ({ netDevice, parts }) => visibleFlags(netDevice, parts.runningFollowsState),
});

const writeAttributesOfLink = attributePlan<DescribedLink>(LINK, [
  ['IFLA_IFNAME', ({ netDevice: { name } }) => name],
  ['IFLA_TXQLEN', ({ netDevice: { txQueueLength } }) => txQueueLength],
  ['IFLA_QDISC', ({ netDevice }) => rootQdiscOf(netDevice).kind],
  ['IFLA_OPERSTATE', ({ netDevice: { operState } }) => operState],
  ['IFLA_LINKMODE', ({ netDevice: { linkMode } }) => linkMode],
  ['IFLA_MTU', ({ netDevice: { mtu } }) => mtu],
  ['IFLA_MIN_MTU', ({ netDevice: { minMtu } }) => minMtu],
  ['IFLA_MAX_MTU', ({ netDevice: { maxMtu } }) => maxMtu],
  ['IFLA_GROUP', ({ netDevice: { group } }) => group],
  ['IFLA_PROMISCUITY', ({ netDevice: { promiscuity } }) => promiscuity],
  ['IFLA_ALLMULTI', ({ netDevice: { allMulticast } }) => allMulticast],
  ['IFLA_NUM_TX_QUEUES', ({ netDevice: { maxTxQueues } }) => maxTxQueues],
  ['IFLA_GSO_MAX_SEGS', ({ netDevice: { gsoMaxSegs } }) => gsoMaxSegs],
  ['IFLA_GSO_MAX_SIZE', ({ netDevice: { gsoMaxSize } }) => gsoMaxSize],
  ['IFLA_GRO_MAX_SIZE', ({ netDevice: { groMaxSize } }) => groMaxSize],
  ['IFLA_GSO_IPV4_MAX_SIZE', ({ netDevice: { gsoIpv4MaxSize } }) => gsoIpv4MaxSize],
  ['IFLA_TSO_MAX_SIZE', ({ netDevice: { tsoMaxSize } }) => tsoMaxSize],
  ['IFLA_TSO_MAX_SEGS', ({ netDevice: { tsoMaxSegs } }) => tsoMaxSegs],
  ['IFLA_NUM_RX_QUEUES', ({ netDevice: { maxRxQueues } }) => maxRxQueues],
  ['IFLA_CARRIER', ({ netDevice: { carrier } }) => (carrier ? 1 : 0)],
  ['IFLA_LINK', ({ netDevice: { lower } }) => (lower.kind === 'vlan' ? lower.on.ifIndex : undefined)],
  ['IFLA_CARRIER_CHANGES', ({ netDevice: { carrierUpCount, carrierDownCount } }) => carrierUpCount + carrierDownCount],
  ['IFLA_CARRIER_UP_COUNT', ({ netDevice: { carrierUpCount } }) => carrierUpCount],
  ['IFLA_CARRIER_DOWN_COUNT', ({ netDevice: { carrierDownCount } }) => carrierDownCount],
  ['IFLA_IFALIAS', ({ netDevice: { alias } }) => (alias === '' ? undefined : alias)],
  [
    'IFLA_PROP_LIST',
    ({ netDevice: { alternativeNames } }) =>
      alternativeNames.length === 0 ? undefined : { IFLA_ALT_IFNAME: alternativeNames },
  ],
  macPlan(LINK, 'IFLA_ADDRESS', ({ netDevice: { address } }) => address),
  ['IFLA_BROADCAST', () => BROADCAST],
  (draft, { statistics, parts }) => {
    if (statistics !== undefined) writeCounters(draft, statistics, parts.narrowCounter);
  },
  (draft, { functions }) => writeAttributes(draft, LINK, functions),
  ['IFLA_EVENT', ({ event }) => event],
  [
    'IFLA_PERM_ADDRESS',
    ({ netDevice, parts }) =>
      netDevice.lower.kind === 'port' ? parseMac(parts.permanentAddress(netDevice)) : undefined,
  ],
  ['IFLA_PHYS_SWITCH_ID', ({ netDevice: { lower } }) => (lower.kind === 'port' ? lower.limits.switchId : undefined)],
  [
    'IFLA_PHYS_PORT_NAME',
    ({ netDevice: { lower } }) => (lower.kind === 'port' ? lower.limits.physPortName : undefined),
  ],
  ['IFLA_MASTER', ({ netDevice }) => masterOf(netDevice)],
  nestPlan(LINK, 'IFLA_LINKINFO', writeLinkInfo, hasLinkInfo),
  (draft, { netDevice, parts }) => {
    if (netDevice.lower.kind === 'port') writeAttributes(draft, LINK, parentAttributes(parts, netDevice.lower));
  },
]);

/** rtnl_fill_ifinfo(), behind the netlink header. */
export function writeLink(draft: Draft, link: DescribedLink): void {
  writeHeader(draft, link);
  writeAttributesOfLink(draft, link);
}

export function linkMessage(link: DescribedLink, type: number = RTM_NEWLINK): NetlinkBody {
  return { type, body: encoded((draft) => writeLink(draft, link)) };
}

/** As an announcement tells of it. */
export const announcedLink = (parts: KernelParts, netDevice: NetDevice, event?: number): DescribedLink => ({
  parts,
  netDevice,
  statistics: undefined,
  functions: {},
  event,
});

/** The device on its bus, and rtnl_fill_devlink_port(). */
function parentAttributes(parts: KernelParts, lower: Extract<Lower, { kind: 'port' }>): Values {
  const { parentDevice, devlinkPort } = lower.limits;
  const handle = lower.device.devlink?.handle;
  return {
    ...(parentDevice === undefined
      ? {}
      : { IFLA_PARENT_DEV_NAME: parentDevice.name, IFLA_PARENT_DEV_BUS_NAME: parentDevice.bus }),
    ...(devlinkPort === undefined || handle === undefined
      ? {}
      : {
          IFLA_DEVLINK_PORT: {
            DEVLINK_ATTR_BUS_NAME: handle.bus,
            DEVLINK_ATTR_DEV_NAME: handle.name,
            DEVLINK_ATTR_PORT_INDEX: parts.devlink.portOfLink(devlinkPort),
          },
        }),
  };
}
