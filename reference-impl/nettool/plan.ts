/**
 * The validation step of a change: the whole of it is checked, against its own grammar, against what the device says, against the
 * rules of the kernel and against the policy that the kernel exports, before a single message is sent.
 */
import { refusedBy, understand, type Assignment, type UnderstoodAssignment } from './assignment.js';
import { CHANNELS, readSubject } from './channels/index.js';
import { allHandles, isHandle } from './devlinkHandles.js';
import { featuresMeant } from './featureGroups.js';
import { breachOf } from './kernelPolicy.js';
import { choicesText } from './names.js';
import { toldRow, type NettoolParts, type StepMoment, type ValidationCheck } from './parts.js';
import type { Limit, Reading, Row } from './reading.js';
import type { Outcome, Refusal } from './refusal.js';
import { CHANGE_RULES } from './rules.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import type { Step } from './step.js';
import type { SubjectSpec } from './subjects/index.js';
import { printValue, rangeText, sameOrder, sameValue, type Scalar } from './values.js';

/**
 * A change that was validated: what would be sent, in this order.
 * @requirement NT-VAL-*, NT-EXE-*
 */
export interface Plan {
  readonly host: string;
  readonly device: NetDeviceInfo;
  readonly steps: readonly Step[];
  /** Keys that are so already; nothing is sent for them. */
  readonly unchanged: readonly string[];
  /** What else the change brings about. */
  readonly notes: readonly string[];
}

export type PlanResult =
  { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly refusals: readonly Refusal[] };

/** Exactly one device: several that a pattern matches are named, and none is changed. */
export async function oneDevice(session: NettoolSession, pattern: string): Promise<Outcome<NetDeviceInfo>> {
  const found = await session.matching([pattern]);
  // A name that nobody has is answered with the names that there are.
  if (!found.ok && found.refusal.errno !== 'ENODEV') return found;
  const [first, ...others] = found.ok ? found.value : [];
  if (first === undefined) {
    const all = await session.devices();
    const names = isHandle(pattern) ? await allHandles(session) : all.ok ? all.value.map(({ name }) => name) : [];
    return refusedBy(session.parts, {
      stage: 'command',
      device: pattern,
      message: 'no device matches',
      accepted: choicesText(pattern, names),
    });
  }
  if (others.length > 0 && !session.parts.changesSeveral) {
    return refusedBy(session.parts, {
      stage: 'command',
      device: pattern,
      message: `a change is made to one device, and ${others.length + 1} match`,
      accepted: `one of ${[first, ...others].map(({ name }) => name).join(', ')}`,
    });
  }
  return { ok: true, value: first };
}

/** Validates a change of one device. Sends nothing but questions. */
export async function planChange(
  session: NettoolSession,
  device: NetDeviceInfo,
  assignments: readonly Assignment[],
): Promise<PlanResult> {
  const refusals: Refusal[] = [];
  const understood: UnderstoodAssignment[] = [];
  for (const assignment of assignments) {
    const result = understand(assignment, session.parts);
    if (result.ok) understood.push(result.value);
    else refusals.push({ ...result.refusal, device: device.name });
  }
  const subjects = [...new Set(understood.map(({ subject }) => subject))];
  const parts = await Promise.all(
    subjects.map((subject) =>
      planSubject(
        session,
        device,
        subject,
        understood.filter((one) => one.subject === subject),
      ),
    ),
  );
  for (const part of parts) refusals.push(...part.refusals);
  const steps = inOrder(
    session,
    parts.flatMap((part) => part.steps),
    'change',
  );
  if (refusals.length > 0 && (session.parts.refusesWhole || steps.length === 0)) return { ok: false, refusals };
  return {
    ok: true,
    plan: {
      host: session.host,
      device,
      steps,
      unchanged: parts.flatMap((part) => part.unchanged),
      notes: parts.flatMap((part) => part.notes),
    },
  };
}

function momentOf({ changes }: Step): StepMoment {
  if ('name' in changes) return 'name';
  if (!('up' in changes)) return 'setting';
  return changes['up'] === true ? 'up' : 'down';
}

/** As `NettoolParts.rankOf` says; steps of one rank stay in their order. */
export function inOrder({ parts }: NettoolSession, steps: readonly Step[], of: 'change' | 'creation'): readonly Step[] {
  return [...steps].sort((a, b) => parts.rankOf(momentOf(a), of) - parts.rankOf(momentOf(b), of));
}

interface SubjectPlan {
  readonly refusals: readonly Refusal[];
  readonly steps: readonly Step[];
  readonly unchanged: readonly string[];
  readonly notes: readonly string[];
}

async function planSubject(
  session: NettoolSession,
  device: NetDeviceInfo,
  subject: SubjectSpec,
  assignments: readonly UnderstoodAssignment[],
): Promise<SubjectPlan> {
  const nothing = { steps: [], unchanged: [], notes: [] };
  const channel = CHANNELS[subject.channel];
  const before = await readSubject(session, device, subject);
  if (!before.ok) return { ...nothing, refusals: [{ ...before.refusal, key: subject.name }] };
  const { changes, refusals, unchanged } = checkKeys(session, device, subject, assignments, before.value);
  const breach = brokenRule(session, device, subject, changes, before.value);
  if (breach !== undefined) refusals.push(breach);
  const isRefused = refusals.length > 0 && session.parts.refusesWhole;
  if (isRefused || channel.change === undefined || Object.keys(changes).length === 0)
    return { refusals, steps: [], unchanged, notes: [] };
  const wanted = toldRow(session.parts, subject.name, changes);
  const steps = await channel.change(session, device, subject, wanted, before.value);
  if (!steps.ok) return { ...nothing, refusals: [...refusals, { key: subject.name, ...steps.refusal }] };
  for (const step of steps.value) {
    const refusal = await policyBreach(session, device, step, 'setting');
    if (refusal !== undefined) refusals.push(refusal);
  }
  return { refusals, steps: steps.value, unchanged, notes: notesOf(subject, changes, before.value) };
}

interface CheckedKeys {
  readonly changes: Row;
  readonly refusals: Refusal[];
  readonly unchanged: readonly string[];
}

function checkKeys(
  session: NettoolSession,
  device: NetDeviceInfo,
  subject: SubjectSpec,
  assignments: readonly UnderstoodAssignment[],
  before: Reading,
): CheckedKeys {
  const changes: Record<string, Scalar> = {};
  const refusals: Refusal[] = [];
  const unchanged: string[] = [];
  for (const assignment of assignments) {
    for (const key of keysMeant(subject, assignment, before)) {
      const refusal = checkValue(session, { ...assignment, key: { ...assignment.key, key } }, before);
      if (refusal !== undefined) refusals.push({ ...refusal, device: device.name });
      else if (session.parts.skipsUnchanged && isSo(session, before, key, assignment))
        unchanged.push(`${subject.name}.${key}`);
      else changes[key] = assignment.value;
    }
  }
  return { changes, refusals, unchanged };
}

function isSo(
  { parts }: NettoolSession,
  { values, limits }: Reading,
  key: string,
  { value, key: { type } }: UnderstoodAssignment,
): boolean {
  if (limits[key]?.wanted !== undefined) return false;
  return type.kind === 'numbers' ? sameOrder(values[key], value) : parts.same(values[key], value);
}

/** A name such as `tso` means every feature of the group that can be changed; a name of one key means that key. */
function keysMeant(subject: SubjectSpec, { key }: UnderstoodAssignment, before: Reading): readonly string[] {
  if (subject.channel !== 'features') return [key.key];
  const meant = featuresMeant(key.key, Object.keys(before.values));
  const free = meant.filter((name) => before.limits[name]?.fixed === undefined);
  return free.length > 0 ? free : meant.length > 0 ? meant.slice(0, 1) : [key.key];
}

function checkValue(
  { parts }: NettoolSession,
  { subject, key, value, text }: UnderstoodAssignment,
  before: Reading,
): Refusal | undefined {
  const has = (check: ValidationCheck): boolean => parts.checks.has(check);
  const limit: Limit = before.limits[key.key] ?? {};
  const refuse = (message: string, accepted?: string): Refusal =>
    refusedBy(parts, {
      stage: 'device',
      key: `${subject.name}.${key.key}`,
      value: text,
      message,
      ...(accepted === undefined ? {} : { accepted }),
    }).refusal;
  if (has('supported') && before.values[key.key] === undefined)
    return refuse('the device does not have it', choicesText(key.key, Object.keys(before.values)));
  if (has('fixed') && limit.fixed !== undefined && !sameValue(before.values[key.key], value))
    return refuse(limit.fixed);
  const unit = key.type.kind === 'number' ? key.type.unit : undefined;
  const range = rangeText(limit.least ?? 0, limit.most, unit);
  if (has('most') && typeof value === 'number' && value > (limit.most ?? Infinity))
    return refuse('it is more than the device can do', range);
  if (has('least') && typeof value === 'number' && value < (limit.least ?? 0))
    return refuse('it is less than the device can do', range);
  if (has('choices') && limit.choices !== undefined) {
    const wrong = (typeof value === 'object' ? value : [printValue(value)]).find(
      (one) => !limit.choices?.includes(one),
    );
    if (wrong !== undefined) return refuse(`${wrong} is not among what the device can do`, limit.choices.join(', '));
  }
  return undefined;
}

function brokenRule(
  { parts }: NettoolSession,
  device: NetDeviceInfo,
  subject: SubjectSpec,
  changes: Row,
  before: Reading,
): Refusal | undefined {
  if (!parts.checks.has('rules')) return undefined;
  const after = { ...before.values, ...changes };
  for (const { subject: about, breach } of CHANGE_RULES) {
    const broken = about === subject.name ? breach({ changes, after }) : undefined;
    if (broken === undefined || !parts.heedsRules(about, broken.key)) continue;
    const { key, message, accepted } = broken;
    const value = changes[key];
    return refusedBy(parts, {
      stage: 'device',
      device: device.name,
      key: `${subject.name}.${key}`,
      ...(value === undefined ? {} : { value: printValue(value) }),
      message,
      ...(accepted === undefined ? {} : { accepted }),
    }).refusal;
  }
  return undefined;
}

/** What the policy that the kernel exports does not let through, and a command that this kernel does not have. */
export async function policyBreach(
  session: NettoolSession,
  device: NetDeviceInfo,
  { wire, keys, operation }: Pick<Step, 'wire' | 'keys' | 'operation'>,
  of: Parameters<NettoolParts['asksPolicy']>[0],
): Promise<Refusal | undefined> {
  const asks = session.parts.checks.has('policy') && session.parts.asksPolicy(of);
  if (!asks || wire.kind !== 'netlink' || wire.family === '') return undefined;
  const unknown = await unknownCommand(session, device, wire, operation);
  if (unknown !== undefined) return unknown;
  const policy = await session.policy(wire.family, wire.body[0] ?? 0);
  const breach =
    policy === undefined ? undefined : breachOf(policy, wire.body.subarray(wire.headerBytes), wire.unlisted);
  if (breach === undefined) return undefined;
  const attribute = wire.set.byNumber.get(breach.attribute)?.name ?? `attribute ${breach.attribute}`;
  const key = keys.get(attribute);
  return refusedBy(session.parts, {
    stage: 'policy',
    device: device.name,
    ...(key === undefined ? {} : { key }),
    message: breach.message,
    attribute,
    ...(breach.accepted === undefined ? {} : { accepted: breach.accepted }),
  }).refusal;
}

/** The controller lists the commands of a family: what is not among them, this kernel is too old for. */
async function unknownCommand(
  session: NettoolSession,
  device: NetDeviceInfo,
  { family: name, body }: Extract<Step['wire'], { kind: 'netlink' }>,
  operation: string,
): Promise<Refusal | undefined> {
  const family = await session.pool.family(name);
  if (!family.ok || family.value.commands.size === 0 || family.value.commands.has(body[0] ?? 0)) return undefined;
  return { stage: 'policy', device: device.name, errno: 'EOPNOTSUPP', message: `this kernel has no ${operation}` };
}

/** What the kernel switches off by itself: features that depend on one that is switched off. */
function notesOf(subject: SubjectSpec, changes: Row, before: Reading): readonly string[] {
  if (subject.channel !== 'features') return [];
  const after = { ...before.values, ...changes };
  const rule = CHANGE_RULES.find(({ subject: about }) => about === 'features');
  return Object.keys(before.values).flatMap((name) => {
    if (before.values[name] !== true || name in changes) return [];
    const breach = rule?.breach({ changes: { [name]: true }, after });
    return breach === undefined ? [] : [`${name} goes off with it: ${breach.message}`];
  });
}
