/** The few facts of a frame that the transmit path asks for, read from the bytes without allocating. */

const ETHERNET_LENGTH = 14;

/** Length of the Ethernet header with the tags that are in the bytes. */
export function networkOffset(bytes: Uint8Array): number {
  return ETHERNET_LENGTH + 4 * vlanTagsInFrame(bytes);
}

/** How many 802.1Q or 802.1ad tags are in the bytes. */
export function vlanTagsInFrame(bytes: Uint8Array): number {
  let tags = 0;
  for (let at = 12; at + 4 <= bytes.length; at += 4) {
    const type = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (type !== 0x8100 && type !== 0x88a8) break;
    tags++;
  }
  return tags;
}

/** 4, 6, or 0 for what is not IP, by EtherType. */
export function ipVersionAt(bytes: Uint8Array, networkAt: number): 0 | 4 | 6 {
  const type = ((bytes[networkAt - 2] ?? 0) << 8) | (bytes[networkAt - 1] ?? 0);
  return type === 0x0800 ? 4 : type === 0x86dd ? 6 : 0;
}

/** IP_DF of the IPv4 header at this offset. */
export function hasDontFragment(bytes: Uint8Array, networkAt: number): boolean {
  return ((bytes[networkAt + 6] ?? 0) & 0x40) !== 0;
}

const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

/** Whether something stands between the IPv6 header and TCP or UDP. */
export function hasIpv6Extensions(bytes: Uint8Array, networkAt: number): boolean {
  if (((bytes[networkAt] ?? 0) & 0xf0) !== 0x60) return false;
  const next = bytes[networkAt + 6];
  return next !== IPPROTO_TCP && next !== IPPROTO_UDP;
}
