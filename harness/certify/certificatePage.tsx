/** The certificate as a page: what a buyer reads. A pure function of what is stated, so that whoever verifies can make it again. */
import type { KeyObject } from 'node:crypto';
import type { VNode } from 'preact';
import { renderReportDocument } from '../report/page/reportDocument.js';
import { Verdict } from '../site/verdict.js';
import { count } from '../site/words.js';
import type { Outcome } from '../runner/records.js';
import { areaOf } from '../runner/spec.js';
import { keyIdOf } from './keys.js';
import type { Certification, ResourceDescriptor } from './statement.js';
import type { CertificateLevel } from './verdicts.js';

type Content = Omit<Certification, 'files'>;

export function renderCertificate(content: Content, subject: readonly ResourceDescriptor[], signer: KeyObject): string {
  const { device } = content.identity;
  return renderReportDocument(
    `Certificate: ${device.vendor} ${device.model}`,
    <>
      <Top content={content} />
      <main>
        <Deviations content={content} />
        <Exceptions content={content} />
        <Areas content={content} />
        <Lacking content={content} />
        <Subject subject={subject} />
        <Method content={content} signer={signer} />
      </main>
    </>,
  );
}

const WORDS: Readonly<Record<CertificateLevel, string>> = {
  conforms: 'Conforms',
  'conforms with deviations': 'Conforms with deviations',
  'does not conform': 'Does not conform',
};

function Top({ content }: { readonly content: Content }): VNode {
  const { identity, profile, issuedAt, level, requirements } = content;
  const { device, kernel } = identity;
  const passing = requirements.filter(({ verdict }) => verdict === 'pass').length;
  const absent = requirements.filter(({ verdict }) => verdict === 'not-applicable').length;
  const tone = level === 'conforms' ? '' : level === 'does not conform' ? ' bad' : ' open';
  return (
    <header class="top">
      <p class="kicker">nicspec certificate, profile {profile}</p>
      <h1>
        {device.vendor} {device.model}
      </h1>
      <p class="identity">
        Driver {device.driver} {device.driverVersion}, firmware {device.firmwareVersion || 'unknown'}; kernel{' '}
        {kernel.name} {kernel.release}
        <br />
        Issued {issuedAt.slice(0, 10)}
      </p>
      <div class={`conclusion${tone}`}>
        <strong>{WORDS[level]}</strong>
        <p class="text">
          {count(passing, 'requirement')} of {requirements.length - absent} hold, with each of{' '}
          {count(content.seeds.length, 'seed')}.
          {absent === 0
            ? ''
            : ` ${count(absent, 'more requirement')} of the profile ${absent === 1 ? 'does' : 'do'} not apply: the device does not have what they are about.`}
        </p>
      </div>
    </header>
  );
}

function Deviations({ content: { deviations } }: { readonly content: Content }): VNode | null {
  if (deviations.length === 0) return null;
  return (
    <section>
      <h2>Deviations</h2>
      <ul class="failures">
        {deviations.map(({ requirement, reason, owner, expires, state }) => (
          <li>
            <span class="id">{requirement}</span>
            <div>
              <span class="text">{reason}</span>
              <p>
                {DEVIATION_WORDS[state]}. {owner} answers for it until {expires}.
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const DEVIATION_WORDS = {
  active: 'The requirement does not hold',
  stale: 'Stale: the requirement holds, and the deviation is needed no longer',
  expired: 'Expired: it covers nothing',
} as const;

function Exceptions({ content: { requirements } }: { readonly content: Content }): VNode | null {
  const bad = requirements.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  if (bad.length === 0) return null;
  return (
    <section>
      <h2>What does not hold</h2>
      <ul class="failures">
        {bad.map(({ id, title, level, verdict, reason }) => (
          <li>
            <Verdict outcome={verdict} />
            <div>
              <span class="id">{id}</span>
              <span class="name">{title}</span>
              <p>
                {level}. {reason}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Areas({ content: { requirements } }: { readonly content: Content }): VNode {
  const areas = new Map<string, Outcome[]>();
  for (const { id, verdict } of requirements) areas.set(areaOf(id), [...(areas.get(areaOf(id)) ?? []), verdict]);
  return (
    <section>
      <h2>Areas</h2>
      <ul class="areas">
        {[...areas].map(([area, verdicts]) => (
          <li>
            <span class="id">{area}</span>
            <span class="bar">
              {verdicts.map((verdict) => (
                <i class={`v-${verdict}`} style="flex: 1" />
              ))}
            </span>
            <Tally verdicts={verdicts} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tally({ verdicts }: { readonly verdicts: readonly Outcome[] }): VNode {
  const passing = verdicts.filter((verdict) => verdict === 'pass').length;
  const applying = verdicts.filter((verdict) => verdict !== 'not-applicable').length;
  if (applying === 0) return <span class="tally">do not apply</span>;
  return (
    <span class="tally">
      <b>{passing}</b> of {applying} hold
    </span>
  );
}

function Lacking({ content: { capabilities } }: { readonly content: Content }): VNode | null {
  const lacking = Object.entries(capabilities).flatMap(([name, answer]) =>
    answer.present ? [] : [{ name, reason: answer.reason }],
  );
  if (lacking.length === 0) return null;
  return (
    <section>
      <h2>What it says it lacks</h2>
      <ul class="failures">
        {lacking.map(({ name, reason }) => (
          <li>
            <span class="id">{name}</span>
            <p>{reason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Subject({ subject }: { readonly subject: readonly ResourceDescriptor[] }): VNode {
  return (
    <section>
      <h2>What was certified</h2>
      <ul class="failures">
        {subject.map(({ name, digest }) => (
          <li>
            <span class="text">{name}</span>
            <p class="id">sha256 {digest.sha256}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Method({ content, signer }: { readonly content: Content; readonly signer: KeyObject }): VNode {
  const { nicspec, specDigest, seeds, runs, challenge, environment, target } = content;
  const rows: readonly (readonly [string, string])[] = [
    ['Target', target],
    ['Suite', `nicspec ${nicspec}`],
    ['Specification and features', `sha256 ${specDigest}`],
    ['Seeds', `${seeds.join(', ')}; ${count(runs, 'case')} for each law`],
    [
      'Challenge',
      `${challenge.value}, ${challenge.drawnBy === 'verifier' ? 'of a verifier' : 'drawn by the signer itself'}`,
    ],
    ...Object.entries(environment),
    ['Signed with key', keyIdOf(signer)],
  ];
  return (
    <section>
      <h2>How</h2>
      <ul class="failures">
        {rows.map(([name, value]) => (
          <li>
            <span>{name}</span>
            <p class="text">{value}</p>
          </li>
        ))}
      </ul>
      <p class="muted">
        This page says what the signed statement beside it says; <code>nicspec verify</code> checks both.
      </p>
    </section>
  );
}
