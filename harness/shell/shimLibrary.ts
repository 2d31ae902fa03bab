/** The library that redirects a tool's sockets: compiled from its source at the first use, and kept in the user's cache. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TargetFault } from '../contract/index.js';
import { cacheFolder } from '../runner/cacheFolder.js';
import { PROJECT_ROOT, digestOf, filesBelow } from '../runner/project.js';
import { findProgram, runProgram } from '../targets/lab/program.js';

const SOURCE = join(PROJECT_ROOT, 'harness', 'shell', 'native');
const COMPILERS = ['cc', 'gcc', 'clang'];

/** The first C compiler that is installed. */
export const findCompiler = (): string | undefined => COMPILERS.map(findProgram).find((path) => path !== undefined);

/**
 * Path of the library. It is compiled if the cache has none of this source.
 * @throws TargetFault where there is no C compiler, or it fails.
 */
export async function shimLibrary(compiler = findCompiler()): Promise<string> {
  const sources = filesBelow(SOURCE, ['.c', '.h']);
  const folder = join(cacheFolder(), 'shell');
  const library = join(folder, `shim-${process.arch}-${digestOf(SOURCE, sources).slice(0, 16)}.so`);
  if (existsSync(library)) return library;
  if (compiler === undefined) {
    throw new TargetFault(
      'nicspec shell needs a C compiler to build the library that redirects tools, once; install one (Debian: apt-get install gcc libc6-dev)',
    );
  }
  mkdirSync(folder, { recursive: true });
  // Another shell may be building the same: whoever is later replaces it with an equal one.
  const made = `${library}.${process.pid}`;
  const flags = ['-D_GNU_SOURCE', '-std=gnu17', '-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-fvisibility=default'];
  try {
    await runProgram(compiler, [...flags, '-o', made, ...sources.filter((file) => file.endsWith('.c')), '-ldl']);
    renameSync(made, library);
  } finally {
    rmSync(made, { force: true });
  }
  return library;
}
