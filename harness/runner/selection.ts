/** Which scenarios a run takes up, and what is said of those that the target cannot run. */
import { parse as parseTagExpression } from '@cucumber/tag-expressions';
import type { CapabilityAnswers } from '../contract/index.js';
import { isPattern, matchesPattern } from './namePattern.js';
import type { Outcome, RequirementText } from './records.js';
import type { PlannedScenario } from './scenarios.js';
import {
  boundRequirements,
  isReviewOnly,
  type CapabilityEntry,
  type Profile,
  type Requirement,
  type Spec,
} from './spec.js';
import { nearestName, unknownName, UsageError } from './usage.js';

/** What was asked for on the command line. */
export interface SelectionRequest {
  /** Requirement ids or patterns, or ids of scenarios; empty: everything. */
  readonly only: readonly string[];
  /** A tag expression; empty: everything. */
  readonly tags: string;
  readonly shard: { readonly index: number; readonly of: number } | null;
}

export interface Selection {
  /** Requirements that the run says something of. */
  readonly requirements: readonly RequirementText[];
  readonly scenarios: readonly SelectedScenario[];
}

export type SelectedScenario =
  | { readonly kind: 'run'; readonly scenario: PlannedScenario }
  | {
      readonly kind: 'absent';
      readonly scenario: PlannedScenario;
      readonly outcome: Extract<Outcome, 'not-supported' | 'not-applicable'>;
      readonly reason: string;
      /** Absent capabilities that it may try all the same; empty: it may not. */
      readonly probe: readonly string[];
    };

/** Requirements of the profile that the request names, with what a report says of them. */
export function requestedRequirements(spec: Spec, profile: Profile, only: readonly string[]): Requirement[] {
  const bound = boundRequirements(spec, profile);
  const named = only.filter((name) => !isScenarioId(name));
  for (const name of named) checkRequested(name, spec, profile, bound);
  if (only.length === 0) return bound;
  return bound.filter(({ id }) => named.some((name) => matchesPattern(name, id)));
}

/** `features/nic/rss.feature:31` names a scenario, everything else a requirement. */
function isScenarioId(name: string): boolean {
  return /\.feature(:\d+)*$/.test(name);
}

function checkRequested(name: string, spec: Spec, profile: Profile, bound: readonly Requirement[]): void {
  if (bound.some(({ id }) => matchesPattern(name, id))) return;
  if (spec.requirements.some(({ id }) => matchesPattern(name, id))) {
    throw new UsageError(`${name} is not bound by the profile ${profile.id}`);
  }
  const ids = spec.requirements.map(({ id }) => id);
  if (isPattern(name)) throw new UsageError(`no requirement matches "${name}"; try nicspec list requirements`);
  const near = nearestName(name, ids);
  throw near === undefined
    ? new UsageError(`no requirement is called "${name}"; try nicspec list requirements`)
    : unknownName('requirement', name, ids);
}

/** @throws UsageError if the expression is wrong or selects nothing. */
export function select(
  scenarios: readonly PlannedScenario[],
  context: {
    readonly spec: Spec;
    readonly profile: Profile;
    readonly capabilities: CapabilityAnswers;
    readonly request: SelectionRequest;
  },
): Selection {
  const { spec, profile, request } = context;
  const requirements = new Map(boundRequirements(spec, profile).map((requirement) => [requirement.id, requirement]));
  const requested = new Set(requestedRequirements(spec, profile, request.only).map(({ id }) => id));
  const scenarioIds = request.only.filter(isScenarioId);
  const tags = tagExpression(request.tags);
  const wanted = scenarios.filter(
    (scenario) =>
      tags.evaluate([...scenario.tags]) &&
      (scenario.requirements.some((id) => requested.has(id)) ||
        scenarioIds.some((id) => scenario.id === id || scenario.id.startsWith(`${id}:`))),
  );
  if (wanted.length === 0 && (request.tags !== '' || scenarioIds.length > 0)) {
    throw new UsageError(`no scenario is selected by ${[request.tags, ...request.only].filter(Boolean).join(' ')}`);
  }
  const { shard } = request;
  const mine = shard === null ? wanted : wanted.filter((_, index) => index % shard.of === shard.index - 1);
  return {
    requirements: reported(context, requirements, requested, mine, scenarios),
    scenarios: mine.map((scenario) => judgeNeeds(scenario, requirements, context)),
  };
}

function tagExpression(tags: string): { evaluate: (tags: string[]) => boolean } {
  try {
    return parseTagExpression(tags);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--tags "${tags}" is no tag expression: ${message}`);
  }
}

/**
 * Those with a scenario here; and, once over all shards, those that no scenario shows. With --tags only the former: what the tags
 * left out was not asked.
 */
function reported(
  { profile, request }: { readonly profile: Profile; readonly request: SelectionRequest },
  bound: ReadonlyMap<string, Requirement>,
  requested: ReadonlySet<string>,
  mine: readonly PlannedScenario[],
  all: readonly PlannedScenario[],
): RequirementText[] {
  const shownHere = new Set(mine.flatMap(({ requirements }) => requirements));
  const shownAnywhere = new Set(all.flatMap(({ requirements }) => requirements));
  const everything = request.tags === '' && (request.shard === null || request.shard.index === 1);
  const byScenario = request.only.some(isScenarioId);
  return [...bound.values()]
    .filter(({ id }) => {
      if (shownHere.has(id)) return requested.has(id) || byScenario;
      return everything && requested.has(id) && !shownAnywhere.has(id);
    })
    .map((requirement) => ({
      ...textOf(requirement, profile),
      planned: mine.filter(({ requirements }) => requirements.includes(requirement.id)).length,
    }));
}

function textOf(requirement: Requirement, profile: Profile): RequirementText {
  const { id, title, level, statement, rationale, sources, needs, verification } = requirement;
  const mandatory = needs.filter((name) => profile.mandatoryCapabilities.includes(name));
  const text: RequirementText = { id, title, level, statement, rationale, sources, needs, mandatory };
  return isReviewOnly(verification) ? { ...text, reviewOnly: true } : text;
}

/** Can the target run it, and if not, what does that mean? */
function judgeNeeds(
  scenario: PlannedScenario,
  requirements: ReadonlyMap<string, Requirement>,
  context: { readonly spec: Spec; readonly profile: Profile; readonly capabilities: CapabilityAnswers },
): SelectedScenario {
  const { spec, profile, capabilities } = context;
  const needs = [...scenario.needs, ...scenario.requirements.flatMap((id) => requirements.get(id)?.needs ?? [])];
  const absent = absentCapabilities(needs, capabilities);
  if (absent.length === 0) return { kind: 'run', scenario };
  const entries = new Map(spec.capabilities.map((entry) => [entry.id, entry]));
  const isMandatory = (name: string): boolean =>
    entries.get(name)?.kind === 'ability' && profile.mandatoryCapabilities.includes(name);
  const mayProbe = absent.every((name) => isProbed(entries.get(name)));
  return {
    kind: 'absent',
    scenario,
    outcome: absent.some(isMandatory) ? 'not-supported' : 'not-applicable',
    reason: absent.map((name) => `${name}: ${absenceReason(capabilities, name)}`).join('; '),
    probe: mayProbe ? absent : [],
  };
}

function isProbed(entry: CapabilityEntry | undefined): boolean {
  return entry?.probe === true;
}

/** Those, each once, that the target does not say it has. */
export function absentCapabilities(needs: readonly string[], capabilities: CapabilityAnswers): string[] {
  return [...new Set(needs)].filter((name) => capabilities[name]?.present !== true);
}

/** Why a target lacks a capability, in its own words. */
export function absenceReason(capabilities: CapabilityAnswers, name: string): string {
  const answer = capabilities[name];
  if (answer === undefined) return 'not declared by the target';
  return answer.present ? '' : answer.reason;
}
