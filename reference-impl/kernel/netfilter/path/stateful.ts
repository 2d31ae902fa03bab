/** Expressions that remember: nft_counter.c, nft_limit.c, nft_quota.c, nft_last.c. */
import type { StatefulExpression } from '../expressions.js';
import type { Evaluation, Operation, PathSurroundings } from './evaluation.js';

const NSEC_PER_SEC = 1_000_000_000n;

type Limit = Extract<StatefulExpression, { kind: 'limit' }>;
type Quota = Extract<StatefulExpression, { kind: 'quota' }>;

export const statefulOperation =
  (around: PathSurroundings, expression: StatefulExpression): Operation =>
  (run) =>
    runStateful(around, expression, run);

export function runStateful(around: PathSurroundings, expression: StatefulExpression, run: Evaluation): void {
  const { parts } = around;
  switch (expression.kind) {
    case 'counter':
      expression.state.packets += 1n;
      expression.state.bytes += BigInt(parts.countedBytes(run.packet.length, run.packet));
      return;
    case 'limit':
      if (isLimited(around, expression, run.packet.length)) run.break();
      return;
    case 'quota':
      if (isOverQuota(around, expression, run.packet.length)) run.break();
      return;
    case 'last':
      if (parts.remembersLast) expression.state.at = around.now();
  }
}

/** nft_limit_init(): what a whole bucket holds, in nanoseconds. */
export function wholeBucket({ type, rate, unit, burst }: Pick<Limit, 'type' | 'rate' | 'unit' | 'burst'>): bigint {
  const nanoseconds = unit * NSEC_PER_SEC;
  if (type === 'packets') return (nanoseconds / rate) * BigInt(burst);
  return (nanoseconds * (rate + BigInt(burst))) / rate;
}

/** What a packet costs: nft_limit_pkts_eval(), nft_limit_bytes_eval(). */
function costOf({ type, rate, unit }: Limit, length: number): bigint {
  const nanoseconds = unit * NSEC_PER_SEC;
  return type === 'packets' ? nanoseconds / rate : (nanoseconds * BigInt(length)) / rate;
}

/** nft_limit_eval(): whether the rule does not match. */
function isLimited(around: PathSurroundings, limit: Limit, length: number): boolean {
  const { parts } = around;
  const { state, inverted } = limit;
  const at = around.now();
  const tokens = parts.tokensNow(state.tokens, at - state.last, wholeBucket(limit));
  state.last = at;
  const left = tokens - parts.cost(costOf(limit, parts.chargedBytes(length)));
  state.tokens = left >= 0n ? left : tokens;
  return !parts.matchesLimit(left >= 0n, inverted);
}

/** nft_quota_do_eval(): whether the rule does not match. */
function isOverQuota({ parts }: PathSurroundings, quota: Quota, length: number): boolean {
  quota.state.consumed += BigInt(length);
  return parts.isOverQuota(quota.state.consumed, quota.bytes) !== quota.inverted;
}

/** nft_expr_clone(): what an element remembers begins anew. */
export function cloned(expression: StatefulExpression, now: bigint): StatefulExpression {
  switch (expression.kind) {
    case 'counter':
      return { ...expression, state: { ...expression.state } };
    case 'limit':
      return { ...expression, state: { tokens: wholeBucket(expression), last: now } };
    case 'quota':
      return { ...expression, state: { consumed: 0n, isDepleted: false } };
    case 'last':
      return { ...expression, state: { at: undefined } };
  }
}
