/** The reference NIC: a conforming device below the driver line, made of the parts in parts.ts. */
import type { Device, DriverHost, Nanoseconds, PortName } from '../../harness/contract/index.js';
import { abilitiesOf, hasSwitch } from './abilities.js';
import { CONFORMING_DEVLINK_CHIP, type DevlinkChipParts } from './devlink/devlinkChipParts.js';
import { createReferenceDevlink, DRIVER } from './devlink/devlinkOps.js';
import { partNames } from './devlink/devlinkPorts.js';
import { MOST_RULES } from './devlink/tables.js';
import { ethtoolOps } from './ethtoolOps.js';
import { LIMITS, type NicLimits } from './limits.js';
import { longestOf, netDeviceOps } from './netDeviceOps.js';
import { CONFORMING_PARTS, type NicParts } from './parts.js';
import { advancePort, earliest } from './portClock.js';
import { addressOf, describePort, keyFromSeed } from './portDescription.js';
import { receiveFrame } from './receive.js';
import { keepsFrame } from './service/privateFlags.js';
import { watchForWake, watchLink } from './service/wake.js';
import { hasCarrier, newPort, type NicPort, type PortSwitching } from './state.js';
import { CONFORMING_ESWITCH, type EswitchParts } from './eswitch/eswitchParts.js';
import { representorName } from './eswitch/representors.js';
import { createVirtualFunctions } from './eswitch/virtualFunctions.js';
import { AccessList } from './switch/acl.js';
import { AclMemory } from './switch/aclMemory.js';
import { aclOps } from './switch/aclOps.js';
import { createReferenceSwitch } from './switch/referenceSwitch.js';
import { createReferenceRouter } from './switch/referenceRouter.js';
import { CONFORMING_ROUTER_CHIP, type RouterChipParts } from './switch/routerParts.js';
import { CONFORMING_SWITCH, type SwitchParts } from './switch/switchParts.js';
import { TRAP_RULE_DROP } from './switch/switchTraps.js';
import { drainAll, sendSwitched } from './transmit.js';
import { MILLISECOND } from '../nanoseconds.js';

export interface ReferenceNicOptions {
  /** What differs from machine to machine is drawn from it: the RSS key. */
  readonly seed?: number;
  readonly limits?: Partial<NicLimits>;
  /** Replaces parts of the conforming device. */
  readonly parts?: (conforming: NicParts) => NicParts;
  readonly switchParts?: (conforming: SwitchParts) => SwitchParts;
  readonly routerParts?: (conforming: RouterChipParts) => RouterChipParts;
  readonly eswitchParts?: (conforming: EswitchParts) => EswitchParts;
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
  /** Indexes of the ports of devlink, by place among the names. */
  const devlinkPortOf = new Uint32Array(names.length);
  let host: DriverHost | undefined;
  const switchParts = options.switchParts?.(CONFORMING_SWITCH) ?? CONFORMING_SWITCH;
  /** Ports of the switch: behind those with cables, those of virtual functions. */
  const switched = [...names, ...Array.from({ length: limits.virtualFunctions }, (_, vf) => representorName(vf))];
  const between = !hasSwitch(limits)
    ? undefined
    : createReferenceSwitch({
        ports: switched,
        fdbEntries: limits.fdbEntries,
        parts: switchParts,
        host: () => host,
        trapped: (trap, port, bytes) => devlink.trapped(trap, port, bytes),
      });
  const router =
    between &&
    createReferenceRouter(
      switched,
      limits.routeEntries,
      options.routerParts?.(CONFORMING_ROUTER_CHIP) ?? CONFORMING_ROUTER_CHIP,
      (trap, port, bytes) => devlink.trapped(trap, port, bytes),
    );
  const sendOut = (index: number, bytes: Uint8Array): void => {
    const port = ports.get(names[index] ?? ('' as PortName));
    if (port !== undefined) sendSwitched(port, bytes);
    else functions.deliverTo(index - names.length, bytes);
  };
  const rules = new AclMemory(Math.max(limits.aclEntries, MOST_RULES), 2 * switched.length, switchParts.acl);
  const acl = new AccessList(rules, sendOut);
  const switchingOf = (index: number): PortSwitching | undefined =>
    between && {
      receive: (bytes) => {
        if (index < names.length) devlink.buffered(devlinkPortOf[index] ?? 0, 'ingress', bytes);
        const admission = acl.admit(index, bytes);
        if (admission === 'dropped') devlink.trapped(TRAP_RULE_DROP, index, bytes);
        if (admission !== 'goes-on') return admission === 'trapped' ? 'for-host' : 'not-for-host';
        return between.isSwitched(index)
          ? between.receive(index, bytes, sendOut)
          : router?.receive(index, bytes, sendOut);
      },
      leaves: (bytes, whose) => {
        if (index < names.length) devlink.buffered(devlinkPortOf[index] ?? 0, 'egress', bytes);
        acl.leaves(index, bytes, whose);
      },
      setLongest: (length) => between.setLongest(index, length),
    };

  const [first = 'p0' as PortName] = names;
  const functions = createVirtualFunctions({
    ports,
    names,
    physical: first,
    totalVfs: limits.virtualFunctions,
    queues: limits.queues,
    heldUntil: (port, length, at) => devlink.heldUntil(port, length, at),
    parts: options.eswitchParts?.(CONFORMING_ESWITCH) ?? CONFORMING_ESWITCH,
    host: () => host,
    makePort: (name, address, virtualPort, place, queues = limits.queues) => {
      if (host === undefined) throw new Error('the reference NIC is not attached');
      const rssKey = keyFromSeed(seed + 64 + ports.size, limits.keyLength);
      const own = { ...limits, queues };
      const switching = place === undefined ? undefined : switchingOf(names.length + place);
      return newPort({ name, limits: own, parts, host, address, rssKey, switching, virtualPort });
    },
    described: describePort(first, 0, limits),
  });

  let now: Nanoseconds = 0n;
  const plugIn = (driver: DriverHost, name: PortName, devlinkPort: number): void => {
    const index = names.indexOf(name);
    devlinkPortOf[index] = devlinkPort;
    const port = newPort({
      name,
      limits: { ...limits, unicastFilters: devlink.maxMacs },
      parts,
      host: driver,
      address: addressOf(index),
      rssKey: keyFromSeed(seed + index, limits.keyLength),
      switching: switchingOf(index),
      virtualPort: name === first ? functions.physicalPort : undefined,
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
        plugIn(host, name, port.index);
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
    functions.powerOn();
    clear();
    devlink.reset();
    ports.clear();
    for (const [index, name] of panel.entries()) {
      plugIn(driver, name, index);
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
        if (port === undefined || !hasCarrier(port)) return;
        watchForWake(port, frame.bytes);
        if (port.up && devlink.passes() && !keepsFrame(port, frame.bytes)) receiveFrame(port, frame);
      },
      setCarrier: (name, up) => {
        const port = portOf(name);
        if (port.cablePlugged && !up)
          port.service.linkDownEvents = parts.service.countsLinkDown(port.service.linkDownEvents);
        if (port.cablePlugged !== up) watchLink(port);
        port.cablePlugged = up;
        port.service.damagedBefore = port.counters.rxCrcErrors;
        if (!up) for (const queue of port.txQueues) queue.ring.length = 0;
        port.host.carrier(name, hasCarrier(port));
        functions.refresh();
        drainAll(port);
      },
      setPartner: (name, partner) => {
        portOf(name).partner = partner;
      },
    },
    netDevice: functions.netDeviceOps(netDeviceOps(portOf, devlink.passes)),
    ...(limits.virtualFunctions > 0 ? { sriov: functions.sriov } : {}),
    ethtool: ethtoolOps(portOf),
    ...(between === undefined
      ? {}
      : { switchdev: between.ops, flowOffload: aclOps(rules, (port) => switched.indexOf(port)) }),
    ...(router === undefined ? {} : { router: router.ops }),
    devlink: functions.devlinkOps(devlink.ops),
  };
}
