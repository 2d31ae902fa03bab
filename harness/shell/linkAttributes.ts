/** The attributes of bridges and aggregates in the words of iproute2: a table, and what machines make of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../runner/project.js';
import type { ToolMachine } from './toolMachine.js';

export const LINK_KINDS = ['bridge', 'bridge_slave', 'bond', 'bond_slave'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** A row of link-attributes.yaml, which says what its members are. */
export interface LinkAttribute {
  readonly attribute: string;
  readonly word?: string;
  readonly bridge?: string;
  readonly try?: readonly string[];
  readonly told?: string;
  readonly since?: string;
  readonly needs?: string;
  readonly mode?: string;
  readonly only?: string;
  readonly differs?: readonly { readonly on?: string; readonly why: string }[];
}

export type LinkAttributes = Readonly<Record<LinkKind, readonly LinkAttribute[]>>;

const TABLE = join(PROJECT_ROOT, 'harness', 'shell', 'corpus', 'link-attributes.yaml');

// The project's own file: what is wrong in it fails its test.
export const loadLinkAttributes = (): LinkAttributes => parse(readFileSync(TABLE, 'utf8')) as LinkAttributes;

const TITLES: Readonly<Record<LinkKind, string>> = {
  bridge: 'attributes of bridges',
  bridge_slave: 'attributes of the ports of bridges',
  bond: 'attributes of aggregates',
  bond_slave: 'attributes of the members of aggregates',
};

/** The link that is set and shown. */
const SUBJECTS: Readonly<Record<LinkKind, string>> = {
  bridge: 'br0',
  bridge_slave: 'p1',
  bond: 'bond0',
  bond_slave: 'p1',
};

const DEFAULT_MODE = 'active-backup';

/** What is there before anything is set. */
function preparation(kind: LinkKind, mode: string): readonly string[] {
  switch (kind) {
    case 'bridge':
      return ['ip link add br0 address 02:00:00:00:00:10 type bridge'];
    case 'bridge_slave':
      return [
        'ip link add br0 address 02:00:00:00:00:10 type bridge',
        'ip link set p1 master br0',
        'ip link set p2 master br0',
        'ip link set br0 up',
        'ip link set p1 up',
      ];
    case 'bond':
      return [`ip link add bond0 address 02:00:00:00:00:11 type bond mode ${mode}`];
    case 'bond_slave':
      return [
        `ip link add bond0 address 02:00:00:00:00:11 type bond mode ${mode} miimon 100`,
        'ip link set p1 master bond0',
        'ip link set bond0 up',
      ];
  }
}

/** Rows that are set on one link, one after the other. */
export interface LinkAttributeGroup {
  readonly name: string;
  readonly kind: LinkKind;
  readonly needs: readonly string[];
  readonly mode: string;
  readonly rows: readonly LinkAttribute[];
}

/** For each kind of link, each mode of aggregates, and what a kernel may lack. What `ip` of this machine may have no word for is left out. */
export function linkAttributeGroups(table: LinkAttributes = loadLinkAttributes()): readonly LinkAttributeGroup[] {
  return LINK_KINDS.flatMap((kind) => {
    const isOfAggregate = kind === 'bond' || kind === 'bond_slave';
    const groups = new Map<string, LinkAttribute[]>();
    for (const row of table[kind].filter(({ since }) => since === undefined)) {
      const key = isOfAggregate ? (row.mode ?? DEFAULT_MODE) : (row.needs ?? '');
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    return [...groups].map(([key, rows]) => ({
      name: key === '' ? TITLES[kind] : `${TITLES[kind]}: ${key}`,
      kind,
      needs: isOfAggregate ? ['bond'] : key === '' ? [] : [key],
      mode: isOfAggregate ? key : '',
      rows,
    }));
  });
}

/** One command, and what became of it. */
export interface AttributeAnswer {
  readonly command: string;
  readonly exitCode: number;
  /** What the tool said beside. */
  readonly said: string;
  /** What the link tells of the attribute afterwards, as JSON; absent: nothing is told. */
  readonly told: string | undefined;
  readonly row: LinkAttribute;
}

interface Step {
  readonly command: string;
  readonly show: string;
  readonly row: LinkAttribute;
}

const spaced = (...words: readonly string[]): string => words.filter((word) => word !== '').join(' ');

function stepsOf(kind: LinkKind, row: LinkAttribute): Step[] {
  const subject = SUBJECTS[kind];
  const { word, bridge, try: values = [], only } = row;
  const show = `ip -d -j link show dev ${subject}`;
  if (only !== undefined) return [{ command: 'true', show, row }];
  const byIp = values.map((value) => ({
    command: spaced('ip link set', subject, 'type', kind, word ?? '', value),
    show,
    row,
  }));
  const byBridge = values.map((value) => ({
    command: spaced('bridge link set dev', subject, bridge ?? '', value),
    show,
    row,
  }));
  return [...(word === undefined ? [] : byIp), ...(bridge === undefined ? [] : byBridge)];
}

const MARK = '=== nicspec';

/** Sets every row of a group on a machine, all in one shell, and reads each back. */
export async function runAttributeGroup(
  machine: ToolMachine,
  { kind, mode, rows }: LinkAttributeGroup,
): Promise<readonly AttributeAnswer[]> {
  await machine.reset();
  for (const command of preparation(kind, mode)) await machine.run(command);
  const steps = rows.flatMap((row) => stepsOf(kind, row));
  const script = steps.map(({ command, show }) => `${command} 2>&1; echo "${MARK} $?"; ${show} 2>&1; echo "${MARK}"`);
  const { stdout } = await machine.run(script.join('\n'));
  const pieces = stdout.split(new RegExp(`^${MARK} ?(\\d*)\\n`, 'm'));
  return steps.map(({ command, row }, index) => ({
    command,
    row,
    said: pieces[4 * index] ?? '',
    exitCode: Number(pieces[4 * index + 1] ?? -1),
    told: toldOf(pieces[4 * index + 2] ?? '', kind, row),
  }));
}

function toldOf(shown: string, kind: LinkKind, { told }: LinkAttribute): string | undefined {
  if (told === undefined) return undefined;
  const [link] = JSON.parse(shown) as readonly { readonly linkinfo?: Readonly<Record<string, unknown>> }[];
  const data = link?.linkinfo?.[kind.endsWith('_slave') ? 'info_slave_data' : 'info_data'];
  const value = (data as Readonly<Record<string, unknown>> | undefined)?.[told];
  // A timer runs on while it is looked at.
  return told.endsWith('_timer') && value !== undefined ? 'a time' : JSON.stringify(value);
}

export interface AttributeComparison {
  /** Differences that the table does not know of. */
  readonly unexplained: readonly string[];
  /** Rows of which the table says that they differ, and which do not. */
  readonly stale: readonly string[];
}

/** Compares what the reference and a real kernel made of the same commands. */
export function compareAnswers(
  kernel: string,
  reference: readonly AttributeAnswer[],
  real: readonly AttributeAnswer[],
): AttributeComparison {
  const unexplained: string[] = [];
  const differing = new Set<LinkAttribute>();
  const isExpected = ({ differs = [] }: LinkAttribute): boolean => differs.some(({ on = kernel }) => on === kernel);
  for (const [index, mine] of reference.entries()) {
    const theirs = real[index];
    const [one, other] = [inWords(mine), theirs === undefined ? 'nothing' : inWords(theirs)];
    if (one === other) continue;
    differing.add(mine.row);
    if (!isExpected(mine.row))
      unexplained.push(`${mine.command} (${mine.row.attribute}): reference: ${one}; real: ${other}`);
  }
  const rows = new Set(reference.map(({ row }) => row));
  const stale = [...rows].filter((row) => isExpected(row) && !differing.has(row)).map(({ attribute }) => attribute);
  return { unexplained, stale };
}

const inWords = ({ exitCode, said, told }: AttributeAnswer): string =>
  `exit code ${exitCode}, ${said.trim() === '' ? '' : `"${said.trim()}", `}then ${told ?? 'nothing'}`;
