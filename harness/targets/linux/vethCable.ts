/**
 * The topology: in the host's namespace nic0, the device under test; in the wire's namespace its peer w0, and a second pair: w1 makes
 * plain frames of what arrives at w0, w2 is there so that w1 has carrier, and throws away what it gets.
 */
import { NetlinkClient, encodeBody, type NetlinkResult } from '../../../reference-impl/netlink/client.js';
import {
  NETLINK_ROUTE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_SETLINK,
} from '../../../reference-impl/netlink/constants.js';
import { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { IFINFOMSG, LINK } from '../../../reference-impl/netlink/families/rtnetlink.js';
import { attributeSet, binary, encodeAttributes, type Values } from '../../../reference-impl/netlink/schema.js';
import { parseMac } from '../../../reference-impl/packet/addresses.js';
import { TargetFault } from '../../contract/index.js';
import type { IfIndex, MacAddress, NetDeviceName } from '../../contract/index.js';
import { closeFd } from './libc.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import { NetNamespace } from './netNamespace.js';
import { redirectIngress, type RedirectMethod } from './redirect.js';
import { IFF_UP } from './uapi.js';

/** Names, indexes and addresses are the same in every instance: each has namespaces of its own. */
interface Device {
  readonly name: NetDeviceName;
  readonly ifIndex: IfIndex;
  readonly address: MacAddress;
}
const device = (name: string, ifIndex: number, address: string): Device => ({
  name: name as NetDeviceName,
  ifIndex: ifIndex as IfIndex,
  address: address as MacAddress,
});
export const NIC = device('nic0', 10, '02:00:00:00:00:01');
export const PEER = device('w0', 11, '02:00:00:00:00:f0');
export const CABLE = device('w1', 12, '02:00:00:00:00:f1');
export const CABLE_END = device('w2', 13, '02:00:00:00:00:f2');

/** ETH_MAX_MTU: the cable itself limits nothing. */
const CABLE_MTU = 65535;

const VETH_INFO = attributeSet('VETH_INFO', [[1, 'VETH_INFO_PEER', binary]]);

/** The kernel sends nothing of its own: no neighbour discovery, no multicast listener reports. */
const QUIET: Readonly<Record<string, string>> = {
  'net/ipv6/conf/all/disable_ipv6': '1',
  'net/ipv6/conf/default/disable_ipv6': '1',
};

/** Features of a device that would leave work on a frame to whom it is handed to. */
const isTransmitOffload = (feature: string): boolean => feature.startsWith('tx-') && feature !== 'tx-nocache-copy';

export interface CableOptions {
  /** In order of preference; default: cls_bpf, then TCX. */
  readonly redirect?: readonly RedirectMethod[];
}

export class VethCable {
  readonly host: NetNamespace;
  readonly wire: NetNamespace;
  #redirectLink: number | undefined;
  #method: RedirectMethod = 'cls_bpf';
  #hostRoute: NetlinkClient | undefined;
  #wireRoute: NetlinkClient | undefined;

  private constructor(host: NetNamespace, wire: NetNamespace) {
    this.host = host;
    this.wire = wire;
  }

  /** Makes the namespaces and the devices in them, all up and with carrier. Throws SystemCallError or TargetFault. */
  static async create(options: CableOptions = {}): Promise<VethCable> {
    const host = NetNamespace.create();
    let wire: NetNamespace;
    try {
      wire = NetNamespace.create();
    } catch (error) {
      host.close();
      throw error;
    }
    const cable = new VethCable(host, wire);
    try {
      await cable.#build(options);
      return cable;
    } catch (error) {
      cable.close();
      throw error;
    }
  }

  get redirectMethod(): RedirectMethod {
    return this.#method;
  }

  /** Plugs the cable in or pulls it out: a veth has carrier as long as its peer is up. */
  async setCarrier(up: boolean): Promise<void> {
    await this.#setUp(this.#wireRoute, PEER, up);
    await this.#settleCarrier();
  }

  close(): void {
    void this.#hostRoute?.socket.close();
    void this.#wireRoute?.socket.close();
    if (this.#redirectLink !== undefined) closeFd(this.#redirectLink);
    this.#redirectLink = undefined;
    this.host.close();
    this.wire.close();
  }

  async #build({ redirect }: CableOptions): Promise<void> {
    for (const namespace of [this.host, this.wire]) setQuiet(namespace);
    const hostRoute = await openRoute(this.host);
    this.#hostRoute = hostRoute;
    const wireRoute = await openRoute(this.wire);
    this.#wireRoute = wireRoute;
    // The peer goes to the other namespace at once; w1 and w2 stay where they are made.
    await addVethPair(hostRoute, { end: NIC }, { end: PEER, mtu: CABLE_MTU, namespace: this.wire });
    await addVethPair(wireRoute, { end: CABLE, mtu: CABLE_MTU }, { end: CABLE_END, mtu: CABLE_MTU });
    await switchOffloadsOff(this.wire, CABLE.name);
    const made = await redirectIngress(this.wire, PEER.ifIndex, CABLE.ifIndex, redirect);
    this.#redirectLink = made.linkFd;
    this.#method = made.method;
    // The far end first: a device that comes up with carrier can transmit at once.
    for (const end of [CABLE_END, CABLE, PEER]) await this.#setUp(wireRoute, end, true);
    await this.#setUp(hostRoute, NIC, true);
    await this.#settleCarrier();
  }

  async #setUp(route: NetlinkClient | undefined, { ifIndex }: Device, up: boolean): Promise<void> {
    if (route === undefined) throw new TargetFault('the veth pair is gone');
    const header = { ifi_index: ifIndex, ifi_flags: up ? IFF_UP : 0, ifi_change: IFF_UP };
    const body = encodeBody(IFINFOMSG, header, new Uint8Array(0));
    succeed(`set device ${ifIndex} ${up ? 'up' : 'down'}`, await route.request(RTM_SETLINK, body));
  }

  /** RTM_GETLINK makes the kernel announce a change of carrier now, which it else does up to a second later (linkwatch). */
  async #settleCarrier(): Promise<void> {
    const body = encodeBody(IFINFOMSG, { ifi_index: NIC.ifIndex }, new Uint8Array(0));
    if (this.#hostRoute !== undefined) await this.#hostRoute.request(RTM_GETLINK, body);
  }
}

const openRoute = (namespace: NetNamespace): Promise<NetlinkClient> =>
  NetlinkClient.open(NETLINK_ROUTE, async (protocol) => new LinuxNetlinkSocket(namespace, protocol));

/** A kernel without IPv6 has none of its settings, and none of its noise. */
function setQuiet(namespace: NetNamespace): void {
  try {
    namespace.setSysctls(QUIET);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

interface PairEnd {
  readonly end: Device;
  readonly mtu?: number;
  readonly namespace?: NetNamespace;
}

function endAttributes({ end, mtu, namespace }: PairEnd): Values {
  return {
    IFLA_IFNAME: end.name,
    IFLA_ADDRESS: parseMac(end.address),
    ...(mtu === undefined ? {} : { IFLA_MTU: mtu }),
    ...(namespace === undefined ? {} : { IFLA_NET_NS_FD: namespace.fd }),
  };
}

async function addVethPair(route: NetlinkClient, near: PairEnd, far: PairEnd): Promise<void> {
  const peer = encodeBody(IFINFOMSG, { ifi_index: far.end.ifIndex }, encodeAttributes(LINK, endAttributes(far)));
  const attributes = encodeAttributes(LINK, {
    ...endAttributes(near),
    IFLA_LINKINFO: {
      IFLA_INFO_KIND: 'veth',
      IFLA_INFO_DATA: encodeAttributes(VETH_INFO, { VETH_INFO_PEER: peer }),
    },
  });
  const body = encodeBody(IFINFOMSG, { ifi_index: near.end.ifIndex }, attributes);
  succeed(`make the veth pair ${near.end.name}`, await route.request(RTM_NEWLINK, body, NLM_F_CREATE | NLM_F_EXCL));
}

async function switchOffloadsOff(namespace: NetNamespace, name: NetDeviceName): Promise<void> {
  const ethtool = await EthtoolClient.open(async (protocol) => new LinuxNetlinkSocket(namespace, protocol));
  try {
    const { hw, active } = succeed(`features of ${name}`, await ethtool.features(name));
    const offloads = [...active].filter((feature) => hw.has(feature) && isTransmitOffload(feature));
    const off = Object.fromEntries(offloads.map((feature) => [feature, false]));
    succeed(`offloads of ${name}`, await ethtool.setFeatures(name, off));
    const left = [...succeed(`features of ${name}`, await ethtool.features(name)).active].filter(isTransmitOffload);
    const unfinished = left.filter((feature) => !HARMLESS.has(feature));
    if (unfinished.length > 0) throw new TargetFault(`the cable keeps ${unfinished.join(', ')}`);
  } finally {
    await ethtool.generic.client.socket.close();
  }
}

/** What a veth never gives up and what leaves nothing on a frame unfinished. */
const HARMLESS: ReadonlySet<string> = new Set(['tx-gso-robust']);

function succeed<Value>(what: string, result: NetlinkResult<Value>): Value {
  if (result.ok) return result.value;
  const { errnoName, message } = result.error;
  throw new TargetFault(`cannot ${what}: ${errnoName}${message === undefined ? '' : ` (${message})`}`);
}
