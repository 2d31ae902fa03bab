/**
 * The path between nettool and a target, with somebody on it who sees every message, and who can hold one up, spoil it, keep an answer
 * or deliver answers in another order. What happens to messages on this path happens on real ones too: a driver takes its time, a
 * device goes away between two messages, an answer is lost.
 */
import type { NetDeviceName, NetlinkSocket, Target, Wait } from '../../harness/contract/index.js';
import type { IoctlResult, Machine } from '../../reference-impl/nettool/index.js';
import { decodeBody } from '../../reference-impl/netlink/client.js';
import { DEVLINK_CMD, DEVLINK_GENL_NAME } from '../../reference-impl/netlink/families/devlink.js';
import { CTRL } from '../../reference-impl/netlink/families/genericControl.js';
import { decodeAttributes, numberIn, textIn } from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { GENL_ID_CTRL, NETLINK_GENERIC, NLMSG_ERROR } from '../../reference-impl/netlink/constants.js';
import { decodeError } from '../../reference-impl/netlink/extack.js';
import { ETHTOOL_OPERATIONS } from '../../reference-impl/netlink/families/ethtool.js';
import {
  parseAttributes,
  parseDatagram,
  viewOf,
  type Attribute,
  type Message,
} from '../../reference-impl/netlink/wire.js';

export interface SentMessage {
  readonly protocol: number;
  readonly message: Message;
  readonly isChange: boolean;
}

/** Commands of the ethtool family that change something. */
const CHANGING: ReadonlySet<number> = new Set(
  Object.entries(ETHTOOL_OPERATIONS)
    .filter(([name]) => name.endsWith('_SET') || name.endsWith('_ACT'))
    .map(([, { command }]) => command),
);

/** Commands of devlink that change something. */
const CHANGING_DEVLINK: ReadonlySet<number> = new Set(
  Object.entries(DEVLINK_CMD)
    .filter(([name]) => /(_(SET|NEW|DEL|SPLIT|UNSPLIT|RECOVER|TEST|CLEAR|RUN|UPDATE)|^RELOAD)$/.test(name))
    .map(([, command]) => command),
);

/** rtnetlink: RTM_NEW…, RTM_DEL… and RTM_SET… change, RTM_GET… asks. */
function isChange(protocol: number, { type, body }: Message, devlink: number | undefined): boolean {
  if (protocol !== NETLINK_GENERIC) return (type & 3) !== 2;
  return type !== GENL_ID_CTRL && (type === devlink ? CHANGING_DEVLINK : CHANGING).has(body[0] ?? 0);
}

/** The number of devlink, in the answer of the controller that tells it. */
function devlinkNumber(message: Message): number | undefined {
  if (message.type !== GENL_ID_CTRL) return undefined;
  const { values } = decodeBody(GENLMSGHDR, CTRL, message);
  return textIn(values, 'CTRL_ATTR_FAMILY_NAME') === DEVLINK_GENL_NAME
    ? numberIn(values, 'CTRL_ATTR_FAMILY_ID')
    : undefined;
}

const CTRL_ATTR_OPS = 6;
/** No family has so many commands. */
const NO_COMMAND = 0xfffe;

/** Takes a command out of the list of the controller, in the message itself. */
function hideCommand({ type, body }: Message, { family, command }: NonNullable<WatchedMachine['lacks']>): void {
  if (type !== GENL_ID_CTRL) return;
  const attributes = body.subarray(GENL_HDRLEN);
  if (textIn(decodeAttributes(CTRL, attributes), 'CTRL_ATTR_FAMILY_NAME') !== family) return;
  const inside = (data: Uint8Array, wanted?: number): readonly Attribute[] =>
    parseAttributes(data).attributes.filter((one) => wanted === undefined || one.type === wanted);
  for (const { data: operations } of inside(attributes, CTRL_ATTR_OPS))
    for (const { data: operation } of inside(operations))
      for (const { data } of inside(operation, CTRL_ATTR_OP_ID))
        if (viewOf(data).getUint32(0, true) === command) viewOf(data).setUint32(0, NO_COMMAND, true);
}

const CTRL_ATTR_OP_ID = 1;
const GENL_HDRLEN = 4;

const sequenceOf = (datagram: Uint8Array): number => parseDatagram(datagram)[0]?.sequence ?? 0;

/** The answers in the opposite order, the messages of each as they were: a socket does not turn round what belongs together. */
function backwards(datagrams: readonly Uint8Array[]): readonly Uint8Array[] {
  const sequences = [...new Set(datagrams.map(sequenceOf))].reverse();
  return sequences.flatMap((sequence) => datagrams.filter((datagram) => sequenceOf(datagram) === sequence));
}

/** Resolves when it is opened. */
class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

export class WatchedMachine implements Machine {
  readonly sent: SentMessage[] = [];
  /** Refusals as they came from the kernel. */
  readonly refusals: ReturnType<typeof decodeError>[] = [];
  /** Runs before each change goes out, with its number from 1. */
  beforeChange: (number: number) => Promise<void> = () => Promise.resolve();
  /** What a change goes out as, by its number from 1. */
  spoil: (bytes: Uint8Array, number: number) => Uint8Array = (bytes) => bytes;
  /** Answers come in the opposite order. */
  reverses = false;
  /** A command that the controller does not list: the kernel of this machine is older than it. */
  lacks: { readonly family: string; readonly command: number } | undefined;
  /** Answers to these messages never come. */
  loses: (message: Message) => boolean = () => false;
  readonly #target: Target;
  #changes = 0;
  #devlink: number | undefined;
  #held: Gate | undefined;
  #answersHeld: Gate | undefined;
  readonly #lost = new Set<number>();

  constructor(target: Target) {
    this.#target = target;
  }

  get changes(): readonly SentMessage[] {
    return this.sent.filter((one) => one.isChange);
  }

  /** From now on changes wait on their way, until the gate is opened. */
  holdChanges(): { open(): void } {
    this.#held = new Gate();
    return this.#held;
  }

  /** From now on no answer is delivered, until the gate is opened. */
  holdAnswers(): { open(): void } {
    this.#answersHeld = new Gate();
    return this.#answersHeld;
  }

  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult> {
    return this.#target.ethtoolIoctl(netDevice, command);
  }

  async netlink(protocol: number): Promise<NetlinkSocket> {
    const socket = await this.#target.netlink(protocol);
    return {
      portId: socket.portId,
      send: (datagram) => this.#send(socket, protocol, datagram),
      receive: (wait) => this.#receive(socket, wait),
      join: (group) => socket.join(group),
      leave: (group) => socket.leave(group),
      close: () => socket.close(),
    };
  }

  async #send(socket: NetlinkSocket, protocol: number, datagram: Uint8Array): Promise<void> {
    const [message] = parseDatagram(datagram);
    if (message === undefined) return socket.send(datagram);
    const changes = isChange(protocol, message, this.#devlink);
    this.sent.push({ protocol, message, isChange: changes });
    if (this.loses(message)) this.#lost.add(message.sequence);
    if (!changes) return socket.send(datagram);
    const number = ++this.#changes;
    await this.#held?.opened;
    await this.beforeChange(number);
    return socket.send(this.spoil(datagram.slice(), number));
  }

  /** What was taken out of a socket and not delivered yet. */
  readonly #kept = new Map<NetlinkSocket, Uint8Array[]>();

  async #receive(socket: NetlinkSocket, wait?: Wait): Promise<Uint8Array | null> {
    await this.#answersHeld?.opened;
    const kept = this.#kept.get(socket) ?? [];
    this.#kept.set(socket, kept);
    for (;;) {
      if (kept.length === 0) {
        const first = await (wait === undefined ? socket.receive() : socket.receive(wait));
        if (first === null) return null;
        kept.push(first);
        for (let more = this.reverses; more;) {
          const next = await socket.receive({ withinMs: 0 });
          more = next !== null;
          if (next !== null) kept.push(next);
        }
        if (this.reverses) kept.splice(0, kept.length, ...backwards(kept));
      }
      const datagram = kept.shift();
      if (datagram === undefined) return null;
      const messages = parseDatagram(datagram);
      for (const message of messages) {
        if (message.type === NLMSG_ERROR) this.#note(message);
        this.#devlink ??= devlinkNumber(message);
        if (this.lacks !== undefined) hideCommand(message, this.lacks);
      }
      if (!messages.some(({ sequence }) => this.#lost.has(sequence))) return datagram;
    }
  }

  #note(message: Message): void {
    const error = decodeError(message);
    if (error.errno !== 0) this.refusals.push(error);
  }
}
