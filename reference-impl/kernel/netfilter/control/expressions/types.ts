/** Which expressions there are. */
import type { Expression } from '../../expressions.js';
import { dup, fwd, log, reject } from './actions.js';
import { byteorder, exthdr, hash, numgen, range } from './arithmetic.js';
import { bitwise, cmp, counter, immediate } from './basic.js';
import type { AnyExpressionType } from './expressionType.js';
import { meta, payload } from './packet.js';
import { dynset, lookup, objref } from './setExpressions.js';
import { last, limit, quota } from './stateful.js';

/** Made when it is first asked for: expressions that hold others read them by this list. */
let types: readonly AnyExpressionType[] | undefined;

const all = (): readonly AnyExpressionType[] =>
  (types ??= [
    ...[immediate, cmp, bitwise, counter, payload, meta, range, byteorder, numgen, hash, exthdr],
    ...[lookup, dynset, objref, limit, quota, last, log, reject, fwd, dup],
  ]);

/** Undefined: there is no such expression. */
export const typeNamed = (name: string): AnyExpressionType | undefined => all().find((type) => type.name === name);

/** Throws for a kind that nothing serves: the list above is not whole. */
export function typeOf({ kind }: Expression): AnyExpressionType {
  const type = all().find(({ kinds }) => kinds.includes(kind));
  if (type === undefined) throw new Error(`no expression type for ${kind}`);
  return type;
}
