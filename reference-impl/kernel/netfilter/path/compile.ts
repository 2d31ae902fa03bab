/** Rules made ready to run: every expression a function, every chain a list of lists of them. */
import type { Expression } from '../expressions.js';
import type { BaseChain, Chain, Table } from '../ruleset.js';
import { duplicateOperation, forwardOperation, logOperation, rejectOperation, type NestedOf } from './actions.js';
import { dynsetOperation } from './dynset.js';
import type { Compilation, Operation, PathSurroundings } from './evaluation.js';
import { hashOperation, numgenOperation } from './generators.js';
import { exthdrOperation } from './headers.js';
import {
  bitwiseOperation,
  byteorderOperation,
  compareOperation,
  immediateOperation,
  rangeOperation,
} from './matching.js';
import { metaOperation, metaSetOperation } from './meta.js';
import { payloadOperation } from './payload.js';
import { payloadSetOperation } from './payloadSet.js';
import { lookupOperation, objectMapOperation, objectOperation } from './sets.js';
import { statefulOperation } from './stateful.js';

/** A chain, ready to run. */
export interface Program {
  readonly chain: Chain;
  readonly rules: (readonly Operation[])[];
  /** Chains of the same table, by handle. */
  readonly chains: ReadonlyMap<bigint, Program>;
}

/** A chain at a hook, ready to run. */
export interface BaseProgram extends Program {
  readonly table: Table;
  readonly base: BaseChain;
}

/** Every chain of a table. */
export function compileTable(around: PathSurroundings, table: Table, nestedOf: NestedOf): readonly Program[] {
  const compilation: Compilation = {
    around,
    table,
    compile: (expression) => compileExpression(compilation, expression, nestedOf),
  };
  const chains = new Map<bigint, Program>();
  for (const chain of table.chains.values())
    chains.set(chain.handle, {
      chain,
      rules: chain.rules.map(({ expressions }) => expressions.map((each) => compilation.compile(each))),
      chains,
    });
  return [...chains.values()];
}

function compileExpression(compilation: Compilation, expression: Expression, nestedOf: NestedOf): Operation {
  const { around } = compilation;
  const { parts } = around;
  switch (expression.kind) {
    case 'immediate':
      return immediateOperation(expression);
    case 'cmp':
      return compareOperation(parts, expression);
    case 'range':
      return rangeOperation(parts, expression);
    case 'bitwise':
      return bitwiseOperation(parts, expression);
    case 'byteorder':
      return byteorderOperation(parts, expression);
    case 'payload':
      return payloadOperation(parts, expression);
    case 'payload-set':
      return payloadSetOperation(parts, expression);
    case 'meta':
      return metaOperation(around, expression);
    case 'meta-set':
      return metaSetOperation(around, expression);
    case 'exthdr':
      return exthdrOperation(parts, expression);
    case 'numgen':
      return numgenOperation(around, expression);
    case 'hash':
      return hashOperation(around, expression);
    case 'log':
      return logOperation(around, expression);
    case 'reject':
      return rejectOperation(around, expression);
    case 'fwd':
      return forwardOperation(around, expression, nestedOf);
    case 'dup':
      return duplicateOperation(around, expression, nestedOf);
    default:
      return compileOfTable(compilation, expression);
  }
}

type OfTable = Extract<
  Expression,
  { kind: 'lookup' | 'dynset' | 'objref' | 'objref-map' | 'counter' | 'limit' | 'quota' | 'last' }
>;

/** What refers to sets and objects, and what remembers. */
function compileOfTable(compilation: Compilation, expression: OfTable): Operation {
  switch (expression.kind) {
    case 'lookup':
      return lookupOperation(compilation, expression);
    case 'dynset':
      return dynsetOperation(compilation, expression);
    case 'objref':
      return objectOperation(compilation, expression);
    case 'objref-map':
      return objectMapOperation(compilation, expression);
    case 'counter':
    case 'limit':
    case 'quota':
    case 'last':
      return statefulOperation(compilation.around, expression);
  }
}
