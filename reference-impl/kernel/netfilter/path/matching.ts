/** Expressions that look at registers and change them: nft_cmp.c, nft_range.c, nft_bitwise.c, nft_byteorder.c, nft_immediate.c. */
import { WORD, type Of, type Operation } from './evaluation.js';
import type { NetfilterPathParts } from './pathParts.js';

export type CompareOperator = Of<'cmp'>['operator'];

/** memcmp() of a register and data. */
export function compareBytes(registers: Uint8Array, at: number, data: Uint8Array): number {
  for (let index = 0; index < data.length; index++) {
    const difference = (registers[at + index] ?? 0) - (data[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What nft_cmp_eval() makes of memcmp(). */
export function holdsFor(operator: CompareOperator, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'neq':
      return difference !== 0;
    case 'lt':
      return difference < 0;
    case 'lte':
      return difference <= 0;
    case 'gt':
      return difference > 0;
    case 'gte':
      return difference >= 0;
  }
}

/** nft_cmp_eval(). */
export function compareOperation({ holds }: NetfilterPathParts, { source, operator, data }: Of<'cmp'>): Operation {
  const at = source * WORD;
  return (run) => {
    if (!holds(operator, compareBytes(run.registers, at, data))) run.break();
  };
}

/** nft_range_eval(). */
export function rangeOperation(
  { isWithin }: NetfilterPathParts,
  { source, from, to, inverted }: Of<'range'>,
): Operation {
  const at = source * WORD;
  return (run) => {
    const { registers } = run;
    const within = isWithin(compareBytes(registers, at, from), compareBytes(registers, at, to));
    if (within === inverted) run.break();
  };
}

export function immediateOperation({ destination, data }: Of<'immediate'>): Operation {
  return (run) => run.store(destination, data);
}

/** nft_bitwise_eval(). */
export function bitwiseOperation(parts: NetfilterPathParts, expression: Of<'bitwise'>): Operation {
  const { source, destination, length, operation } = expression;
  if (operation.kind === 'boolean') {
    const { mask, xor } = operation;
    return ({ registers }) => {
      for (let index = 0; index < length; index++) {
        const value = registers[source * WORD + index] ?? 0;
        registers[destination * WORD + index] = parts.masked(value, mask[index] ?? 0, xor[index] ?? 0);
      }
    };
  }
  const words = Math.ceil(length / WORD);
  return operation.kind === 'lshift'
    ? shiftLeft(parts, source, destination, words, operation.bits)
    : shiftRight(parts, source, destination, words, operation.bits);
}

/** nft_bitwise_eval_lshift(): words of the host, from the last to the first. */
function shiftLeft(
  parts: NetfilterPathParts,
  source: number,
  destination: number,
  words: number,
  bits: number,
): Operation {
  return (run) => {
    let carry = 0;
    for (let index = words - 1; index >= 0; index--) {
      const word = run.number(source + index);
      run.storeNumber(destination + index, ((word << bits) | carry) >>> 0);
      carry = parts.carriesShifted ? carried(word >>> (32 - bits), bits) : 0;
    }
  };
}

/** nft_bitwise_eval_rshift(). */
function shiftRight(
  parts: NetfilterPathParts,
  source: number,
  destination: number,
  words: number,
  bits: number,
): Operation {
  return (run) => {
    let carry = 0;
    for (let index = 0; index < words; index++) {
      const word = run.number(source + index);
      run.storeNumber(destination + index, (carry | (word >>> bits)) >>> 0);
      carry = parts.carriesShifted ? carried(word << (32 - bits), bits) : 0;
    }
  };
}

/** A shift by 0 carries nothing: a shift by all 32 bits is none in JavaScript, nor on x86. */
const carried = (value: number, bits: number): number => (bits === 0 ? 0 : value);

/** nft_byteorder_eval(): on a machine whose numbers are little endian both ways are the same. */
export function byteorderOperation(parts: NetfilterPathParts, expression: Of<'byteorder'>): Operation {
  const { source, destination, length } = expression;
  const size = parts.swappedBytes(expression.size);
  const from = source * WORD;
  const to = destination * WORD;
  const wholeWords = Math.ceil(length / WORD) * WORD;
  return ({ registers }) => {
    const value = registers.slice(from, from + wholeWords);
    registers.fill(0, to, to + wholeWords);
    for (let at = 0; at < length; at += size)
      for (let index = 0; index < size; index++) registers[to + at + index] = value[at + size - 1 - index] ?? 0;
  };
}
