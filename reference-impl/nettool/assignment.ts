/** `SUBJECT.KEY=VALUE`: what a change asks for, and whether that makes sense at all. */
import { choicesText } from './names.js';
import type { NettoolParts } from './parts.js';
import { refused, type Outcome, type Refusal } from './refusal.js';
import { SUBJECTS, keyCalled, subjectCalled, type KeySpec, type SubjectSpec } from './subjects/index.js';
import { parseValue, type Scalar } from './values.js';

export interface Assignment {
  readonly subject: string;
  readonly key: string;
  /** As it was typed. */
  readonly value: string;
}

/** An assignment whose words are known. */
export interface UnderstoodAssignment {
  readonly subject: SubjectSpec;
  readonly key: KeySpec;
  readonly value: Scalar;
  readonly text: string;
}

const without = (refusal: Refusal, parts: NettoolParts): Refusal => {
  const told: { -readonly [Name in keyof Refusal]: Refusal[Name] } = { ...refusal };
  if (!parts.tellsAccepted) delete told.accepted;
  return told;
};

/** A refusal of validation, with or without what would have been accepted, as the parts say. */
export const refusedBy = (parts: NettoolParts, refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } =>
  refused(without(refusal, parts));

export function understand(
  { subject: subjectName, key: keyName, value: text }: Assignment,
  parts: NettoolParts,
  { isNew = false } = {},
): Outcome<UnderstoodAssignment> {
  const subject = subjectCalled(subjectName);
  if (subject === undefined || subject.shape === 'rows') {
    const known = SUBJECTS.filter(({ shape }) => shape !== 'rows').map(({ name }) => name);
    const message = subject === undefined ? 'there is no such subject' : 'it is a table: add and del change it';
    return refusedBy(parts, { stage: 'command', key: subjectName, message, accepted: choicesText(subjectName, known) });
  }
  const name = `${subjectName}.${keyName}`;
  const key = keyCalled(subject, keyName);
  if (key === undefined) {
    const accepted = choicesText(
      keyName,
      subject.keys.map((one) => one.key),
    );
    return refusedBy(parts, { stage: 'command', key: name, message: 'there is no such key', accepted });
  }
  if (parts.checks.has('writable') && key.access === 'read') {
    return refusedBy(parts, { stage: 'command', key: name, value: text, message: 'it can only be read' });
  }
  if (parts.checks.has('writable') && key.access === 'create' && !isNew) {
    const message = 'it is said when the device is made, and never changes';
    return refusedBy(parts, { stage: 'command', key: name, value: text, message });
  }
  const parsed = parseValue(key.type, text);
  if (parsed.ok) return { ok: true, value: { subject, key, value: parsed.value, text } };
  if (!parts.checks.has('type')) return { ok: true, value: { subject, key, value: 0, text } };
  return refusedBy(parts, {
    stage: 'command',
    key: name,
    value: text,
    message: 'it is not such a value',
    accepted: parsed.accepted,
  });
}
