/**
 * Rules in words, and the expressions that they are: statements behind one another, separated by commas, over the registers r1 to r4. A number
 * of the host is written #7, other data in hexadecimal digits, as they lie in the frame.
 */
import { fromHex } from '../../reference-impl/packet/bytes.js';
import { be32, be64, bytesOf, expression, isVerdict, text, value, verdict } from './nftAttributes.js';

/** What names stand for on the target: `index:p0`, `name:p0`, `station:A`. */
export interface NftNames {
  index(port: string): number;
  name(port: string): string;
  /** Its address. */
  station(name: string): Uint8Array;
}

/** linux/netfilter/nf_tables.h, enum nft_meta_keys. */
const META: Readonly<Record<string, number>> = {
  length: 0,
  protocol: 1,
  priority: 2,
  mark: 3,
  iif: 4,
  oif: 5,
  iifname: 6,
  oifname: 7,
  iiftype: 8,
  oiftype: 9,
  nftrace: 12,
  nfproto: 15,
  l4proto: 16,
  ibrname: 17,
  obrname: 18,
  pkttype: 19,
};
const BASES: Readonly<Record<string, number>> = { link: 0, network: 1, transport: 2, inner: 3 };
const COMPARISONS: Readonly<Record<string, number>> = { '==': 0, '!=': 1, '<': 2, '<=': 3, '>': 4, '>=': 5 };

/** NFT_REG_1 to NFT_REG_4; w0 to w15 are registers of 32 bits. */
function register(name: string): number {
  const number = Number(name.slice(1));
  return name.startsWith('w') ? 8 + number : number;
}

function host32(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  // A target is a machine of the same order of bytes: nicspec runs on it.
  new DataView(bytes.buffer).setUint32(0, number, true);
  return bytes;
}

export function dataIn(words: string, names: NftNames): Uint8Array {
  const [kind = '', port = ''] = words.split(':');
  if (kind === 'index') return host32(names.index(port));
  if (kind === 'station') return names.station(port);
  if (kind === 'name') {
    const bytes = new Uint8Array(16);
    bytes.set(new TextEncoder().encode(names.name(port)));
    return bytes;
  }
  return words.startsWith('#') ? host32(Number(words.slice(1))) : fromHex(words);
}

const R = String.raw`([rw]\d+)`;
const D = String.raw`(#\d+|[\da-f]+|(?:index|name|station):\w+)`;

interface Statement {
  readonly form: RegExp;
  readonly make: (names: NftNames, ...found: string[]) => readonly Uint8Array[];
}

const immediate = (target: number, data: Uint8Array): Uint8Array =>
  expression('immediate', be32(1, target), value(2, data));

/** NFTA_PAYLOAD_CSUM_*: `header 10`, `pseudo`, `header 10 and pseudo`. */
function checksums(words: string | undefined): readonly Uint8Array[] {
  if (words === undefined) return [];
  const [, offset] = /header (\d+)/.exec(words) ?? [];
  return [
    ...(offset === undefined ? [] : [be32(6, 1), be32(7, Number(offset))]),
    ...(words.includes('pseudo') ? [be32(8, 1)] : []),
  ];
}

const LOOKING: readonly Statement[] = [
  {
    form: new RegExp(String.raw`^load (\d+)@(link|network|transport|inner)\+(\d+) to ${R}$`),
    make: (_names, length = '', base = '', offset = '', to = '') => [
      expression(
        'payload',
        be32(1, register(to)),
        be32(2, BASES[base] ?? 0),
        be32(3, Number(offset)),
        be32(4, Number(length)),
      ),
    ],
  },
  {
    form: new RegExp(String.raw`^store ${R} to (\d+)@(link|network|transport|inner)\+(\d+)(?: fixing (.+))?$`),
    make: (_names, from = '', length = '', base = '', offset = '', fixing?: string) => [
      expression(
        'payload',
        be32(5, register(from)),
        be32(2, BASES[base] ?? 0),
        be32(3, Number(offset)),
        be32(4, Number(length)),
        ...checksums(fixing),
      ),
    ],
  },
  {
    form: new RegExp(`^meta (\\w+) to ${R}$`),
    make: (_names, key = '', to = '') => [expression('meta', be32(2, META[key] ?? 255), be32(1, register(to)))],
  },
  {
    form: new RegExp(`^${R} to meta (\\w+)$`),
    make: (_names, from = '', key = '') => [expression('meta', be32(2, META[key] ?? 255), be32(3, register(from)))],
  },
];

/** NFT_EXTHDR_OP_*. */
const HEADERS: Readonly<Record<string, number>> = { 'ip6 header': 0, 'tcp option': 1, 'ip option': 2 };
const exthdr = (kind: string, type: string, to: string, rest: readonly Uint8Array[]): Uint8Array =>
  expression(
    'exthdr',
    be32(1, register(to)),
    bytesOf(2, Uint8Array.of(Number(type))),
    be32(6, HEADERS[kind] ?? 0),
    ...rest,
  );

const HEADER_STATEMENTS: readonly Statement[] = [
  {
    form: new RegExp(`^whether (tcp option|ip option|ip6 header) (\\d+) to ${R}$`),
    make: (_names, kind = '', type = '', to = '') => [exthdr(kind, type, to, [be32(3, 0), be32(4, 1), be32(5, 1)])],
  },
  {
    form: new RegExp(`^load (\\d+)@(tcp option|ip option|ip6 header) (\\d+)\\+(\\d+) to ${R}$`),
    make: (_names, length = '', kind = '', type = '', offset = '', to = '') => [
      exthdr(kind, type, to, [be32(3, Number(offset)), be32(4, Number(length))]),
    ],
  },
];

const CHANGING: readonly Statement[] = [
  {
    form: new RegExp(`^${R} = ${D}$`),
    make: (names, to = '', data = '') => [immediate(register(to), dataIn(data, names))],
  },
  {
    form: new RegExp(`^${R} (==|!=|<|<=|>|>=) ${D}$`),
    make: (names, from = '', operator = '', data = '') => [
      expression('cmp', be32(1, register(from)), be32(2, COMPARISONS[operator] ?? 0), value(3, dataIn(data, names))),
    ],
  },
  {
    form: new RegExp(`^${R} (in|not in) ([\\da-f]+)-([\\da-f]+)$`),
    make: (_names, from = '', how = '', low = '', high = '') => [
      expression(
        'range',
        be32(1, register(from)),
        be32(2, how === 'in' ? 0 : 1),
        value(3, fromHex(low)),
        value(4, fromHex(high)),
      ),
    ],
  },
  {
    form: new RegExp(`^${R} = ${R} & ([\\da-f]+) \\^ ([\\da-f]+)$`),
    make: (_names, to = '', from = '', mask = '', xor = '') => [
      expression(
        'bitwise',
        be32(1, register(from)),
        be32(2, register(to)),
        be32(3, mask.length / 2),
        value(4, fromHex(mask)),
        value(5, fromHex(xor)),
      ),
    ],
  },
  {
    form: new RegExp(`^${R} = ${R} (<<|>>) (\\d+) over (\\d+) bytes$`),
    make: (_names, to = '', from = '', way = '', bits = '', length = '') => [
      expression(
        'bitwise',
        be32(1, register(from)),
        be32(2, register(to)),
        be32(3, Number(length)),
        be32(6, way === '<<' ? 1 : 2),
        value(7, host32(Number(bits))),
      ),
    ],
  },
  {
    form: new RegExp(`^${R} = (hton|ntoh) ${R} of (\\d) bytes$`),
    make: (_names, to = '', operation = '', from = '', size = '') => [
      expression(
        'byteorder',
        be32(1, register(from)),
        be32(2, register(to)),
        be32(3, operation === 'ntoh' ? 0 : 1),
        be32(4, Number(size)),
        be32(5, Number(size)),
      ),
    ],
  },
];

const SETS: readonly Statement[] = [
  {
    form: new RegExp(`^${R} (in|not in) @(\\w+)$`),
    make: (_names, from = '', how = '', set = '') => [
      expression('lookup', text(1, set), be32(2, register(from)), ...(how === 'in' ? [] : [be32(5, 1)])),
    ],
  },
  {
    form: new RegExp(`^(verdict|[rw]\\d+) = @(\\w+) of ${R}$`),
    make: (_names, to = '', set = '', from = '') => [
      expression('lookup', text(1, set), be32(2, register(from)), be32(3, to === 'verdict' ? 0 : register(to))),
    ],
  },
  {
    form: new RegExp(`^(add|update|delete) ${R} (?:to|in|from) @(\\w+)(?: for (\\d+) ms)?( or not)?$`),
    make: (_names, how = '', from = '', set = '', ms?: string, inverted?: string) => [
      expression(
        'dynset',
        text(1, set),
        be32(3, ['add', 'update', 'delete'].indexOf(how)),
        be32(4, register(from)),
        ...(ms === undefined ? [] : [be64(6, BigInt(ms))]),
        ...(inverted === undefined ? [] : [be32(9, 1)]),
      ),
    ],
  },
  {
    form: /^object (counter|quota|limit) (\w+)$/,
    make: (_names, type = '', name = '') => [
      expression('objref', be32(1, { counter: 1, quota: 2, limit: 4 }[type] ?? 0), text(2, name)),
    ],
  },
];

const REMEMBERING: readonly Statement[] = [
  { form: /^counter$/, make: () => [expression('counter')] },
  {
    form: /^limit (over )?(\d+) (packets|bytes) in (\d+) s burst (\d+)$/,
    make: (_names, over?: string, rate = '', type = '', seconds = '', burst = '') => [
      expression(
        'limit',
        be64(1, BigInt(rate)),
        be64(2, BigInt(seconds)),
        be32(3, Number(burst)),
        be32(4, type === 'packets' ? 0 : 1),
        ...(over === undefined ? [] : [be32(5, 1)]),
      ),
    ],
  },
  {
    form: /^quota (over|until) (\d+)$/,
    make: (_names, how = '', bytes = '') => [
      expression('quota', be64(1, BigInt(bytes)), ...(how === 'over' ? [be32(2, 1)] : [])),
    ],
  },
  {
    form: new RegExp(`^${R} = count mod (\\d+)(?: plus (\\d+))?$`),
    make: (_names, to = '', modulus = '', offset = '0') => [
      expression('numgen', be32(1, register(to)), be32(2, Number(modulus)), be32(3, 0), be32(4, Number(offset))),
    ],
  },
  {
    form: new RegExp(`^${R} = jhash ${R} of (\\d+) bytes mod (\\d+) seed (\\d+)$`),
    make: (_names, to = '', from = '', length = '', modulus = '', seed = '') => [
      expression(
        'hash',
        be32(1, register(from)),
        be32(2, register(to)),
        be32(3, Number(length)),
        be32(4, Number(modulus)),
        be32(5, Number(seed)),
        be32(7, 0),
      ),
    ],
  },
  {
    form: new RegExp(`^${R} = symhash mod (\\d+)$`),
    make: (_names, to = '', modulus = '') => [
      expression('hash', be32(2, register(to)), be32(4, Number(modulus)), be32(7, 1)),
    ],
  },
];

const SENDING: readonly Statement[] = [
  {
    form: /^(fwd|dup) (p\d)$/,
    make: (names, what = '', port = '') => [
      immediate(4, host32(names.index(port))),
      expression(what, be32(what === 'fwd' ? 1 : 2, 4)),
    ],
  },
  { form: new RegExp(`^fwd ${R}$`), make: (_names, from = '') => [expression('fwd', be32(1, register(from)))] },
  {
    form: /^reject (unreachable|icmpx) (\d+)$/,
    make: (_names, type = '', code = '') => [
      expression('reject', be32(1, type === 'icmpx' ? 2 : 0), bytesOf(2, Uint8Array.of(Number(code)))),
    ],
  },
  { form: /^reject reset$/, make: () => [expression('reject', be32(1, 1))] },
];

const STATEMENTS: readonly Statement[] = [
  ...HEADER_STATEMENTS,
  ...LOOKING,
  ...CHANGING,
  ...SETS,
  ...REMEMBERING,
  ...SENDING,
];

/** The expressions of a rule, each an element of NFTA_RULE_EXPRESSIONS. */
export const expressionsOf = (rule: string, names: NftNames): readonly Uint8Array[] =>
  rule.split(', ').flatMap((words) => statement(words.trim(), names));

function statement(words: string, names: NftNames): readonly Uint8Array[] {
  if (isVerdict(words)) return [expression('immediate', be32(1, 0), verdict(2, words))];
  for (const { form, make } of STATEMENTS) {
    const [whole, ...found] = form.exec(words) ?? [];
    if (whole !== undefined) return make(names, ...found);
  }
  throw new Error(`"${words}" is no statement of a rule`);
}
