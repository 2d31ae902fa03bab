/**
 * The topology of one port: in the host's namespace nic0, the device under test; in the wire's namespace its peer w0, and a second
 * pair: w1 makes plain frames of what arrives at w0, w2 is there so that w1 has carrier, and throws away what it gets. The devices of
 * further ports are beside them, with other names.
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
/** What belongs to one port. */
export interface CableDevices {
  readonly nic: Device;
  readonly peer: Device;
  readonly cable: Device;
  readonly cableEnd: Device;
}

/** Devices of a port, by its number from 0. */
export function cableDevices(port: number): CableDevices {
  const [index, wire] = [10 + 4 * port, 3 * port];
  const address = (last: number): string => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`;
  return {
    nic: device(`nic${port}`, index, address(1 + port)),
    peer: device(`w${wire}`, index + 1, address(0xc0 + wire)),
    cable: device(`w${wire + 1}`, index + 2, address(0xc1 + wire)),
    cableEnd: device(`w${wire + 2}`, index + 3, address(0xc2 + wire)),
  };
}

/** The device under test of the first port. */
export const NIC = cableDevices(0).nic;

/** ETH_MAX_MTU: the cable itself limits nothing. */
const CABLE_MTU = 65535;

const VETH_INFO = attributeSet('VETH_INFO', [[1, 'VETH_INFO_PEER', binary]]);

/** Features of a device that would leave work on a frame to whom it is handed to. */
const isTransmitOffload = (feature: string): boolean => feature.startsWith('tx-') && feature !== 'tx-nocache-copy';

export interface CableOptions {
  /** In order of preference; default: cls_bpf, then TCX. */
  readonly redirect?: readonly RedirectMethod[];
}

/** The namespaces that the cables of one target share. */
export interface CableSpaces {
  readonly host: NetNamespace;
  readonly wire: NetNamespace;
}

/** Both, quiet and with nothing in them. Throws SystemCallError. */
export function createSpaces(): CableSpaces {
  const host = NetNamespace.create();
  try {
    const wire = NetNamespace.create();
    for (const namespace of [host, wire]) namespace.keepQuiet();
    return { host, wire };
  } catch (error) {
    host.close();
    throw error;
  }
}

export class VethCable {
  readonly host: NetNamespace;
  readonly wire: NetNamespace;
  readonly devices: CableDevices;
  #redirectLink: number | undefined;
  #method: RedirectMethod = 'cls_bpf';
  #hostRoute: NetlinkClient | undefined;
  #wireRoute: NetlinkClient | undefined;

  private constructor({ host, wire }: CableSpaces, devices: CableDevices) {
    this.host = host;
    this.wire = wire;
    this.devices = devices;
  }

  /** Makes the devices of a port, all up and with carrier. Throws SystemCallError or TargetFault. */
  static async create(spaces: CableSpaces, port = 0, options: CableOptions = {}): Promise<VethCable> {
    const cable = new VethCable(spaces, cableDevices(port));
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
    await this.#setUp(this.#wireRoute, this.devices.peer, up);
    await this.#settleCarrier();
  }

  /** The devices go with their namespaces. */
  close(): void {
    void this.#hostRoute?.socket.close();
    void this.#wireRoute?.socket.close();
    if (this.#redirectLink !== undefined) closeFd(this.#redirectLink);
    this.#redirectLink = undefined;
  }

  async #build({ redirect }: CableOptions): Promise<void> {
    const { nic, peer, cable, cableEnd } = this.devices;
    const hostRoute = await openRoute(this.host);
    this.#hostRoute = hostRoute;
    const wireRoute = await openRoute(this.wire);
    this.#wireRoute = wireRoute;
    // The peer goes to the other namespace at once; w1 and w2 stay where they are made.
    await addVethPair(hostRoute, { end: nic }, { end: peer, mtu: CABLE_MTU, namespace: this.wire });
    await addVethPair(wireRoute, { end: cable, mtu: CABLE_MTU }, { end: cableEnd, mtu: CABLE_MTU });
    await switchOffloadsOff(this.wire, cable.name);
    const made = await redirectIngress(this.wire, peer.ifIndex, cable.ifIndex, redirect);
    this.#redirectLink = made.linkFd;
    this.#method = made.method;
    // The far end first: a device that comes up with carrier can transmit at once.
    for (const end of [cableEnd, cable, peer]) await this.#setUp(wireRoute, end, true);
    await this.#setUp(hostRoute, nic, true);
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
    const body = encodeBody(IFINFOMSG, { ifi_index: this.devices.nic.ifIndex }, new Uint8Array(0));
    if (this.#hostRoute !== undefined) await this.#hostRoute.request(RTM_GETLINK, body);
  }
}

const openRoute = (namespace: NetNamespace): Promise<NetlinkClient> =>
  NetlinkClient.open(NETLINK_ROUTE, async (protocol) => new LinuxNetlinkSocket(namespace, protocol));

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
