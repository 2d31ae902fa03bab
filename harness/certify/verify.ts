/**
 * Checks a bundle offline, rule by rule: `nicspec verify`. Nothing in it is believed: the verdicts are made again of the records, the
 * selection of the catalogue, the seeds of the subject. A refusal names the rule and what would satisfy it.
 */
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderJson } from '../report/json.js';
import { resultsOf } from '../runner/judgeRun.js';
import { readRecords, startOf } from '../runner/recordFile.js';
import type { RunRecord } from '../runner/records.js';
import { CERTIFICATE_FILE, digestsOf, ENVELOPE_FILE, filesOf, RESULTS_FILE, runFolder, SIGNER_FILE } from './bundle.js';
import { renderCertificate } from './certificatePage.js';
import { readCatalogue } from './catalogue.js';
import { faultsOf } from './deviations.js';
import { SUITE_SUBJECT, subjectDigest, suiteDigest } from './digests.js';
import { openEnvelope } from './dsse.js';
import { keyIdOf, publicKeyIn } from './keys.js';
import { Broken, checkAsked, checkComplete } from './runRules.js';
import { CERTIFICATION_RUNS, seedsOf } from './seeds.js';
import { resultOf, statementBytes, type Statement } from './statement.js';
import { checkStatementForm } from './statementForm.js';
import { judgeCertification } from './verdicts.js';

export interface VerifyOptions {
  /** Keys that are trusted; empty: anyone's signature will do, and says only that nothing was changed since. */
  readonly trusted: readonly KeyObject[];
  /** The challenge that the verifier had drawn. */
  readonly challenge?: string;
}

export interface CheckedRule {
  readonly rule: string;
  readonly ok: boolean;
  /** What was found, or what is wrong. */
  readonly found: string;
  /** What would satisfy it; empty where it is satisfied. */
  readonly wanted: string;
}

export interface Verification {
  readonly rules: readonly CheckedRule[];
  readonly ok: boolean;
  /** As far as the envelope could be opened. */
  readonly statement: Statement | null;
  readonly keyId: string | null;
  readonly isTrusted: boolean;
}

/** What the rules find out for those behind them. */
interface Findings {
  readonly folder: string;
  readonly options: VerifyOptions;
  signer: KeyObject | undefined;
  statement: Statement | undefined;
  runs: readonly (readonly RunRecord[])[];
}

interface Rule {
  readonly rule: string;
  readonly check: (findings: Findings) => string | Promise<string>;
}

/** In this order; the first that is broken ends the check, because those behind it would speak of something else. */
const RULES: readonly Rule[] = [
  { rule: 'the bundle is whole', check: checkFiles },
  { rule: 'the statement is signed', check: checkSignature },
  { rule: 'the signer is trusted', check: checkTrust },
  { rule: 'the statement is a certificate', check: checkForm },
  { rule: 'the files are those that were signed', check: checkDigests },
  { rule: 'the specification is this one', check: checkSpecification },
  { rule: 'the seeds are those of the subject and the challenge', check: checkSeeds },
  { rule: 'the runs are those of a certification', check: checkRuns },
  { rule: 'every requirement and every scenario is there', check: checkCompleteness },
  { rule: 'the verdicts follow from the records', check: checkVerdicts },
  { rule: 'the deviations are in order', check: checkDeviations },
  { rule: 'the certificate says what the statement says', check: checkPage },
];

export async function verifyBundle(folder: string, options: VerifyOptions): Promise<Verification> {
  const findings: Findings = { folder, options, signer: undefined, statement: undefined, runs: [] };
  const rules: CheckedRule[] = [];
  for (const { rule, check } of RULES) {
    try {
      rules.push({ rule, ok: true, found: await check(findings), wanted: '' });
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      const wanted = error instanceof Broken ? error.wanted : 'a bundle as nicspec certify writes it';
      rules.push({ rule, ok: false, found, wanted });
      break;
    }
  }
  const { statement = null, signer } = findings;
  return {
    rules,
    ok: rules.every(({ ok }) => ok),
    statement,
    keyId: signer === undefined ? null : keyIdOf(signer),
    isTrusted: signer !== undefined && trusts(options, signer),
  };
}

const trusts = ({ trusted }: VerifyOptions, signer: KeyObject): boolean => trusted.some((key) => key.equals(signer));

function checkFiles({ folder }: Findings): string {
  const { names, foreign } = filesOf(folder);
  if (names.length === 0) throw new Broken(`${folder} holds no bundle`, 'the folder that nicspec certify wrote');
  for (const name of [ENVELOPE_FILE, SIGNER_FILE, CERTIFICATE_FILE])
    if (!names.includes(name)) throw new Broken(`${name} is not there`, 'the whole folder, as it was written');
  const [link] = foreign;
  if (link !== undefined) throw new Broken(`${link} is no file`, 'a bundle without links');
  return `${names.length} files`;
}

function checkSignature(findings: Findings): string {
  const signer = publicKeyIn(readFileSync(join(findings.folder, SIGNER_FILE), 'utf8'));
  const unchanged = 'the bundle as it was signed, with not a byte changed';
  if (signer === null) throw new Broken(`${SIGNER_FILE} holds no public key of type Ed25519`, unchanged);
  const opened = openEnvelope(readFileSync(join(findings.folder, ENVELOPE_FILE), 'utf8'), signer);
  if (!opened.ok) throw new Broken(opened.reason, unchanged);
  findings.signer = signer;
  const statement: unknown = JSON.parse(opened.payload.toString('utf8'));
  const fault = checkStatementForm(statement);
  if (fault !== null) throw new Broken(`the statement: ${fault}`, 'a statement as nicspec certify writes it');
  const known = statement as Statement;
  if (!statementBytes(known).equals(opened.payload))
    throw new Broken('the statement is not written as nicspec writes it', 'a statement as nicspec certify writes it');
  findings.statement = known;
  return `with key ${opened.keyId.slice(0, 16)}`;
}

function checkTrust({ options, signer }: Findings): string {
  if (signer === undefined) throw new Broken('there is no signer', 'a signed statement');
  if (options.trusted.length === 0) return 'nobody was named: the signature says only that nothing was changed since';
  if (trusts(options, signer)) return 'by you';
  const known = options.trusted.map((key) => keyIdOf(key).slice(0, 16)).join(', ');
  throw new Broken(`key ${keyIdOf(signer).slice(0, 16)} signed it`, `a signature of ${known}`);
}

const statementOf = ({ statement }: Findings): Statement => {
  if (statement === undefined) throw new Broken('there is no statement', 'a signed statement');
  return statement;
};

function checkForm(findings: Findings): string {
  const { subject, predicate } = statementOf(findings);
  if (subject.length === 0) throw new Broken('it has no subject', 'at least one thing that was certified');
  const issued = Date.parse(predicate.nicspec.issuedAt);
  if (!(issued <= Date.now() + DAY_MS))
    throw new Broken(`it was issued at ${predicate.nicspec.issuedAt}`, 'a time that has been');
  return `${predicate.nicspec.profile}, issued ${predicate.nicspec.issuedAt}`;
}

const DAY_MS = 86_400_000;

function checkDigests(findings: Findings): string {
  const { files } = statementOf(findings).predicate.nicspec;
  const now = digestsOf(findings.folder);
  for (const [name, digest] of Object.entries(files)) {
    if (!(name in now)) throw new Broken(`${name} is not there`, 'every file that was signed');
    if (now[name] !== digest) throw new Broken(`${name} is not the file that was signed`, `sha256 ${digest}`);
  }
  const more = Object.keys(now).find((name) => !(name in files));
  if (more !== undefined) throw new Broken(`${more} was not signed`, 'no other files in the folder');
  return `${Object.keys(files).length} files`;
}

async function checkSpecification(findings: Findings): Promise<string> {
  const { specDigest, nicspec } = statementOf(findings).predicate.nicspec;
  const { digest: here } = await readCatalogue();
  if (specDigest !== here)
    throw new Broken(
      `it was made with specification and features ${specDigest.slice(0, 16)}, and here are ${here.slice(0, 16)}`,
      `nicspec ${nicspec} with that specification: verify with the version that certified`,
    );
  return `sha256 ${here.slice(0, 16)}`;
}

function checkSeeds(findings: Findings): string {
  const { subject, predicate } = statementOf(findings);
  const { challenge, seeds, specDigest } = predicate.nicspec;
  const wanted = seedsOf(subjectDigest(subject), specDigest, challenge.value);
  if (wanted.join() !== seeds.join()) throw new Broken(`the seeds are ${seeds.join(', ')}`, wanted.join(', '));
  const { challenge: own } = findings.options;
  if (own !== undefined && own !== challenge.value)
    throw new Broken(`its challenge is ${challenge.value}`, `a certification with your challenge: --challenge ${own}`);
  return challenge.drawnBy === 'own' ? `${seeds.join(', ')}; the challenge was drawn by the signer` : seeds.join(', ');
}

function checkRuns(findings: Findings): string {
  const { seeds, profile, target, identity, capabilities, specDigest, runs } = statementOf(findings).predicate.nicspec;
  if (runs !== CERTIFICATION_RUNS) throw new Broken(`laws tried ${runs} cases`, `${CERTIFICATION_RUNS} cases`);
  findings.runs = seeds.map((seed, index) => {
    const records = readRecords(join(findings.folder, runFolder(index)));
    checkAsked(records, runFolder(index), { target, profile, seed, digest: specDigest, identity, capabilities });
    return records;
  });
  const folders = new Set(
    Object.keys(digestsOf(findings.folder)).flatMap((name) => /^(seed-[^/]*)\//.exec(name)?.[1] ?? []),
  );
  if (folders.size !== seeds.length) throw new Broken(`there are ${folders.size} runs`, `${seeds.length} runs`);
  return `${seeds.length} runs with ${runs} cases for each law`;
}

async function checkCompleteness(findings: Findings): Promise<string> {
  const catalogue = await readCatalogue();
  for (const [index, records] of findings.runs.entries()) checkComplete(records, runFolder(index), catalogue);
  const requirements = startOf(findings.runs[0] ?? []).requirements.length;
  return `${requirements} requirements in each run`;
}

function checkVerdicts(findings: Findings): string {
  const { predicate } = statementOf(findings);
  const certification = predicate.nicspec;
  const results = findings.runs.map(resultsOf);
  for (const [index, result] of results.entries()) {
    const file = join(runFolder(index), RESULTS_FILE);
    if (
      !existsSync(join(findings.folder, file)) ||
      readFileSync(join(findings.folder, file), 'utf8') !== renderJson(result)
    )
      throw new Broken(`${file} is not what the records say`, 'results that follow from the records');
  }
  const { level, requirements, deviations } = judgeCertification(
    results,
    certification.deviations.map(plain),
    certification.issuedAt,
  );
  if (JSON.stringify(requirements) !== JSON.stringify(certification.requirements))
    throw new Broken(
      'the verdicts of the statement are not those of the records',
      'verdicts that follow from the records',
    );
  if (JSON.stringify(deviations) !== JSON.stringify(certification.deviations))
    throw new Broken('the deviations are not judged as the records say', 'states that follow from the verdicts');
  if (level !== certification.level)
    throw new Broken(`the statement says "${certification.level}"`, `"${level}", which is what follows`);
  const { result, passedTests, warnedTests, failedTests } = predicate;
  if (JSON.stringify({ result, passedTests, warnedTests, failedTests }) !== JSON.stringify(resultOf(certification)))
    throw new Broken('the lists of tests are not those of the verdicts', 'lists that follow from the verdicts');
  return level;
}

const plain = ({ requirement, reason, owner, expires }: Statement['predicate']['nicspec']['deviations'][number]) => ({
  requirement,
  reason,
  owner,
  expires,
});

function checkDeviations(findings: Findings): string {
  const { deviations, requirements } = statementOf(findings).predicate.nicspec;
  const known = new Set(requirements.map(({ id }) => id));
  for (const deviation of deviations) {
    const [fault] = faultsOf(plain(deviation), known);
    if (fault !== undefined)
      throw new Broken(`${deviation.requirement}: ${fault}`, 'a deviation with reason, owner and end');
  }
  const today = new Date().toISOString().slice(0, 10);
  const over = deviations.filter(({ state, expires }) => state === 'active' && expires < today);
  const [first] = over;
  if (first !== undefined)
    throw new Broken(`the deviation from ${first.requirement} ended on ${first.expires}`, 'a new certification');
  const stale = deviations.filter(({ state }) => state === 'stale').map(({ requirement }) => requirement);
  const remark = stale.length === 0 ? '' : `; needed no longer: ${stale.join(', ')}`;
  return deviations.length === 0 ? 'none' : `${deviations.length}${remark}`;
}

function checkPage(findings: Findings): string {
  const { subject, predicate } = statementOf(findings);
  if (findings.signer === undefined) throw new Broken('there is no signer', 'a signed statement');
  const page = renderCertificate(predicate.nicspec, subject, findings.signer);
  if (readFileSync(join(findings.folder, CERTIFICATE_FILE), 'utf8') === page) return CERTIFICATE_FILE;
  const suite = predicate.configuration.find(({ name }) => name === SUITE_SUBJECT)?.digest.sha256;
  const here = suiteDigest();
  // Another build may draw the page otherwise. Whether it did, or the signer wrote what is not so, only that build can tell.
  if (suite !== undefined && suite !== here)
    throw new Broken(
      `another build of nicspec wrote ${CERTIFICATE_FILE} (suite sha256 ${suite.slice(0, 16)}; here it is ${here.slice(0, 16)}), and this one would write it otherwise`,
      'verify with the build that certified',
    );
  throw new Broken(`${CERTIFICATE_FILE} says something else`, 'the page that nicspec makes of the statement');
}
