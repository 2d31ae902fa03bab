/** RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR (net/ipv4/devinet.c, net/ipv6/addrconf.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import { equalBytes } from '../../packet/bytes.js';
import { encodeBody } from '../../netlink/client.js';
import {
  AF_INET,
  AF_INET6,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV6_IFADDR,
  NETLINK_ROUTE,
} from '../../netlink/constants.js';
import { ADDRESS_DUMP_RULES } from '../../netlink/families/queryRules.js';
import { ADDRESS, ADDRESS_POLICY, IFADDRMSG, IFA_F_MCAUTOJOIN } from '../../netlink/families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn, textIn } from '../../netlink/schema.js';
import type {
  Cause,
  HandlerResult,
  NetlinkBody,
  NetlinkKernel,
  NetlinkOperation,
  NetlinkRequest,
} from '../../netlink/server.js';
import { EADDRNOTAVAIL, EEXIST, EINVAL, ENODEV } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice, ProtocolAddress } from '../netDevice.js';
import { fromOutcome, refusal } from '../refusals.js';
import { INFINITE } from '../routing6/addressBook.js';
import { viewOf } from '../../netlink/wire.js';
import { insertIpv4, removeIpv4 } from './ipv4AddressList.js';
import { countNetDevices } from './generation.js';

export function addressOperations(kernel: ReferenceKernel, netlink: NetlinkKernel): readonly NetlinkOperation[] {
  const address = { header: IFADDRMSG, policy: ADDRESS_POLICY, validation: 'deprecated-strict' as const };
  const devices = countNetDevices(kernel);
  const changes = { count: 0 };
  const announced = (netDevice: NetDevice, about: ProtocolAddress, type: number, cause?: Cause): void => {
    changes.count++;
    announce(kernel, netlink, netDevice, about, type, cause);
  };
  kernel.routing6.listeners.push({
    told: () => undefined,
    preferred: () => undefined,
    neighbour: () => undefined,
    address: (netDevice, own, what) => announced(netDevice, own, what === 'new' ? RTM_NEWADDR : RTM_DELADDR),
  });
  return [
    { ...address, number: RTM_NEWADDR, privileged: true, doit: (request) => newAddress(kernel, announced, request) },
    { ...address, number: RTM_DELADDR, privileged: true, doit: (request) => deleteAddress(kernel, announced, request) },
    {
      ...address,
      number: RTM_GETADDR,
      dumpit: (request) => dumpAddresses(kernel, request, () => changes.count + devices()),
      shortHeader: 'ipv4: Invalid header for address dump request',
      dumpRules: ADDRESS_DUMP_RULES,
    },
  ];
}

/** Tells who listens, and who dumps. */
type Announce = (netDevice: NetDevice, address: ProtocolAddress, type: number, cause: Cause) => void;

const LENGTHS: Readonly<Record<number, number>> = { [AF_INET]: 4, [AF_INET6]: 16 };

function readAddress(request: NetlinkRequest, netDevice: NetDevice): ProtocolAddress | undefined {
  const { header, values } = request;
  const family = numberIn(header, 'ifa_family') ?? 0;
  const local = bytesIn(values, 'IFA_LOCAL') ?? bytesIn(values, 'IFA_ADDRESS');
  if (local === undefined || local.length !== LENGTHS[family]) return undefined;
  const broadcast = bytesIn(values, 'IFA_BROADCAST');
  return {
    family,
    prefixLength: numberIn(header, 'ifa_prefixlen') ?? 0,
    address: bytesIn(values, 'IFA_ADDRESS') ?? local,
    local,
    ...(broadcast === undefined ? {} : { broadcast }),
    label: textIn(values, 'IFA_LABEL') ?? netDevice.name,
    scope: numberIn(header, 'ifa_scope') ?? 0,
    flags: numberIn(values, 'IFA_FLAGS') ?? numberIn(header, 'ifa_flags') ?? 0,
  };
}

async function newAddress(
  kernel: ReferenceKernel,
  announced: Announce,
  request: NetlinkRequest,
): Promise<HandlerResult> {
  const netDevice = kernel.netDevices.get((numberIn(request.header, 'ifa_index') ?? 0) as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV, 'ipv4: Device not found');
  if (numberIn(request.header, 'ifa_family') === AF_INET6) return newIpv6Address(kernel, netDevice, request);
  const address = readAddress(request, netDevice);
  if (address === undefined || address.prefixLength > 8 * address.local.length) return refusal(EINVAL);
  const at = netDevice.addresses.findIndex((known) => sameAddress(known, address));
  if (at >= 0) {
    const replaces = (request.message.flags & NLM_F_REPLACE) !== 0 && (request.message.flags & NLM_F_EXCL) === 0;
    if (!replaces) return refusal(EEXIST, 'ipv4: Address already assigned');
    netDevice.addresses.splice(at, 1);
  }
  if ((address.flags & IFA_F_MCAUTOJOIN) !== 0 && address.family === AF_INET) {
    const joined = kernel.routing.groups.join(netDevice, address.address);
    if (!joined.ok) return refusal(joined.errno, 'ipv4: Multicast auto join failed');
  }
  const added = address.family === AF_INET ? insertIpv4(netDevice.addresses, address) : address;
  if ('errno' in added) return added;
  if (added === address) netDevice.addresses.push(address);
  announced(netDevice, added, RTM_NEWADDR, request.cause);
  kernel.routing.addressAdded(netDevice, added);
  await kernel.settle();
  return { ok: true };
}

async function deleteAddress(
  kernel: ReferenceKernel,
  announced: Announce,
  request: NetlinkRequest,
): Promise<HandlerResult> {
  const netDevice = kernel.netDevices.get((numberIn(request.header, 'ifa_index') ?? 0) as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV);
  if (numberIn(request.header, 'ifa_family') === AF_INET6) return deleteIpv6Address(kernel, netDevice, request);
  const address = readAddress(request, netDevice);
  const at = address === undefined ? -1 : netDevice.addresses.findIndex((known) => sameAddress(known, address));
  const found = netDevice.addresses[at];
  if (found === undefined) return refusal(EADDRNOTAVAIL, 'ipv4: Address not found');
  const removed = found.family === AF_INET ? removeIpv4(netDevice.addresses, found) : [found];
  if (found.family !== AF_INET) netDevice.addresses.splice(at, 1);
  for (const address of removed) {
    announced(netDevice, address, RTM_DELADDR, request.cause);
    kernel.routing.groups.leave(netDevice, address.address);
    kernel.routing.addressRemoved(netDevice, address);
  }
  await kernel.settle();
  return { ok: true };
}

/** inet6_rtm_newaddr(). */
async function newIpv6Address(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  { header, values, message }: NetlinkRequest,
): Promise<HandlerResult> {
  const address = bytesIn(values, 'IFA_LOCAL') ?? bytesIn(values, 'IFA_ADDRESS');
  if (address?.length !== 16) return refusal(EINVAL);
  const info = bytesIn(values, 'IFA_CACHEINFO');
  const [preferred = INFINITE, valid = INFINITE] =
    info === undefined ? [] : [viewOf(info).getUint32(0, true), viewOf(info).getUint32(4, true)];
  const replaces = (message.flags & NLM_F_REPLACE) !== 0 && (message.flags & NLM_F_EXCL) === 0;
  const asked = {
    address,
    prefixLength: numberIn(header, 'ifa_prefixlen') ?? 0,
    flags: numberIn(values, 'IFA_FLAGS') ?? numberIn(header, 'ifa_flags') ?? 0,
    lifetime: { valid, preferred },
  };
  const refused = fromOutcome(kernel.routing6.addresses.add(netDevice, asked, replaces));
  await kernel.settle();
  return refused ?? { ok: true };
}

async function deleteIpv6Address(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  { header, values }: NetlinkRequest,
): Promise<HandlerResult> {
  const address = bytesIn(values, 'IFA_LOCAL') ?? bytesIn(values, 'IFA_ADDRESS');
  if (address?.length !== 16) return refusal(EINVAL);
  const isGone = kernel.routing6.addresses.remove(netDevice, address, numberIn(header, 'ifa_prefixlen') ?? 0);
  if (!isGone) return refusal(EADDRNOTAVAIL, 'ipv6: address not found');
  await kernel.settle();
  return { ok: true };
}

const sameAddress = (a: ProtocolAddress, b: ProtocolAddress): boolean =>
  a.family === b.family && a.prefixLength === b.prefixLength && equalBytes(a.local, b.local);

/** inet_dump_ifaddr(): of one net device, where the header names it. */
function dumpAddresses(kernel: ReferenceKernel, { header }: NetlinkRequest, generation: () => number): HandlerResult {
  const family = numberIn(header, 'ifa_family') ?? 0;
  const index = kernel.parts.control.dumps.filtersAddresses ? (numberIn(header, 'ifa_index') ?? 0) : 0;
  const only = kernel.netDevices.get(index as IfIndex);
  if (index !== 0 && only === undefined) return refusal(ENODEV);
  const isFiltered = (numberIn(header, 'ifa_index') ?? 0) !== 0;
  return {
    ok: true,
    replies: listAddresses(kernel, family, only),
    ...(isFiltered ? { filtered: 'all' } : { generation }),
  };
}

function* listAddresses(
  { netDevices, now }: ReferenceKernel,
  family: number,
  only: NetDevice | undefined,
): Generator<NetlinkBody> {
  for (const netDevice of only === undefined ? netDevices.values() : [only]) {
    for (const address of netDevice.addresses)
      if (family === 0 || family === address.family) yield addressMessage(now, netDevice, address, RTM_NEWADDR);
  }
}

/** rtmsg_ifa(): who asked for it is told of, in IPv4. */
function announce(
  kernel: ReferenceKernel,
  netlink: NetlinkKernel,
  netDevice: NetDevice,
  address: ProtocolAddress,
  type: number,
  cause?: Cause,
): void {
  const body = addressMessage(kernel.now, netDevice, address, type);
  if (address.family === AF_INET) netlink.notify(NETLINK_ROUTE, RTNLGRP_IPV4_IFADDR, body, cause);
  else netlink.notify(NETLINK_ROUTE, RTNLGRP_IPV6_IFADDR, body);
}

const SECOND = 1_000_000_000n;

/** What is left of a lifetime, and two times that this kernel does not keep. */
function lifetimeLeft(now: bigint, { lifetime, since = 0n }: ProtocolAddress): Uint8Array {
  const passed = Number((now - since) / SECOND);
  const left = (seconds: number): number => (seconds === INFINITE ? INFINITE : Math.max(0, seconds - passed));
  const bytes = new Uint8Array(16);
  viewOf(bytes).setUint32(0, left(lifetime?.preferred ?? INFINITE), true);
  viewOf(bytes).setUint32(4, left(lifetime?.valid ?? INFINITE), true);
  return bytes;
}

/** struct ifa_cacheinfo of IPv4: preferred and valid without an end; when it was made is not kept. */
const FOREVER = Uint8Array.of(...new Array<number>(8).fill(0xff), ...new Array<number>(8).fill(0));

function addressMessage(now: bigint, netDevice: NetDevice, address: ProtocolAddress, type: number): NetlinkBody {
  const header = {
    ifa_family: address.family,
    ifa_prefixlen: address.prefixLength,
    ifa_flags: address.flags & 0xff,
    ifa_scope: address.scope,
    ifa_index: netDevice.ifIndex,
  };
  const attributes = encodeAttributes(ADDRESS, {
    IFA_ADDRESS: address.address,
    ...(address.family === AF_INET ? { IFA_LOCAL: address.local, IFA_LABEL: address.label } : {}),
    ...(address.broadcast === undefined ? {} : { IFA_BROADCAST: address.broadcast }),
    ...(address.family === AF_INET6 ? { IFA_CACHEINFO: lifetimeLeft(now, address) } : {}),
    IFA_FLAGS: address.flags,
    ...(address.family === AF_INET ? { IFA_CACHEINFO: FOREVER } : {}),
  });
  return { type, body: encodeBody(IFADDRMSG, header, attributes) };
}
