/** Each seeded defect against the scenarios that must catch it: is the suite worth its verdicts? */
import { setSession } from '../../features/steps/session.js';
import { defects as seeded, type Defect } from '../../reference-impl/defects/index.js';
import type { ReferenceModel } from '../../reference-impl/device/limits.js';
import { CONFORMING_NETTOOL, type NettoolParts } from '../../reference-impl/nettool/index.js';
import { TargetFault, type TargetDescription } from '../contract/index.js';
import { TargetBench } from '../targets/bench.js';
import { RecordingTarget } from '../targets/recording.js';
import { openReferenceTarget } from '../targets/reference.js';
import { loadSuite, roundMs, runScenarios, type Execution, type LoadedSuite } from './cucumber.js';
import { isPattern, matchesPattern } from './namePattern.js';
import { judge } from './outcome.js';
import { nicspecVersion, NICSPEC_SUITE } from './project.js';
import type { PlannedScenario } from './scenarios.js';
import { absentCapabilities } from './selection.js';
import { areaOf, loadSpec, type Spec } from './spec.js';
import { unknownName, UsageError } from './usage.js';

export interface DefectsOptions {
  /** Ids or patterns of defects or of the requirements that must catch them; empty: all. */
  readonly only: readonly string[];
  readonly seed: number;
  readonly runs: number;
  /** Where the named requirement does not catch it, try the rest of its area. */
  readonly full: boolean;
  readonly onProgress?: (done: number, of: number) => void;
  /** Default: every seeded defect. */
  readonly defects?: readonly Defect[];
}

/** defects.json. */
export interface DefectsResult {
  readonly format: 1;
  readonly nicspec: string;
  readonly seed: number;
  readonly runs: number;
  readonly full: boolean;
  readonly durationMs: number;
  readonly summary: {
    readonly total: number;
    readonly killed: number;
    /** Killed by the requirement that the defect names. */
    readonly byNamedRequirement: number;
  };
  /** Requirements whose scenarios fail on the sound reference too: their kills say nothing, and are not counted. */
  readonly unsound: readonly { readonly requirement: string; readonly reason: string }[];
  readonly defects: readonly DefectResult[];
  /** Ids of the defects that nothing caught. */
  readonly survivors: readonly string[];
}

export interface DefectResult {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly origin: { readonly title: string; readonly url?: string };
  readonly caughtBy: string;
  readonly killed: boolean;
  /** Requirements of the scenario that caught it. */
  readonly killedBy: readonly string[];
  /** The scenario that caught it, or null. */
  readonly scenario: string | null;
  /** What that scenario said, or why nothing caught it. */
  readonly reason: string;
  readonly durationMs: number;
}

/** @throws UsageError if a name in `only` names nothing. */
export async function runDefects(options: DefectsOptions): Promise<DefectsResult> {
  const startedAt = performance.now();
  const chosen = chooseDefects(options.defects ?? seeded, options.only);
  const [spec, loaded] = [await loadSpec(NICSPEC_SUITE.spec), await loadSuite(NICSPEC_SUITE)];
  const gallery = await Gallery.open(spec, loaded, options);
  try {
    await gallery.run(chosen);
    return resultOf(options, gallery, chosen, performance.now() - startedAt);
  } finally {
    await gallery.close();
  }
}

function chooseDefects(all: readonly Defect[], only: readonly string[]): readonly Defect[] {
  const names = all.flatMap(({ id, caughtBy }) => [id, caughtBy]);
  for (const name of only) {
    if (names.some((known) => matchesPattern(name, known))) continue;
    if (isPattern(name)) throw new UsageError(`no defect, and no requirement that one names, matches "${name}"`);
    throw unknownName('defect', name, [...new Set(names)]);
  }
  return all.filter(
    ({ id, caughtBy }) =>
      only.length === 0 || only.some((name) => matchesPattern(name, id) || matchesPattern(name, caughtBy)),
  );
}

function resultOf(
  { seed, runs, full }: DefectsOptions,
  gallery: Gallery,
  chosen: readonly Defect[],
  durationMs: number,
): DefectsResult {
  const results = chosen.map((defect) => defectResult(defect, gallery));
  return {
    format: 1,
    nicspec: nicspecVersion(),
    seed,
    runs,
    full,
    durationMs: roundMs(durationMs),
    summary: {
      total: results.length,
      killed: results.filter(({ killed }) => killed).length,
      byNamedRequirement: results.filter(({ killedBy, caughtBy }) => killedBy.includes(caughtBy)).length,
    },
    unsound: [...gallery.unsound].map(([requirement, reason]) => ({ requirement, reason })),
    defects: results,
    survivors: results.filter(({ killed }) => !killed).map(({ id }) => id),
  };
}

function defectResult(defect: Defect, gallery: Gallery): DefectResult {
  const { id, title, description, origin, caughtBy } = defect;
  const { kill, doubts, ran, durationMs } = gallery.trialOf(defect);
  const unsound = gallery.unsound.get(caughtBy);
  const reason =
    kill?.reason ??
    (unsound === undefined
      ? (doubts[0] ?? (ran === 0 ? `no scenario of ${caughtBy} can run` : `${ran} scenarios passed`))
      : `${caughtBy} fails on the sound reference: ${unsound}`);
  return {
    id,
    title,
    description,
    origin,
    caughtBy,
    killed: kill !== null,
    killedBy: kill?.scenario.requirements ?? [],
    scenario: kill?.scenario.id ?? null,
    reason,
    durationMs: roundMs(durationMs),
  };
}

/** What came of one defect so far. */
interface Trial {
  kill: { readonly scenario: PlannedScenario; readonly reason: string } | null;
  /** Reasons of scenarios that came to no verdict. */
  readonly doubts: string[];
  ran: number;
  durationMs: number;
}

interface Assignment {
  readonly model: ReferenceModel;
  /** Null: the sound reference. */
  readonly defect: Defect | null;
  readonly scenario: PlannedScenario;
}

type Descriptions = Readonly<Record<ReferenceModel, TargetDescription>>;

/** A scenario on one of the references. */
const placeOf = ({ model, scenario }: Assignment): string => `${model} ${scenario.id}`;

/**
 * All defects in one process: cucumber runs one list in which a scenario stands once for the sound reference and once for each
 * defect that it must catch; before each, the bench holds the stack that it is for.
 */
class Gallery {
  /** Requirements that fail on the sound reference, with the reason. */
  readonly unsound = new Map<string, string>();
  readonly #spec: Spec;
  readonly #loaded: LoadedSuite;
  readonly #options: DefectsOptions;
  /** Of each sound reference. */
  readonly #descriptions: Descriptions;
  readonly #bench: TargetBench<RecordingTarget>;
  readonly #trials = new Map<string, Trial>();
  /** Scenarios that a sound reference does not pass: they can catch nothing there. */
  readonly #blind = new Set<string>();
  #assignments: readonly Assignment[] = [];
  #now: Assignment | undefined;
  #onBench: { readonly model: ReferenceModel; readonly defect: Defect | null } = { model: 'switchdev', defect: null };
  #done = 0;
  #total = 0;

  private constructor(
    spec: Spec,
    loaded: LoadedSuite,
    options: DefectsOptions,
    sound: RecordingTarget,
    descriptions: Descriptions,
  ) {
    this.#spec = spec;
    this.#loaded = loaded;
    this.#options = options;
    this.#descriptions = descriptions;
    this.#bench = new TargetBench(sound, () => this.#provide());
  }

  static async open(spec: Spec, loaded: LoadedSuite, options: DefectsOptions): Promise<Gallery> {
    const { seed } = options;
    const describe = async (model: ReferenceModel): Promise<TargetDescription> => {
      const target = await openReferenceTarget({ seed, model });
      const description = await target.describe();
      await target.close();
      return description;
    };
    const descriptions = { switchdev: await describe('switchdev'), 'no-switchdev': await describe('no-switchdev') };
    const sound = new RecordingTarget(await openReferenceTarget({ seed }));
    return new Gallery(spec, loaded, options, sound, descriptions);
  }

  trialOf({ id }: Defect): Trial {
    let trial = this.#trials.get(id);
    if (trial === undefined) {
      trial = { kill: null, doubts: [], ran: 0, durationMs: 0 };
      this.#trials.set(id, trial);
    }
    return trial;
  }

  async run(defects: readonly Defect[]): Promise<void> {
    const { seed, runs, full } = this.#options;
    const nettool = (): NettoolParts | undefined => this.#onBench.defect?.nettool?.(CONFORMING_NETTOOL);
    const description = (): TargetDescription => this.#descriptions[this.#now?.model ?? 'switchdev'];
    setSession({
      target: this.#bench,
      seed,
      runs,
      get description() {
        return description();
      },
      get nettool() {
        return nettool();
      },
      newCase: () => this.#bench.current.newCase(),
    });
    this.#total = defects.length;
    await this.#pass(defects, ({ requirements }, defect) => requirements.includes(defect.caughtBy));
    if (!full) return;
    const survivors = defects.filter((defect) => this.trialOf(defect).kill === null);
    if (survivors.length === 0) return;
    await this.#pass(
      survivors,
      ({ requirements }, { caughtBy }) =>
        !requirements.includes(caughtBy) && requirements.some((id) => areaOf(id) === areaOf(caughtBy)),
    );
  }

  async close(): Promise<void> {
    await this.#bench.close().catch(() => undefined);
  }

  async #pass(
    defects: readonly Defect[],
    mayCatch: (scenario: PlannedScenario, defect: Defect) => boolean,
  ): Promise<void> {
    await runScenarios(this.#loaded, {
      choose: (all) => {
        const trials = defects.flatMap((defect) => {
          const { model = 'switchdev' } = defect;
          return all
            .filter((scenario) => mayCatch(scenario, defect) && this.#canRun(scenario, model))
            .map((scenario): Assignment => ({ model, defect, scenario }));
        });
        const sound = [...new Map(trials.map((trial) => [placeOf(trial), trial])).values()].map(
          ({ model, scenario }): Assignment => ({ model, defect: null, scenario }),
        );
        this.#assignments = [...sound, ...trials];
        return this.#assignments.map(({ scenario }) => scenario);
      },
      started: (index) => (this.#now = this.#assignments[index]),
      finished: (index, execution) => this.#finished(this.#assignments[index], execution),
    });
  }

  #canRun(scenario: PlannedScenario, model: ReferenceModel): boolean {
    const needs = this.#spec.requirements
      .filter(({ id }) => scenario.requirements.includes(id))
      .flatMap((one) => one.needs);
    return absentCapabilities([...scenario.needs, ...needs], this.#descriptions[model].capabilities).length === 0;
  }

  /** The stack for the scenario that begins; a scenario that has nothing to say any more ends here. */
  async #provide(): Promise<RecordingTarget> {
    const now = this.#now;
    if (now === undefined) throw new TargetFault('no scenario runs');
    if (this.#isSettled(now)) throw new TargetFault('settled before');
    const { current } = this.#bench;
    const { model, defect } = now;
    const isThere = model === this.#onBench.model && defect === this.#onBench.defect;
    if (isThere && current.hung === null) return current;
    await current.close().catch(() => undefined);
    this.#onBench = { model, defect };
    const { seed } = this.#options;
    return new RecordingTarget(await openReferenceTarget(defect === null ? { seed, model } : { seed, model, defect }));
  }

  #isSettled(assignment: Assignment): boolean {
    const { defect } = assignment;
    return defect !== null && (this.trialOf(defect).kill !== null || this.#blind.has(placeOf(assignment)));
  }

  #finished(assignment: Assignment | undefined, execution: Execution): void {
    if (assignment === undefined || this.#isSettled(assignment)) return;
    const { defect, scenario } = assignment;
    const { outcome, reason } = judge(execution);
    if (defect === null) {
      if (outcome === 'pass') return;
      this.#blind.add(placeOf(assignment));
      for (const id of scenario.requirements) this.unsound.set(id, `${scenario.name}: ${reason}`);
      return;
    }
    const trial = this.trialOf(defect);
    if (trial.ran === 0) this.#options.onProgress?.(++this.#done, this.#total);
    trial.ran += 1;
    trial.durationMs += execution.durationMs;
    if (outcome === 'fail') trial.kill = { scenario, reason };
    else if (outcome === 'inconclusive') trial.doubts.push(reason);
  }
}
