/** One requirement, with all that belongs to it. */
import type { VNode } from 'preact';
import { Badge, Verdict } from '../../site/verdict.js';
import { WebLink } from '../../site/webLink.js';
import { count } from '../../site/words.js';
import type { Example, RequirementEntry } from '../specification/model.js';
import { beginningOf } from '../specification/releases.js';
import { Scenario, Words } from './gherkin.js';
import type { Places } from './places.js';
import { Text } from './prose.js';

interface RequirementProps {
  readonly requirement: RequirementEntry;
  readonly places: Places;
}

export const Requirement = ({ requirement, places }: RequirementProps): VNode => {
  const { id, title, statement, rationale, examples, laws, defects, verdicts } = requirement;
  return (
    <article class="requirement" id={id} aria-labelledby={`${id}-title`}>
      <header>
        <a class="id" href={`#${id}`} aria-label={`Link to ${id}`}>
          {id}
        </a>
        <h3 id={`${id}-title`}>{title}</h3>
      </header>
      <p class="statement">
        <LevelMark level={requirement.level} /> <Text content={statement} places={places} />
      </p>
      <p class="rationale">
        <Text content={rationale} places={places} />
      </p>
      {verdicts.length === 0 ? null : <Verdicts requirement={requirement} />}
      {laws.length === 0 ? null : (
        <ul class="plain laws">
          {laws.map((law) => (
            <Law law={law} />
          ))}
        </ul>
      )}
      {examples.length === 0 ? null : (
        <details class="more">
          <summary>
            <span class="chevron" /> {count(examples.length, 'example')}
          </summary>
          {examples.map((example) => (
            <Scenario example={example} />
          ))}
        </details>
      )}
      {defects.length === 0 ? null : <Defects requirement={requirement} />}
      <Facts requirement={requirement} places={places} />
    </article>
  );
};

/** `MUST NOT` in capitals, as RFC 2119 writes it. */
export const LevelMark = ({ level }: { readonly level: string }): VNode => (
  <span class={`key k-${level.split(' ')[0]?.toLowerCase() ?? ''}`}>{level}</span>
);

/** A law is one sentence: what its steps say. */
const Law = ({ law }: { readonly law: Example }): VNode => (
  <li>
    <span class="mark">Law</span>
    {law.steps.map(({ keyword, text }, index) => (
      <>
        {index === 0 ? null : ', '}
        {index === 0 && keyword === 'Then' ? null : `${keyword} `}
        <Words text={index === 0 && keyword === 'Then' ? capital(text) : text} />
      </>
    ))}
    .
  </li>
);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const Verdicts = ({ requirement: { verdicts } }: { readonly requirement: RequirementEntry }): VNode => {
  const reasons = verdicts.filter(({ reason }) => reason !== '');
  const badges = verdicts.map(({ target, verdict }) => <Badge outcome={verdict} name={target.id} />);
  if (reasons.length === 0) return <p class="badges">{badges}</p>;
  return (
    <details class="more verdicts">
      <summary>
        <span class="badges">{badges}</span> <span class="why">why</span>
      </summary>
      <dl class="facts">
        {reasons.map(({ target, verdict, isWarning, reason }) => (
          <>
            <dt>{target.id}</dt>
            <dd>
              <Verdict outcome={verdict} isWarning={isWarning} /> {reason}
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
};

const Defects = ({ requirement: { defects } }: { readonly requirement: RequirementEntry }): VNode => (
  <details class="more">
    <summary>
      <span class="chevron" /> {count(defects.length, 'known defect')} that it catches
    </summary>
    <ul class="plain defects">
      {defects.map(({ id, title, description, origin }) => (
        <li>
          <p>
            <strong>{title}.</strong> {description} <code>{id}</code>
          </p>
          <p class="where">
            Seen: <WebLink url={origin.url}>{origin.title}</WebLink>
          </p>
        </li>
      ))}
    </ul>
  </details>
);

const Facts = ({ requirement, places }: RequirementProps): VNode => {
  const { needs, sources, profiles, verification } = requirement;
  const beginning = beginningOf(requirement);
  return (
    <dl class="facts req-facts">
      <dt>Sources</dt>
      <dd>
        {joined(
          sources.map(({ title, section, url }) => (
            <WebLink url={url}>{section === undefined ? title : `${title}, ${section}`}</WebLink>
          )),
          '; ',
        )}
      </dd>
      {needs.length === 0 ? null : (
        <>
          <dt>Needs</dt>
          <dd>
            {joined(
              needs.map(({ id, title }) => (
                <a href={places.capability(id)} title={title}>
                  {id}
                </a>
              )),
            )}
          </dd>
        </>
      )}
      {profiles.length === 0 ? null : (
        <>
          <dt>Binds</dt>
          <dd>
            {joined(
              profiles.map(({ id, title, level }) => (
                <>
                  <a href={places.profile(id)}>{title}</a>
                  {level === requirement.level ? null : ` (${level})`}
                </>
              )),
            )}
          </dd>
        </>
      )}
      <dt>Since</dt>
      <dd>
        {beginning.words}
        {beginning.name === undefined ? null : (
          <>
            , <code>{beginning.name}</code>
          </>
        )}
      </dd>
      {verification.every((way) => way === 'review') ? (
        <>
          <dt>Shown by</dt>
          <dd>review: no target can show it</dd>
        </>
      ) : null}
    </dl>
  );
};

const joined = (nodes: readonly VNode[], separator = ', '): VNode => (
  <>
    {nodes.map((node, index) => (
      <>
        {index === 0 ? null : separator}
        {node}
      </>
    ))}
  </>
);
