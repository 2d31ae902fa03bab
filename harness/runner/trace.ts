/** Traceability: requirement, scenario and defect name each other. */
import type { PlannedScenario } from './scenarios.js';
import { isReviewOnly, type Spec } from './spec.js';
import { nearestName } from './usage.js';

export interface TraceError {
  /** File, with the line where there is one, or the defect's id. */
  readonly place: string;
  readonly message: string;
}

export interface Trace {
  readonly errors: readonly TraceError[];
  /** Requirements that scenarios show and no defect breaks: nobody knows whether those scenarios can fail. */
  readonly withoutDefect: readonly string[];
}

export interface TracedDefect {
  readonly id: string;
  readonly caughtBy: string;
}

export function trace(spec: Spec, scenarios: readonly PlannedScenario[], defects: readonly TracedDefect[]): Trace {
  const shown = new Set(scenarios.flatMap(({ requirements }) => requirements));
  const broken = new Set(defects.map(({ caughtBy }) => caughtBy));
  const demonstrable = spec.requirements.filter(({ verification }) => !isReviewOnly(verification));
  return {
    errors: [
      ...demonstrable
        .filter(({ id }) => !shown.has(id))
        .map(({ id, file }) => ({
          place: file,
          message: `${id} has no scenario; write one, or mark it verification: [review]`,
        })),
      ...lawErrors(spec, scenarios),
      ...scenarioErrors(spec, scenarios),
      ...defectErrors(spec, shown, defects),
    ],
    withoutDefect: demonstrable.map(({ id }) => id).filter((id) => shown.has(id) && !broken.has(id)),
  };
}

/** A requirement that says it is shown by a law has one, and a scenario with @law is there for one that says so. */
function lawErrors(spec: Spec, scenarios: readonly PlannedScenario[]): TraceError[] {
  const withLaw = new Set(scenarios.filter(({ isLaw }) => isLaw).flatMap(({ requirements }) => requirements));
  const shown = new Set(scenarios.flatMap(({ requirements }) => requirements));
  return spec.requirements
    .filter(({ id, verification }) => verification.includes('law') && shown.has(id) && !withLaw.has(id))
    .map(({ id, file }) => ({ place: file, message: `${id} is to be shown by a law, and no scenario of it has @law` }));
}

function scenarioErrors(spec: Spec, scenarios: readonly PlannedScenario[]): TraceError[] {
  const ids = spec.requirements.map(({ id }) => id);
  const capabilities = spec.capabilities.map(({ id }) => id);
  const errors: TraceError[] = [];
  for (const { id, requirements, needs, name } of scenarios) {
    if (requirements.length === 0)
      errors.push({ place: id, message: `"${name}" carries no requirement's tag; add @NIC-…` });
    for (const requirement of requirements) {
      if (ids.includes(requirement)) continue;
      const retired = spec.retired.includes(requirement) ? ' (retired)' : '';
      errors.push({ place: id, message: unknown('requirement', `${requirement}${retired}`, requirement, ids) });
    }
    for (const need of needs) {
      if (!capabilities.includes(need))
        errors.push({ place: id, message: unknown('capability', need, need, capabilities) });
    }
  }
  return errors;
}

function defectErrors(spec: Spec, shown: ReadonlySet<string>, defects: readonly TracedDefect[]): TraceError[] {
  const ids = spec.requirements.map(({ id }) => id);
  const seen = new Set<string>();
  const errors: TraceError[] = [];
  for (const { id, caughtBy } of defects) {
    if (seen.has(id)) errors.push({ place: id, message: 'this id is taken by another defect' });
    seen.add(id);
    if (!ids.includes(caughtBy)) errors.push({ place: id, message: unknown('requirement', caughtBy, caughtBy, ids) });
    else if (!shown.has(caughtBy))
      errors.push({ place: id, message: `${caughtBy} must catch it, and has no scenario` });
  }
  return errors;
}

function unknown(kind: string, shownName: string, name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return `no ${kind} is called ${shownName}${near === undefined ? '' : `; did you mean ${near}?`}`;
}
