/** The command line: `nicspec`. */
import { Command, CommanderError, Option } from 'commander';
import { TargetFault } from '../contract/index.js';
import { EXIT } from '../runner/judgeRun.js';
import { nicspecVersion } from '../runner/project.js';
import { RUN_DEFAULTS } from '../runner/repeatCommand.js';
import { UsageError } from '../runner/usage.js';
import { parseCount, parseSeed, parseShard } from './optionValues.js';

const LISTS = ['requirements', 'profiles', 'targets', 'capabilities'];

function program(): Command {
  const root = new Command('nicspec')
    .description('What the Linux kernel expects of a NIC, and the suite that proves it.')
    .version(nicspecVersion())
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ sortSubcommands: false, helpWidth: 120 })
    .addHelpText('after', exitCodes());
  addRun(root);
  addDefects(root);
  addReading(root);
  addRunsOnDisk(root);
  for (const command of root.commands) command.exitOverride();
  return root;
}

function addRun(root: Command): void {
  root
    .command('run')
    .description('run the suite against a target, and write its reports')
    .option('--target <target>', 'reference, module:PATH or linux:veth', RUN_DEFAULTS.target)
    .option('--profile <profile>', 'which requirements bind (default: "server-nic"; "virtual-nic" for linux:veth)')
    .option('--only <id>', 'a requirement, a pattern (NIC-RSS-*) or a scenario; may be repeated', collect)
    .option('--tags <expression>', 'only scenarios with these tags')
    .option('--seed <n>', 'of every law; the same seed gives the same verdicts', parseSeed, RUN_DEFAULTS.seed)
    .option('--runs <n>', 'cases that a law tries', parseCount, RUN_DEFAULTS.runs)
    .option('--path <path>', 'repeat one counterexample of a law; with --only and --seed')
    .option('--replay-path <path>', 'with --path, where the counterexample is a sequence of commands')
    .option('--parallel <n>', 'so many processes, each with a shard; for targets that wait', parseCount, 1)
    .option('--shard <i/n>', 'only this part of the scenarios; put the parts together with merge', parseShard)
    .option('--out <dir>', 'folder of records, reports and evidence (default: reports/<target>)')
    .option('--resume', 'go on with a run that was killed')
    .option('--patience <seconds>', 'a module that does not return for so long is killed', parseCount, 90)
    .addOption(
      new Option('--format <format>', 'what goes to standard output')
        .choices(['pretty', 'json', 'junit', 'ktap'])
        .default('pretty'),
    )
    .addHelpText(
      'after',
      examples([
        ['nicspec run', 'the whole suite on the reference'],
        ['nicspec run --target linux:veth', 'on the kernel of this machine, as root'],
        ['nicspec run --target module:my-nic.js --only NIC-CSUM-*', 'one area on a device of yours'],
        ['nicspec run --tags "@law and not @needs:wire-fcs" --runs 1000', 'laws, with more cases'],
      ]),
    )
    .action(async (options: RunFlags) => {
      const { runCommand } = await import('./run.js');
      await exitWith(runCommand(options));
    });
}

function addDefects(root: Command): void {
  root
    .command('defects')
    .description('break the reference in every known way, and see which requirement catches it')
    .option('--only <id>', 'a defect, a requirement or a pattern; may be repeated', collect)
    .option('--full', 'where the named requirement does not catch it, try the rest of its area')
    .option('--seed <n>', 'of every law', parseSeed, RUN_DEFAULTS.seed)
    .option('--runs <n>', 'cases that a law tries', parseCount, RUN_DEFAULTS.runs)
    .option('--out <dir>', 'folder of defects.json and defects.html', 'reports/defects')
    .option('--json', 'defects.json to standard output')
    .addHelpText(
      'after',
      examples([
        ['nicspec defects', 'the whole kill matrix'],
        ['nicspec defects --only NIC-CSUM-*', 'those that an area must catch'],
      ]),
    )
    .action(async (options: DefectsFlags) => {
      const { defectsCommand } = await import('./defects.js');
      await exitWith(defectsCommand(options));
    });
}

function addReading(root: Command): void {
  root
    .command('list')
    .description('requirements, profiles, targets or capabilities')
    .addArgument(root.createArgument('<what>', LISTS.join(', ')).choices(LISTS))
    .option('--json', 'as JSON')
    .addHelpText('after', examples([['nicspec list requirements --json', 'every requirement as data']]))
    .action(async (what: string, options: { json?: boolean }) => {
      const { listCommand } = await import('./list.js');
      await exitWith(listCommand(what, options));
    });
  root
    .command('show')
    .description('one requirement: statement, rationale, sources, scenarios, defects')
    .argument('<id>', 'NIC-CSUM-001')
    .option('--json', 'as JSON')
    .addHelpText('after', examples([['nicspec show NIC-CSUM-001', '']]))
    .action(async (id: string, options: { json?: boolean }) => {
      const { showCommand } = await import('./show.js');
      await exitWith(showCommand(id, options));
    });
  root
    .command('lint')
    .description('does every requirement have a scenario and a defect, and the other way round?')
    .option('--json', 'as JSON')
    .addHelpText('after', examples([['nicspec lint', 'exit code 1 if something is wrong']]))
    .action(async (options: { json?: boolean }) => {
      const { lintCommand } = await import('./lint.js');
      await exitWith(lintCommand(options));
    });
}

function addRunsOnDisk(root: Command): void {
  root
    .command('diff')
    .description('where two runs disagree, requirement by requirement')
    .argument('<run-a>', 'folder of a run')
    .argument('<run-b>', 'folder of a run')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples([['nicspec diff reports/reference reports/linux-veth', 'exit code 1 if they differ']]),
    )
    .action(async (a: string, b: string, options: { json?: boolean }) => {
      const { diffCommand } = await import('./diff.js');
      await exitWith(diffCommand(a, b, options));
    });
  root
    .command('merge')
    .description('put the shards of one run together')
    .argument('<run...>', 'folders of the shards')
    .requiredOption('--out <dir>', 'folder of the whole run')
    .addHelpText('after', examples([['nicspec merge shards/1 shards/2 --out reports/whole', '']]))
    .action(async (folders: string[], options: { out: string }) => {
      const { mergeCommand } = await import('./merge.js');
      await exitWith(mergeCommand(folders, options));
    });
  root
    .command('report')
    .description('write the reports of a run again, from its records')
    .argument('<dir>', 'folder of a run')
    .addHelpText('after', examples([['nicspec report reports/reference', 'also of a run that was killed']]))
    .action(async (folder: string) => {
      const { reportCommand } = await import('./report.js');
      await exitWith(reportCommand(folder));
    });
}

export interface RunFlags {
  readonly target: string;
  readonly profile?: string;
  readonly only?: readonly string[];
  readonly tags?: string;
  readonly seed: number;
  readonly runs: number;
  readonly path?: string;
  readonly replayPath?: string;
  readonly parallel: number;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly out?: string;
  readonly resume?: boolean;
  readonly patience: number;
  readonly format: 'pretty' | 'json' | 'junit' | 'ktap';
}

export interface DefectsFlags {
  readonly only?: readonly string[];
  readonly full?: boolean;
  readonly seed: number;
  readonly runs: number;
  readonly out: string;
  readonly json?: boolean;
}

/** `--only A --only B,C`. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').filter((name) => name !== '')];
}

function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`.trimEnd());
  return `\nExamples:\n${text.join('\n')}`;
}

function exitCodes(): string {
  return '\nExit codes: 0 conforms, 1 does not, 2 wrong use, 3 the target or the rig failed.';
}

async function exitWith(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

/** The exit code of whatever went wrong; says it on standard error. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.wrongUse;
  if (error instanceof UsageError) {
    process.stderr.write(`nicspec: ${error.message}\n`);
    return EXIT.wrongUse;
  }
  const text =
    error instanceof Error && !(error instanceof TargetFault) ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`nicspec: ${text}\n`);
  return EXIT.targetFailed;
}

// A reader that has seen enough, as `head` has, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = codeOf(error);
}
