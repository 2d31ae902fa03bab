/** The policy that the kernel exports (netlink_policy_dump_…(), net/netlink/policy.c): what it accepts, told by itself. */
import { NLA_F_NESTED } from '../netlink/constants.js';
import { parseAttributes, viewOf, type Attribute, type Message } from '../netlink/wire.js';
import { rangeText } from './values.js';

/** NL_POLICY_TYPE_ATTR_* of linux/netlink.h. */
const MIN_VALUE_S = 2;
const MAX_VALUE_S = 3;
const MIN_VALUE_U = 4;
const MAX_VALUE_U = 5;
const MAX_LENGTH = 7;
const ATTR_TYPE = 1;
const MASK = 12;
/** CTRL_ATTR_POLICY_DO of an entry of CTRL_ATTR_OP_POLICY. */
const CTRL_ATTR_POLICY_DO = 1;
const CTRL_ATTR_POLICY = 8;
const CTRL_ATTR_OP_POLICY = 9;
const GENL_HDRLEN = 4;
/** NL_ATTR_TYPE_U8 to _U64, and _UINT. */
const UNSIGNED: readonly number[] = [2, 3, 4, 5, 17];

/** What the policy says of one attribute. */
export interface AttributePolicy {
  /** NL_ATTR_TYPE_*. */
  readonly type: number;
  readonly least?: bigint;
  readonly most?: bigint;
  readonly mask?: bigint;
  readonly mostBytes?: number;
}

/** By attribute number. */
export type KernelPolicy = ReadonlyMap<number, AttributePolicy>;

const number = (data: Uint8Array): number => (data.length >= 4 ? viewOf(data).getUint32(0, true) : 0);
const wide = (data: Uint8Array): bigint =>
  data.length >= 8 ? viewOf(data).getBigUint64(0, true) : BigInt(number(data));

/** The policy of an operation's request, of the messages of a dump; undefined where the kernel has none for it. */
export function decodePolicies(messages: readonly Message[], command: number): KernelPolicy | undefined {
  const policies = new Map<number, Map<number, AttributePolicy>>();
  let wanted: number | undefined;
  for (const message of messages) {
    const { attributes: parts } = parseAttributes(message.body.subarray(GENL_HDRLEN));
    const inside = (wantedType: number): readonly Attribute[] =>
      parts.filter(({ type }) => type === wantedType).flatMap(({ data }) => parseAttributes(data).attributes);
    for (const operation of inside(CTRL_ATTR_OP_POLICY)) {
      if (operation.type !== command) continue;
      const entry = parseAttributes(operation.data).attributes.find(({ type }) => type === CTRL_ATTR_POLICY_DO);
      if (entry !== undefined) wanted = number(entry.data);
    }
    for (const policy of inside(CTRL_ATTR_POLICY)) {
      const attributes = policies.get(policy.type) ?? new Map<number, AttributePolicy>();
      policies.set(policy.type, attributes);
      for (const attribute of parseAttributes(policy.data).attributes)
        attributes.set(attribute.type, attributePolicy(attribute.data));
    }
  }
  return wanted === undefined ? undefined : policies.get(wanted);
}

function attributePolicy(data: Uint8Array): AttributePolicy {
  const parts = new Map(parseAttributes(data).attributes.map((part) => [part.type, part.data]));
  const take = (signed: number, unsigned: number): bigint | undefined => {
    const [s, u] = [parts.get(signed), parts.get(unsigned)];
    if (s !== undefined && s.length >= 8) return viewOf(s).getBigInt64(0, true);
    return u === undefined ? undefined : wide(u);
  };
  const [least, most, mask] = [take(MIN_VALUE_S, MIN_VALUE_U), take(MAX_VALUE_S, MAX_VALUE_U), parts.get(MASK)];
  const length = parts.get(MAX_LENGTH);
  return {
    type: number(parts.get(ATTR_TYPE) ?? new Uint8Array(4)),
    ...(least === undefined ? {} : { least }),
    ...(most === undefined ? {} : { most }),
    ...(mask === undefined ? {} : { mask: wide(mask) }),
    ...(length === undefined ? {} : { mostBytes: number(length) }),
  };
}

export interface PolicyBreach {
  readonly attribute: number;
  readonly message: string;
  readonly accepted?: string;
}

/** The first attribute of a request that the policy does not let through. `unlisted`: those that the kernel names in no policy. */
export function breachOf(
  policy: KernelPolicy,
  attributes: Uint8Array,
  unlisted: ReadonlySet<number> = new Set(),
): PolicyBreach | undefined {
  for (const { type, flags, data } of parseAttributes(attributes).attributes) {
    const rule = policy.get(type);
    if (rule === undefined && unlisted.has(type)) continue;
    if (rule === undefined) return { attribute: type, message: 'this kernel does not know the attribute' };
    if ((flags & NLA_F_NESTED) !== 0) continue;
    if (rule.mostBytes !== undefined && data.length > rule.mostBytes + 1)
      return { attribute: type, message: 'the value is too long', accepted: `at most ${rule.mostBytes} bytes` };
    if (!UNSIGNED.includes(rule.type)) continue;
    const value = integerOf(data);
    const isBelow = rule.least !== undefined && value < rule.least;
    if (isBelow || (rule.most !== undefined && value > rule.most)) {
      const most = rule.most === undefined ? undefined : Number(rule.most);
      return {
        attribute: type,
        message: 'the policy of the kernel does not allow the value',
        accepted: rangeText(Number(rule.least ?? 0n), most),
      };
    }
  }
  return undefined;
}

function integerOf(data: Uint8Array): bigint {
  let value = 0n;
  for (let index = data.length - 1; index >= 0; index--) value = (value << 8n) | BigInt(data[index] ?? 0);
  return value;
}
