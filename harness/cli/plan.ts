/** `nicspec plan`: job definitions for an engine that a lab has already. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { EXIT } from '../runner/judgeRun.js';
import { examples, exitWith } from './help.js';
import { print } from './terminal.js';

const ENGINES = ['kubernetes', 'lava'] as const;
type Engine = (typeof ENGINES)[number];

interface PlanFlags {
  readonly engine: Engine;
  readonly out: string;
}

export function addPlan(root: Command): void {
  root
    .command('plan')
    .description('job definitions that cut the runs of a lab into shards: Kubernetes indexed Jobs, or LAVA jobs')
    .argument('<lab>', 'YAML: devices, shards, and where the engine finds machines; see docs/at-scale.md')
    .addOption(new Option('--engine <engine>', 'who schedules').choices([...ENGINES]).makeOptionMandatory())
    .requiredOption('--out <dir>', 'folder of the definitions')
    .addHelpText(
      'after',
      examples([
        ['nicspec plan lab.yaml --engine kubernetes --out jobs', 'then: kubectl apply -f jobs'],
        ['nicspec plan lab.yaml --engine lava --out jobs', 'then: lavacli jobs submit jobs/*.yaml'],
      ]),
    )
    .action(async (lab: string, options: PlanFlags) => {
      await exitWith(planCommand(lab, options));
    });
}

async function planCommand(file: string, { engine, out }: PlanFlags): Promise<number> {
  const [{ readLab }, { plannedRuns }, { loadSpec }, { NICSPEC_SUITE }, { stringify }] = await Promise.all([
    import('../plan/labFile.js'),
    import('../plan/shardCommand.js'),
    import('../runner/spec.js'),
    import('../runner/project.js'),
    import('yaml'),
  ]);
  const lab = readLab(file, await loadSpec(NICSPEC_SUITE.spec));
  const { kubernetesJob } = await import('../plan/kubernetesJob.js');
  const { lavaJob } = await import('../plan/lavaJob.js');
  const definition = { kubernetes: kubernetesJob, lava: lavaJob }[engine];
  const written = plannedRuns(lab.devices).map((run) => ({
    run,
    text: stringify(definition(lab, run), { lineWidth: 0, aliasDuplicateObjects: false }),
  }));
  mkdirSync(out, { recursive: true });
  for (const { run, text } of written) {
    const path = join(out, `${run.name}.yaml`);
    writeFileSync(path, text);
    print(`${path}: ${run.device.target}, ${run.device.profile}, ${run.device.shards} shards`);
  }
  print(
    `\nsubmit:  ${engine === 'kubernetes' ? `kubectl apply -f ${out}` : `lavacli jobs submit ${join(out, '*.yaml')}`}`,
  );
  print('then, for each:  nicspec merge NAME/shard-* --out NAME');
  print(`definitions: ${resolve(out)}`);
  return EXIT.conforms;
}
