/** Every requirement again, by what binds it. */
import type { Level } from '../../runner/records.js';
import type { Spec } from '../../runner/spec.js';
import type { IndexEntry, Indexes, RequirementEntry } from './model.js';

const LEVELS: readonly (readonly [level: Level, meaning: string])[] = [
  ['MUST', 'An absolute requirement: a device without it does not conform.'],
  ['MUST NOT', 'An absolute prohibition.'],
  ['SHOULD', 'There may be reasons to do otherwise; a failure is a warning in the verdict.'],
  ['SHOULD NOT', 'There may be reasons to do so; a failure is a warning in the verdict.'],
  ['MAY', 'Left to the device; what it does must still be what is said.'],
];

const NOT_RECORDED = 'not recorded';

export function indexesOf({ profiles, capabilities }: Spec, requirements: readonly RequirementEntry[]): Indexes {
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
    release: releasesOf(requirements).map((release) =>
      entry(
        `linux-${release.replaceAll(/[^\w.]+/g, '-')}`,
        release === NOT_RECORDED ? 'Release not recorded' : `Linux ${release}`,
        release === NOT_RECORDED
          ? 'The statement holds for the kernel of reference; there was no evidence of where it began.'
          : '',
        requirements.filter(({ since = NOT_RECORDED }) => since === release),
      ),
    ),
  };
}

/** Less than nothing if the first is the older one: 2.6.9 is before 2.6.32, and 4.9 before 4.20. */
export const compareReleases = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** Oldest first. */
function releasesOf(requirements: readonly RequirementEntry[]): readonly string[] {
  const releases = [...new Set(requirements.map(({ since = NOT_RECORDED }) => since))];
  return releases.sort((a, b) => (a === NOT_RECORDED ? 1 : b === NOT_RECORDED ? -1 : compareReleases(a, b)));
}
