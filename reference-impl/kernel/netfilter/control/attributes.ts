/** Attributes of one level of a request, as nla_parse_deprecated() and nla_parse_nested_deprecated() leave them: nests are not looked into. */
import { bytesIn, numberIn, textIn, type AttributeSet, type Value, type Values } from '../../../netlink/schema.js';
import { validateAttributes, type Policy } from '../../../netlink/validate.js';
import { NLA_HDRLEN, parseAttributes, viewOf, type Attribute } from '../../../netlink/wire.js';
import { Refused } from './refused.js';

const policies = new WeakMap<AttributeSet, Policy>();

/** Takes every attribute of a set but those that the kernel has no policy for; what lies in nests is read when its turn comes. */
export function levelPolicy(set: AttributeSet): Policy {
  let policy = policies.get(set);
  if (policy === undefined) {
    const accepts: Record<string, true | Policy> = {};
    for (const { name, type } of set.byNumber.values()) {
      if (/_(PAD|USE|OWNER)$/.test(name)) continue;
      accepts[name] = type.kind === 'nest' ? { set: type.set(), accepts: {} } : true;
    }
    policy = { set, accepts };
    policies.set(set, policy);
  }
  return policy;
}

/** The content of a nest, and where it begins in the message. */
export interface Nest {
  readonly bytes: Uint8Array;
  readonly base: number;
}

export class Attributes {
  readonly #values: Values;
  readonly #offsets: ReadonlyMap<string, number>;
  readonly #level: Nest;

  constructor(values: Values, offsets: ReadonlyMap<string, number>, level: Nest) {
    this.#values = values;
    this.#offsets = offsets;
    this.#level = level;
  }

  has(name: string): boolean {
    return this.#offsets.has(name);
  }

  /** Of the attribute's header in the message; undefined where there is none. */
  offset(name: string): number | undefined {
    return this.#offsets.get(name);
  }

  number(name: string): number | undefined {
    return numberIn(this.#values, name);
  }

  long(name: string): bigint | undefined {
    const value: Value | undefined = this.#values[name];
    return typeof value === 'bigint' ? value : undefined;
  }

  text(name: string): string | undefined {
    return textIn(this.#values, name);
  }

  bytes(name: string): Uint8Array | undefined {
    return bytesIn(this.#values, name);
  }

  /** The content, whatever form the set gives it. */
  nest(name: string): Nest | undefined {
    const offset = this.#offsets.get(name);
    if (offset === undefined) return undefined;
    const at = offset - this.#level.base;
    const length = viewOf(this.#level.bytes).getUint16(at, true);
    return { bytes: this.#level.bytes.subarray(at + NLA_HDRLEN, at + length), base: offset + NLA_HDRLEN };
  }
}

/** Throws Refused, without a place: nobody listens for one there. */
export function readAttributes(set: AttributeSet, level: Nest): Attributes {
  const read = validateAttributes(levelPolicy(set), level.bytes, level.base, 'liberal');
  if (!read.ok) throw new Refused(read.errno);
  return new Attributes(read.values, read.offsets, level);
}

/** nla_for_each_nested(). */
export function entriesOf({ bytes, base }: Nest): readonly Attribute[] {
  return parseAttributes(bytes, base).attributes;
}

export const nestOf = ({ data, offset }: Attribute): Nest => ({ bytes: data, base: offset + NLA_HDRLEN });
