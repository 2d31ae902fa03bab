/** The driver of the physical function: virtual functions made and taken away, and what ndo_set_vf_* and ndo_get_vf_* do. */
import type {
  DevicePort,
  DriverHost,
  DriverResult,
  MacAddress,
  PortName,
  SriovOps,
  VfConfig,
  VfVlan,
} from '../../../harness/contract/index.js';
import { done, EINVAL, EOPNOTSUPP, refuse } from '../driverResult.js';
import { speedOf, type NicPort, type VirtualPort } from '../state.js';
import { setOwnAddress } from './mailbox.js';
import type { Representors } from './representors.js';
import { portNameOf, type EmbeddedSwitch } from './embeddedSwitch.js';
import { addressFor, negotiate } from './vfDriver.js';
import { LINK_STATE_DISABLE, NO_ADDRESS, type VfSettings, type VirtualFunction } from './virtualFunction.js';

const EPROTONOSUPPORT = 93 as Parameters<typeof refuse>[0];
const EOVERFLOW = 75 as Parameters<typeof refuse>[0];
/** One for the mailbox, and one for frames. */
const LEAST_VECTORS = 2;
const ETH_P_8021Q = 0x8100;
const MOST_VID = 4095;
const MOST_QOS = 7;

export interface PfDriverSeed {
  readonly between: EmbeddedSwitch;
  readonly representors: Representors;
  readonly physical: PortName;
  readonly host: () => DriverHost | undefined;
  readonly portOf: (name: PortName) => NicPort;
  /** Makes the port of a virtual function, and takes it away. */
  readonly addPort: (name: PortName, address: MacAddress, virtualPort: VirtualPort, queues: number) => NicPort;
  readonly removePort: (name: PortName) => void;
  readonly describe: (name: PortName, address: MacAddress, vf: number, queues: number) => DevicePort;
  /** Interrupt vectors of all virtual functions together, of each that was given none, and of one at most. */
  readonly vectors: { readonly total: number; readonly each: number; readonly most: number };
}

type VfOps = Omit<SriovOps, 'functions'>;

export function pfDriverOps(seed: PfDriverSeed): VfOps {
  const { between, physical, host, portOf, representors } = seed;
  const { parts, functions } = between;
  /** Every operation of the net device starts so. */
  const withVf = <Value>(vf: number, use: (found: VirtualFunction) => DriverResult<Value>): DriverResult<Value> => {
    const found = functions[parts.checksVfNumber ? vf : vf % Math.max(1, functions.length)];
    return found === undefined ? refuse(EINVAL) : use(found);
  };
  const change = (
    vf: number,
    settings: Partial<VfSettings>,
    why?: Parameters<typeof parts.asksAgain>[0],
  ): DriverResult =>
    withVf(vf, (found) => {
      Object.assign(found.settings, settings);
      askAgain(between, found, why);
      return done;
    });
  /** In switchdev mode the rules of representors say what the old settings said. */
  const isForbidden = (): boolean => representors.mode === 'switchdev' && parts.refusesLegacySettings;
  return {
    configure: async (_port, count) => {
      if (count === 0) {
        await representors.removeAll();
        between.disable();
      } else between.enable(parts.enabled(count));
      if (representors.mode === 'switchdev' && parts.representsLater) representors.addAll();
      return { ok: true, value: functions.length };
    },
    bind: (_port, index) =>
      withVf(index, (vf) => {
        const name = portNameOf(physical, index);
        const address = addressFor(parts, vf, portOf(physical).permanentAddress);
        const served = parts.queuesOf(vf.vectors === 0 ? seed.vectors.each : vf.vectors);
        const queues = parts.limitedQueues(served, vf.maxIoEqs);
        vf.port = seed.addPort(name, address, between.virtualPort(vf), queues);
        host()?.registerPort(seed.describe(name, address, index, queues));
        between.refresh();
        if (vf.port.cablePlugged) host()?.carrier(name, true);
        return done;
      }),
    unbind: async (_port, index) => {
      const vf = functions[index];
      if (vf?.port === undefined) return;
      await host()?.unregisterPort(vf.port.name);
      seed.removePort(vf.port.name);
      vf.port = undefined;
      if (parts.unbindClears) between.resetFunction(vf);
    },
    resetFunction: (_port, index) => {
      const vf = functions[index];
      if (vf !== undefined) between.resetFunction(vf);
    },
    vfConfig: (_port, vf) => withVf(vf, (found) => ({ ok: true, value: configOf(found) })),
    vfStatistics: (_port, vf) => withVf(vf, ({ counters }) => ({ ok: true, value: { ...counters } })),
    setVfMac: (_port, vf, address) => withVf(vf, (found) => setAddress(between, found, address)),
    // Without a VLAN it is taken all the same: programs set none where they want none.
    setVfVlan: (_port, vf, vlan) =>
      isForbidden() && vlan.vlan !== 0 ? refuse(EOPNOTSUPP) : withVf(vf, (found) => setVlan(between, found, vlan)),
    setVfRate: (_port, vf, minTxRate, maxTxRate) => {
      if (isForbidden()) return refuse(EOPNOTSUPP);
      const speed = speedOf(portOf(physical));
      const others = functions.filter(({ index }) => index !== vf);
      const promised = parts.sumsPromises
        ? others.reduce((sum, { settings }) => sum + settings.minTxRate, minTxRate)
        : minTxRate;
      if (parts.checksRate && (maxTxRate < 0 || maxTxRate > speed || minTxRate < 0 || promised > speed))
        return refuse(EINVAL);
      return change(vf, { minTxRate, maxTxRate });
    },
    setVfSpoofCheck: (_port, vf, spoofCheck) => (isForbidden() ? refuse(EOPNOTSUPP) : change(vf, { spoofCheck })),
    setVfLinkState: (_port, vf, linkState) => {
      if (isForbidden()) return refuse(EOPNOTSUPP);
      return parts.checksLinkState && linkState > LINK_STATE_DISABLE
        ? refuse(EINVAL)
        : change(vf, { linkState }, 'link');
    },
    setVfMsix: (_port, vf, count) =>
      withVf(vf, (found) => {
        const { total, each, most } = seed.vectors;
        const taken = functions.reduce((sum, { vectors }) => sum + (vectors === 0 ? each : vectors), 0);
        const own = found.vectors === 0 ? each : found.vectors;
        if (parts.checksVectors && count !== 0) {
          if (count < LEAST_VECTORS) return refuse(EINVAL);
          if (count > most || taken - own + count > total) return refuse(EOVERFLOW);
        }
        found.vectors = count;
        return done;
      }),
    setVfTrust: (_port, vf, trusted) => (isForbidden() ? refuse(EOPNOTSUPP) : change(vf, { trusted }, 'trust')),
  };
}

/** The function asks for everything once more, under what holds now. */
function askAgain(
  between: EmbeddedSwitch,
  vf: VirtualFunction,
  why: Parameters<EmbeddedSwitch['parts']['asksAgain']>[0] | undefined,
): void {
  if (why === undefined || !between.parts.asksAgain(why)) between.refresh();
  else negotiate(between, vf);
}

/** What `ip link show` tells: the address that the function has, whoever chose it. */
const configOf = ({ settings, filters }: VirtualFunction): VfConfig => ({
  address: filters.address === NO_ADDRESS ? settings.address : filters.address,
  vlan: settings.vlan,
  qos: settings.qos,
  protocol: ETH_P_8021Q,
  minTxRate: settings.minTxRate,
  maxTxRate: settings.maxTxRate,
  spoofCheck: settings.spoofCheck,
  linkState: settings.linkState,
  trusted: settings.trusted,
});

/** A multicast address is refused; zero lets the function choose. */
function setAddress(between: EmbeddedSwitch, vf: VirtualFunction, address: MacAddress): DriverResult {
  const { parts } = between;
  const isMulticast = (Number.parseInt(address.slice(0, 2), 16) & 1) === 1;
  if (isMulticast && parts.refusesMulticastAddress) return refuse(EINVAL);
  if (address === NO_ADDRESS && !parts.zeroAddressFrees) return done;
  vf.settings.address = address;
  if (parts.addressHoldsAtOnce) setOwnAddress(parts, vf, address);
  between.refresh();
  return done;
}

function setVlan(between: EmbeddedSwitch, vf: VirtualFunction, { vlan, qos, protocol }: VfVlan): DriverResult {
  const { parts } = between;
  if (parts.checksVlanRange && (vlan > MOST_VID || qos > MOST_QOS)) return refuse(EINVAL);
  if (parts.checksVlanProtocol && protocol !== ETH_P_8021Q) return refuse(EPROTONOSUPPORT);
  vf.settings.vlan = vlan & 0xfff;
  vf.settings.qos = qos & 7;
  // What it had asked for before is not its to have while the port has a VLAN.
  askAgain(between, vf, 'vlan');
  return done;
}
