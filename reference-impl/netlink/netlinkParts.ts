/** Rules of the server that a seeded defect may replace, one at a time, and what they are asked about. */
import { NLM_F_ACK, NLM_F_DUMP, NLM_F_ECHO, NLM_F_MULTI, NLM_F_REQUEST, NLMSG_MIN_TYPE } from './constants.js';
import { encodeAcknowledgement, type Acknowledgement } from './extack.js';
import { CONFORMING_BUFFERS, type BufferParts, type ReceiveBuffer } from './receiveBuffer.js';
import type { Values } from './schema.js';
import type { Refusal, Validation } from './validate.js';
import { parseDatagram, type Message } from './wire.js';

/** Options of a socket: NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK, NETLINK_NO_ENOBUFS and NETLINK_PKTINFO of linux/netlink.h. */
export interface SocketOptions {
  capsAcknowledgements: boolean;
  explains: boolean;
  checksQueries: boolean;
  hidesLoss: boolean;
  tellsGroup: boolean;
}

/** The groups of a socket; nlk->groups is there from the first change on. */
export class Memberships extends Set<number> {
  isAllocated = false;

  override add(group: number): this {
    this.isAllocated = true;
    return super.add(group);
  }

  override delete(group: number): boolean {
    this.isAllocated = true;
    return super.delete(group);
  }
}

/** Datagrams that wait in a socket; a user reads them, the kernel adds to them. */
export interface KernelSocket {
  readonly protocol: number;
  readonly portId: number;
  readonly buffer: ReceiveBuffer;
  readonly groups: Memberships;
  readonly options: SocketOptions;
}

/** Who asked for the change that is announced: nlmsg_notify(). */
export interface Cause {
  readonly portId: number;
  readonly sequence: number;
  /** NLM_F_ECHO: who asked is told too, whether it is in the group or not. */
  readonly echo: boolean;
}

export interface NetlinkParts {
  /** netlink_rcv_skb(): the messages of a datagram. */
  readonly messages: (datagram: Uint8Array) => readonly Message[];
  /** Whether a message is for the kernel to act upon. */
  readonly isRequest: (message: Message) => boolean;
  /** How strictly an operation's request is checked. */
  readonly validation: (declared: Validation) => Validation;
  readonly acknowledges: (flags: number) => boolean;
  readonly acknowledgement: (
    request: Message,
    portId: number,
    result: Acknowledgement | Refusal,
    options?: SocketOptions,
  ) => Uint8Array;
  /** Whether a change is made before its attributes are checked. */
  readonly actsBeforeCheck: boolean;
  /** Whether a request that is too short for its header is refused. */
  readonly refusesShortHeaders: boolean;
  /** Whether what a query says beyond its filters is refused. */
  readonly checksQueries: (part: 'header' | 'attributes') => boolean;
  /** Whether the queries of a socket are to be checked. */
  readonly asksForChecks: (options: SocketOptions) => boolean;
  /** Which flags of a query of rtnetlink make it a dump. */
  readonly isDump: (flags: number) => boolean;
  /** Whether a request is served although the check of its attributes refused it. */
  readonly overlooks: (refusal: Refusal) => boolean;
  /** ctrl_fill_info(): what is told of a family. */
  readonly toldFamily: (values: Values) => Values;
  /** Whether the controller names the multicast groups of a family. */
  readonly listsGroups: boolean;
  /** Flags of each message of a dump. */
  readonly dumpFlags: number;
  /** The code that closes a dump. */
  readonly dumpCode: (errno: number) => number;
  /** nl_dump_check_consistent(): whether the list changed between two parts of a dump. */
  readonly isInterrupted: (before: number, now: number) => boolean;
  /** Whether a dump that leaves something out says so. */
  readonly marksFiltered: boolean;
  /** Whether a second dump is refused while one runs. */
  readonly oneDumpAtATime: boolean;
  /** Whether a dump is written part by part, as it is read. */
  readonly dumpsLazily: boolean;
  /** Whether what does not fit into a part any more begins the next one. */
  readonly keepsBetweenParts: boolean;
  /** Whether the requests behind one that failed are served too. */
  readonly servesBehindFailure: boolean;
  /** Which members of a group are told. */
  readonly notifies: (socket: KernelSocket, group: number) => boolean;
  /** Whether an announcement tells who asked for the change. */
  readonly tellsCause: boolean;
  /** nlmsg_notify(): whether the socket with this port id gets the echo that another one, or itself, asked for. */
  readonly isEchoFor: (portId: number, asked: number) => boolean;
  readonly echoes: (flags: number) => boolean;
  /** Where in the queue of a socket an announcement goes. */
  readonly enqueue: (queue: Uint8Array[], datagram: Uint8Array) => void;
  /** genl_header_check(): whether the reserved field of a request has to be zero, and its flags to be known. */
  readonly checksReserved: boolean;
  readonly checksGenericFlags: boolean;
  /** Whether the version of a request has to be that of its family. */
  readonly checksVersion: boolean;
  /** As which family a number is looked up. */
  readonly familyNumber: (id: number) => number;
  /** Number of the next multicast group. */
  readonly groupNumber: (next: number) => number;
  /** Whether the policies of an operation are published, and under which number. */
  readonly publishes: (command: number) => boolean;
  readonly publishedNumber: (command: number, place: number) => number;
  /** What the listing of a family says of an operation. */
  readonly operationFlags: (flags: number) => number;
  /** Operations that the listing of a family leaves out. */
  readonly hidesOperation: (operation: number) => boolean;
  /** What a dump of policies says of an attribute. */
  readonly toldPolicy: (description: Values) => Values;
  /** What a request that nothing serves is answered with. */
  readonly unknownErrno: (errno: number) => number;
  /** Whether a request that nothing serves is written into the log. */
  readonly logsUnsupported: boolean;
  /** What is announced of a request that was refused. */
  readonly announcesRefused: (request: Message) => { readonly group: number } | undefined;
  readonly honoursLeave: boolean;
  /** Whether a group that there is not is refused. */
  readonly checksGroups: boolean;
  readonly refusesUnknownOptions: boolean;
  /** The last look at what a reply is made of; undefined: none is taken. */
  readonly sealed: ((protocol: number, type: number, body: Uint8Array) => Uint8Array) | undefined;
  /** Sequence number of an answer. */
  readonly answerSequence: (sequence: number) => number;
  readonly buffers: BufferParts;
}

export const CONFORMING_NETLINK: NetlinkParts = {
  messages: parseDatagram,
  isRequest: ({ flags, type }) => (flags & NLM_F_REQUEST) !== 0 && type >= NLMSG_MIN_TYPE,
  validation: (declared) => declared,
  acknowledges: (flags) => (flags & NLM_F_ACK) !== 0,
  acknowledgement: encodeAcknowledgement,
  actsBeforeCheck: false,
  refusesShortHeaders: true,
  checksQueries: () => true,
  asksForChecks: ({ checksQueries }) => checksQueries,
  isDump: (flags) => (flags & NLM_F_DUMP) !== 0,
  overlooks: () => false,
  toldFamily: (values) => values,
  listsGroups: true,
  dumpFlags: NLM_F_MULTI,
  dumpCode: (errno) => -errno,
  isInterrupted: (before, now) => before !== now,
  marksFiltered: true,
  oneDumpAtATime: true,
  dumpsLazily: true,
  keepsBetweenParts: true,
  servesBehindFailure: true,
  notifies: (socket, group) => socket.groups.has(group),
  tellsCause: true,
  isEchoFor: (portId, asked) => portId === asked,
  echoes: (flags) => (flags & NLM_F_ECHO) !== 0,
  enqueue: (queue, datagram) => void queue.push(datagram),
  checksReserved: true,
  checksGenericFlags: true,
  checksVersion: false,
  familyNumber: (id) => id,
  groupNumber: (next) => next,
  publishes: () => true,
  publishedNumber: (command) => command,
  operationFlags: (flags) => flags,
  hidesOperation: () => false,
  toldPolicy: (description) => description,
  unknownErrno: (errno) => errno,
  logsUnsupported: true,
  announcesRefused: () => undefined,
  honoursLeave: true,
  checksGroups: true,
  refusesUnknownOptions: true,
  sealed: undefined,
  answerSequence: (sequence) => sequence,
  buffers: CONFORMING_BUFFERS,
};
