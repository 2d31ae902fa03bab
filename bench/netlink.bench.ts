/**
 * Dumps over netlink: ten thousand links and a hundred thousand neighbours, made in the same way by the same requests on the reference and on
 * the kernel of this machine, and read by the same socket. What our codec costs is beside it: the kernel's own datagrams, decoded.
 */
import type { NetlinkSocket, Target } from '../harness/contract/index.js';
import { openLinuxTarget } from '../harness/targets/linux/index.js';
import { openReferenceTarget } from '../harness/targets/reference.js';
import { decodeBody, encodeBody } from '../reference-impl/netlink/client.js';
import {
  AF_INET,
  AF_UNSPEC,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NUD_PERMANENT,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
} from '../reference-impl/netlink/constants.js';
import { decodeError } from '../reference-impl/netlink/extack.js';
import { IFINFOMSG, LINK, NDMSG, NEIGHBOUR } from '../reference-impl/netlink/families/rtnetlink.js';
import { encodeAttributes, type AttributeSet, type StructField } from '../reference-impl/netlink/schema.js';
import { encodeDatagram, encodeMessage, parseDatagram, type Message } from '../reference-impl/netlink/wire.js';
import type { BenchRow } from './benchRow.js';

const LINKS = 10_000;
const NEIGHBOURS = 100_000;
/** Requests in a datagram: less than a socket may send at once. */
const BATCH = 500;
const ROUNDS = 5;
const WARM_UP = 2;
/** For what takes the kernel seconds to make. */
const PATIENT = { withinMs: 60_000 };
const IFF_UP = 1;

/** A kind of object that is dumped. */
interface Listing {
  readonly name: string;
  readonly query: number;
  readonly header: readonly StructField[];
  readonly headerValues: Record<string, number>;
  readonly set: AttributeSet;
}

const LISTINGS: readonly Listing[] = [
  {
    name: `${LINKS} links`,
    query: RTM_GETLINK,
    header: IFINFOMSG,
    headerValues: { ifi_family: AF_UNSPEC },
    set: LINK,
  },
  {
    name: `${NEIGHBOURS} neighbours`,
    query: RTM_GETNEIGH,
    header: NDMSG,
    headerValues: { ndm_family: AF_INET },
    set: NEIGHBOUR,
  },
];

/** Sends requests of which the last of each datagram is acknowledged. Throws where one is refused. */
async function make(socket: NetlinkSocket, type: number, bodies: readonly Uint8Array[]): Promise<void> {
  for (let at = 0; at < bodies.length; at += BATCH) {
    const batch = bodies.slice(at, at + BATCH);
    const messages = batch.map((body, index) => {
      const flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | (index === batch.length - 1 ? NLM_F_ACK : 0);
      return encodeMessage({ type, flags, sequence: at + index + 1, portId: 0 }, body);
    });
    await socket.send(encodeDatagram(messages));
    const answer = await socket.receive(PATIENT);
    const [first] = answer === null ? [] : parseDatagram(answer);
    if (first?.type !== NLMSG_ERROR) throw new Error('a request was not answered');
    const { errno } = decodeError(first);
    if (errno !== 0) throw new Error(`a request was refused: ${errno}`);
  }
}

async function fill(target: Target): Promise<void> {
  const socket = await target.netlink(NETLINK_ROUTE);
  const [port] = (await target.describe()).ports;
  const ifIndex = port?.ifIndex ?? 0;
  const up = encodeBody(IFINFOMSG, { ifi_index: ifIndex, ifi_flags: IFF_UP, ifi_change: IFF_UP }, new Uint8Array(0));
  await socket.send(encodeMessage({ type: RTM_NEWLINK, flags: NLM_F_REQUEST | NLM_F_ACK, sequence: 1, portId: 0 }, up));
  await socket.receive();
  const links = Array.from({ length: LINKS }, (_, index) =>
    encodeBody(
      IFINFOMSG,
      {},
      encodeAttributes(LINK, { IFLA_IFNAME: `bench${index}`, IFLA_LINKINFO: { IFLA_INFO_KIND: 'bridge' } }),
    ),
  );
  await make(socket, RTM_NEWLINK, links);
  const header = { ndm_family: AF_INET, ndm_ifindex: ifIndex, ndm_state: NUD_PERMANENT };
  const neighbours = Array.from({ length: NEIGHBOURS }, (_, index) => {
    const last = [(index >>> 16) & 0xff, (index >>> 8) & 0xff, index & 0xff];
    const values = { NDA_DST: Uint8Array.of(10, ...last), NDA_LLADDR: Uint8Array.of(2, 0, 0, ...last) };
    return encodeBody(NDMSG, header, encodeAttributes(NEIGHBOUR, values));
  });
  await make(socket, RTM_NEWNEIGH, neighbours);
  await socket.close();
}

/** The datagrams of a whole dump. */
async function readDump(socket: NetlinkSocket, { query, header, headerValues }: Listing): Promise<Uint8Array[]> {
  const request = { type: query, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence: 1, portId: 0 };
  await socket.send(encodeMessage(request, encodeBody(header, headerValues, new Uint8Array(0))));
  for (const datagrams: Uint8Array[] = []; ;) {
    const datagram = await socket.receive();
    if (datagram === null) throw new Error('a dump did not end');
    datagrams.push(datagram);
    if (lastOf(datagram)?.type === NLMSG_DONE) return datagrams;
  }
}

const lastOf = (datagram: Uint8Array): Message | undefined => parseDatagram(datagram).at(-1);

function decodeAll({ header, set }: Listing, datagrams: readonly Uint8Array[]): number {
  let decoded = 0;
  for (const datagram of datagrams) {
    for (const message of parseDatagram(datagram)) {
      if (message.type === NLMSG_DONE) continue;
      decodeBody(header, set, message);
      decoded++;
    }
  }
  return decoded;
}

/** What `run` says it did in a second, the median of some rounds. */
async function rateOf(run: () => Promise<number> | number): Promise<number> {
  for (let round = 0; round < WARM_UP; round++) await run();
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const done = await run();
    rates.push((1000 * done) / (performance.now() - start));
  }
  return rates.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
}

interface Rates {
  /** Messages answered a second: the dump is read, and nothing is made of it. */
  readonly answered: number;
  /** Messages decoded a second, of a dump that is there. */
  readonly decoded: number;
}

async function ratesOf(target: Target): Promise<Map<string, Rates>> {
  await fill(target);
  const socket = await target.netlink(NETLINK_ROUTE);
  const rates = new Map<string, Rates>();
  for (const listing of LISTINGS) {
    const dump = await readDump(socket, listing);
    const count = decodeAll(listing, dump);
    const answered = await rateOf(async () => {
      await readDump(socket, listing);
      return count;
    });
    rates.set(listing.name, { answered, decoded: await rateOf(() => decodeAll(listing, dump)) });
  }
  await socket.close();
  return rates;
}

/** Needs root for the kernel's side; without it these rows are left out, and that is said. */
export async function netlinkRows(): Promise<BenchRow[]> {
  const model = await openReferenceTarget();
  const reference = await ratesOf(model);
  await model.close();
  const kernel = await kernelRates();
  return LISTINGS.flatMap(({ name }): BenchRow[] => {
    const [own, other] = [reference.get(name), kernel?.get(name)];
    if (own === undefined) return [];
    const peers =
      other === undefined ? [] : [{ name: 'the kernel of this machine', ratio: own.answered / other.answered }];
    const row: BenchRow = { name: `the reference answers ${name}`, rate: own.answered / 1000, unit: 'k/s', peers };
    if (other === undefined) return [row];
    return [
      row,
      {
        name: `the codec decodes ${name}, as the kernel says them`,
        rate: other.decoded / 1000,
        unit: 'k/s',
        peers: [{ name: 'the kernel that answers them', ratio: other.decoded / other.answered }],
      },
    ];
  });
}

async function kernelRates(): Promise<Map<string, Rates> | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.log("without the kernel's dumps: needs Linux and root");
    return undefined;
  }
  const target = await openLinuxTarget('veth');
  try {
    return await ratesOf(target);
  } finally {
    await target.close();
  }
}
