/** What the kernel's side of netlink is made of: operations with their policies, generic families, requests and replies. */
import type { Draft } from './draft.js';
import type { QueryRules } from './families/queryRules.js';
import type { Cause } from './netlinkParts.js';
import type { StructField, Values } from './schema.js';
import type { Policy, Refusal, Validation } from './validate.js';
import type { Message } from './wire.js';

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
  /** Of an announcement that shares its datagram with those of other requests: the one that it tells of. */
  readonly sequence?: number;
}

/** A reply of a long dump: it is written where it will lie, behind the netlink header. */
export interface WrittenReply {
  readonly type: number;
  readonly flags?: number;
  readonly write: (draft: Draft) => void;
}

export interface HandlerSuccess {
  readonly ok: true;
  /** Those of a dump are taken as they are read: a generator sees what changes between two parts. */
  readonly replies?: Iterable<NetlinkBody> | AsyncIterable<NetlinkBody>;
  /** Of a long dump, instead; one that has to wait for its device comes as a promise. */
  readonly written?: Iterable<WrittenReply | Promise<WrittenReply>>;
  /** Said in the acknowledgement of a success. */
  readonly message?: string;
  /** Of a dump: counts the changes of what is listed (cb->seq); without it nobody is told of them. */
  readonly generation?: () => number;
  /** Of a dump that leaves out what does not match: its messages are marked, or these and its end. */
  readonly filtered?: 'messages' | 'all';
}

/** A dump that is refused before it starts has no end (start() of netlink_dump_control). */
export type HandlerResult = HandlerSuccess | (Refusal & { readonly atStart?: boolean });
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
  /** Whether the handler reads the attributes itself, and nobody checks them before. */
  readonly leavesAttributes?: boolean;
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
/** A message of a generic family: its command, then the attributes. */
export function genericBody(familyId: number, command: number, version: number, attributes: Uint8Array): NetlinkBody {
  const body = new Uint8Array(4 + attributes.length);
  body[0] = command;
  body[1] = version;
  body.set(attributes, 4);
  return { type: familyId, body };
}

/** rtnl_msgtype_kind(): RTM_GET…. */
export const isQuery = (type: number): boolean => (type & 3) === 2;
