/** The devices of the lab: what QEMU is told, what the guest loads, and what is known of the rig before the driver is asked. */
import type { CapabilityAnswer } from '../../contract/index.js';

export interface LabDevice {
  readonly name: LabDeviceName;
  readonly title: string;
  readonly vendor: string;
  readonly model: string;
  readonly machine: 'pc' | 'q35';
  /** More than one where the driver has a queue for each. */
  readonly processors: number;
  readonly modules: readonly string[];
  /** How many cables; the netdevs `wire0`, `wire1` … are there already. */
  readonly wires: number;
  /** Frames that the device takes at once; one that pushes back through its socket takes any number. */
  readonly burst?: number;
  readonly arguments: readonly string[];
  /** What the driver cannot be asked, with the reason; it overrules what the driver says. */
  readonly stated: Readonly<Record<string, CapabilityAnswer>>;
}

export const LAB_DEVICE_NAMES = ['e1000e', 'virtio-net', 'vmxnet3', 'igb', 'netdevsim', 'rocker', 'bridge'] as const;
export type LabDeviceName = (typeof LAB_DEVICE_NAMES)[number];

const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

const MAC = '52:54:00:12:34:01';
const nic = (driver: string, more = ''): readonly string[] => [
  '-device',
  `${driver},netdev=wire0,mac=${MAC},romfile=${more}`,
];

/** QEMU hands frames from one emulated device to the other in memory. */
const NO_LINE: Readonly<Record<string, CapabilityAnswer>> = {
  fec: absent('An emulated line has no code that could correct errors.'),
};

/** netdevsim is there for the control plane: it hands a frame to its peer as it got it, and does nothing to it. */
const NO_DATA_PATH: Readonly<Record<string, CapabilityAnswer>> = {
  ...Object.fromEntries(
    ['tx-checksum', 'tx-checksum-ip-generic', 'tx-checksum-ipv4', 'tx-checksum-ipv6'].map((name) => [
      name,
      absent('netdevsim hands a frame to its peer as it got it, with its checksum unfinished.'),
    ]),
  ),
  ...Object.fromEntries(
    ['segments-in-device', 'tx-tcp-segmentation', 'tx-tcp6-segmentation', 'tx-tcp-ecn-segmentation'].map((name) => [
      name,
      absent('netdevsim hands a super-frame to its peer whole.'),
    ]),
  ),
  'rx-lro': absent('netdevsim names LRO among its features, and merges nothing.'),
  'rx-checksum': absent('netdevsim verifies nothing: a frame is handed over as it is.'),
  'unicast-filter': absent('netdevsim delivers frames to every address, as those of another host.'),
  'secondary-unicast-filter': absent('netdevsim delivers frames to every address, as those of another host.'),
  'multicast-filter': absent('netdevsim delivers the frames of every group.'),
  'multicast-statistics': absent('netdevsim counts packets and bytes only.'),
  'pads-short-frames': absent('netdevsim hands a short frame over as it is.'),
  'devlink-flash': { present: true },
  'devlink-flash-quick': absent('An update of netdevsim takes five seconds, as long as a request is given.'),
  'devlink-trap-traffic': { present: true },
  'devlink-reload-cabled': absent('A reload of netdevsim makes a net device that is linked with nothing.'),
  'queue-statistics': absent('netdevsim makes its queue statistics up, for the tests of the netdev family.'),
};

const base = { machine: 'pc', processors: 1, wires: 1, vendor: 'QEMU' } as const;

export const LAB_DEVICES: Readonly<Record<LabDeviceName, LabDevice>> = {
  e1000e: {
    ...base,
    name: 'e1000e',
    title: 'Intel 82574L, emulated by QEMU',
    model: '82574L (e1000e)',
    modules: ['e1000e'],
    arguments: nic('e1000e'),
    stated: NO_LINE,
  },
  'virtio-net': {
    ...base,
    name: 'virtio-net',
    title: 'virtio-net of QEMU, over a socket',
    model: 'virtio-net-pci',
    modules: ['virtio_net'],
    arguments: nic('virtio-net-pci'),
    stated: NO_LINE,
  },
  vmxnet3: {
    ...base,
    name: 'vmxnet3',
    title: 'vmxnet3, emulated by QEMU',
    model: 'vmxnet3',
    processors: 2,
    modules: ['vmxnet3'],
    arguments: nic('vmxnet3'),
    stated: NO_LINE,
  },
  igb: {
    ...base,
    name: 'igb',
    title: 'Intel 82576, emulated by QEMU 8 or later',
    model: '82576 (igb)',
    machine: 'q35',
    processors: 2,
    // igbvf drives the virtual functions that a scenario makes.
    modules: ['igb', 'igbvf'],
    // A cable has a rate. QEMU's igb drops what its ring of 256 has no room for, and its socket does not push back.
    burst: 100,
    // Behind a port of its own: on the root complex the kernel puts the functions' registers where nothing answers.
    arguments: ['-device', 'pcie-root-port,id=port0', ...nic('igb,bus=port0')],
    stated: NO_LINE,
  },
  netdevsim: {
    ...base,
    name: 'netdevsim',
    title: "netdevsim, the kernel's own test driver, two ports linked",
    vendor: 'Linux',
    model: 'netdevsim',
    modules: ['netdevsim'],
    wires: 0,
    arguments: [],
    stated: NO_DATA_PATH,
  },
  rocker: {
    ...base,
    name: 'rocker',
    title: 'rocker, the switch that QEMU emulates',
    model: 'rocker OF-DPA',
    modules: ['rocker', 'bridge', 'vrf'],
    wires: 4,
    // Only JSON can name the members of an array since QEMU 9.
    arguments: [
      '-device',
      JSON.stringify({ driver: 'rocker', name: 'sw1', ports: ['wire0', 'wire1', 'wire2', 'wire3'] }),
    ],
    stated: NO_LINE,
  },
  bridge: {
    ...base,
    name: 'bridge',
    title: "the kernel's own bridge, with VLANs, over four ports of virtio-net",
    vendor: 'Linux',
    model: 'bridge over virtio-net-pci',
    modules: ['virtio_net', 'bridge', 'vrf'],
    wires: 4,
    arguments: [0, 1, 2, 3].flatMap((wire) => [
      '-device',
      // With a speed, which members of an aggregate that negotiates have to tell.
      `virtio-net-pci,netdev=wire${wire},mac=52:54:00:12:34:0${wire + 1},romfile=,speed=1000,duplex=full`,
    ]),
    stated: NO_LINE,
  },
};

export const isLabDevice = (name: string): name is LabDeviceName =>
  (LAB_DEVICE_NAMES as readonly string[]).includes(name);
