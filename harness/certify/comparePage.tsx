/** Certificates side by side as a page: requirements down, bundles across. */
import type { VNode } from 'preact';
import { renderReportDocument } from '../report/page/reportDocument.js';
import { Sign } from '../site/verdict.js';
import { OUTCOME_TEXT } from '../site/words.js';
import type { ComparedRequirement, Comparison } from './compare.js';

/** What `Matrix` adds to the theme. */
export const MATRIX_STYLE = `
.matrix { overflow-x: auto; }
.matrix table { border-collapse: collapse; font-size: 0.875rem; }
.matrix th, .matrix td { padding: 0.3125rem 0.75rem 0.3125rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
.matrix thead th { position: sticky; top: 0; background: var(--paper); }
.matrix tbody th { font-weight: 400; color: inherit; }
.matrix td.better { background: color-mix(in srgb, var(--pass) 12%, var(--paper)); }
@media (max-width: 40rem) { .matrix .verdict { white-space: normal; } }
.matrix td.worse { background: color-mix(in srgb, var(--fail) 14%, var(--paper)); }
`;

export function renderComparison(comparison: Comparison): string {
  const { bundles, requirements } = comparison;
  const differing = requirements.filter(({ change }) => change !== 'same');
  return renderReportDocument(
    `Comparison of ${bundles.map(({ name }) => name).join(', ')}`,
    <>
      <style dangerouslySetInnerHTML={{ __html: MATRIX_STYLE }} />
      <header class="top">
        <p class="kicker">nicspec comparison of certificates</p>
        <h1>{bundles.map(({ name }) => name).join(', ')}</h1>
      </header>
      <main>
        <h2>What they are</h2>
        <Bundles comparison={comparison} />
        <h2>What differs</h2>
        {differing.length === 0 ? <p>Nothing.</p> : <Matrix comparison={comparison} rows={differing} />}
        <h2>Everything</h2>
        <Matrix comparison={comparison} rows={requirements} />
      </main>
    </>,
  );
}

function Bundles({ comparison: { bundles } }: { readonly comparison: Comparison }): VNode {
  return (
    <ul class="failures">
      {bundles.map(({ name, certification, broken }) => (
        <li>
          <span>{name}</span>
          <div>
            <span class="text">
              {certification.level}, {certification.profile}, {certification.identity.device.vendor}{' '}
              {certification.identity.device.model}, driver {certification.identity.device.driverVersion}, firmware{' '}
              {certification.identity.device.firmwareVersion || 'unknown'}, kernel{' '}
              {certification.identity.kernel.release}
            </span>
            <p>
              {broken === null
                ? `Verifies. Issued ${certification.issuedAt.slice(0, 10)}.`
                : `Does not verify: ${broken}`}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Requirements down, bundles across; what is better or worse than the first is marked. */
export function Matrix(props: {
  readonly comparison: Comparison;
  readonly rows: readonly ComparedRequirement[];
}): VNode {
  return (
    <div class="matrix">
      <table>
        <thead>
          <tr>
            <th scope="col">Requirement</th>
            {props.comparison.bundles.map(({ name }) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(({ id, title, verdicts, change }) => (
            <tr>
              <th scope="row">
                <span class="id">{id}</span> <span class="muted">{title}</span>
              </th>
              {verdicts.map((verdict, index) => (
                <td class={index === verdicts.length - 1 ? change : ''}>
                  {verdict === null ? (
                    <span class="muted">not in its profile</span>
                  ) : (
                    <span class={`verdict v-${verdict}`}>
                      <Sign outcome={verdict} />
                      {OUTCOME_TEXT[verdict]}
                      {index === verdicts.length - 1 && (change === 'better' || change === 'worse')
                        ? ` (${change})`
                        : ''}
                    </span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
