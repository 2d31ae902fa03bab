/** The netlink conversation of a case as a capture: LINKTYPE_NETLINK, which Wireshark decodes. */
import { concat, writeU16 } from '../../reference-impl/packet/bytes.js';
import { nicspecFamilies } from './familyNotes.js';
import type { Expectation } from './index.js';
import { LINKTYPE_NETLINK, type Capture } from './pcapng.js';
import type { RecordedCase, RecordedDatagram } from './recordedCase.js';
import { toldFamilies } from './transcript.js';

/** Packet type, ARPHRD type, ten bytes of zero, family: each in network byte order. */
export const NETLINK_COOKED_HEADER = 16;
const ARPHRD_NETLINK = 824;
const PACKET_HOST = 0;
const PACKET_OUTGOING = 4;

/** The generic families that the case knew are in the comment: without them their messages are numbers. */
export function netlinkCapture(
  { datagrams, families = new Map<number, string>() }: RecordedCase,
  { application, title }: Expectation,
): Capture {
  const names = new Map([...families, ...datagrams.flatMap(toldFamilies)]);
  return {
    application: application ?? 'nicspec',
    comment: [title, ...nicspecFamilies(names)].join('\n'),
    interfaces: [{ name: 'netlink', description: 'netlink sockets of the scenario', linkType: LINKTYPE_NETLINK }],
    packets: datagrams.map((datagram) => ({
      interface: 0,
      direction: datagram.direction === 'sent' ? ('outbound' as const) : ('inbound' as const),
      timeNs: datagram.timeNs,
      bytes: concat(cookedHeader(datagram), datagram.bytes),
    })),
  };
}

function cookedHeader({ direction, protocol }: RecordedDatagram): Uint8Array {
  const header = new Uint8Array(NETLINK_COOKED_HEADER);
  writeU16(header, 0, direction === 'sent' ? PACKET_OUTGOING : PACKET_HOST);
  writeU16(header, 2, ARPHRD_NETLINK);
  writeU16(header, 14, protocol);
  return header;
}
