/** What every certification is held against: the specification and the scenarios of this nicspec. */
import { NICSPEC_SUITE, suiteDigestOf } from '../runner/project.js';
import { readScenarios, type PlannedScenario } from '../runner/scenarios.js';
import { loadSpec, type Spec } from '../runner/spec.js';

export interface Catalogue {
  readonly spec: Spec;
  readonly planned: readonly PlannedScenario[];
  /** SHA-256 over spec/ and features/, as a run has it in its start. */
  readonly digest: string;
}

let catalogue: Promise<Catalogue> | undefined;

/** Read once in a process: a registry verifies many bundles. */
export const readCatalogue = (): Promise<Catalogue> => (catalogue ??= read());

async function read(): Promise<Catalogue> {
  const [spec, planned] = await Promise.all([loadSpec(NICSPEC_SUITE.spec), readScenarios(NICSPEC_SUITE)]);
  return { spec, planned, digest: suiteDigestOf(NICSPEC_SUITE) };
}
