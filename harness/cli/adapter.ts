/** `nicspec adapter`: a vendor's device as a program of its own. */
import { Option, type Command } from 'commander';
import colors from 'picocolors';
import { EXIT } from '../runner/judgeRun.js';
import type { CheckedCall } from '../targets/process/checkAdapter.js';
import { LIMIT_HELP } from '../targets/process/limitOptions.js';
import { ADAPTER_LANGUAGES, type AdapterLanguage } from '../targets/process/newAdapter.js';
import { examples, exitWith } from './help.js';
import { print, printJson, wrapped } from './terminal.js';

export function addAdapter(root: Command): void {
  const adapter = root.command('adapter').description('a device of yours as a program, in any language');
  adapter
    .command('new')
    .description('write an adapter that runs at once, and fails where it has to be filled in')
    .argument('<dir>', 'a new folder')
    .addOption(
      new Option('--language <language>', 'of the adapter').choices(ADAPTER_LANGUAGES).makeOptionMandatory(true),
    )
    .addHelpText('after', examples([['nicspec adapter new --language python my-nic', '']]))
    .action(async (folder: string, { language }: { language: AdapterLanguage }) => {
      await exitWith(newCommand(folder, language));
    });
  adapter
    .command('check')
    .description('ask an adapter for everything it says it has, and explain what is wrong with its answers')
    .argument('<command>', 'as after process:, run by a shell')
    .option('--json', 'the findings as JSON')
    .option('--limit <name=value>', LIMIT_HELP, collect)
    .addHelpText('after', examples([['nicspec adapter check "python3 my-nic/nic.py"', '']]))
    .action(async (command: string, options: CheckFlags) => {
      await exitWith(checkCommand(command, options));
    });
  adapter
    .command('serve')
    .description('let a device of this process be driven by a kernel elsewhere, over standard input and output')
    .argument('<device>', 'reference, or module:PATH')
    .addHelpText(
      'after',
      examples([
        [
          'nicspec run --target process:"npx nicspec adapter serve module:nic.ts"',
          'the device in a process of its own',
        ],
      ]),
    )
    .action(async (device: string) => {
      await exitWith(serveCommand(device));
    });
  for (const command of adapter.commands) command.exitOverride();
}

async function newCommand(folder: string, language: AdapterLanguage): Promise<number> {
  const { ADAPTER_TARGETS, writeNewAdapter } = await import('../targets/process/newAdapter.js');
  const files = writeNewAdapter(language, folder);
  print(`${folder}: ${files.join(', ')}`);
  print('next:');
  print(`  cd ${folder}`);
  print(`  npx nicspec run --target ${ADAPTER_TARGETS[language]} --profile virtual-nic`);
  return EXIT.conforms;
}

interface CheckFlags {
  readonly json?: boolean;
  readonly limit?: readonly string[];
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

async function checkCommand(command: string, { json = false, limit = [] }: CheckFlags): Promise<number> {
  const { checkAdapter } = await import('../targets/process/checkAdapter.js');
  const { parseLimits } = await import('../targets/process/limitOptions.js');
  const findings: CheckedCall[] = [];
  for await (const found of checkAdapter({ command, folder: process.cwd(), limits: parseLimits(limit) })) {
    findings.push(found);
    if (!json) print(findingText(found));
  }
  const mistakes = findings.filter(({ finding }) => finding === 'mistake').length;
  if (json) printJson(findings);
  else print(mistakes === 0 ? '\nit keeps to the protocol' : `\n${mistakes} mistakes`);
  return mistakes === 0 ? EXIT.conforms : EXIT.doesNotConform;
}

function findingText({ name, finding, text }: CheckedCall): string {
  switch (finding) {
    case 'good':
      return `${colors.green('good')}     ${name}: ${text}`;
    case 'remark':
      return `${colors.yellow('remark')}   ${name}\n${wrapped(text, '           ')}`;
    case 'mistake':
      return `${colors.red('mistake')}  ${name}\n${wrapped(text, '           ')}`;
  }
}

async function serveCommand(name: string): Promise<number> {
  const [{ serveDevice }, { makeDevice }, { nicspecVersion }] = await Promise.all([
    import('../targets/process/serveDevice.js'),
    import('../targets/makeDevice.js'),
    import('../runner/project.js'),
  ]);
  await serveDevice(({ seed }) => makeDevice(name, { seed }), { adapter: `${name}, nicspec ${nicspecVersion()}` });
  return EXIT.conforms;
}
