/** RTM_NEWNEIGH, RTM_DELNEIGH and RTM_GETNEIGH of addresses (neigh_add(), neigh_delete() and neigh_dump_info() of net/core/neighbour.c). */
import type { IfIndex, Nanoseconds } from '../../../harness/contract/index.js';
import { attributePlan, fieldsPlan, structPlan } from '../../netlink/attributePlan.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NTF_ROUTER,
  NTF_USE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from '../../netlink/constants.js';
import type { Draft } from '../../netlink/draft.js';
import { encoded } from '../../netlink/encodeAttributes.js';
import { NEIGHBOUR_DUMP_RULES, NEIGHBOUR_GET_RULES } from '../../netlink/families/queryRules.js';
import { NDMSG, NEIGHBOUR, NEIGHBOUR_POLICY } from '../../netlink/families/rtnetlink.js';
import { bytesIn, numberIn } from '../../netlink/schema.js';
import type {
  HandlerResult,
  NetlinkBody,
  NetlinkOperation,
  NetlinkRequest,
  WrittenReply,
} from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EEXIST, EINVAL, ENODEV, ENOENT } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { fromOutcome, refusal } from '../refusals.js';
import { isMasterFiltered } from './masterFilter.js';
import type { RoutingParts } from '../routing/routingParts.js';
import { NUD_VALID, neighbourFlags, type Neighbour, type NeighbourTable } from '../routing/neighbours.js';

const RTN_UNICAST = 1;

/** A table of neighbours: arp_tbl or nd_tbl. */
interface Table {
  readonly kernel: ReferenceKernel;
  readonly family: number;
  readonly addressLength: number;
  readonly neighbours: NeighbourTable;
  readonly parts: RequestParts;
  /** allow_add: whether the net device may have neighbours. */
  readonly allows: (netDevice: NetDevice) => boolean;
}

type RequestParts = Pick<
  RoutingParts,
  | 'neighbourNeedsCreate'
  | 'neighbourHonoursExclusive'
  | 'neighbourReplaces'
  | 'deletesNeighbours'
  | 'missingNeighbourIsError'
>;

export function neighbourOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const tableOf = (
    { neighbours, parts }: { readonly neighbours: NeighbourTable; readonly parts: RequestParts },
    family: number,
    addressLength: number,
    allows: Table['allows'],
  ): Table => ({ kernel, family, addressLength, neighbours, parts, allows });
  const ipv4 = tableOf(kernel.routing, AF_INET, 4, () => true);
  const ipv6 = tableOf(
    kernel.routing6,
    AF_INET6,
    16,
    (netDevice) =>
      kernel.routing6.settings.get(netDevice, 'disable_ipv6') === 0 || !kernel.routing6.parts.neighboursNeedIpv6,
  );
  const neighbour = { header: NDMSG, policy: NEIGHBOUR_POLICY, validation: 'liberal' as const };
  const listing = {
    ...neighbour,
    number: RTM_GETNEIGH,
    validation: 'deprecated-strict' as const,
    getRules: NEIGHBOUR_GET_RULES,
    dumpRules: NEIGHBOUR_DUMP_RULES,
  };
  return [
    ...[ipv4, ipv6].flatMap((table): NetlinkOperation[] => [
      {
        ...neighbour,
        family: table.family,
        number: RTM_NEWNEIGH,
        privileged: true,
        doit: (request) => addNeighbour(table, request),
      },
      {
        ...neighbour,
        family: table.family,
        number: RTM_DELNEIGH,
        privileged: true,
        doit: (request) => deleteNeighbour(table, request),
      },
      {
        ...listing,
        family: table.family,
        doit: (request) => getNeighbour(table, request),
        dumpit: (request) => dump([table], request),
      },
    ]),
    { ...listing, family: AF_UNSPEC, dumpit: (request) => dump([ipv4, ipv6], request) },
  ];
}

interface Subject {
  readonly netDevice: NetDevice;
  readonly address: Uint8Array;
  readonly station: Uint8Array | undefined;
  readonly state: number;
  readonly flags: number;
}

function readSubject({ kernel, addressLength }: Table, { header, values }: NetlinkRequest): Subject | Refusal {
  const address = bytesIn(values, 'NDA_DST');
  if (address === undefined) return refusal(EINVAL, 'Network address not specified');
  const ifIndex = numberIn(header, 'ndm_ifindex') ?? 0;
  const netDevice = kernel.netDevices.get(ifIndex as IfIndex);
  if (ifIndex !== 0 && netDevice === undefined) return refusal(ENODEV);
  const station = bytesIn(values, 'NDA_LLADDR');
  if (netDevice !== undefined && station !== undefined && station.length < 6)
    return refusal(EINVAL, 'Invalid link address');
  if (address.length < addressLength) return refusal(EINVAL, 'Invalid network address');
  if (netDevice === undefined) return refusal(EINVAL, 'Device not specified');
  return {
    netDevice,
    address: address.slice(0, addressLength),
    station,
    state: numberIn(header, 'ndm_state') ?? 0,
    flags: numberIn(header, 'ndm_flags') ?? 0,
  };
}

async function addNeighbour(table: Table, request: NetlinkRequest): Promise<HandlerResult> {
  const { kernel, neighbours, family, parts } = table;
  const subject = readSubject(table, request);
  if ('errno' in subject) return subject;
  const { netDevice, address, station, state } = subject;
  const { flags } = request.message;
  if (!table.allows(netDevice)) return refusal(EINVAL, 'IPv6 is disabled on this device');
  const known = neighbours.find(netDevice, address);
  if (known === undefined && (flags & NLM_F_CREATE) === 0 && parts.neighbourNeedsCreate) return refusal(ENOENT);
  if (known !== undefined && (flags & NLM_F_EXCL) !== 0 && parts.neighbourHonoursExclusive) return refusal(EEXIST);
  const neighbour = known ?? neighbours.findOrMake(netDevice, address, family);
  if ((subject.flags & NTF_USE) !== 0) return { ok: true };
  const overrides = known === undefined || ((flags & NLM_F_REPLACE) !== 0 && parts.neighbourReplaces);
  // NEIGH_UPDATE_F_OVERRIDE_ISROUTER: what is there is replaced as a whole, or not.
  const router = overrides ? { isRouter: (subject.flags & NTF_ROUTER) !== 0 } : {};
  const update = { station, state, overrides, byUser: true, ...router };
  const refused = fromOutcome(neighbours.update(neighbour, update));
  await kernel.settle();
  return refused ?? { ok: true };
}

async function deleteNeighbour(table: Table, request: NetlinkRequest): Promise<HandlerResult> {
  const { kernel, neighbours, parts } = table;
  const subject = readSubject(table, request);
  if ('errno' in subject) return subject;
  const known = neighbours.find(subject.netDevice, subject.address);
  if (known === undefined) return parts.missingNeighbourIsError ? refusal(ENOENT) : { ok: true };
  if (parts.deletesNeighbours) neighbours.remove(known);
  await kernel.settle();
  return { ok: true };
}

function getNeighbour(table: Table, request: NetlinkRequest): HandlerResult {
  const { kernel, neighbours } = table;
  const subject = readSubject(table, request);
  if ('errno' in subject) return subject;
  const known = neighbours.find(subject.netDevice, subject.address);
  if (known === undefined) return refusal(ENOENT, 'Neighbour entry not found');
  return { ok: true, replies: [neighbourMessage(kernel.now, known)] };
}

/** neigh_dump_table(). */
function dump(tables: readonly Table[], { values }: NetlinkRequest): HandlerResult {
  const [wanted, master] = [numberIn(values, 'NDA_IFINDEX') ?? 0, numberIn(values, 'NDA_MASTER') ?? 0];
  return {
    ok: true,
    written: listNeighbours(tables, wanted, master),
    ...(wanted === 0 && master === 0 ? {} : { filtered: 'messages' }),
  };
}

function* listNeighbours(tables: readonly Table[], wanted: number, master: number): Generator<WrittenReply> {
  for (const { kernel, neighbours } of tables) {
    const isFiltering = kernel.parts.control.dumps.filtersNeighbours;
    for (const neighbour of neighbours.all()) {
      const { netDevice } = neighbour;
      const isOther = (wanted !== 0 && netDevice.ifIndex !== wanted) || isMasterFiltered(netDevice, master);
      if (isFiltering && isOther) continue;
      yield { type: RTM_NEWNEIGH, write: (draft) => writeNeighbour(draft, { neighbour, now: kernel.now }) };
    }
  }
}

/** A neighbour at a point in time. */
interface Told {
  readonly neighbour: Neighbour;
  readonly now: Nanoseconds;
}

const isValid = ({ state }: Neighbour): boolean => (state & NUD_VALID) !== 0;

const writeHeader = fieldsPlan<Told>(NDMSG, {
  ndm_family: ({ neighbour }) => neighbour.family,
  ndm_ifindex: ({ neighbour }) => neighbour.netDevice.ifIndex,
  ndm_state: ({ neighbour }) => neighbour.state,
  ndm_flags: ({ neighbour }) => neighbourFlags(neighbour),
  ndm_type: () => RTN_UNICAST,
});

const writeValues = attributePlan<Told>(NEIGHBOUR, [
  ['NDA_DST', ({ neighbour }) => neighbour.address],
  ['NDA_LLADDR', ({ neighbour }) => (isValid(neighbour) ? neighbour.station : undefined)],
  structPlan(NEIGHBOUR, 'NDA_CACHEINFO', {
    ndm_confirmed: ({ neighbour, now }) => ticks(now, neighbour.confirmed),
    ndm_used: ({ neighbour, now }) => ticks(now, neighbour.used),
    ndm_updated: ({ neighbour, now }) => ticks(now, neighbour.updated),
  }),
  ['NDA_PROBES', ({ neighbour }) => neighbour.probes],
]);

/** neigh_fill_info(). */
function writeNeighbour(draft: Draft, told: Told): void {
  writeHeader(draft, told);
  writeValues(draft, told);
}

export function neighbourMessage(now: Nanoseconds, neighbour: Neighbour, type: number = RTM_NEWNEIGH): NetlinkBody {
  return { type, body: encoded((draft) => writeNeighbour(draft, { neighbour, now })) };
}

/** USER_HZ. */
const CLOCK_TICK = 10_000_000n;

/** jiffies_delta_to_clock_t(). */
const ticks = (now: Nanoseconds, since: Nanoseconds): number =>
  now === since ? 0 : Number((now - since) / CLOCK_TICK) >>> 0;
