/** What belongs to each requirement: its examples, laws, defects, profiles and verdicts. */
import { matchesPattern } from '../../runner/namePattern.js';
import { areaOf, type Requirement, type Spec } from '../../runner/spec.js';
import type { TaggedExample } from './examples.js';
import type { Example, PublishedVerdict, RequirementEntry } from './model.js';

/** A requirement before it has a place in the document: its prose is not linked yet. */
export type RequirementFacts = Omit<RequirementEntry, 'statement' | 'rationale' | 'chapterId' | 'isOwnDesign'> & {
  readonly rationaleText: string;
};

export interface FactSources {
  readonly spec: Spec;
  readonly examples: readonly TaggedExample[];
  readonly defects: readonly (RequirementEntry['defects'][number] & { readonly caughtBy: string })[];
  readonly verdicts: ReadonlyMap<string, readonly PublishedVerdict[]>;
}

/** In the order of the specification's files. */
export function requirementFacts({ spec, examples, defects, verdicts }: FactSources): readonly RequirementFacts[] {
  const shown = groupBy(examples, ({ requirements }) => requirements);
  const broken = groupBy(defects, ({ caughtBy }) => [caughtBy]);
  const capabilities = new Map(spec.capabilities.map((capability) => [capability.id, capability]));
  return spec.requirements.map((requirement) => {
    const { id, title, level, statement, rationale, needs, since, introducedBy, sources, verification, file } =
      requirement;
    const own = shown.get(id) ?? [];
    const written = (isLaw: boolean): readonly Example[] =>
      own.filter((one) => one.isLaw === isLaw).map(({ example }) => example);
    return {
      id,
      title,
      level,
      plainStatement: statement,
      rationaleText: rationale,
      needs: needs.flatMap((need) => capabilities.get(need) ?? []),
      since,
      introducedBy,
      sources,
      verification,
      examples: written(false),
      laws: written(true),
      defects: (broken.get(id) ?? []).map(({ id: defect, title: name, description, origin }) => ({
        id: defect,
        title: name,
        description,
        origin,
      })),
      profiles: profilesOf(spec, requirement),
      verdicts: verdicts.get(id) ?? [],
      area: areaOf(id),
      file,
    };
  });
}

function profilesOf({ profiles }: Spec, { id, level }: Requirement): RequirementEntry['profiles'] {
  return profiles.flatMap((profile) => {
    const binding = profile.requires.findLast((one) => matchesPattern(one.id, id));
    return binding === undefined ? [] : [{ id: profile.id, title: profile.title, level: binding.level ?? level }];
  });
}

function groupBy<Item>(items: readonly Item[], keysOf: (item: Item) => readonly string[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    for (const key of new Set(keysOf(item))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}
