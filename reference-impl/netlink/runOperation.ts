/** A request at its operation: its header and attributes are checked, then the handler sees it. */
import { GENLMSGHDR, isQuery, type HandlerSuccess, type NetlinkOperation, type NetlinkRequest } from './operations.js';
import type { Cause, KernelSocket, NetlinkParts } from './netlinkParts.js';
import { checkQueryAttributes, checkQueryHeader } from './queryCheck.js';
import { NetlinkDecodeError, decodeParsed, decodeStruct, structLength, type Value, type Values } from './schema.js';
import { validateAttributes, type Accepted, type Refusal } from './validate.js';
import { NLMSG_HDRLEN, align, parseAttributes, type Message } from './wire.js';

const EINVAL = 22;
const EOPNOTSUPP = 95;

type RunResult = HandlerSuccess | (Refusal & { /** Before a dump began. */ readonly atStart?: boolean });

/** A request, and all that its check depends on. */
export interface Run {
  readonly operation: NetlinkOperation;
  readonly parts: NetlinkParts;
  readonly message: Message;
  readonly socket: KernelSocket;
  readonly isDump: boolean;
}

export async function runOperation(
  { operation, parts, message, socket, isDump }: Run,
  cause: Cause,
): Promise<RunResult> {
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
  if (operation.leavesAttributes === true) return { ok: true, header, values: {}, offsets: new Map() };
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
    !checked.ok && parts.overlooks(checked)
      ? validateAttributes({ ...policy, strictStartType: Infinity }, attributes, base, 'liberal')
      : checked;
  if (!accepted.ok) return accepted;
  const isStrict = rules !== undefined && parts.checksQueries('attributes');
  return (isStrict ? checkQueryAttributes(rules, accepted.values) : undefined) ?? { ...accepted, header };
}
