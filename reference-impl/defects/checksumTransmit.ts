import type { Device, DevicePort, TxFrame } from '../../harness/contract/index.js';
import { readU16, writeU16 } from '../packet/bytes.js';
import { complementSum, onesComplementSum, internetChecksum } from '../packet/checksum.js';
import type { Defect } from './defect.js';
import { CHECKSUM_OFFLOADS, FIX_FEATURES, PRACTICE } from './origins.js';
import { kernel, nic } from './replacedParts.js';
import { withNetDevice } from './wrapDevice.js';

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const typeOf = (bytes: Uint8Array): number => readU16(bytes, 12);

/** The driver changes the frame, or loses it (null), before the device gets it. */
const sends =
  (change: (frame: TxFrame) => TxFrame | null): NonNullable<Defect['wrap']> =>
  (device) =>
    withNetDevice(device, (sound) => ({
      transmit: (port, queue, frame) => {
        const changed = change(frame);
        return changed === null ? 'ok' : sound.transmit(port, queue, changed);
      },
    }));

/** A request for a sum, on bytes that may be written to. */
function onPartial(frame: TxFrame, change: (bytes: Uint8Array, start: number, field: number) => void): TxFrame {
  const { checksum, gso } = frame;
  if (checksum.kind !== 'partial' || gso !== undefined) return frame;
  const bytes = new Uint8Array(frame.bytes);
  change(bytes, checksum.start, checksum.start + checksum.offset);
  return { ...frame, bytes };
}

/** Each piece is summed as if it began at an even byte. */
function sumOfPieces(bytes: Uint8Array, start: number, cuts: readonly number[]): number {
  const places = [start, ...cuts.filter((cut) => cut > start && cut < bytes.length), bytes.length];
  let sum = 0;
  for (const [index, from] of places.entries()) sum = onesComplementSum(bytes, from, places[index + 1] ?? from, sum);
  return sum;
}

const withPorts = (device: Device, change: (port: DevicePort) => DevicePort): Device => ({
  ...device,
  describe: async () => {
    const described = await device.describe();
    return { ...described, ports: described.ports.map(change) };
  },
});
const GENERIC = 'tx-checksum-ip-generic';
const PAIR = ['tx-checksum-ipv4', 'tx-checksum-ipv6'];
const pairInstead = (features: readonly string[]): string[] =>
  features.flatMap((name) => (name === GENERIC ? PAIR : [name]));

export const checksumTransmitDefects: readonly Defect[] = [
  {
    id: 'DEF-CSUM-FIRST-KILOBYTE',
    title: 'Only the first kilobyte is summed',
    description: 'The engine sums what is in its first buffer.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-001',
    nic: nic({ checksumEnd: (bytes, start) => Math.min(bytes.length, start + 1024) }),
  },
  {
    id: 'DEF-CSUM-FIELD-CLEARED',
    title: 'The field is cleared before the sum',
    description: 'The pseudo header that the stack has put into the field is lost.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-002',
    wrap: sends((frame) => onPartial(frame, (bytes, _start, field) => writeU16(bytes, field, 0))),
  },
  {
    id: 'DEF-CSUM-ODD-BYTE-LOST',
    title: 'An odd last byte is left out',
    description: 'The engine reads 16-bit words and stops before half a one.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-003',
    nic: nic({ checksumEnd: (bytes, start) => bytes.length - ((bytes.length - start) % 2) }),
  },
  {
    id: 'DEF-CSUM-WRITES-FOUR-BYTES',
    title: 'The two bytes behind the checksum are cleared',
    description: 'The result is written as a 32-bit word.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-004',
    wrap: sends((frame) =>
      onPartial(frame, (bytes, _start, field) => {
        if (field + 4 <= bytes.length) writeU16(bytes, field + 2, 0);
      }),
    ),
  },
  {
    id: 'DEF-CSUM-ZERO-AS-ZERO',
    title: 'A UDP checksum of zero is sent as zero',
    description: 'The receiver takes the datagram for one without a checksum, and over IPv6 drops it.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-005',
    nic: nic({ finishChecksum: (value) => value }),
  },
  {
    id: 'DEF-CSUM-ONLY-THE-PAIR',
    title: 'Only protocol-specific checksums are offered',
    description: 'The device parses the packet, and sums TCP and UDP over IPv4 and IPv6.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-007',
    wrap: (device) =>
      withPorts(device, (port) => ({
        ...port,
        hwFeatures: pairInstead(port.hwFeatures),
        features: pairInstead(port.features),
      })),
  },
  {
    id: 'DEF-CSUM-BOTH-KINDS',
    title: 'Both kinds of checksum are in force together',
    description: 'The core does not take the protocol-specific kind away.',
    origin: FIX_FEATURES,
    caughtBy: 'NIC-CSUM-008',
    kernel: (parts) => ({
      ...parts,
      featureRules: parts.featureRules.filter((rule) => rule.id !== 'one-kind-of-checksum'),
    }),
    wrap: (device) => withPorts(device, (port) => ({ ...port, hwFeatures: [...port.hwFeatures, ...PAIR] })),
  },
  {
    id: 'DEF-CSUM-PLAIN-IP-ONLY',
    title: 'Nothing is done behind a tag or a label',
    description: 'The engine looks at the EtherType behind the addresses, and leaves what is not IP undone.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-009',
    wrap: sends((frame) => {
      const isIp = typeOf(frame.bytes) === ETH_P_IP || typeOf(frame.bytes) === ETH_P_IPV6;
      return isIp || frame.gso !== undefined ? frame : { ...frame, checksum: { kind: 'none' } };
    }),
  },
  {
    id: 'DEF-CSUM-SHORT-IPV4-HEADER',
    title: 'An IPv4 header has twenty bytes',
    description: 'The engine finds the transport header by itself, and does not look at the header length.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-010',
    nic: nic({ checksumStart: (start, bytes) => (typeOf(bytes) === ETH_P_IP && start > 34 ? 34 : start) }),
  },
  {
    id: 'DEF-CSUM-NO-EXTENSIONS',
    title: 'IPv6 has no extension headers',
    description: 'The engine sums from behind the fixed header.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-011',
    nic: nic({ checksumStart: (start, bytes) => (typeOf(bytes) === ETH_P_IPV6 && start > 54 ? 54 : start) }),
  },
  {
    id: 'DEF-CSUM-FIELD-BY-PROTOCOL',
    title: 'The checksum goes where the protocol has it',
    description: 'For TCP the offset of the request is ignored.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-012',
    nic: nic({
      checksumField: (start, offset, bytes) =>
        typeOf(bytes) === ETH_P_IP && bytes[23] === 6 && start + 18 <= bytes.length ? start + 16 : start + offset,
    }),
  },
  {
    id: 'DEF-CSUM-DROPS-UNKNOWN',
    title: 'A request for an unknown protocol is dropped',
    description: 'The firmware finds no transport header that it knows, and throws the frame away.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-013',
    wrap: sends((frame) => {
      const isUnknown = typeOf(frame.bytes) === ETH_P_IP && ![6, 17, 4, 47, 132].includes(frame.bytes[23] ?? 0);
      return isUnknown && frame.checksum.kind === 'partial' ? null : frame;
    }),
  },
  {
    id: 'DEF-CSUM-CORRECTS-IPV4-HEADER',
    title: 'The IPv4 header checksum is made right',
    description: 'With the transport checksum the device fills in that of the header too.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-014',
    wrap: sends((frame) =>
      onPartial(frame, (bytes) => {
        if (typeOf(bytes) !== ETH_P_IP) return;
        writeU16(bytes, 24, 0);
        writeU16(bytes, 24, internetChecksum(bytes, 14, 14 + ((bytes[14] ?? 0) & 0xf) * 4));
      }),
    ),
  },
  {
    id: 'DEF-CSUM-CLEARS-OUTER',
    title: 'The outer checksum of a tunnel is cleared',
    description: 'The device knows VXLAN, and takes an outer checksum for a mistake.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-015',
    wrap: sends((frame) =>
      onPartial(frame, (bytes, start) => {
        const isVxlan = typeOf(bytes) === ETH_P_IP && bytes[23] === 17 && readU16(bytes, 36) === 4789 && start > 50;
        if (isVxlan) writeU16(bytes, 40, 0);
      }),
    ),
  },
  {
    id: 'DEF-CSUM-CORRECTS-UNASKED',
    title: 'Checksums are corrected unasked',
    description: 'Every TCP packet gets a new checksum, one that was forwarded with damage too.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-016',
    wrap: sends((frame) => {
      const isTcp = typeOf(frame.bytes) === ETH_P_IP && frame.bytes[23] === 6 && frame.bytes.length > 54;
      return isTcp && frame.checksum.kind === 'none' && frame.gso === undefined
        ? { ...frame, checksum: { kind: 'partial', start: 34, offset: 16 } }
        : frame;
    }),
  },
  {
    id: 'DEF-CSUM-CRC-BYTE-ORDER',
    title: 'The CRC32c is in network byte order',
    description: 'SCTP has it least significant byte first.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-017',
    nic: nic((sound) => ({
      crc32c: (bytes, start) => {
        const value = sound.crc32c(bytes, start);
        return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
      },
    })),
  },
  {
    id: 'DEF-CSUM-PIECES-NOT-SWAPPED',
    title: 'A buffer that starts at an odd byte is summed wrong',
    description: 'The sum of each buffer is added without a swap of its bytes.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-018',
    wrap: sends((frame) => {
      const { fragments, checksum } = frame;
      if (fragments === undefined || checksum.kind !== 'partial' || frame.gso !== undefined) return frame;
      const bytes = new Uint8Array(frame.bytes);
      const value = complementSum(sumOfPieces(bytes, checksum.start, fragments)) || 0xffff;
      writeU16(bytes, checksum.start + checksum.offset, value);
      return { ...frame, bytes, checksum: { kind: 'none' } };
    }),
  },
  {
    id: 'DEF-CSUM-SOFTWARE-DIFFERS',
    title: 'The software checksum leaves the odd byte out',
    description: 'With the offload off the stack sums one byte less than the device.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-019',
    kernel: kernel({ softwareChecksumEnd: (bytes, start) => bytes.length - ((bytes.length - start) % 2) }),
  },
  {
    id: 'DEF-CSUM-SUMS-PADDING',
    title: 'The padding is summed',
    description: 'A short frame is padded from a buffer that was not cleared, and then summed.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-020',
    wrap: sends((frame) => {
      if (frame.bytes.length >= 60 || frame.checksum.kind !== 'partial') return frame;
      const bytes = new Uint8Array(60).fill(0x5a);
      bytes.set(frame.bytes);
      return { ...frame, bytes };
    }),
  },
  {
    id: 'DEF-CSUM-COUNTS-SUPER-FRAMES',
    title: 'A super-frame counts as one checksum',
    description: 'tx-needs-csum counts what the host handed over instead of what was on the wire.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-021',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        queueStatistics: async (port) => {
          const statistics = (await sound.queueStatistics?.(port)) ?? { rx: [], tx: [] };
          const tx = statistics.tx.map((queue) => ({
            ...queue,
            needsCsum: (queue.needsCsum ?? 0) - (queue.hwGsoWirePackets ?? 0) + (queue.hwGsoPackets ?? 0),
          }));
          return { ...statistics, tx };
        },
      })),
  },
];
