import type { Device, DriverResult, TxFrame } from '../../harness/contract/index.js';
import { readU16 } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { PRACTICE } from './origins.js';
import { kernel, nic } from './replacedParts.js';
import { withNetDevice } from './wrapDevice.js';

const done: DriverResult = { ok: true, value: undefined };

/** The driver programs its groups again after a change of the MTU, and forgets them. */
function losesGroupsWithMtu(device: Device): Device {
  return withNetDevice(device, (sound) => ({
    changeMtu: async (port, mtu) => {
      await sound.setRxMode(port, { promiscuous: false, allMulticast: false, unicast: [], multicast: [] });
      return sound.changeMtu(port, mtu);
    },
  }));
}

/** Every eighth frame is sent behind the one that follows it. */
function swapsFrames(device: Device): Device {
  let count = 0;
  let held: { frame: TxFrame } | null = null;
  return withNetDevice(device, (sound) => ({
    transmit: async (port, queue, frame) => {
      if (held === null && ++count % 8 === 0) {
        held = { frame };
        return 'ok';
      }
      const answer = await sound.transmit(port, queue, frame);
      const waiting = held;
      held = null;
      if (waiting !== null) await sound.transmit(port, queue, waiting.frame);
      return answer;
    },
  }));
}

const ETH_P_IPV6 = 0x86dd;
const SHORTEST_TYPE = 0x0600;

const drops =
  (isDropped: (type: number) => boolean): NonNullable<Defect['wrap']> =>
  (device) => ({
    ...device,
    cable: {
      ...device.cable,
      receive: (port, frame) => (isDropped(readU16(frame.bytes, 12)) ? undefined : device.cable.receive(port, frame)),
    },
  });

export const frameLengthDefects: readonly Defect[] = [
  {
    id: 'DEF-BASE-NO-IPV6',
    title: 'IPv6 packets are not received',
    description: 'The parser knows no other version of IP, and drops what it does not know.',
    origin: PRACTICE,
    caughtBy: 'NIC-BASE-001',
    wrap: drops((type) => type === ETH_P_IPV6),
  },
  {
    id: 'DEF-BASE-DROPS-802-3',
    title: 'Frames with a length instead of a type are dropped',
    description: 'A value below 0x0600 is taken for damage.',
    origin: PRACTICE,
    caughtBy: 'NIC-BASE-002',
    wrap: drops((type) => type < SHORTEST_TYPE),
  },
  {
    id: 'DEF-BASE-SWAPS-FRAMES',
    title: 'Frames of one flow overtake each other',
    description: 'The driver spreads the frames of a burst over two rings.',
    origin: PRACTICE,
    caughtBy: 'NIC-BASE-003',
    wrap: swapsFrames,
  },
  {
    id: 'DEF-LOOP-LEAKS',
    title: 'In loopback frames leave too',
    description: 'The frame comes back, and is on the cable as well.',
    origin: PRACTICE,
    caughtBy: 'NIC-LOOP-001',
    nic: nic({ leavesInLoopback: true }),
  },
  {
    id: 'DEF-MTU-ONE-BYTE-SHORT',
    title: 'A full frame is one byte too long',
    description: 'The limit is compared with the wrong relation.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-001',
    nic: nic((sound) => ({ longestFrame: (mtu, tags) => sound.longestFrame(mtu, tags) - 1 })),
  },
  {
    id: 'DEF-MTU-NO-ROOM-FOR-TAG',
    title: 'A full frame with a tag is too long',
    description: 'The limit has no room for a tag.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-002',
    nic: nic((sound) => ({ longestFrame: (mtu) => sound.longestFrame(mtu, 0) })),
  },
  {
    id: 'DEF-MTU-CUTS-LONG-FRAMES',
    title: 'A frame that is too long is cut',
    description: 'The part that fits is delivered as if it were the frame.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-004',
    nic: nic({ oversizeFrame: (bytes, longest) => bytes.slice(0, longest) }),
  },
  {
    id: 'DEF-MTU-NO-BOUNDS',
    title: 'Every MTU is accepted',
    description: 'The bounds are announced and not kept.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-005',
    kernel: kernel({ enforcesMtuBounds: false }),
  },
  {
    id: 'DEF-MTU-LOSES-GROUPS',
    title: 'A change of the MTU loses the groups',
    description: 'The device is reset for the change, and the driver does not write the filter again.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-006',
    wrap: losesGroupsWithMtu,
  },
  {
    id: 'DEF-MTU-SUMS-FOUR-KILOBYTES',
    title: 'Of a jumbo frame four kilobytes are summed',
    description: 'The checksum engine has a buffer of four kilobytes.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-007',
    nic: nic({ checksumEnd: (bytes) => Math.min(bytes.length, 4096) }),
  },
  {
    id: 'DEF-MTU-NOT-PROGRAMMED',
    title: 'A new MTU is not written to the device',
    description: 'The kernel is told that the MTU changed, and the device keeps its limit.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-009',
    wrap: (device) => withNetDevice(device, () => ({ changeMtu: () => done })),
  },
  {
    id: 'DEF-MTU-SMALL-SEGMENTS',
    title: 'Segments are at most 1024 bytes',
    description: 'The engine cuts at its own buffer size instead of the size that was asked for.',
    origin: PRACTICE,
    caughtBy: 'NIC-MTU-010',
    nic: nic((sound) => ({
      segmentPlaces: (payloadLength, size) => sound.segmentPlaces(payloadLength, Math.min(size, 1024)),
    })),
  },
  {
    id: 'DEF-PAD-NONE',
    title: 'Short frames leave short',
    description: 'Padding is left to a switch that was never set.',
    origin: PRACTICE,
    caughtBy: 'NIC-PAD-001',
    nic: nic({ pad: (bytes) => bytes }),
  },
  {
    id: 'DEF-PAD-LEAKS',
    title: 'Padding holds what was sent before',
    description: 'The buffer is not cleared, and a short frame is followed by bytes of the last one.',
    origin: { title: 'EtherLeak, CVE-2003-0001', url: 'https://nvd.nist.gov/vuln/detail/CVE-2003-0001' },
    caughtBy: 'NIC-PAD-002',
    nic: (parts) => {
      const buffer = new Uint8Array(64);
      return {
        ...parts,
        pad: (bytes) => {
          const padded = bytes.length < 60 ? new Uint8Array(60) : bytes;
          if (padded !== bytes) {
            padded.set(buffer.subarray(0, 60));
            padded.set(bytes);
          }
          buffer.set(padded.subarray(0, 64));
          return padded;
        },
      };
    },
  },
  {
    id: 'DEF-PAD-NOT-BEHIND-TAG',
    title: 'A short frame with a tag is not padded',
    description: 'The tag is inserted behind the padding engine.',
    origin: PRACTICE,
    caughtBy: 'NIC-PAD-003',
    nic: nic((sound) => ({ pad: (bytes) => (readU16(bytes, 12) === 0x8100 ? bytes : sound.pad(bytes)) })),
  },
];
