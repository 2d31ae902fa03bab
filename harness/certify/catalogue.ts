/** What every certification is held against: the specification and the scenarios of this nicspec. */
import { digestOf, filesBelow, NICSPEC_SUITE } from '../runner/project.js';
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
  const { root, spec: folder, features } = NICSPEC_SUITE;
  const [spec, planned] = await Promise.all([loadSpec(folder), readScenarios(NICSPEC_SUITE)]);
  const files = [...filesBelow(folder, ['.yaml']), ...filesBelow(features, ['.feature', '.ts'])];
  return { spec, planned, digest: digestOf(root, files) };
}
