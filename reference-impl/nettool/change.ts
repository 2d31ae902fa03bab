/** A change of one device: validated whole, then carried out. */
import { refusedBy, type Assignment } from './assignment.js';
import { CHANNELS } from './channels/index.js';
import { executePlan, type ExecuteOptions, type Execution } from './execute.js';
import { oneDevice, planChange, type Plan, type PlanResult } from './plan.js';
import type { Outcome, Refusal } from './refusal.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import { subjectCalled, SUBJECTS, type SubjectSpec } from './subjects/index.js';
import { choicesText } from './names.js';
import { parseValue, rangeText, type Scalar } from './values.js';

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
  if (subject === undefined || channel?.add === undefined || channel.remove === undefined) {
    const known = SUBJECTS.filter((one) => CHANNELS[one.channel].add !== undefined).map(({ name }) => name);
    const message = `nothing can be ${verb === 'add' ? 'added to' : 'removed from'} it`;
    const accepted = choicesText(table, known);
    return { ok: false, refusals: [{ stage: 'command', device: device.name, key: table, message, accepted }] };
  }
  const row: Record<string, Scalar> = {};
  const refusals: Refusal[] = [];
  for (const assignment of assignments) {
    const cell = understandCell(session, subject, assignment);
    if (cell.ok) row[assignment.key] = cell.value;
    else refusals.push({ ...cell.refusal, device: device.name });
  }
  const [first] = subject.identity ?? [];
  // The driver picks the place of a rule that names none.
  const isFree = verb === 'add' && subject.channel === 'ntuple';
  if (first !== undefined && row[first] === undefined && !isFree) {
    const message = 'it has to be given';
    refusals.push({ stage: 'command', device: device.name, key: `${table}.${first}`, message });
  }
  if (refusals.length > 0) return { ok: false, refusals };
  const steps = await (verb === 'add'
    ? channel.add(session, device, subject, row)
    : channel.remove(session, device, subject, row));
  if (!steps.ok) return { ok: false, refusals: [{ device: device.name, ...steps.refusal }] };
  return { ok: true, plan: { host: session.host, device, steps: steps.value, unchanged: [], notes: [] } };
}

/** One `KEY=VALUE` of a row. */
function understandCell(
  { parts }: NettoolSession,
  subject: SubjectSpec,
  { key, value: text }: Assignment,
): Outcome<Scalar> {
  const spec = subject.keys.find((one) => one.key === key);
  const about = { stage: 'command', key: `${subject.name}.${key}`, value: text } as const;
  if (spec === undefined) {
    const accepted = choicesText(
      key,
      subject.keys.map((one) => one.key),
    );
    return refusedBy(parts, { ...about, message: 'there is no such key', accepted });
  }
  if (spec.access === 'read') return refusedBy(parts, { ...about, message: 'it can only be read' });
  const parsed = parseValue(spec.type, text);
  if (!parsed.ok) return refusedBy(parts, { ...about, message: 'it is not such a value', accepted: parsed.accepted });
  const { value } = parsed;
  const bounds: { readonly least?: number; readonly most?: number } = spec.type.kind === 'number' ? spec.type : {};
  const { least = 0, most } = bounds;
  if (typeof value === 'number' && (value < least || value > (most ?? Infinity)))
    return refusedBy(parts, { ...about, message: 'it is out of range', accepted: rangeText(least, most) });
  return { ok: true, value };
}
