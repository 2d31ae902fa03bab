/** The list of requirements with its filter; each opens to its text, its scenarios and what came of them. */
import type { VNode } from 'preact';
import { repeatCommand } from '../../runner/repeatCommand.js';
import type { RequirementResult, Results, ScenarioResult } from '../../runner/results.js';
import { Command } from '../../site/command.js';
import { Scenario } from './scenario.js';
import { Verdict } from '../../site/verdict.js';
import { SourceList } from '../../site/webLink.js';
import { count, OUTCOME_ORDER, OUTCOME_TEXT } from '../../site/words.js';

const LEVELS = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'] as const;

export function Requirements({ results }: { readonly results: Results }): VNode {
  const scenarios = new Map(results.scenarios.map((scenario) => [scenario.id, scenario]));
  const { requirements } = results;
  return (
    <section id="requirements">
      <h2>Requirements</h2>
      <Filter requirements={requirements} />
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Requirement</th>
            <th scope="col" class="c-level">
              Level
            </th>
            <th scope="col" class="c-verdict">
              Verdict
            </th>
          </tr>
        </thead>
        <tbody>
          {requirements.map((requirement) => (
            <Row
              requirement={requirement}
              scenarios={requirement.scenarios.flatMap((id) => scenarios.get(id) ?? [])}
              repeat={repeatCommand({
                target: results.target,
                profile: results.profile,
                only: [requirement.id],
                seed: results.summary.seed,
              })}
            />
          ))}
        </tbody>
      </table>
      <p class="none" hidden>
        No requirement fits the filter.
      </p>
    </section>
  );
}

function Filter({ requirements }: { readonly requirements: readonly RequirementResult[] }): VNode {
  const present = <Value extends string>(order: readonly Value[], of: (one: RequirementResult) => string): Value[] =>
    order.filter((value) => requirements.some((requirement) => of(requirement) === value));
  const areas = [...new Set(requirements.map(({ area }) => area))];
  const tally = (value: string, of: (one: RequirementResult) => string): number =>
    requirements.filter((requirement) => of(requirement) === value).length;
  return (
    <form class="filter" role="search" aria-label="Filter requirements" hidden>
      <label class="wide">
        Text
        <input name="text" type="search" autocomplete="off" placeholder="id, title or statement" />
      </label>
      <label>
        Verdict
        <select name="verdict">
          <option value="">all verdicts</option>
          {present(OUTCOME_ORDER, ({ verdict }) => verdict).map((value) => (
            <option value={value}>
              {OUTCOME_TEXT[value]} ({tally(value, ({ verdict }) => verdict)})
            </option>
          ))}
        </select>
      </label>
      <label>
        Level
        <select name="level">
          <option value="">all levels</option>
          {present(LEVELS, ({ level }) => level).map((value) => (
            <option value={value}>{value}</option>
          ))}
        </select>
      </label>
      <label>
        Area
        <select name="area">
          <option value="">all areas</option>
          {areas.map((value) => (
            <option value={value}>{value}</option>
          ))}
        </select>
      </label>
      <output aria-live="polite">{count(requirements.length, 'requirement')}</output>
    </form>
  );
}

interface RowProps {
  readonly requirement: RequirementResult;
  readonly scenarios: readonly ScenarioResult[];
  readonly repeat: string;
}

function Row({ requirement, scenarios, repeat }: RowProps): VNode {
  const { id, title, level, verdict, area, isWarning } = requirement;
  return (
    <tr id={id} data-area={area} data-level={level} data-verdict={verdict}>
      <td>
        <details class="req">
          <summary>
            <span class="chevron" />
            <span class="id">{id}</span>
            <span class="name">{title}</span>
          </summary>
          <Body requirement={requirement} scenarios={scenarios} repeat={repeat} />
        </details>
      </td>
      <td class="level">{level}</td>
      <td>
        <Verdict outcome={verdict} isWarning={isWarning} />
      </td>
    </tr>
  );
}

function Body({ requirement, scenarios, repeat }: RowProps): VNode {
  const { statement, rationale, verdict, reason, needs } = requirement;
  const hasCounterexample = scenarios.some(({ counterexample }) => counterexample !== null);
  // A reason that a scenario below gives in full is not said twice.
  const isSaidBelow = scenarios.some(
    (scenario) => scenario.outcome === verdict && scenario.reason !== '' && reason.includes(scenario.reason),
  );
  return (
    <div class="body">
      <p class="statement">{statement}</p>
      <p class="muted">{rationale}</p>
      {reason === '' || (verdict === 'fail' && isSaidBelow) ? null : <p class="reason">{reason}</p>}
      <Sources requirement={requirement} />
      {needs.length === 0 ? null : (
        <p class="where">
          Needs{' '}
          {needs.map((capability, index) => (
            <>
              {index === 0 ? null : ', '}
              <code>{capability}</code>
            </>
          ))}
        </p>
      )}
      <h3>{scenarios.length === 0 ? 'No scenario was run' : count(scenarios.length, 'scenario')}</h3>
      {scenarios.map((scenario) => (
        <Scenario scenario={scenario} />
      ))}
      {(verdict === 'fail' || verdict === 'inconclusive') && !hasCounterexample ? (
        <>
          <h3>Run it again</h3>
          <Command text={repeat} />
        </>
      ) : null}
    </div>
  );
}

function Sources({ requirement }: { readonly requirement: RequirementResult }): VNode | null {
  if (requirement.sources.length === 0) return null;
  return (
    <>
      <h3>Sources</h3>
      <SourceList sources={requirement.sources} />
    </>
  );
}
