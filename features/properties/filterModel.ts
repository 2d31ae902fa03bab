/** Filters by the rules of the specification and nothing else: what a list of them makes of a packet, read off its fields. */
import fc from 'fast-check';
import type { Network, Packet, Transport } from './packets.js';
import type { StationName } from './stations.js';

export interface Prefix {
  readonly address: string;
  /** Bits that count. */
  readonly length: number;
}

/** What a filter looks for; what is absent is not looked at. */
export interface Match {
  readonly from?: StationName;
  readonly to?: StationName;
  /** Bytes of the source address that count, from the first. */
  readonly fromBytes?: number;
  /** Whether the frame has a tag: filters are for frames of one type, and that of a tagged frame is its tag's. */
  readonly isTagged?: boolean;
  readonly vid?: number;
  readonly vlanPriority?: number;
  readonly network?: Network;
  readonly transport?: Transport;
  readonly source?: Prefix;
  readonly destination?: Prefix;
  readonly sourcePort?: PortTest;
  readonly destinationPort?: PortTest;
  readonly ttl?: number;
  readonly tos?: number;
  readonly tcpFlags?: { readonly value: number; readonly mask: number };
  readonly isReply?: boolean;
}

export type PortTest = { readonly is: number } | { readonly from: number; readonly to: number };

export type Action =
  | { readonly kind: 'drop' }
  | { readonly kind: 'pass' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'trap' }
  | { readonly kind: 'goto'; readonly chain: number }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'mirror'; readonly to: string };

export interface Rule {
  readonly priority: number;
  readonly chain?: number;
  /** Undefined: every frame. */
  readonly match: Match | undefined;
  readonly actions: readonly Action[];
}

/** What becomes of a packet where the filters are. */
export interface Fate {
  /** Whether it goes its way. */
  readonly goesOn: boolean;
  /** Ports at which it leaves by a filter's doing, one for each time. */
  readonly sentTo: readonly string[];
}

/** The first rule that matches, by priority. */
export function fateOf(rules: readonly Rule[], packet: Packet, chain = 0): Fate {
  const sentTo: string[] = [];
  const inOrder = rules.filter((rule) => (rule.chain ?? 0) === chain).sort((a, b) => a.priority - b.priority);
  for (const { match, actions } of inOrder) {
    if (match !== undefined && !matches(match, packet)) continue;
    let goesOnSearching = false;
    for (const action of actions) {
      switch (action.kind) {
        case 'drop':
          return { goesOn: false, sentTo };
        case 'trap':
          return { goesOn: false, sentTo };
        case 'pass':
          return { goesOn: true, sentTo };
        case 'redirect':
          return { goesOn: false, sentTo: [...sentTo, action.to] };
        case 'goto': {
          const further = fateOf(rules, packet, action.chain);
          return { ...further, sentTo: [...sentTo, ...further.sentTo] };
        }
        case 'mirror':
          sentTo.push(action.to);
          break;
        case 'continue':
          goesOnSearching = true;
      }
    }
    if (!goesOnSearching) return { goesOn: true, sentTo };
  }
  return { goesOn: true, sentTo };
}

export function matches(match: Match, packet: Packet): boolean {
  const isIp = packet.network !== 'none';
  const hasPorts = isIp && !packet.isFragment && packet.transport !== 'ICMP';
  const [tag] = packet.tags;
  if (match.from !== undefined && match.from !== packet.from && match.fromBytes === undefined) return false;
  if (match.to !== undefined && match.to !== packet.to) return false;
  if (match.isTagged !== undefined && match.isTagged !== (tag !== undefined)) return false;
  if (match.vid !== undefined && (tag === undefined || (tag.tci & 0xfff) !== match.vid)) return false;
  if (match.vlanPriority !== undefined && (tag === undefined || tag.tci >> 13 !== match.vlanPriority)) return false;
  if (match.network !== undefined && match.network !== packet.network) return false;
  if (match.transport !== undefined && (!isIp || match.transport !== packet.transport)) return false;
  if (match.source !== undefined && !isWithin(match.source, packet.source)) return false;
  if (match.destination !== undefined && !isWithin(match.destination, packet.destination)) return false;
  if (match.ttl !== undefined && (!isIp || match.ttl !== packet.ttl)) return false;
  if (match.tos !== undefined && (!isIp || match.tos !== packet.tos)) return false;
  if (match.sourcePort !== undefined && !isPort(match.sourcePort, hasPorts ? packet.sourcePort : 0)) return false;
  if (match.destinationPort !== undefined && !isPort(match.destinationPort, hasPorts ? packet.destinationPort : 0))
    return false;
  if (match.tcpFlags !== undefined) {
    const flags = hasPorts && packet.transport === 'TCP' ? packet.tcpFlags : 0;
    if ((flags & match.tcpFlags.mask) !== (match.tcpFlags.value & match.tcpFlags.mask)) return false;
  }
  return match.isReply === undefined || match.isReply === (packet.isFragment ? looksLikeReply(packet) : packet.isReply);
}

/** Of a fragment nothing is read behind the IP header: its type counts as 0, which is that of an ICMP reply. */
const looksLikeReply = ({ network }: Packet): boolean => network === 'IPv4';

/** Address by address, as numbers: the bits in front are the same. */
function isWithin({ address, length }: Prefix, other: string): boolean {
  const bitsOf = (text: string): string =>
    text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  return bitsOf(address).slice(0, length) === bitsOf(other).slice(0, length);
}

const isPort = (test: PortTest, port: number): boolean =>
  'is' in test ? test.is === port : port >= test.from && port <= test.to;

// Rules that are drawn.

const prefix = (address: string): fc.Arbitrary<Prefix> =>
  fc.record({ address: fc.constant(address), length: fc.constantFrom(23, 24, 32) });

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

const linkMatch: fc.Arbitrary<Match> = fc.record({
  from: maybe(fc.constantFrom<StationName>('A', 'B')),
  to: maybe(fc.constantFrom<StationName>('broadcast', 'K')),
});

const tagMatch: fc.Arbitrary<Match> = fc.record({
  isTagged: fc.constant(true),
  vid: maybe(fc.constantFrom(10, 20)),
  vlanPriority: maybe(fc.constantFrom(0, 5)),
});

const networkMatch: fc.Arbitrary<Match> = fc
  .record({
    network: fc.constantFrom<Network>('IPv4', 'IPv4', 'IPv6'),
    isTagged: fc.constant(false),
    source: maybe(prefix('10.0.0.1')),
    destination: maybe(prefix('10.0.1.2')),
    ttl: maybe(fc.constantFrom(1, 64)),
    tos: maybe(fc.constantFrom(0, 0xb8)),
  })
  .map((match) => (match.network === 'IPv6' ? { ...match, source: undefined, destination: undefined } : match));

const portTest: fc.Arbitrary<PortTest> = fc.oneof(
  fc.constantFrom(80, 443).map((is) => ({ is })),
  fc.constantFrom({ from: 1, to: 100 }, { from: 400, to: 2000 }),
);

const transportMatch: fc.Arbitrary<Match> = fc.oneof(
  fc.record({
    network: fc.constant<Network>('IPv4'),
    isTagged: fc.constant(false),
    transport: fc.constantFrom<Transport>('TCP', 'UDP'),
    sourcePort: maybe(fc.constantFrom(1000, 1001).map((is) => ({ is }))),
    destinationPort: maybe(portTest),
  }),
  fc.record({
    network: fc.constant<Network>('IPv4'),
    isTagged: fc.constant(false),
    transport: fc.constant<Transport>('TCP'),
    tcpFlags: fc.constantFrom({ value: 0x02, mask: 0x02 }, { value: 0x12, mask: 0x12 }, { value: 0, mask: 0x02 }),
  }),
  fc.record({
    network: fc.constant<Network>('IPv4'),
    isTagged: fc.constant(false),
    transport: fc.constant<Transport>('ICMP'),
    isReply: maybe(fc.boolean()),
  }),
);

/** What is absent is left out. */
const present = (match: Match): Match =>
  Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined));

export const match: fc.Arbitrary<Match> = fc.oneof(linkMatch, tagMatch, networkMatch, transportMatch).map(present);

/** `sent`: ports to which packets are sent on. */
export const verdict = (sent: readonly string[]): fc.Arbitrary<readonly Action[]> =>
  fc.oneof(
    fc.constant<readonly Action[]>([{ kind: 'drop' }]),
    fc.constant<readonly Action[]>([{ kind: 'pass' }]),
    fc.constantFrom(...sent).map((to): readonly Action[] => [{ kind: 'redirect', to }]),
  );

/** One priority each: what is first among equals is nobody's to say. */
export const rulesOf = (actions: fc.Arbitrary<readonly Action[]>, most = 6): fc.Arbitrary<readonly Rule[]> =>
  fc.uniqueArray(
    fc.record({ priority: fc.integer({ min: 1, max: 40 }), match: maybe(match), actions }) as fc.Arbitrary<Rule>,
    { maxLength: most, selector: ({ priority }) => priority },
  );
