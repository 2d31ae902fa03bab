import type { Device, DriverResult, PortName, WireFrame } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { DRIVER_RULES, ETHTOOL_NETLINK, OPERSTATES, PAUSE_SETTINGS, PRACTICE } from './origins.js';
import { withEthtool, withNetDevice } from './wrapDevice.js';
import { kernel, nic } from './replacedParts.js';

const done: DriverResult = { ok: true, value: undefined };

/** What arrives while the port is down is kept, and handed up when it is up again. */
function keepsFramesWhileDown(device: Device): Device {
  const kept: { port: PortName; frame: WireFrame }[] = [];
  let up = false;
  const wrapped = withNetDevice(device, (sound) => ({
    open: async (port) => {
      const result = await sound.open(port);
      up = true;
      for (const entry of kept.splice(0)) await device.cable.receive(entry.port, entry.frame);
      return result;
    },
    stop: (port) => {
      up = false;
      return sound.stop(port);
    },
  }));
  return {
    ...wrapped,
    cable: {
      ...device.cable,
      receive: (port, frame) => {
        if (up) return device.cable.receive(port, frame);
        kept.push({ port, frame });
        return undefined;
      },
    },
  };
}

/** After the carrier was lost once, nothing is sent until the port is opened again. */
function staysSilentAfterLoss(device: Device): Device {
  let silent = false;
  const wrapped = withNetDevice(device, (sound) => ({
    open: (port) => {
      silent = false;
      return sound.open(port);
    },
    transmit: (port, queue, frame) => (silent ? 'ok' : sound.transmit(port, queue, frame)),
  }));
  return {
    ...wrapped,
    cable: {
      ...device.cable,
      setCarrier: (port, up) => {
        if (!up) silent = true;
        return device.cable.setCarrier(port, up);
      },
    },
  };
}

/** Each restart leaks something; after some of them the receive side stays dead. */
function diesAfterRestarts(device: Device): Device {
  let restarts = 0;
  const wrapped = withNetDevice(device, (sound) => ({
    stop: (port) => {
      restarts++;
      return sound.stop(port);
    },
  }));
  return {
    ...wrapped,
    reset: () => {
      restarts = 0;
      return device.reset();
    },
    cable: {
      ...device.cable,
      receive: (port, frame) => (restarts > 15 ? undefined : device.cable.receive(port, frame)),
    },
  };
}

export const linkDefects: readonly Defect[] = [
  {
    id: 'DEF-LINK-NO-PEER',
    title: 'The far end seems to offer nothing',
    description: 'The driver does not read what it was told by it.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-014',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        ...(sound.getLink === undefined
          ? {}
          : {
              getLink: async (port) => {
                const link = await sound.getLink?.(port);
                if (link === undefined) throw new Error('the device has no link settings');
                return { ...link, partnerAdvertised: [] };
              },
            }),
      })),
  },
  {
    id: 'DEF-LINK-CARRIER-STAYS',
    title: 'The loss of the carrier is not reported',
    description: 'The driver never calls netif_carrier_off().',
    origin: OPERSTATES,
    caughtBy: 'NIC-LINK-001',
    wrap: (device) => ({
      ...device,
      cable: { ...device.cable, setCarrier: (port, up) => (up ? device.cable.setCarrier(port, up) : undefined) },
    }),
  },
  {
    id: 'DEF-LINK-SILENT-AFTER-LOSS',
    title: 'The transmitter does not start again',
    description: 'After a loss of the carrier nothing is sent until the port is set down and up.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-002',
    wrap: staysSilentAfterLoss,
  },
  {
    id: 'DEF-LINK-COUNTS-TWICE',
    title: 'One event counts for two changes',
    description: 'The driver reports each carrier event from two interrupts.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-003',
    kernel: kernel({ carrierChangesPerEvent: 2 }),
  },
  {
    id: 'DEF-LINK-COUNTS-CROSSWISE',
    title: 'The counts of ups and downs are the wrong way round',
    description: 'As long as each down is followed by an up, nobody sees it.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-003',
    kernel: kernel({ countsAsUp: (up) => !up }),
  },
  {
    id: 'DEF-LINK-KEEPS-FRAMES',
    title: 'Frames of before appear after a restart',
    description: 'The receive ring is not emptied and stays armed while the port is down.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-004',
    wrap: keepsFramesWhileDown,
  },
  {
    id: 'DEF-LINK-SENDS-WHILE-DOWN',
    title: 'Sending through a port that is down succeeds',
    description: 'The frame is taken and lost, and the sender is told that it was sent.',
    origin: DRIVER_RULES,
    caughtBy: 'NIC-LINK-005',
    kernel: kernel({ refusesSendWhenDown: false }),
  },
  {
    id: 'DEF-LINK-IGNORES-DORMANT',
    title: 'Dormant mode is ignored',
    description: 'With a carrier the state is up at once, before the supplicant has authenticated the port.',
    origin: OPERSTATES,
    caughtBy: 'NIC-LINK-006',
    kernel: kernel({ respectsDormantMode: false }),
  },
  {
    id: 'DEF-LINK-SILENT-CHANGE',
    title: 'Up and down are not announced',
    description: 'Who listens to links does not learn that a port was set up or down.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-008',
    kernel: kernel({ announcesUpAndDown: false }),
  },
  {
    id: 'DEF-LINK-RUNS-WITHOUT-CARRIER',
    title: 'A port without a carrier is running',
    description: 'The running flag follows the administrator alone.',
    origin: OPERSTATES,
    caughtBy: 'NIC-LINK-009',
    kernel: kernel({ runningFollowsState: false }),
  },
  {
    id: 'DEF-LINK-NO-SPEED',
    title: 'A link without a speed',
    description: 'The driver reports an unknown speed while the link is up.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-LINK-010',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        getLink: async (port) => {
          const link = await sound.getLink?.(port);
          if (link === undefined) throw new Error('the sound device reports its link');
          return { ...link, speed: null, duplex: 'unknown' };
        },
      })),
  },
  {
    id: 'DEF-LINK-UP-WHILE-DOWN',
    title: 'ethtool sees a link on a port that is down',
    description: 'The link state is the carrier alone.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-LINK-011',
    kernel: kernel({ ethtoolLinkNeedsUp: false }),
  },
  {
    id: 'DEF-LINK-ANNOUNCES-NOTHING-NEW',
    title: 'An MTU that is in force is announced',
    description: 'Setting what is set already is told to everybody.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-012',
    kernel: kernel({ announcesAnyway: (subject, why) => subject === 'link' && why === 'unchanged' }),
  },
  {
    id: 'DEF-LINK-DIES-AFTER-RESTARTS',
    title: 'The receive side dies after many restarts',
    description: 'Each restart leaks a page of the receive ring until none is left.',
    origin: PRACTICE,
    caughtBy: 'NIC-LINK-013',
    wrap: diesAfterRestarts,
  },
  {
    id: 'DEF-PAUSE-NO-ASYMMETRIC',
    title: 'Asymmetric pause is not resolved',
    description: 'Only symmetric pause comes out of autonegotiation.',
    origin: PAUSE_SETTINGS,
    caughtBy: 'NIC-PAUSE-001',
    nic: nic((sound) => ({
      resolvePause: (settings, partner) => sound.resolvePause(settings, { ...partner, asymPause: false }),
    })),
  },
  {
    id: 'DEF-PAUSE-SHORT-QUANTA',
    title: 'A quantum is half as long',
    description: 'The timer counts 256 bit times to a quantum.',
    origin: PRACTICE,
    caughtBy: 'NIC-PAUSE-002',
    nic: nic((sound) => ({
      pauseNanoseconds: (quanta, speed) => Math.ceil(sound.pauseNanoseconds(quanta, speed) / 2),
    })),
  },
  {
    id: 'DEF-PAUSE-SWAPS-DIRECTIONS',
    title: 'Receive and transmit pause are swapped',
    description: 'The driver writes each setting into the register of the other direction.',
    origin: PRACTICE,
    caughtBy: 'NIC-PAUSE-003',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setPause: async (port, { autoneg, rx, tx }) =>
          (await sound.setPause?.(port, { autoneg, rx: tx, tx: rx })) ?? done,
      })),
  },
  {
    id: 'DEF-PAUSE-ASKS-TOO-LATE',
    title: 'The far end is asked when it is too late',
    description: 'The threshold is the size of the ring, so that the frames that are on their way are lost.',
    origin: PRACTICE,
    caughtBy: 'NIC-PAUSE-004',
    nic: nic(() => ({ asksForPause: (used, size) => used > size })),
  },
  {
    id: 'DEF-PAUSE-ZERO-IS-LONGEST',
    title: 'Zero quanta is the longest pause',
    description: 'The counter is decremented before it is compared, and wraps.',
    origin: PRACTICE,
    caughtBy: 'NIC-PAUSE-005',
    nic: nic((sound) => ({ pauseNanoseconds: (quanta, speed) => sound.pauseNanoseconds(quanta || 0xffff, speed) })),
  },
  {
    id: 'DEF-PAUSE-OBEYS-ALWAYS',
    title: 'Pause frames stop a port that must not be stopped',
    description: 'The MAC obeys pause frames although receive pause is off.',
    origin: PRACTICE,
    caughtBy: 'NIC-PAUSE-006',
    nic: nic((sound) => ({
      resolvePause: (settings, partner) => ({ ...sound.resolvePause(settings, partner), rx: true }),
    })),
  },
  {
    id: 'DEF-FEC-NONE-AT-ALL',
    title: 'No error correction mode at all is accepted',
    description: 'A request that leaves no mode set succeeds.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-FEC-001',
    kernel: kernel({ requiresFecMode: false }),
  },
  {
    id: 'DEF-FEC-NO-ACTIVE-MODE',
    title: 'The mode in force is not reported',
    description: 'The driver reports what is configured, and no active mode.',
    origin: ETHTOOL_NETLINK,
    caughtBy: 'NIC-FEC-002',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        getFec: async (port) => ({ configured: (await sound.getFec?.(port))?.configured ?? [], active: null }),
      })),
  },
  {
    id: 'DEF-FEC-IGNORES-MODE',
    title: 'An error correction mode is taken and ignored',
    description: 'The driver answers success and keeps the modes it had.',
    origin: PRACTICE,
    caughtBy: 'NIC-FEC-003',
    wrap: (device) => withEthtool(device, () => ({ setFec: () => done })),
  },
];
