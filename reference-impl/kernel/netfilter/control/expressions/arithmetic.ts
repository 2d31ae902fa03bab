/** Expressions that compare ranges and make numbers: nft_range.c, nft_byteorder.c, nft_numgen.c, nft_hash.c, nft_exthdr.c. */
import {
  NFTA_BYTEORDER,
  NFTA_EXTHDR,
  NFTA_HASH,
  NFTA_NG,
  NFTA_RANGE,
} from '../../../../netlink/families/nftablesExpressions.js';
import type { Values } from '../../../../netlink/schema.js';
import { EINVAL, EOPNOTSUPP, EOVERFLOW, ERANGE } from '../../../errno.js';
import type { Expression } from '../../expressions.js';
import { NFPROTO_IPV6 } from '../../ruleset.js';
import type { Attributes } from '../attributes.js';
import { Refused } from '../refused.js';
import { DATA_SIZE, numberUpTo, overlap } from './basic.js';
import { readValue, toldValue } from './data.js';
import { expressionType, type ExpressionContext } from './expressionType.js';
import { registerOf } from './registers.js';

const U8_MAX = 255;

export function need(attributes: Attributes, ...names: readonly string[]): void {
  if (names.some((name) => !attributes.has(name))) throw new Refused(EINVAL);
}

export const range = expressionType({
  name: 'range',
  set: NFTA_RANGE,
  kinds: ['range'],
  init: ({ registers }, attributes) => {
    need(attributes, 'NFTA_RANGE_SREG', 'NFTA_RANGE_OP', 'NFTA_RANGE_FROM_DATA', 'NFTA_RANGE_TO_DATA');
    const from = readValue(attributes.nest('NFTA_RANGE_FROM_DATA'), DATA_SIZE);
    const to = readValue(attributes.nest('NFTA_RANGE_TO_DATA'), DATA_SIZE);
    if (from.length !== to.length) throw new Refused(EINVAL);
    const source = registers.load(attributes, 'NFTA_RANGE_SREG', from.length);
    const operation = attributes.number('NFTA_RANGE_OP') ?? 0;
    if (operation > 1) throw new Refused(EINVAL);
    return { kind: 'range', source, from, to, inverted: operation === 1 };
  },
  told: ({ source, from, to, inverted }) => ({
    NFTA_RANGE_SREG: registerOf(source),
    NFTA_RANGE_OP: inverted ? 1 : 0,
    NFTA_RANGE_FROM_DATA: toldValue(from),
    NFTA_RANGE_TO_DATA: toldValue(to),
  }),
});

const BYTEORDER_OPERATIONS = ['ntoh', 'hton'] as const;

export const byteorder = expressionType({
  name: 'byteorder',
  set: NFTA_BYTEORDER,
  kinds: ['byteorder'],
  init: ({ registers }, attributes) => {
    need(attributes, ...['SREG', 'DREG', 'LEN', 'SIZE', 'OP'].map((name) => `NFTA_BYTEORDER_${name}`));
    const operation = BYTEORDER_OPERATIONS[attributes.number('NFTA_BYTEORDER_OP') ?? 0];
    const size = attributes.number('NFTA_BYTEORDER_SIZE') ?? 0;
    if (operation === undefined || ![2, 4, 8].includes(size)) throw new Refused(EINVAL);
    const length = attributes.number('NFTA_BYTEORDER_LEN') ?? 0;
    if (length !== size) throw new Refused(EOPNOTSUPP);
    const source = registers.load(attributes, 'NFTA_BYTEORDER_SREG', length);
    const destination = registers.store(attributes, 'NFTA_BYTEORDER_DREG', 'value', length);
    if (overlap(source, destination, length)) throw new Refused(EINVAL);
    return { kind: 'byteorder', source, destination, operation, length, size };
  },
  told: ({ source, destination, operation, length, size }) => ({
    NFTA_BYTEORDER_SREG: registerOf(source),
    NFTA_BYTEORDER_DREG: registerOf(destination),
    NFTA_BYTEORDER_OP: BYTEORDER_OPERATIONS.indexOf(operation),
    NFTA_BYTEORDER_SIZE: size,
    NFTA_BYTEORDER_LEN: length,
  }),
});

/** Of numbers from an offset on, as many as the modulus says: none may be beyond 32 bits. */
function checkModulus(modulus: number, offset: number): void {
  if (modulus === 0) throw new Refused(ERANGE);
  if (offset + modulus - 1 > 0xffff_ffff) throw new Refused(EOVERFLOW);
}

const NUMGEN_TYPES = ['incremental', 'random'] as const;

export const numgen = expressionType({
  name: 'numgen',
  set: NFTA_NG,
  kinds: ['numgen'],
  select: (_context, attributes) => {
    need(attributes, 'NFTA_NG_DREG', 'NFTA_NG_MODULUS', 'NFTA_NG_TYPE');
    if (NUMGEN_TYPES[attributes.number('NFTA_NG_TYPE') ?? 0] === undefined) throw new Refused(EINVAL);
  },
  init: ({ registers }, attributes) => {
    const offset = attributes.number('NFTA_NG_OFFSET') ?? 0;
    const modulus = attributes.number('NFTA_NG_MODULUS') ?? 0;
    checkModulus(modulus, offset);
    const type = NUMGEN_TYPES[attributes.number('NFTA_NG_TYPE') ?? 0] ?? 'incremental';
    const destination = registers.store(attributes, 'NFTA_NG_DREG', 'value', 4);
    return { kind: 'numgen', destination, type, modulus, offset, state: { count: modulus - 1 } };
  },
  told: ({ destination, type, modulus, offset }) => ({
    NFTA_NG_DREG: registerOf(destination),
    NFTA_NG_MODULUS: modulus,
    NFTA_NG_TYPE: NUMGEN_TYPES.indexOf(type),
    NFTA_NG_OFFSET: offset,
  }),
});

const HASH_TYPES = ['jenkins', 'symmetric'] as const;
/** Of a hash without NFTA_HASH_SEED the kernel draws one; here it is always the same, so that a run repeats itself. */
const DRAWN_SEED = 0x6e69_6373;

export const hash = expressionType({
  name: 'hash',
  set: NFTA_HASH,
  kinds: ['hash'],
  select: (_context, attributes) => {
    if (HASH_TYPES[attributes.number('NFTA_HASH_TYPE') ?? 0] === undefined) throw new Refused(EOPNOTSUPP);
  },
  init: ({ registers }, attributes) => {
    const type = HASH_TYPES[attributes.number('NFTA_HASH_TYPE') ?? 0] ?? 'jenkins';
    const isOfData = type === 'jenkins';
    need(attributes, 'NFTA_HASH_DREG', 'NFTA_HASH_MODULUS', ...(isOfData ? ['NFTA_HASH_SREG', 'NFTA_HASH_LEN'] : []));
    const offset = attributes.number('NFTA_HASH_OFFSET') ?? 0;
    const length = isOfData ? numberUpTo(attributes, 'NFTA_HASH_LEN', U8_MAX) : 0;
    if (isOfData && length === 0) throw new Refused(ERANGE);
    const source = isOfData ? registers.load(attributes, 'NFTA_HASH_SREG', length) : undefined;
    const modulus = attributes.number('NFTA_HASH_MODULUS') ?? 0;
    checkModulus(modulus, offset);
    const given = isOfData ? attributes.number('NFTA_HASH_SEED') : undefined;
    const destination = registers.store(attributes, 'NFTA_HASH_DREG', 'value', 4);
    const [seed, tellsSeed] = [given ?? DRAWN_SEED, given !== undefined];
    return { kind: 'hash', destination, type, source, length, modulus, seed, tellsSeed, offset };
  },
  told: ({ destination, type, source, length, modulus, seed, tellsSeed, offset }) => ({
    ...(source === undefined ? {} : { NFTA_HASH_SREG: registerOf(source) }),
    NFTA_HASH_DREG: registerOf(destination),
    ...(source === undefined ? {} : { NFTA_HASH_LEN: length }),
    NFTA_HASH_MODULUS: modulus,
    ...(tellsSeed ? { NFTA_HASH_SEED: seed } : {}),
    ...(offset === 0 ? {} : { NFTA_HASH_OFFSET: offset }),
    NFTA_HASH_TYPE: HASH_TYPES.indexOf(type),
  }),
});

const EXTHDR_OPERATIONS = ['ipv6', 'tcpopt', 'ipv4'] as const;
const NFT_EXTHDR_F_PRESENT = 1;
/** IPOPT_SSRR, IPOPT_LSRR, IPOPT_RR, IPOPT_RA. */
const IP_OPTIONS = [137, 131, 7, 148];

/** nft_exthdr_select_ops(): what writes or takes out options, and those of SCTP and DCCP, is not there. */
function selectExthdr({ family, transaction }: ExpressionContext, attributes: Attributes): void {
  if (!attributes.has('NFTA_EXTHDR_OP')) return;
  const operation = EXTHDR_OPERATIONS[attributes.number('NFTA_EXTHDR_OP') ?? 0];
  const isRead = attributes.has('NFTA_EXTHDR_DREG') && !attributes.has('NFTA_EXTHDR_SREG');
  if (operation !== undefined && isRead && !(operation === 'ipv4' && family === NFPROTO_IPV6)) return;
  transaction.surroundings.tellMissing('exthdr of this kind');
  throw new Refused(EOPNOTSUPP);
}

type Exthdr = Extract<Expression, { kind: 'exthdr' }>;

export const exthdr = expressionType({
  name: 'exthdr',
  set: NFTA_EXTHDR,
  kinds: ['exthdr'],
  select: selectExthdr,
  init: ({ registers }, attributes): Exthdr => {
    need(attributes, ...['DREG', 'TYPE', 'OFFSET', 'LEN'].map((name) => `NFTA_EXTHDR_${name}`));
    const offset = numberUpTo(attributes, 'NFTA_EXTHDR_OFFSET', U8_MAX);
    const length = numberUpTo(attributes, 'NFTA_EXTHDR_LEN', U8_MAX);
    const flags = numberUpTo(attributes, 'NFTA_EXTHDR_FLAGS', U8_MAX);
    if ((flags & ~NFT_EXTHDR_F_PRESENT) !== 0) throw new Refused(EINVAL);
    const isPresence = flags !== 0;
    if (isPresence && length !== 1) throw new Refused(EINVAL);
    const operation = EXTHDR_OPERATIONS[attributes.number('NFTA_EXTHDR_OP') ?? 0] ?? 'ipv6';
    const type = attributes.number('NFTA_EXTHDR_TYPE') ?? 0;
    const destination = registers.store(attributes, 'NFTA_EXTHDR_DREG', 'value', length);
    if (operation === 'ipv4' && !IP_OPTIONS.includes(type)) throw new Refused(EOPNOTSUPP);
    return { kind: 'exthdr', operation, destination, type, offset, length, isPresence };
  },
  told: ({ operation, destination, type, offset, length, isPresence }): Values => ({
    NFTA_EXTHDR_DREG: registerOf(destination),
    NFTA_EXTHDR_TYPE: type,
    NFTA_EXTHDR_OFFSET: offset,
    NFTA_EXTHDR_LEN: length,
    NFTA_EXTHDR_FLAGS: isPresence ? NFT_EXTHDR_F_PRESENT : 0,
    NFTA_EXTHDR_OP: EXTHDR_OPERATIONS.indexOf(operation),
  }),
});
