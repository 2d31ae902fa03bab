/**
 * RTM_NEWNEIGH, RTM_DELNEIGH and RTM_GETNEIGH of AF_BRIDGE: entries of a bridge's table (NTF_MASTER; net/bridge/br_fdb.c) and of the
 * device's own filter (NTF_SELF; ndo_dflt_fdb_add() of net/core/rtnetlink.c).
 */
import type { IfIndex, MacAddress, Vid } from '../../../harness/contract/index.js';
import { encodeBody } from '../../netlink/client.js';
import {
  AF_BRIDGE,
  NLM_F_BULK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NTF_EXT_LEARNED,
  NTF_EXT_LOCKED,
  NTF_MASTER,
  NTF_SELF,
  NTF_STICKY,
  NTF_USE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_REACHABLE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from '../../netlink/constants.js';
import { FORWARDING_DUMP_RULES } from '../../netlink/families/queryRules.js';
import { NDMSG, NEIGHBOUR, NEIGHBOUR_POLICY } from '../../netlink/families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { formatMac, isMulticastMac, isZeroMac, parseMac } from '../../packet/addresses.js';
import { bridgeOf, stateLearns, type Bridge, type BridgePort, type VlanGroup } from '../bridge/bridge.js';
import { addByUser, learn, learnExternally, removeEntry } from '../bridge/fdb.js';
import type { EntryRefusal } from '../bridge/bridgeParts.js';
import { EEXIST, EINVAL, ENODEV, ENOENT, EOPNOTSUPP, EPERM } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { deleteMany } from './forwardingBulk.js';
import { entryMessage, getForwarding } from './forwardingEntry.js';
import { addAddressExclusively, removeAddress } from '../receiveFilter.js';
import { fromOutcome, refusal } from '../refusals.js';

export function forwardingOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const neighbour = { header: NDMSG, policy: NEIGHBOUR_POLICY, validation: 'liberal' as const, family: AF_BRIDGE };
  return [
    { ...neighbour, number: RTM_NEWNEIGH, privileged: true, doit: (request) => addForwarding(kernel, request) },
    {
      ...neighbour,
      number: RTM_DELNEIGH,
      deletesBulk: true,
      privileged: true,
      doit: (request) => deleteForwarding(kernel, request),
    },
    {
      ...neighbour,
      number: RTM_GETNEIGH,
      validation: 'deprecated-strict',
      dumpRules: FORWARDING_DUMP_RULES,
      shortHeader: 'Invalid header for fdb dump request',
      doit: (request) => getForwarding(kernel, request),
      dumpit: (request) => dumpForwarding(kernel, request),
    },
  ];
}

/** What every request for an entry says. */
interface Subject {
  readonly netDevice: NetDevice;
  readonly bytes: Uint8Array;
  readonly address: MacAddress;
  readonly vid: Vid;
  readonly flags: number;
  /** NTF_EXT_*. */
  readonly extendedFlags: number;
  readonly state: number;
}

/** rtnl_fdb_add(), rtnl_fdb_del() and fdb_vid_parse(). */
function readSubject(kernel: ReferenceKernel, { header, values }: NetlinkRequest): Subject | Refusal {
  const index = numberIn(header, 'ndm_ifindex') ?? 0;
  if (index <= 0) return refusal(EINVAL, 'invalid ifindex');
  const netDevice = kernel.netDevices.get(index as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV, 'unknown ifindex');
  const bytes = bytesIn(values, 'NDA_LLADDR');
  if (bytes?.length !== 6) return refusal(EINVAL, 'invalid address');
  const vid = numberIn(values, 'NDA_VLAN');
  if (vid !== undefined && (vid === 0 || vid >= 4095)) return refusal(EINVAL, 'invalid vlan id');
  return {
    netDevice,
    bytes,
    address: formatMac(bytes) as MacAddress,
    vid: (vid ?? 0) as Vid,
    flags: numberIn(header, 'ndm_flags') ?? 0,
    extendedFlags: numberIn(values, 'NDA_FLAGS_EXT') ?? 0,
    state: numberIn(header, 'ndm_state') ?? 0,
  };
}

async function addForwarding(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const subject = readSubject(kernel, request);
  if ('errno' in subject) return subject;
  return onBoth(kernel, subject, {
    master: (place) => addToBridge(kernel, place, subject, request.message.flags),
    self: () => addToDevice(kernel, subject, request.message.flags),
  });
}

async function deleteForwarding(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  if ((request.message.flags & NLM_F_BULK) !== 0) return deleteMany(kernel, request);
  const subject = readSubject(kernel, request);
  if ('errno' in subject) return subject;
  return onBoth(kernel, subject, {
    master: (place) => deleteFromBridge(kernel, place, subject),
    self: () => deleteFromDevice(kernel, subject),
  });
}

/** Where in a bridge an entry belongs. */
interface Place {
  readonly bridge: Bridge;
  /** Null: the bridge itself. */
  readonly port: BridgePort | null;
  readonly vlans: VlanGroup;
}

/** NTF_MASTER, or no flag, goes to the bridge of a port; NTF_SELF to the device, and to the bridge if it is one. */
async function onBoth(
  kernel: ReferenceKernel,
  { netDevice, flags }: Subject,
  parts: {
    readonly master: (place: Place) => Refusal | undefined;
    readonly self: () => Promise<Refusal | undefined>;
  },
): Promise<HandlerResult> {
  const { bridgePort: port } = netDevice;
  const [toMaster, toSelf] = [flags === 0 || (flags & NTF_MASTER) !== 0, (flags & NTF_SELF) !== 0];
  const bridge = bridgeOf(netDevice);
  let result: HandlerResult = refusal(EOPNOTSUPP);
  if (toMaster && port !== undefined) {
    const refused = parts.master({ bridge: port.bridge, port, vlans: port.vlans });
    if (refused !== undefined) return refused;
    result = { ok: true };
  }
  if (toSelf) {
    const refused =
      bridge === undefined ? await parts.self() : parts.master({ bridge, port: null, vlans: bridge.vlans });
    result = refused ?? { ok: true };
  }
  await kernel.settle();
  return result;
}

/** br_fdb_add(): under the VID that is given, or else without one and under each of the port's VLANs. */
function addToBridge(kernel: ReferenceKernel, place: Place, subject: Subject, flags: number): Refusal | undefined {
  const { bytes, vid, state, extendedFlags } = subject;
  const isInvalid = (state & (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE)) === 0 || isZeroMac(bytes, 0);
  if (isInvalid) return entryRefusal(kernel, 'EINVAL');
  if ((extendedFlags & NTF_EXT_LOCKED) !== 0 && kernel.parts.authentication.refusesLockedByUser)
    return refusal(EINVAL, 'bridge: Cannot add FDB entry with "locked" flag set');
  if (vid !== 0 && !place.vlans.members.has(vid)) return refusal(EINVAL);
  const vids = vid === 0 ? [vid, ...place.vlans.members.keys()] : [vid];
  for (const each of vids) {
    const refused = addOne(kernel, place, subject, each, flags);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** __br_fdb_add(). */
function addOne(
  kernel: ReferenceKernel,
  { bridge, port }: Place,
  { bytes, address, state, flags }: Subject,
  vid: Vid,
  messageFlags: number,
): Refusal | undefined {
  const { events } = kernel.bridging;
  if ((flags & NTF_USE) !== 0) {
    if (port === null) return refusal(EINVAL);
    if (stateLearns(port.state) && events.parts.honoursUse) learn(events, port, bytes, 0, vid, { addedByUser: true });
    return undefined;
  }
  if ((flags & NTF_EXT_LEARNED) !== 0) {
    if (port === null && (state & NUD_PERMANENT) === 0)
      return refusal(EINVAL, 'FDB entry towards bridge must be permanent');
    learnExternally(events, bridge, port, address, vid, true);
    return undefined;
  }
  const refused = addByUser(events, bridge, {
    address,
    vid,
    port,
    state,
    sticky: (flags & NTF_STICKY) !== 0,
    create: (messageFlags & NLM_F_CREATE) !== 0,
    exclusive: (messageFlags & NLM_F_EXCL) !== 0,
  });
  return refused === undefined ? undefined : entryRefusal(kernel, refused);
}

function entryRefusal({ parts }: ReferenceKernel, name: EntryRefusal): Refusal | undefined {
  const told = parts.bridge.entryRefusal(name);
  return told === undefined ? undefined : refusal(ERRNO[told]);
}

const ERRNO: Readonly<Record<EntryRefusal, number>> = { EPERM, EINVAL, ENOENT, EEXIST };

/** br_fdb_delete(): ENOENT only if nothing was there in any of the port's VLANs. */
function deleteFromBridge(kernel: ReferenceKernel, place: Place, { address, vid }: Subject): Refusal | undefined {
  const { bridge, port, vlans } = place;
  if (vid !== 0 && !vlans.members.has(vid)) return refusal(EINVAL);
  const vids = vid === 0 ? [vid, ...vlans.members.keys()] : [vid];
  let isGone = false;
  for (const each of vids) {
    const entry = bridge.fdb.get(address, each);
    if (entry === undefined || entry.port !== port) continue;
    removeEntry(kernel.bridging.events, bridge, entry);
    isGone = true;
  }
  return isGone ? undefined : refusal(ENOENT);
}

const listOf = ({ bytes }: Subject): 'unicast' | 'multicast' => (isMulticastMac(bytes, 0) ? 'multicast' : 'unicast');

/** ndo_dflt_fdb_add(). */
async function addToDevice({ parts }: ReferenceKernel, subject: Subject, flags: number): Promise<Refusal | undefined> {
  const { netDevice, bytes, address, state } = subject;
  // Why it refuses, it tells the log alone.
  if (state !== 0 && !parts.bridge.isPermanentOfDevice(state, 'add')) return refusal(EINVAL);
  if (isZeroMac(bytes, 0)) return refusal(EINVAL, 'invalid address');
  const outcome = await addAddressExclusively(netDevice, listOf(subject), address);
  const isHarmless = !outcome.ok && outcome.errno === EEXIST && (flags & NLM_F_EXCL) === 0;
  return isHarmless ? undefined : fromOutcome(outcome);
}

/** ndo_dflt_fdb_del(). */
async function deleteFromDevice({ parts }: ReferenceKernel, subject: Subject): Promise<Refusal | undefined> {
  if (!parts.bridge.isPermanentOfDevice(subject.state, 'delete')) return refusal(EINVAL);
  return fromOutcome(await removeAddress(subject.netDevice, listOf(subject), subject.address));
}

/** rtnl_fdb_dump(): of every port what leads there, of every bridge what is its own, of every device its filter. */
function dumpForwarding(kernel: ReferenceKernel, { header, values }: NetlinkRequest): HandlerResult {
  const onlyDevice = numberIn(values, 'NDA_IFINDEX') ?? numberIn(header, 'ndm_ifindex') ?? 0;
  const onlyBridge = numberIn(values, 'NDA_MASTER') ?? 0;
  if (onlyBridge !== 0 && !kernel.netDevices.has(onlyBridge as IfIndex)) return refusal(ENODEV);
  return { ok: true, replies: listForwarding(kernel, onlyDevice, onlyBridge) };
}

function* listForwarding(kernel: ReferenceKernel, onlyDevice: number, onlyBridge: number): Generator<NetlinkBody> {
  const { filtersForwarding } = kernel.parts.control.dumps;
  for (const netDevice of kernel.netDevices.values()) {
    const { bridgePort } = netDevice;
    if (filtersForwarding && onlyDevice !== 0 && netDevice.ifIndex !== onlyDevice) continue;
    const master = bridgeOf(netDevice) ?? bridgePort?.bridge;
    if (filtersForwarding && onlyBridge !== 0 && master?.netDevice.ifIndex !== onlyBridge) continue;
    // The kernel's list has what came last at its head.
    for (const entry of master?.fdb.newestFirst() ?? []) {
      const isHere = bridgePort === undefined ? entry.port === null : entry.port === bridgePort;
      if (master !== undefined && isHere) yield entryMessage(kernel, master, entry);
    }
    yield* filterMessages(netDevice);
  }
}

function filterMessages(netDevice: NetDevice): NetlinkBody[] {
  const fixed = {
    ndm_family: AF_BRIDGE,
    ndm_ifindex: netDevice.ifIndex,
    ndm_state: NUD_PERMANENT,
    ndm_flags: NTF_SELF,
  };
  return [...netDevice.unicast.keys(), ...netDevice.multicast.keys()].map((address) => ({
    type: RTM_NEWNEIGH,
    body: encodeBody(NDMSG, fixed, encodeAttributes(NEIGHBOUR, { NDA_LLADDR: parseMac(address) })),
  }));
}
