/** The command line: `nicspec`. */
import { Command, CommanderError, Option } from 'commander';
import { TargetFault } from '../contract/index.js';
import { EXIT } from '../runner/judgeRun.js';
import { nicspecVersion } from '../runner/project.js';
import { RUN_DEFAULTS } from '../runner/repeatCommand.js';
import { UsageError } from '../runner/usage.js';
import { addAdapter } from './adapter.js';
import type { AgentFlags } from './agent.js';
import type { DocsFlags } from './docs.js';
import type { ExportFlags } from './export.js';
import { addCertification } from './certify.js';
import { examples, exitCodes, exitWith } from './help.js';
import { addLab } from './labCommands.js';
import type { ReportFlags, ServeFlags } from './report.js';
import type { MergeFlags } from './merge.js';
import { addPlan } from './plan.js';
import { addRegistry } from './registry.js';
import { withRunOptions, type RunFlags } from './runOptions.js';
import type { ShellFlags } from './shell.js';
import { collect, parseCount, parsePort, parseSeed } from './optionValues.js';

const LISTS = ['requirements', 'profiles', 'targets', 'capabilities'];

/** Every command with its options; the reference of the command line is made of it. */
export function program(): Command {
  const root = new Command('nicspec')
    .description('What the Linux kernel expects of a NIC, and the suite that proves it.')
    .version(nicspecVersion())
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ sortSubcommands: false, helpWidth: 120 })
    .addHelpText('after', exitCodes());
  addRun(root);
  addDefects(root);
  addReading(root);
  addRunsOnDisk(root);
  addPage(root);
  addAgent(root);
  addLab(root);
  addAdapter(root);
  addCertification(root);
  addGuard(root);
  addShell(root);
  addExport(root);
  addPlan(root);
  addDocs(root);
  addRegistry(root);
  for (const command of root.commands) command.exitOverride();
  return root;
}

function addRun(root: Command): void {
  withRunOptions(
    root
      .command('run')
      .description('run the suite against a target, and write its reports')
      .option('--target <target>', 'as nicspec list targets names them', RUN_DEFAULTS.target),
  )
    .addHelpText(
      'after',
      examples([
        ['nicspec run', 'the whole suite on the reference'],
        ['nicspec run --target linux:veth', 'on the kernel of this machine, as root'],
        ['nicspec run --target lab:e1000e', 'on a real driver, in a guest; after nicspec lab setup'],
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
      examples([
        ['nicspec diff reports/reference reports/lab-e1000e', 'exit code 1 if a difference has no explanation'],
      ]),
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
    .option('--partial', 'also where shards are missing or did not end; what is missing is inconclusive')
    .addHelpText('after', examples([['nicspec merge shards/1 shards/2 --out reports/whole', '']]))
    .action(async (folders: string[], options: MergeFlags) => {
      const { mergeCommand } = await import('./merge.js');
      await exitWith(mergeCommand(folders, options));
    });
  addReport(root);
}

function addReport(root: Command): void {
  const report = root
    .command('report')
    .description('a site of one run, or of several side by side; of one run all its reports, from its records')
    .argument('[run...]', 'folders of runs, bundles, and of nicspec defects (default: all below reports)')
    .option('--out <dir>', 'folder of the site (default: the run itself, of several reports/site)')
    .addHelpText(
      'after',
      examples([
        ['nicspec report reports/reference', 'also of a run that was killed'],
        ['nicspec report reports/lab-* reports/defects --out site', 'a matrix of targets, with the kill matrix'],
        ['nicspec report serve reports/reference', 'while nicspec run works in another terminal'],
      ]),
    )
    .action(async (folders: string[], options: ReportFlags) => {
      const { reportCommand } = await import('./report.js');
      await exitWith(reportCommand(folders, options));
    });
  report
    .command('serve')
    .description('watch a run as it goes, in a browser; then its report')
    .argument('[run]', 'folder of the run, which need not have begun', 'reports/reference')
    .option('--port <port>', '0 for any', parsePort, 0)
    .option('--host <address>', 'what to listen on; everyone who reaches it can read the run', '127.0.0.1')
    .option('--until-end', 'end with the run, with its exit code')
    .addHelpText('after', examples([['nicspec report serve reports/lab-e1000e --port 8080', '']]))
    .action(async (folder: string, options: ServeFlags) => {
      const { serveCommand } = await import('./report.js');
      await exitWith(serveCommand(folder, options));
    });
  for (const command of report.commands) command.exitOverride();
}

function addPage(root: Command): void {
  root
    .command('page')
    .description('what a run found of its target, what the target lacks, and the analysis of what fails, in Markdown')
    .argument('<run>', 'folder of a run')
    .addHelpText('after', examples([['nicspec page reports/lab-e1000e > docs/targets/lab-e1000e.md', '']]))
    .action(async (folder: string) => {
      const { pageCommand } = await import('./page.js');
      await exitWith(pageCommand(folder));
    });
}

function addAgent(root: Command): void {
  root
    .command('agent')
    .description('serve a target of this machine to a harness elsewhere')
    .option('--target <target>', 'what is served', 'linux:veth')
    .option('--seed <n>', 'of a model', parseSeed, RUN_DEFAULTS.seed)
    .option('--listen <port>', 'on a TCP port of 127.0.0.1; 0 for any (default: standard input and output)', parsePort)
    .option('--port <file>', 'on a serial port')
    .option('--build <file>', 'serve nothing: compile the static agent for machines without Node')
    .option('--compiler <program>', 'with --build; a cross compiler for another machine', 'cc')
    .addHelpText(
      'after',
      examples([
        ['nicspec run --target agent:"ssh lab-host nicspec agent"', 'a lab machine, over ssh'],
        [
          'nicspec agent --target linux:dut=eth2,peer=eth3 --listen 7000',
          'for agent:tcp:127.0.0.1:7000, say in a tunnel',
        ],
        ['nicspec agent --build nicspec-agent --compiler aarch64-linux-gnu-gcc', 'for the management CPU of a switch'],
      ]),
    )
    .action(async (options: AgentFlags) => {
      const { agentCommand } = await import('./agent.js');
      await exitWith(agentCommand(options));
    });
}

function addShell(root: Command): void {
  root
    .command('shell')
    .description('a shell, or a command, in which ip, bridge, tc, ethtool and devlink act on a target')
    .argument('[command...]', 'what to run instead of a shell; write -- before it')
    .option('--target <target>', 'as nicspec list targets names them', RUN_DEFAULTS.target)
    .option('--seed <n>', 'of a model', parseSeed, RUN_DEFAULTS.seed)
    .addOption(
      new Option('--clock <clock>', 'whether the time of a model passes as that of this machine does')
        .choices(['wall', 'virtual'])
        .default('wall'),
    )
    .option('--log <file>', 'what the tools said and heard, and what they asked for that is not there')
    .option('--serve <socket>', 'run nothing: keep the target for several commands that --join it')
    .option('--join <socket>', 'run inside a shell that is served')
    .passThroughOptions()
    .addHelpText(
      'after',
      examples([
        ['nicspec shell', 'an interactive shell on the reference'],
        ['nicspec shell -- ip -d -j link show', 'one command; its exit code is passed on'],
        ["nicspec shell -- sh -c 'ip link add br0 type bridge; bridge link'", 'several, on one machine'],
        ['nicspec shell --target module:my-nic.js -- ethtool -k eth0', 'a device of yours under the reference kernel'],
        ['nicspec shell --target lab:bridge --log said.txt', 'a real kernel, in the lab; said.txt has the netlink'],
        ['nicspec shell --serve /tmp/switch &', 'then: nicspec shell --join /tmp/switch -- bridge fdb'],
      ]),
    )
    .action(async (command: string[], options: ShellFlags) => {
      const { shellCommand } = await import('./shell.js');
      await exitWith(shellCommand(command, options));
    });
}

function addExport(root: Command): void {
  root
    .command('export')
    .description('the network hierarchy of a target, read over netlink: what is above what, and what belongs to it')
    .option('--target <target>', 'as nicspec list targets names them', RUN_DEFAULTS.target)
    .option('--protocol <protocol>', 'bridge, bond, vlan, vrf, ipv4, ipv6, neighbour or qdisc alone')
    .option('--origin <n>', 'routes of this RTPROT_ number alone', parseCount)
    .addOption(new Option('--format <format>', 'how it is written').choices(['json', 'yaml', 'tree']).default('tree'))
    .addHelpText(
      'after',
      examples([['nicspec export --target linux:bridge --protocol bridge', 'bridges and their ports']]),
    )
    .action(async (options: ExportFlags) => {
      const { exportCommand } = await import('./export.js');
      await exitWith(exportCommand(options));
    });
}

function addDocs(root: Command): void {
  root
    .command('docs')
    .description('the published specification, with the verdicts of runs')
    .option('--out <dir>', 'folder that gets a folder for each format', 'reports/specification')
    .option('--format <formats>', 'html, rst, md, pdf; several with commas', collect)
    .option('--results <run>', 'folder of a run to publish; may be repeated (default: all below reports/)', collect)
    .option('--api', 'the API reference too, linked both ways with the requirements (in a checkout)')
    .option('--other-versions', 'publish runs of another version too, where a requirement still says the same')
    .option('--freeze <version>', 'write nothing but the requirements of this version, for later change logs')
    .option('--changes <old>', 'print what has changed since OLD: a spec folder, or a version that was frozen')
    .addHelpText(
      'after',
      examples([
        ['nicspec docs', 'then open reports/specification/html/index.html'],
        ['nicspec docs --api', 'with the API reference in html/api'],
        ['nicspec docs --format html,rst,md,pdf', 'the PDF is printed by Chromium'],
        ['nicspec docs --changes ../nicspec-0.1.0/spec', 'by id: added, removed, changed in title, level or statement'],
        ['nicspec docs --results reports/lab-igb --out public', 'with the verdicts of one target'],
      ]),
    )
    .action(async (options: Omit<DocsFlags, 'format'> & Partial<DocsFlags>) => {
      const { docsCommand } = await import('./docs.js');
      await exitWith(docsCommand({ format: ['html'], ...options }));
    });
}

/** What the harness starts by itself; not for people. */
function addGuard(root: Command): void {
  root
    .command('guard-ports', { hidden: true })
    .argument('<record>')
    .action(async (record: string) => {
      const { guardPorts } = await import('../targets/linux/portGuard.js');
      await exitWith(guardPorts(record));
    });
}

export interface DefectsFlags {
  readonly only?: readonly string[];
  readonly full?: boolean;
  readonly seed: number;
  readonly runs: number;
  readonly out: string;
  readonly json?: boolean;
}

/** Milliseconds for output that a slow reader has not taken yet. */
const LEFTOVERS_MS = 5000;

/** A fault of a target explains itself; anything else is ours, and its stack tells where. */
function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof TargetFault ? error.message : (error.stack ?? error.message);
}

/** The exit code of whatever went wrong; says it on standard error. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.wrongUse;
  if (error instanceof UsageError) {
    process.stderr.write(`nicspec: ${error.message}\n`);
    return EXIT.wrongUse;
  }
  process.stderr.write(`nicspec: ${faultText(error)}\n`);
  return EXIT.targetFailed;
}

/** Does what the command line says; the exit code is left in `process.exitCode`. */
export async function main(): Promise<void> {
  // A reader that has seen enough, as `head` has, is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    await program().parseAsync();
  } catch (error) {
    process.exitCode = codeOf(error);
  }
  // All is done and written. A target that was lost in the middle of a call may have left a socket that nobody will ever close.
  setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
}
