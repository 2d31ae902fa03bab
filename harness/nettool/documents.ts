/** The parts of the documentation that are generated from the data: a test holds the files to them. */
import {
  ACTIONS,
  BRIDGE_OPTIONS,
  BRIDGE_VERBS,
  BRIDGE_WITHOUT,
  DEVICE_KINDS,
  DEVLINK_VERBS,
  ETHTOOL_OPTIONS,
  IP_LINK_WORDS,
  SUBJECTS,
  acceptedForm,
  argumentsText,
  commandText,
  migrate,
  tablesFor,
  type DevlinkVerb,
  type KeySpec,
  type OptionRow,
  type SubjectSpec,
} from '../../reference-impl/nettool/index.js';

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;

const code = (text: string): string => `\`${text}\``;

function nettoolForm({ form, options }: OptionRow): string {
  switch (form.kind) {
    case 'show':
      return (
        code(`nettool show ${form.subjects.join(' ')} DEV`) +
        (options[0] === '-S' ? ', `nettool show standard-statistics DEV`' : '')
      );
    case 'set': {
      const subjects = [...new Set(form.parameters.map(({ key }) => key.split('.')[0] ?? ''))];
      const others = form.parameters.filter(({ word, key }) => !key.endsWith(`.${word}`));
      const renamed = others.map(({ word, key }) => `${word} is ${code(key)}`).join(', ');
      const same = subjects.map((subject) => code(`${subject}.…`)).join(', ');
      return `${code('nettool set DEV …')} with ${same}${renamed === '' ? '' : `: ${renamed}`}`;
    }
    case 'switches':
      return code(`nettool set DEV ${form.subject}.NAME=on|off`);
    case 'show-ntuple':
      return '`nettool show ntuple DEV`, `nettool show hash-fields DEV`';
    case 'ntuple':
      return '`nettool add DEV ntuple …`, `nettool del DEV ntuple location=N`, `nettool set DEV hash-fields.FLOW=…`';
    case 'run':
      return code(`nettool run DEV ${form.action}`);
    case 'watch':
      return code('nettool watch [DEV…]');
    case 'none':
      return `none: ${form.reason}`;
  }
}

/** The example of the table, as `nettool migrate` has it. */
function devlinkForm({ words, example = '', form }: DevlinkVerb): string {
  if (form.kind === 'none') return `none: ${form.reason}`;
  if (form.kind === 'watch') return code('nettool watch [DEV…]');
  const handles: Readonly<Record<string, string>> = {
    DEV: 'bus/DEV',
    PORT: 'bus/DEV/1',
    REGION: 'bus/DEV/NAME',
    NODE: 'bus/DEV/gold',
  };
  const filled = words.split(' ').map((word) => handles[word] ?? word);
  const commands = migrate(['devlink', ...filled, ...example.split(' ').filter((word) => word !== '')]);
  if (!commands.ok) throw new Error(`devlink ${words} ${example}: ${commands.refusal.message}`);
  const ours = commands.value.map((command) => commandText(command).replaceAll('bus/DEV', 'DEV')).join('; ');
  return example === '' ? code(ours) : `${code(ours)} for ${code(example)}`;
}

/** docs/nettool-migration.md. */
export function migrationDocument(): string {
  return `# From ethtool, devlink and bridge to nettool

Generated from \`reference-impl/nettool/migration\`, which \`nettool migrate\` reads too. A test
(\`harness/nettool/ethtoolComparison.test.ts\`) runs both tools on the same devices of a real kernel and compares what they show
and what their changes lead to.

\`\`\`console
$ nettool migrate 'ethtool -K eth0 tso off'
nettool set eth0 features.tso=off
\`\`\`

## ethtool, up to 6.11

${row(['option', 'what it is about', 'nettool'])}
${row(['---', '---', '---'])}
${ETHTOOL_OPTIONS.map((option) => {
  const names = option.options.map((name) => code(`ethtool ${name} DEV`.replace('  ', ' '))).join(', ');
  return row([names, option.title, nettoolForm(option)]);
}).join('\n')}

## bridge

${row(['bridge', 'nettool'])}
${row(['---', '---'])}
${BRIDGE_VERBS.map(([theirs, ours]) => row([code(theirs), code(ours)])).join('\n')}

${row(['word', 'behind', 'nettool'])}
${row(['---', '---', '---'])}
${BRIDGE_OPTIONS.map(({ command, word, key, reason }) =>
  row([code(word), code(`bridge ${command}`), key === undefined ? `none: ${reason ?? ''}` : code(key)]),
).join('\n')}

${row(['bridge', 'why it has no equal'])}
${row(['---', '---'])}
${BRIDGE_WITHOUT.map(([command, reason]) => row([code(`bridge ${command}`), reason])).join('\n')}

## ip link

What \`ip link set DEV\` takes of every link, of a bridge and of a port of one. Kinds of devices are made with \`create\`.

${row(['word', 'behind', 'nettool'])}
${row(['---', '---', '---'])}
${IP_LINK_WORDS.map(({ kind, word, key, says, reason }) =>
  row([
    code(word),
    code(`ip link set DEV${kind === '' ? '' : ` type ${kind}`}`),
    key === undefined ? `none: ${reason ?? ''}` : code(says === undefined ? key : `${key}=${says}`),
  ]),
).join('\n')}

## devlink, up to 6.12

\`DEV\` is the handle of an instance, such as \`pci/0000:01:00.0\`; \`PORT\`, \`REGION\` and \`NODE\` have a number, or a name, behind it. The
name of a net device will do for each of them.

${row(['devlink', 'what it is about', 'nettool'])}
${row(['---', '---', '---'])}
${DEVLINK_VERBS.map((verb) => row([code(`devlink ${verb.words}`), verb.title, devlinkForm(verb)])).join('\n')}
`;
}

const keyRow = ({ key, title, type, attribute, access }: KeySpec): string =>
  row([key === '' ? '*name*' : code(key), title, acceptedForm(type), access, code(attribute)]);

function subjectSection({ name, title, shape, get, set, keys }: SubjectSpec): string {
  const operations = [get, set].flatMap((operation) =>
    operation === undefined ? [] : [code(`ETHTOOL_MSG_${operation}`)],
  );
  const verbs = (['add', 'set', 'del'] as const).filter((verb) => tablesFor(verb).includes(name)).map(code);
  const what = {
    keys: '',
    rows: ` A table${verbs.length === 0 ? '' : ` that ${verbs.join(', ')} can change`}.`,
    named: ' The device names the keys.',
  };
  return `### ${name}

${title}.${what[shape]}${operations.length === 0 ? '' : ` ${operations.join(', ')}.`}

${row(['key', 'meaning', 'values', 'access', 'attribute'])}
${row(['---', '---', '---', '---', '---'])}
${keys.map(keyRow).join('\n')}
`;
}

/** docs/nettool-subjects.md. */
export function subjectsDocument(): string {
  return `# Subjects of nettool

Generated from \`reference-impl/nettool/subjects\`; \`nettool schema\` prints the same as JSON. What a device does not have is not
shown, and cannot be set. How to use them: [nettool.md](nettool.md).

${SUBJECTS.map(subjectSection).join('\n')}
## Actions

\`nettool run DEVICE ACTION\`

${row(['action', 'what it does', 'interrupts traffic'])}
${row(['---', '---', '---'])}
${ACTIONS.map((action) => row([code(`${action.name} ${argumentsText(action)}`.trim()), action.title, action.disrupts ? 'yes' : 'no'])).join('\n')}

## Kinds of net devices

\`nettool create NAME KIND SUBJECT.KEY=VALUE…\`, \`nettool destroy NAME\`. Beside the keys of its subject a new device takes those of
\`link\` that can be changed.

${row(['kind', 'what it is', 'its subject', 'cannot be made without'])}
${row(['---', '---', '---', '---'])}
${DEVICE_KINDS.map(({ kind, title, subject, needs }) => row([code(kind), title, subject === undefined ? '' : code(subject), needs.map((key) => code(`${subject ?? ''}.${key}`)).join(', ')])).join('\n')}
`;
}
