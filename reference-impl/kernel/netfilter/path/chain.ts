/** A packet through the rules of a chain: nft_do_chain() of net/netfilter/nf_tables_core.c. */
import { NFT_BREAK, NFT_CONTINUE, NFT_GOTO, NFT_JUMP, NFT_RETURN, NF_ACCEPT, NF_DROP } from '../ruleset.js';
import type { BaseProgram, Program } from './compile.js';
import { NF_STOLEN, type Evaluation } from './evaluation.js';
import type { NetfilterPathParts } from './pathParts.js';

/** NFT_JUMP_STACK_SIZE. */
const JUMP_STACK_SIZE = 16;

/** Where jumps come back to. */
class JumpStack {
  readonly programs: Program[] = [];
  readonly rules: number[] = [];
  depth = 0;
}

const stacks: JumpStack[] = [];
let running = 0;

/** NF_ACCEPT, NF_DROP or NF_STOLEN. */
export function runChain(parts: NetfilterPathParts, base: BaseProgram, run: Evaluation): number {
  // A rule that rejects sends packets of its own through chains while this one waits.
  const stack = (stacks[running] ??= new JumpStack());
  stack.depth = 0;
  running++;
  try {
    return followRules(parts, base, run, stack);
  } finally {
    running--;
  }
}

function followRules(parts: NetfilterPathParts, base: BaseProgram, run: Evaluation, stack: JumpStack): number {
  let program: Program = base;
  let next = 0;
  for (;;) {
    next = runRules(parts, program, next, run);
    const { code } = run;
    if (code === NF_ACCEPT || code === NF_DROP || code === NF_STOLEN) return code;
    if (code === NFT_JUMP || code === NFT_GOTO) {
      if (code === NFT_JUMP || parts.gotoComesBack) {
        if (stack.depth >= JUMP_STACK_SIZE) return NF_DROP;
        stack.programs[stack.depth] = program;
        stack.rules[stack.depth] = parts.returnsTo(next);
        stack.depth++;
      }
      const target = program.chains.get(run.chain);
      if (target === undefined) return NF_DROP;
      program = target;
      next = 0;
      continue;
    }
    // NFT_RETURN, or the end of the chain.
    if (stack.depth === 0) return byPolicy(parts, base, run);
    stack.depth--;
    program = stack.programs[stack.depth] ?? base;
    next = stack.rules[stack.depth] ?? 0;
  }
}

/** Rules up to one that decides; answers the number of the next. */
function runRules(
  { nextAfterBreak, returns }: NetfilterPathParts,
  program: Program,
  from: number,
  run: Evaluation,
): number {
  const { rules } = program;
  let next = from;
  run.code = NFT_CONTINUE;
  const { trace } = run;
  while (next < rules.length) {
    const rule = rules[next++] ?? [];
    for (const operation of rule) {
      operation(run);
      if (run.code !== NFT_CONTINUE) break;
    }
    if (run.code === NFT_BREAK) {
      run.code = NFT_CONTINUE;
      next = nextAfterBreak(next, rules.length);
      trace?.look();
      continue;
    }
    if (run.code === NFT_RETURN && !returns) run.code = NFT_CONTINUE;
    if (run.code !== NFT_CONTINUE) {
      trace?.decided(program, next - 1, run);
      return next;
    }
    trace?.passed(program, next - 1);
  }
  trace?.decided(program, undefined, run);
  return next;
}

/** Nobody decided. */
function byPolicy(parts: NetfilterPathParts, { base }: BaseProgram, run: Evaluation): number {
  run.trace?.policy();
  const { counters } = base;
  if (counters !== undefined && parts.countsPolicy) {
    counters.packets += 1n;
    counters.bytes += BigInt(run.packet.length);
  }
  return parts.policy(base.policy);
}
