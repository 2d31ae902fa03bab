import type { Device, PortName } from '../../harness/contract/index.js';
import { readU16, writeU16 } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { PRACTICE } from './origins.js';
import { GSO_DOCUMENT, beforeChecksum, behindChecksum, isIpv6, transmitting, tree } from './segmentParts.js';
import { withNetDevice } from './wrapDevice.js';

const USO_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/uso.py',
  url: tree('tools/testing/selftests/drivers/net/hw/uso.py'),
} as const;
const MORE_FRAGMENTS = 0x20;

/** UDP super-frames count for one packet each. */
function uncountedDatagrams(device: Device): Device {
  const uncounted = new Map<PortName, number>();
  return withNetDevice(device, (sound) => ({
    transmit: async (port, queue, frame) => {
      const verdict = await sound.transmit(port, queue, frame);
      const isUdp = frame.gso?.type === 'udp-l4';
      if (isUdp && verdict === 'ok') uncounted.set(port, (uncounted.get(port) ?? 0) + frame.gso.segments - 1);
      return verdict;
    },
    statistics: async (port) => {
      const statistics = await sound.statistics(port);
      return { ...statistics, txPackets: statistics.txPackets - (uncounted.get(port) ?? 0) };
    },
  }));
}

export const udpSegmentationDefects: readonly Defect[] = [
  {
    id: 'DEF-USO-EIGHT-BYTES',
    title: 'Datagrams are cut at multiples of eight bytes',
    description: 'The rule of IP fragments, which the engine was built for, is applied to datagrams.',
    origin: USO_TESTS,
    caughtBy: 'NIC-USO-001',
    wrap: transmitting((frame) => {
      const { gso } = frame;
      if (gso?.type !== 'udp-l4' || gso.size <= 8) return frame;
      const size = gso.size & ~7;
      const segments = Math.ceil((frame.bytes.length - gso.headerLength) / size);
      return { ...frame, gso: { ...gso, size, segments } };
    }),
  },
  {
    id: 'DEF-USO-FRAGMENTS',
    title: 'Datagrams leave as IP fragments',
    description:
      'The device still does the offload of before: every packet but the last says that more fragments follow.',
    origin: { title: 'Segmentation Offloads, UDP Fragmentation Offload', url: GSO_DOCUMENT },
    caughtBy: 'NIC-USO-002',
    nic: beforeChecksum((segment, { networkOffset }, { type, size, headerLength }) => {
      const isLast = segment.length < headerLength + size;
      if (type !== 'udp-l4' || isIpv6(segment, networkOffset) || isLast) return;
      segment[networkOffset + 6] = (segment[networkOffset + 6] ?? 0) | MORE_FRAGMENTS;
    }),
  },
  {
    id: 'DEF-USO-STALE-LENGTH',
    title: 'The last datagram has the UDP length of a full one',
    description: 'The length is made once for all datagrams. Receivers drop one that claims more bytes than there are.',
    origin: USO_TESTS,
    caughtBy: 'NIC-USO-003',
    nic: behindChecksum((segment, { type, transportOffset, size }) => {
      if (type === 'udp-l4') writeU16(segment, transportOffset + 4, size + 8);
    }),
  },
  {
    id: 'DEF-USO-COUNTED-ONCE',
    title: 'A UDP super-frame is counted as one packet',
    description: 'The driver learned to count the segments of TCP, and forgot UDP.',
    origin: USO_TESTS,
    caughtBy: 'NIC-USO-005',
    wrap: uncountedDatagrams,
  },
  {
    id: 'DEF-USO-ZERO-CHECKSUM',
    title: 'A checksum that comes out as zero is sent as zero',
    description: 'The rule for zero is applied to single datagrams only. A zero says that there is no checksum.',
    origin: { title: 'RFC 768, which has the rule', url: 'https://www.rfc-editor.org/rfc/rfc768' },
    caughtBy: 'NIC-USO-006',
    nic: behindChecksum((segment, { type, transportOffset }) => {
      const at = transportOffset + 6;
      if (type === 'udp-l4' && readU16(segment, at) === 0xffff) writeU16(segment, at, 0);
    }),
  },
  {
    id: 'DEF-USO-TRAFFIC-CLASS-LOST',
    title: 'The datagrams of the device have no traffic class',
    description: 'What the stack marks loses its mark as soon as the device segments it.',
    origin: PRACTICE,
    caughtBy: 'NIC-USO-007',
    nic: beforeChecksum((segment, { networkOffset }, { type }) => {
      if (type !== 'udp-l4') return;
      if (isIpv6(segment, networkOffset)) {
        segment[networkOffset] = (segment[networkOffset] ?? 0) & 0xf0;
        segment[networkOffset + 1] = (segment[networkOffset + 1] ?? 0) & 0x0f;
      } else segment[networkOffset + 1] = 0;
    }),
  },
];
