/** What the server of a run that goes on tells the page: events in the order in which things happened, each as JSON. */
import type { Level, Outcome } from '../../runner/records.js';

export type LiveEvent = LiveStart | LiveScenarios | LiveEnd;

/** A run begins, or another one took its place: what was known before is over. */
export interface LiveStart {
  readonly kind: 'start';
  readonly target: string;
  readonly profile: string;
  readonly startedAt: string;
  readonly seed: number;
  readonly requirements: readonly LiveRequirement[];
}

export interface LiveRequirement {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** So many scenarios of it were taken up. */
  readonly planned: number;
}

export interface LiveScenarios {
  readonly kind: 'scenarios';
  readonly scenarios: readonly LiveScenario[];
}

export interface LiveScenario {
  readonly id: string;
  readonly name: string;
  readonly requirements: readonly string[];
  readonly outcome: Outcome;
  /** The first line of why it is no pass. */
  readonly reason: string;
  readonly durationMs: number;
}

export interface LiveEnd {
  readonly kind: 'end';
  readonly durationMs: number;
  readonly stopped: string | null;
  /** Where the final report is, as the page reaches it. */
  readonly report: string;
}

/** What the events so far come to. */
export interface LiveState {
  readonly start: LiveStart | null;
  /** The newest first. */
  readonly newest: readonly LiveScenario[];
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly done: number;
  /** By requirement: scenarios that ended, and the worst that came of them. */
  readonly requirements: ReadonlyMap<string, { readonly done: number; readonly worst: Outcome }>;
  readonly failures: readonly LiveScenario[];
  readonly end: LiveEnd | null;
}

export const NOTHING_YET: LiveState = {
  start: null,
  newest: [],
  outcomes: { pass: 0, fail: 0, inconclusive: 0, 'not-supported': 0, 'not-applicable': 0 },
  done: 0,
  requirements: new Map(),
  failures: [],
  end: null,
};

const MOST_NEWEST = 12;
const MOST_FAILURES = 200;
/** As judging a run orders them: a failure outweighs all, and what was not run says less than a pass. */
const WEIGHT: Readonly<Record<Outcome, number>> = {
  fail: 4,
  inconclusive: 3,
  pass: 2,
  'not-supported': 1,
  'not-applicable': 0,
};

/** A pure function: the state after one more event. */
export function afterEvent(state: LiveState, event: LiveEvent): LiveState {
  switch (event.kind) {
    case 'start':
      return { ...NOTHING_YET, start: event };
    case 'end':
      return { ...state, end: event };
    case 'scenarios': {
      const outcomes = { ...state.outcomes };
      const requirements = new Map(state.requirements);
      for (const { outcome, requirements: own } of event.scenarios) {
        outcomes[outcome] += 1;
        for (const id of own) {
          const { done = 0, worst = outcome } = requirements.get(id) ?? {};
          requirements.set(id, { done: done + 1, worst: WEIGHT[outcome] > WEIGHT[worst] ? outcome : worst });
        }
      }
      const bad = event.scenarios.filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive');
      return {
        ...state,
        outcomes,
        requirements,
        done: state.done + event.scenarios.length,
        newest: [...[...event.scenarios].reverse(), ...state.newest].slice(0, MOST_NEWEST),
        failures: [...bad.reverse(), ...state.failures].slice(0, MOST_FAILURES),
      };
    }
  }
}

/** Requirements all of whose scenarios ended, and how many there are to judge. */
export function progressOf({ start, requirements }: LiveState): { readonly decided: number; readonly of: number } {
  const judged = start?.requirements.filter(({ planned }) => planned > 0) ?? [];
  const decided = judged.filter(({ id, planned }) => (requirements.get(id)?.done ?? 0) >= planned).length;
  return { decided, of: judged.length };
}
