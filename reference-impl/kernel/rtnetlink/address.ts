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
import { ADDRESS, ADDRESS_POLICY, IFADDRMSG } from '../../netlink/families/rtnetlink.js';
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
import { refusal } from '../refusals.js';
import { countNetDevices } from './generation.js';

export function addressOperations(kernel: ReferenceKernel, netlink: NetlinkKernel): readonly NetlinkOperation[] {
  const address = { header: IFADDRMSG, policy: ADDRESS_POLICY, validation: 'deprecated-strict' as const };
  const devices = countNetDevices(kernel);
  const changes = { count: 0 };
  const announced: Announce = (netDevice, protocolAddress, type, cause) => {
    changes.count++;
    announce(netlink, netDevice, protocolAddress, type, cause);
  };
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
  const address = readAddress(request, netDevice);
  if (address === undefined || address.prefixLength > 8 * address.local.length) return refusal(EINVAL);
  const at = netDevice.addresses.findIndex((known) => sameAddress(known, address));
  if (at >= 0) {
    const replaces = (request.message.flags & NLM_F_REPLACE) !== 0 && (request.message.flags & NLM_F_EXCL) === 0;
    if (!replaces)
      return refusal(
        EEXIST,
        address.family === AF_INET ? 'ipv4: Address already assigned' : 'address already assigned',
      );
    netDevice.addresses.splice(at, 1);
  }
  netDevice.addresses.push(address);
  announced(netDevice, address, RTM_NEWADDR, request.cause);
  kernel.routing.addressAdded(netDevice, address);
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
  const address = readAddress(request, netDevice);
  const at = address === undefined ? -1 : netDevice.addresses.findIndex((known) => sameAddress(known, address));
  const [removed] = at < 0 ? [] : netDevice.addresses.splice(at, 1);
  if (removed === undefined) return refusal(EADDRNOTAVAIL, 'ipv4: Address not found');
  announced(netDevice, removed, RTM_DELADDR, request.cause);
  kernel.routing.addressRemoved(netDevice, removed);
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
  { netDevices }: ReferenceKernel,
  family: number,
  only: NetDevice | undefined,
): Generator<NetlinkBody> {
  for (const netDevice of only === undefined ? netDevices.values() : [only]) {
    for (const address of netDevice.addresses)
      if (family === 0 || family === address.family) yield addressMessage(netDevice, address, RTM_NEWADDR);
  }
}

/** rtmsg_ifa(): who asked for it is told of, in IPv4. */
function announce(
  netlink: NetlinkKernel,
  netDevice: NetDevice,
  address: ProtocolAddress,
  type: number,
  cause: Cause,
): void {
  const body = addressMessage(netDevice, address, type);
  if (address.family === AF_INET) netlink.notify(NETLINK_ROUTE, RTNLGRP_IPV4_IFADDR, body, cause);
  else netlink.notify(NETLINK_ROUTE, RTNLGRP_IPV6_IFADDR, body);
}

function addressMessage(netDevice: NetDevice, address: ProtocolAddress, type: number): NetlinkBody {
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
    IFA_FLAGS: address.flags,
  });
  return { type, body: encodeBody(IFADDRMSG, header, attributes) };
}
