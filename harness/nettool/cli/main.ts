/** The command line: `nettool`. */
import { Command, CommanderError } from 'commander';
import { TargetFault } from '../../contract/index.js';
import { nicspecVersion } from '../../runner/project.js';
import { UsageError } from '../../runner/usage.js';
import type { ChangeFlags } from './change.js';
import type { WatchFlags } from './live.js';
import { EXIT, EXIT_TEXT, collectHosts, examples, type CommonFlags } from './options.js';
import { complain, print, printJson } from './output.js';
import type { ShowFlags } from './show.js';

const DEFAULT_TIMEOUT_MS = 5000;

/** Written out here, so that `--help` does not read the library; a test holds it to the actions that there are. */
const ACTIONS_HELP = `
Actions:
  negotiate                                        begin autonegotiation again
  identify [SECONDS]                               make the lamps of the port blink
  reset [MASK]                                     reset components
  self-test [FLAGS]                                let the device test itself
  cable-test, cable-test-tdr                       test the cable
  split COUNT, unsplit                             split a port, and put it together again
  reload [ACTION] [LIMIT]                          bring the driver up anew
  health-diagnose REPORTER                         what a reporter says of now
  health-dump REPORTER                             what the device was like at the first failure
  health-dump-clear REPORTER                       forget it
  health-recover REPORTER                          recover from a failure
  health-test REPORTER                             let a reporter meet a failure
  region-read REGION SNAPSHOT [ADDRESS] [LENGTH]   the bytes of a snapshot, or as they are now
  buffer-snapshot [BUFFER], buffer-forget [BUFFER] what is in use of a shared buffer
  table-read TABLE                                 the entries of a table of the pipeline
  module-flash FILE [PASSWORD]                     write the firmware of a module, with its progress
  flash FILE [COMPONENT] [OVERWRITE]               write firmware, with its progress
  devlink-selftest [TEST]                          let the device test a part of itself`;

function program(): Command {
  const root = new Command('nettool')
    .description(
      'Networking devices in one grammar: shown, changed, watched; on this machine, on others, on the reference.',
    )
    .version(nicspecVersion())
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ sortSubcommands: false, helpWidth: 120 })
    .addHelpText(
      'after',
      examples([
        ['nettool show', 'every device of this machine'],
        ["nettool show 'sw1p*'", 'the ports of a switch'],
        ['nettool show rings coalesce eth0', 'two subjects of one device'],
        ['nettool set eth0 rings.rx=512 features.tso=off', 'several keys: all or nothing'],
        ['nettool set eth0 channels.combined=8 --validate', 'would it be accepted?'],
        ["nettool migrate 'ethtool -K eth0 tso off'", 'how to say it here'],
      ]) + `\n${EXIT_TEXT}`,
    );
  addShow(root);
  addChanges(root);
  addLive(root);
  addHelpers(root);
  for (const command of root.commands) command.exitOverride();
  return root;
}

/** Options of every command that speaks to machines. */
const speaking = (command: Command): Command =>
  command
    .option(
      '--on <host>',
      'a target string (linux:host, reference, agent:"ssh lab nicspec agent --target linux:host") or a name of nettool.yaml; may be repeated',
      collectHosts,
    )
    .option('--timeout <ms>', 'for one operation', parseMilliseconds, DEFAULT_TIMEOUT_MS);

function addShow(root: Command): void {
  speaking(root.command('show'))
    .description(
      'what devices say: SUBJECT…, then names, globs, kind:KIND, driver:DRIVER, host:HOST; neither: an overview',
    )
    .argument('[words...]', 'subjects, then devices')
    .option('--driver <driver>', 'only devices of this driver; a glob')
    .option('--json', 'as JSON')
    .option('--table', 'as tables (this is what happens anyway)')
    .option('--watch [seconds]', 'again and again', parseSeconds)
    .addHelpText(
      'after',
      examples([
        ["nettool show 'sw1p*'", 'one line a port'],
        ["nettool show rings 'eth*'", 'one subject of many devices'],
        ['nettool show all eth0 --json', 'everything, for a program'],
        ['nettool show features driver:igb', 'of every device of a driver'],
        ['nettool show state --on lab1 --on lab2', 'of two machines'],
        ['nettool show fdb br0 --watch 1', 'once a second'],
      ]),
    )
    .action(async (words: string[], flags: ShowFlags) => {
      const { showCommand } = await import('./show.js');
      process.exitCode = await showCommand(words, flags);
    });
}

function addChanges(root: Command): void {
  const changing = (name: string, form: { readonly device?: string; readonly words?: string }): Command => {
    const command = speaking(root.command(name)).argument('<device>', form.device ?? 'one device');
    if (form.words !== undefined) command.argument('[words...]', form.words);
    return command
      .option('--validate', 'only check: what would be sent, or why it would be refused')
      .option('--no-rollback', 'leave done what was done before a step that failed')
      .option('--show-messages', 'the netlink messages, decoded')
      .option('--explain', 'what the error numbers and words of a refusal mean')
      .option('--json', 'as JSON')
      .action(async (device: string, ...more: readonly unknown[]) => {
        const { changeCommand } = await import('./change.js');
        const [rest, flags] = form.words === undefined ? [[], more[0]] : more;
        if (form.words !== undefined && (rest as string[]).length === 0)
          throw new UsageError(`${name} ${device}: what? nettool ${name} ${device} ${form.words}`);
        process.exitCode = await changeCommand(name, [device, ...(rest as string[])], flags as ChangeFlags);
      });
  };
  changing('set', { words: 'SUBJECT.KEY=VALUE…, or TABLE KEY=VALUE… of one row' })
    .description('change settings of one device: validated whole, then carried out, taken back where a step fails')
    .addHelpText(
      'after',
      examples([
        ['nettool set eth0 rings.rx=512 coalesce.rx-usecs=30', ''],
        ['nettool set eth0 features.tso=off --validate --show-messages', 'what would be sent'],
        ['nettool set sw1p1 link.master=br0', 'a port of a bridge from now on'],
        ['nettool set sw1p1 bridge-port.learning=off --on reference', 'a port of the reference switch'],
        ['nettool set eth0 devlink-health reporter=fw auto-recover=off', 'one row of a table'],
        ['nettool set eth0 rss-contexts context=1 table=0,1', 'where a context spreads its flows'],
        ['nettool set sw1p1 bridge-vlan-options vid=10 state=blocking', 'one VLAN of a port'],
        ['nettool set br0 bridge-vlan-global vid=10 mcast-querier=on', 'one VLAN of a whole bridge'],
      ]),
    );
  changing('add', { words: 'TABLE KEY=VALUE…' })
    .description(
      'add a row to a table of one device: fdb, bridge-vlan, bridge-vlan-tunnel, mdb, ntuple, rss-contexts, devlink-rates, devlink-regions',
    )
    .addHelpText(
      'after',
      examples([
        ['nettool add sw1p1 fdb address=02:00:00:00:00:09 vlan=5', ''],
        ['nettool add sw1p1 bridge-vlan vid=10 pvid=on untagged=on', ''],
        ['nettool add sw1p1 mdb group=239.1.2.3 permanent=on', ''],
        ['nettool add eth0 rss-contexts table=2,3', 'the kernel picks its number'],
        ['nettool add eth0 ntuple flow=tcp4 dst-port=80 context=1', 'flows that go to it'],
        ['nettool add eth0 devlink-regions region=fw', 'a snapshot'],
        ['nettool add eth0 devlink-rates node=gold max=125000000', ''],
      ]),
    );
  changing('del', { words: 'TABLE KEY=VALUE…' })
    .description('remove a row of a table of one device')
    .addHelpText(
      'after',
      examples([
        ['nettool del eth0 ntuple location=3', ''],
        ['nettool del sw1p1 mdb group=239.1.2.3', ''],
        ['nettool del eth0 devlink-regions region=fw snapshot=1', ''],
      ]),
    );
  changing('create', { device: 'its name', words: 'KIND, then SUBJECT.KEY=VALUE…' })
    .description(
      'make a net device: bridge, bond, team, vlan, vrf or dummy; validated whole, gone again where a step fails',
    )
    .addHelpText(
      'after',
      examples([
        ['nettool create br0 bridge bridge.vlan-filtering=on link.up=on', ''],
        ['nettool create bond0 bond bond.mode=802.3ad bond.miimon=100', ''],
        ['nettool create eth0.5 vlan vlan.on=eth0 vlan.id=5 link.master=br0', ''],
        ['nettool create blue vrf vrf.table=10 --validate', 'would it be accepted?'],
      ]),
    );
  changing('destroy', {})
    .description('remove a net device that was made; what is hardware stays')
    .addHelpText('after', examples([['nettool destroy br0', '']]));
  changing('run', { words: 'ACTION [ARGUMENT…]' })
    .description('tell one device to do something')
    .addHelpText('after', ACTIONS_HELP)
    .addHelpText(
      'after',
      examples([
        ['nettool run eth0 identify 5', 'the lamps blink for five seconds'],
        ['nettool run sw1p1 split 2', 'two ports instead of one'],
        ['nettool run eth0 health-diagnose fw', 'what the reporter says'],
        ['nettool run eth0 reload action=fw_activate', ''],
        ['nettool run eth0 region-read fw 1', 'the bytes of a snapshot'],
      ]),
    );
}

function addLive(root: Command): void {
  speaking(root.command('watch'))
    .description('changes as the kernel announces them')
    .argument('[patterns...]', 'devices; none: all')
    .option('--count <n>', 'end after so many', parseSeconds)
    .option('--json', 'one JSON object a line')
    .addHelpText('after', examples([["nettool watch 'eth*'", '']]))
    .action(async (patterns: string[], flags: WatchFlags) => {
      const { watchCommand } = await import('./live.js');
      process.exitCode = await watchCommand(patterns, flags);
    });
  speaking(root.command('complete', { hidden: true }))
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[], flags: CommonFlags) => {
      const { completeCommand } = await import('./live.js');
      process.exitCode = await completeCommand(words, flags);
    });
}

function addHelpers(root: Command): void {
  root
    .command('explain')
    .description('what an error number, or the words of a kernel, mean')
    .argument('<error...>', 'EINVAL, 22, "requested ring size exceeds maximum"')
    .addHelpText('after', examples([['nettool explain EOPNOTSUPP', '']]))
    .action(async (words: string[]) => {
      const { explain, refusalText } = await import('../../../reference-impl/nettool/index.js');
      const found = explain(words.join(' '));
      if (found.ok) print(`${found.value.title}\n  ${found.value.meaning}`);
      else complain(refusalText(found.refusal));
      process.exitCode = found.ok ? EXIT.ok : EXIT.refused;
    });
  root
    .command('migrate')
    .description('the nettool command for one of ethtool, devlink, bridge or ip link')
    .argument('<command...>', "'ethtool -K eth0 tso off'")
    .allowUnknownOption()
    .addHelpText('after', examples([["nettool migrate 'ethtool -G eth0 rx 512'", 'nettool set eth0 rings.rx=512']]))
    .action(async (words: string[]) => {
      const { migrateCommand } = await import('./migrate.js');
      process.exitCode = migrateCommand(words);
    });
  root
    .command('completion')
    .description('the completion of a shell: source <(nettool completion bash)')
    .addArgument(root.createArgument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples([['source <(nettool completion bash)', 'in this shell']]))
    .action(async (shell: string) => {
      const { COMPLETION_SCRIPTS } = await import('./completionScripts.js');
      process.stdout.write(COMPLETION_SCRIPTS[shell] ?? '');
    });
  root
    .command('schema')
    .description('all subjects and keys, as JSON')
    .addHelpText('after', examples([['nettool schema', '']]))
    .action(async () => {
      const { schemaDocument } = await import('./schema.js');
      printJson(schemaDocument());
    });
}

function parseMilliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageError('--timeout takes a number of milliseconds');
  return value;
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`"${text}" is no number of 1 or more`);
  return value;
}

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.wrongUse;
  if (error instanceof UsageError) {
    complain(error.message);
    return EXIT.wrongUse;
  }
  const isFault = error instanceof TargetFault;
  complain(error instanceof Error ? (isFault ? error.message : (error.stack ?? error.message)) : String(error));
  return EXIT.machineFailed;
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
