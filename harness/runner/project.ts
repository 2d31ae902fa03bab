/** Where the project's own files are, whether it runs from its checkout or from node_modules. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a run is made of. A test of the runner brings its own. */
export interface Suite {
  /** Paths of features and scenarios are below it. */
  readonly root: string;
  /** Folder with requirements/, profiles/ and capabilities.yaml. */
  readonly spec: string;
  /** Folder of the .feature files. */
  readonly features: string;
  /** cucumber's configuration file, below the root: where the features and the steps are. */
  readonly configuration: string;
}

export const PROJECT_ROOT = projectRoot(dirname(fileURLToPath(import.meta.url)));

export const NICSPEC_SUITE: Suite = {
  root: PROJECT_ROOT,
  spec: join(PROJECT_ROOT, 'spec'),
  features: join(PROJECT_ROOT, 'features'),
  configuration: 'cucumber.mjs',
};

/** The version in package.json. */
export function nicspecVersion(): string {
  const manifest = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { readonly version: string };
  return manifest.version;
}

/** Every file below a folder with one of the extensions, sorted, as absolute paths. */
export function filesBelow(folder: string, extensions: readonly string[]): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .map((name) => join(folder, name))
    .sort();
}

/** SHA-256 over the names and contents of files, as hexadecimal. */
export function digestOf(root: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${slashed(relative(root, file))}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Over what a suite asks: two runs with the same digest were asked the same. Prose of the published document is not asked. */
export function suiteDigestOf({ root, spec, features }: Suite): string {
  const document = join(spec, 'document') + sep;
  const asked = filesBelow(spec, ['.yaml']).filter((file) => !file.startsWith(document));
  return digestOf(root, [...asked, ...filesBelow(features, ['.feature', '.ts'])]);
}

/** A path with slashes, whatever the machine. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function projectRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'spec'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('nicspec does not find its own package.json');
  return projectRoot(parent);
}
