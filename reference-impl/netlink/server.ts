/**
 * The kernel's side of netlink: af_netlink.c, rtnetlink.c and genetlink.c as far as a user can see them. Requests of all sockets are
 * served one at a time and in order, as under rtnl_lock.
 */
import {
  CTRL_CMD_NEWFAMILY,
  CTRL_CMD_NEWMCAST_GRP,
  GENL_ID_CTRL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GENERIC,
  NETLINK_GET_STRICT_CHK,
  NETLINK_NETFILTER,
  NETLINK_NO_ENOBUFS,
  NETLINK_PKTINFO,
  NETLINK_SOCK_DIAG,
  NLM_F_DUMP,
} from './constants.js';
import { controllerFamily, familyBody, groupBody } from './controller.js';
import { DumpWriter } from './dump.js';
import type { Acknowledgement } from './extack.js';
import { CONFORMING_NETLINK, Memberships, type Cause, type KernelSocket, type NetlinkParts } from './netlinkParts.js';
import { OperationRegistry } from './operationRegistry.js';
import {
  isQuery,
  type GenericFamily,
  type HandlerResult,
  type NetlinkBody,
  type NetlinkOperation,
} from './operations.js';
import { ReceiveBuffer, type Read } from './receiveBuffer.js';
import { runOperation, type Run } from './runOperation.js';
import type { Refusal } from './validate.js';
import { encodeDatagram, encodeMessage, type Message } from './wire.js';

export { CONFORMING_NETLINK, type Cause, type KernelSocket, type NetlinkParts } from './netlinkParts.js';
export * from './operations.js';

const EBUSY = 16;
const EINVAL = 22;
const ENOPROTOOPT = 92;

/** An answer to one message of a datagram that was taken whole. */
export interface DatagramAnswer {
  readonly message: Message;
  readonly result: Acknowledgement | Refusal;
}

/** Takes a datagram whole, at once; undefined: its messages are served one by one. */
export type DatagramHandler = (socket: KernelSocket, datagram: Uint8Array) => readonly DatagramAnswer[] | undefined;

interface ServedSocket extends KernelSocket {
  dump: DumpWriter | undefined;
  /** From the request for a dump on, until its end. */
  isDumping: boolean;
}

/** @requirement NL-MSG-*, NL-MUT-*, NL-MC-* */
export class NetlinkKernel {
  readonly #sockets = new Set<ServedSocket>();
  #nextPortId = 0x1000;
  /** The request that is served. */
  #current: { readonly type: number; readonly cause: Cause } | undefined;
  #serving: Promise<void> = Promise.resolve();

  readonly #parts: NetlinkParts;
  readonly #registry: OperationRegistry;
  readonly #datagramHandlers = new Map<number, DatagramHandler>();
  readonly #releases: ((socket: KernelSocket) => void)[] = [];

  /** `log` is told of every request that nothing serves. */
  constructor(parts: NetlinkParts = CONFORMING_NETLINK, log: (line: string) => void = () => undefined) {
    this.#parts = parts;
    this.#registry = new OperationRegistry(parts, log);
    this.registerFamily(controllerFamily(this.#registry.families, parts));
  }

  /** rtnl_register() and its kin: an operation of a protocol whose message type is the operation. */
  register(protocol: number, operation: NetlinkOperation): void {
    this.#registry.register(protocol, operation);
  }

  /** The input of netlink_kernel_create(), where it looks at more than one message at a time (nfnetlink_rcv()). */
  registerDatagrams(protocol: number, handler: DatagramHandler): void {
    this.#datagramHandlers.set(protocol, handler);
  }

  /** NETLINK_URELEASE: called with a socket that is closed. */
  onRelease(release: (socket: KernelSocket) => void): void {
    this.#releases.push(release);
  }

  /** The groups of netlink_kernel_create(). */
  limitGroups(protocol: number, highest: number): void {
    this.#registry.limitGroups(protocol, highest);
  }

  /** genl_register_family(); answers the id that messages of the family have as their type. */
  registerFamily(family: GenericFamily): number {
    const registered = this.#registry.registerFamily(family);
    // genl_ctrl_event().
    const notify = this.groupOf(GENL_ID_CTRL, 'notify');
    this.notify(NETLINK_GENERIC, notify, familyBody(registered, this.#parts, CTRL_CMD_NEWFAMILY));
    for (const name of registered.groups.keys())
      this.notify(NETLINK_GENERIC, notify, groupBody(registered, name, CTRL_CMD_NEWMCAST_GRP));
    return registered.id;
  }

  /** Number of a family's multicast group. Throws for a group that was not registered. */
  groupOf(familyId: number, name: string): number {
    const group = this.#registry.families.get(familyId)?.groups.get(name);
    if (group === undefined) throw new Error(`no multicast group ${name} in family ${familyId}`);
    return group;
  }

  /** Whether there is such a protocol: what socket(2) says EPROTONOSUPPORT to. */
  hasProtocol(protocol: number): boolean {
    return this.#registry.hasProtocol(protocol);
  }

  /** netlink_setsockopt(). */
  setOption(socket: KernelSocket, option: number, value: number): { ok: true } | { ok: false; errno: number } {
    const { options, groups, protocol } = socket;
    switch (option) {
      case NETLINK_ADD_MEMBERSHIP:
      case NETLINK_DROP_MEMBERSHIP:
        if (this.#parts.checksGroups && !this.#registry.hasGroup(protocol, value)) return { ok: false, errno: EINVAL };
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
      case NETLINK_PKTINFO:
        options.tellsGroup = value !== 0;
        return { ok: true };
      default:
        // NETLINK_RX_RING and NETLINK_TX_RING are gone since 4.6.
        return this.#parts.refusesUnknownOptions ? { ok: false, errno: ENOPROTOOPT } : { ok: true };
    }
  }

  openSocket(protocol: number): KernelSocket {
    const options = {
      capsAcknowledgements: false,
      explains: true,
      checksQueries: true,
      hidesLoss: false,
      tellsGroup: true,
    };
    const socket: ServedSocket = {
      protocol,
      portId: this.#nextPortId++,
      buffer: new ReceiveBuffer(this.#parts.buffers, options),
      groups: new Memberships(),
      options,
      dump: undefined,
      isDumping: false,
    };
    this.#sockets.add(socket);
    return socket;
  }

  closeSocket(socket: KernelSocket): void {
    for (const served of this.#sockets) if (served === socket) this.#sockets.delete(served);
    for (const release of this.#releases) release(socket);
  }

  /** What was not taken yet is lost; sockets stay open, with their memberships. */
  emptyAllSockets(): void {
    for (const socket of this.#sockets) {
      socket.buffer.clear();
      socket.dump = undefined;
      socket.isDumping = false;
    }
  }

  /** netlink_has_listeners(): whether anybody would be told. */
  hasListeners(protocol: number, group: number): boolean {
    for (const socket of this.#sockets) {
      if (socket.protocol === protocol && this.#parts.notifies(socket, group)) return true;
    }
    return false;
  }

  /** The socket of a port id: who asks, by the cause of a request. */
  socketOf(portId: number): KernelSocket | undefined {
    for (const socket of this.#sockets) if (socket.portId === portId) return socket;
    return undefined;
  }

  /** Which protocols there are, in order. */
  get protocols(): readonly number[] {
    return this.#registry.protocols;
  }

  /** Who has a socket of a protocol, in the order in which they were opened. */
  socketsOf(protocol: number): readonly KernelSocket[] {
    return [...this.#sockets].filter((socket) => socket.protocol === protocol);
  }

  /** nlk->cb_running. */
  isDumping(socket: KernelSocket): boolean {
    return this.#served(socket)?.isDumping === true;
  }

  /**
   * nlmsg_notify(): to everybody in the group, and to who asked for the change if it wants to hear of it. Several share a datagram.
   * `heardBy`: the filter of netlink_broadcast_filtered().
   */
  notify(
    protocol: number,
    group: number,
    told: NetlinkBody | readonly NetlinkBody[],
    cause?: Cause,
    heardBy: (socket: KernelSocket) => boolean = () => true,
  ): void {
    const by = this.#parts.tellsCause ? cause : undefined;
    const messages = 'type' in told ? [told] : told;
    const datagram = encodeDatagram(
      messages.map(({ type, body, flags = 0, sequence = by?.sequence ?? 0 }) =>
        encodeMessage({ type, flags, sequence: by === undefined ? 0 : sequence, portId: by?.portId ?? 0 }, body),
      ),
    );
    for (const socket of this.#sockets) {
      if (socket.protocol !== protocol) continue;
      const isEcho = cause?.echo === true && this.#parts.isEchoFor(socket.portId, cause.portId);
      if (!isEcho && !this.#parts.notifies(socket, group)) continue;
      if (!heardBy(socket)) continue;
      const toldGroup = isEcho ? this.#parts.buffers.groupOfEcho(group) : group;
      const isTold = socket.buffer.deliver(datagram.slice(), this.#parts.enqueue, toldGroup);
      if (!isTold && this.#parts.buffers.stopsBehindFull) return;
    }
  }

  /** genlmsg_unicast(): to one socket alone; one that was closed hears nothing. */
  tell({ portId, sequence }: Pick<Cause, 'portId' | 'sequence'>, { type, body, flags = 0 }: NetlinkBody): void {
    const socket = this.socketOf(portId);
    socket?.buffer.deliver(encodeMessage({ type, flags, sequence, portId }, body), this.#parts.enqueue);
  }

  /** Who asked for what is done right now, if it was asked for by a message of one of these types. */
  causeOf(...types: readonly number[]): Cause | undefined {
    return this.#current !== undefined && types.includes(this.#current.type) ? this.#current.cause : undefined;
  }

  /** netlink_rcv_skb(): every message of the datagram in turn. Resolves when all are answered; never throws. */
  handle(socket: KernelSocket, datagram: Uint8Array): Promise<void> {
    const copy = datagram.slice();
    return this.#inTurn(async () => {
      const answers = this.#datagramHandlers.get(socket.protocol)?.(socket, copy);
      if (answers !== undefined) {
        for (const { message, result } of answers) this.#acknowledge(socket, message, result);
        return;
      }
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
    const found = this.#registry.find(socket.protocol, message);
    if ('ok' in found) {
      this.#acknowledge(socket, message, found);
      return found.ok;
    }
    if (wantsDump(this.#parts, socket.protocol, message, found)) return this.#startDump(socket, message, found);
    const asked: Run = { operation: found, parts: this.#parts, message, socket, isDump: false };
    const cause = this.#causeOf(socket, message);
    this.#current = { type: message.type, cause };
    const result = await runOperation(asked, cause);
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

  async #answer(socket: KernelSocket, message: Message, result: HandlerResult): Promise<void> {
    if (result.ok) {
      const sequence = this.#parts.answerSequence(message.sequence);
      for await (const { type, body, flags = 0 } of result.replies ?? [])
        socket.buffer.deliver(
          encodeMessage(
            { type, flags, sequence, portId: socket.portId },
            this.#parts.sealed?.(socket.protocol, type, body) ?? body,
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
    served.isDumping = true;
    const result = await runOperation(asked, this.#causeOf(socket, message));
    if (!result.ok && (result.atStart === true || operation.checksBeforeDump === true)) {
      served.isDumping = served.dump !== undefined;
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
    if (!isOver || served.dump !== dump) return;
    served.dump = undefined;
    served.isDumping = false;
  }
}

/** Generic netlink takes the flags at their word. */
function wantsDump(parts: NetlinkParts, protocol: number, message: Message, operation: NetlinkOperation): boolean {
  if (protocol === NETLINK_GENERIC) return (message.flags & NLM_F_DUMP) === NLM_F_DUMP;
  if (protocol === NETLINK_SOCK_DIAG || protocol === NETLINK_NETFILTER)
    return operation.dumpit !== undefined && (message.flags & NLM_F_DUMP) !== 0;
  return operation.dumpit !== undefined && isQuery(message.type) && parts.isDump(message.flags);
}
