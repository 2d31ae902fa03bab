/** Ioctls of net devices, over rtnetlink: net/core/dev_ioctl.c, devinet_ioctl(). */
import { decodeBody, encodeBody } from '../../reference-impl/netlink/client.js';
import { AF_INET, RTM_GETADDR } from '../../reference-impl/netlink/constants.js';
import { ADDRESS, IFADDRMSG } from '../../reference-impl/netlink/families/rtnetlink.js';
import type { LinkInfo, RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { EADDRNOTAVAIL, EINVAL, ENODEV, EOPNOTSUPP } from './errors.js';
import { textOf, type Answer } from './shimProtocol.js';

/** sizeof(struct ifreq): a name and a union. */
const IFREQ = 40;
const IFNAMSIZ = 16;
const SIOCGIFNAME = 0x8910;
const SIOCGIFCONF = 0x8912;
/** The low half of ifi_flags is what fits into ifr_flags. */
const FLAGS_MASK = 0xffff;

type Outcome = { readonly errno: number } | undefined;

/** A number of the union: done. */
function putInt(union: DataView, value: number | undefined): undefined {
  union.setInt32(0, value ?? 0, true);
}

interface DeviceIoctl {
  readonly name: string;
  /** Writes the answer into the union of the struct; answers an error, or nothing. */
  readonly get?: (link: LinkInfo, union: DataView, route: RouteClient) => Promise<Outcome> | Outcome;
  /** The attributes, or the flags, to set. */
  readonly set?: (union: DataView) => { readonly attributes?: Values; readonly flags?: number };
}

const text = new TextEncoder();

/** linux/sockios.h, by request. */
const DEVICE_IOCTLS: Readonly<Record<number, DeviceIoctl>> = {
  0x8913: {
    name: 'SIOCGIFFLAGS',
    get: ({ header }, union) => {
      union.setUint16(0, (numberIn(header, 'ifi_flags') ?? 0) & FLAGS_MASK, true);
      return undefined;
    },
  },
  0x8914: { name: 'SIOCSIFFLAGS', set: (union) => ({ flags: union.getUint16(0, true) }) },
  0x8915: { name: 'SIOCGIFADDR', get: (link, union, route) => address(link, union, route, 'IFA_LOCAL') },
  0x8917: { name: 'SIOCGIFDSTADDR', get: (link, union, route) => address(link, union, route, 'IFA_ADDRESS') },
  0x8919: { name: 'SIOCGIFBRDADDR', get: (link, union, route) => address(link, union, route, 'IFA_BROADCAST') },
  0x891b: { name: 'SIOCGIFNETMASK', get: (link, union, route) => address(link, union, route, 'netmask') },
  0x891d: { name: 'SIOCGIFMETRIC', get: (_link, union) => putInt(union, 0) },
  0x8921: {
    name: 'SIOCGIFMTU',
    get: ({ values }, union) => putInt(union, numberIn(values, 'IFLA_MTU')),
  },
  0x8922: { name: 'SIOCSIFMTU', set: (union) => ({ attributes: { IFLA_MTU: union.getInt32(0, true) } }) },
  0x8923: {
    name: 'SIOCSIFNAME',
    set: (union) => ({ attributes: { IFLA_IFNAME: textOf(bytesOf(union).subarray(0, IFNAMSIZ)) } }),
  },
  0x8924: { name: 'SIOCSIFHWADDR', set: (union) => ({ attributes: { IFLA_ADDRESS: bytesOf(union).slice(2, 8) } }) },
  0x8927: {
    name: 'SIOCGIFHWADDR',
    get: ({ header, values }, union) => {
      union.setUint16(0, numberIn(header, 'ifi_type') ?? 0, true);
      bytesOf(union).set((bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(0)).subarray(0, 14), 2);
      return undefined;
    },
  },
  0x8933: {
    name: 'SIOCGIFINDEX',
    get: ({ header }, union) => putInt(union, numberIn(header, 'ifi_index')),
  },
  0x8942: {
    name: 'SIOCGIFTXQLEN',
    get: ({ values }, union) => putInt(union, numberIn(values, 'IFLA_TXQLEN')),
  },
  0x8943: { name: 'SIOCSIFTXQLEN', set: (union) => ({ attributes: { IFLA_TXQLEN: union.getInt32(0, true) } }) },
  0x8970: { name: 'SIOCGIFMAP', get: ({ values }, union) => putMap(union, bytesIn(values, 'IFLA_MAP')) },
};

/** A struct ifmap in the union, out of a struct rtnl_link_ifmap. */
function putMap(union: DataView, told: Uint8Array = new Uint8Array(28)): undefined {
  const map = new DataView(told.buffer, told.byteOffset, told.byteLength);
  bytesOf(union).set(told.subarray(0, 16));
  union.setUint16(16, map.getUint16(16, true), true);
  bytesOf(union).set([map.getUint8(24), map.getUint8(26), map.getUint8(27)], 18);
}

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** `struct ifreq` in and out. EOPNOTSUPP for a request that is not served here. */
export async function deviceIoctl(route: RouteClient, request: number, struct: Uint8Array): Promise<Answer> {
  if (request === SIOCGIFCONF) return addressList(route);
  if (struct.length < IFREQ) return { errno: EINVAL };
  const bytes = struct.slice(0, IFREQ);
  const union = new DataView(bytes.buffer, IFNAMSIZ);
  const ioctl = DEVICE_IOCTLS[request];
  if (request !== SIOCGIFNAME && ioctl === undefined) return { errno: EOPNOTSUPP };
  const which = request === SIOCGIFNAME ? union.getInt32(0, true) : textOf(bytes.subarray(0, IFNAMSIZ));
  if (which === '' || (typeof which === 'number' && which <= 0)) return { errno: ENODEV };
  const link = await route.link(which);
  if (!link.ok) return { errno: ENODEV };
  if (ioctl === undefined) {
    bytes.fill(0, 0, IFNAMSIZ);
    bytes.set(text.encode(textIn(link.value.values, 'IFLA_IFNAME') ?? ''));
    return { errno: 0, bytes };
  }
  const refused =
    ioctl.set === undefined
      ? await ioctl.get?.(link.value, union, route)
      : await change(route, link.value, ioctl.set(union));
  return refused ?? { errno: 0, bytes };
}

/** if_nameindex(): a struct ifreq with name and index for each net device. */
export async function deviceList(route: RouteClient): Promise<Answer> {
  const links = await route.links();
  if (!links.ok) return { errno: links.error.errno };
  const bytes = new Uint8Array(links.value.length * IFREQ);
  for (const [position, { header, values }] of links.value.entries()) {
    bytes.set(text.encode(textIn(values, 'IFLA_IFNAME') ?? '').subarray(0, IFNAMSIZ - 1), position * IFREQ);
    new DataView(bytes.buffer).setInt32(position * IFREQ + IFNAMSIZ, numberIn(header, 'ifi_index') ?? 0, true);
  }
  return { errno: 0, bytes };
}

async function change(
  route: RouteClient,
  { header }: LinkInfo,
  { attributes = {}, flags }: { readonly attributes?: Values; readonly flags?: number },
): Promise<Outcome> {
  const changed = flags === undefined ? { flags: 0, change: 0 } : { flags, change: FLAGS_MASK };
  const result = await route.setLink(numberIn(header, 'ifi_index') ?? 0, attributes, changed);
  return result.ok ? undefined : { errno: result.error.errno };
}

interface Ipv4Address {
  readonly ifIndex: number;
  readonly prefixLength: number;
  readonly values: Values;
}

async function ipv4Addresses(route: RouteClient): Promise<readonly Ipv4Address[]> {
  const dump = await route.client.dump(RTM_GETADDR, encodeBody(IFADDRMSG, { ifa_family: AF_INET }, new Uint8Array(0)));
  if (!dump.ok) return [];
  return dump.value.map((reply) => {
    const { header, values } = decodeBody(IFADDRMSG, ADDRESS, reply);
    const [ifIndex, prefixLength] = [numberIn(header, 'ifa_index') ?? 0, numberIn(header, 'ifa_prefixlen') ?? 0];
    return { ifIndex, prefixLength, values };
  });
}

/** A struct sockaddr_in in the union: of the first address of the net device. */
async function address(
  { header }: LinkInfo,
  union: DataView,
  route: RouteClient,
  which: 'IFA_LOCAL' | 'IFA_ADDRESS' | 'IFA_BROADCAST' | 'netmask',
): Promise<Outcome> {
  const index = numberIn(header, 'ifi_index');
  const found = (await ipv4Addresses(route)).find(({ ifIndex }) => ifIndex === index);
  if (found === undefined) return { errno: EADDRNOTAVAIL };
  union.setUint16(0, AF_INET, true);
  if (which === 'netmask') union.setUint32(4, found.prefixLength === 0 ? 0 : -1 << (32 - found.prefixLength));
  else bytesOf(union).set((bytesIn(found.values, which) ?? new Uint8Array(4)).subarray(0, 4), 4);
  return undefined;
}

/** SIOCGIFCONF: a struct ifreq for each IPv4 address, with its label. */
async function addressList(route: RouteClient): Promise<Answer> {
  const addresses = await ipv4Addresses(route);
  const bytes = new Uint8Array(addresses.length * IFREQ);
  for (const [position, { values }] of addresses.entries()) {
    const at = position * IFREQ;
    bytes.set(text.encode(textIn(values, 'IFA_LABEL') ?? '').subarray(0, IFNAMSIZ - 1), at);
    new DataView(bytes.buffer).setUint16(at + IFNAMSIZ, AF_INET, true);
    bytes.set((bytesIn(values, 'IFA_LOCAL') ?? new Uint8Array(4)).subarray(0, 4), at + IFNAMSIZ + 4);
  }
  return { errno: 0, bytes };
}
