/**
 * The kernel's side of netlink: af_netlink.c, rtnetlink.c and genetlink.c as far as a user can see them. Requests of all sockets are
 * served one at a time and in order, as under rtnl_lock.
 */
import {
  AF_UNSPEC,
  CTRL_CMD_NEWFAMILY,
  CTRL_CMD_NEWMCAST_GRP,
  GENL_ID_CTRL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GENERIC,
  NETLINK_GET_STRICT_CHK,
  NETLINK_NO_ENOBUFS,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_BULK,
  NLM_F_DUMP,
  NLM_F_ECHO,
  NLM_F_REQUEST,
  RTM_MAX,
} from './constants.js';
import { controllerFamily, familyBody, groupBody } from './controller.js';
import { DumpWriter } from './dump.js';
import type { Acknowledgement } from './extack.js';
import type { QueryRules } from './families/queryRules.js';
import { CONFORMING_NETLINK, type Cause, type KernelSocket, type NetlinkParts } from './netlinkParts.js';
import { checkQueryAttributes, checkQueryHeader } from './queryCheck.js';
import { ReceiveBuffer, type Read } from './receiveBuffer.js';
import {
  NetlinkDecodeError,
  decodeParsed,
  decodeStruct,
  structLength,
  type StructField,
  type Value,
  type Values,
} from './schema.js';
import { validateAttributes, type Accepted, type Policy, type Refusal, type Validation } from './validate.js';
import { NLMSG_HDRLEN, align, encodeDatagram, encodeMessage, parseAttributes, viewOf, type Message } from './wire.js';

export { CONFORMING_NETLINK, type Cause, type KernelSocket, type NetlinkParts } from './netlinkParts.js';

const ENOENT = 2;
const EBUSY = 16;
const EINVAL = 22;
const EOPNOTSUPP = 95;
const ENOPROTOOPT = 92;

/**
 * What a handler is given: the request, checked against the policy of its operation.
 * @requirement NL-MSG-*
 */
export interface NetlinkRequest {
  readonly message: Message;
  /** The family's fixed header, decoded. */
  readonly header: Values;
  readonly values: Values;
  /** Where each attribute starts in the message, by its path. */
  readonly offsets: ReadonlyMap<string, number>;
  /** For the announcement of what the request changes. */
  readonly cause: Cause;
}

/** A message that goes back, or to a group: its type and all that follows the netlink header. */
export interface NetlinkBody {
  readonly type: number;
  readonly body: Uint8Array;
  /** NLM_F_* of an announcement: how what it tells of came about. Of a reply: beside those that it has anyway. */
  readonly flags?: number;
}

export interface HandlerSuccess {
  readonly ok: true;
  /** Those of a dump are taken as they are read: a generator sees what changes between two parts. */
  readonly replies?: Iterable<NetlinkBody> | AsyncIterable<NetlinkBody>;
  /** Said in the acknowledgement of a success. */
  readonly message?: string;
  /** Of a dump: counts the changes of what is listed (cb->seq); without it nobody is told of them. */
  readonly generation?: () => number;
  /** Of a dump that leaves out what does not match: its messages are marked, or these and its end. */
  readonly filtered?: 'messages' | 'all';
}

export type HandlerResult = HandlerSuccess | Refusal;
export type NetlinkHandler = (request: NetlinkRequest) => Promise<HandlerResult> | HandlerResult;

/** @requirement NL-DUMP-*, NL-DISC-* */
export interface NetlinkOperation {
  /** The message type, or the command of a generic family. */
  readonly number: number;
  readonly header: readonly StructField[];
  readonly policy: Policy;
  readonly validation: Validation;
  readonly doit?: NetlinkHandler;
  /** Answers the replies of a dump; the server marks them and closes it. */
  readonly dumpit?: NetlinkHandler;
  /** Of a dump, where it differs. */
  readonly dumpPolicy?: Policy;
  readonly dumpValidation?: Validation;
  /** Whether the handler of a dump looks at the request before the dump starts (start() of netlink_dump_control): its refusal is no end of a dump. */
  readonly checksBeforeDump?: boolean;
  /** Needs CAP_NET_ADMIN; shown in the listing of the family. */
  readonly privileged?: boolean;
  /** Of rtnetlink: for requests of this address family alone (AF_BRIDGE), before what serves all families. */
  readonly family?: number;
  /** Of rtnetlink: takes NLM_F_BULK (RTNL_FLAG_BULK_DEL_SUPPORTED). */
  readonly deletesBulk?: boolean;
  /** What is said of a message too short for the header. */
  readonly shortHeader?: string;
  /** Of queries of rtnetlink: what they may say, unless the socket does without the check. */
  readonly getRules?: QueryRules;
  readonly dumpRules?: QueryRules;
}

/** @requirement NL-GENL-*, NL-DISC-* */
export interface GenericFamily {
  readonly name: string;
  readonly version: number;
  readonly multicastGroups: readonly string[];
  readonly operations: readonly NetlinkOperation[];
  /** From this command on the reserved field and unknown flags are refused (resv_start_op); 0: always. */
  readonly reservedStart?: number;
  /** CTRL_ATTR_MAXATTR: the highest attribute, where all operations share one policy. */
  readonly maxAttribute?: number;
}

/** struct genlmsghdr. */
export const GENLMSGHDR: readonly StructField[] = [
  { name: 'cmd', kind: 'u8' },
  { name: 'version', kind: 'u8' },
  { name: 'reserved', kind: 'u16' },
];

/** A family with the numbers that it was given. */
export interface RegisteredFamily extends GenericFamily {
  readonly id: number;
  readonly groups: ReadonlyMap<string, number>;
  readonly byCommand: ReadonlyMap<number, NetlinkOperation>;
}

/** genetlink gives out ids from here on; 0x10 is the controller's. */
const FIRST_FAMILY_ID = 0x13;
/** netlink_rcv_skb(): how rtnetlink counts its groups; generic netlink has as many as were registered. */
const RTNLGRP_MAX = 39;

interface ServedSocket extends KernelSocket {
  dump: DumpWriter | undefined;
}

/** @requirement NL-MSG-*, NL-MUT-*, NL-MC-* */
export class NetlinkKernel {
  readonly #byProtocol = new Map<number, Map<number, NetlinkOperation>>();
  readonly #families = new Map<number, RegisteredFamily>();
  readonly #sockets = new Set<ServedSocket>();
  #nextPortId = 0x1000;
  #nextGroup = 0x11;
  /** The request that is served. */
  #current: { readonly type: number; readonly cause: Cause } | undefined;
  #serving: Promise<void> = Promise.resolve();

  readonly #parts: NetlinkParts;
  readonly #log: (line: string) => void;

  /** `log` is told of every request that nothing serves. */
  constructor(parts: NetlinkParts = CONFORMING_NETLINK, log: (line: string) => void = () => undefined) {
    this.#parts = parts;
    this.#log = log;
    this.registerFamily(controllerFamily(this.#families, parts));
  }

  /** rtnl_register() and its kin: an operation of a protocol whose message type is the operation. */
  register(protocol: number, operation: NetlinkOperation): void {
    const operations = this.#byProtocol.get(protocol) ?? new Map<number, NetlinkOperation>();
    operations.set(operationKey(operation.number, operation.family), operation);
    this.#byProtocol.set(protocol, operations);
  }

  /** genl_register_family(); answers the id that messages of the family have as their type. */
  registerFamily(family: GenericFamily): number {
    const id = family.name === 'nlctrl' ? GENL_ID_CTRL : FIRST_FAMILY_ID + this.#families.size;
    const groups = new Map(family.multicastGroups.map((name) => [name, this.#parts.groupNumber(this.#nextGroup++)]));
    const byCommand = new Map(family.operations.map((operation) => [operation.number, operation]));
    const registered = { ...family, id, groups, byCommand };
    this.#families.set(id, registered);
    // genl_ctrl_event().
    const notify = this.groupOf(GENL_ID_CTRL, 'notify');
    this.notify(NETLINK_GENERIC, notify, familyBody(registered, this.#parts, CTRL_CMD_NEWFAMILY));
    for (const name of groups.keys())
      this.notify(NETLINK_GENERIC, notify, groupBody(registered, name, CTRL_CMD_NEWMCAST_GRP));
    return id;
  }

  /** Number of a family's multicast group. Throws for a group that was not registered. */
  groupOf(familyId: number, name: string): number {
    const group = this.#families.get(familyId)?.groups.get(name);
    if (group === undefined) throw new Error(`no multicast group ${name} in family ${familyId}`);
    return group;
  }

  /** Whether there is such a protocol: what socket(2) says EPROTONOSUPPORT to. */
  hasProtocol(protocol: number): boolean {
    return protocol === NETLINK_GENERIC || this.#byProtocol.has(protocol);
  }

  /** netlink_setsockopt(). */
  setOption(socket: KernelSocket, option: number, value: number): { ok: true } | { ok: false; errno: number } {
    const { options, groups, protocol } = socket;
    switch (option) {
      case NETLINK_ADD_MEMBERSHIP:
      case NETLINK_DROP_MEMBERSHIP:
        if (this.#parts.checksGroups && !this.#hasGroup(protocol, value)) return { ok: false, errno: EINVAL };
        if (option === NETLINK_ADD_MEMBERSHIP) groups.add(value);
        else if (this.#parts.honoursLeave) groups.delete(value);
        return { ok: true };
      case NETLINK_CAP_ACK:
        options.capsAcknowledgements = value !== 0;
        return { ok: true };
      case NETLINK_EXT_ACK:
        options.explains = value !== 0;
        return { ok: true };
      case NETLINK_GET_STRICT_CHK:
        options.checksQueries = value !== 0;
        return { ok: true };
      case NETLINK_NO_ENOBUFS:
        options.hidesLoss = value !== 0;
        if (options.hidesLoss) socket.buffer.forgiveLoss();
        return { ok: true };
      default:
        // NETLINK_RX_RING and NETLINK_TX_RING are gone since 4.6.
        return this.#parts.refusesUnknownOptions ? { ok: false, errno: ENOPROTOOPT } : { ok: true };
    }
  }

  #hasGroup(protocol: number, group: number): boolean {
    return group > 0 && group <= (protocol === NETLINK_GENERIC ? this.#nextGroup - 1 : RTNLGRP_MAX);
  }

  openSocket(protocol: number): KernelSocket {
    const options = { capsAcknowledgements: false, explains: true, checksQueries: true, hidesLoss: false };
    const socket: ServedSocket = {
      protocol,
      portId: this.#nextPortId++,
      buffer: new ReceiveBuffer(this.#parts.buffers, options),
      groups: new Set(),
      options,
      dump: undefined,
    };
    this.#sockets.add(socket);
    return socket;
  }

  closeSocket(socket: KernelSocket): void {
    for (const served of this.#sockets) if (served === socket) this.#sockets.delete(served);
  }

  /** What was not taken yet is lost; sockets stay open, with their memberships. */
  emptyAllSockets(): void {
    for (const socket of this.#sockets) {
      socket.buffer.clear();
      socket.dump = undefined;
    }
  }

  /** netlink_has_listeners(): whether anybody would be told. */
  hasListeners(protocol: number, group: number): boolean {
    for (const socket of this.#sockets) {
      if (socket.protocol === protocol && this.#parts.notifies(socket, group)) return true;
    }
    return false;
  }

  /** nlmsg_notify(): to everybody in the group, and to who asked for the change if it wants to hear of it. Several share a datagram. */
  notify(protocol: number, group: number, told: NetlinkBody | readonly NetlinkBody[], cause?: Cause): void {
    const by = this.#parts.tellsCause ? cause : undefined;
    const messages = 'type' in told ? [told] : told;
    const datagram = encodeDatagram(
      messages.map(({ type, body, flags = 0 }) =>
        encodeMessage({ type, flags, sequence: by?.sequence ?? 0, portId: by?.portId ?? 0 }, body),
      ),
    );
    for (const socket of this.#sockets) {
      if (socket.protocol !== protocol) continue;
      const isEcho = cause?.echo === true && this.#parts.isEchoFor(socket.portId, cause.portId);
      if (!isEcho && !this.#parts.notifies(socket, group)) continue;
      const isTold = socket.buffer.deliver(datagram.slice(), this.#parts.enqueue);
      if (!isTold && this.#parts.buffers.stopsBehindFull) return;
    }
  }

  /** Who asked for what is done right now, if it was asked for by a message of one of these types. */
  causeOf(...types: readonly number[]): Cause | undefined {
    return this.#current !== undefined && types.includes(this.#current.type) ? this.#current.cause : undefined;
  }

  /** netlink_rcv_skb(): every message of the datagram in turn. Resolves when all are answered; never throws. */
  handle(socket: KernelSocket, datagram: Uint8Array): Promise<void> {
    const copy = datagram.slice();
    return this.#inTurn(async () => {
      for (const message of this.#parts.messages(copy)) {
        if (!this.#parts.buffers.servesWhenFull && !socket.buffer.hasRoomFor(copy.length)) return;
        const succeeded = await this.#serve(socket, message);
        if (!succeeded && !this.#parts.servesBehindFailure) return;
      }
    });
  }

  /** netlink_recvmsg(): who takes a datagram makes the kernel write the next part of a dump. Undefined: nothing is there. */
  async read(socket: KernelSocket, length: number): Promise<Read | undefined> {
    const read = socket.buffer.read(length);
    const served = this.#served(socket);
    if (served?.dump !== undefined && read?.ok === true && socket.buffer.isHalfEmpty)
      await this.#inTurn(() => this.#writePart(served));
    return read;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#serving = this.#serving.then(work);
    return this.#serving;
  }

  #served(socket: KernelSocket): ServedSocket | undefined {
    for (const served of this.#sockets) if (served === socket) return served;
    return undefined;
  }

  /** Answers whether the request succeeded. */
  async #serve(socket: KernelSocket, message: Message): Promise<boolean> {
    if (!this.#parts.isRequest(message)) {
      this.#acknowledge(socket, message, { ok: true });
      return true;
    }
    const found = this.#find(socket.protocol, message);
    if ('ok' in found) {
      this.#acknowledge(socket, message, found);
      return found.ok;
    }
    if (wantsDump(this.#parts, socket.protocol, message, found)) return this.#startDump(socket, message, found);
    const asked: Run = { operation: found, parts: this.#parts, message, socket, isDump: false };
    const cause = this.#causeOf(socket, message);
    this.#current = { type: message.type, cause };
    const result = await run(asked, cause);
    this.#current = undefined;
    const announced = result.ok ? undefined : this.#parts.announcesRefused(message);
    if (announced !== undefined)
      this.notify(socket.protocol, announced.group, { type: message.type, body: message.body });
    await this.#answer(socket, message, result);
    return result.ok;
  }

  #causeOf({ portId }: KernelSocket, { sequence, flags }: Message): Cause {
    return { portId, sequence, echo: this.#parts.echoes(flags) };
  }

  #acknowledge(socket: KernelSocket, message: Message, result: Acknowledgement | Refusal): void {
    if (result.ok && !this.#parts.acknowledges(message.flags)) return;
    socket.buffer.deliver(this.#parts.acknowledgement(message, socket.portId, result, socket.options));
  }

  #find(protocol: number, message: Message): NetlinkOperation | Acknowledgement | Refusal {
    const found = protocol === NETLINK_GENERIC ? this.#findGeneric(message) : this.#findPlain(protocol, message);
    if (!('ok' in found) || found.ok || (found.errno !== EOPNOTSUPP && found.errno !== ENOENT)) return found;
    if (found.errno === EOPNOTSUPP && this.#parts.logsUnsupported)
      this.#log(unsupported(protocol, message, this.#families));
    return { ...found, errno: this.#parts.unknownErrno(found.errno) };
  }

  /** rtnetlink_rcv_msg(). */
  #findPlain(protocol: number, message: Message): NetlinkOperation | Acknowledgement | Refusal {
    const unknown: Refusal = { ok: false, errno: EOPNOTSUPP };
    if (protocol === NETLINK_ROUTE && message.type > RTM_MAX) return unknown;
    // All the messages must have at least one byte; what is shorter is taken for nothing.
    if (message.body.length < 1) return { ok: true };
    const operations = this.#byProtocol.get(protocol);
    // rtnl_get_link(): the family's own handler, else that of AF_UNSPEC.
    const own = operations?.get(operationKey(message.type, message.body[0]));
    const general = operations?.get(operationKey(message.type, AF_UNSPEC));
    const isDump = isQuery(message.type) && this.#parts.isDump(message.flags);
    const serves = (operation: NetlinkOperation | undefined): boolean =>
      (isDump ? operation?.dumpit : operation?.doit) !== undefined;
    const operation = serves(own) ? own : serves(general) ? general : undefined;
    if (operation === undefined) return unknown;
    const isBulk = isDelete(message.type) && (message.flags & NLM_F_BULK) !== 0 && operation.deletesBulk !== true;
    return isBulk ? { ok: false, errno: EOPNOTSUPP, message: 'Bulk delete is not supported' } : operation;
  }

  /** genl_rcv_msg(), genl_family_rcv_msg() and genl_header_check(). */
  #findGeneric({ type, flags, body }: Message): NetlinkOperation | Refusal {
    const family = this.#families.get(type);
    if (family === undefined) return { ok: false, errno: ENOENT };
    if (body.length < structLength(GENLMSGHDR)) return { ok: false, errno: EINVAL };
    const command = body[0] ?? 0;
    const isDump = (flags & NLM_F_DUMP) === NLM_F_DUMP;
    if (this.#parts.checksVersion && body[1] !== family.version) return { ok: false, errno: EINVAL };
    if (command >= (family.reservedStart ?? 0)) {
      if (viewOf(body).getUint16(2, true) !== 0 && this.#parts.checksReserved)
        return { ok: false, errno: EINVAL, message: 'genlmsghdr.reserved field is not 0' };
      const known = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO | (isDump ? NLM_F_DUMP : 0);
      if ((flags & ~known) !== 0 && this.#parts.checksGenericFlags)
        return { ok: false, errno: EINVAL, message: 'ambiguous or reserved bits set in nlmsg_flags' };
    }
    const operation = family.byCommand.get(command);
    const handler = isDump ? operation?.dumpit : operation?.doit;
    return operation === undefined || handler === undefined ? { ok: false, errno: EOPNOTSUPP } : operation;
  }

  async #answer(socket: KernelSocket, message: Message, result: HandlerResult): Promise<void> {
    if (result.ok) {
      const sequence = this.#parts.answerSequence(message.sequence);
      for await (const { type, body, flags = 0 } of result.replies ?? [])
        socket.buffer.deliver(
          encodeMessage(
            { type, flags, sequence, portId: socket.portId },
            this.#parts.sealed(socket.protocol, type, body),
          ),
        );
    }
    this.#acknowledge(socket, message, result);
  }

  /** __netlink_dump_start(): the first part is written at once. */
  async #startDump(socket: KernelSocket, message: Message, operation: NetlinkOperation): Promise<boolean> {
    const served = this.#served(socket);
    if (served === undefined) return false;
    if (served.dump !== undefined && this.#parts.oneDumpAtATime) {
      this.#acknowledge(socket, message, { ok: false, errno: EBUSY });
      return false;
    }
    const asked: Run = { operation, parts: this.#parts, message, socket, isDump: true };
    const result = await run(asked, this.#causeOf(socket, message));
    if (!result.ok && (result.atStart === true || operation.checksBeforeDump === true)) {
      this.#acknowledge(socket, message, result);
      return false;
    }
    served.dump = new DumpWriter(this.#parts, socket, message, result);
    await this.#writePart(served);
    const isAtOnce = !this.#parts.dumpsLazily || !this.#parts.buffers.dumpWaits;
    while (isAtOnce && this.#isDumping(served)) await this.#writePart(served);
    return result.ok;
  }

  #isDumping(served: ServedSocket): boolean {
    return served.dump !== undefined;
  }

  /** netlink_dump(). */
  async #writePart(served: ServedSocket): Promise<void> {
    const { dump } = served;
    if (dump === undefined) return;
    const { datagrams, isOver } = await dump.next(served.buffer.partLimit);
    for (const datagram of datagrams) {
      if (this.#parts.buffers.dumpWaits) served.buffer.deliverPart(datagram);
      else served.buffer.deliver(datagram);
    }
    if (isOver && served.dump === dump) served.dump = undefined;
  }
}

/** Family 0, AF_UNSPEC, is nobody's own. */
const operationKey = (type: number, family = 0): number => (family << 16) | type;

/** rtnl_msgtype_kind(). */
const isQuery = (type: number): boolean => (type & 3) === 2;
const isDelete = (type: number): boolean => (type & 3) === 1;

/** Generic netlink takes the flags at their word. */
function wantsDump(parts: NetlinkParts, protocol: number, message: Message, operation: NetlinkOperation): boolean {
  if (protocol === NETLINK_GENERIC) return (message.flags & NLM_F_DUMP) === NLM_F_DUMP;
  return operation.dumpit !== undefined && isQuery(message.type) && parts.isDump(message.flags);
}

/** What the log says of a request that nothing serves. */
function unsupported(protocol: number, message: Message, families: ReadonlyMap<number, RegisteredFamily>): string {
  const dump = (message.flags & NLM_F_DUMP) === NLM_F_DUMP ? ', dump' : '';
  if (protocol !== NETLINK_GENERIC)
    return `netlink: unsupported request: protocol ${protocol}, type ${message.type}, family ${message.body[0] ?? 0}${dump}`;
  const name = families.get(message.type)?.name ?? message.type;
  return `netlink: unsupported request: generic family ${name}, command ${message.body[0] ?? 0}${dump}`;
}

type RunResult = HandlerSuccess | (Refusal & { /** Before a dump began. */ readonly atStart?: boolean });

/** A request, and all that its check depends on. */
interface Run {
  readonly operation: NetlinkOperation;
  readonly parts: NetlinkParts;
  readonly message: Message;
  readonly socket: KernelSocket;
  readonly isDump: boolean;
}

async function run({ operation, parts, message, socket, isDump }: Run, cause: Cause): Promise<RunResult> {
  // genl_start() checks before the dump begins, rtnetlink in its first part.
  const atStart = operation.header === GENLMSGHDR;
  const handler = isDump ? operation.dumpit : operation.doit;
  if (handler === undefined) return { ok: false, errno: EOPNOTSUPP, atStart };
  if (message.body.length < structLength(operation.header) && parts.refusesShortHeaders) {
    const { shortHeader } = operation;
    return { ok: false, errno: EINVAL, atStart, ...(shortHeader === undefined ? {} : { message: shortHeader }) };
  }
  const accepted = check({ operation, parts, message, socket, isDump });
  if (!accepted.ok) {
    if (parts.actsBeforeCheck && !isDump) await handler({ message, ...unchecked(operation, message), cause });
    return { ...accepted, atStart };
  }
  const result = await handler({ message, ...accepted, cause });
  const { warning } = accepted;
  return warning === undefined || result.message !== undefined ? result : { ...result, message: warning };
}

/** What can be read of a request whose attributes nobody looked at; a set in which some have no form is empty. */
function unchecked(
  operation: NetlinkOperation,
  { body }: Message,
): Pick<NetlinkRequest, 'header' | 'values' | 'offsets'> {
  const header = decodeStruct(operation.header, body);
  const { attributes } = parseAttributes(body.subarray(align(structLength(operation.header))));
  const values: Record<string, Value> = {};
  for (const attribute of attributes) {
    try {
      Object.assign(values, decodeParsed(operation.policy.set, [attribute]));
    } catch (error) {
      if (!(error instanceof NetlinkDecodeError)) throw error;
    }
  }
  return { header, values, offsets: new Map() };
}

type Checked = (Accepted & { readonly header: Values }) | Refusal;

/** The header of a query, then the attributes against the policy, then which of them mean something here. */
function check({ operation, parts, message, socket, isDump }: Run): Checked {
  const header = decodeStruct(operation.header, message.body);
  const declaredRules = isDump ? operation.dumpRules : operation.getRules;
  const isPlainQuery = isQuery(operation.number) && operation.header !== GENLMSGHDR;
  const isChecked = isPlainQuery ? parts.asksForChecks(socket.options) : true;
  const rules = isChecked ? declaredRules : undefined;
  const wrongHeader =
    rules === undefined || !parts.checksQueries('header') ? undefined : checkQueryHeader(rules, header);
  if (wrongHeader !== undefined) return wrongHeader;
  const policy = isDump ? (operation.dumpPolicy ?? operation.policy) : operation.policy;
  const declared = isDump ? (operation.dumpValidation ?? operation.validation) : operation.validation;
  const validation = parts.validation(isChecked ? declared : 'liberal');
  const attributesAt = align(structLength(operation.header));
  const attributes = message.body.subarray(attributesAt);
  const base = NLMSG_HDRLEN + attributesAt;
  const checked = validateAttributes(policy, attributes, base, validation);
  const accepted =
    !checked.ok && parts.overlooks(checked) ? validateAttributes(policy, attributes, base, 'liberal') : checked;
  if (!accepted.ok) return accepted;
  const isStrict = rules !== undefined && parts.checksQueries('attributes');
  return (isStrict ? checkQueryAttributes(rules, accepted.values) : undefined) ?? { ...accepted, header };
}

/** A message of a generic family: its command, then the attributes. */
export function genericBody(familyId: number, command: number, version: number, attributes: Uint8Array): NetlinkBody {
  const body = new Uint8Array(4 + attributes.length);
  body[0] = command;
  body[1] = version;
  body.set(attributes, 4);
  return { type: familyId, body };
}
