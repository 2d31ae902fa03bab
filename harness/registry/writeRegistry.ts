/** Writes a registry as a static site: pages, badges, index.json, and the bundles themselves, so that anybody can verify them. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../runner/usage.js';
import { renderBadge } from './badge.js';
import { badgeName, currentOf, type Registry } from './registry.js';
import { indexOf } from './registryIndex.js';
import { renderDevicePage, renderRegistryIndex } from './registryPages.js';

/** In a site that a registry wrote; such a folder is written over. */
const INDEX = 'index.json';

/**
 * `folder`: where the bundles are.
 * @throws UsageError if the site's folder holds something that no registry wrote.
 */
export function writeRegistry(registry: Registry, folder: string, site: string): void {
  if (existsSync(site) && readdirSync(site).length > 0 && !existsSync(join(site, INDEX)))
    throw new UsageError(`${site} is not empty, and no registry is in it; a site needs a folder of its own`);
  // What is no longer in the registry is no longer in its site.
  rmSync(join(site, 'devices'), { recursive: true, force: true });
  for (const device of registry.devices) {
    const own = join(site, 'devices', device.slug);
    mkdirSync(own, { recursive: true });
    for (const { bundle, copy } of device.certificates)
      cpSync(join(folder, bundle), join(site, copy), { recursive: true });
    for (const { certification } of currentOf(device))
      writeFileSync(
        join(own, badgeName(certification.profile)),
        renderBadge(certification.profile, certification.level),
      );
    writeFileSync(join(own, 'index.html'), renderDevicePage(registry, device));
  }
  mkdirSync(site, { recursive: true });
  writeFileSync(join(site, 'index.html'), renderRegistryIndex(registry));
  writeFileSync(join(site, INDEX), `${JSON.stringify(indexOf(registry), null, 2)}\n`);
}
