/** Rules that put what they see into sets: nft_dynset.c. */
import { hex } from '../../../packet/bytes.js';
import type { NftData, NftSet, SetElement } from '../ruleset.js';
import { WORD, type Compilation, type Evaluation, type Of, type Operation } from './evaluation.js';
import { isOver, updateElement } from './sets.js';
import { cloned } from './stateful.js';

const NANOSECONDS = 1_000_000n;

/** nft_dynset_eval(). */
export function dynsetOperation(compilation: Compilation, expression: Of<'dynset'>): Operation {
  const set = compilation.table.sets.get(expression.set);
  if (set === undefined) return (run) => run.break();
  const from = expression.key * WORD;
  const { operation, inverted } = expression;
  return (run) => {
    const name = hex(run.registers.subarray(from, from + set.keyLength));
    if (operation === 'delete') {
      if (compilation.around.parts.deletesElements) set.elements.delete(name);
      return;
    }
    const element = elementAt(compilation, set, expression, run, name);
    if (element !== undefined) updateElement(compilation, run, element);
    if ((element === undefined) !== inverted) run.break();
  };
}

/** nft_rhash_update(): the element that is there, or a new one; undefined: there is no room. */
function elementAt(
  compilation: Compilation,
  set: NftSet,
  expression: Of<'dynset'>,
  run: Evaluation,
  name: string,
): SetElement | undefined {
  const { around } = compilation;
  const { parts } = around;
  const known = set.elements.get(name);
  if (known !== undefined && !isOver(compilation, known)) {
    const timeout = expression.timeout ?? set.timeout;
    const refreshes = expression.operation === 'update' && known.expiresAt !== undefined && parts.refreshesElements;
    if (refreshes) known.expiresAt = around.now() + timeout * NANOSECONDS;
    return known;
  }
  if (!parts.hasRoom(set.elements.size, set.size)) return undefined;
  const element = newElement(compilation, set, expression, run);
  set.elements.set(name, element);
  return element;
}

/** nft_dynset_new(). */
function newElement({ around }: Compilation, set: NftSet, expression: Of<'dynset'>, run: Evaluation): SetElement {
  const { registers } = run;
  const key = registers.slice(expression.key * WORD, expression.key * WORD + set.keyLength);
  const timeout = expression.timeout ?? set.timeout;
  const now = around.now();
  return {
    key,
    keyEnd: undefined,
    flags: 0,
    data: dataOf(set, expression.data, registers),
    object: undefined,
    timeout: expression.timeout,
    expiresAt: timeout > 0n ? now + timeout * NANOSECONDS : undefined,
    userData: undefined,
    expressions: expression.expressions.map((each) => cloned(each, now)),
  };
}

function dataOf({ dataLength = 0 }: NftSet, word: number | undefined, registers: Uint8Array): NftData | undefined {
  if (word === undefined) return undefined;
  return { kind: 'value', bytes: registers.slice(word * WORD, word * WORD + dataLength) };
}
