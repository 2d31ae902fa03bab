/** RTM_NEWNEIGH, RTM_DELNEIGH and RTM_GETNEIGH of addresses (neigh_add(), neigh_delete() and neigh_dump_info() of net/core/neighbour.c). */
import type { IfIndex, Nanoseconds } from '../../../harness/contract/index.js';
import { encodeBody } from '../../netlink/client.js';
import {
  AF_INET,
  AF_UNSPEC,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NTF_USE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from '../../netlink/constants.js';
import { NEIGHBOUR_DUMP_RULES, NEIGHBOUR_GET_RULES } from '../../netlink/families/queryRules.js';
import { NDMSG, NEIGHBOUR, NEIGHBOUR_POLICY } from '../../netlink/families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EEXIST, EINVAL, ENODEV, ENOENT } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { fromOutcome, refusal } from '../refusals.js';
import { isMasterFiltered } from './masterFilter.js';
import { NUD_VALID, neighbourFlags, type Neighbour } from '../routing/neighbours.js';

const IPV4_BYTES = 4;
const RTN_UNICAST = 1;

export function neighbourOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const neighbour = { header: NDMSG, policy: NEIGHBOUR_POLICY, validation: 'liberal' as const, family: AF_INET };
  const listing = {
    ...neighbour,
    number: RTM_GETNEIGH,
    validation: 'deprecated-strict' as const,
    getRules: NEIGHBOUR_GET_RULES,
    dumpRules: NEIGHBOUR_DUMP_RULES,
  };
  return [
    { ...neighbour, number: RTM_NEWNEIGH, privileged: true, doit: (request) => addNeighbour(kernel, request) },
    { ...neighbour, number: RTM_DELNEIGH, privileged: true, doit: (request) => deleteNeighbour(kernel, request) },
    { ...listing, doit: (request) => getNeighbour(kernel, request), dumpit: (request) => dump(kernel, request) },
    { ...listing, family: AF_UNSPEC, dumpit: (request) => dump(kernel, request) },
  ];
}

interface Subject {
  readonly netDevice: NetDevice;
  readonly address: Uint8Array;
  readonly station: Uint8Array | undefined;
  readonly state: number;
  readonly flags: number;
}

function readSubject(kernel: ReferenceKernel, { header, values }: NetlinkRequest): Subject | Refusal {
  const address = bytesIn(values, 'NDA_DST');
  if (address === undefined) return refusal(EINVAL, 'Network address not specified');
  const ifIndex = numberIn(header, 'ndm_ifindex') ?? 0;
  const netDevice = kernel.netDevices.get(ifIndex as IfIndex);
  if (ifIndex !== 0 && netDevice === undefined) return refusal(ENODEV);
  const station = bytesIn(values, 'NDA_LLADDR');
  if (netDevice !== undefined && station !== undefined && station.length < 6)
    return refusal(EINVAL, 'Invalid link address');
  if (address.length < IPV4_BYTES) return refusal(EINVAL, 'Invalid network address');
  if (netDevice === undefined) return refusal(EINVAL, 'Device not specified');
  return {
    netDevice,
    address: address.slice(0, IPV4_BYTES),
    station,
    state: numberIn(header, 'ndm_state') ?? 0,
    flags: numberIn(header, 'ndm_flags') ?? 0,
  };
}

async function addNeighbour(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { neighbours, parts } = kernel.routing;
  const subject = readSubject(kernel, request);
  if ('errno' in subject) return subject;
  const { netDevice, address, station, state } = subject;
  const { flags } = request.message;
  const known = neighbours.find(netDevice, address);
  if (known === undefined && (flags & NLM_F_CREATE) === 0 && parts.neighbourNeedsCreate) return refusal(ENOENT);
  if (known !== undefined && (flags & NLM_F_EXCL) !== 0 && parts.neighbourHonoursExclusive) return refusal(EEXIST);
  const neighbour = known ?? neighbours.findOrMake(netDevice, address, AF_INET);
  if ((subject.flags & NTF_USE) !== 0) return { ok: true };
  const overrides = known === undefined || ((flags & NLM_F_REPLACE) !== 0 && parts.neighbourReplaces);
  const refused = fromOutcome(neighbours.update(neighbour, { station, state, overrides, byUser: true }));
  await kernel.settle();
  return refused ?? { ok: true };
}

async function deleteNeighbour(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { neighbours, parts } = kernel.routing;
  const subject = readSubject(kernel, request);
  if ('errno' in subject) return subject;
  const known = neighbours.find(subject.netDevice, subject.address);
  if (known === undefined) return parts.missingNeighbourIsError ? refusal(ENOENT) : { ok: true };
  if (parts.deletesNeighbours) neighbours.remove(known);
  await kernel.settle();
  return { ok: true };
}

function getNeighbour(kernel: ReferenceKernel, request: NetlinkRequest): HandlerResult {
  const subject = readSubject(kernel, request);
  if ('errno' in subject) return subject;
  const known = kernel.routing.neighbours.find(subject.netDevice, subject.address);
  return known === undefined ? refusal(ENOENT) : { ok: true, replies: [neighbourMessage(kernel.now, known)] };
}

/** neigh_dump_table(). */
function dump(kernel: ReferenceKernel, { values }: NetlinkRequest): HandlerResult {
  const [wanted, master] = [numberIn(values, 'NDA_IFINDEX') ?? 0, numberIn(values, 'NDA_MASTER') ?? 0];
  return {
    ok: true,
    replies: listNeighbours(kernel, wanted, master),
    ...(wanted === 0 && master === 0 ? {} : { filtered: 'messages' }),
  };
}

function* listNeighbours(kernel: ReferenceKernel, wanted: number, master: number): Generator<NetlinkBody> {
  const isFiltering = kernel.parts.control.dumps.filtersNeighbours;
  for (const neighbour of kernel.routing.neighbours.all()) {
    const { netDevice } = neighbour;
    const isOther = (wanted !== 0 && netDevice.ifIndex !== wanted) || isMasterFiltered(netDevice, master);
    if (!isFiltering || !isOther) yield neighbourMessage(kernel.now, neighbour);
  }
}

/** USER_HZ. */
const CLOCK_TICK = 10_000_000n;

/** neigh_fill_info(). */
export function neighbourMessage(now: Nanoseconds, neighbour: Neighbour, type: number = RTM_NEWNEIGH): NetlinkBody {
  const header = {
    ndm_family: neighbour.family,
    ndm_ifindex: neighbour.netDevice.ifIndex,
    ndm_state: neighbour.state,
    ndm_flags: neighbourFlags(neighbour),
    ndm_type: RTN_UNICAST,
  };
  const isValid = (neighbour.state & NUD_VALID) !== 0;
  const attributes = encodeAttributes(NEIGHBOUR, {
    NDA_DST: neighbour.address,
    ...(isValid && neighbour.station !== undefined ? { NDA_LLADDR: neighbour.station } : {}),
    NDA_CACHEINFO: {
      ndm_confirmed: ticks(now - neighbour.confirmed),
      ndm_used: ticks(now - neighbour.used),
      ndm_updated: ticks(now - neighbour.updated),
      ndm_refcnt: 0,
    },
    NDA_PROBES: neighbour.probes,
  });
  return { type, body: encodeBody(NDMSG, header, attributes) };
}

const ticks = (time: Nanoseconds): number => Number(time / CLOCK_TICK) >>> 0;
