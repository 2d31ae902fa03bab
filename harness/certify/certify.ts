/** Runs the suite so that others can check the outcome, and writes and signs what came of it: `nicspec certify`. */
import { spawn, spawnSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { renderJson } from '../report/json.js';
import { resultsOf } from '../runner/judgeRun.js';
import { nicspecVersion, NICSPEC_SUITE, PROJECT_ROOT } from '../runner/project.js';
import { readRecords, startOf } from '../runner/recordFile.js';
import type { RunRecord, RunStart } from '../runner/records.js';
import { boundRequirements, loadSpec, profileNamed } from '../runner/spec.js';
import { UsageError } from '../runner/usage.js';
import {
  CERTIFICATE_FILE,
  CERTIFICATE_PDF,
  digestsOf,
  ENVELOPE_FILE,
  RESULTS_FILE,
  runFolder,
  SIGNER_FILE,
} from './bundle.js';
import { renderCertificate } from './certificatePage.js';
import { printPdf } from '../publish/pdf/chromium.js';
import { readDeviations, type Deviation } from './deviations.js';
import { adapterFiles, identitySubjects, subjectDigest, suiteDigest } from './digests.js';
import { sealEnvelope } from './dsse.js';
import { publicPem } from './keys.js';
import { CERTIFICATION_RUNS, seedsOf, type Challenge } from './seeds.js';
import {
  PREDICATE_TYPE,
  resultOf,
  STATEMENT_TYPE,
  statementBytes,
  type Certification,
  type ResourceDescriptor,
  type Statement,
} from './statement.js';
import { judgeCertification } from './verdicts.js';

export interface CertifyOptions {
  readonly target: string;
  readonly profile: string;
  readonly key: KeyObject;
  readonly challenge: Challenge;
  /** File of deviations. */
  readonly deviations?: string;
  /** Files and folders that belong to the subject beside those that the target names. */
  readonly subjects: readonly string[];
  /** The bundle goes here; made, or empty. */
  readonly out: string;
  /** Paths of the target and of `subjects` are relative to it. */
  readonly folder: string;
  /** Whether the certificate is printed too; default: where there is a Chromium. */
  readonly prints?: boolean;
  readonly onRun?: (index: number, seed: number) => void;
}

export interface IssuedCertificate {
  readonly certification: Certification;
  /** Why there is no PDF, or null. */
  readonly withoutPdf: string | null;
}

/** @throws UsageError for what makes a certificate worthless before anything runs; TargetFault if the target cannot be run. */
export async function certify(options: CertifyOptions): Promise<IssuedCertificate> {
  const deviations = await checkRequest(options);
  mkdirSync(options.out, { recursive: true });
  const files = adapterFiles(options.target, options.subjects, options.folder);
  const first = await runOnce(options, 0, 1);
  const subject = [...files, ...identitySubjects(startOf(first).identity)];
  const specDigest = startOf(first).digest;
  const seeds = seedsOf(subjectDigest(subject), specDigest, options.challenge.value);
  const runs = [first];
  for (const [index, seed] of seeds.entries()) if (index > 0) runs.push(await runOnce(options, index, seed));
  checkSame(runs.map(startOf));
  return issue(options, { subject, seeds, runs, deviations });
}

async function checkRequest({ target, profile, out, deviations }: CertifyOptions): Promise<readonly Deviation[]> {
  const spec = await loadSpec(NICSPEC_SUITE.spec);
  const bound = boundRequirements(spec, profileNamed(spec, profile));
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new UsageError(`${out} is not empty; a bundle needs a folder of its own`);
  const changed = changedFiles();
  if (changed.length > 0)
    throw new UsageError(
      `the tree is not clean, so nobody could say what was run; commit or take back: ${changed.slice(0, 5).join(', ')}`,
    );
  if (target === '') throw new UsageError('--target names what is certified');
  return deviations === undefined ? [] : readDeviations(deviations, new Set(bound.map(({ id }) => id)));
}

/** What the suite is made of and git says has changed; nothing where there is no git. */
function changedFiles(): readonly string[] {
  if (!existsSync(join(PROJECT_ROOT, '.git'))) return [];
  const rooms = ['spec', 'features', 'harness', 'reference-impl', 'package.json', 'package-lock.json'];
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '--', ...rooms], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });
  return status === 0
    ? stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.slice(3))
    : [];
}

/** One run, in a process of its own: what a device breaks there is broken there only. */
async function runOnce(options: CertifyOptions, index: number, seed: number): Promise<readonly RunRecord[]> {
  options.onRun?.(index, seed);
  const folder = join(options.out, runFolder(index));
  const scratch = `${folder}.running`;
  await runSuite({ target: options.target, profile: options.profile, seed, out: scratch, folder: options.folder });
  mkdirSync(folder);
  const records = readRecords(scratch);
  for (const name of ['records.ndjson', 'evidence'])
    if (existsSync(join(scratch, name))) renameSync(join(scratch, name), join(folder, name));
  rmSync(scratch, { recursive: true });
  writeFileSync(join(folder, RESULTS_FILE), renderJson(resultsOf(records)));
  return records;
}

export interface SuiteRun {
  readonly target: string;
  readonly profile: string;
  readonly seed: number;
  readonly out: string;
  readonly folder: string;
}

/** `nicspec run` as it is in certification: everything, with the fixed number of cases. */
export async function runSuite({ target, profile, seed, out, folder }: SuiteRun): Promise<void> {
  const options = ['--target', target, '--profile', profile, '--seed', String(seed)];
  const fixed = ['--runs', String(CERTIFICATION_RUNS), '--format', 'json', '--out', out];
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'bin', 'nicspec.js'), 'run', ...options, ...fixed], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exit) => resolve(exit ?? 3));
  });
  if (code === 2 || !existsSync(join(out, 'records.ndjson')))
    throw new UsageError(`the run with seed ${seed} did not take place (exit code ${code})`);
}

function checkSame(starts: readonly RunStart[]): void {
  const [first, ...others] = starts.map(({ identity, capabilities, digest }) =>
    JSON.stringify([identity, capabilities, digest]),
  );
  if (others.some((other) => other !== first))
    throw new UsageError('the target was not the same in every run: it named itself, or its capabilities, otherwise');
}

/** What the runs of a certification were of, and what they found. */
export interface CertifiedRuns {
  readonly subject: readonly ResourceDescriptor[];
  readonly seeds: readonly number[];
  readonly runs: readonly (readonly RunRecord[])[];
  readonly deviations: readonly Deviation[];
}

/** Judges the runs, writes page and statement beside their folders, and signs. */
export async function issue(
  options: Pick<CertifyOptions, 'target' | 'profile' | 'challenge' | 'key' | 'out' | 'prints'>,
  { subject, seeds, runs, deviations }: CertifiedRuns,
): Promise<IssuedCertificate> {
  const [first = []] = runs;
  const { identity, capabilities, digest } = startOf(first);
  const issuedAt = new Date().toISOString();
  const { level, requirements, deviations: judged } = judgeCertification(runs.map(resultsOf), deviations, issuedAt);
  const content: Omit<Certification, 'files'> = {
    format: 1,
    nicspec: nicspecVersion(),
    level,
    profile: options.profile,
    target: options.target,
    identity,
    issuedAt,
    specDigest: digest,
    challenge: options.challenge,
    seeds,
    runs: CERTIFICATION_RUNS,
    capabilities,
    requirements,
    deviations: judged,
    environment: environment(),
  };
  const publicKey = createPublicKey(options.key);
  const page = renderCertificate(content, subject, publicKey);
  writeFileSync(join(options.out, CERTIFICATE_FILE), page);
  writeFileSync(join(options.out, SIGNER_FILE), publicPem(publicKey));
  const withoutPdf =
    options.prints === false
      ? 'it was not wanted'
      : await printPdf(join(options.out, CERTIFICATE_FILE), join(options.out, CERTIFICATE_PDF));
  const certification: Certification = { ...content, files: digestsOf(options.out) };
  const statement: Statement = {
    _type: STATEMENT_TYPE,
    subject,
    predicateType: PREDICATE_TYPE,
    predicate: {
      ...resultOf(certification),
      configuration: [
        { name: `specification and features, nicspec ${certification.nicspec}`, digest: { sha256: digest } },
        { name: 'suite', digest: { sha256: suiteDigest() } },
      ],
      nicspec: certification,
    },
  };
  writeFileSync(join(options.out, ENVELOPE_FILE), sealEnvelope(statementBytes(statement), options.key));
  return { certification, withoutPdf };
}

const environment = (): Readonly<Record<string, string>> => ({
  node: process.version,
  system: `${platform()} ${release()} ${arch()}`,
  processors: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
});
