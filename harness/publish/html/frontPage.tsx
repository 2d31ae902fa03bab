/** The first page: what the document is, its contents, and the targets whose verdicts it shows. */
import type { VNode } from 'preact';
import { Verdict } from '../../site/verdict.js';
import { formatNumber, OUTCOME_ORDER, OUTCOME_TEXT } from '../../site/words.js';
import type { PublishedTarget, Specification } from '../specification/model.js';
import { renderPage } from './page.js';
import { chapterPage, companionPage, PAGES } from './places.js';
import { Prose, type ProseContext } from './prose.js';

export function renderFront(specification: Specification, context: ProseContext): string {
  const { front, parts, targets, companions } = specification;
  const [first] = parts.flatMap(({ chapters }) => chapters);
  return renderPage({
    specification,
    page: PAGES.front,
    title: front.title,
    onThisPage: [
      { href: '#contents', title: 'Contents', depth: 2 },
      ...(targets.length === 0 ? [] : [{ href: '#targets', title: 'Published targets', depth: 2 as const }]),
      ...front.sections.map(({ id, title }) => ({ href: `#${id}`, title, depth: 2 as const })),
    ],
    after: first === undefined ? undefined : { href: chapterPage(first.id), title: `${first.number} ${first.title}` },
    children: (
      <>
        <header class="opening cover">
          <p class="kicker">{front.subtitle}</p>
          <h1>{front.title}</h1>
          <div class="summary">
            <Prose content={front.abstract} context={context} />
          </div>
          <Figures specification={specification} />
        </header>
        <section aria-labelledby="contents">
          <h2 id="contents">Contents</h2>
          <div class="overview">
            {parts.map(({ title, introduction, chapters }) => (
              <section>
                <h3>{title}</h3>
                <Prose content={introduction} context={{ ...context, headingDepth: 4 }} />
                <ol class="plain chapters">
                  {chapters.map(({ id, number, title: name, summary, sections }) => (
                    <li>
                      <a href={chapterPage(id)}>
                        <span class="number">{number}</span>
                        <span>{name}</span>
                        <span class="muted" title="requirements">
                          {sections.reduce((sum, { requirements }) => sum + requirements.length, 0)}
                        </span>
                      </a>
                      {summary === '' ? null : <p>{summary}</p>}
                    </li>
                  ))}
                </ol>
              </section>
            ))}
            <section>
              <h3>Beside it</h3>
              <ul class="plain chapters">
                {companions.map(({ id, title, summary }) => (
                  <li>
                    <a href={companionPage(id)}>
                      <span>{title}</span>
                    </a>
                    <p>{summary}</p>
                  </li>
                ))}
              </ul>
            </section>
          </div>
        </section>
        {targets.length === 0 ? null : <Targets targets={targets} />}
        {front.sections.map(({ id, title, content }) => (
          <section aria-labelledby={id}>
            <h2 id={id}>{title}</h2>
            <Prose content={content} context={{ ...context, headingDepth: 3 }} />
          </section>
        ))}
      </>
    ),
  });
}

const Figures = ({ specification: { totals, version } }: { readonly specification: Specification }): VNode => (
  <dl class="figures">
    {(
      [
        ['Version', version],
        ['Requirements', formatNumber(totals.requirements)],
        ['Scenarios', formatNumber(totals.scenarios)],
        ['of them laws', formatNumber(totals.laws)],
        ['Known defects', formatNumber(totals.defects)],
      ] as const
    ).map(([name, figure]) => (
      <div>
        <dt>{name}</dt>
        <dd>{figure}</dd>
      </div>
    ))}
  </dl>
);

const Targets = ({ targets }: { readonly targets: readonly PublishedTarget[] }): VNode => (
  <section aria-labelledby="targets">
    <h2 id="targets">Published targets</h2>
    <p>
      What was run against this document, and what came of it. Each requirement shows the verdict of every target that
      was asked.
    </p>
    <table class="grid">
      <thead>
        <tr>
          {['Target', 'Device', 'Kernel', 'Profile', 'Date', 'Requirements'].map((name) => (
            <th scope="col">{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {targets.map((target) => (
          <tr>
            <th scope="row">
              <strong>{target.target}</strong>
              {target.ofAnotherVersion ? <p class="where">asked another version of this document</p> : null}
            </th>
            <td data-label="Device">{target.device}</td>
            <td data-label="Kernel">{target.kernel}</td>
            <td data-label="Profile">{target.profile}</td>
            <td data-label="Date" class="nowrap">
              {target.date}
            </td>
            <td data-label="Requirements">
              <Verdict
                outcome={target.conforms ? 'pass' : 'fail'}
                text={target.conforms ? 'conforms' : 'does not conform'}
              />
              <p class="where">
                {OUTCOME_ORDER.filter((outcome) => target.counts[outcome] > 0)
                  .map((outcome) => `${formatNumber(target.counts[outcome])} ${OUTCOME_TEXT[outcome]}`)
                  .join(', ')}
              </p>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
