/** The static agent for where Node cannot run: built from its source, which is part of the package. */
import { join } from 'node:path';
import { PROJECT_ROOT, digestOf, filesBelow } from '../../runner/project.js';
import { runProgram } from '../lab/program.js';

const SOURCE = join(PROJECT_ROOT, 'harness', 'targets', 'agent', 'native');

/** Changes with every change of the source. */
export const nativeAgentDigest = (): string => digestOf(SOURCE, filesBelow(SOURCE, ['.c', '.h']));

/** Compiles it with a C compiler into one static program. */
export async function buildNativeAgent(output: string, compiler = 'cc'): Promise<void> {
  const flags = ['-D_GNU_SOURCE', '-std=gnu17', '-Os', '-Wall', '-Wextra', '-static', '-s'];
  await runProgram(compiler, [...flags, '-o', output, ...filesBelow(SOURCE, ['.c'])]);
}
