/** A change of one device: validated whole, then carried out. */
import { refusedBy, type Assignment } from './assignment.js';
import { CHANNELS } from './channels/index.js';
import { executePlan, type ExecuteOptions, type Execution } from './execute.js';
import { oneDevice, planChange, type Plan, type PlanResult } from './plan.js';
import type { Refusal } from './refusal.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import { subjectCalled, SUBJECTS } from './subjects/index.js';
import { choicesText } from './names.js';
import { parseValue, type Scalar } from './values.js';

export interface ChangeOptions extends ExecuteOptions {
  /** Only check. */
  readonly validateOnly?: boolean;
}

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
  return session.pool.exclusively(`device ${device.value.ifIndex}`, async (): Promise<ChangeResult> => {
    const planned = await plan(device.value);
    if (!planned.ok) return planned;
    if (options.validateOnly === true && !session.parts.sendsWhileValidating) return { ok: true, plan: planned.plan };
    const execution = await executePlan(session, planned.plan, options);
    if (execution.ok) return { ok: true, plan: planned.plan, execution };
    const refusals = execution.refusal === undefined ? [] : [execution.refusal];
    return { ok: false, plan: planned.plan, execution, refusals };
  });
}

/** `set DEVICE SUBJECT.KEY=VALUE…`. */
export const changeDevice = (
  session: NettoolSession,
  pattern: string,
  assignments: readonly Assignment[],
  options: ChangeOptions = {},
): Promise<ChangeResult> => change(session, pattern, (device) => planChange(session, device, assignments), options);

/** `add DEVICE TABLE KEY=VALUE…`, `del DEVICE TABLE KEY=VALUE…`. */
export const changeTable = (
  session: NettoolSession,
  verb: 'add' | 'del',
  pattern: string,
  table: string,
  assignments: readonly Assignment[],
  options: ChangeOptions = {},
): Promise<ChangeResult> =>
  change(session, pattern, (device) => planRow(session, verb, device, table, assignments), options);

async function planRow(
  session: NettoolSession,
  verb: 'add' | 'del',
  device: NetDeviceInfo,
  table: string,
  assignments: readonly Assignment[],
): Promise<PlanResult> {
  const subject = subjectCalled(table);
  const channel = subject === undefined ? undefined : CHANNELS[subject.channel];
  const make = verb === 'add' ? channel?.add : channel?.remove;
  if (subject === undefined || make === undefined) {
    const known = SUBJECTS.filter((one) => CHANNELS[one.channel].add !== undefined).map(({ name }) => name);
    const accepted = choicesText(table, known);
    return { ok: false, refusals: [{ stage: 'command', key: table, message: `nothing can be ${verb === 'add' ? 'added to' : 'removed from'} it`, accepted }] };
  }
  const row: Record<string, Scalar> = {};
  const refusals: Refusal[] = [];
  for (const { key, value } of assignments) {
    const spec = subject.keys.find((one) => one.key === key);
    const parsed = spec === undefined ? undefined : parseValue(spec.type, value);
    const name = `${table}.${key}`;
    if (spec === undefined) {
      const accepted = choicesText(key, subject.keys.map((one) => one.key));
      refusals.push(refusedBy(session.parts, { stage: 'command', key: name, message: 'there is no such key', accepted }).refusal);
    } else if (spec.access === 'read')
      refusals.push({ stage: 'command', key: name, value, message: 'it can only be read' });
    else if (parsed?.ok === false)
      refusals.push(
        refusedBy(session.parts, { stage: 'command', key: name, value, message: 'it is not such a value', accepted: parsed.accepted }).refusal,
      );
    else if (parsed?.ok === true) {
      const { least = 0, most = Infinity } = spec.type.kind === 'number' ? spec.type : {};
      if (typeof parsed.value === 'number' && (parsed.value < least || parsed.value > most))
        refusals.push(
          refusedBy(session.parts, { stage: 'command', key: name, value, message: 'it is out of range', accepted: `${least} to ${most}` }).refusal,
        );
      row[key] = parsed.value;
    }
  }
  const [first] = subject.identity ?? [];
  if (first !== undefined && row[first] === undefined && !(verb === 'add' && table === 'ntuple'))
    refusals.push({ stage: 'command', key: `${table}.${first}`, message: 'it has to be given' });
  if (refusals.length > 0) return { ok: false, refusals: refusals.map((one) => ({ ...one, device: device.name })) };
  const steps = await make(session, device, subject, row);
  if (!steps.ok) return { ok: false, refusals: [{ device: device.name, ...steps.refusal }] };
  return { ok: true, plan: { host: session.host, device, steps: steps.value, unchanged: [], notes: [] } };
}

