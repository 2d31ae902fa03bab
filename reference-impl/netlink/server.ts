/**
 * The kernel's side of netlink: af_netlink.c, rtnetlink.c and genetlink.c as far as a user can see them. Requests of all sockets are
 * served one at a time and in order, as under rtnl_lock.
 */
import {
  CTRL_CMD_GETFAMILY,
  CTRL_CMD_NEWFAMILY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_MIN_TYPE,
} from './constants.js';
import { encodeAcknowledgement, type Acknowledgement } from './extack.js';
import {
  CTRL,
  CTRL_FAMILY_POLICY,
  GENL_ADMIN_PERM,
  GENL_CMD_CAP_DO,
  GENL_CMD_CAP_DUMP,
} from './families/genericControl.js';
import {
  encodeAttributes,
  decodeStruct,
  numberIn,
  structLength,
  textIn,
  type StructField,
  type Values,
} from './schema.js';
import { validateAttributes, type Policy, type Refusal, type Validation } from './validate.js';
import { NLMSG_HDRLEN, align, encodeDatagram, encodeMessage, parseDatagram, type Message } from './wire.js';

const ENOENT = 2;
const EINVAL = 22;
const EOPNOTSUPP = 95;

/** What a handler is given: the request, checked against the policy of its operation. */
export interface NetlinkRequest {
  readonly message: Message;
  /** The family's fixed header, decoded. */
  readonly header: Values;
  readonly values: Values;
  /** Where each attribute starts in the message, by its path. */
  readonly offsets: ReadonlyMap<string, number>;
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
  readonly replies?: readonly NetlinkBody[];
  /** Said in the acknowledgement of a success. */
  readonly message?: string;
}

export type HandlerResult = HandlerSuccess | Refusal;
export type NetlinkHandler = (request: NetlinkRequest) => Promise<HandlerResult> | HandlerResult;

export interface NetlinkOperation {
  /** The message type, or the command of a generic family. */
  readonly number: number;
  readonly header: readonly StructField[];
  readonly policy: Policy;
  readonly validation: Validation;
  readonly doit?: NetlinkHandler;
  /** Answers all replies of a dump; the server marks them and closes it. */
  readonly dumpit?: NetlinkHandler;
  /** Of a dump, where it differs. */
  readonly dumpPolicy?: Policy;
  readonly dumpValidation?: Validation;
  /** Needs CAP_NET_ADMIN; shown in the listing of the family. */
  readonly privileged?: boolean;
  /** Of rtnetlink: for requests of this address family alone (AF_BRIDGE), before what serves all families. */
  readonly family?: number;
}

export interface GenericFamily {
  readonly name: string;
  readonly version: number;
  readonly multicastGroups: readonly string[];
  readonly operations: readonly NetlinkOperation[];
}

/** struct genlmsghdr. */
export const GENLMSGHDR: readonly StructField[] = [
  { name: 'cmd', kind: 'u8' },
  { name: 'version', kind: 'u8' },
  { name: 'reserved', kind: 'u16' },
];

interface RegisteredFamily extends GenericFamily {
  readonly id: number;
  readonly groups: ReadonlyMap<string, number>;
  readonly byCommand: ReadonlyMap<number, NetlinkOperation>;
}

/** Rules of the server that a seeded defect may replace, one at a time. */
export interface NetlinkParts {
  /** How strictly an operation's request is checked. */
  readonly validation: (declared: Validation) => Validation;
  readonly acknowledges: (flags: number) => boolean;
  readonly acknowledgement: (request: Message, portId: number, result: Acknowledgement | Refusal) => Uint8Array;
  /** Whether a request is served although the check of its attributes refused it. */
  readonly overlooks: (refusal: Refusal) => boolean;
  /** Whether the controller names the multicast groups of a family. */
  readonly listsGroups: boolean;
  /** Flags of each message of a dump. */
  readonly dumpFlags: number;
  /** Whether the requests behind one that failed are served too. */
  readonly servesBehindFailure: boolean;
  /** Which members of a group are told. */
  readonly notifies: (socket: KernelSocket, group: number) => boolean;
}

export const CONFORMING_NETLINK: NetlinkParts = {
  validation: (declared) => declared,
  acknowledges: (flags) => (flags & NLM_F_ACK) !== 0,
  acknowledgement: encodeAcknowledgement,
  overlooks: () => false,
  listsGroups: true,
  dumpFlags: NLM_F_MULTI,
  servesBehindFailure: true,
  notifies: (socket, group) => socket.groups.has(group),
};

/** Datagrams that wait in a socket; a user reads them, the kernel adds to them. */
export interface KernelSocket {
  readonly protocol: number;
  readonly portId: number;
  readonly queue: Uint8Array[];
  readonly groups: Set<number>;
}

/** genetlink gives out ids from here on; 0x10 is the controller's. */
const FIRST_FAMILY_ID = 0x13;
/** NLMSG_GOODSIZE: messages of a dump share a datagram up to this size. */
const DUMP_DATAGRAM = 8192;

export class NetlinkKernel {
  readonly #byProtocol = new Map<number, Map<number, NetlinkOperation>>();
  readonly #families = new Map<number, RegisteredFamily>();
  readonly #sockets = new Set<KernelSocket>();
  #nextPortId = 0x1000;
  #nextGroup = 0x11;
  #serving: Promise<void> = Promise.resolve();

  readonly #parts: NetlinkParts;

  constructor(parts: NetlinkParts = CONFORMING_NETLINK) {
    this.#parts = parts;
    this.registerFamily({
      name: 'nlctrl',
      version: 2,
      multicastGroups: ['notify'],
      operations: [
        {
          number: CTRL_CMD_GETFAMILY,
          header: GENLMSGHDR,
          policy: CTRL_FAMILY_POLICY,
          validation: 'strict',
          doit: (request) => this.#getFamily(request),
          dumpit: () => ({
            ok: true,
            replies: [...this.#families.values()].map((family) => describeFamily(family, this.#parts)),
          }),
        },
      ],
    });
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
    const groups = new Map(family.multicastGroups.map((name) => [name, this.#nextGroup++]));
    const byCommand = new Map(family.operations.map((operation) => [operation.number, operation]));
    this.#families.set(id, { ...family, id, groups, byCommand });
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

  openSocket(protocol: number): KernelSocket {
    const socket: KernelSocket = { protocol, portId: this.#nextPortId++, queue: [], groups: new Set() };
    this.#sockets.add(socket);
    return socket;
  }

  closeSocket(socket: KernelSocket): void {
    this.#sockets.delete(socket);
  }

  /** What was not taken yet is lost; sockets stay open, with their memberships. */
  emptyAllSockets(): void {
    for (const socket of this.#sockets) socket.queue.length = 0;
  }

  /** netlink_has_listeners(): whether anybody would be told. */
  hasListeners(protocol: number, group: number): boolean {
    for (const socket of this.#sockets) {
      if (socket.protocol === protocol && this.#parts.notifies(socket, group)) return true;
    }
    return false;
  }

  /** nlmsg_multicast(): the messages share a datagram. */
  notify(protocol: number, group: number, ...messages: readonly NetlinkBody[]): void {
    const datagram = encodeDatagram(
      messages.map(({ type, body, flags = 0 }) => encodeMessage({ type, flags, sequence: 0, portId: 0 }, body)),
    );
    for (const socket of this.#sockets) {
      if (socket.protocol === protocol && this.#parts.notifies(socket, group)) socket.queue.push(datagram.slice());
    }
  }

  /** netlink_rcv_skb(): every message of the datagram in turn. Resolves when all are answered; never throws. */
  handle(socket: KernelSocket, datagram: Uint8Array): Promise<void> {
    const copy = datagram.slice();
    this.#serving = this.#serving.then(async () => {
      for (const message of parseDatagram(copy)) {
        const succeeded = await this.#serve(socket, message);
        if (!succeeded && !this.#parts.servesBehindFailure) return;
      }
    });
    return this.#serving;
  }

  /** Answers whether the request succeeded. */
  async #serve(socket: KernelSocket, message: Message): Promise<boolean> {
    const isRequest = (message.flags & NLM_F_REQUEST) !== 0 && message.type >= NLMSG_MIN_TYPE;
    if (!isRequest) {
      this.#acknowledge(socket, message, { ok: true });
      return true;
    }
    const found = this.#find(socket.protocol, message);
    if ('errno' in found) {
      this.#acknowledge(socket, message, found);
      return false;
    }
    const isDump = wantsDump(socket.protocol, message, found);
    const result = await run(found, this.#parts, message, isDump);
    this.#answer(socket, message, result, isDump);
    return result.ok;
  }

  #acknowledge(socket: KernelSocket, message: Message, result: Acknowledgement | Refusal): void {
    if (result.ok && !this.#parts.acknowledges(message.flags)) return;
    socket.queue.push(this.#parts.acknowledgement(message, socket.portId, result));
  }

  #find(protocol: number, message: Message): NetlinkOperation | Refusal {
    if (protocol !== NETLINK_GENERIC) {
      const operations = this.#byProtocol.get(protocol);
      // rtnl_get_link(): the family's own handler, else that of AF_UNSPEC.
      const own = operations?.get(operationKey(message.type, message.body[0]));
      return own ?? operations?.get(message.type) ?? { ok: false, errno: EOPNOTSUPP };
    }
    const family = this.#families.get(message.type);
    if (family === undefined) return { ok: false, errno: ENOENT };
    if (message.body.length < structLength(GENLMSGHDR)) return { ok: false, errno: EINVAL };
    return family.byCommand.get(message.body[0] ?? 0) ?? { ok: false, errno: EOPNOTSUPP };
  }

  #answer(socket: KernelSocket, message: Message, result: HandlerResult, isDump: boolean): void {
    if (!result.ok) {
      this.#acknowledge(socket, message, result);
      return;
    }
    const { portId, queue } = socket;
    const { sequence } = message;
    const flags = isDump ? this.#parts.dumpFlags : 0;
    const replies = (result.replies ?? []).map(({ type, body, flags: own = 0 }) =>
      encodeMessage({ type, flags: flags | own, sequence, portId }, body),
    );
    if (isDump) {
      const done = encodeMessage({ type: NLMSG_DONE, flags: NLM_F_MULTI, sequence, portId }, new Uint8Array(4));
      queue.push(...packDump([...replies, done]));
      return;
    }
    queue.push(...replies);
    this.#acknowledge(socket, message, result);
  }

  #getFamily({ values }: NetlinkRequest): HandlerResult {
    const id = numberIn(values, 'CTRL_ATTR_FAMILY_ID');
    const name = textIn(values, 'CTRL_ATTR_FAMILY_NAME');
    if (id === undefined && name === undefined) return { ok: false, errno: EINVAL };
    for (const family of this.#families.values()) {
      if ((id === undefined || family.id === id) && (name === undefined || family.name === name)) {
        return { ok: true, replies: [describeFamily(family, this.#parts)] };
      }
    }
    return { ok: false, errno: ENOENT };
  }
}

/** Family 0, AF_UNSPEC, is nobody's own. */
const operationKey = (type: number, family = 0): number => (family << 16) | type;

/** A dump is asked for by both flags; a change of rtnetlink uses the same bits for something else. */
function wantsDump(protocol: number, message: Message, operation: NetlinkOperation): boolean {
  if ((message.flags & NLM_F_DUMP) !== NLM_F_DUMP) return false;
  // rtnetlink_rcv_msg(): only a RTM_GET… can be a dump; generic netlink takes the flags at their word.
  return protocol === NETLINK_GENERIC || (operation.number & 3) === 2;
}

async function run(
  operation: NetlinkOperation,
  parts: NetlinkParts,
  message: Message,
  isDump: boolean,
): Promise<HandlerResult> {
  const handler = isDump ? operation.dumpit : operation.doit;
  if (handler === undefined) return { ok: false, errno: EOPNOTSUPP };
  const headerLength = structLength(operation.header);
  if (message.body.length < headerLength) return { ok: false, errno: EINVAL };
  const attributesAt = align(headerLength);
  const policy = isDump ? (operation.dumpPolicy ?? operation.policy) : operation.policy;
  const attributes = message.body.subarray(attributesAt);
  const base = NLMSG_HDRLEN + attributesAt;
  const declared = isDump ? (operation.dumpValidation ?? operation.validation) : operation.validation;
  const checked = validateAttributes(policy, attributes, base, parts.validation(declared));
  const accepted =
    !checked.ok && parts.overlooks(checked) ? validateAttributes(policy, attributes, base, 'liberal') : checked;
  if (!accepted.ok) return accepted;
  const header = decodeStruct(operation.header, message.body);
  return handler({ message, header, values: accepted.values, offsets: accepted.offsets });
}

function packDump(messages: readonly Uint8Array[]): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let pending: Uint8Array[] = [];
  let length = 0;
  for (const message of messages) {
    if (pending.length > 0 && length + align(message.length) > DUMP_DATAGRAM) {
      datagrams.push(encodeDatagram(pending));
      [pending, length] = [[], 0];
    }
    pending.push(message);
    length += align(message.length);
  }
  if (pending.length > 0) datagrams.push(encodeDatagram(pending));
  return datagrams;
}

/** A message of a generic family: its command, then the attributes. */
export function genericBody(familyId: number, command: number, version: number, attributes: Uint8Array): NetlinkBody {
  const body = new Uint8Array(4 + attributes.length);
  body[0] = command;
  body[1] = version;
  body.set(attributes, 4);
  return { type: familyId, body };
}

function describeFamily(family: RegisteredFamily, { listsGroups }: NetlinkParts): NetlinkBody {
  const operations = family.operations.map(({ number, doit, dumpit, privileged }): Values => ({
    CTRL_ATTR_OP_ID: number,
    CTRL_ATTR_OP_FLAGS:
      (privileged === true ? GENL_ADMIN_PERM : 0) |
      (doit === undefined ? 0 : GENL_CMD_CAP_DO) |
      (dumpit === undefined ? 0 : GENL_CMD_CAP_DUMP),
  }));
  const groups = [...family.groups].map(([name, id]): Values => ({
    CTRL_ATTR_MCAST_GRP_NAME: name,
    CTRL_ATTR_MCAST_GRP_ID: id,
  }));
  const attributes = encodeAttributes(CTRL, {
    CTRL_ATTR_FAMILY_NAME: family.name,
    CTRL_ATTR_FAMILY_ID: family.id,
    CTRL_ATTR_VERSION: family.version,
    CTRL_ATTR_HDRSIZE: 0,
    CTRL_ATTR_MAXATTR: 0,
    ...(operations.length > 0 ? { CTRL_ATTR_OPS: operations } : {}),
    ...(groups.length > 0 && listsGroups ? { CTRL_ATTR_MCAST_GROUPS: groups } : {}),
  });
  return genericBody(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY, 2, attributes);
}
