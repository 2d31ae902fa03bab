/** docs/link-attributes.md, generated from the table: a test holds the file to it. */
import { LINK_KINDS, loadLinkAttributes, type LinkAttribute, type LinkKind } from './linkAttributes.js';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const code = (text: string): string => `\`${text}\``;

const TITLES: Readonly<Record<LinkKind, string>> = {
  bridge: 'Bridges: `ip link set BRIDGE type bridge …`',
  bridge_slave: 'Ports of bridges: `ip link set PORT type bridge_slave …`, `bridge link set dev PORT …`',
  bond: 'Aggregates: `ip link set BOND type bond …`',
  bond_slave: 'Members of aggregates: `ip link set PORT type bond_slave …`',
};

function wordsOf({ word, bridge, only, since }: LinkAttribute): string {
  if (only !== undefined) return `nobody sets it: ${only}`;
  const words = [
    word === undefined ? undefined : code(word),
    bridge === undefined ? undefined : `${code(bridge)} of bridge`,
  ];
  const all =
    word === bridge
      ? words.slice(0, 1).map((each) => `${each ?? ''} of both`)
      : words.filter((each) => each !== undefined);
  return all.join(', ') + (since === undefined ? '' : ` (iproute2 ${since})`);
}

const valuesOf = ({ try: values = [] }: LinkAttribute): string =>
  values
    .filter((value) => value !== '')
    .map(code)
    .join(' ');

function remarkOf({ mode, needs, differs = [] }: LinkAttribute): string {
  return [
    ...(mode === undefined ? [] : [`in the mode ${mode}`]),
    ...(needs === undefined ? [] : ['with VLANs']),
    ...differs.map(({ why }) => why),
  ].join('; ');
}

function section(kind: LinkKind, rows: readonly LinkAttribute[]): string {
  return `## ${TITLES[kind]}

${row(['attribute', 'in the words of iproute2', 'as `ip -d -j link` tells it', 'tried with', 'remark'])}
${row(['---', '---', '---', '---', '---'])}
${rows
  .map((each) =>
    row([
      code(each.attribute),
      wordsOf(each),
      each.told === undefined ? '' : code(each.told),
      valuesOf(each),
      remarkOf(each),
    ]),
  )
  .join('\n')}
`;
}

/** The whole page. */
export function linkAttributesDocument(): string {
  const table = loadLinkAttributes();
  return `# Attributes of bridges and aggregates in the words of iproute2

Generated from \`harness/shell/corpus/link-attributes.yaml\`. A test (\`harness/shell/comparison.test.ts\`) sets each attribute with
\`ip\` and \`bridge\` themselves, on the reference and on real kernels, to values that are taken and to values that are refused, and
compares what the tools say, their exit codes, and what the link tells afterwards. Words that the tools of the machine are too old for are
left out there.

${LINK_KINDS.map((kind) => section(kind, table[kind])).join('\n')}`;
}
