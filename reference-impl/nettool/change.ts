/** A change of one device: validated whole, then carried out. */
import type { Assignment } from './assignment.js';
import { planCreation, planRemoval } from './devicePlan.js';
import { laneOf } from './devlinkHandles.js';
import { executePlan, type ExecuteOptions, type Execution } from './execute.js';
import { oneDevice, planChange, type Plan, type PlanResult } from './plan.js';
import type { Refusal } from './refusal.js';
import { planRow, type RowVerb } from './rowPlan.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';

export interface ChangeOptions extends ExecuteOptions {
  /** Only check. */
  readonly validateOnly?: boolean;
}

/** @requirement NT-EXE-* */
export type ChangeResult =
  /** `execution` is absent where the change was only validated. */
  | { readonly ok: true; readonly plan: Plan; readonly execution?: Execution }
  /** Validation refused it: nothing was sent. */
  | { readonly ok: false; readonly refusals: readonly Refusal[] }
  /** Execution failed. */
  | { readonly ok: false; readonly plan: Plan; readonly execution: Execution; readonly refusals: readonly Refusal[] };

type Planner = (device: NetDeviceInfo) => Promise<PlanResult>;

async function change(
  session: NettoolSession,
  pattern: string,
  plan: Planner,
  options: ChangeOptions,
): Promise<ChangeResult> {
  const device = await oneDevice(session, pattern);
  if (!device.ok) return { ok: false, refusals: [device.refusal] };
  return inTurn(session, laneOf(device.value), () => plan(device.value), options);
}

/** Behind the changes that were asked for before of the same device. */
function inTurn(
  session: NettoolSession,
  lane: string,
  plan: () => Promise<PlanResult>,
  options: ChangeOptions,
): Promise<ChangeResult> {
  return session.pool.exclusively(lane, async (): Promise<ChangeResult> => {
    const planned = await plan();
    if (!planned.ok) return planned;
    if (options.validateOnly === true && !session.parts.sendsWhileValidating) return { ok: true, plan: planned.plan };
    const execution = await executePlan(session, planned.plan, options);
    if (execution.ok) return { ok: true, plan: planned.plan, execution };
    const refusals = execution.refusal === undefined ? [] : [execution.refusal];
    return { ok: false, plan: planned.plan, execution, refusals };
  });
}

/**
 * `set DEVICE SUBJECT.KEY=VALUE…`.
 * @requirement NT-ONE-*, NT-VAL-*
 */
export const changeDevice = (
  session: NettoolSession,
  pattern: string,
  assignments: readonly Assignment[],
  options: ChangeOptions = {},
): Promise<ChangeResult> => change(session, pattern, (device) => planChange(session, device, assignments), options);

/** `add DEVICE TABLE KEY=VALUE…`, `set DEVICE TABLE KEY=VALUE…`, `del DEVICE TABLE KEY=VALUE…`. */
export const changeTable = (
  session: NettoolSession,
  verb: RowVerb,
  pattern: string,
  table: string,
  assignments: readonly Assignment[],
  options: ChangeOptions = {},
): Promise<ChangeResult> =>
  change(session, pattern, (device) => planRow(session, verb, device, table, assignments), options);

/** `create NAME KIND SUBJECT.KEY=VALUE…`. */
export const createDevice = (
  session: NettoolSession,
  name: string,
  kind: string,
  assignments: readonly Assignment[],
  options: ChangeOptions = {},
): Promise<ChangeResult> =>
  inTurn(session, `name ${name}`, () => planCreation(session, name, kind, assignments), options);

/** `destroy DEVICE`. */
export const destroyDevice = (
  session: NettoolSession,
  pattern: string,
  options: ChangeOptions = {},
): Promise<ChangeResult> =>
  change(session, pattern, (device) => Promise.resolve(planRemoval(session, device)), options);
