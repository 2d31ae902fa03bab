/** The specification as data: requirements, profiles, capabilities. */
import { areaOf } from './area.js';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { matchesPattern } from './namePattern.js';
import { digestOf, filesBelow, PROJECT_ROOT, slashed } from './project.js';
import type { Level } from './records.js';
import { unknownName, UsageError } from './usage.js';

export interface Spec {
  readonly requirements: readonly Requirement[];
  readonly profiles: readonly Profile[];
  readonly capabilities: readonly CapabilityEntry[];
  /** Ids that were requirements once and are none any more. */
  readonly retired: readonly string[];
}

export interface Requirement {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly statement: string;
  readonly rationale: string;
  /** Capabilities without which it says nothing. */
  readonly needs: readonly string[];
  /**
   * First kernel release that has what the statement is about: on an older one nobody can ask. It does not say that every release since
   * then kept the statement. `2.6.12` stands for everything before it too.
   */
  readonly since?: string;
  /** The name of the kernel's user API or driver API that came with that release; there if and only if `since` is. */
  readonly introducedBy?: string;
  readonly sources: readonly { readonly title: string; readonly section?: string; readonly url?: string }[];
  readonly verification: readonly ('example' | 'law' | 'review')[];
  /** Where it is written, below the project. */
  readonly file: string;
}

export interface Profile {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly requires: readonly { readonly id: string; readonly level?: Level }[];
  readonly mandatoryCapabilities: readonly string[];
}

export interface CapabilityEntry {
  readonly id: string;
  readonly title: string;
  /** Of the device; of what can be seen of it; of what both ends of the cable can do. */
  readonly kind: 'ability' | 'visibility' | 'rig';
  /** Harmless to try on a target that says it lacks it. */
  readonly probe: boolean;
}

/**
 * Reads and checks the specification below a folder.
 * @throws UsageError with file, line, column, what is wrong and what would be right, for each fault.
 */
export async function loadSpec(folder: string): Promise<Spec> {
  const files = filesBelow(folder, ['.yaml']);
  if (files.length === 0) throw new UsageError(`${folder} holds no specification`);
  const cache = join(PROJECT_ROOT, 'dist', 'cache', `spec-${digestOf(folder, [...files, ...schemas()])}.json`);
  const known = readCache(cache);
  if (known !== undefined) return known;
  const spec = await readSpec(folder, files);
  writeCache(cache, spec);
  return spec;
}

function schemas(): string[] {
  return filesBelow(join(PROJECT_ROOT, 'spec', 'schema'), ['.json']);
}

async function readSpec(folder: string, files: readonly string[]): Promise<Spec> {
  const { createChecker } = await import('./specFile.js');
  const checker = createChecker(dirname(folder));
  const inside = (name: string): string[] => files.filter((file) => basename(dirname(file)) === name);
  // The schema has just been held against each file: that is what the types say.
  const requirements = inside('requirements').flatMap((path) => {
    const file = slashed(relative(dirname(folder), path));
    const written = checker.read(path, 'requirement') as readonly (Omit<Requirement, 'needs'> & Partial<Requirement>)[];
    return written.map((requirement) => ({ ...requirement, needs: requirement.needs ?? [], file }));
  });
  const profiles = inside('profiles').map((path) => {
    const written = checker.read(path, 'profile') as Omit<Profile, 'mandatoryCapabilities'> & Partial<Profile>;
    return { ...written, mandatoryCapabilities: written.mandatoryCapabilities ?? [] };
  });
  const capabilities = checker.read(join(folder, 'capabilities.yaml'), 'capabilities') as readonly CapabilityEntry[];
  const retiredFile = files.find((file) => file === join(folder, 'retired.yaml'));
  const retired = retiredFile === undefined ? [] : checker.readNames(retiredFile);
  checker.checkNames({ capabilities, retired });
  checker.throwFaults();
  return { requirements, profiles, capabilities, retired };
}

function readCache(file: string): Spec | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Spec;
  } catch {
    return undefined;
  }
}

/** Without a cache, the next start takes a fifth of a second longer: nothing else depends on it. */
function writeCache(file: string, spec: Spec): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(spec));
  } catch {
    // The package may lie in a folder that its user cannot write.
  }
}

/** @throws UsageError that names the nearest profile. */
export function profileNamed(spec: Spec, id: string): Profile {
  const profile = spec.profiles.find((candidate) => candidate.id === id);
  if (profile === undefined) {
    throw unknownName(
      'profile',
      id,
      spec.profiles.map((candidate) => candidate.id),
    );
  }
  return profile;
}

/** The requirements that a profile binds, at its levels, in the order of the specification. */
export function boundRequirements(spec: Spec, profile: Profile): Requirement[] {
  return spec.requirements.flatMap((requirement) => {
    const binding = profile.requires.findLast(({ id }) => matchesPattern(id, requirement.id));
    return binding === undefined ? [] : [{ ...requirement, level: binding.level ?? requirement.level }];
  });
}

/** No target can show it. */
export function isReviewOnly(verification: Requirement['verification']): boolean {
  return verification.every((way) => way === 'review');
}

export { areaOf };
