/** Receive buffers of netlink sockets that lose in silence, lose too much, or cut what they should not. */
import { CONFORMING_BUFFERS, type BufferParts } from '../netlink/receiveBuffer.js';
import type { Defect } from './defect.js';
import { netlink } from './netlinkRewrites.js';
import { NETLINK_CORE, PRACTICE } from './origins.js';

const buffers = (change: Partial<BufferParts>): NonNullable<Defect['kernel']> =>
  netlink({ buffers: { ...CONFORMING_BUFFERS, ...change } });

export const controlBufferDefects: readonly Defect[] = [
  {
    id: 'DEF-NLB-LOSES-IN-SILENCE',
    title: 'A full receive buffer loses announcements in silence',
    description: 'No read fails, and a copy of the tables is wrong from then on.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-BUF-001',
    kernel: buffers({ reportsLoss: false }),
  },
  {
    id: 'DEF-NLB-LOSES-OLDEST',
    title: 'What waits longest makes room',
    description: 'The reader finds the last announcements, and a gap before the first.',
    origin: PRACTICE,
    caughtBy: 'NL-BUF-001',
    kernel: buffers({ losesOldest: true, staysCongested: false }),
  },
  {
    id: 'DEF-NLB-TELLS-EACH-LOSS',
    title: 'Each loss ends a read',
    description: 'A reader that catches up fails again and again with ENOBUFS for a gap that it knows of.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-BUF-002',
    kernel: buffers({ reportsEachLoss: true }),
  },
  {
    id: 'DEF-NLB-KEEPS-BEHIND-GAP',
    title: 'What comes behind a gap is kept before the reader has caught up',
    description: 'Announcements from before and from after the gap are read one behind the other.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-BUF-002',
    kernel: buffers({ staysCongested: false }),
  },
  {
    id: 'DEF-NLB-INSISTS-ON-ERRORS',
    title: 'NETLINK_NO_ENOBUFS has no effect',
    description: 'The option is taken and forgotten.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-BUF-003',
    kernel: buffers({ honoursNoErrors: false }),
  },
  {
    id: 'DEF-NLB-STOPS-BEHIND-FULL',
    title: 'A slow reader keeps those behind it from being told',
    description: 'The first socket without room ends the list of those that are told.',
    origin: PRACTICE,
    caughtBy: 'NL-BUF-004',
    kernel: buffers({ stopsBehindFull: true }),
  },
  {
    id: 'DEF-NLB-HIDES-CUT',
    title: 'It is not told that a datagram was cut',
    description: 'MSG_TRUNC gives how much was copied.',
    origin: PRACTICE,
    caughtBy: 'NL-BUF-005',
    kernel: buffers({ toldLength: (_whole, copied) => copied }),
  },
  {
    id: 'DEF-NLB-KEEPS-REST',
    title: 'What was cut off is read next',
    description: 'The socket treats its datagrams as a stream of bytes.',
    origin: PRACTICE,
    caughtBy: 'NL-BUF-006',
    kernel: buffers({ losesRest: false }),
  },
  {
    id: 'DEF-NLB-PARTS-TOO-LONG',
    title: 'Parts of a dump are as long as memory has room',
    description: 'The length of the buffer that the reader offers is not looked at; short buffers get cut parts.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-BUF-007',
    kernel: buffers({ partLimit: () => 32_448 }),
  },
  {
    id: 'DEF-NLB-PARTS-STAY-SHORT',
    title: 'Parts of a dump stay a page long',
    description: 'However long the buffer of the reader is.',
    origin: NETLINK_CORE,
    caughtBy: 'NL-BUF-008',
    kernel: buffers({ partLimit: () => 3776 }),
  },
  {
    id: 'DEF-NLB-DUMPS-AHEAD',
    title: 'A dump is written without waiting for its reader',
    description: 'What does not fit into the receive buffer is lost, and with it the end of the dump.',
    origin: PRACTICE,
    caughtBy: 'NL-BUF-009',
    kernel: buffers({ dumpWaits: false }),
  },
  {
    id: 'DEF-NLB-DROPS-REQUESTS',
    title: 'A request without room for its answer is dropped',
    description: 'The change is never made, and nobody is told.',
    origin: PRACTICE,
    caughtBy: 'NL-BUF-010',
    kernel: buffers({ servesWhenFull: false }),
  },
];
