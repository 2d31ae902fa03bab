/** Every requirement again, by what binds it. */
import type { Level } from '../../runner/records.js';
import type { Spec } from '../../runner/spec.js';
import type { IndexEntry, Indexes, RequirementEntry } from './model.js';
import { compareReleases } from './releases.js';

const LEVELS: readonly (readonly [level: Level, meaning: string])[] = [
  ['MUST', 'An absolute requirement: a device without it does not conform.'],
  ['MUST NOT', 'An absolute prohibition.'],
  ['SHOULD', 'There may be reasons to do otherwise; a failure is a warning in the verdict.'],
  ['SHOULD NOT', 'There may be reasons to do so; a failure is a warning in the verdict.'],
  ['MAY', 'Left to the device; what it does must still be what is said.'],
];

/** `kernel`: the release that the specification is written to. */
export function indexesOf(
  { profiles, capabilities }: Spec,
  requirements: readonly RequirementEntry[],
  kernel: string,
): Indexes {
  const entry = (id: string, title: string, description: string, own: readonly RequirementEntry[]): IndexEntry => ({
    id,
    title,
    description,
    requirements: own.map((requirement) => ({ requirement, level: requirement.level })),
  });
  return {
    level: LEVELS.map(([level, meaning]) =>
      entry(
        level.toLowerCase().replace(' ', '-'),
        level,
        meaning,
        requirements.filter((one) => one.level === level),
      ),
    ).filter((one) => one.requirements.length > 0),
    capability: [...capabilities]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, title }) =>
        entry(
          id,
          id,
          title,
          requirements.filter(({ needs }) => needs.some((need) => need.id === id)),
        ),
      )
      .filter((one) => one.requirements.length > 0),
    profile: profiles.map(({ id, title, description }) => ({
      id,
      title,
      description,
      requirements: requirements.flatMap((requirement) => {
        const bound = requirement.profiles.find((profile) => profile.id === id);
        return bound === undefined ? [] : [{ requirement, level: bound.level }];
      }),
    })),
    release: releaseEntries(requirements, kernel, entry),
  };
}

/** Oldest first; behind them what has no release. */
function releaseEntries(
  requirements: readonly RequirementEntry[],
  kernel: string,
  entry: (id: string, title: string, description: string, own: readonly RequirementEntry[]) => IndexEntry,
): readonly IndexEntry[] {
  const releases = [...new Set(requirements.flatMap(({ since }) => since ?? []))].sort(compareReleases);
  const without = requirements.filter(({ since }) => since === undefined);
  return [
    ...releases.map((release) =>
      entry(
        `linux-${release.replaceAll(/[^\w.]+/g, '-')}`,
        `Linux ${release}`,
        compareReleases(release, kernel) > 0
          ? `Later than Linux ${kernel}, the kernel of reference: an older kernel does not have what the statement is about.`
          : '',
        requirements.filter(({ since }) => since === release),
      ),
    ),
    entry(
      'own-design',
      'No kernel release',
      'The statement is about nettool, which is nicspec’s own design and runs above any kernel that has the interfaces it uses.',
      without.filter(({ isOwnDesign }) => isOwnDesign),
    ),
    entry(
      'linux-not-recorded',
      'Release not recorded',
      'The statement holds for the kernel of reference; there was no evidence of where it began.',
      without.filter(({ isOwnDesign }) => !isOwnDesign),
    ),
  ].filter((one) => one.requirements.length > 0);
}
