/** The pages of a registry: the index of devices, and one page a device. Nothing on them runs, and everything from a bundle is escaped. */
import type { VNode } from 'preact';
import { compareCertifications, type ComparedBundle } from '../certify/compare.js';
import { Matrix, MATRIX_STYLE } from '../certify/comparePage.js';
import type { JudgedDeviation } from '../certify/deviations.js';
import type { CertificateLevel } from '../certify/verdicts.js';
import type { Outcome } from '../runner/records.js';
import { renderDocument } from '../site/document.js';
import { THEME } from '../site/theme.js';
import { Sign } from '../site/verdict.js';
import { count, formatTime } from '../site/words.js';
import { renderBadge } from './badge.js';
import {
  badgeName,
  currentOf,
  type RefusedBundle,
  type RegisteredCertificate,
  type RegisteredDevice,
  type Registry,
} from './registry.js';

const STYLE = `${THEME}${MATRIX_STYLE}
main, .top, .foot { max-width: var(--page); margin: 0 auto; padding: 0 1.5rem; }
.top { padding-top: 2.5rem; }
.foot { margin-top: 3rem; padding-top: 1.25rem; padding-bottom: 3rem; color: var(--muted); font-size: var(--text-small); }
.levels { display: flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; }
.badges { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0 0; }
.badges img { display: block; }
.refused li { padding: 0.5625rem 0; border-top: 1px solid var(--line); }
.refused p { margin: 0.125rem 0 0; }
.deviation-stale, .deviation-soon { color: var(--not-supported); }
.deviation-expired { color: var(--fail); }
@media screen and (max-width: 46rem) { main, .top, .foot { padding-left: 1rem; padding-right: 1rem; } .top { padding-top: 1.5rem; } }
`;

const SIGNS: Readonly<Record<CertificateLevel, Outcome>> = {
  conforms: 'pass',
  'conforms with deviations': 'not-supported',
  'does not conform': 'fail',
};

const Level = ({ level, text }: { readonly level: CertificateLevel; readonly text: string }): VNode => (
  <span class={`badge b-${SIGNS[level]}`}>
    <Sign outcome={SIGNS[level]} />
    {text}
  </span>
);

const Foot = ({ registry }: { readonly registry: Registry }): VNode => (
  <footer class="foot">
    Built {formatTime(registry.builtAt)}; every certificate on these pages was verified then, and badges are of that
    time.
  </footer>
);

/** index.html of the site. */
export function renderRegistryIndex(registry: Registry): string {
  const { title, devices, refused } = registry;
  const certificates = devices.reduce((sum, device) => sum + device.certificates.length, 0);
  const content = (
    <>
      <header class="top">
        <p class="kicker">nicspec registry</p>
        <h1>{title}</h1>
        <p class="muted">
          {count(devices.length, 'device')}, {count(certificates, 'certificate')}
          {refused.length === 0 ? '' : `, ${count(refused.length, 'bundle')} refused`}. <a href="index.json">As JSON</a>
        </p>
      </header>
      <main>
        <h2>Devices</h2>
        {devices.length === 0 ? <p>No bundle verifies.</p> : <Devices devices={devices} />}
        <Refused refused={refused} />
      </main>
      <Foot registry={registry} />
    </>
  );
  return renderDocument({ title, content, style: STYLE });
}

function Devices({ devices }: { readonly devices: readonly RegisteredDevice[] }): VNode {
  return (
    <table class="grid">
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Level, by profile</th>
          <th scope="col">Firmware</th>
          <th scope="col">Issued</th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => {
          const current = currentOf(device);
          const [newest] = device.certificates;
          return (
            <tr>
              <th scope="row">
                <a href={`devices/${device.slug}/index.html`}>
                  {device.vendor} {device.model}
                </a>
              </th>
              <td>
                <span class="levels">
                  {current.map(({ certification: { profile, level } }) => (
                    <Level level={level} text={`${profile}: ${level}`} />
                  ))}
                </span>
              </td>
              <td data-label="Firmware">{newest?.certification.identity.device.firmwareVersion || 'unknown'}</td>
              <td data-label="Issued" class="nowrap">
                {newest?.certification.issuedAt.slice(0, 10)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Refused({ refused }: { readonly refused: readonly RefusedBundle[] }): VNode | null {
  if (refused.length === 0) return null;
  return (
    <section>
      <h2>Refused</h2>
      <p>These do not verify, whatever is written in them, and are no certificates.</p>
      <ul class="plain refused">
        {refused.map(({ bundle, rule, found, wanted }) => (
          <li>
            <span class="verdict">
              <Sign outcome="fail" />
            </span>
            <span class="id">{bundle}</span>
            <p>
              Broken rule: {rule}. <span class="text">{found}</span>
            </p>
            <p class="muted">Wanted: {wanted}.</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The page of a device, for `devices/SLUG/index.html`. */
export function renderDevicePage(registry: Registry, device: RegisteredDevice): string {
  const name = `${device.vendor} ${device.model}`;
  const current = currentOf(device);
  const content = (
    <>
      <header class="top">
        <p class="kicker">
          <a href="../../index.html">{registry.title}</a>
        </p>
        <h1>{name}</h1>
        <p class="badges">
          {current.map(({ certification: { profile, level } }) => (
            <img src={badgeAddress(profile, level)} height={20} alt={`nicspec ${profile}: ${level}`} />
          ))}
        </p>
      </header>
      <main>
        <h2>Certificates</h2>
        <Certificates device={device} />
        <Deviations device={device} builtAt={registry.builtAt} />
        {current.map(({ certification: { profile } }) => (
          <Versions device={device} profile={profile} />
        ))}
        <Badges current={current} />
        <Verifying device={device} />
      </main>
      <Foot registry={registry} />
    </>
  );
  return renderDocument({ title: name, content, style: STYLE, policy: 'img-src data:' });
}

/** The badge within the page: a page that was opened as a file may show no other file. */
const badgeAddress = (profile: string, level: CertificateLevel): string =>
  `data:image/svg+xml;base64,${Buffer.from(renderBadge(profile, level)).toString('base64')}`;

/** Path of the copy of a bundle, seen from the page of its device. */
const fromDevice = ({ copy }: RegisteredCertificate): string => copy.split('/').at(-1) ?? '';

function Certificates({ device }: { readonly device: RegisteredDevice }): VNode {
  return (
    <table class="grid">
      <thead>
        <tr>
          <th scope="col">Certificate</th>
          <th scope="col">Level</th>
          <th scope="col">Driver and firmware</th>
          <th scope="col">Kernel</th>
          <th scope="col">Signed by key</th>
        </tr>
      </thead>
      <tbody>
        {device.certificates.map((certificate) => {
          const { profile, level, issuedAt, identity, challenge } = certificate.certification;
          return (
            <tr>
              <th scope="row">
                <a href={`${fromDevice(certificate)}/certificate.html`}>
                  {profile}, {issuedAt.slice(0, 10)}
                </a>
              </th>
              <td>
                <Level level={level} text={level} />
              </td>
              <td data-label="Driver and firmware">
                {identity.device.driver} {identity.device.driverVersion}, {identity.device.firmwareVersion || 'unknown'}
              </td>
              <td data-label="Kernel">
                {identity.kernel.name} {identity.kernel.release}
              </td>
              <td data-label="Signed by key">
                <span class="id">{certificate.keyId.slice(0, 16)}</span>
                {certificate.isTrusted ? ', which this registry trusts' : ''}
                {challenge.drawnBy === 'own' ? '; the challenge is the signer’s own' : ''}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const DAY_MS = 86_400_000;
/** An end that is nearer than this is worth a remark. */
const SOON_DAYS = 60;

function Deviations({
  device,
  builtAt,
}: {
  readonly device: RegisteredDevice;
  readonly builtAt: string;
}): VNode | null {
  const current = currentOf(device).flatMap(({ certification: { profile, deviations } }) =>
    deviations.map((deviation) => ({ profile, deviation })),
  );
  if (current.length === 0) return null;
  return (
    <section>
      <h2>Deviations</h2>
      <table class="grid">
        <thead>
          <tr>
            <th scope="col">Requirement</th>
            <th scope="col">Reason</th>
            <th scope="col">Owner</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {current.map(({ profile, deviation }) => (
            <tr>
              <th scope="row">
                <span class="id">{deviation.requirement}</span> <span class="muted">{profile}</span>
              </th>
              <td>{deviation.reason}</td>
              <td data-label="Owner">{deviation.owner}</td>
              <td data-label="State">
                <State deviation={deviation} builtAt={builtAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function State({ deviation, builtAt }: { readonly deviation: JudgedDeviation; readonly builtAt: string }): VNode {
  const { state, expires } = deviation;
  const days = Math.floor((Date.parse(expires) - Date.parse(builtAt.slice(0, 10))) / DAY_MS);
  if (state === 'stale') return <span class="deviation-stale">Stale: the requirement holds; it can be taken back</span>;
  if (state === 'expired') return <span class="deviation-expired">Expired {expires}: it covers nothing</span>;
  return (
    <span class={days <= SOON_DAYS ? 'deviation-soon' : ''}>
      Does not hold; covered until {expires} ({count(days, 'day')})
    </span>
  );
}

/** What changed over the certificates of one profile, the oldest first. */
function Versions({ device, profile }: { readonly device: RegisteredDevice; readonly profile: string }): VNode | null {
  const own = device.certificates.filter(({ certification }) => certification.profile === profile).reverse();
  if (own.length < 2) return null;
  const comparison = compareCertifications(own.map(compared));
  const differing = comparison.requirements.filter(({ change }) => change !== 'same');
  return (
    <section>
      <h2>Over its versions: {profile}</h2>
      {differing.length === 0 ? (
        <p>No requirement came out otherwise in {count(own.length, 'certificate')}.</p>
      ) : (
        <Matrix comparison={comparison} rows={differing} />
      )}
    </section>
  );
}

function compared({ bundle, certification }: RegisteredCertificate): ComparedBundle {
  const { identity, issuedAt } = certification;
  const name = `firmware ${identity.device.firmwareVersion || 'unknown'}, kernel ${identity.kernel.release}, ${issuedAt.slice(0, 10)}`;
  return { bundle, name, certification, broken: null };
}

/** For a README of the vendor's: the file beside this page, not the one within it. */
function Badges({ current }: { readonly current: readonly RegisteredCertificate[] }): VNode {
  return (
    <section>
      <h2>Badges</h2>
      <ul class="plain">
        {current.map(({ certification: { profile } }) => (
          <li>
            <a href={badgeName(profile)}>{badgeName(profile)}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Verifying({ device }: { readonly device: RegisteredDevice }): VNode {
  const [newest] = device.certificates;
  const folder = newest === undefined ? '' : fromDevice(newest);
  return (
    <section>
      <h2>Verify it yourself</h2>
      <p>
        Believe none of this page. The bundles are beside it: take the folder of a certificate, and nicspec{' '}
        {newest?.certification.nicspec}, and let it check the signature, every file, that nothing was left out, and
        every verdict. It needs no network.
      </p>
      <pre class="block">{`npx nicspec verify ${folder}\nnpx nicspec verify ${folder} --trust THEIR-KEY.pub`}</pre>
      <p>The second also asks whether the signer is one whose key you were given, by another way than this page.</p>
    </section>
  );
}
