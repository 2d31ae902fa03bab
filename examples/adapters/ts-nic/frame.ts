/** What the NIC knows of frames: where their headers are, and how they are summed. Nothing in here has a state. */

export const ETH_HLEN = 14;
export const ETH_ZLEN = 60;
export const VLAN_HLEN = 4;
export const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
const IPV6_HLEN = 40;
/** MF and the offset of a fragment. */
const IP_FRAGMENT = 0x3fff;

export const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

export function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** RFC 1071: the 16-bit ones-complement sum of bytes from `start` to `end`, folded and not complemented. */
export function onesComplementSum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let sum = initial;
  for (let at = start; at + 1 < end; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if ((end - start) % 2 === 1) sum += (bytes[end - 1] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** A checksum that comes out as zero is sent as all ones, which says the same to every protocol (RFC 768). */
export const finishedChecksum = (sum: number): number => ~sum & 0xffff || 0xffff;

const CRC32 = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

/** IEEE 802.3: what the frame check sequence of these bytes has to be. */
export function checkSequence(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC32[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

export const isBroadcast = (bytes: Uint8Array): boolean => bytes.subarray(0, 6).every((byte) => byte === 0xff);
export const isGroup = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 1) === 1;
export const addressAt = (bytes: Uint8Array, at: number): string =>
  Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');

/** How many tags the frame has, two at most. */
export function tagCount(bytes: Uint8Array): number {
  let tags = 0;
  while (tags < 2 && isTag(u16(bytes, 12 + VLAN_HLEN * tags))) tags++;
  return tags;
}

const isTag = (type: number): boolean => type === ETH_P_8021Q || type === ETH_P_8021AD;

/** An IP packet as the parser of the NIC sees it. It does not look behind extension headers of IPv6. */
export interface IpPacket {
  readonly version: 4 | 6;
  readonly networkAt: number;
  readonly protocol: number;
  readonly isFragment: boolean;
  readonly transportAt: number;
  /** Where the packet ends: behind it there is padding. */
  readonly end: number;
}

/** null: it is no IP packet, or one whose lengths do not fit the frame. */
export function parseIp(bytes: Uint8Array): IpPacket | null {
  const networkAt = ETH_HLEN + VLAN_HLEN * tagCount(bytes);
  switch (u16(bytes, networkAt - 2)) {
    case ETH_P_IP:
      return parseIpv4(bytes, networkAt);
    case ETH_P_IPV6:
      return parseIpv6(bytes, networkAt);
    default:
      return null;
  }
}

function parseIpv4(bytes: Uint8Array, networkAt: number): IpPacket | null {
  const first = bytes[networkAt] ?? 0;
  const headerLength = 4 * (first & 15);
  const end = networkAt + u16(bytes, networkAt + 2);
  if (first >> 4 !== 4 || headerLength < 20 || networkAt + headerLength > end || end > bytes.length) return null;
  return {
    version: 4,
    networkAt,
    protocol: bytes[networkAt + 9] ?? 0,
    isFragment: (u16(bytes, networkAt + 6) & IP_FRAGMENT) !== 0,
    transportAt: networkAt + headerLength,
    end,
  };
}

function parseIpv6(bytes: Uint8Array, networkAt: number): IpPacket | null {
  const end = networkAt + IPV6_HLEN + u16(bytes, networkAt + 4);
  if ((bytes[networkAt] ?? 0) >> 4 !== 6 || end > bytes.length) return null;
  return {
    version: 6,
    networkAt,
    protocol: bytes[networkAt + 6] ?? 0,
    isFragment: false,
    transportAt: networkAt + IPV6_HLEN,
    end,
  };
}

const HEADER_LENGTH: Readonly<Partial<Record<number, number>>> = { [IPPROTO_TCP]: 20, [IPPROTO_UDP]: 8 };

/** Whether the parser knows the transport header, and all of it is there. */
export function hasPorts({ protocol, isFragment, transportAt, end }: IpPacket): boolean {
  const length = HEADER_LENGTH[protocol];
  return !isFragment && length !== undefined && transportAt + length <= end;
}

/** The sum over the pseudo header of TCP and UDP. */
export function pseudoHeaderSum(
  bytes: Uint8Array,
  { version, networkAt, protocol, transportAt, end }: IpPacket,
): number {
  const [addressesAt, addressesLength] = version === 4 ? [networkAt + 12, 8] : [networkAt + 8, 32];
  const length = end - transportAt;
  return onesComplementSum(bytes, addressesAt, addressesAt + addressesLength, protocol + length);
}

/**
 * CHECKSUM_UNNECESSARY: the transport checksum is there and right. Of everything else the NIC says nothing, a wrong checksum included:
 * the kernel looks itself.
 */
export function checksumHolds(bytes: Uint8Array, packet: IpPacket): boolean {
  const { protocol, version, networkAt, transportAt, end } = packet;
  if (!hasPorts(packet)) return false;
  if (version === 4 && onesComplementSum(bytes, networkAt, transportAt) !== 0xffff) return false;
  if (protocol === IPPROTO_UDP) {
    const isUnsummed = u16(bytes, transportAt + 6) === 0;
    if (isUnsummed || u16(bytes, transportAt + 4) !== end - transportAt) return false;
  }
  return onesComplementSum(bytes, transportAt, end, pseudoHeaderSum(bytes, packet)) === 0xffff;
}
