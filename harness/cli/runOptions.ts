/** What every command that runs the suite can be told. */
import { Option, type Command } from 'commander';
import { RUN_DEFAULTS } from '../runner/repeatCommand.js';
import { LIMIT_HELP } from '../targets/process/limitOptions.js';
import { collect, parseCount, parseSeed, parseShard } from './optionValues.js';

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
  readonly limit?: readonly string[];
  readonly patience: number;
  readonly format: 'pretty' | 'json' | 'junit' | 'ktap';
}

/** Options of every command that runs the suite. */
export function withRunOptions(command: Command): Command {
  return command
    .option(
      '--profile <profile>',
      'which requirements bind (default: "virtual-nic" for virtual devices, else "server-nic")',
    )
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
    .option('--limit <name=value>', LIMIT_HELP, collect)
    .option('--patience <seconds>', 'a module that does not return for so long is killed', parseCount, 90)
    .addOption(
      new Option('--format <format>', 'what goes to standard output')
        .choices(['pretty', 'json', 'junit', 'ktap'])
        .default('pretty'),
    );
}
