/** Elements of sets by what is in registers: nft_lookup.c, nft_objref.c, and the lookups of nft_set_hash.c, _rbtree.c and _pipapo.c. */
import { hex } from '../../../packet/bytes.js';
import { NFT_BREAK, type NftSet, type SetElement } from '../ruleset.js';
import { WORD, type Compilation, type Evaluation, type Of, type Operation } from './evaluation.js';
import { compareBytes } from './matching.js';
import { cloned, runStateful } from './stateful.js';

const NFT_SET_INTERVAL = 0x4;
const NFT_SET_CONCAT = 0x80;
const NFT_SET_ELEM_INTERVAL_END = 0x1;
export const NFT_SET_ELEM_CATCHALL = 0x2;

/** Finds the element whose key is at this byte of the registers. */
export type SetLookup = (registers: Uint8Array, at: number) => SetElement | undefined;

/** nft_set_do_lookup(), without the element that catches all. */
export function lookupIn(compilation: Compilation, set: NftSet): SetLookup {
  if ((set.flags & NFT_SET_CONCAT) !== 0 && (set.flags & NFT_SET_INTERVAL) !== 0) return rangesLookup(compilation, set);
  if ((set.flags & NFT_SET_INTERVAL) !== 0) return intervalLookup(compilation, set);
  return exactLookup(compilation, set);
}

/** nft_set_elem_expired(). */
export const isOver = ({ around }: Compilation, { expiresAt }: SetElement): boolean =>
  expiresAt !== undefined && around.parts.honoursTimeout && around.now() >= expiresAt;

/** nft_rhash_lookup(), nft_hash_lookup(). */
function exactLookup(compilation: Compilation, set: NftSet): SetLookup {
  return (registers, at) => {
    const element = set.elements.get(hex(registers.subarray(at, at + set.keyLength)));
    return element === undefined || isOver(compilation, element) || isCatchAll(element) ? undefined : element;
  };
}

const isCatchAll = ({ flags }: SetElement): boolean => (flags & NFT_SET_ELEM_CATCHALL) !== 0;
const isEnd = ({ flags }: SetElement): boolean => (flags & NFT_SET_ELEM_INTERVAL_END) !== 0;

/** nft_rbtree_lookup(): the last beginning at or before the key, unless an end lies between. */
function intervalLookup(compilation: Compilation, set: NftSet): SetLookup {
  const { parts } = compilation.around;
  let [sorted, size] = [sortedElements(set), set.elements.size];
  return (registers, at) => {
    if (set.elements.size !== size) [sorted, size] = [sortedElements(set), set.elements.size];
    for (const element of sorted) {
      if (compareBytes(registers, at, element.key) < 0) continue;
      if (isOver(compilation, element)) {
        if (compareBytes(registers, at, element.key) === 0) return undefined;
        continue;
      }
      return parts.endsInterval(isEnd(element)) ? undefined : element;
    }
    return undefined;
  };
}

/** The greatest first; of a beginning and an end at one place the beginning, for there the next interval starts. */
function sortedElements(set: NftSet): SetElement[] {
  const elements = [...set.elements.values()].filter((element) => !isCatchAll(element));
  return elements.sort((a, b) => -compareBytes(a.key, 0, b.key) || Number(isEnd(a)) - Number(isEnd(b)));
}

/** nft_pipapo_lookup(): each field of the key lies between those of the element; the first that was put there. */
function rangesLookup(compilation: Compilation, set: NftSet): SetLookup {
  const { parts } = compilation.around;
  const fields = fieldsOf(set);
  return (registers, at) => {
    for (const element of set.elements.values()) {
      if (isCatchAll(element) || isOver(compilation, element)) continue;
      const { key, keyEnd = key } = element;
      const isWithin = fields.every(({ from, to }) => {
        const low = compareBytes(registers, at + from, key.subarray(from, to));
        return parts.isFieldWithin(low, compareBytes(registers, at + from, keyEnd.subarray(from, to)));
      });
      if (isWithin) return element;
    }
    return undefined;
  };
}

/** Every field begins with a register of its own. */
function fieldsOf({ fields, keyLength }: NftSet): { from: number; to: number }[] {
  if (fields.length === 0) return [{ from: 0, to: keyLength }];
  let from = 0;
  return fields.map((length) => {
    const field = { from, to: from + length };
    from += Math.ceil(length / WORD) * WORD;
    return field;
  });
}

/** nft_set_catchall_lookup(). */
function catchAllOf(compilation: Compilation, { elements }: NftSet): SetElement | undefined {
  for (const element of elements.values()) if (isCatchAll(element) && !isOver(compilation, element)) return element;
  return undefined;
}

/** nft_lookup_eval(). */
export function lookupOperation(compilation: Compilation, expression: Of<'lookup'>): Operation {
  const set = compilation.table.sets.get(expression.set);
  if (set === undefined) return (run) => run.break();
  const { parts } = compilation.around;
  const find = lookupIn(compilation, set);
  const { destination, inverted } = expression;
  const at = expression.source * WORD;
  const hasCatchAll = [...set.elements.values()].some(isCatchAll) && parts.catchesAll;
  return (run) => {
    const element = find(run.registers, at) ?? (hasCatchAll ? catchAllOf(compilation, set) : undefined);
    if (!parts.isMember(element !== undefined, inverted)) run.break();
    else if (element !== undefined) takeElement(compilation, run, element, destination);
  };
}

function takeElement(
  compilation: Compilation,
  run: Evaluation,
  element: SetElement,
  destination: number | undefined,
): void {
  const { data } = element;
  const isTaken = destination !== undefined && data !== undefined && compilation.around.parts.takesData(data.kind);
  if (isTaken) run.store(destination, data);
  updateElement(compilation, run, element);
}

/** nft_set_elem_update_expr(): a limit at an element may say that the rule does not match. */
export function updateElement({ around }: Compilation, run: Evaluation, { expressions }: SetElement): void {
  if (expressions.length === 0 || !around.parts.updatesElements) return;
  for (const expression of expressions) {
    runStateful(around, expression, run);
    if (run.code === NFT_BREAK) return;
  }
}

/** nft_objref_eval() and nft_objref_map_eval(). */
export function objectOperation(compilation: Compilation, expression: Of<'objref'>): Operation {
  return (run) => runObject(compilation, run, expression.object);
}

export function objectMapOperation(compilation: Compilation, { set: name, source }: Of<'objref-map'>): Operation {
  const set = compilation.table.sets.get(name);
  if (set === undefined) return (run) => run.break();
  const find = lookupIn(compilation, set);
  return (run) => {
    const element = find(run.registers, source * WORD) ?? catchAllOf(compilation, set);
    if (element?.object === undefined) run.break();
    else runObject(compilation, run, element.object);
  };
}

function runObject({ around, table }: Compilation, run: Evaluation, name: string): void {
  const object = table.objects.get(name);
  if (object === undefined) {
    run.break();
    return;
  }
  const expression = around.parts.sharesObjects ? object.expression : cloned(object.expression, around.now());
  runStateful(around, expression, run);
  if (expression.kind !== 'quota' || expression.state.isDepleted || expression.state.consumed < expression.bytes)
    return;
  // nft_quota_obj_eval(): that it is used up is told once.
  expression.state.isDepleted = true;
  if (around.parts.tellsDepletion) around.depleted(table, object);
}
