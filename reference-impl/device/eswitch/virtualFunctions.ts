/** The virtual functions of the reference NIC: the embedded switch below them, and both drivers above it. */
import type {
  DevicePort,
  DevlinkOps,
  DriverHost,
  MacAddress,
  Nanoseconds,
  NetDeviceOps,
  PortName,
  SriovOps,
} from '../../../harness/contract/index.js';
import type { NicPort, VirtualPort } from '../state.js';
import { done } from '../driverResult.js';
import { DEVICE_ON_BUS } from '../devlink/devlinkPorts.js';
import { EmbeddedSwitch } from './embeddedSwitch.js';
import type { EswitchParts } from './eswitchParts.js';
import { pfDriverOps } from './pfDriver.js';
import { Representors, portIndexOf } from './representors.js';
import { Subfunctions } from './subfunctions.js';
import { vfNetDeviceOps } from './vfDriver.js';
import type { Writable } from '../../writable.js';

const FIRST_VF_OFFSET = 0x80;
const VF_STRIDE = 2;
const VF_DEVICE_ID = 0x10ca;

export interface VirtualFunctionsSeed {
  readonly ports: Map<PortName, NicPort>;
  readonly names: readonly PortName[];
  readonly physical: PortName;
  readonly totalVfs: number;
  /** When the function of a port of devlink may send again. */
  readonly heldUntil: (port: number, length: number, now: Nanoseconds) => Nanoseconds;
  /** Queues that a port can have. */
  readonly queues: number;
  readonly parts: EswitchParts;
  readonly host: () => DriverHost | undefined;
  /** `switched`: its place in the switch between the ports, counted from the first virtual function. */
  readonly makePort: (
    name: PortName,
    address: MacAddress,
    virtualPort: VirtualPort,
    switched?: number,
    queues?: number,
  ) => NicPort;
  /** The port of the physical function, as the kernel knows it. */
  readonly described: DevicePort;
}

export interface VirtualFunctions {
  readonly sriov: SriovOps;
  readonly physicalPort: VirtualPort;
  netDeviceOps(ops: NetDeviceOps): NetDeviceOps;
  devlinkOps(ops: DevlinkOps): DevlinkOps;
  /** A rule or the switch between the ports sends a frame to a virtual function. */
  deliverTo(vf: number, bytes: Uint8Array): void;
  /** The cable of the physical function, or what it has set up, changed. */
  refresh(): void;
  powerOn(): void;
}

/** 0000:01:10.0 and on: the routing id of the function with offset and stride. */
const busName = (vf: number): string => {
  const routingId = 0x0100 + FIRST_VF_OFFSET + VF_STRIDE * vf;
  const pad = (value: number): string => value.toString(16).padStart(2, '0');
  return `0000:${pad(routingId >> 8)}:${pad((routingId >> 3) & 0x1f)}.${routingId & 7}`;
};

/** What a virtual function cannot switch: its VLANs are filtered always, and what loops back would be another function's. */
const FIXED: ReadonlySet<string> = new Set(['rx-vlan-filter', 'loopback']);

/** As its physical function, without a place in the switch between the ports. */
function describeVf(
  described: DevicePort,
  port: PortName,
  address: MacAddress,
  vf: number,
  queues: number,
): DevicePort {
  const own: Writable<DevicePort> = {
    ...described,
    port,
    address,
    rxQueues: queues,
    txQueues: queues,
    parentDevice: { bus: DEVICE_ON_BUS.bus, name: busName(vf) },
  };
  delete own.switchId;
  delete own.physPortName;
  delete own.devlinkPort;
  return {
    ...own,
    hwFeatures: described.hwFeatures.filter((name) => !FIXED.has(name)),
    features: [...described.features, 'rx-vlan-filter'],
  };
}

export function createVirtualFunctions(seed: VirtualFunctionsSeed): VirtualFunctions {
  const { ports, physical, parts, host } = seed;
  const portOf = (name: PortName): NicPort => {
    const port = ports.get(name);
    if (port === undefined) throw new Error(`the reference NIC has no port ${name}`);
    return port;
  };
  const between = new EmbeddedSwitch({ parts, physical: () => ports.get(physical), host });
  const addPort = (...made: Parameters<VirtualFunctionsSeed['makePort']>): NicPort => {
    const port = seed.makePort(...made);
    port.now = portOf(physical).now;
    ports.set(port.name, port);
    return port;
  };
  const removePort = (name: PortName): void => void ports.delete(name);
  const representors = new Representors({
    between,
    host,
    described: seed.described,
    makePort: (vf, name, address, virtualPort) => addPort(name, address, virtualPort, vf),
    removePort,
    queues: seed.queues,
  });
  between.switchdev = {
    get isOn() {
      return representors.mode === 'switchdev';
    },
    isUp: (vf) => representors.isUp(vf),
    receive: (vf, bytes) => representors.receive(vf, bytes),
    heldUntil: (vf, length, now) => seed.heldUntil(portIndexOf(vf.index), length, now),
  };
  const subfunctions = new Subfunctions({
    parts,
    host,
    isSwitchdev: () => representors.mode === 'switchdev',
    described: seed.described,
    makePort: (name, address, virtualPort) => addPort(name, address, virtualPort),
    removePort,
    heldUntil: seed.heldUntil,
  });
  const most = seed.queues + 1;
  const vectors = { total: most * seed.totalVfs, each: most, most };
  const ops = pfDriverOps({
    between,
    representors,
    physical,
    host,
    portOf,
    addPort: (name, address, virtualPort, queues) => {
      const port = addPort(name, address, virtualPort, undefined, queues);
      port.cablePlugged = false;
      return port;
    },
    removePort,
    describe: (name, address, vf, queues) => describeVf(seed.described, name, address, vf, queues),
    vectors,
  });
  return {
    sriov: {
      ...ops,
      functions: [
        {
          ports: seed.names,
          port: physical,
          totalVfs: seed.totalVfs,
          offset: FIRST_VF_OFFSET,
          stride: VF_STRIDE,
          vfDevice: VF_DEVICE_ID,
          totalMsix: vectors.total,
        },
      ],
    },
    physicalPort: between.physicalPort,
    netDeviceOps: (sound) =>
      vfNetDeviceOps(sound, between, (name) => between.functions.find(({ port }) => port?.name === name)),
    devlinkOps: (base) => {
      const ops = representors.devlinkOps({ ...base, portFunction: subfunctions.functionOps });
      const { eswitch } = ops;
      return {
        ...ops,
        port: { ...base.port, ...subfunctions.portOps },
        eswitch: {
          ...eswitch,
          modeSet: async (mode) => {
            if (mode === 'legacy') await subfunctions.removeAll();
            return (await eswitch?.modeSet?.(mode)) ?? done;
          },
        },
      };
    },
    deliverTo: (vf, bytes) => {
      const found = between.functions[vf];
      if (found === undefined) return;
      if (parts.ruleReaches === 'function') between.deliverTo(found, bytes);
      else representors.receive(found, bytes);
    },
    refresh: () => between.refresh(),
    powerOn: () => {
      for (const { port } of between.functions) if (port !== undefined) ports.delete(port.name);
      representors.powerOn();
      subfunctions.powerOn();
      between.powerOn();
    },
  };
}
