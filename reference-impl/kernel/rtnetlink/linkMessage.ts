/** rtnl_fill_ifinfo(): a net device as RTM_NEWLINK describes it. */
import { parseMac } from '../../packet/addresses.js';
import { encodeBody } from '../../netlink/client.js';
import { RTM_NEWLINK } from '../../netlink/constants.js';
import { LINKINFO_DATA_VRF, VRF_PORT } from '../../netlink/families/routing.js';
import { IFINFOMSG, LINK, LINKINFO_DATA_VLAN } from '../../netlink/families/rtnetlink.js';
import { encodeAttributes, type Value, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import { BRIDGE_PORT, LINKINFO_DATA_BRIDGE } from '../../netlink/families/bridge.js';
import { BOND_SLAVE, LINKINFO_DATA_BOND } from '../../netlink/families/bond.js';
import { aggregateOf } from '../aggregates.js';
import { bondMemberValues, bondValues } from './bondMessage.js';
import { bridgePortValues, bridgeValues } from './bridgeMessage.js';
import { visibleFlags } from '../linkState.js';
import type { Lower, NetDevice } from '../netDevice.js';
import { rootQdiscOf } from '../tc/rootQdisc.js';
import type { KernelParts } from '../parts.js';
import type { NetDeviceStatistics } from '../statistics.js';

const ARPHRD_ETHER = 1;
/** linux/if_vlan.h: what every VLAN device has unless the user says otherwise. */
const VLAN_FLAG_REORDER_HDR = 1;
const BROADCAST = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** Without statistics for an announcement: nobody may count on the moment at which they would have been read. */
export function linkMessage(
  parts: KernelParts,
  netDevice: NetDevice,
  statistics: NetDeviceStatistics | undefined,
  type: number = RTM_NEWLINK,
  functions: Values = {},
): NetlinkBody {
  const header = {
    ifi_type: ARPHRD_ETHER,
    ifi_index: netDevice.ifIndex,
    ifi_flags: visibleFlags(netDevice, parts.runningFollowsState),
  };
  return {
    type,
    body: encodeBody(
      IFINFOMSG,
      header,
      encodeAttributes(LINK, linkAttributes(parts, netDevice, statistics, functions)),
    ),
  };
}

function linkAttributes(
  parts: KernelParts,
  netDevice: NetDevice,
  statistics: NetDeviceStatistics | undefined,
  functions: Values,
): Values {
  const attributes: Record<string, Value> = {
    IFLA_IFNAME: netDevice.name,
    IFLA_TXQLEN: netDevice.txQueueLength,
    IFLA_QDISC: rootQdiscOf(netDevice).kind,
    IFLA_OPERSTATE: netDevice.operState,
    IFLA_LINKMODE: netDevice.linkMode,
    IFLA_MTU: netDevice.mtu,
    IFLA_MIN_MTU: netDevice.minMtu,
    IFLA_MAX_MTU: netDevice.maxMtu,
    IFLA_GROUP: netDevice.group,
    IFLA_PROMISCUITY: netDevice.promiscuity,
    IFLA_ALLMULTI: netDevice.allMulticast,
    IFLA_NUM_TX_QUEUES: netDevice.maxTxQueues,
    IFLA_GSO_MAX_SEGS: netDevice.gsoMaxSegs,
    IFLA_GSO_MAX_SIZE: netDevice.gsoMaxSize,
    IFLA_GRO_MAX_SIZE: netDevice.groMaxSize,
    IFLA_GSO_IPV4_MAX_SIZE: netDevice.gsoIpv4MaxSize,
    IFLA_TSO_MAX_SIZE: netDevice.tsoMaxSize,
    IFLA_TSO_MAX_SEGS: netDevice.tsoMaxSegs,
    IFLA_NUM_RX_QUEUES: netDevice.maxRxQueues,
    IFLA_CARRIER: netDevice.carrier ? 1 : 0,
  };
  if (netDevice.lower.kind === 'vlan') attributes['IFLA_LINK'] = netDevice.lower.on.ifIndex;
  attributes['IFLA_CARRIER_CHANGES'] = netDevice.carrierUpCount + netDevice.carrierDownCount;
  attributes['IFLA_CARRIER_UP_COUNT'] = netDevice.carrierUpCount;
  attributes['IFLA_CARRIER_DOWN_COUNT'] = netDevice.carrierDownCount;
  if (netDevice.alias !== '') attributes['IFLA_IFALIAS'] = netDevice.alias;
  if (netDevice.alternativeNames.length > 0)
    attributes['IFLA_PROP_LIST'] = { IFLA_ALT_IFNAME: netDevice.alternativeNames };
  attributes['IFLA_ADDRESS'] = parseMac(netDevice.address);
  attributes['IFLA_BROADCAST'] = BROADCAST;
  if (statistics !== undefined) {
    const counters = linkStatisticsValues(statistics);
    attributes['IFLA_STATS64'] = counters;
    attributes['IFLA_STATS'] = narrowed(parts, counters);
  }
  Object.assign(attributes, functions);
  if (netDevice.lower.kind === 'port') {
    attributes['IFLA_PERM_ADDRESS'] = parseMac(parts.permanentAddress(netDevice));
    Object.assign(attributes, switchPortAttributes(netDevice.lower));
  }
  const master = masterOf(netDevice);
  if (master !== undefined) attributes['IFLA_MASTER'] = master;
  Object.assign(attributes, linkInfo(parts, netDevice), parentAttributes(parts, netDevice));
  return attributes;
}

/** netdev_master_upper_dev_get(). */
const masterOf = (netDevice: NetDevice): number | undefined =>
  (netDevice.vrf ?? aggregateOf(netDevice) ?? netDevice.bridgePort?.bridge.netDevice)?.ifIndex;

/** ndo_get_port_parent_id(), ndo_get_phys_port_name(). */
function switchPortAttributes({ limits }: Extract<Lower, { kind: 'port' }>): Values {
  const { switchId, physPortName } = limits;
  return {
    ...(switchId === undefined ? {} : { IFLA_PHYS_SWITCH_ID: switchId }),
    ...(physPortName === undefined ? {} : { IFLA_PHYS_PORT_NAME: physPortName }),
  };
}

/** The device on its bus, and rtnl_fill_devlink_port(). */
function parentAttributes(parts: KernelParts, { lower }: NetDevice): Values {
  if (lower.kind !== 'port') return {};
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

/** rtnl_link_fill(): of what kind the link is, and of what kind it is a part. */
function linkInfo(parts: KernelParts, { lower, bridgePort, bondMember, teamPort, vrf }: NetDevice): Values {
  const own = kindInfo(parts, lower);
  if (vrf?.lower.kind === 'vrf') {
    const table = encodeAttributes(VRF_PORT, { IFLA_VRF_PORT_TABLE: vrf.lower.table });
    return { IFLA_LINKINFO: { ...(own ?? {}), IFLA_INFO_SLAVE_KIND: 'vrf', IFLA_INFO_SLAVE_DATA: table } };
  }
  if (bondMember !== undefined) {
    const member = encodeAttributes(BOND_SLAVE, bondMemberValues(parts.bond, bondMember));
    return { IFLA_LINKINFO: { ...(own ?? {}), IFLA_INFO_SLAVE_KIND: 'bond', IFLA_INFO_SLAVE_DATA: member } };
  }
  if (teamPort !== undefined) return { IFLA_LINKINFO: { ...(own ?? {}), IFLA_INFO_SLAVE_KIND: 'team' } };
  const slave: Values =
    bridgePort === undefined
      ? {}
      : {
          IFLA_INFO_SLAVE_KIND: 'bridge',
          IFLA_INFO_SLAVE_DATA: encodeAttributes(BRIDGE_PORT, bridgePortValues(bridgePort)),
        };
  return own === undefined && bridgePort === undefined ? {} : { IFLA_LINKINFO: { ...(own ?? {}), ...slave } };
}

function kindInfo(parts: KernelParts, lower: Lower): Values | undefined {
  switch (lower.kind) {
    case 'port':
      return undefined;
    case 'vlan':
      return {
        IFLA_INFO_KIND: 'vlan',
        IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_VLAN, {
          IFLA_VLAN_ID: lower.vid,
          IFLA_VLAN_PROTOCOL: lower.tpid,
          IFLA_VLAN_FLAGS: { flags: VLAN_FLAG_REORDER_HDR, mask: 0xffff_ffff },
        }),
      };
    case 'vrf':
      return {
        IFLA_INFO_KIND: 'vrf',
        IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_VRF, { IFLA_VRF_TABLE: lower.table }),
      };
    case 'bridge':
      return {
        IFLA_INFO_KIND: 'bridge',
        IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_BRIDGE, bridgeValues(lower.bridge)),
      };
    case 'team':
      return { IFLA_INFO_KIND: 'team' };
    case 'bond':
      return {
        IFLA_INFO_KIND: 'bond',
        IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_BOND, bondValues(parts.bond, lower.bond)),
      };
  }
}

/** struct rtnl_link_stats64 by its member names. */
export function linkStatisticsValues(statistics: NetDeviceStatistics): Values {
  return {
    rx_packets: statistics.rxPackets,
    tx_packets: statistics.txPackets,
    rx_bytes: statistics.rxBytes,
    tx_bytes: statistics.txBytes,
    rx_errors: statistics.rxErrors,
    tx_errors: statistics.txErrors,
    rx_dropped: statistics.rxDropped,
    tx_dropped: statistics.txDropped,
    multicast: statistics.multicast,
    collisions: statistics.collisions,
    rx_length_errors: statistics.rxLengthErrors,
    rx_over_errors: statistics.rxOverErrors,
    rx_crc_errors: statistics.rxCrcErrors,
    rx_frame_errors: statistics.rxFrameErrors,
    rx_fifo_errors: statistics.rxFifoErrors,
    rx_missed_errors: statistics.rxMissedErrors,
    tx_aborted_errors: statistics.txAbortedErrors,
    tx_carrier_errors: statistics.txCarrierErrors,
    tx_fifo_errors: statistics.txFifoErrors,
    tx_heartbeat_errors: statistics.txHeartbeatErrors,
    tx_window_errors: statistics.txWindowErrors,
    rx_compressed: statistics.rxCompressed,
    tx_compressed: statistics.txCompressed,
    rx_nohandler: statistics.rxNohandler,
    rx_otherhost_dropped: statistics.rxOtherhostDropped,
  };
}

/** copy_rtnl_link_stats(): the low 32 bits of each. */
function narrowed({ narrowCounter }: KernelParts, counters: Values): Values {
  const low: Record<string, Value> = { ...counters };
  for (const name in counters) low[name] = narrowCounter(Number(counters[name]));
  return low;
}
