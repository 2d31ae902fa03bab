/** n-tuple rules as values, and by which packets each is meant. */
import fc from 'fast-check';
import type { FlowMatch, FlowRule, MaskedBytes } from '../../harness/contract/index.js';
import { writeU16 } from '../../reference-impl/packet/bytes.js';
import { flowName, hasPorts, ipv4Address, ipv6Address, port, type Flow, type FlowName } from './flows.js';

/** RX_CLS_LOC_ANY of linux/ethtool.h: the driver chooses the place. */
export const ANY_LOCATION = 0xffff_ffff;

/** The fields of a rule that this suite uses, each with the bytes of a packet that it is compared with. */
const FIELDS = {
  sourceAddress: (flow: Flow) => flow.source,
  destinationAddress: (flow: Flow) => flow.destination,
  sourcePort: (flow: Flow) => portBytes(flow.sourcePort),
  destinationPort: (flow: Flow) => portBytes(flow.destinationPort),
} as const;
export type RuleField = keyof typeof FIELDS;

function portBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, number);
  return bytes;
}

/** What the prose of the features calls the fields. */
export const FIELDS_IN_WORDS: Readonly<Record<string, readonly RuleField[]>> = {
  'the source': ['sourceAddress'],
  'the destination': ['destinationAddress'],
  'the source port': ['sourcePort'],
  'the destination port': ['destinationPort'],
  'the addresses': ['sourceAddress', 'destinationAddress'],
  'the addresses and the ports': ['sourceAddress', 'destinationAddress', 'sourcePort', 'destinationPort'],
};

export const whole = (value: Uint8Array): MaskedBytes => ({ value, mask: new Uint8Array(value.length).fill(0xff) });

/** A match on all bits of these fields of the flow. */
export function matchOn(flow: Flow, fields: readonly RuleField[]): FlowMatch {
  return Object.fromEntries(fields.map((field) => [field, whole(FIELDS[field](flow))]));
}

/** A match on the bits of one field that the mask names. */
export const matchOnBits = (flow: Flow, field: RuleField, mask: Uint8Array): FlowMatch => {
  const value = FIELDS[field](flow).map((byte, index) => byte & (mask[index] ?? 0));
  return { [field]: { value, mask } };
};

/** A rule for any location, for packets of the type of this flow. */
export const ruleFor = (
  flow: Flow,
  match: FlowMatch,
  action: FlowRule['action'],
  location = ANY_LOCATION,
): FlowRule => ({
  location,
  flow: flowName(flow),
  match,
  action,
});

/** Whether a packet of the flow agrees with the rule in every bit of its masks. */
export function agrees(rule: Pick<FlowRule, 'flow' | 'match'>, flow: Flow): boolean {
  if (flowName(flow) !== rule.flow) return false;
  return (Object.keys(FIELDS) as RuleField[]).every((field) => {
    const masked = rule.match[field];
    return masked === undefined || agreesIn(masked, FIELDS[field](flow));
  });
}

const agreesIn = ({ value, mask }: MaskedBytes, bytes: Uint8Array): boolean =>
  mask.every((bits, index) => ((value[index] ?? 0) & bits) === ((bytes[index] ?? 0) & bits));

const RULE_FLOWS: readonly FlowName[] = ['tcp4', 'udp4', 'tcp6', 'udp6'];

/** A flow of one of the types that rules are made for. */
export const ruleFlow: fc.Arbitrary<Flow> = fc.constantFrom(...RULE_FLOWS).chain((name) => {
  const end = name.endsWith('6') ? ipv6Address : ipv4Address;
  const protocol = name.startsWith('tcp') ? ('tcp' as const) : ('udp' as const);
  return fc.record({
    protocol: fc.constant(protocol),
    source: end,
    destination: end,
    sourcePort: port,
    destinationPort: port,
  });
});

/** A choice of at least one field. */
export const ruleFields: fc.Arbitrary<RuleField[]> = fc.subarray(Object.keys(FIELDS) as RuleField[], { minLength: 1 });

/** A mask over some bits of a field, never over none. */
export const fieldMask = (flow: Flow, field: RuleField): fc.Arbitrary<Uint8Array> => {
  const { length } = FIELDS[field](flow);
  const ones = fc.integer({ min: 1, max: 8 * length });
  const prefix = ones.map((bits) => maskOf(length, (bit) => bit < bits));
  const suffix = ones.map((bits) => maskOf(length, (bit) => bit >= 8 * length - bits));
  const any = fc.uint8Array({ minLength: length, maxLength: length }).filter((mask) => mask.some((byte) => byte !== 0));
  return fc.oneof(prefix, suffix, any);
};

export function maskOf(length: number, isSet: (bit: number) => boolean): Uint8Array {
  const mask = new Uint8Array(length);
  for (let bit = 0; bit < 8 * length; bit++) {
    if (isSet(bit)) mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
  return mask;
}

export interface BitFlip {
  readonly field: RuleField;
  readonly bit: number;
}

/** Which bit of which field of a packet is another one than in its flow. */
export const bitFlip: fc.Arbitrary<BitFlip> = fc.record({
  field: fc.constantFrom(...(Object.keys(FIELDS) as RuleField[])),
  bit: fc.nat({ max: 127 }),
});

/** The flow with one bit of one field turned over. The first byte of an address stays: it says that the packet is unicast. */
export function flipped(flow: Flow, { field, bit }: BitFlip): Flow {
  switch (field) {
    case 'sourceAddress':
      return { ...flow, source: withBitFlipped(flow.source, 8, bit) };
    case 'destinationAddress':
      return { ...flow, destination: withBitFlipped(flow.destination, 8, bit) };
    case 'sourcePort':
      return { ...flow, sourcePort: flow.sourcePort ^ (1 << (bit % 16)) };
    case 'destinationPort':
      return { ...flow, destinationPort: flow.destinationPort ^ (1 << (bit % 16)) };
  }
}

function withBitFlipped(bytes: Uint8Array, from: number, bit: number): Uint8Array {
  const at = from + (bit % (8 * bytes.length - from));
  const other = bytes.slice();
  other[at >> 3] = (other[at >> 3] ?? 0) ^ (0x80 >> (at & 7));
  return other;
}

/** The flow with another value in each of these fields, a different one for each `by` from 1 to 255. */
export function differingIn(flow: Flow, fields: readonly RuleField[], by: number): Flow {
  const last = (bytes: Uint8Array): Uint8Array => {
    const other = bytes.slice();
    other[other.length - 1] = (other[other.length - 1] ?? 0) ^ by;
    return other;
  };
  return {
    ...flow,
    source: fields.includes('sourceAddress') ? last(flow.source) : flow.source,
    destination: fields.includes('destinationAddress') ? last(flow.destination) : flow.destination,
    sourcePort: hasPorts(flow) && fields.includes('sourcePort') ? flow.sourcePort ^ by : flow.sourcePort,
    destinationPort:
      hasPorts(flow) && fields.includes('destinationPort') ? flow.destinationPort ^ by : flow.destinationPort,
  };
}

/** Two rules say the same: flow type, action, context, and each field under its mask. Where they are does not matter. */
export function sameRule(a: FlowRule, b: FlowRule): boolean {
  const sameAction =
    a.action === 'drop' || b.action === 'drop' ? a.action === b.action : a.action.queue === b.action.queue;
  if (a.flow !== b.flow || !sameAction || (a.rssContext ?? 0) !== (b.rssContext ?? 0)) return false;
  const names = new Set([...Object.keys(a.match), ...Object.keys(b.match)]) as Set<keyof FlowMatch>;
  return [...names].every((name) => sameField(a.match[name], b.match[name]));
}

/** A field that is not there is one whose mask is empty. */
function sameField(a: MaskedBytes | undefined, b: MaskedBytes | undefined): boolean {
  const length = Math.max(a?.mask.length ?? 0, b?.mask.length ?? 0);
  for (let index = 0; index < length; index++) {
    const [maskA, maskB] = [a?.mask[index] ?? 0, b?.mask[index] ?? 0];
    if (maskA !== maskB || ((a?.value[index] ?? 0) & maskA) !== ((b?.value[index] ?? 0) & maskB)) return false;
  }
  return true;
}
