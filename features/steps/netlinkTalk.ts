/** Messages of netlink as bytes, over sockets of a scenario's own: what is sent, and all that comes for it. */
import type { NetlinkSocket } from '../../harness/contract/index.js';
import {
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
} from '../../reference-impl/netlink/constants.js';
import { errnoName, errnoNumber } from '../../reference-impl/netlink/errnoNames.js';
import { decodeDone, decodeError, type DecodedError } from '../../reference-impl/netlink/extack.js';
import { encodeMessage, parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';
import { expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

interface TalkNotes {
  readonly sockets: Map<number, Promise<NetlinkSocket>>;
  nextSequence: number;
  /** All that came for the last request, in order. */
  messages: readonly Message[];
  /** The last request as it was sent. */
  request: Uint8Array;
  /** Datagrams in which the last dump came. */
  datagrams: number;
  /** Where the attribute stands that the last request is refused for. */
  place: number;
}

export const talk = (world: NicWorld): TalkNotes =>
  world.note('netlink talk', () => ({
    sockets: new Map(),
    nextSequence: 0x1000_0000,
    messages: [],
    request: new Uint8Array(0),
    datagrams: 0,
    place: -1,
  }));

/** The scenario's socket of this protocol. Sockets are few, and go with the target's reset. */
export function talkSocket(world: NicWorld, protocol: number): Promise<NetlinkSocket> {
  const { sockets } = talk(world);
  let socket = sockets.get(protocol);
  if (socket === undefined) {
    socket = world.target.netlink(protocol);
    sockets.set(protocol, socket);
  }
  return socket;
}

export interface Request {
  readonly type: number;
  /** Beside NLM_F_REQUEST. */
  readonly flags?: number;
  readonly body: Uint8Array;
  readonly protocol?: number;
  readonly sequence?: number;
}

export function encodeRequest(world: NicWorld, { type, flags = NLM_F_ACK, body, sequence }: Request): Uint8Array {
  const notes = talk(world);
  const header = { type, flags: flags | NLM_F_REQUEST, sequence: sequence ?? notes.nextSequence++, portId: 0 };
  return encodeMessage(header, body);
}

/** Sequence number of the message that tells that all is there. */
const BARRIER = 0x7fff_fff0;
const barrier = encodeMessage(
  { type: NLMSG_NOOP, flags: NLM_F_REQUEST | NLM_F_ACK, sequence: BARRIER, portId: 0 },
  new Uint8Array(0),
);

/** Sends a datagram as it is, and takes all that comes for it: a message behind it that does nothing is acknowledged last. */
export async function sendRaw(world: NicWorld, protocol: number, datagram: Uint8Array): Promise<readonly Message[]> {
  const socket = await talkSocket(world, protocol);
  await socket.send(datagram);
  await socket.send(barrier);
  const messages: Message[] = [];
  for (;;) {
    const received = await socket.receive();
    if (received === null) break;
    const came = parseDatagram(received);
    messages.push(...came.filter(({ sequence }) => sequence !== BARRIER));
    if (came.some(({ sequence }) => sequence === BARRIER)) break;
  }
  const notes = talk(world);
  notes.messages = messages;
  notes.request = datagram;
  return messages;
}

/** One request, and all that comes for it. A dump is taken to its end. */
export async function ask(world: NicWorld, request: Request): Promise<readonly Message[]> {
  const { protocol = NETLINK_ROUTE, flags = NLM_F_ACK } = request;
  const bytes = encodeRequest(world, request);
  if ((flags & NLM_F_DUMP) !== NLM_F_DUMP) return sendRaw(world, protocol, bytes);
  const socket = await talkSocket(world, protocol);
  await socket.send(bytes);
  return takeDump(world, socket, bytes);
}

/** What is left of a dump that was asked for, to its end. */
export async function takeDump(
  world: NicWorld,
  socket: NetlinkSocket,
  request: Uint8Array,
): Promise<readonly Message[]> {
  const notes = talk(world);
  const messages: Message[] = [];
  notes.datagrams = 0;
  for (let isOver = false; !isOver;) {
    const received = await socket.receive();
    if (received === null) break;
    notes.datagrams++;
    const came = parseDatagram(received);
    messages.push(...came);
    isOver = came.some(({ type }) => type === NLMSG_DONE || type === NLMSG_ERROR);
  }
  notes.messages = messages;
  notes.request = request;
  return messages;
}

/** The errors among messages, acknowledgements (errno 0) included. */
export const errorsIn = (messages: readonly Message[]): readonly DecodedError[] =>
  messages
    .filter(({ type }) => type === NLMSG_ERROR || type === NLMSG_DONE)
    .map((message) => (message.type === NLMSG_ERROR ? decodeError(message) : decodeDone(message)));

export const repliesIn = (messages: readonly Message[]): readonly Message[] =>
  messages.filter(({ type }) => type !== NLMSG_ERROR && type !== NLMSG_DONE);

/** The only error; fails where the request was taken, or refused with another error. */
export function expectRefused(messages: readonly Message[], errno: string): DecodedError {
  const errors = errorsIn(messages);
  const refusal = errors.find((error) => error.errno !== 0);
  expectThat(refusal !== undefined, `it was taken, and should be refused with ${errno}`);
  expectThat(errnoNumber(errno) !== undefined, `no error is called ${errno}`);
  const said = refusal.message === undefined ? '' : ` (${refusal.message})`;
  expectThat(
    refusal.errno === errnoNumber(errno),
    `it was refused with ${errnoName(refusal.errno)}${said}, not ${errno}`,
  );
  return refusal;
}

/** Fails with what the kernel said where the request was refused. */
export function expectTaken(messages: readonly Message[], what: string): void {
  const refusal = errorsIn(messages).find(({ errno }) => errno !== 0);
  const said = refusal?.message === undefined ? '' : ` (${refusal.message})`;
  expectThat(refusal === undefined, `${what} was refused with ${errnoName(refusal?.errno ?? 0)}${said}`);
}

export const PROTOCOLS = { rtnetlink: NETLINK_ROUTE, 'generic netlink': NETLINK_GENERIC } as const;
