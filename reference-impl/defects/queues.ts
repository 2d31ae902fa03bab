import type { DriverResult, LinkStatistics } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { CHANNEL_CHECKS, DRIVER_RULES, PRACTICE, QUEUE_TESTS, RING_CHECKS } from './origins.js';
import { withEthtool, withNetDevice } from './wrapDevice.js';
import { kernel, nic } from './replacedParts.js';

const done: DriverResult = { ok: true, value: undefined };

export const queueDefects: readonly Defect[] = [
  {
    id: 'DEF-CHN-NO-MAXIMUM',
    title: 'More channels than there are',
    description: 'A number of channels beyond the maximum is accepted.',
    origin: CHANNEL_CHECKS,
    caughtBy: 'NIC-CHN-001',
    kernel: kernel({ checksChannelMaximum: false }),
  },
  {
    id: 'DEF-CHN-NONE-LEFT',
    title: 'A port without queues',
    description: 'A request for no channel at all is accepted, and ignored by the driver.',
    origin: CHANNEL_CHECKS,
    caughtBy: 'NIC-CHN-002',
    kernel: kernel({ keepsOneChannel: false }),
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setChannels: async (port, counts) =>
          counts.combined < 1 ? done : ((await sound.setChannels?.(port, counts)) ?? done),
      })),
  },
  {
    id: 'DEF-CHN-ANNOUNCES-NOTHING-NEW',
    title: 'Channels: a request for what is in force is announced',
    description: 'Who listens learns of a change of the channels that was none.',
    origin: PRACTICE,
    caughtBy: 'NIC-CHN-003',
    kernel: kernel({ announcesAnyway: (subject, why) => subject === 'channels' && why === 'unchanged' }),
  },
  {
    id: 'DEF-CHN-LISTS-ALL-QUEUES',
    title: 'Queues that are not in use are listed',
    description: 'The netdev family lists as many queues as the device could have.',
    origin: QUEUE_TESTS,
    caughtBy: 'NIC-CHN-006',
    kernel: kernel({ listedQueues: (_real, most) => most }),
  },
  {
    id: 'DEF-CHN-QUEUES-WHILE-DOWN',
    title: 'A port that is down has queues',
    description: 'The netdev family answers for queues that do not exist while the port is down.',
    origin: QUEUE_TESTS,
    caughtBy: 'NIC-CHN-007',
    kernel: kernel({ hidesQueuesOfDown: false }),
  },
  {
    id: 'DEF-CHN-TABLE-NAMES-GONE-QUEUES',
    title: 'The indirection table names queues that are gone',
    description:
      'The table is not spread again when there are fewer channels, and packets for the missing queues are lost.',
    origin: CHANNEL_CHECKS,
    caughtBy: 'NIC-CHN-010',
    nic: nic({ respreadsTable: false }),
  },
  {
    id: 'DEF-CHN-ANNOUNCES-REFUSAL',
    title: 'Channels: a refused request is announced',
    description: 'Who listens learns of a change of the channels that did not happen.',
    origin: PRACTICE,
    caughtBy: 'NIC-CHN-011',
    kernel: kernel({ announcesAnyway: (subject, why) => subject === 'channels' && why === 'refused' }),
  },
  {
    id: 'DEF-RNG-NO-MAXIMUM',
    title: 'A ring beyond its maximum',
    description: 'A ring size beyond the maximum is accepted and silently cut.',
    origin: RING_CHECKS,
    caughtBy: 'NIC-RNG-001',
    kernel: kernel({ checksRingMaximum: false }),
  },
  {
    id: 'DEF-RNG-IGNORES-OPTIONS',
    title: 'Ring options are taken and ignored',
    description: 'A request for an option that the device does not have succeeds.',
    origin: RING_CHECKS,
    caughtBy: 'NIC-RNG-002',
    kernel: kernel({ refusesUnknownRingOptions: false }),
  },
  {
    id: 'DEF-RNG-RESIZE-CLEARS-COUNTERS',
    title: 'A resize clears the counters',
    description: 'The driver allocates its counters with the rings, and loses them with every resize.',
    origin: PRACTICE,
    caughtBy: 'NIC-RNG-003',
    wrap: (device) => {
      let base: Partial<LinkStatistics> = {};
      const cleared = withNetDevice(device, (sound) => ({
        statistics: async (port) => {
          const now = await sound.statistics(port);
          return {
            ...now,
            rxPackets: now.rxPackets - (base.rxPackets ?? 0),
            txPackets: now.txPackets - (base.txPackets ?? 0),
          };
        },
      }));
      return withEthtool(cleared, (sound) => ({
        setRings: async (port, rings) => {
          base = await device.netDevice.statistics(port);
          return (await sound.setRings?.(port, rings)) ?? done;
        },
      }));
    },
  },
  {
    id: 'DEF-RNG-LOSES-FROM-BURST',
    title: 'A burst loses a frame',
    description: 'The index of the ring wraps one entry too early: one frame in 97 is taken and never sent.',
    origin: PRACTICE,
    caughtBy: 'NIC-RNG-004',
    wrap: (device) => {
      let count = 0;
      return withNetDevice(device, (sound) => ({
        transmit: (port, queue, frame) => (++count % 97 === 0 ? 'ok' : sound.transmit(port, queue, frame)),
      }));
    },
  },
  {
    id: 'DEF-RNG-NEVER-WAKES',
    title: 'A stopped queue is never woken',
    description:
      'The queue is stopped when its ring is full; the check that wakes it is missing from the completion path.',
    origin: DRIVER_RULES,
    caughtBy: 'NIC-RNG-005',
    nic: nic({ wakesQueue: () => false }),
  },
  {
    id: 'DEF-RNG-LATE-COMPLETION',
    title: 'The last frame is not completed',
    description: 'A frame is reclaimed and counted only when the next one is sent.',
    origin: DRIVER_RULES,
    caughtBy: 'NIC-RNG-006',
    nic: (parts) => {
      let pending = (): void => undefined;
      return {
        ...parts,
        countTransmitted: (counters, queue, length) => {
          pending();
          pending = () => parts.countTransmitted(counters, queue, length);
        },
      };
    },
  },
  {
    id: 'DEF-RNG-WAKES-NOT-COUNTED',
    title: 'Wakes are not counted',
    description: 'tx-stop counts, tx-wake stays at zero.',
    origin: PRACTICE,
    caughtBy: 'NIC-RNG-007',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        queueStatistics: async (port) => {
          const statistics = (await sound.queueStatistics?.(port)) ?? { rx: [], tx: [] };
          return { ...statistics, tx: statistics.tx.map((queue) => ({ ...queue, wake: 0 })) };
        },
      })),
  },
  {
    id: 'DEF-RNG-FULL-QUEUE-IN-SILENCE',
    title: 'A full queue is not told to who sends',
    description: 'What is dropped before the driver is taken for sent.',
    origin: PRACTICE,
    caughtBy: 'NIC-RNG-010',
    kernel: kernel({ tellsFullQueue: false }),
  },
  {
    id: 'DEF-RNG-QUEUE-DROPS-NOT-COUNTED',
    title: 'Drops of a full queue are not counted',
    description: 'The queue discipline tells zero, and nobody knows where frames went.',
    origin: PRACTICE,
    caughtBy: 'NIC-RNG-010',
    kernel: kernel({ toldQueueDrops: () => 0 }),
  },
  {
    id: 'DEF-RNG-ANNOUNCES-NOTHING-NEW',
    title: 'Rings: a request for what is in force is announced',
    description: 'Who listens learns of a change of the rings that was none.',
    origin: PRACTICE,
    caughtBy: 'NIC-RNG-009',
    kernel: kernel({ announcesAnyway: (subject, why) => subject === 'rings' && why === 'unchanged' }),
  },
  {
    id: 'DEF-MEM-SENDS-REFUSED-FRAME',
    title: 'A frame that was refused is sent all the same',
    description: 'The driver answers busy after it has queued the frame, and the kernel sends it again.',
    origin: DRIVER_RULES,
    caughtBy: 'NIC-MEM-005',
    nic: nic({ forgetsRefusedFrame: false, stopsInTime: false }),
  },
  {
    id: 'DEF-MEM-WRITES-HOST-MEMORY',
    title: "The checksum is written into the sender's buffer",
    description: 'The driver fills in the checksum in place although the buffer is shared with its sender.',
    origin: DRIVER_RULES,
    caughtBy: 'NIC-MEM-006',
    nic: (parts) => ({
      ...parts,
      readHostMemory: (bytes) => {
        const [at] = [bytes.length - 1];
        bytes[at] = (bytes[at] ?? 0) ^ 0x01;
        return bytes;
      },
    }),
  },
];
