/** Unmodified tools on the reference and on real kernels: this machine's, and the one of the lab where it is set up. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForRun } from '../targets/lab/setup.js';
import { findProgram } from '../targets/lab/program.js';
import { probeLinux } from '../targets/linux/index.js';
import { compareScript, loadScripts, runScript, whyNot } from './comparison.js';
import { compareAnswers, linkAttributeGroups, runAttributeGroup } from './linkAttributes.js';
import { findCompiler } from './shimLibrary.js';
import { openNamespaceMachine, openShellMachine, type ToolMachine } from './toolMachine.js';

const BOOT_MS = 120_000;
const SCRIPT_MS = 60_000;
const TOOLS = ['ip', 'bridge', 'tc', 'ethtool'];

const say = (text: string): void => void process.stderr.write(`comparison of tools: ${text}\n`);

function missingHere(): string | null {
  const tool = TOOLS.find((name) => findProgram(name) === undefined);
  if (tool !== undefined) return `${tool} is not installed`;
  return findCompiler() === undefined ? 'there is no C compiler' : null;
}

const namespaces = probeLinux();
const missing = missingHere();
const KERNELS = [
  { name: 'this kernel', open: openNamespaceMachine, missing: missing ?? (namespaces.ok ? null : namespaces.reason) },
  { name: 'lab:bridge', open: () => openShellMachine('lab:bridge'), missing: missing ?? missingForRun() },
] as const;

const scripts = loadScripts();

it('covers what the tools are used for', () => {
  expect(scripts.length).toBeGreaterThanOrEqual(12);
  expect(scripts.flatMap(({ commands }) => commands).length).toBeGreaterThanOrEqual(60);
  expect(new Set(scripts.map(({ name }) => name)).size).toBe(scripts.length);
});

for (const { name, open, missing: why } of KERNELS) {
  if (why !== null) say(`without ${name}: ${why}`);
  describe.skipIf(why !== null)(`unmodified tools on the reference and on ${name}`, () => {
    let reference: ToolMachine;
    let real: ToolMachine;
    beforeAll(async () => {
      reference = await openShellMachine('reference');
      real = await open();
    }, BOOT_MS);
    afterAll(async () => {
      await reference.close();
      await real.close();
    }, BOOT_MS);

    it.for(scripts.map((script) => [script.name, script] as const))(
      'say the same of %s',
      { timeout: SCRIPT_MS },
      async ([, script], { skip }) => {
        const reason = await whyNot(real, script);
        if (reason !== undefined) {
          say(`"${script.name}" is skipped: ${reason}`);
          skip(reason);
        }
        const compared = compareScript(script, name, await runScript(reference, script), await runScript(real, script));
        expect(compared).toEqual({ unexplained: [], stale: [] });
      },
    );

    // What this machine's kernel has is not asked of the one of the lab again, which takes its time.
    const asked =
      name === 'lab:bridge' && namespaces.ok
        ? linkAttributeGroups().filter(({ needs }) => needs.length > 0)
        : linkAttributeGroups();
    it.for(asked.map((group) => [group.name, group] as const))(
      'make the same of %s',
      { timeout: SCRIPT_MS },
      async ([, group], { skip }) => {
        const reason = await whyNot(real, group);
        if (reason !== undefined) {
          say(`"${group.name}" is skipped: ${reason}`);
          skip(reason);
        }
        const answers = [await runAttributeGroup(reference, group), await runAttributeGroup(real, group)] as const;
        expect(compareAnswers(name, ...answers)).toEqual({ unexplained: [], stale: [] });
      },
    );
  });
}
