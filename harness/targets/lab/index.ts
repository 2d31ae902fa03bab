/** Drivers of a real kernel over devices that QEMU emulates. @module */
import { TargetFault } from '../../contract/index.js';
import type { CapabilityAnswer, CapabilityAnswers, NetDeviceName, PortName, Target } from '../../contract/index.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { unknownName } from '../../runner/usage.js';
import { AgentChannels } from '../agent/channels.js';
import { openCabledTarget } from '../driver/cabled.js';
import { openDriverTarget, type Cables } from '../driver/driverTarget.js';
import { required } from '../driver/portState.js';
import { LAB_DEVICES, LAB_DEVICE_NAMES, isLabDevice, type LabDevice } from './devices.js';
import { LabMachine } from './labMachine.js';
import { missingForRun } from './setup.js';

/**
 * `name` is what follows `lab:` in a target's name.
 * @throws UsageError if it names no device; TargetFault, with the reason, if the lab is not set up or the guest does not boot.
 */
export async function openLabTarget(name: string): Promise<Target> {
  if (!isLabDevice(name)) throw unknownName('lab device', name, LAB_DEVICE_NAMES);
  const missing = missingForRun();
  if (missing !== null) throw new TargetFault(missing);
  const device = LAB_DEVICES[name];
  const machine = await LabMachine.boot(device);
  try {
    return device.name === 'netdevsim' ? await openNetdevsim(device, machine) : await openEmulated(device, machine);
  } catch (error) {
    await machine.close();
    throw error;
  }
}

const ETHERNET_PORTS = /^eth(\d+)$/;

const EMULATED_CABLE: CapabilityAnswers = {
  'wire-carrier': { present: true },
  'wire-pause': { present: true },
  'sees-short-frames': { present: true },
  'wire-fcs': { present: false, reason: 'Frames on an emulated cable have no frame check sequence.' },
  'wire-autoneg': { present: false, reason: 'The far end of an emulated cable does not negotiate.' },
};

/** A processor that is emulated stands still now and then, for seconds where the machine does much else. */
const promptFarEnd = ({ accelerator }: LabMachine): CapabilityAnswer =>
  accelerator === 'kvm'
    ? { present: true }
    : { present: false, reason: 'Without KVM the guest stands still for seconds when the machine is busy.' };

/** A device of QEMU's, whose cables end in the harness. */
async function openEmulated(device: LabDevice, machine: LabMachine): Promise<Target> {
  const channels = new AgentChannels(machine.connection);
  const listed = await channels.sysfs.list('class/net');
  const names = listed.ok ? listed.value.filter((each) => ETHERNET_PORTS.test(each)) : [];
  if (names.length < device.wires) {
    throw new TargetFault(
      `the guest has ${names.length} ports instead of ${device.wires}: ${await machine.driverMessages()}`,
    );
  }
  const numberOf = (name: string): number => Number(ETHERNET_PORTS.exec(name)?.[1]);
  const ports = [...names].sort((a, b) => numberOf(a) - numberOf(b)).slice(0, device.wires);
  return openDriverTarget({
    name: `lab:${device.name}`,
    channels,
    ports: ports.map((netDevice, index) => ({ port: `p${index}` as PortName, netDevice: netDevice as NetDeviceName })),
    cables: cablesOf(machine),
    stated: { ...EMULATED_CABLE, 'prompt-far-end': promptFarEnd(machine), ...device.stated },
    vendor: device.vendor,
    model: device.model,
  });
}

function cablesOf(machine: LabMachine): Cables {
  const cableOf = (port: PortName): LabMachine['cables'][number] => {
    const cable = machine.cables[Number(port.slice(1))];
    if (cable === undefined) throw new TargetFault(`no cable leads to port ${port}`);
    return cable;
  };
  return {
    open: async (port) => cableOf(port).open(),
    isPlugged: (port) => cableOf(port).isPlugged,
    reset: async () => {
      for (const cable of machine.cables) {
        await cable.plug(true);
        cable.empty();
      }
    },
    close: () => machine.close(),
  };
}

/** Two devices of the kernel's own making, linked: the second is the far end of the first one's cable. */
async function openNetdevsim(device: LabDevice, machine: LabMachine): Promise<Target> {
  const channels = new AgentChannels(machine.connection);
  const write = async (path: string, value: string): Promise<void> => {
    const result = await channels.sysfs.write(path, value);
    if (!result.ok) throw new TargetFault(`netdevsim: writing "${value}" to ${path}: errno ${result.errno}`);
  };
  for (const id of [1, 2]) await write('bus/netdevsim/new_device', `${id} 1`);
  const indexes: string[] = [];
  for (const name of ['eth0', 'eth1']) {
    const index = await channels.sysfs.read(`class/net/${name}/ifindex`);
    if (!index.ok) throw new TargetFault(`netdevsim made no ${name}: errno ${index.errno}`);
    indexes.push(index.value.trim());
  }
  await write('bus/netdevsim/link_device', `3:${indexes[0] ?? ''} 3:${indexes[1] ?? ''}`);
  await giveAddresses(channels, indexes.map(Number));
  return openCabledTarget({
    name: 'lab:netdevsim',
    channels,
    dut: 'eth0' as NetDeviceName,
    peer: 'eth1' as NetDeviceName,
    stated: device.stated,
    vendor: device.vendor,
    model: device.model,
    onClose: () => machine.close(),
    onRenewed: async (ifIndex) => {
      await giveAddresses(channels, [ifIndex]);
      await write('bus/netdevsim/link_device', `3:${ifIndex} 3:${indexes[1] ?? ''}`);
    },
  });
}

/** netdevsim draws its addresses, and a guest that is booted anew is to be the same target. */
async function giveAddresses(channels: AgentChannels, indexes: readonly number[]): Promise<void> {
  const route = await RouteClient.open((protocol) => channels.netlink(protocol));
  for (const [number, index] of indexes.entries()) {
    const address = Uint8Array.of(0x02, 0, 0, 0, 0, number + 1);
    required('the address of a port', await route.setLink(index, { IFLA_ADDRESS: address }));
  }
  await route.client.socket.close();
}
