import type { Defect } from './defect.js';
import { withEthtool, withReceived } from './wrapDevice.js';

const HDS_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/hds.py',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/hds.py',
} as const;
const PRACTICE = { title: 'Driver practice' } as const;

const IPV4_WITHOUT_OPTIONS = 20;
const TCP_WITHOUT_OPTIONS = 20;

export const headerSplitDefects: readonly Defect[] = [
  {
    id: 'DEF-HDS-STATE-UNKNOWN',
    title: 'The state of header split is not reported',
    description: 'The device splits, and answers that it does not know. Zero-copy receive is refused.',
    origin: HDS_TESTS,
    caughtBy: 'NIC-HDS-001',
    wrap: (device) =>
      withEthtool(device, ({ getRings: sound }) =>
        sound === undefined ? {} : { getRings: async (port) => ({ ...(await sound(port)), tcpDataSplit: 0 }) },
      ),
  },
  {
    id: 'DEF-HDS-MAXIMUM-IS-ZERO',
    title: 'The greatest threshold is taken for none',
    description: 'The field of the descriptor is one bit too narrow for the maximum that is offered.',
    origin: HDS_TESTS,
    caughtBy: 'NIC-HDS-002',
    wrap: (device) =>
      withEthtool(device, ({ setRings: sound, getRings }) =>
        sound === undefined
          ? {}
          : {
              setRings: async (port, rings) => {
                const maximum = (await getRings?.(port))?.hdsThreshMax ?? 0;
                return sound(port, rings.hdsThresh === maximum ? { ...rings, hdsThresh: 0 } : rings);
              },
            },
      ),
  },
  {
    id: 'DEF-HDS-OPTIONS-IN-PAYLOAD',
    title: 'TCP options land in the payload',
    description: 'The device splits behind a TCP header of 20 bytes, whatever its length says.',
    origin: HDS_TESTS,
    caughtBy: 'NIC-HDS-003',
    nic: (parts) => ({
      ...parts,
      splitOffset: (flow, length, threshold) =>
        parts.splitOffset(flow, length, threshold) === null ? null : flow.transportOffset + TCP_WITHOUT_OPTIONS,
    }),
  },
  {
    id: 'DEF-HDS-IPV6-AS-IPV4',
    title: 'Packets of IPv6 are split as if they were IPv4',
    description: 'The device takes the network header for one of 20 bytes: half of an address lands in the payload.',
    origin: PRACTICE,
    caughtBy: 'NIC-HDS-003',
    nic: (parts) => ({
      ...parts,
      splitOffset: (flow, length, threshold) => {
        const offset = parts.splitOffset(flow, length, threshold);
        if (offset === null) return null;
        return flow.networkOffset + IPV4_WITHOUT_OPTIONS + (flow.payloadOffset - flow.transportOffset);
      },
    }),
  },
  {
    id: 'DEF-HDS-THRESHOLD-OFF-BY-ONE',
    title: 'A frame as long as the threshold is split',
    description: 'The device compares the other way round: at least as long, and not longer.',
    origin: PRACTICE,
    caughtBy: 'NIC-HDS-006',
    nic: (parts) => ({
      ...parts,
      splitOffset: (flow, length, threshold) => parts.splitOffset(flow, length, Math.max(0, threshold - 1)),
    }),
  },
  {
    id: 'DEF-HDS-BYTE-TWICE',
    title: 'The first byte of the payload is lost at the split',
    description: 'Header and payload are joined with an overlap of one byte.',
    origin: PRACTICE,
    caughtBy: 'NIC-HDS-007',
    wrap: (device) =>
      withReceived(device, (frame) => {
        const { headerLength, bytes } = frame;
        if (headerLength === undefined || headerLength >= bytes.length) return frame;
        return { ...frame, bytes: bytes.with(headerLength, bytes[headerLength - 1] ?? 0) };
      }),
  },
  {
    id: 'DEF-HDS-SPLITS-WHILE-OFF',
    title: 'Frames are split while header split is off',
    description: 'The rings are set up for split frames once, and never back.',
    origin: PRACTICE,
    caughtBy: 'NIC-HDS-007',
    wrap: (device) =>
      withReceived(device, (frame) => (frame.headerLength === undefined ? { ...frame, headerLength: 54 } : frame)),
  },
];
