/** `nicspec registry`: a folder of bundles as a static site. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../runner/judgeRun.js';
import { examples, exitWith } from './help.js';
import { print } from './terminal.js';

interface RegistryFlags {
  readonly out: string;
  readonly trust?: readonly string[];
  readonly title: string;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addRegistry(root: Command): void {
  root
    .command('registry')
    .description('a folder of bundles as a static site: devices, levels, deviations, badges; every bundle is verified')
    .argument('<dir>', 'folder with bundles, however deep')
    .requiredOption('--out <site>', 'folder of the site')
    .option('--trust <file>', 'a public key; may be repeated. Then bundles of others are refused', collect)
    .option('--title <text>', 'of the index', 'Certified devices')
    .addHelpText(
      'after',
      examples([['nicspec registry cert --out site --trust acme-lab.key.pub', 'exit code 1 if a bundle is refused']]),
    )
    .action(async (folder: string, options: RegistryFlags) => {
      await exitWith(registryCommand(folder, options));
    });
}

async function registryCommand(folder: string, { out, trust = [], title }: RegistryFlags): Promise<number> {
  const [{ readRegistry }, { writeRegistry }, { readPublicKey }] = await Promise.all([
    import('../registry/registry.js'),
    import('../registry/writeRegistry.js'),
    import('../certify/keys.js'),
  ]);
  const registry = await readRegistry(folder, {
    title,
    builtAt: new Date().toISOString(),
    trusted: trust.map(readPublicKey),
    onBundle: (bundle) => process.stderr.write(`verifying ${bundle}\n`),
  });
  writeRegistry(registry, folder, out);
  for (const { vendor, model, certificates } of registry.devices)
    print(
      `${vendor} ${model}: ${certificates.map(({ certification: { profile, level } }) => `${profile}: ${level}`).join('; ')}`,
    );
  for (const { bundle, rule, found, wanted } of registry.refused)
    print(`refused: ${bundle}: ${rule}: ${found}; wanted: ${wanted}`);
  print(`site: ${join(out, 'index.html')}`);
  return registry.refused.length === 0 ? EXIT.conforms : EXIT.doesNotConform;
}
