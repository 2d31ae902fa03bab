/** Seeded defects of the states of ports, and of addresses that stay on their link. */
import type { Device, PortName } from '../../harness/contract/index.js';
import { isLinkLocalMac } from '../packet/addresses.js';
import { BR_STATE_FORWARDING } from '../kernel/bridge/bridge.js';
import type { Defect } from './defect.js';
import { BRIDGE_NETLINK, BRIDGE_STP, PRACTICE, SWITCHDEV } from './origins.js';
import { bridge, chip } from './replacedParts.js';
import { withHost, withSwitchdev } from './wrapDevice.js';

/** Each port is told to forward once; a second time is taken for what it is already. */
function forwardingOnce(device: Device): Device {
  const told = new Set<PortName>();
  return withSwitchdev(device, (sound) => ({
    join: (port, into) => {
      told.delete(port);
      return sound.join(port, into);
    },
    setPortAttribute: (port, attribute) => {
      if (attribute.kind === 'stp-state' && attribute.state === BR_STATE_FORWARDING) {
        if (told.has(port)) return { ok: true, value: undefined };
        told.add(port);
      }
      return sound.setPortAttribute(port, attribute);
    },
  }));
}

export const switchStateDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-STAYS-BLOCKED',
    title: 'A port is blocked although nobody plays the protocol',
    description: 'A new port waits for a spanning tree program that does not run.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-STP-001',
    kernel: bridge({ unblocksWithoutStp: false }),
  },
  {
    id: 'DEF-SW-LEARNING-FORWARDS',
    title: 'A port that is learning forwards',
    description: 'The chip knows two states, on and off.',
    origin: SWITCHDEV,
    caughtBy: 'SW-STP-002',
    switch: chip({ forwardsIn: (state, sound) => sound || state === 2 }),
  },
  {
    id: 'DEF-SW-LISTENING-SENDS',
    title: 'Frames leave at a port that is listening',
    description: 'The state is looked at where frames come in, and not where they leave.',
    origin: PRACTICE,
    caughtBy: 'SW-STP-003',
    switch: chip({ sendsIn: (state, sound) => sound || state === 1 }),
  },
  {
    id: 'DEF-SW-LISTENING-LEARNS',
    title: 'A port that is listening learns',
    description: 'The learning stage comes before that of the state.',
    origin: PRACTICE,
    caughtBy: 'SW-STP-004',
    switch: chip({ learnsIn: () => true }),
  },
  {
    id: 'DEF-SW-LEARNING-DOES-NOT-LEARN',
    title: 'A port that is learning does not learn',
    description: 'Only a port that forwards learns.',
    origin: PRACTICE,
    caughtBy: 'SW-STP-005',
    switch: chip({ learnsIn: (state) => state === BR_STATE_FORWARDING }),
    kernel: bridge({ learnsIn: (state) => state === BR_STATE_FORWARDING }),
  },
  {
    id: 'DEF-SW-FORWARDS-ONCE',
    title: 'A port that was stopped does not forward again',
    description: 'The driver compares with a state that it does not keep up to date.',
    origin: PRACTICE,
    caughtBy: 'SW-STP-006',
    wrap: forwardingOnce,
  },
  {
    id: 'DEF-SW-TAKES-ANY-STATE',
    title: 'A state that does not exist is accepted',
    description: 'The value is stored as it comes.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-STP-007',
    kernel: bridge({ refusesState: () => false }),
  },
  {
    id: 'DEF-SW-DOWN-PORT-TAKES-STATES',
    title: 'A port that is down can be set to forwarding',
    description: 'Nobody looks whether the port is there.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-STP-008',
    kernel: bridge({ refusesStateWhenDown: false }),
  },
  {
    id: 'DEF-SW-USER-BLOCKS-FOR-EVER',
    title: 'A port that the user blocks stays blocked without a protocol',
    description: 'The states are not looked at again after the request.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-STP-009',
    kernel: bridge({ selectsAfterUser: false }),
  },
  {
    id: 'DEF-SW-COMES-UP-FORWARDING',
    title: 'A port comes up forwarding under a spanning tree program',
    description: 'For a moment there is a loop, each time a cable is plugged in.',
    origin: BRIDGE_STP,
    caughtBy: 'SW-STP-010',
    kernel: bridge({ startState: BR_STATE_FORWARDING }),
  },
  {
    id: 'DEF-SW-BLOCKED-PORT-IS-DEAF',
    title: 'Control protocols are not heard at a port that does not forward',
    description: 'The state is looked at before the trap.',
    origin: SWITCHDEV,
    caughtBy: 'SW-STP-011',
    wrap: (device) => withDeafPorts(device),
  },
  {
    id: 'DEF-SW-FORWARDS-LINK-LOCAL',
    title: 'Link-local groups are flooded',
    description: 'The traps are not programmed.',
    origin: SWITCHDEV,
    caughtBy: 'SW-LL-001',
    switch: chip({ trapsLinkLocal: () => false }),
  },
  {
    id: 'DEF-SW-SWALLOWS-LINK-LOCAL',
    title: 'Link-local frames reach nobody',
    description: 'They are dropped instead of trapped.',
    origin: SWITCHDEV,
    caughtBy: 'SW-LL-002',
    wrap: (device) =>
      withHost(device, (driver) => ({
        receive: (port, frames) => {
          driver.receive(
            port,
            frames.filter(({ bytes }) => !isLinkLocalMac(bytes, 0)),
          );
        },
      })),
  },
  {
    id: 'DEF-SW-EATS-OTHERS-BPDUS',
    title: "Frames of others' spanning tree protocol are dropped where none is spoken",
    description: 'The address is reserved, so that the frame is never forwarded.',
    origin: PRACTICE,
    caughtBy: 'SW-LL-003',
    kernel: bridge({ keepsLinkLocal: (lastByte, forwards) => lastByte === 0 || !forwards }),
  },
  {
    id: 'DEF-SW-IGNORES-FORWARD-MASK',
    title: 'The mask of link-local addresses has no effect',
    description: 'It reads back and is not looked at.',
    origin: PRACTICE,
    caughtBy: 'SW-LL-004',
    kernel: bridge({ keepsLinkLocal: (lastByte, forwards) => lastByte !== 0 || !forwards }),
  },
  {
    id: 'DEF-SW-MASK-UNRESTRICTED',
    title: 'Spanning tree, pause and LACP can be let pass',
    description: 'The mask is taken as it comes.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-LL-005',
    kernel: bridge({ restrictedMask: 0 }),
  },
];

/** What a port in another state than forwarding would hand to the host is dropped. */
function withDeafPorts(device: Device): Device {
  const states = new Map<PortName, number>();
  const watched = withSwitchdev(device, (sound) => ({
    join: (port, into) => {
      states.set(port, BR_STATE_FORWARDING);
      return sound.join(port, into);
    },
    leave: (port, id) => {
      states.delete(port);
      return sound.leave(port, id);
    },
    setPortAttribute: (port, attribute) => {
      if (attribute.kind === 'stp-state') states.set(port, attribute.state);
      return sound.setPortAttribute(port, attribute);
    },
  }));
  return withHost(watched, (driver) => ({
    receive: (port, frames) => {
      if ((states.get(port) ?? BR_STATE_FORWARDING) === BR_STATE_FORWARDING) driver.receive(port, frames);
    },
  }));
}
