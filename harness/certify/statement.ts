/**
 * What a certificate states: an in-toto statement with the predicate test-result
 * (https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md), and beside its members what nicspec says more.
 */
import type { CapabilityAnswers, TargetIdentity } from '../contract/index.js';
import type { JudgedDeviation } from './deviations.js';
import type { Challenge } from './seeds.js';
import type { CertificateLevel, CertifiedRequirement } from './verdicts.js';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://in-toto.io/attestation/test-result/v0.1';

export interface ResourceDescriptor {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: typeof PREDICATE_TYPE;
  readonly predicate: Predicate;
}

export interface Predicate {
  readonly result: 'PASSED' | 'WARNED' | 'FAILED';
  readonly configuration: readonly ResourceDescriptor[];
  readonly passedTests: readonly string[];
  /** Covered by a deviation, or a SHOULD that fails. */
  readonly warnedTests: readonly string[];
  readonly failedTests: readonly string[];
  readonly nicspec: Certification;
}

export interface Certification {
  readonly format: 1;
  readonly nicspec: string;
  readonly level: CertificateLevel;
  readonly profile: string;
  readonly target: string;
  readonly identity: TargetIdentity;
  /** ISO 8601, UTC. */
  readonly issuedAt: string;
  /** SHA-256 over spec/ and features/. */
  readonly specDigest: string;
  readonly challenge: Challenge;
  readonly seeds: readonly number[];
  /** Cases that each law tried with each seed. */
  readonly runs: number;
  readonly capabilities: CapabilityAnswers;
  readonly requirements: readonly CertifiedRequirement[];
  readonly deviations: readonly JudgedDeviation[];
  readonly environment: Readonly<Record<string, string>>;
  /** SHA-256 of every other file of the bundle, by its path there. */
  readonly files: Readonly<Record<string, string>>;
}

/** The members of the predicate that follow from the certification. */
export function resultOf({
  level,
  requirements,
  deviations,
}: Certification): Omit<Predicate, 'nicspec' | 'configuration'> {
  const covered = new Set(deviations.filter(({ state }) => state === 'active').map(({ requirement }) => requirement));
  const isWarned = ({ id, level: own, verdict }: CertifiedRequirement): boolean =>
    covered.has(id) || ((verdict === 'fail' || verdict === 'not-supported') && own !== 'MUST' && own !== 'MUST NOT');
  const ids = (wanted: (requirement: CertifiedRequirement) => boolean): string[] =>
    requirements.filter(wanted).map(({ id }) => id);
  const isFailed = (requirement: CertifiedRequirement): boolean =>
    !isWarned(requirement) && requirement.verdict !== 'pass' && requirement.verdict !== 'not-applicable';
  const warnedTests = ids(isWarned);
  const result = level === 'does not conform' ? 'FAILED' : warnedTests.length > 0 ? 'WARNED' : 'PASSED';
  return {
    result,
    passedTests: ids((requirement) => requirement.verdict === 'pass' && !isWarned(requirement)),
    warnedTests,
    failedTests: ids(isFailed),
  };
}

/** The bytes that are signed: the members in the order of the types, without blanks. */
export const statementBytes = (statement: Statement): Buffer => Buffer.from(JSON.stringify(statement));
