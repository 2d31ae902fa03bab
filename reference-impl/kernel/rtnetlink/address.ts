/** RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR (net/ipv4/devinet.c, net/ipv6/addrconf.c) and forwarding entries of the device itself. */
import type { IfIndex, MacAddress } from '../../../harness/contract/index.js';
import { equalBytes } from '../../packet/bytes.js';
import { formatMac, isMulticastMac, isZeroMac, parseMac } from '../../packet/addresses.js';
import { encodeBody } from '../../netlink/client.js';
import {
  AF_BRIDGE,
  AF_INET,
  AF_INET6,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NTF_SELF,
  NUD_PERMANENT,
  RTM_DELADDR,
  RTM_DELNEIGH,
  RTM_GETADDR,
  RTM_GETNEIGH,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV6_IFADDR,
  NETLINK_ROUTE,
} from '../../netlink/constants.js';
import {
  ADDRESS,
  ADDRESS_POLICY,
  IFADDRMSG,
  NDMSG,
  NEIGHBOUR,
  NEIGHBOUR_POLICY,
} from '../../netlink/families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn, textIn } from '../../netlink/schema.js';
import type {
  HandlerResult,
  NetlinkBody,
  NetlinkKernel,
  NetlinkOperation,
  NetlinkRequest,
} from '../../netlink/server.js';
import { EADDRNOTAVAIL, EEXIST, EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice, ProtocolAddress } from '../netDevice.js';
import { addAddressExclusively, removeAddress } from '../receiveFilter.js';
import { fromOutcome, refusal } from '../refusals.js';

export function addressOperations(kernel: ReferenceKernel, netlink: NetlinkKernel): readonly NetlinkOperation[] {
  const address = { header: IFADDRMSG, policy: ADDRESS_POLICY, validation: 'deprecated-strict' as const };
  const neighbour = { header: NDMSG, policy: NEIGHBOUR_POLICY, validation: 'liberal' as const };
  return [
    { ...address, number: RTM_NEWADDR, privileged: true, doit: (request) => newAddress(kernel, netlink, request) },
    { ...address, number: RTM_DELADDR, privileged: true, doit: (request) => deleteAddress(kernel, netlink, request) },
    { ...address, number: RTM_GETADDR, dumpit: (request) => dumpAddresses(kernel, request) },
    { ...neighbour, number: RTM_NEWNEIGH, privileged: true, doit: (request) => newForwarding(kernel, request) },
    { ...neighbour, number: RTM_DELNEIGH, privileged: true, doit: (request) => deleteForwarding(kernel, request) },
    { ...neighbour, number: RTM_GETNEIGH, dumpit: (request) => dumpForwarding(kernel, request) },
  ];
}

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

function newAddress(kernel: ReferenceKernel, netlink: NetlinkKernel, request: NetlinkRequest): HandlerResult {
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
  announce(netlink, netDevice, address, RTM_NEWADDR);
  return { ok: true };
}

function deleteAddress(kernel: ReferenceKernel, netlink: NetlinkKernel, request: NetlinkRequest): HandlerResult {
  const netDevice = kernel.netDevices.get((numberIn(request.header, 'ifa_index') ?? 0) as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV);
  const address = readAddress(request, netDevice);
  const at = address === undefined ? -1 : netDevice.addresses.findIndex((known) => sameAddress(known, address));
  const [removed] = at < 0 ? [] : netDevice.addresses.splice(at, 1);
  if (removed === undefined) return refusal(EADDRNOTAVAIL, 'ipv4: Address not found');
  announce(netlink, netDevice, removed, RTM_DELADDR);
  return { ok: true };
}

const sameAddress = (a: ProtocolAddress, b: ProtocolAddress): boolean =>
  a.family === b.family && a.prefixLength === b.prefixLength && equalBytes(a.local, b.local);

function dumpAddresses(kernel: ReferenceKernel, { header }: NetlinkRequest): HandlerResult {
  const family = numberIn(header, 'ifa_family') ?? 0;
  const replies: NetlinkBody[] = [];
  for (const netDevice of kernel.netDevices.values()) {
    for (const address of netDevice.addresses) {
      if (family === 0 || family === address.family) replies.push(addressMessage(netDevice, address, RTM_NEWADDR));
    }
  }
  return { ok: true, replies };
}

function announce(netlink: NetlinkKernel, netDevice: NetDevice, address: ProtocolAddress, type: number): void {
  const group = address.family === AF_INET ? RTNLGRP_IPV4_IFADDR : RTNLGRP_IPV6_IFADDR;
  netlink.notify(NETLINK_ROUTE, group, addressMessage(netDevice, address, type));
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

interface Forwarding {
  readonly netDevice: NetDevice;
  readonly address: MacAddress;
  readonly list: 'unicast' | 'multicast';
}

/** rtnl_fdb_add(), ndo_dflt_fdb_add(): an address of the device's own filter. */
function readForwarding(kernel: ReferenceKernel, { header, values }: NetlinkRequest): Forwarding | HandlerResult {
  if ((numberIn(header, 'ndm_family') ?? 0) !== AF_BRIDGE) return refusal(EOPNOTSUPP);
  const index = numberIn(header, 'ndm_ifindex') ?? 0;
  if (index <= 0) return refusal(EINVAL, 'invalid ifindex');
  const netDevice = kernel.netDevices.get(index as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV, 'unknown ifindex');
  const bytes = bytesIn(values, 'NDA_LLADDR');
  if (bytes?.length !== 6) return refusal(EINVAL, 'invalid address');
  if (((numberIn(header, 'ndm_flags') ?? 0) & NTF_SELF) === 0) return refusal(EOPNOTSUPP);
  const state = numberIn(header, 'ndm_state') ?? 0;
  if ((state & NUD_PERMANENT) === 0) return refusal(EINVAL, 'FDB only supports static addresses');
  if (isZeroMac(bytes, 0)) return refusal(EINVAL, 'invalid address');
  return {
    netDevice,
    address: formatMac(bytes) as MacAddress,
    list: isMulticastMac(bytes, 0) ? 'multicast' : 'unicast',
  };
}

async function newForwarding(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const entry = readForwarding(kernel, request);
  if ('ok' in entry) return entry;
  const outcome = await addAddressExclusively(entry.netDevice, entry.list, entry.address);
  const isHarmless = !outcome.ok && outcome.errno === EEXIST && (request.message.flags & NLM_F_EXCL) === 0;
  return isHarmless ? { ok: true } : (fromOutcome(outcome) ?? { ok: true });
}

async function deleteForwarding(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const entry = readForwarding(kernel, request);
  if ('ok' in entry) return entry;
  return fromOutcome(await removeAddress(entry.netDevice, entry.list, entry.address)) ?? { ok: true };
}

function dumpForwarding(kernel: ReferenceKernel, { header }: NetlinkRequest): HandlerResult {
  if ((numberIn(header, 'ndm_family') ?? 0) !== AF_BRIDGE) return { ok: true, replies: [] };
  const replies: NetlinkBody[] = [];
  for (const netDevice of kernel.netDevices.values()) {
    for (const address of [...netDevice.unicast.keys(), ...netDevice.multicast.keys()]) {
      const fixed = {
        ndm_family: AF_BRIDGE,
        ndm_ifindex: netDevice.ifIndex,
        ndm_state: NUD_PERMANENT,
        ndm_flags: NTF_SELF,
      };
      const attributes = encodeAttributes(NEIGHBOUR, { NDA_LLADDR: parseMac(address) });
      replies.push({ type: RTM_NEWNEIGH, body: encodeBody(NDMSG, fixed, attributes) });
    }
  }
  return { ok: true, replies };
}
