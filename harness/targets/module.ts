/** A device or a target that a module of somebody else makes. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TargetFault, type Device, type Target } from '../contract/index.js';
import { UsageError } from '../runner/usage.js';
import type { OpenOptions } from './index.js';

/**
 * What the module exports by default: a function that makes a Device, which the reference kernel then drives, or a whole Target.
 */
export type TargetFactory = (options: { readonly seed: number }) => Device | Target | Promise<Device | Target>;

/** What a module makes. */
export const isDeviceOf = (made: Device | Target): made is Device => !isTarget(made);

/**
 * The device or target that a module makes.
 * @throws UsageError if there is no such module or it exports no function; TargetFault if the module or its function throws, or
 * answers neither a Device nor a Target.
 */
export async function makeFromModule(
  path: string,
  { seed, folder = process.cwd() }: OpenOptions,
): Promise<Device | Target> {
  const file = resolve(folder, path);
  if (!existsSync(file)) throw new UsageError(`target module:${path}: there is no file ${file}`);
  return makeWith(await importFactory(path, file), path, seed);
}

/**
 * @throws UsageError if there is no such module or it exports no function; TargetFault if the module or its function throws, or
 * answers neither a Device nor a Target.
 */
export async function openModuleTarget(path: string, options: OpenOptions): Promise<Target> {
  const made = await makeFromModule(path, options);
  if (!isDeviceOf(made)) return made;
  const { openDeviceTarget } = await import('./reference.js');
  return openDeviceTarget(`module:${path}`, made);
}

async function importFactory(path: string, file: string): Promise<TargetFactory> {
  let exported: { readonly default?: unknown };
  try {
    exported = /\.[cm]?tsx?$/.test(file) ? await importTypeScript(file) : await importFile(file);
  } catch (error) {
    throw new UsageError(`target module:${path}: the module does not load: ${messageOf(error)}`, { cause: error });
  }
  const factory = exported.default;
  if (typeof factory !== 'function') {
    throw new UsageError(
      `target module:${path}: the module must export by default a function that makes a device or a target`,
    );
  }
  return factory as TargetFactory;
}

async function makeWith(factory: TargetFactory, path: string, seed: number): Promise<Device | Target> {
  let made: unknown;
  try {
    made = await factory({ seed });
  } catch (error) {
    throw new TargetFault(`module:${path} failed to make its device: ${messageOf(error)}`, { cause: error });
  }
  if (isTarget(made) || isDevice(made)) return made;
  throw new TargetFault(`module:${path} made neither a Device (attach, netDevice) nor a Target (netlink, host, wire)`);
}

function isTarget(made: unknown): made is Target {
  return hasFunctions(made, ['describe', 'netlink', 'host', 'wire', 'reset', 'close']);
}

function isDevice(made: unknown): made is Device {
  return hasFunctions(made, ['describe', 'attach']);
}

function hasFunctions(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
}

async function importFile(file: string): Promise<{ readonly default?: unknown }> {
  return (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
}

/** TypeScript is bundled with what it imports by path; packages stay outside. */
async function importTypeScript(file: string): Promise<{ readonly default?: unknown }> {
  const { build } = await import('esbuild');
  // Beside the source where that can be written, so that the packages of its project are found.
  const folder = makeFolder(dirname(file));
  const outfile = join(folder, 'target.mjs');
  try {
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
    });
    return await importFile(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeFolder(beside: string): string {
  try {
    return mkdtempSync(join(beside, '.nicspec-'));
  } catch {
    return mkdtempSync(join(tmpdir(), 'nicspec-'));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
