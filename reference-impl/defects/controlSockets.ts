/** Sockets that are listed wrong. */
import { NETLINK_ROUTE } from '../netlink/constants.js';
import { CONFORMING_DIAGNOSIS, type DiagnosisParts } from '../kernel/diagnosis/diagnosisParts.js';
import { PACKET_SHOW_INFO } from '../netlink/families/sockDiag.js';
import type { Defect } from './defect.js';
import { kernelSource } from './origins.js';
import { kernel } from './replacedParts.js';

const diagnosis = (change: Partial<DiagnosisParts>): NonNullable<Defect['kernel']> =>
  kernel({ diagnosis: { ...CONFORMING_DIAGNOSIS, ...change } });

const NETLINK_DIAGNOSIS = kernelSource('What is told of a socket of netlink', 'net/netlink/diag.c');
const PACKET_DIAGNOSIS = kernelSource('What is told of a packet socket', 'net/packet/diag.c');
const SOCK_DIAGNOSIS = kernelSource('Who serves which family, and cookies', 'net/core/sock_diag.c');
const INET_DIAGNOSIS = kernelSource('Protocols and their modules', 'net/ipv4/inet_diag.c');

const EOPNOTSUPP = 95;
const NDIAG_FLAG_CB_RUNNING = 0x01;
const NDIAG_FLAG_CAP_ACK = 0x20;

export const controlSocketDefects: readonly Defect[] = [
  {
    id: 'DEF-NLD-HIDES-KERNEL',
    title: "The kernel's own sockets are not listed",
    description: 'Only what programs opened is there, and nobody seems to serve them.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-001',
    kernel: diagnosis({ listsKernel: false }),
  },
  {
    id: 'DEF-NLD-IGNORES-PROTOCOL',
    title: 'Sockets of all protocols are listed where one was asked for',
    description: 'The number in the request is not looked at.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-002',
    kernel: diagnosis({ isAskedFor: (_protocol, asked) => asked === NETLINK_ROUTE || asked === 16 }),
  },
  {
    id: 'DEF-NLD-GROUPS-FROM-ZERO',
    title: 'Each group is told as the one behind it',
    description: 'Groups are counted from one, bits from zero.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-003',
    kernel: diagnosis({ toldGroups: shifted }),
  },
  {
    id: 'DEF-NLD-SWAPS-FLAGS',
    title: 'A capped acknowledgement is told as a dump that runs',
    description: 'Two bits of the flags are exchanged.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-004',
    kernel: diagnosis({
      toldFlags: (flags) =>
        (flags & ~(NDIAG_FLAG_CB_RUNNING | NDIAG_FLAG_CAP_ACK)) |
        ((flags & NDIAG_FLAG_CAP_ACK) === 0 ? 0 : NDIAG_FLAG_CB_RUNNING) |
        ((flags & NDIAG_FLAG_CB_RUNNING) === 0 ? 0 : NDIAG_FLAG_CAP_ACK),
    }),
  },
  {
    id: 'DEF-NLD-TELLS-UNASKED',
    title: 'A socket is told with all that there is of it',
    description: 'What the request wants to see (ndiag_show) is not looked at.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-005',
    kernel: diagnosis({ tellsUnasked: true }),
  },
  {
    id: 'DEF-NLD-PACKET-WITHOUT-DEVICE',
    title: 'Packet sockets are listed as those of every net device',
    description: 'The index is 0, which is that of a socket that is bound to none.',
    origin: PACKET_DIAGNOSIS,
    caughtBy: 'NL-DIAG-006',
    kernel: diagnosis({ toldPacketSocket: (info) => ({ ...info, pdi_index: 0 }) }),
  },
  {
    id: 'DEF-NLD-COOKIES-ARE-SHARED',
    title: 'Two sockets have the same cookie',
    description: 'The lowest bit is lost, as where half of the number is told.',
    origin: SOCK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-007',
    kernel: diagnosis({ toldCookie: (cookie) => cookie >> 1n }),
  },
  {
    id: 'DEF-NLD-REFUSES-ALIKE',
    title: 'What is asked wrongly is refused as if there were no diagnosis',
    description: 'EOPNOTSUPP stands for every reason, and tools fall back to /proc.',
    origin: SOCK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-008',
    kernel: diagnosis({ refusal: () => EOPNOTSUPP }),
  },
  {
    id: 'DEF-NLD-UNKNOWN-IS-EMPTY',
    title: 'A protocol that nobody serves has an empty list',
    description: 'A module that is not there is taken for sockets that are not there.',
    origin: INET_DIAGNOSIS,
    caughtBy: 'NL-DIAG-009',
    kernel: diagnosis({ refusesUnknownProtocols: false }),
  },
  {
    id: 'DEF-NLD-LISTS-LISTENERS-ONCE',
    title: 'A socket that listens is listed once',
    description: 'Only the table of port ids is walked.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-010',
    kernel: diagnosis({ listsListenersAgain: false }),
  },
  {
    id: 'DEF-NLD-LOSSES-UNTOLD',
    title: 'No socket is told to have lost anything',
    description: 'sk_drops is not part of what is told of memory.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-011',
    kernel: diagnosis({ toldMemory: (memory) => ({ ...memory, drops: 0 }) }),
  },
  {
    id: 'DEF-NLD-WAITING-UNTOLD',
    title: 'Nothing seems to wait in a receive buffer',
    description: 'sk_rmem_alloc is not part of what is told of memory.',
    origin: NETLINK_DIAGNOSIS,
    caughtBy: 'NL-DIAG-011',
    kernel: diagnosis({ toldMemory: (memory) => ({ ...memory, rmem_alloc: 0 }) }),
  },
  {
    id: 'DEF-NLD-PACKETS-UNASKED',
    title: 'A packet socket is told with where it listens, whoever asks',
    description: 'What the request wants to see (pdiag_show) is not looked at.',
    origin: PACKET_DIAGNOSIS,
    caughtBy: 'NL-DIAG-012',
    kernel: diagnosis({ packetShow: (show) => show | PACKET_SHOW_INFO }),
  },
  {
    id: 'DEF-NLD-RUNS-WHILE-DOWN',
    title: 'A packet socket is told to run whatever its net device does',
    description: 'That it is bound is taken for that it receives.',
    origin: PACKET_DIAGNOSIS,
    caughtBy: 'NL-DIAG-006',
    kernel: diagnosis({ isRunning: () => true }),
  },
];

/** Every bit one place further. */
function shifted(groups: Uint8Array): Uint8Array {
  const all = new DataView(groups.buffer, groups.byteOffset).getBigUint64(0, true);
  const bytes = new Uint8Array(groups.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, all << 1n), true);
  return bytes;
}
