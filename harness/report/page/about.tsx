/** What the target can do, and the facts of the run. */
import type { VNode } from 'preact';
import type { CapabilityResult, Results } from '../../runner/results.js';
import { count, formatTime } from '../../site/words.js';
import { AbsentCapabilities } from '../parts/capabilities.js';

export function Capabilities({ capabilities }: { readonly capabilities: readonly CapabilityResult[] }): VNode | null {
  if (capabilities.length === 0) return null;
  const absent = capabilities.filter(({ present }) => !present);
  const present = capabilities.filter((capability) => capability.present);
  return (
    <section>
      <h2>Capabilities</h2>
      <p class="muted">
        {count(present.length, 'capability').replace(/ys$/, 'ies')} present, {absent.length} absent. A requirement that
        needs an absent one is not applicable, or not supported where the profile demands it.
      </p>
      {absent.length === 0 ? null : (
        <details class="wide-details">
          <summary>
            <span class="chevron" /> Absent, with the reason
          </summary>
          <AbsentCapabilities absent={absent} />
        </details>
      )}
      {present.length === 0 ? null : (
        <details class="wide-details">
          <summary>
            <span class="chevron" /> Present
          </summary>
          <p>
            {present.map(({ capability }, index) => (
              <>
                {index === 0 ? null : ', '}
                <code>{capability}</code>
              </>
            ))}
          </p>
        </details>
      )}
    </section>
  );
}

export function Facts({ results }: { readonly results: Results }): VNode {
  const { nicspec, node, startedAt, digest, only, tags, summary } = results;
  const facts: readonly (readonly [string, string])[] = [
    ['nicspec', nicspec],
    ['Node.js', node],
    ['Started', formatTime(startedAt)],
    ['Seed', String(summary.seed)],
    ['Selection', [...only, ...(tags === '' ? [] : [tags])].join(', ') || 'everything'],
    ['Digest of the specification', digest],
  ];
  return (
    <footer class="foot">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{name.startsWith('Digest') ? <code>{value}</code> : value}</dd>
          </>
        ))}
      </dl>
    </footer>
  );
}
