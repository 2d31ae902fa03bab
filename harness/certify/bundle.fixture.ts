/** A bundle without a run behind it: records as a run would have left them, judged and signed by the code that does it for real. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapabilityAnswers, TargetIdentity } from '../contract/index.js';
import { renderJson } from '../report/json.js';
import { resultsOf } from '../runner/judgeRun.js';
import { openRecordFile } from '../runner/recordFile.js';
import type { RunRecord, RunStart, ScenarioRecord } from '../runner/records.js';
import type { PlannedScenario } from '../runner/scenarios.js';
import { select } from '../runner/selection.js';
import { profileNamed } from '../runner/spec.js';
import { RESULTS_FILE, runFolder } from './bundle.js';
import { readCatalogue } from './catalogue.js';
import { issue } from './certify.js';
import type { Deviation } from './deviations.js';
import { identitySubjects, subjectDigest } from './digests.js';
import { CERTIFICATION_RUNS, seedsOf, type Challenge } from './seeds.js';
import type { Statement } from './statement.js';
import { verifyBundle, type VerifyOptions } from './verify.js';

export const IDENTITY: TargetIdentity = {
  kernel: { name: 'nicspec-reference', release: '0.1.0' },
  device: { vendor: 'ACME', model: 'NIC 1', driver: 'acme', driverVersion: '1.0', firmwareVersion: '2.0' },
};

export const CHALLENGE: Challenge = { value: '00112233445566778899aabbccddeeff', drawnBy: 'verifier' };

const PROFILE = 'virtual-nic';
/** So that there are scenarios that run and others that do not apply. */
const CAPABILITIES: CapabilityAnswers = { mtu: { present: true }, rings: { present: false, reason: 'it has none' } };

export interface FixtureOptions {
  readonly identity?: TargetIdentity;
  readonly key?: KeyObject;
  readonly deviations?: readonly Deviation[];
  /** What becomes of a scenario that is run; default: it passes. */
  readonly outcome?: (scenario: PlannedScenario, run: number) => Pick<ScenarioRecord, 'outcome' | 'reason'>;
  /** The records of each run, made otherwise before they are judged. */
  readonly records?: (records: readonly RunRecord[], run: number) => readonly RunRecord[];
  readonly seeds?: readonly number[];
}

/** Writes a bundle to a folder that is not there yet; answers the key that signed it. */
export async function writeBundle(folder: string, options: FixtureOptions = {}): Promise<KeyObject> {
  const key = options.key ?? generateKeyPairSync('ed25519').privateKey;
  const subject = identitySubjects(options.identity ?? IDENTITY);
  const { digest } = await readCatalogue();
  const seeds = options.seeds ?? seedsOf(subjectDigest(subject), digest, CHALLENGE.value);
  mkdirSync(folder, { recursive: true });
  const runs: (readonly RunRecord[])[] = [];
  for (const [index, seed] of seeds.entries()) {
    const made = await recordsOf(seed, digest, index, options);
    const records = options.records?.(made, index) ?? made;
    openRecordFile(join(folder, runFolder(index)), records).close();
    writeFileSync(join(folder, runFolder(index), RESULTS_FILE), renderJson(resultsOf(records)));
    runs.push(records);
  }
  const about = { target: 'process:./nic', profile: PROFILE, challenge: CHALLENGE, key, out: folder, prints: false };
  await issue(about, { subject, seeds, runs, deviations: options.deviations ?? [] });
  return key;
}

export const statementIn = (envelope: string): Statement => {
  const { payload } = JSON.parse(envelope) as { readonly payload: string };
  return JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as Statement;
};

async function recordsOf(
  seed: number,
  digest: string,
  run: number,
  { outcome = () => ({ outcome: 'pass', reason: '' }), identity = IDENTITY }: FixtureOptions,
): Promise<readonly RunRecord[]> {
  const { spec, planned } = await readCatalogue();
  const profile = profileNamed(spec, PROFILE);
  const request = { only: [], tags: '', shard: null };
  const { requirements, scenarios } = select(planned, { spec, profile, capabilities: CAPABILITIES, request });
  const start: RunStart = {
    kind: 'run-start',
    nicspec: '0.1.0',
    node: process.version,
    startedAt: '2026-01-01T00:00:00.000Z',
    target: 'process:./nic',
    identity,
    capabilities: CAPABILITIES,
    profile: PROFILE,
    seed,
    runs: CERTIFICATION_RUNS,
    digest,
    ...request,
    requirements,
  };
  const records = scenarios.map((selected): ScenarioRecord => {
    const { scenario } = selected;
    const { id, name, feature, uri, line, isLaw } = scenario;
    const came = selected.kind === 'run' ? outcome(scenario, run) : selected;
    return {
      ...{ kind: 'scenario', id, name, feature, uri, line, requirements: scenario.requirements, isLaw },
      ...{ outcome: came.outcome, reason: came.reason, probeOf: [], durationMs: 1, steps: [], mismatch: null },
      ...{ cases: isLaw && selected.kind === 'run' ? CERTIFICATION_RUNS : 0, counterexample: null, evidence: [] },
    };
  });
  return [start, ...records, { kind: 'run-end', durationMs: 1 }];
}

/** The rule that the bundle breaks, with what was found; null if it breaks none. */
export async function brokenRule(folder: string, options: Partial<VerifyOptions> = {}): Promise<string | null> {
  const { rules } = await verifyBundle(folder, { trusted: [], ...options });
  const broken = rules.find(({ ok }) => !ok);
  if (broken === undefined) return null;
  if (broken.wanted === '') throw new Error(`${broken.rule} does not say what it wants`);
  return `${broken.rule}: ${broken.found}`;
}

/** The records with another beginning. */
export const startOf = (records: readonly RunRecord[], change: object): readonly RunRecord[] =>
  records.map((record) => (record.kind === 'run-start' ? { ...record, ...change } : record));

/** A public key that signs no bundle. */
export const rsaPem = (): string => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return String(publicKey.export({ type: 'spki', format: 'pem' }));
};
