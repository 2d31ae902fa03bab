/** The reference NIC: a conforming device below the driver line, made of the parts in parts.ts. */
import type {
  Device,
  DevicePort,
  DriverHost,
  DriverResult,
  EthtoolOps,
  FlowType,
  HashField,
  MacAddress,
  Nanoseconds,
  NetDeviceOps,
  PortName,
  Rings,
} from '../../harness/contract/index.js';
import { abilitiesOf, hasSwitch } from './abilities.js';
import { CONFORMING_DEVLINK_CHIP, type DevlinkChipParts } from './devlink/devlinkChipParts.js';
import { createReferenceDevlink, DRIVER } from './devlink/devlinkOps.js';
import { DEVICE_ON_BUS, partNames } from './devlink/devlinkPorts.js';
import { MOST_RULES } from './devlink/tables.js';
import {
  activeFec,
  channelsOf,
  createRssContext,
  done,
  EINVAL,
  EOPNOTSUPP,
  ENOENT,
  insertRule,
  linkSettings,
  refuse,
  removeRssContext,
  removeRule,
  setChannels,
  setCoalesce,
  setFec,
  setLink,
  setRings,
  setRss,
  setTimestamping,
  SUPPORTED_COALESCE,
  TIMESTAMPING,
} from './control.js';
import {
  DEFAULT_FEATURES,
  ENCAP_FEATURES,
  GSO_PARTIAL_FEATURES,
  HW_FEATURES,
  LIMITS,
  VLAN_FEATURES,
  type NicLimits,
} from './limits.js';
import { CONFORMING_PARTS, type NicParts } from './parts.js';
import { receiveFrame } from './receive.js';
import { deliver, deliverIfDue, dueTime, flushAggregators, flushIfDue, sendXoff } from './receiveRing.js';
import { linkStatistics, privateStatistics, queueStatistics, standardStatistics } from './reports.js';
import { newPort, type NicPort, type PortSwitching } from './state.js';
import { AccessList } from './switch/acl.js';
import { AclMemory } from './switch/aclMemory.js';
import { aclOps } from './switch/aclOps.js';
import { createReferenceSwitch } from './switch/referenceSwitch.js';
import { createReferenceRouter } from './switch/referenceRouter.js';
import { CONFORMING_ROUTER_CHIP, type RouterChipParts } from './switch/routerParts.js';
import { CONFORMING_SWITCH, type SwitchParts } from './switch/switchParts.js';
import { TRAP_RULE_DROP } from './switch/switchTraps.js';
import { drainAll, sendSwitched, transmit } from './transmit.js';
import { ETH_HLEN, VLAN_HLEN } from '../packet/protocols.js';

export interface ReferenceNicOptions {
  /** What differs from machine to machine is drawn from it: the RSS key. */
  readonly seed?: number;
  readonly limits?: Partial<NicLimits>;
  /** Replaces parts of the conforming device. */
  readonly parts?: (conforming: NicParts) => NicParts;
  readonly switchParts?: (conforming: SwitchParts) => SwitchParts;
  readonly routerParts?: (conforming: RouterChipParts) => RouterChipParts;
  readonly devlinkParts?: (conforming: DevlinkChipParts) => DevlinkChipParts;
}

/** A NIC of one port, or of as many as the limits say, powered on and not attached yet. */
export function createReferenceNic(options: ReferenceNicOptions = {}): Device {
  const limits = { ...LIMITS, ...options.limits };
  const parts = options.parts?.(CONFORMING_PARTS) ?? CONFORMING_PARTS;
  const seed = options.seed ?? 1;
  const panel = Array.from({ length: limits.ports }, (_, index) => `p${index}` as PortName);
  // The switch numbers its ports: those of the panel first, then the parts that they may be split into.
  const names = hasSwitch(limits) ? [...panel, ...partNames(limits.ports)] : panel;
  const ports = new Map<PortName, NicPort>();
  let host: DriverHost | undefined;
  const switchParts = options.switchParts?.(CONFORMING_SWITCH) ?? CONFORMING_SWITCH;
  const between = !hasSwitch(limits)
    ? undefined
    : createReferenceSwitch({
        ports: names,
        fdbEntries: limits.fdbEntries,
        parts: switchParts,
        host: () => host,
        trapped: (trap, port, bytes) => devlink.trapped(trap, port, bytes),
      });
  const router =
    between &&
    createReferenceRouter(
      names,
      limits.routeEntries,
      options.routerParts?.(CONFORMING_ROUTER_CHIP) ?? CONFORMING_ROUTER_CHIP,
      (trap, port, bytes) => devlink.trapped(trap, port, bytes),
    );
  const sendOut = (index: number, bytes: Uint8Array): void => {
    const port = ports.get(names[index] ?? ('' as PortName));
    if (port !== undefined) sendSwitched(port, bytes);
  };
  const rules = new AclMemory(Math.max(limits.aclEntries, MOST_RULES), 2 * names.length, switchParts.acl);
  const acl = new AccessList(rules, sendOut);
  const switchingOf = (index: number): PortSwitching | undefined =>
    between && {
      receive: (bytes) => {
        const admission = acl.admit(index, bytes);
        if (admission === 'dropped') devlink.trapped(TRAP_RULE_DROP, index, bytes);
        if (admission !== 'goes-on') return admission === 'trapped' ? 'for-host' : 'not-for-host';
        return between.isSwitched(index)
          ? between.receive(index, bytes, sendOut)
          : router?.receive(index, bytes, sendOut);
      },
      leaves: (bytes, whose) => acl.leaves(index, bytes, whose),
      setLongest: (length) => between.setLongest(index, length),
    };

  let now: Nanoseconds = 0n;
  const plugIn = (driver: DriverHost, name: PortName): void => {
    const index = names.indexOf(name);
    const port = newPort({
      name,
      limits: { ...limits, unicastFilters: devlink.maxMacs },
      parts,
      host: driver,
      address: addressOf(index),
      rssKey: keyFromSeed(seed + index, limits.keyLength),
      switching: switchingOf(index),
    });
    port.switching?.setLongest(longestOf(port.mtu));
    port.now = now;
    ports.set(name, port);
  };
  const clear = (): void => {
    between?.reset();
    router?.reset();
    rules.clear();
  };
  const devlink = createReferenceDevlink({
    parts: options.devlinkParts?.(CONFORMING_DEVLINK_CHIP) ?? CONFORMING_DEVLINK_CHIP,
    limits,
    ports: panel,
    nameOf: (port) => names[port] ?? ('' as PortName),
    host: () => host,
    maker: {
      add: (name, port) => {
        if (host === undefined) return;
        host.devlink.registerPort(port);
        plugIn(host, name);
        host.registerPort({ ...describePort(name, names.indexOf(name), limits), devlinkPort: port.index });
        host.carrier(name, true);
      },
      remove: async (name, port) => {
        await host?.unregisterPort(name);
        host?.devlink.unregisterPort(port);
        ports.delete(name);
      },
    },
    now: () => Number(now / MILLISECOND),
    tables: between && router && { fdb: between.fdb, routes: router.state, rules },
    clear,
  });
  const powerOn = (driver: DriverHost): void => {
    clear();
    devlink.reset();
    ports.clear();
    for (const name of panel) {
      plugIn(driver, name);
      driver.carrier(name, true);
    }
  };
  const portOf = (name: PortName): NicPort => {
    const port = ports.get(name);
    if (port === undefined) throw new Error(`the reference NIC has no port ${name}, or is not attached`);
    return port;
  };

  return {
    describe: () => ({
      identity: {
        vendor: 'nicspec',
        model: 'reference NIC',
        driver: DRIVER,
        driverVersion: '0.1.0',
        firmwareVersion: 'none',
      },
      ports: panel.map((name, index) => ({ ...describePort(name, index, limits), devlinkPort: index })),
      capabilities: abilitiesOf(limits),
    }),
    attach: (driver) => {
      host = driver;
      powerOn(driver);
    },
    reset: () => {
      if (host !== undefined) powerOn(host);
    },
    close: () => undefined,
    advance: (at) => {
      now = at;
      let next: Nanoseconds | null = between?.advance(now) ?? null;
      for (const port of ports.values()) next = earliest(next, advancePort(port, now));
      return next;
    },
    cable: {
      receive: (name, frame) => {
        // A port that was split has no cable any more.
        const port = ports.get(name);
        if (port?.up === true && port.cablePlugged && devlink.passes()) receiveFrame(port, frame);
      },
      setCarrier: (name, up) => {
        const port = portOf(name);
        port.cablePlugged = up;
        if (!up) for (const queue of port.txQueues) queue.ring.length = 0;
        port.host.carrier(name, up);
        drainAll(port);
      },
      setPartner: (name, partner) => {
        portOf(name).partner = partner;
      },
    },
    netDevice: netDeviceOps(portOf, devlink.passes),
    ethtool: ethtoolOps(portOf),
    ...(between === undefined
      ? {}
      : { switchdev: between.ops, flowOffload: aclOps(rules, (port) => names.indexOf(port)) }),
    ...(router === undefined ? {} : { router: router.ops }),
    devlink: devlink.ops,
  };
}

const MILLISECOND = 1_000_000n;

/** A frame of this MTU with its header and one tag. */
const longestOf = (mtu: number): number => mtu + ETH_HLEN + VLAN_HLEN;

const ADDRESS_PREFIX = '02:4e:49:43:00:';
const addressOf = (index: number): MacAddress =>
  `${ADDRESS_PREFIX}${(index + 1).toString(16).padStart(2, '0')}` as MacAddress;

/** A key of its own for each machine: the published one would tell everybody which flow goes where. */
function keyFromSeed(seed: number, length: number): Uint8Array {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39) >>> 0;
    return (state >>> 16) & 0xff;
  });
}

function describePort(port: PortName, index: number, limits: NicLimits): DevicePort {
  return {
    port,
    address: addressOf(index),
    parentDevice: DEVICE_ON_BUS,
    minMtu: limits.minMtu,
    maxMtu: limits.maxMtu,
    hwFeatures: HW_FEATURES,
    features: DEFAULT_FEATURES,
    vlanFeatures: VLAN_FEATURES,
    encapFeatures: ENCAP_FEATURES,
    gsoPartialFeatures: GSO_PARTIAL_FEATURES,
    gsoMaxSize: 65536,
    gsoMaxSegs: 64,
    maxFragments: 17,
    rxQueues: limits.queues,
    txQueues: limits.queues,
    unicastFilter: true,
  };
}

const earliest = (a: Nanoseconds | null, b: Nanoseconds | null): Nanoseconds | null =>
  a === null ? b : b === null || a < b ? a : b;

/** Runs what is due, answers what is due next. */
function advancePort(port: NicPort, now: Nanoseconds): Nanoseconds | null {
  const wasPaused = port.now < port.pausedUntil;
  port.now = now;
  if (!port.up) return null;
  if (wasPaused && now >= port.pausedUntil) drainAll(port);
  let next: Nanoseconds | null = now < port.pausedUntil ? port.pausedUntil : null;
  for (const queue of port.rxQueues) {
    flushIfDue(port, queue);
    deliverIfDue(port, queue);
    next = earliest(next, earliest(queue.flushAt, dueTime(port, queue)));
  }
  if (port.xoffRefresh !== null) {
    if (port.xoffRefresh <= now) sendXoff(port);
    next = earliest(next, port.xoffRefresh);
  }
  return next;
}

/** `passes`: whether frames leave. */
function netDeviceOps(portOf: (name: PortName) => NicPort, passes: () => boolean): NetDeviceOps {
  return {
    open: (name) => {
      portOf(name).up = true;
      return done;
    },
    stop: (name) => {
      stopPort(portOf(name));
      return done;
    },
    transmit: (name, queue, frame) => (passes() ? transmit(portOf(name), queue, frame) : 'ok'),
    setPolling: (name, polling) => {
      const port = portOf(name);
      port.polling = polling;
      if (polling) for (const queue of port.rxQueues) deliver(port, queue);
    },
    setFeatures: (name, features) => {
      const port = portOf(name);
      for (const queue of port.rxQueues) flushAggregators(port, queue);
      port.features = new Set(features);
      return done;
    },
    features: (name) => [...portOf(name).features],
    setMacAddress: (name, address) => {
      portOf(name).address = address;
      return done;
    },
    setRxMode: (name, mode) => {
      portOf(name).rxMode = mode;
    },
    changeMtu: (name, mtu) => {
      const port = portOf(name);
      for (const queue of port.rxQueues) if (port.polling) deliver(port, queue);
      port.mtu = mtu;
      port.switching?.setLongest(longestOf(mtu));
      return done;
    },
    addVid: (name, tpid, vid) => {
      const { vids } = portOf(name);
      vids.set(tpid, (vids.get(tpid) ?? new Set()).add(vid));
      return done;
    },
    killVid: (name, tpid, vid) => {
      portOf(name).vids.get(tpid)?.delete(vid);
      return done;
    },
    statistics: (name) => linkStatistics(portOf(name)),
    queueStatistics: (name) => queueStatistics(portOf(name)),
  };
}

/** What is in the rings is lost, what is configured stays. */
function stopPort(port: NicPort): void {
  for (const queue of port.rxQueues) {
    queue.aggregators.clear();
    queue.flushAt = null;
    queue.ring.length = 0;
    queue.firstArrival = null;
  }
  for (const queue of port.txQueues) {
    queue.ring.length = 0;
    if (!queue.stopped) continue;
    queue.stopped = false;
    queue.wake++;
    port.host.queueStopped(port.name, queue.index as Parameters<DriverHost['queueStopped']>[1], false);
  }
  port.xoffRefresh = null;
  port.pausedUntil = 0n;
  port.up = false;
}

function ringsOf({ rings, limits }: NicPort): Rings {
  return {
    ...rings,
    rxMax: limits.ringMaximum,
    txMax: limits.ringMaximum,
    hdsThreshMax: limits.hdsThresholdMaximum,
    supports: ['tcp-data-split', 'hds-thresh'],
  };
}

function ethtoolOps(portOf: (name: PortName) => NicPort): EthtoolOps {
  return {
    getRings: (name) => ringsOf(portOf(name)),
    setRings: (name, rings) => setRings(portOf(name), rings),
    getChannels: (name) => channelsOf(portOf(name)),
    setChannels: (name, counts) => setChannels(portOf(name), counts),
    supportedCoalesce: SUPPORTED_COALESCE,
    getCoalesce: (name) => portOf(name).coalesce,
    setCoalesce: (name, coalesce) => setCoalesce(portOf(name), coalesce),
    getPause: (name) => {
      const port = portOf(name);
      const { rxPauseFrames, txPauseFrames } = port.counters;
      return {
        ...port.pause,
        resolved: port.parts.resolvePause(port.pause, port.partner),
        statistics: { rxPauseFrames, txPauseFrames },
      };
    },
    setPause: (name, pause) => {
      portOf(name).pause = pause;
      return done;
    },
    getRss: (name, context) => {
      const state = portOf(name).rss.get(context);
      if (state === undefined) return refuse(ENOENT);
      const { hashFunction, inputTransform, key, indirection } = state;
      return { ok: true, value: { hashFunction, inputTransform, key: key.slice(), indirection: [...indirection] } };
    },
    setRss: (name, context, change) => setRss(portOf(name), context, change),
    createRssContext: (name, context, change) => createRssContext(portOf(name), context, change),
    removeRssContext: (name, context) => removeRssContext(portOf(name), context),
    getRxHashFields: (name, flow) => portOf(name).hashFields.get(flow) ?? [],
    setRxHashFields: (name, flow, fields) => setHashFields(portOf(name), flow, fields),
    flowRules: {
      insert: (name, rule) => insertRule(portOf(name), rule),
      remove: (name, location) => removeRule(portOf(name), location),
      list: (name) => [...portOf(name).rules.values()].sort((a, b) => a.location - b.location),
      capacity: (name) => portOf(name).limits.flowRules,
    },
    getLink: (name) => linkSettings(portOf(name)),
    setLink: (name, settings) => setLink(portOf(name), settings),
    getTimestamping: () => TIMESTAMPING,
    getHwTimestamp: (name) => portOf(name).timestamping,
    setHwTimestamp: (name, config) => setTimestamping(portOf(name), config),
    getFec: (name) => {
      const port = portOf(name);
      return { configured: port.fec, active: activeFec(port), statistics: { corrected: 0, uncorrectable: 0 } };
    },
    setFec: (name, modes) => setFec(portOf(name), modes),
    standardStatistics: (name) => standardStatistics(portOf(name)),
    privateStatistics: (name) => privateStatistics(portOf(name)),
  };
}

const NO_PORTS: readonly FlowType[] = ['ip4', 'ip6', 'ether'];

function setHashFields(port: NicPort, flow: FlowType, fields: readonly HashField[]): DriverResult {
  const hasPorts = fields.includes('l4-src') || fields.includes('l4-dst');
  const hasLabel = fields.includes('ip6-flow-label');
  if (flow === 'ether') return refuse(EOPNOTSUPP);
  if ((hasPorts && NO_PORTS.includes(flow)) || (hasLabel && flow.endsWith('4'))) return refuse(EINVAL);
  port.hashFields.set(flow, [...fields]);
  return done;
}
