/** The execution step of a change: the validated messages, one after the other; what fails takes back what was done before it. */
import { decodeAttributes, type Values } from '../netlink/schema.js';
import { NLMSG_HDRLEN, encodeMessage } from '../netlink/wire.js';
import { ioctl } from './channels/ioctlChannels.js';
import { OperationTimeout } from './connection.js';
import type { Plan } from './plan.js';
import { kernelRefusal, refused, type Outcome, type Refusal } from './refusal.js';
import type { NettoolSession } from './session.js';
import { keyName, type Step, type StepCore } from './step.js';
import { printValue } from './values.js';

/** `unknown`: it was sent, and no answer came. */
export type StepState = 'done' | 'failed' | 'undone' | 'not-undone' | 'not-tried' | 'unknown';

/** @requirement NT-EXE-* */
export interface StepReport {
  readonly step: Step;
  readonly state: StepState;
  /** Why it failed, or why it could not be taken back. */
  readonly refusal?: Refusal;
}

export interface Execution {
  readonly ok: boolean;
  readonly steps: readonly StepReport[];
  /** Why the change did not come about. */
  readonly refusal?: Refusal;
}

export interface ExecuteOptions {
  /** Default: what was done is taken back where a later step fails. */
  readonly rollback?: boolean;
}

/** Carries out a plan. The caller holds the device (`SocketPool.exclusively`). */
export async function executePlan(
  session: NettoolSession,
  plan: Plan,
  { rollback = true }: ExecuteOptions = {},
): Promise<Execution> {
  const reports: StepReport[] = [];
  let failure: Refusal | undefined;
  for (const step of plan.steps) {
    if (failure !== undefined && !session.parts.goesOnAfterFailure) {
      reports.push({ step, state: 'not-tried' });
      continue;
    }
    const result = await carryOut(session, plan, step);
    if (result.ok) reports.push({ step, state: 'done' });
    else {
      reports.push({ step, state: result.refusal.stage === 'machine' ? 'unknown' : 'failed', refusal: result.refusal });
      failure ??= result.refusal;
    }
  }
  if (failure === undefined) return { ok: true, steps: reports };
  const { rollsBack, honoursNoRollback, tellsState } = session.parts;
  const takesBack = rollsBack && (rollback || !honoursNoRollback);
  const told = takesBack ? await takeBack(session, plan, reports) : reports;
  const steps = told.map((report) => ({ ...report, state: tellsState(report.state) }));
  return { ok: false, steps, refusal: failure };
}

async function carryOut(session: NettoolSession, plan: Plan, step: Step): Promise<Outcome<Values | undefined>> {
  const [first] = Object.entries(step.changes);
  const only = Object.keys(step.changes).length === 1 ? first : undefined;
  const about = {
    device: plan.device.name,
    ...(only === undefined && step.subject === ''
      ? {}
      : { key: session.parts.about(only === undefined ? step.subject : keyName(step.subject, only[0])) }),
    ...(only === undefined ? {} : { value: printValue(only[1]) }),
  };
  const sent = await send(session, plan, step, about);
  if (!sent.ok) return sent;
  const unmet = session.parts.looksAtUnmet ? step.unmet?.(sent.value) : undefined;
  return unmet === undefined ? sent : refused(unmet);
}

async function send(
  session: NettoolSession,
  plan: Plan,
  { wire, ...step }: StepCore & Partial<Pick<Step, 'keys'>>,
  about: Pick<Refusal, 'device' | 'key' | 'value'>,
): Promise<Outcome<Values | undefined>> {
  try {
    if (wire.kind === 'ioctl') {
      const answer = await ioctl(session, plan.device.name, wire.command);
      return answer.ok ? { ok: true, value: undefined } : refused({ ...answer.refusal, ...about });
    }
    const request = {
      type: wire.type,
      body: session.parts.body(wire.body),
      ...(wire.flags === undefined ? {} : { flags: wire.flags }),
    };
    const result = await session.pool.write(wire.protocol, request);
    if (result.ok) {
      const [reply] = result.value;
      const attributes = reply?.body.subarray(wire.headerBytes);
      return { ok: true, value: attributes === undefined ? undefined : decodeAttributes(wire.set, attributes) };
    }
    const bytes = encodeMessage({ type: wire.type, flags: 0, sequence: 0, portId: 0 }, wire.body);
    const place = { bytes, set: wire.set, attributesAt: NLMSG_HDRLEN + wire.headerBytes };
    const keyOf = (attribute: string): string | undefined => {
      const key = step.keys?.get(attribute);
      return key === undefined ? undefined : session.parts.about(key);
    };
    return refused(kernelRefusal(session.parts.explains(result.error), { ...about, keyOf }, place));
  } catch (error) {
    if (!(error instanceof OperationTimeout)) throw error;
    return refused({ ...about, stage: 'machine', message: `${error.message}; whether it was done is not known` });
  }
}

/** From the last to the first: a step may rest on the one before it. */
async function takeBack(session: NettoolSession, plan: Plan, reports: readonly StepReport[]): Promise<StepReport[]> {
  const undone = new Map<Step, StepReport>();
  // Whether a step that was not answered was carried out is not known: taking it back does no harm where it was not.
  const done = reports.filter(({ state, step }) => state === 'done' || state === 'unknown' || step.unmet !== undefined);
  for (const { step, state } of session.parts.undoOrder(done)) {
    if (state === 'not-tried' || step.goesWithFirst === true) continue;
    if (step.undo === undefined) {
      const message = 'it cannot be taken back: what was before is not known';
      undone.set(step, { step, state: 'not-undone', refusal: { stage: 'device', device: plan.device.name, message } });
      continue;
    }
    const result = await send(
      session,
      plan,
      { ...step.undo, keys: step.keys },
      { device: plan.device.name, key: step.subject },
    );
    undone.set(step, result.ok ? { step, state: 'undone' } : { step, state: 'not-undone', refusal: result.refusal });
  }
  const first = reports[0] === undefined ? undefined : undone.get(reports[0].step);
  return reports.map((report) => {
    const isGone = report.step.goesWithFirst === true && report.state === 'done' && first?.state === 'undone';
    if (isGone) return { step: report.step, state: 'undone' };
    const after = undone.get(report.step);
    // A step that failed stays the one that failed.
    return after === undefined || report.state === 'failed' ? report : after;
  });
}
