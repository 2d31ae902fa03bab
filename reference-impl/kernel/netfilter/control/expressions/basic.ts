/** Expressions that move and compare: nft_immediate.c, nft_cmp.c, nft_bitwise.c, nft_counter.c. */
import { NFTA_COUNTER } from '../../../../netlink/families/nftables.js';
import {
  NFTA_BITWISE,
  NFTA_CMP,
  NFTA_IMMEDIATE,
  NFT_BITWISE_LSHIFT,
  NFT_BITWISE_MASK_XOR,
  NFT_BITWISE_RSHIFT,
  NFT_CMP,
} from '../../../../netlink/families/nftablesExpressions.js';
import type { Values } from '../../../../netlink/schema.js';
import { viewOf } from '../../../../netlink/wire.js';
import { EINVAL, EOPNOTSUPP, ERANGE } from '../../../errno.js';
import type { BitwiseOperation } from '../../expressions.js';
import type { Attributes } from '../attributes.js';
import { Refused } from '../refused.js';
import { readData, readValue, toldData, toldValue, VERDICT_LENGTH } from './data.js';
import { expressionType, type ExpressionContext } from './expressionType.js';
import { NFT_REG_VERDICT, registerOf } from './registers.js';

/** sizeof(struct nft_data): four words. */
export const DATA_SIZE = 16;
const U8_MAX = 255;

export const immediate = expressionType({
  name: 'immediate',
  set: NFTA_IMMEDIATE,
  kinds: ['immediate'],
  init: (context, attributes) => {
    const register = attributes.number('NFTA_IMMEDIATE_DREG');
    const nest = attributes.nest('NFTA_IMMEDIATE_DATA');
    if (register === undefined || nest === undefined) throw new Refused(EINVAL);
    // nft_reg_to_type() looks at the low byte alone.
    const kind = (register & 0xff) === NFT_REG_VERDICT ? 'verdict' : 'value';
    const data = readData(nest, { kind, size: DATA_SIZE }, context);
    const length = data.kind === 'value' ? data.bytes.length : VERDICT_LENGTH;
    const destination = context.registers.store(attributes, 'NFTA_IMMEDIATE_DREG', kind, length);
    return { kind: 'immediate', destination, data };
  },
  told: ({ destination, data }, { table }) => ({
    NFTA_IMMEDIATE_DREG: registerOf(destination),
    NFTA_IMMEDIATE_DATA: toldData(table, data),
  }),
  needsValidation: true,
});

/** nft_cmp_select_ops(). */
function selectCmp(_context: ExpressionContext, attributes: Attributes): void {
  const operator = attributes.number('NFTA_CMP_OP');
  const nest = attributes.nest('NFTA_CMP_DATA');
  if (!attributes.has('NFTA_CMP_SREG') || operator === undefined || nest === undefined) throw new Refused(EINVAL);
  if (NFT_CMP[operator] === undefined) throw new Refused(EINVAL);
  readValue(nest, DATA_SIZE);
}

export const cmp = expressionType({
  name: 'cmp',
  set: NFTA_CMP,
  kinds: ['cmp'],
  select: selectCmp,
  init: ({ registers }, attributes) => {
    const data = readValue(attributes.nest('NFTA_CMP_DATA'), DATA_SIZE);
    const source = registers.load(attributes, 'NFTA_CMP_SREG', data.length);
    const operator = NFT_CMP[attributes.number('NFTA_CMP_OP') ?? 0] ?? 'eq';
    return { kind: 'cmp', source, operator, data };
  },
  told: ({ source, operator, data }) => ({
    NFTA_CMP_SREG: registerOf(source),
    NFTA_CMP_OP: NFT_CMP.indexOf(operator),
    NFTA_CMP_DATA: toldValue(data),
  }),
});

/** nft_parse_u32_check(). */
export function numberUpTo(attributes: Attributes, name: string, most: number): number {
  const value = attributes.number(name) ?? 0;
  if (value > most) throw new Refused(ERANGE);
  return value;
}

/** nft_reg_overlap(): of registers that are not the same. */
export const overlap = (source: number, destination: number, length: number): boolean => {
  const words = Math.ceil(length / 4);
  return source !== destination && source < destination + words && destination < source + words;
};

/** nft_bitwise_init_mask_xor(), nft_bitwise_init_shift(). */
function bitwiseOperation(attributes: Attributes, length: number): BitwiseOperation {
  const operation = attributes.number('NFTA_BITWISE_OP') ?? NFT_BITWISE_MASK_XOR;
  const [mask, xor] = [attributes.nest('NFTA_BITWISE_MASK'), attributes.nest('NFTA_BITWISE_XOR')];
  const data = attributes.nest('NFTA_BITWISE_DATA');
  if (operation === NFT_BITWISE_MASK_XOR) {
    if (data !== undefined || mask === undefined || xor === undefined) throw new Refused(EINVAL);
    return { kind: 'boolean', mask: readValue(mask, DATA_SIZE, length), xor: readValue(xor, DATA_SIZE, length) };
  }
  if (operation !== NFT_BITWISE_LSHIFT && operation !== NFT_BITWISE_RSHIFT) throw new Refused(EOPNOTSUPP);
  if (mask !== undefined || xor !== undefined || data === undefined) throw new Refused(EINVAL);
  // The kernel takes the word as it lies.
  const bits = viewOf(readValue(data, DATA_SIZE, 4)).getUint32(0, true);
  if (bits === 0 || bits >= 32) throw new Refused(EINVAL);
  return { kind: operation === NFT_BITWISE_LSHIFT ? 'lshift' : 'rshift', bits };
}

function toldBitwise(operation: BitwiseOperation): Values {
  switch (operation.kind) {
    case 'boolean':
      return {
        NFTA_BITWISE_OP: NFT_BITWISE_MASK_XOR,
        NFTA_BITWISE_MASK: toldValue(operation.mask),
        NFTA_BITWISE_XOR: toldValue(operation.xor),
      };
    case 'lshift':
    case 'rshift': {
      const bits = new Uint8Array(4);
      viewOf(bits).setUint32(0, operation.bits, true);
      const code = operation.kind === 'lshift' ? NFT_BITWISE_LSHIFT : NFT_BITWISE_RSHIFT;
      return { NFTA_BITWISE_OP: code, NFTA_BITWISE_DATA: toldValue(bits) };
    }
  }
}

export const bitwise = expressionType({
  name: 'bitwise',
  set: NFTA_BITWISE,
  kinds: ['bitwise'],
  // nft_bitwise_select_ops().
  select: (_context, attributes) => {
    const needed = ['NFTA_BITWISE_LEN', 'NFTA_BITWISE_SREG', 'NFTA_BITWISE_DREG'];
    if (needed.some((name) => !attributes.has(name))) throw new Refused(EINVAL);
    numberUpTo(attributes, 'NFTA_BITWISE_LEN', U8_MAX);
  },
  init: ({ registers }, attributes) => {
    const length = numberUpTo(attributes, 'NFTA_BITWISE_LEN', U8_MAX);
    const source = registers.load(attributes, 'NFTA_BITWISE_SREG', length);
    const destination = registers.store(attributes, 'NFTA_BITWISE_DREG', 'value', length);
    if (overlap(source, destination, length)) throw new Refused(EINVAL);
    return { kind: 'bitwise', source, destination, length, operation: bitwiseOperation(attributes, length) };
  },
  told: ({ source, destination, length, operation }) => ({
    NFTA_BITWISE_SREG: registerOf(source),
    NFTA_BITWISE_DREG: registerOf(destination),
    NFTA_BITWISE_LEN: length,
    ...toldBitwise(operation),
  }),
});

export const counter = expressionType({
  name: 'counter',
  set: NFTA_COUNTER,
  kinds: ['counter'],
  isStateful: true,
  init: (_context, attributes) => ({
    kind: 'counter',
    state: {
      packets: attributes.long('NFTA_COUNTER_PACKETS') ?? 0n,
      bytes: attributes.long('NFTA_COUNTER_BYTES') ?? 0n,
    },
  }),
  // nft_counter_do_dump(): what was told is taken off with a reset.
  told: ({ state }, { reset }) => {
    const told = { NFTA_COUNTER_BYTES: state.bytes, NFTA_COUNTER_PACKETS: state.packets };
    if (reset) [state.bytes, state.packets] = [0n, 0n];
    return told;
  },
});
