/** Damage to messages of netlink: bytes, lengths, numbers and marks of attributes, cuts, repetitions. */
import fc from 'fast-check';
import { encodeAttribute, parseAttributes, viewOf, type Attribute } from '../../reference-impl/netlink/wire.js';
import { concat } from '../../reference-impl/packet/bytes.js';

/** A message to be damaged: its body, and where its attributes begin in that. */
export interface Subject {
  readonly body: Uint8Array;
  readonly attributesAt: number;
}

/** One damage. `at` and `value` are taken modulo what there is. */
export interface Damage {
  readonly kind: (typeof KINDS)[number];
  readonly at: number;
  readonly value: number;
}

const KINDS = ['byte', 'cut', 'append', 'type', 'length', 'mark', 'twice', 'drop', 'swap', 'resize'] as const;

export const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.nat(0xffff),
  value: fc.nat(0xffff),
});

/** Damage to attributes that leaves their values alone. */
export const attributeDamage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('type' as const, 'length' as const, 'mark' as const, 'append' as const, 'resize' as const),
  at: fc.nat(0xffff),
  value: fc.nat(0xffff),
});

const NLA_F_NESTED = 0x8000;

/** The body with the damage done; what cannot be done to it is left. */
export function damaged({ body, attributesAt }: Subject, { kind, at, value }: Damage): Uint8Array {
  const [header, rest] = [body.subarray(0, attributesAt), body.subarray(attributesAt)];
  switch (kind) {
    case 'byte': {
      // The command or the family stays: another one is another message.
      if (body.length < 2) return body;
      const bytes = body.slice();
      bytes[1 + (at % (bytes.length - 1))] = value;
      return bytes;
    }
    case 'cut':
      return body.slice(0, Math.max(1, body.length - 1 - (at % 12)));
    case 'append':
      return concat(body, new Uint8Array(1 + (at % 3)).fill(value));
    default:
      return concat(header, changed(parseAttributes(rest).attributes, rest, { kind, at, value }));
  }
}

const encoded = ({ type, flags, data }: Attribute): Uint8Array => encodeAttribute(type | flags, data);

function changed(attributes: readonly Attribute[], rest: Uint8Array, { kind, at, value }: Damage): Uint8Array {
  const place = at % Math.max(1, attributes.length);
  const chosen = attributes[place];
  if (chosen === undefined) return rest;
  const others = (replacement: readonly Uint8Array[]): Uint8Array =>
    concat(...attributes.flatMap((each, index) => (index === place ? replacement : [encoded(each)])));
  switch (kind) {
    case 'type':
      return others([encodeAttribute((value & 0x3fff) | chosen.flags, chosen.data)]);
    case 'mark':
      return others([encodeAttribute(chosen.type | (chosen.flags ^ NLA_F_NESTED), chosen.data)]);
    case 'length': {
      const bytes = encoded(chosen);
      viewOf(bytes).setUint16(0, value % (bytes.length + 8), true);
      return others([bytes]);
    }
    case 'resize': {
      // Lengths about those of numbers, and any others.
      const data = new Uint8Array(value % 2 === 0 ? (value >> 1) % 8 : value % 64);
      data.set(chosen.data.subarray(0, data.length));
      return others([encodeAttribute(chosen.type | chosen.flags, data)]);
    }
    case 'twice':
      return others([encoded(chosen), encoded(chosen)]);
    case 'drop':
      return others([]);
    case 'swap': {
      const reversed = [...attributes].reverse();
      return concat(...reversed.map(encoded));
    }
    default:
      return rest;
  }
}
