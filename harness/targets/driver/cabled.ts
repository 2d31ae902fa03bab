/** Two ports of one machine, cabled together: one is under test, the other is the far end of its cable. */
import { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import { TargetFault } from '../../contract/index.js';
import type {
  CapabilityAnswer,
  CapabilityAnswers,
  IfIndex,
  NetDeviceName,
  PortName,
  Target,
  WireEnd,
} from '../../contract/index.js';
import { linkCondition, settleLink } from './carrier.js';
import type { MachineChannels } from './channels.js';
import { openDriverTarget, type Cables } from './driverTarget.js';
import { FarEnd } from './farEnd.js';
import { required } from './portState.js';

export interface CabledOptions {
  readonly name: string;
  readonly channels: MachineChannels;
  readonly dut: NetDeviceName;
  readonly peer: NetDeviceName;
  readonly vendor: string;
  readonly model: string;
  /** What is known of the ports without asking; overrules what was asked. */
  readonly stated?: CapabilityAnswers;
  /** Awaited when the target is closed, before the channels are. */
  readonly onClose?: () => Promise<void>;
  /** A reload gave the port under test another net device. */
  readonly onRenewed?: (ifIndex: IfIndex) => Promise<void>;
}

export const DUT_PORT = 'p0' as PortName;
const IFF_UP = 0x1;
const IFF_PROMISC = 0x100;
const IFF_ALLMULTI = 0x200;
const ALL_FLAGS = IFF_UP | IFF_PROMISC | IFF_ALLMULTI;
/** The MTU that every scenario starts from. */
const ETH_DATA_LEN = 1500;
const LONGEST_MTU = 65535;
const JUMBO_MTUS = [9216, 9000] as const;
const CARRIER_MS = 10_000;
/** A port that is set down takes the link of its partner with it at once, or never. */
const CARRIER_GONE_MS = 2_000;

const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

export async function openCabledTarget(options: CabledOptions): Promise<Target> {
  const far = await FarPort.open(options);
  const stated: CapabilityAnswers = {
    'sees-short-frames': absent('The port at the far end pads and takes no shorter frame than Ethernet allows.'),
    'wire-fcs': absent('The port at the far end makes the frame check sequence itself.'),
    'wire-autoneg': absent('The port at the far end is not told what to advertise.'),
    'wire-pause': { present: true },
    'prompt-far-end': { present: true },
    'wire-carrier': await far.carrierAnswer(),
    ...options.stated,
  };
  return openDriverTarget({
    name: options.name,
    channels: options.channels,
    ports: [{ port: DUT_PORT, netDevice: options.dut }],
    cables: far,
    stated,
    vendor: options.vendor,
    model: options.model,
    renewed: async (ifIndex) => {
      await options.onRenewed?.(ifIndex);
      far.dutIsNow(ifIndex);
    },
  });
}

/** The port at the far end: promiscuous, and doing nothing to a frame that would hide how it was on the cable. */
class FarPort implements Cables {
  readonly #options: CabledOptions;
  readonly #route: RouteClient;
  readonly #peer: IfIndex;
  #dut: IfIndex;
  #isPlugged = true;
  readonly #ends = new Set<WireEnd>();

  private constructor(options: CabledOptions, route: RouteClient, dut: IfIndex, peer: IfIndex) {
    this.#options = options;
    this.#route = route;
    this.#dut = dut;
    this.#peer = peer;
  }

  static async open(options: CabledOptions): Promise<FarPort> {
    const { channels, dut, peer } = options;
    const route = await RouteClient.open((protocol) => channels.netlink(protocol));
    const [dutIndex, peerIndex] = [await indexOf(route, options.name, dut), await indexOf(route, options.name, peer)];
    const flagsOf = (flags: number): { flags: number; change: number } => ({ flags, change: ALL_FLAGS });
    required('preparing the port', await route.setLink(dutIndex, { IFLA_MTU: ETH_DATA_LEN }, flagsOf(IFF_UP)));
    required('preparing the far port', await route.setLink(peerIndex, {}, flagsOf(IFF_UP | IFF_PROMISC)));
    await raiseMtu(route, peerIndex);
    await leaveFramesAlone(channels, peer);
    const far = new FarPort(options, route, dutIndex, peerIndex);
    if ((await settleLink(route, peerIndex, CARRIER_MS)) !== 'carrier') {
      throw new TargetFault(`${options.name}: ${peer} has no carrier: is it cabled to ${dut}?`);
    }
    return far;
  }

  dutIsNow(ifIndex: IfIndex): void {
    this.#dut = ifIndex;
  }

  async open(): Promise<WireEnd> {
    const host = await this.#options.channels.host(this.#options.peer);
    const end = new FarEnd({ host, setCarrier: (up) => this.#plug(up) });
    this.#ends.add(end);
    return end;
  }

  isPlugged(): boolean {
    return this.#isPlugged;
  }

  async reset(): Promise<void> {
    await this.#plug(true);
    for (const end of this.#ends) await end.receive({ withinMs: 0 }).catch(() => this.#ends.delete(end));
  }

  async close(): Promise<void> {
    await this.#options.onClose?.();
  }

  /** Tried, because not every port drops its link when it is set down. */
  async carrierAnswer(): Promise<CapabilityAnswer> {
    await this.#plug(false);
    const end = performance.now() + CARRIER_GONE_MS;
    let condition = await linkCondition(this.#route, this.#dut);
    while (condition === 'carrier' && performance.now() < end) condition = await linkCondition(this.#route, this.#dut);
    await this.#plug(true);
    await settleLink(this.#route, this.#dut, CARRIER_MS);
    return condition === 'no-carrier'
      ? { present: true }
      : absent(`${this.#options.peer} keeps its link when it is set down, so the cable cannot be pulled out.`);
  }

  async #plug(up: boolean): Promise<void> {
    if (up === this.#isPlugged) return;
    this.#isPlugged = up;
    const result = await this.#route.setLink(this.#peer, {}, { flags: up ? IFF_UP : 0, change: IFF_UP });
    required('setting the far port', result);
  }
}

async function indexOf(route: RouteClient, target: string, name: NetDeviceName): Promise<IfIndex> {
  const link = await route.link(name);
  if (!link.ok) throw new TargetFault(`${target}: no net device is called ${name}`);
  return (numberIn(link.value.header, 'ifi_index') ?? 0) as IfIndex;
}

/** The far end of a cable limits nothing; a driver may take less than it says, so that less is asked for then. */
async function raiseMtu(route: RouteClient, ifIndex: IfIndex): Promise<void> {
  const { values } = required('the far port', await route.link(ifIndex));
  const most = numberIn(values, 'IFLA_MAX_MTU') ?? 0;
  for (const mtu of [most === 0 ? LONGEST_MTU : Math.min(most, LONGEST_MTU), ...JUMBO_MTUS]) {
    if ((await route.setLink(ifIndex, { IFLA_MTU: mtu })).ok) return;
  }
}

/** Aggregation would show one frame where there were many. What a driver never gives up is not asked for. */
async function leaveFramesAlone(channels: MachineChannels, netDevice: NetDeviceName): Promise<void> {
  const ethtool = await EthtoolClient.open((protocol) => channels.netlink(protocol));
  const { hw, active } = required(`the features of ${netDevice}`, await ethtool.features(netDevice));
  const unwanted = ['rx-gro', 'rx-gro-hw', 'rx-lro', 'rx-gro-list', 'rx-vlan-filter', 'rx-vlan-stag-filter'];
  const changes = unwanted.filter((name) => hw.has(name) && active.has(name)).map((name) => [name, false] as const);
  if (changes.length > 0) {
    required(`the features of ${netDevice}`, await ethtool.setFeatures(netDevice, Object.fromEntries(changes)));
  }
  await ethtool.generic.client.socket.close();
}
