/** Seeded defects of link aggregates below a bridge, in hardware and in what hardware is told. */
import type { Device, DriverHost, MacAddress, PortName, Vid } from '../../harness/contract/index.js';
import { formatMac } from '../packet/addresses.js';
import { BR_STATE_BLOCKING } from '../kernel/bridge/bridge.js';
import { EOPNOTSUPP, OK } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import { BONDING, DSA_GUIDE, DSA_LAG, MLXSW } from './origins.js';
import { bond, lag } from './replacedParts.js';
import { withHost, withSwitchdev } from './wrapDevice.js';

const BLOCKING = BR_STATE_BLOCKING;
const TEN = 10 as Vid;

/** Ports that scenarios put into an aggregate. */
const isMember = (port: PortName): boolean => port === ('p0' as PortName) || port === ('p1' as PortName);

/** Tells the kernel that a station went and came whenever it is seen at another member. */
function movingStations(device: Device): Device {
  let kernel: DriverHost | undefined;
  const seen = new Map<string, PortName>();
  return {
    ...device,
    attach: (host) => {
      kernel = host;
      return device.attach(host);
    },
    cable: {
      ...device.cable,
      receive: async (port, frame) => {
        await device.cable.receive(port, frame);
        const address = formatMac(frame.bytes.subarray(6, 12)) as MacAddress;
        const before = seen.get(address);
        seen.set(address, port);
        if (before === undefined || before === port || !isMember(port)) return;
        const key = { address, vid: 0 as Vid };
        kernel?.fdbForgotten(before, key);
        kernel?.fdbLearned(port, key);
      },
    },
  };
}

export const switchAggregationBridgeDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-LAG-STATION-AT-MEMBER',
    title: 'A station that hardware learned is told at a net device that nobody knows',
    description: 'The driver looks for a port of the bridge, finds the member, and the notification is lost.',
    origin: MLXSW,
    caughtBy: 'SW-LAG-040',
    wrap: (device) =>
      withHost(device, (kernel) => ({
        fdbLearned: (port, entry) => {
          if (port === ('p2' as PortName) || port === ('p3' as PortName)) kernel.fdbLearned(port, entry);
        },
      })),
  },
  {
    id: 'DEF-SW-LAG-MOVES-BETWEEN-MEMBERS',
    title: 'A station that takes the other link is forgotten and learned again',
    description: 'A move is a removal and an addition, and for the chip each member is a place of its own.',
    origin: DSA_GUIDE,
    caughtBy: 'SW-LAG-041',
    wrap: movingStations,
  },
  {
    id: 'DEF-SW-LAG-FLOOD-RETURNS',
    title: 'A flooded frame goes back to the aggregate that it came from',
    description: 'The port is taken out of the flood, and the other members are not.',
    origin: DSA_GUIDE,
    caughtBy: 'SW-LAG-042',
    switch: lag({ returns: true }),
  },
  {
    id: 'DEF-SW-LAG-FLOOD-AT-EVERY-MEMBER',
    title: 'A flooded frame leaves at every member',
    description: 'Members stay in the flood as ports of their own.',
    origin: DSA_GUIDE,
    caughtBy: 'SW-LAG-043',
    switch: lag({ copies: true }),
  },
  {
    id: 'DEF-SW-LAG-KNOWN-AT-FIRST-MEMBER',
    title: 'Frames to known stations leave at the first member alone',
    description: 'The entry of the table names a port, and the driver writes the first one.',
    origin: MLXSW,
    caughtBy: 'SW-LAG-044',
    switch: lag({ place: () => 0 }),
  },
  {
    id: 'DEF-SW-LAG-DEAD-LINK-IN-HARDWARE',
    title: 'The hardware goes on to send to a member without a link',
    description: 'The driver looks at the flag for sending, which a static aggregate never takes away.',
    origin: DSA_LAG,
    caughtBy: 'SW-LAG-045',
    switch: lag({ sends: (_linkUp, transmitEnabled) => transmitEnabled }),
  },
  {
    id: 'DEF-SW-LAG-SECOND-MEMBER-NOT-PROGRAMMED',
    title: 'The second member is accepted and not programmed',
    description: 'What comes in there takes the way through the host, and nothing leaves there.',
    origin: DSA_LAG,
    caughtBy: 'SW-LAG-046',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        joinLag: (port, into) => (port === ('p1' as PortName) ? OK : (sound.joinLag?.(port, into) ?? OK)),
      })),
  },
  {
    id: 'DEF-SW-LAG-PVID-OF-LATE-MEMBER',
    title: 'A member that comes late has its aggregate lose the PVID',
    description: 'The VLANs of the aggregate are programmed again, without the mark.',
    origin: DSA_LAG,
    caughtBy: 'SW-LAG-046',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        addObject: (port, object) =>
          port === ('p1' as PortName) && object.kind === 'vlan'
            ? sound.addObject(port, { ...object, pvid: false })
            : sound.addObject(port, object),
      })),
  },
  {
    id: 'DEF-SW-LAG-FLAGS-OF-LATE-MEMBER',
    title: 'A member that comes late has its aggregate join with the flags of a new port',
    description: 'Joining writes the defaults, whoever joins.',
    origin: DSA_LAG,
    caughtBy: 'SW-LAG-048',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        setPortAttribute: (port, attribute) =>
          port === ('p1' as PortName) && attribute.kind === 'flags'
            ? sound.setPortAttribute(port, { ...attribute, flags: { ...attribute.flags, broadcastFlood: true } })
            : sound.setPortAttribute(port, attribute),
      })),
  },
  {
    id: 'DEF-SW-LAG-MEMBER-NEVER-LEAVES',
    title: 'A port that left goes on to be a member in hardware',
    description: 'The driver takes the port out of the list of the kernel, and the table of the chip stays.',
    origin: DSA_LAG,
    caughtBy: 'SW-LAG-047',
    switch: lag({ forgetsMember: false }),
  },
  {
    id: 'DEF-SW-LAG-STATE-OF-FIRST-MEMBER',
    title: 'A spanning tree state does not reach an aggregate',
    description: 'The driver finds no port below the net device that is named, and says that it has nothing to do.',
    origin: MLXSW,
    caughtBy: 'SW-LAG-048',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        setPortAttribute: (port, attribute) =>
          isMember(port) && attribute.kind === 'stp-state' && attribute.state === BLOCKING
            ? { ok: true, value: undefined }
            : sound.setPortAttribute(port, attribute),
      })),
  },
  {
    id: 'DEF-SW-LAG-VLANS-OF-AGGREGATE-UNTOLD',
    title: 'VLANs of an aggregate do not reach the hardware',
    description: 'The object is for a net device that is no port of the switch.',
    origin: DSA_LAG,
    caughtBy: 'SW-LAG-049',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        addObject: (port, object) =>
          isMember(port) && object.vid === TEN ? { ok: true, value: undefined } : sound.addObject(port, object),
      })),
  },
  {
    id: 'DEF-SW-LAG-BACKUP-COLLECTS',
    title: 'What a backup receives goes through the switch',
    description: 'Sending is switched off for a backup, and receiving is not.',
    origin: MLXSW,
    caughtBy: 'SW-LAG-050',
    switch: lag({ collects: () => true }),
  },
  {
    id: 'DEF-SW-LAG-HARDWARE-NOT-TOLD',
    title: 'Hardware is not told that another member is the active one',
    description: 'The members are programmed when they join.',
    origin: MLXSW,
    caughtBy: 'SW-LAG-051',
    wrap: (device) => {
      const told = new Set<string>();
      return withSwitchdev(device, (sound) => ({
        setLagMember: (port, id, state) => {
          const key = `${port} ${state.transmitEnabled ? 'active' : 'backup'}`;
          const isFirst = !told.has(port) || (port === ('p0' as PortName) && !told.has(key));
          told.add(port);
          told.add(key);
          return isFirst || state.transmitEnabled === (port === ('p0' as PortName))
            ? sound.setLagMember?.(port, id, state)
            : undefined;
        },
      }));
    },
  },
  {
    id: 'DEF-SW-LAG-EVERY-MODE-IS-HASH',
    title: 'The hardware takes every mode, and distributes by a hash',
    description: 'The driver does not look at the type.',
    origin: MLXSW,
    caughtBy: 'SW-LAG-052',
    wrap: (device) =>
      withSwitchdev(device, (sound) => ({
        joinLag: (port, into) => sound.joinLag?.(port, { ...into, transmit: 'hash', hash: 'layer2' }) ?? OK,
      })),
  },
  {
    id: 'DEF-SW-LAG-VETO-IGNORED',
    title: 'A port is a member although its driver refused',
    description: 'The notification is sent, and its answer not read.',
    origin: BONDING,
    caughtBy: 'SW-LAG-053',
    kernel: bond({ honoursVeto: false }),
  },
  {
    id: 'DEF-SW-LAG-MEMBERS-ARE-TRAPPED',
    title: 'Aggregates are done in software, silently',
    description: 'The driver accepts the aggregate and programs nothing, and all frames of the members go to the host.',
    origin: DSA_GUIDE,
    caughtBy: 'SW-LAG-054',
    wrap: (device) => withSwitchdev(device, () => ({ joinLag: () => ({ ok: false, errno: EOPNOTSUPP }) })),
  },
];
