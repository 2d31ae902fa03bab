/** Seeded defects of ports and bridges: membership, flags, states, and addresses that stay on their link. */
import type {
  Awaitable,
  Device,
  DevlinkPort,
  DevlinkPortAttributes,
  DriverHost,
  DriverResult,
  PortName,
  SwitchdevPortFlags,
} from '../../harness/contract/index.js';
import { EINVAL } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import { BRIDGE_STP, BRIDGE_SWITCHDEV, FORWARDING_TESTS, PRACTICE, SWITCHDEV } from './origins.js';
import { bridge, chip, kernel } from './replacedParts.js';
import { withDevlinkPorts, withHost, withNetDevice, withSwitchdev } from './wrapDevice.js';

const physical = ({ attributes }: DevlinkPort): DevlinkPortAttributes => attributes ?? { flavour: 'physical' };

/** The driver passes on other flags than it is told. */
const withFlags = (device: Device, change: (flags: SwitchdevPortFlags) => SwitchdevPortFlags): Device =>
  withSwitchdev(device, (sound) => ({
    setPortAttribute: (port, attribute) =>
      sound.setPortAttribute(
        port,
        attribute.kind === 'flags' ? { kind: 'flags', flags: change(attribute.flags) } : attribute,
      ),
  }));

/** Ports that are in a bridge, as the driver sees them come and go. */
function withJoined(device: Device, use: (device: Device, joined: ReadonlySet<PortName>) => Device): Device {
  const joined = new Set<PortName>();
  const watched = withSwitchdev(device, (sound) => ({
    join: (port, into) => {
      joined.add(port);
      return sound.join(port, into);
    },
    leave: (port, id) => {
      joined.delete(port);
      return sound.leave(port, id);
    },
  }));
  return use(watched, joined);
}

/** Out of the box the chip forwards what comes in at a port that nobody has configured. */
const forwardingOutOfTheBox = (device: Device): Device =>
  withJoined(device, (watched, joined) => {
    let host: DriverHost | undefined;
    const ports = ['p0', 'p1', 'p2', 'p3'] as PortName[];
    return {
      ...watched,
      attach: (driver) => {
        host = driver;
        return watched.attach(driver);
      },
      cable: {
        ...watched.cable,
        receive: (port, frame) => {
          const others = joined.size > 0 ? [] : ports.filter((other) => other !== port);
          for (const other of others) host?.transmitToCable(other, frame);
          return watched.cable.receive(port, frame);
        },
      },
    };
  });

/** The driver waits for the port to be free before it joins a bridge, and nobody frees it. */
const stayingInFirst = (device: Device): Device => {
  const first = new Map<PortName, Awaitable<DriverResult<number>>>();
  return withSwitchdev(device, (sound) => ({
    leave: () => undefined,
    join: (port, into) => {
      const joined = first.get(port) ?? sound.join(port, into);
      first.set(port, joined);
      return joined;
    },
  }));
};

export const switchPortDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-FORWARDS-OUT-OF-THE-BOX',
    title: 'Ports forward before anybody asks for a bridge',
    description: 'The chip is a dumb switch until it is configured, and the driver does not stop it.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-BASE-001',
    wrap: forwardingOutOfTheBox,
  },
  {
    id: 'DEF-SW-HOST-FRAMES-AT-FIRST-PORT',
    title: 'What the host sends leaves at the first port',
    description: 'The port in the transmit descriptor is not filled in.',
    origin: PRACTICE,
    caughtBy: 'SW-BASE-002',
    wrap: (device) =>
      withHost(device, (driver) => ({
        transmitToCable: (_port, frame) => driver.transmitToCable('p0' as PortName, frame),
      })),
  },
  {
    id: 'DEF-SW-ID-PER-PORT',
    title: 'Each port has a switch id of its own',
    description: 'The id is made of the address of the port.',
    origin: SWITCHDEV,
    caughtBy: 'SW-BASE-003',
    wrap: (device) =>
      withDevlinkPorts(device, (port) => ({
        ...port,
        attributes: { ...physical(port), switchId: Uint8Array.of(2, port.index) },
      })),
  },
  {
    id: 'DEF-SW-PORT-NAMES-ALIKE',
    title: 'All ports have the same port name',
    description: 'The name is that of the switch.',
    origin: SWITCHDEV,
    caughtBy: 'SW-BASE-004',
    wrap: (device) => withDevlinkPorts(device, (port) => ({ ...port, attributes: { ...physical(port), number: 1 } })),
  },
  {
    id: 'DEF-SW-ONE-ADDRESS-FOR-ALL',
    title: 'All ports have the same address',
    description: 'The address of the switch is given to each of them.',
    origin: PRACTICE,
    caughtBy: 'SW-BASE-005',
    wrap: (device) => ({
      ...device,
      describe: async () => {
        const description = await device.describe();
        const address = description.ports[0]?.address;
        if (address === undefined) return description;
        return { ...description, ports: description.ports.map((port) => ({ ...port, address })) };
      },
    }),
  },
  {
    id: 'DEF-SW-MARKS-WHAT-IT-DOES-NOT-FORWARD',
    title: 'Frames to the host are marked as forwarded, and are not',
    description: 'The driver marks all that comes from a port of a bridge, whether the chip forwards there or not.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-BR-001',
    switch: chip({ flood: () => 0, marksForwarded: true }),
  },
  {
    id: 'DEF-SW-NEVER-LEAVES',
    title: 'A port that has left its bridge goes on forwarding',
    description: 'The driver has no handler for the second half of NETDEV_CHANGEUPPER.',
    origin: SWITCHDEV,
    caughtBy: 'SW-BR-002',
    wrap: (device) => withSwitchdev(device, () => ({ leave: () => undefined })),
  },
  {
    id: 'DEF-SW-OLD-BRIDGE-HAUNTS',
    title: 'A new bridge knows the stations of the old one',
    description: 'The number of a bridge is given out again, with what is in the table under it.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-003',
    switch: chip({ flushes: false }),
    wrap: (device) => withSwitchdev(device, () => ({ removeFdb: () => undefined })),
  },
  {
    id: 'DEF-SW-ONE-TABLE-FOR-ALL-BRIDGES',
    title: 'A station is at one port, whatever the bridge',
    description: 'The filtering id has the VLAN in it, and not the bridge.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-004',
    switch: chip({ filteringBridge: () => 0 }),
  },
  {
    id: 'DEF-SW-STAYS-IN-FIRST-BRIDGE',
    title: 'A port that is moved stays in its first bridge',
    description: 'The driver looks at the first NETDEV_CHANGEUPPER of a port alone.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-005',
    wrap: stayingInFirst,
  },
  {
    id: 'DEF-SW-BRIDGE-IN-BRIDGE',
    title: 'A bridge can be put into a bridge',
    description: 'The request is taken, and nothing done.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-006',
    kernel: bridge({ refusesBridgeInBridge: false }),
  },
  {
    id: 'DEF-SW-MASTER-IGNORED',
    title: 'The master of a port is taken and forgotten',
    description: 'IFLA_MASTER is accepted, whatever it names.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-007',
    kernel: kernel({ forgets: new Set(['IFLA_MASTER']) }),
  },
  {
    id: 'DEF-SW-BRIDGE-ADDRESS-STAYS',
    title: 'The bridge keeps the address that it was made with',
    description: 'Ports that come and go do not change it.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-BR-008',
    kernel: bridge({ addressFollowsPorts: false }),
  },
  {
    id: 'DEF-SW-BRIDGE-MTU-STAYS',
    title: 'The bridge is wider than its ports',
    description: 'Its MTU does not follow theirs.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-009',
    kernel: bridge({ mtuFollowsPorts: false }),
  },
  {
    id: 'DEF-SW-BRIDGE-CARRIER-STAYS',
    title: 'The bridge has a carrier without a port',
    description: 'Its carrier is never taken away.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-BR-010',
    kernel: bridge({ carrierFollowsPorts: false }),
  },
  {
    id: 'DEF-SW-DISABLED-FORWARDS',
    title: 'A port in the state disabled forwards',
    description: 'The chip has no such state, and the driver takes the one that is nearest.',
    origin: SWITCHDEV,
    caughtBy: 'SW-BR-011',
    switch: chip({
      forwardsIn: (state, sound) => sound || state === 0,
      sendsIn: (state, sound) => sound || state === 0,
    }),
  },
  {
    id: 'DEF-SW-IGNORES-MTU',
    title: 'A frame that is too long for a port leaves there',
    description: 'The MTU of a port is checked where frames come in, and not where they leave.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-012',
    switch: chip({ fits: () => true }),
  },
  {
    id: 'DEF-SW-HOST-UNKNOWN',
    title: "The host's addresses are not known to the chip",
    description: 'Frames to the host are flooded.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-BR-013',
    wrap: (device) => withSwitchdev(device, () => ({ addHostFdb: () => undefined })),
  },
  {
    id: 'DEF-SW-HOST-HEARS-ALL',
    title: 'The host gets what is flooded',
    description: 'A frame to an unknown station is passed up as a multicast frame is.',
    origin: PRACTICE,
    caughtBy: 'SW-BR-014',
    kernel: bridge({ floodKind: (kind) => (kind === 'unicast' ? 'multicast' : kind) }),
  },
  {
    id: 'DEF-SW-HOST-IS-MUTE',
    title: 'What the host sends at a port of a bridge is lost',
    description: 'The chip is expected to forward it, and has no port to take it in at.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-BR-015',
    wrap: (device) =>
      withJoined(device, (watched, joined) =>
        withNetDevice(watched, (sound) => ({
          transmit: (port, queue, frame) => (joined.has(port) ? 'ok' : sound.transmit(port, queue, frame)),
        })),
      ),
  },
  {
    id: 'DEF-SW-NEW-PORT-DOES-NOT-LEARN',
    title: 'A new port does not learn',
    description: 'The flags of a new port are all off.',
    origin: PRACTICE,
    caughtBy: 'SW-FLAG-001',
    kernel: (parts) => ({
      ...parts,
      bridge: { ...parts.bridge, newPortFlags: { ...parts.bridge.newPortFlags, learning: false } },
    }),
  },
  {
    id: 'DEF-SW-FLAGS-OF-ALL-PORTS',
    title: 'A flag is set on all ports',
    description: 'There is one register for the whole switch.',
    origin: PRACTICE,
    caughtBy: 'SW-FLAG-002',
    kernel: bridge({ flagsOf: (port) => [...port.bridge.ports.values()] }),
  },
  {
    id: 'DEF-SW-LEARNS-ALWAYS',
    title: 'Learning cannot be switched off',
    description: 'The driver takes the flag, and the chip goes on learning.',
    origin: SWITCHDEV,
    caughtBy: 'SW-FLAG-003',
    wrap: (device) => withFlags(device, (flags) => ({ ...flags, learning: true })),
  },
  {
    id: 'DEF-SW-FLOODS-UNICAST-ALWAYS',
    title: 'Unicast flooding cannot be switched off',
    description: 'The flag reaches the software only.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-FLAG-004',
    wrap: (device) => withFlags(device, (flags) => ({ ...flags, unicastFlood: true })),
  },
  {
    id: 'DEF-SW-FLOODS-GROUPS-WITH-UNICAST',
    title: 'Multicast flooding follows the flag of unicast',
    description: 'The chip has one flood table for both.',
    origin: PRACTICE,
    caughtBy: 'SW-FLAG-005',
    wrap: (device) => withFlags(device, (flags) => ({ ...flags, multicastFlood: flags.unicastFlood })),
  },
  {
    id: 'DEF-SW-FLOODS-BROADCASTS-WITH-GROUPS',
    title: 'Broadcast flooding follows the flag of multicast',
    description: 'A broadcast is a multicast frame to the chip.',
    origin: PRACTICE,
    caughtBy: 'SW-FLAG-006',
    wrap: (device) => withFlags(device, (flags) => ({ ...flags, broadcastFlood: flags.multicastFlood })),
  },
  {
    id: 'DEF-SW-HOST-BOUND-BY-FLOODING',
    title: "The host's own broadcasts do not leave where flooding is off",
    description: 'The flags are applied to every frame, wherever it comes from.',
    origin: PRACTICE,
    caughtBy: 'SW-FLAG-007',
    kernel: bridge({ floodsOwnFrames: false }),
  },
  {
    id: 'DEF-SW-NO-HAIRPIN',
    title: 'A hairpin does not return frames',
    description: 'The chip never sends a frame back, and the driver takes the flag all the same.',
    origin: PRACTICE,
    caughtBy: 'SW-FLAG-008',
    switch: chip({ returns: () => false }),
  },
  {
    id: 'DEF-SW-ISOLATED-REACH-EACH-OTHER',
    title: 'Isolated ports reach each other',
    description: 'The flag is kept in software, where no frame comes by.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-FLAG-009',
    switch: chip({ besideIsolated: (ports) => ports }),
  },
  {
    id: 'DEF-SW-LOCK-IS-OPEN',
    title: 'A locked port lets everybody in',
    description: 'The driver takes the flag, and the chip forwards as before.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-FLAG-010',
    wrap: (device) => withFlags(device, (flags) => ({ ...flags, locked: false })),
  },
  {
    id: 'DEF-SW-REFUSES-WITH-EINVAL',
    title: 'A flag that the hardware does not have is refused in a way of its own, and half done',
    description: 'The driver has no isolation; the flag stays set in the kernel, where nobody forwards.',
    origin: BRIDGE_SWITCHDEV,
    caughtBy: 'SW-FLAG-012',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        setPortAttribute: (port, attribute) =>
          attribute.kind === 'flags' && attribute.flags.isolated
            ? { ok: false, errno: EINVAL }
            : sound.setPortAttribute(port, attribute),
      })),
    kernel: bridge({ keepsRefusedFlags: true }),
  },
  {
    id: 'DEF-SW-HAIRPIN-ENDS-ISOLATION',
    title: 'A hairpin port is not isolated',
    description: 'Both flags are encoded in one field, and the second that is written wins.',
    origin: PRACTICE,
    caughtBy: 'SW-FLAG-011',
    wrap: (device) => withFlags(device, (flags) => ({ ...flags, isolated: flags.isolated && !flags.hairpin })),
  },
];
