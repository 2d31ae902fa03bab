/** Runs the suite so that others can check the outcome, and writes and signs what came of it: `nicspec certify`. */
import { spawn, spawnSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { renderJson } from '../report/json.js';
import { resultsOf } from '../runner/judgeRun.js';
import { nicspecVersion, NICSPEC_SUITE, PROJECT_ROOT } from '../runner/project.js';
import { readRecords, RECORDS_FILE, startOf } from '../runner/recordFile.js';
import { shellWord } from '../runner/repeatCommand.js';
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
import { readCatalogue } from './catalogue.js';
import { printPdf } from '../publish/pdf/chromium.js';
import { readDeviations, type Deviation } from './deviations.js';
import { adapterFiles, identitySubjects, subjectDigest, SUITE_SUBJECT, suiteDigest } from './digests.js';
import { sealEnvelope } from './dsse.js';
import { publicPem } from './keys.js';
import { Broken, checkAsked, checkComplete } from './runRules.js';
import { CERTIFICATION_RUNS, FIRST_SEED, seedsOf, type Challenge } from './seeds.js';
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
  /** `--limit` of `nicspec run`, as they were written. */
  readonly limits?: readonly string[];
  /** Whether the certificate is printed too; default: where there is a Chromium. */
  readonly prints?: boolean;
  /** Folders of whole runs, merged of shards perhaps, instead of runs that are made here: one for each seed. */
  readonly runs?: readonly string[];
  readonly onRun?: (index: number, seed: number) => void;
}

export interface IssuedCertificate {
  readonly certification: Certification;
  /** Why there is no PDF, or null. */
  readonly withoutPdf: string | null;
}

/** @throws UsageError for what makes a certificate worthless before anything runs; TargetFault if the target cannot be run. */
export async function certify(options: CertifyOptions): Promise<IssuedCertificate> {
  return runAndIssue(options, await checkRequest(options));
}

/**
 * The rest of it, behind the check of what was asked for and of the tree.
 * @throws UsageError if the runs are not those of a certification: nothing is signed then.
 */
export async function runAndIssue(
  options: CertifyOptions,
  deviations: readonly Deviation[],
): Promise<IssuedCertificate> {
  const files = adapterFiles(options.target, options.subjects, options.folder);
  const [makeRun, checkRest] = options.runs === undefined ? [runOnce, () => undefined] : takeRuns(options.runs);
  const first = await makeRun(options, 0, FIRST_SEED);
  const subject = [...files, ...identitySubjects(startOf(first).identity)];
  const specDigest = startOf(first).digest;
  const seeds = seedsOf(subjectDigest(subject), specDigest, options.challenge.value);
  checkRest(options, seeds);
  const runs = [first];
  for (const [index, seed] of seeds.entries()) if (index > 0) runs.push(await makeRun(options, index, seed));
  checkSame(runs.map(startOf));
  await checkRuns(options, seeds, runs);
  return issue(options, { subject, seeds, runs, deviations });
}

/** What cannot verify is not signed. */
async function checkRuns(
  { target, profile }: CertifyOptions,
  seeds: readonly number[],
  runs: readonly (readonly RunRecord[])[],
): Promise<void> {
  const catalogue = await readCatalogue();
  for (const [index, records] of runs.entries()) {
    const { identity, capabilities } = startOf(records);
    const name = `the run with seed ${seeds[index] ?? 0}`;
    try {
      const asked = { target, profile, seed: seeds[index] ?? 0, digest: catalogue.digest, identity, capabilities };
      checkAsked(records, name, asked);
      checkComplete(records, name, catalogue);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      throw new UsageError(`nothing is signed: ${error.message}; wanted: ${error.wanted}`);
    }
  }
}

type MakeRun = (options: CertifyOptions, index: number, seed: number) => Promise<readonly RunRecord[]>;
type CheckRest = (options: CertifyOptions, seeds: readonly number[]) => void;

/** Runs that were made elsewhere; what is missing is named with the command that makes it. */
function takeRuns(folders: readonly string[]): readonly [MakeRun, CheckRest] {
  const given = folders.map((folder) => ({ folder, records: readRecords(folder) }));
  const seedOf = ({ records }: (typeof given)[number]): number => startOf(records).seed;
  const checkSeeds = ({ target, profile }: CertifyOptions, seeds: readonly number[]): void => {
    const missing = seeds.filter((seed) => !given.some((run) => seedOf(run) === seed));
    const command = (seed: number): string =>
      `nicspec run --target ${shellWord(target)} --profile ${profile} --seed ${seed} --runs ${CERTIFICATION_RUNS}`;
    if (missing.length > 0)
      throw new UsageError(
        `runs are missing, whole or merged of shards, each with --run:\n${missing.map((seed) => `  ${command(seed)}`).join('\n')}`,
      );
    const foreign = given.find((run) => !seeds.includes(seedOf(run)));
    if (foreign !== undefined)
      throw new UsageError(`${foreign.folder} has seed ${seedOf(foreign)}; the seeds are ${seeds.join(', ')}`);
    for (const seed of seeds)
      if (given.filter((run) => seedOf(run) === seed).length > 1)
        throw new UsageError(`two runs with seed ${seed} were given; one of each is wanted`);
  };
  const take: MakeRun = (options, index, seed) => {
    const run = given.find((candidate) => seedOf(candidate) === seed);
    if (run === undefined) checkSeeds(options, [seed]);
    const { folder = '', records = [] } = run ?? {};
    const own = join(options.out, runFolder(index));
    mkdirSync(own, { recursive: true });
    for (const name of [RECORDS_FILE, 'evidence'])
      if (existsSync(join(folder, name))) cpSync(join(folder, name), join(own, name), { recursive: true });
    writeFileSync(join(own, RESULTS_FILE), renderJson(resultsOf(records)));
    return Promise.resolve(records);
  };
  return [take, checkSeeds];
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
  const { target, profile, limits = [] } = options;
  await runSuite({ target, profile, seed, out: scratch, folder: options.folder, limits });
  mkdirSync(folder, { recursive: true });
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
  readonly limits: readonly string[];
}

/** `nicspec run` as it is in certification: everything, with the fixed number of cases. */
export async function runSuite({ target, profile, seed, out, folder, limits }: SuiteRun): Promise<void> {
  const options = ['--target', target, '--profile', profile, '--seed', String(seed)];
  const fixed = ['--runs', String(CERTIFICATION_RUNS), '--format', 'json', '--out', out];
  for (const limit of limits) fixed.push('--limit', limit);
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
  const [first, ...others] = starts.map(({ identity, capabilities }) => JSON.stringify([identity, capabilities]));
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
  options: Pick<CertifyOptions, 'target' | 'profile' | 'challenge' | 'key' | 'out' | 'prints' | 'limits'>,
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
    environment: { ...environment(), ...limitsText(options.limits) },
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
        { name: SUITE_SUBJECT, digest: { sha256: suiteDigest() } },
      ],
      nicspec: certification,
    },
  };
  writeFileSync(join(options.out, ENVELOPE_FILE), sealEnvelope(statementBytes(statement), options.key));
  return { certification, withoutPdf };
}

/** A verdict under other limits than usual says so. */
const limitsText = (limits: readonly string[] = []): Readonly<Record<string, string>> =>
  limits.length === 0 ? {} : { limits: limits.join(', ') };

const environment = (): Readonly<Record<string, string>> => ({
  node: process.version,
  system: `${platform()} ${release()} ${arch()}`,
  processors: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
});
