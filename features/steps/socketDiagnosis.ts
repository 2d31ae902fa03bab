/** Which sockets there are, as NETLINK_SOCK_DIAG lists them. */
import type { HostEnd, NetlinkSocket } from '../../harness/contract/index.js';
import { NETLINK_SOCK_DIAG, NLM_F_DUMP } from '../../reference-impl/netlink/constants.js';
import { decodeBody, encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_NETLINK,
  AF_PACKET,
  NETLINK_DIAG,
  NETLINK_DIAG_MSG,
  NETLINK_DIAG_REQ,
  PACKET_DIAG,
  PACKET_DIAG_MSG,
  PACKET_DIAG_REQ,
  PACKET_SHOW_INFO,
  SOCK_DIAG_BY_FAMILY,
} from '../../reference-impl/netlink/families/sockDiag.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectThat } from './expectations.js';
import { ask, repliesIn, type Request } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

/** A socket as it is listed. */
export interface Listed {
  readonly header: Values;
  readonly values: Values;
  /** Whether anything stands behind the header. */
  readonly hasAttributes: boolean;
}

export interface SocketNotes {
  readonly sockets: Map<number, NetlinkSocket>;
  packets: HostEnd | undefined;
  listed: readonly Listed[];
  /** What was listed before. */
  before: readonly Listed[];
}

export const notes = (world: NicWorld): SocketNotes =>
  world.note('sockets to be listed', () => ({ sockets: new Map(), packets: undefined, listed: [], before: [] }));

const NOTHING = new Uint8Array(0);
const HEADER_LENGTH = 28;
const PACKET_HEADER_LENGTH = 16;

export const netlinkRequest = (protocol: number, show: number): Uint8Array =>
  encodeBody(NETLINK_DIAG_REQ, { sdiag_family: AF_NETLINK, sdiag_protocol: protocol, ndiag_show: show }, NOTHING);
export const packetRequest = (protocol: number, show = PACKET_SHOW_INFO): Uint8Array =>
  encodeBody(PACKET_DIAG_REQ, { sdiag_family: AF_PACKET, sdiag_protocol: protocol, pdiag_show: show }, NOTHING);

export const diagnose = (world: NicWorld, body: Uint8Array, request: Partial<Request> = {}): ReturnType<typeof ask> =>
  ask(world, { type: SOCK_DIAG_BY_FAMILY, flags: NLM_F_DUMP, protocol: NETLINK_SOCK_DIAG, ...request, body });

/** Lists sockets of netlink. */
export async function list(world: NicWorld, protocol: number, show: number): Promise<void> {
  const replies = repliesIn(await diagnose(world, netlinkRequest(protocol, show)));
  notes(world).listed = replies.map((reply) => ({
    ...decodeBody(NETLINK_DIAG_MSG, NETLINK_DIAG, reply),
    hasAttributes: reply.body.length > HEADER_LENGTH,
  }));
}

/** Lists packet sockets. */
export async function packetSockets(world: NicWorld, show = PACKET_SHOW_INFO): Promise<readonly Listed[]> {
  return repliesIn(await diagnose(world, packetRequest(0, show))).map((reply) => ({
    ...decodeBody(PACKET_DIAG_MSG, PACKET_DIAG, reply),
    hasAttributes: reply.body.length > PACKET_HEADER_LENGTH,
  }));
}

export function socketOf(world: NicWorld, protocol: number): NetlinkSocket {
  const socket = notes(world).sockets.get(protocol);
  expectThat(socket !== undefined, `no socket of protocol ${protocol} is open`);
  return socket;
}

/** The entries of a socket: who is in a group is listed more than once. */
export function entriesOf(world: NicWorld, protocol: number, portId: number): readonly Listed[] {
  return notes(world).listed.filter(
    ({ header }) => numberIn(header, 'ndiag_protocol') === protocol && numberIn(header, 'ndiag_portid') === portId,
  );
}

export function entryOf(world: NicWorld, protocol: number): Listed {
  const [entry] = entriesOf(world, protocol, socketOf(world, protocol).portId);
  expectThat(entry !== undefined, `the socket of protocol ${protocol} is not listed`);
  return entry;
}
