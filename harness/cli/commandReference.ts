/** The reference of the command line, docs/cli.md: made of what commander is told, so that it cannot go stale. */
import type { Argument, Command, Option } from 'commander';
import { EXIT_CODES } from './help.js';

/** The page; a test compares it with the file. */
export function commandReference(root: Command): string {
  const commands = commandsBelow(root);
  return `# The command line

Made of the definitions of \`harness/cli\` by \`npm run docs:cli\`; a test compares. \`nicspec COMMAND --help\` says the same in a terminal.

## Exit codes

| code | what it says |
| --- | --- |
${EXIT_CODES.map(([code, text]) => row([String(code), text])).join('\n')}

\`nicspec shell\` passes on the code of what it ran, and 128 and the number of the signal that ended it.

## Commands

| command | what it does |
| --- | --- |
${commands.map((command) => row([`[\`${nameOf(command)}\`](#${anchorOf(command)})`, command.description()])).join('\n')}

${commands.map(section).join('\n\n')}
`;
}

/** All that people give, in the order of the help, those with commands of their own followed by these. */
function commandsBelow(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .flatMap((child) => {
      if (child.name() === 'help') return [];
      return child.commands.length > 0 ? commandsBelow(child) : [child];
    });
}

function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

/** As GitHub makes it of the heading. */
const anchorOf = (command: Command): string => nameOf(command).replaceAll(' ', '-');

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;

function section(command: Command): string {
  const help = command.createHelp();
  const args = help.visibleArguments(command);
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const usage = [nameOf(command), command.usage()].join(' ').trim();
  const parts = [`## ${nameOf(command)}`, sentence(command.description()), `\`\`\`text\n${usage}\n\`\`\``];
  if (args.length > 0) parts.push(argumentTable(args));
  if (options.length > 0) parts.push(optionTable(options));
  const examples = exampleLines(command);
  if (examples.length > 0) parts.push(`Examples:\n\n\`\`\`text\n${examples.join('\n')}\n\`\`\``);
  return parts.join('\n\n');
}

const sentence = (text: string): string => {
  const [first = '', ...rest] = text;
  return `${first.toUpperCase()}${rest.join('')}${/[.?]$/.test(text) ? '' : '.'}`;
};

const argumentTable = (args: readonly Argument[]): string =>
  `| argument | |\n| --- | --- |\n${args.map((argument) => row([`\`${argument.name()}\``, argument.description])).join('\n')}`;

function optionTable(options: readonly Option[]): string {
  const rows = options.map((option) => row([`\`${option.flags}\``, optionText(option)]));
  return `| option | |\n| --- | --- |\n${rows.join('\n')}`;
}

function optionText({ description, mandatory, argChoices, defaultValue, negate }: Option): string {
  const value: unknown = defaultValue;
  return [
    description,
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(mandatory ? ['must be given'] : []),
    ...(value === undefined || negate ? [] : [`default: \`${JSON.stringify(value).replaceAll('"', '')}\``]),
  ]
    .join('; ')
    .replaceAll('<', '&lt;');
}

/** What `examples` has put behind the help. */
function exampleLines(command: Command): readonly string[] {
  let text = '';
  const said = command.configureOutput();
  command.configureOutput({
    ...said,
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  command.configureOutput(said);
  const [, behind = ''] = text.split('\nExamples:\n');
  return behind
    .split('\n')
    .map((line) => line.replace(/^ {2}/, '').trimEnd())
    .filter((line) => line !== '');
}

/** Commands and options in a line of shell that `nicspec` does not have; a line without nicspec has none. */
export function unknownWords(root: Command, line: string): readonly string[] {
  const unknown: string[] = [];
  for (const part of line.split(/\s*(?:\||&&|;)\s*/)) {
    const words = /^(?:sudo )?(?:npx )?nicspec (.*)$/.exec(part)?.[1]?.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? [];
    let command = root;
    for (const [index, word] of words.entries()) {
      if (word === '--') break;
      const child = command.commands.find((known) => known.name() === word);
      if (child !== undefined && words.slice(0, index).every((before) => !before.startsWith('-'))) command = child;
      else if (index === 0 && /^[a-z-]+$/.test(word) && !word.startsWith('-')) unknown.push(`command ${word}`);
      else if (word.startsWith('--') && !isOption(command, word)) unknown.push(`option ${word} of ${nameOf(command)}`);
    }
  }
  return unknown;
}

const isOption = (command: Command, word: string): boolean => {
  const name = word.replace(/[=,.…].*$/, '');
  return (
    name === '--help' ||
    command.options.some(({ long }) => long === name) ||
    (command.name() === 'nicspec' && name === '--version')
  );
};
