/** PTP packets, and which of them a receive filter of the timestamping interface is about. */
import fc from 'fast-check';
import { buildFrame, ethernet, ipv4, payload, udp } from '../../reference-impl/packet/build.js';
import { FAR_END, numberedFrame } from './numberedFrames.js';

/** IEEE 1588: over Ethernet, or over UDP to port 319 (events) or 320. */
export interface PtpPacket {
  readonly transport: 'l2' | 'l4';
  readonly version: 1 | 2;
  readonly message: 'sync' | 'delay-req' | 'pdelay-req' | 'follow-up';
}

/** Multicast address of PTP over Ethernet that bridges forward, and the group of PTP over IPv4 as an Ethernet group. */
export const PTP_ETHERNET_GROUP = '01:1b:19:00:00:00';
const ETH_P_1588 = 0x88f7;
const EVENT_PORT = 319;
const GENERAL_PORT = 320;
const V2_MESSAGES = { sync: 0, 'delay-req': 1, 'pdelay-req': 2, 'follow-up': 8 } as const;
/** IEEE 1588-2002 has no peer delay; its event messages are Sync and Delay_Req. */
const V1_CONTROLS = { sync: 0, 'delay-req': 1, 'pdelay-req': 1, 'follow-up': 2 } as const;

/** The packet as a frame to the port with this address. The sequence number makes it one of its kind. */
export function ptpFrame({ transport, version, message }: PtpPacket, to: string, sequence: number): Uint8Array {
  const content = version === 2 ? v2Content(message, sequence) : v1Content(message, sequence);
  if (transport === 'l2') {
    return buildFrame([ethernet({ destination: to, source: FAR_END, etherType: ETH_P_1588 }), payload(content)], {
      pad: true,
    }).bytes;
  }
  const toPort = message === 'follow-up' ? GENERAL_PORT : EVENT_PORT;
  return buildFrame([
    ethernet({ destination: to, source: FAR_END }),
    ipv4({ source: '198.51.100.7', destination: '192.0.2.1' }),
    udp({ sourcePort: toPort, destinationPort: toPort }),
    payload(content),
  ]).bytes;
}

function v2Content(message: PtpPacket['message'], sequence: number): Uint8Array {
  const content = new Uint8Array(44);
  content[0] = V2_MESSAGES[message];
  content[1] = 2;
  content[3] = content.length;
  content[30] = sequence >> 8;
  content[31] = sequence;
  return content;
}

function v1Content(message: PtpPacket['message'], sequence: number): Uint8Array {
  const content = new Uint8Array(124);
  content[1] = 1;
  content[3] = 1;
  content[20] = message === 'follow-up' ? 2 : 1;
  content[30] = sequence >> 8;
  content[31] = sequence;
  content[32] = V1_CONTROLS[message];
  return content;
}

export const PTP_EVENT: PtpPacket = { transport: 'l2', version: 2, message: 'sync' };

const isEvent = ({ message }: PtpPacket): boolean => message !== 'follow-up';

/** Whether a filter of HWTSTAMP_FILTER_ by this name is about the packet. `some` promises nothing. */
export function isAbout(filter: string, packet: PtpPacket): boolean {
  if (filter === 'all') return true;
  const [, version, transport, message] = /^ptpv([12])-(?:(l2|l4)-)?(event|sync|delay-req)$/.exec(filter) ?? [];
  if (version === undefined || Number(version) !== packet.version) return false;
  if (transport !== undefined && transport !== packet.transport) return false;
  return message === 'event' ? isEvent(packet) : message === packet.message;
}

const V1 = (message: PtpPacket['message']): PtpPacket[] => [{ transport: 'l4', version: 1, message }];
const V2 = (message: PtpPacket['message']): PtpPacket[] =>
  (['l2', 'l4'] as const).map((transport) => ({ transport, version: 2, message }));

/** One packet of each kind that filters tell apart. */
export const PTP_PACKETS: readonly PtpPacket[] = [
  ...V1('sync'),
  ...V1('delay-req'),
  ...V1('follow-up'),
  ...V2('sync'),
  ...V2('delay-req'),
  ...V2('pdelay-req'),
  ...V2('follow-up'),
];

/** Whether `wider` stamps at least what `asked` is about. */
export function covers(wider: string, asked: string): boolean {
  if (wider === asked || wider === 'all' || asked === 'none') return true;
  if (!asked.startsWith('ptp')) return false;
  return PTP_PACKETS.every((packet) => !isAbout(asked, packet) || isAbout(wider, packet));
}

/** A frame that is no PTP packet. */
export const otherFrame = (to: string, number: number): Uint8Array => numberedFrame({ destination: to, number });

export const ptpPacket = fc.constantFrom(...PTP_PACKETS);
/** Milliseconds between packets. */
export const spacing = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 });
export const pauseSeconds = fc.integer({ min: 1, max: 86_400 });
