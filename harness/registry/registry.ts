/** A folder of bundles as a registry: every bundle verified, those that verify put together by device, the others named as refused. */
import type { KeyObject } from 'node:crypto';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CERTIFICATE_FILE, ENVELOPE_FILE, SIGNER_FILE } from '../certify/bundle.js';
import type { ResourceDescriptor, Certification } from '../certify/statement.js';
import { verifyBundle } from '../certify/verify.js';
import { UsageError } from '../runner/usage.js';

/** A bundle that verifies. */
export interface RegisteredCertificate {
  /** Path of the bundle below the registry's folder. */
  readonly bundle: string;
  /** Path of its copy in the site. */
  readonly copy: string;
  readonly certification: Certification;
  readonly subject: readonly ResourceDescriptor[];
  readonly keyId: string;
  readonly isTrusted: boolean;
}

export interface RegisteredDevice {
  readonly vendor: string;
  readonly model: string;
  /** Name of its folder in the site. */
  readonly slug: string;
  /** The newest first. */
  readonly certificates: readonly RegisteredCertificate[];
}

/** A bundle that does not verify: no certificate. */
export interface RefusedBundle {
  readonly bundle: string;
  readonly rule: string;
  readonly found: string;
  /** What would satisfy the rule. */
  readonly wanted: string;
}

export interface Registry {
  readonly title: string;
  /** ISO 8601, UTC: badges and expiries are of that time. */
  readonly builtAt: string;
  readonly devices: readonly RegisteredDevice[];
  readonly refused: readonly RefusedBundle[];
}

export interface RegistryOptions {
  readonly title: string;
  readonly builtAt: string;
  /** Whose bundles are taken; empty: anybody's. */
  readonly trusted: readonly KeyObject[];
  readonly onBundle?: (bundle: string) => void;
}

/** @throws UsageError if the folder is not there, or holds no bundle at all. */
export async function readRegistry(folder: string, options: RegistryOptions): Promise<Registry> {
  if (!existsSync(folder)) throw new UsageError(`${folder} is not there`);
  const bundles = bundlesBelow(folder);
  if (bundles.length === 0) throw new UsageError(`${folder} holds no bundle: nicspec certify writes one`);
  const certificates: RegisteredCertificate[] = [];
  const refused: RefusedBundle[] = [];
  for (const bundle of bundles) {
    options.onBundle?.(bundle);
    const { ok, rules, statement, keyId, isTrusted } = await verifyBundle(join(folder, bundle), options);
    if (ok && statement !== null && keyId !== null) {
      const { subject, predicate } = statement;
      certificates.push({ bundle, copy: '', certification: predicate.nicspec, subject, keyId, isTrusted });
    } else {
      const { rule = '', found = '', wanted = '' } = rules.find((checked) => !checked.ok) ?? {};
      refused.push({ bundle, rule, found, wanted });
    }
  }
  const { title, builtAt } = options;
  return { title, builtAt, devices: devicesOf(certificates), refused };
}

/** Folders that are, or were, bundles, however deep; nothing is looked for inside a bundle, nor behind a link. */
function bundlesBelow(folder: string, below = ''): readonly string[] {
  const names = readdirSync(join(folder, below)).sort();
  if ([ENVELOPE_FILE, SIGNER_FILE, CERTIFICATE_FILE].some((name) => names.includes(name)))
    return [below === '' ? '.' : below];
  return names
    .map((name) => (below === '' ? name : `${below}/${name}`))
    .filter((path) => lstatSync(join(folder, path)).isDirectory())
    .flatMap((path) => bundlesBelow(folder, path));
}

function devicesOf(certificates: readonly RegisteredCertificate[]): readonly RegisteredDevice[] {
  const groups = new Map<string, RegisteredCertificate[]>();
  for (const certificate of certificates) {
    const { vendor, model } = certificate.certification.identity.device;
    const name = JSON.stringify([vendor, model]);
    groups.set(name, [...(groups.get(name) ?? []), certificate]);
  }
  const slugs = new Set<string>();
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]): RegisteredDevice => {
      const [vendor = '', model = ''] = JSON.parse(name) as readonly string[];
      const slug = distinct(slugOf(`${vendor} ${model}`), slugs);
      const newest = [...own].sort((a, b) => (a.certification.issuedAt > b.certification.issuedAt ? -1 : 1));
      const copies = new Set<string>();
      return {
        vendor,
        model,
        slug,
        certificates: newest.map((certificate) => ({
          ...certificate,
          copy: `devices/${slug}/${distinct(copyName(certificate.certification), copies)}`,
        })),
      };
    });
}

const copyName = ({ profile, issuedAt }: Certification): string => slugOf(`${profile} ${issuedAt.slice(0, 10)}`);

/** What a vendor may call itself is no name for a folder: letters and digits of ASCII, and nothing else. */
function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80);
  return slug === '' ? 'device' : slug;
}

function distinct(slug: string, taken: Set<string>): string {
  let own = slug;
  for (let number = 2; taken.has(own); number++) own = `${slug}-${number}`;
  taken.add(own);
  return own;
}

/** The newest certificate for each profile, by the name of the profile. */
export function currentOf({ certificates }: RegisteredDevice): readonly RegisteredCertificate[] {
  const byProfile = new Map<string, RegisteredCertificate>();
  for (const certificate of certificates) {
    const { profile } = certificate.certification;
    if (!byProfile.has(profile)) byProfile.set(profile, certificate);
  }
  return [...byProfile.values()].sort((a, b) => (a.certification.profile < b.certification.profile ? -1 : 1));
}

/** Name of the badge of a profile, in the folder of the device. */
export const badgeName = (profile: string): string => `${slugOf(profile)}.svg`;
