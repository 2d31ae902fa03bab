/** Link headers: Ethernet, VLAN tags, MPLS labels, ARP, MAC control. */
import { readU16 } from './bytes.js';
import {
  bits,
  hex16,
  ipv4Address,
  mac,
  named,
  raw,
  tooShort,
  malformed,
  u16,
  u8,
  type DissectedField,
  type Reading,
} from './dissection.js';
import {
  ETH_HLEN,
  ETH_P_1588,
  ETH_P_8021AD,
  ETH_P_8021Q,
  ETH_P_ARP,
  ETH_P_EXPERIMENTAL,
  ETH_P_IP,
  ETH_P_IPV6,
  ETH_P_LLDP,
  ETH_P_MPLS_UC,
  ETH_P_PAUSE,
  ETH_P_SLOW,
  ETH_P_TEB,
  VLAN_HLEN,
} from './protocols.js';

/** The largest value of the type field that is a length (IEEE 802.3, clause 3.2.6). */
const LARGEST_LENGTH = 1500;

const ETHER_TYPES: Readonly<Record<number, string>> = {
  [ETH_P_IP]: 'IPv4',
  [ETH_P_ARP]: 'ARP',
  [ETH_P_TEB]: 'Ethernet',
  [ETH_P_8021Q]: '802.1Q',
  [ETH_P_8021AD]: '802.1ad',
  [ETH_P_IPV6]: 'IPv6',
  [ETH_P_PAUSE]: 'MAC control',
  [ETH_P_SLOW]: 'slow protocols',
  [ETH_P_MPLS_UC]: 'MPLS',
  [ETH_P_LLDP]: 'LLDP',
  [ETH_P_1588]: 'PTP',
  [ETH_P_EXPERIMENTAL]: 'experimental',
};

export const etherTypeText = named(ETHER_TYPES, hex16);

const typeField = (bytes: Uint8Array, at: number): DissectedField =>
  readU16(bytes, at) <= LARGEST_LENGTH ? u16(bytes, 'length', at) : u16(bytes, 'type', at, etherTypeText);

export function readEthernet(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < ETH_HLEN) return tooShort('an Ethernet header', at, end, ETH_HLEN);
  return {
    layer: {
      kind: 'ethernet',
      offset: at,
      length: ETH_HLEN,
      fields: [mac(bytes, 'destination', at), mac(bytes, 'source', at + 6), typeField(bytes, at + 12)],
    },
    next: behindType(bytes, at + 12, end),
  };
}

/** A tag begins behind its protocol identifier, which is the type field of the header before. */
export function readVlan(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < VLAN_HLEN) return tooShort('a VLAN tag', at, end, VLAN_HLEN);
  return {
    layer: {
      kind: 'vlan',
      offset: at,
      length: VLAN_HLEN,
      fields: [
        bits(bytes, 'priority', at, 0, 3),
        bits(bytes, 'drop eligible', at, 3, 1),
        bits(bytes, 'VID', at, 4, 12),
        typeField(bytes, at + 2),
      ],
    },
    next: behindType(bytes, at + 2, end),
  };
}

function behindType(bytes: Uint8Array, typeAt: number, end: number): Reading['next'] {
  const type = readU16(bytes, typeAt);
  const at = typeAt + 2;
  if (type > LARGEST_LENGTH) return { to: 'ether-type', type, at, end };
  if (at + type > end) return malformed(at, end, `the length field says ${type} bytes, ${end - at} are left`);
  return { to: 'payload', at, end: at + type };
}

/** Behind the last label the first four bits tell what follows (RFC 4928, section 2). */
export function readMpls(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < 4) return tooShort('an MPLS label', at, end, 4);
  const isBottom = ((bytes[at + 2] ?? 0) & 1) === 1;
  const version = end - at > 4 ? (bytes[at + 4] ?? 0) >> 4 : 0;
  const inner = version === 4 ? ETH_P_IP : version === 6 ? ETH_P_IPV6 : -1;
  const type = isBottom ? inner : ETH_P_MPLS_UC;
  return {
    layer: {
      kind: 'mpls',
      offset: at,
      length: 4,
      fields: [
        bits(bytes, 'label', at, 0, 20),
        bits(bytes, 'traffic class', at, 20, 3),
        bits(bytes, 'bottom of stack', at, 23, 1),
        u8(bytes, 'TTL', at + 3),
      ],
    },
    next: type < 0 ? { to: 'payload', at: at + 4, end } : { to: 'ether-type', type, at: at + 4, end },
  };
}

const ARP_OPERATIONS = named({ 1: 'request', 2: 'reply', 3: 'RARP request', 4: 'RARP reply' });

export function readArp(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < 8) return tooShort('an ARP header', at, end, 8);
  const [hardware, protocol] = [bytes[at + 4] ?? 0, bytes[at + 5] ?? 0];
  const length = 8 + 2 * (hardware + protocol);
  if (end - at < length) return tooShort('an ARP message', at, end, length);
  const isIpv4 = hardware === 6 && protocol === 4 && readU16(bytes, at + 2) === ETH_P_IP;
  return {
    layer: {
      kind: 'arp',
      offset: at,
      length,
      fields: [
        u16(bytes, 'hardware type', at),
        u16(bytes, 'protocol type', at + 2, etherTypeText),
        u8(bytes, 'hardware length', at + 4),
        u8(bytes, 'protocol length', at + 5),
        u16(bytes, 'operation', at + 6, ARP_OPERATIONS),
        ...(isIpv4 ? arpAddresses(bytes, at + 8) : length > 8 ? [raw(bytes, 'addresses', at + 8, length - 8)] : []),
      ],
    },
    next: { to: 'payload', at: at + length, end: at + length },
  };
}

const arpAddresses = (bytes: Uint8Array, at: number): DissectedField[] => [
  mac(bytes, 'sender MAC', at),
  ipv4Address(bytes, 'sender IP', at + 6),
  mac(bytes, 'target MAC', at + 10),
  ipv4Address(bytes, 'target IP', at + 16),
];

const MAC_CONTROL_PAUSE = 0x0001;
const MAC_CONTROL_PFC = 0x0101;
const MAC_CONTROL_OPCODES = named({ [MAC_CONTROL_PAUSE]: 'PAUSE', [MAC_CONTROL_PFC]: 'PFC' }, hex16);
const quanta = (value: number): string => `${value} quanta`;

/** IEEE 802.3 annex 31B (PAUSE) and IEEE 802.1Q clause 36 (priority-based flow control). */
export function readMacControl(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < 2) return tooShort('a MAC control frame', at, end, 2);
  const opcode = readU16(bytes, at);
  const length = opcode === MAC_CONTROL_PAUSE ? 4 : opcode === MAC_CONTROL_PFC ? 20 : 2;
  if (end - at < length) return tooShort('a MAC control frame', at, end, length);
  const fields = [u16(bytes, 'opcode', at, MAC_CONTROL_OPCODES)];
  if (opcode === MAC_CONTROL_PAUSE) fields.push(u16(bytes, 'pause time', at + 2, quanta));
  if (opcode === MAC_CONTROL_PFC) {
    fields.push(u16(bytes, 'class enable', at + 2, hex16));
    for (let priority = 0; priority < 8; priority++) {
      fields.push(u16(bytes, `pause time of priority ${priority}`, at + 4 + 2 * priority, quanta));
    }
  }
  const known = length > 2;
  return {
    layer: { kind: 'mac-control', offset: at, length, fields },
    next: { to: 'payload', at: at + length, end: known ? at + length : end },
  };
}
