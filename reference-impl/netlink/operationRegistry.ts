/** Which operation serves a request: what protocols and generic families have registered (rtnl_register(), genl_register_family()). */
import {
  AF_UNSPEC,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  NETLINK_SOCK_DIAG,
  NLM_F_ACK,
  NLM_F_BULK,
  NLM_F_DUMP,
  NLM_F_ECHO,
  NLM_F_REQUEST,
  RTM_MAX,
} from './constants.js';
import type { Acknowledgement } from './extack.js';
import { NFGENMSG, NFNL_SUBSYS_ID, NFNL_SUBSYS_NFTABLES } from './families/nfnetlink.js';
import { AF_MAX, SOCK_DESTROY, SOCK_DIAG_BY_FAMILY, SOCK_DIAG_REQ } from './families/sockDiag.js';
import type { NetlinkParts } from './netlinkParts.js';
import { GENLMSGHDR, isQuery, type GenericFamily, type NetlinkOperation, type RegisteredFamily } from './operations.js';
import { structLength } from './schema.js';
import type { Refusal } from './validate.js';
import { viewOf, type Message } from './wire.js';

const ENOENT = 2;
const EINVAL = 22;
const EOPNOTSUPP = 95;

/** genetlink gives out ids from here on; 0x10 is the controller's. */
const FIRST_FAMILY_ID = 0x13;
/** netlink_rcv_skb(): how rtnetlink counts its groups; generic netlink has as many as were registered. */
const RTNLGRP_MAX = 39;
/** __netlink_kernel_create(): no protocol has fewer. */
const LEAST_GROUPS = 32;

export class OperationRegistry {
  readonly #byProtocol = new Map<number, Map<number, NetlinkOperation>>();
  readonly #families = new Map<number, RegisteredFamily>();
  readonly #parts: NetlinkParts;
  readonly #log: (line: string) => void;
  readonly #highestGroups = new Map<number, number>();
  #nextGroup = 0x11;

  constructor(parts: NetlinkParts, log: (line: string) => void) {
    this.#parts = parts;
    this.#log = log;
  }

  /** Generic families by the ids that messages of theirs have as their type. */
  get families(): ReadonlyMap<number, RegisteredFamily> {
    return this.#families;
  }

  register(protocol: number, operation: NetlinkOperation): void {
    const operations = this.#byProtocol.get(protocol) ?? new Map<number, NetlinkOperation>();
    operations.set(operationKey(operation.number, operation.family), operation);
    this.#byProtocol.set(protocol, operations);
  }

  registerFamily(family: GenericFamily): RegisteredFamily {
    const id = family.name === 'nlctrl' ? GENL_ID_CTRL : FIRST_FAMILY_ID + this.#families.size;
    const groups = new Map(family.multicastGroups.map((name) => [name, this.#parts.groupNumber(this.#nextGroup++)]));
    const byCommand = new Map(family.operations.map((operation) => [operation.number, operation]));
    const registered = { ...family, id, groups, byCommand };
    this.#families.set(id, registered);
    return registered;
  }

  /** Which there are, in order. */
  get protocols(): readonly number[] {
    return [...this.#byProtocol.keys(), NETLINK_GENERIC].sort((one, other) => one - other);
  }

  hasProtocol(protocol: number): boolean {
    return protocol === NETLINK_GENERIC || this.#byProtocol.has(protocol);
  }

  hasGroup(protocol: number, group: number): boolean {
    const highest = this.#highestGroups.get(protocol) ?? RTNLGRP_MAX;
    return group > 0 && group <= (protocol === NETLINK_GENERIC ? this.#nextGroup - 1 : Math.max(highest, LEAST_GROUPS));
  }

  /** The groups of netlink_kernel_create(). */
  limitGroups(protocol: number, highest: number): void {
    this.#highestGroups.set(protocol, highest);
  }

  /** Why nothing serves a request is told too; a request that is taken for nothing is a success. */
  find(protocol: number, message: Message): NetlinkOperation | Acknowledgement | Refusal {
    const found =
      protocol === NETLINK_GENERIC
        ? this.#findGeneric(message)
        : protocol === NETLINK_SOCK_DIAG
          ? this.#findDiagnosis(message)
          : protocol === NETLINK_NETFILTER
            ? this.#findNetfilter(message)
            : this.#findPlain(protocol, message);
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

  /** nfnetlink_rcv_msg(): what nobody serves is EINVAL there. */
  #findNetfilter(message: Message): NetlinkOperation | Acknowledgement | Refusal {
    if (message.body.length < structLength(NFGENMSG)) return { ok: true };
    const operation = this.#byProtocol.get(NETLINK_NETFILTER)?.get(operationKey(message.type));
    if (operation !== undefined) return operation;
    if (NFNL_SUBSYS_ID(message.type) !== NFNL_SUBSYS_NFTABLES && this.#parts.logsUnsupported)
      this.#log(unsupported(NETLINK_NETFILTER, message, this.#families));
    return { ok: false, errno: EINVAL };
  }

  /** sock_diag_rcv_msg(), __sock_diag_cmd(). */
  #findDiagnosis({ type, body }: Message): NetlinkOperation | Refusal {
    if (type !== SOCK_DIAG_BY_FAMILY && type !== SOCK_DESTROY) return { ok: false, errno: EINVAL };
    const [family = AF_MAX] = body;
    if (body.length < structLength(SOCK_DIAG_REQ) || family >= AF_MAX) return { ok: false, errno: EINVAL };
    const operations = this.#byProtocol.get(NETLINK_SOCK_DIAG);
    const byFamily = operations?.get(operationKey(SOCK_DIAG_BY_FAMILY, family));
    if (byFamily === undefined) return { ok: false, errno: ENOENT };
    return operations?.get(operationKey(type, family)) ?? { ok: false, errno: EOPNOTSUPP };
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
}

/** Family 0, AF_UNSPEC, is nobody's own. */
const operationKey = (type: number, family = 0): number => (family << 16) | type;
const isDelete = (type: number): boolean => (type & 3) === 1;

/** What the log says of a request that nothing serves. */
function unsupported(protocol: number, message: Message, families: ReadonlyMap<number, RegisteredFamily>): string {
  const dump = (message.flags & NLM_F_DUMP) === NLM_F_DUMP ? ', dump' : '';
  if (protocol !== NETLINK_GENERIC)
    return `netlink: unsupported request: protocol ${protocol}, type ${message.type}, family ${message.body[0] ?? 0}${dump}`;
  const name = families.get(message.type)?.name ?? message.type;
  return `netlink: unsupported request: generic family ${name}, command ${message.body[0] ?? 0}${dump}`;
}
