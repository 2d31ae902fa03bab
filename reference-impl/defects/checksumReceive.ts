import type { RxChecksum } from '../../harness/contract/index.js';
import { onesComplementSum, pseudoHeaderSum } from '../packet/checksum.js';
import { newFlow, parseFlow, type Flow } from '../packet/flow.js';
import { ETH_HLEN, IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP } from '../packet/protocols.js';
import { writeU16 } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { CHECKSUM_OFFLOADS, PRACTICE, SKBUFF } from './origins.js';
import { nic } from './replacedParts.js';
import { withNetDevice } from './wrapDevice.js';

const VERIFIED: RxChecksum = { status: 'unnecessary', level: 0 };

const isTransport = ({ protocol }: Flow): boolean => protocol === IPPROTO_TCP || protocol === IPPROTO_UDP;

function isRight(bytes: Uint8Array, flow: Flow): boolean {
  if (!isTransport(flow) || flow.transportOffset < 0 || flow.malformed || flow.isFragment) return false;
  const pseudo = pseudoHeaderSum(bytes, flow.networkOffset, flow.protocol, flow.ipEnd - flow.transportOffset);
  return onesComplementSum(bytes, flow.transportOffset, flow.ipEnd, pseudo) === 0xffff;
}

/** The device says something else where `instead` has an answer. */
const says = (instead: (bytes: Uint8Array, flow: Flow) => RxChecksum | null): NonNullable<Defect['nic']> =>
  nic((sound) => ({
    receiveChecksum: (bytes, flow, features) =>
      (features.has('rx-checksum') ? instead(bytes, flow) : null) ?? sound.receiveChecksum(bytes, flow, features),
  }));

/** A sum over another range. */
const sumsOver = (
  range: (bytes: Uint8Array, flow: Flow) => readonly [start: number, end: number],
): NonNullable<Defect['nic']> =>
  says((bytes, flow) => {
    if (flow.protocol === IPPROTO_SCTP) return null;
    const [start, end] = range(bytes, flow);
    return { status: 'complete', sum: onesComplementSum(bytes, start, end) };
  });

/** Frames that the device throws away. */
const drops =
  (isDropped: (bytes: Uint8Array, flow: Flow) => boolean): NonNullable<Defect['wrap']> =>
  (device) => {
    const flow = newFlow();
    return {
      ...device,
      cable: {
        ...device.cable,
        receive: (port, frame) => {
          parseFlow(frame.bytes, flow);
          return isDropped(frame.bytes, flow) ? undefined : device.cable.receive(port, frame);
        },
      },
    };
  };

const UDP_CHECKSUM = 6;
const hasUdpChecksum = (bytes: Uint8Array, flow: Flow): boolean =>
  flow.protocol !== IPPROTO_UDP ||
  (bytes[flow.transportOffset + UDP_CHECKSUM] ?? 0) !== 0 ||
  (bytes[flow.transportOffset + UDP_CHECKSUM + 1] ?? 0) !== 0;

export const checksumReceiveDefects: readonly Defect[] = [
  {
    id: 'DEF-CSUM-VERIFIES-INSTEAD',
    title: 'What can be verified is not summed',
    description: 'For right TCP and UDP packets the device says verified, although it has the full sum.',
    origin: SKBUFF,
    caughtBy: 'NIC-CSUM-101',
    nic: says((bytes, flow) => (isRight(bytes, flow) ? VERIFIED : null)),
  },
  {
    id: 'DEF-CSUM-SUM-FROM-TRANSPORT',
    title: 'The sum starts at the transport header',
    description: 'The network header is not in the sum.',
    origin: SKBUFF,
    caughtBy: 'NIC-CSUM-102',
    nic: sumsOver((bytes, flow) => [flow.transportOffset < 0 ? ETH_HLEN : flow.transportOffset, bytes.length]),
  },
  {
    id: 'DEF-CSUM-SUM-WITHOUT-TRAILER',
    title: 'The sum ends with the IP packet',
    description: 'Padding and trailers that are handed over are not in the sum.',
    origin: SKBUFF,
    caughtBy: 'NIC-CSUM-103',
    nic: sumsOver((_bytes, flow) => [ETH_HLEN, flow.ipEnd]),
  },
  {
    id: 'DEF-CSUM-SUM-OF-SCTP',
    title: 'SCTP packets come with a ones-complement sum',
    description: 'The stack cannot check a CRC with it.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-104',
    nic: says((bytes, flow) =>
      flow.protocol === IPPROTO_SCTP ? { status: 'complete', sum: onesComplementSum(bytes, ETH_HLEN) } : null,
    ),
  },
  {
    id: 'DEF-CSUM-VERIFIED-UNSEEN',
    title: 'Every TCP and UDP packet is called verified',
    description: 'The driver ignores the error bit of the descriptor.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-105',
    nic: says((_bytes, flow) => (isTransport(flow) ? VERIFIED : null)),
  },
  {
    id: 'DEF-CSUM-DROPS-WRONG',
    title: 'Packets with a wrong checksum are dropped',
    description: 'The device decides what is for the stack to decide.',
    origin: CHECKSUM_OFFLOADS,
    caughtBy: 'NIC-CSUM-106',
    wrap: drops(
      (bytes, flow) =>
        isTransport(flow) &&
        hasUdpChecksum(bytes, flow) &&
        !flow.isFragment &&
        !flow.malformed &&
        !isRight(bytes, flow),
    ),
  },
  {
    id: 'DEF-CSUM-OVERWRITES-FIELD',
    title: 'The checksum field is overwritten',
    description: 'The device leaves its own result in the received packet.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-107',
    nic: nic({
      receivedBytes: (bytes, flow) => {
        if (flow.protocol !== IPPROTO_TCP || flow.payloadOffset < 0) return bytes;
        const changed = new Uint8Array(bytes);
        writeU16(changed, flow.transportOffset + 16, 0xffff);
        return changed;
      },
    }),
  },
  {
    id: 'DEF-CSUM-DROPS-ZERO-UDP',
    title: 'UDP datagrams without a checksum are dropped',
    description: 'A field of zero is taken for a wrong checksum.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-108',
    wrap: drops((bytes, flow) => flow.payloadOffset >= 0 && !hasUdpChecksum(bytes, flow)),
  },
  {
    id: 'DEF-CSUM-LEVEL-TOO-HIGH',
    title: 'More checksums are claimed than there are',
    description: 'The level is that of a tunnel for every packet.',
    origin: SKBUFF,
    caughtBy: 'NIC-CSUM-109',
    nic: says((bytes, flow) => (isRight(bytes, flow) ? { status: 'unnecessary', level: 2 } : null)),
  },
  {
    id: 'DEF-CSUM-VERIFIES-FRAGMENTS',
    title: 'Fragments are called verified',
    description: 'The header checksum was right, and nothing else was looked at.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-110',
    nic: says((_bytes, flow) => (flow.isFragment ? VERIFIED : null)),
  },
  {
    id: 'DEF-CSUM-IGNORES-SWITCH',
    title: 'rx-checksum off is ignored',
    description: 'The driver goes on reporting.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-111',
    nic: nic((sound) => ({
      receiveChecksum: (bytes, flow, features) =>
        sound.receiveChecksum(bytes, flow, new Set([...features, 'rx-checksum'])),
    })),
  },
  {
    id: 'DEF-CSUM-TRAILER-CONFUSES',
    title: 'A trailer makes the device silent',
    description: 'A packet that ends before its frame does is not looked at.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-112',
    nic: says((bytes, flow) =>
      flow.ipVersion !== 0 && bytes.length > flow.ipEnd && bytes.length > 60 ? { status: 'none' } : null,
    ),
  },
  {
    id: 'DEF-CSUM-VERIFIES-MALFORMED',
    title: 'Malformed packets are called verified',
    description: 'The parser gives up, and its result stays what it was before.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-113',
    nic: says((_bytes, flow) => (flow.malformed ? VERIFIED : null)),
  },
  {
    id: 'DEF-CSUM-COUNTS-NO-VERIFIED',
    title: 'Verified packets are not counted',
    description: 'rx-csum-unnecessary stays zero.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-114',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        queueStatistics: async (port) => {
          const statistics = (await sound.queueStatistics?.(port)) ?? { rx: [], tx: [] };
          return { ...statistics, rx: statistics.rx.map((queue) => ({ ...queue, csumUnnecessary: 0 })) };
        },
      })),
  },
  {
    id: 'DEF-CSUM-FIRST-BUFFER-ONLY',
    title: 'Only the first buffer of a long frame is summed',
    description: 'What is said of a frame that fills several buffers is said of the first.',
    origin: PRACTICE,
    caughtBy: 'NIC-CSUM-115',
    nic: sumsOver((bytes) => [ETH_HLEN, Math.min(bytes.length, 2048)]),
  },
];
