/** The table of link attributes: nothing is left out of it, and what is published is what it says. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BOND_SLAVE, LINKINFO_DATA_BOND } from '../../reference-impl/netlink/families/bond.js';
import { BRIDGE_PORT, LINKINFO_DATA_BRIDGE } from '../../reference-impl/netlink/families/bridge.js';
import { PROJECT_ROOT } from '../runner/project.js';
import { findProgram } from '../targets/lab/program.js';
import {
  LINK_KINDS,
  compareAnswers,
  loadLinkAttributes,
  type AttributeAnswer,
  type LinkKind,
} from './linkAttributes.js';
import { linkAttributesDocument } from './linkAttributesDocument.js';

const table = loadLinkAttributes();
const attributesOf = (kind: LinkKind): ReadonlySet<string> => new Set(table[kind].map(({ attribute }) => attribute));

const SETS = {
  bridge: { set: LINKINFO_DATA_BRIDGE, prefix: 'IFLA_BR_' },
  bridge_slave: { set: BRIDGE_PORT, prefix: 'IFLA_BRPORT_' },
  bond: { set: LINKINFO_DATA_BOND, prefix: 'IFLA_BOND_' },
  bond_slave: { set: BOND_SLAVE, prefix: 'IFLA_BOND_SLAVE_' },
} as const;

const HEADER = '/usr/include/linux/if_link.h';
const say = (text: string): void => void process.stderr.write(`table of link attributes: ${text}\n`);

describe('the table of link attributes', () => {
  it.for(LINK_KINDS)('has every attribute that the codec of %s has', (kind) => {
    expect([...SETS[kind].set.byName.keys()].filter((name) => !attributesOf(kind).has(name))).toEqual([]);
  });

  const hasHeader = existsSync(HEADER);
  if (!hasHeader) say(`not compared with the headers of the kernel: ${HEADER} is not there`);
  it.skipIf(!hasHeader).for(LINK_KINDS)('has every attribute that the headers have of %s', (kind) => {
    const { prefix } = SETS[kind];
    const names = readFileSync(HEADER, 'utf8').match(new RegExp(`\\b${prefix}[A-Z0-9_]+\\b`, 'g')) ?? [];
    const isOther = (name: string): boolean =>
      /_(UNSPEC|PAD|MAX)$/.test(name) || /^IFLA_BOND_(AD_INFO_|SLAVE_)/.test(name) !== (kind === 'bond_slave');
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !isOther(name) && !attributesOf(kind).has(name))).toEqual([]);
  });

  const missing = ['ip', 'bridge'].find((tool) => findProgram(tool) === undefined);
  if (missing !== undefined) say(`not compared with the words of iproute2: ${missing} is not installed`);
  it.skipIf(missing !== undefined).for(['bridge', 'bond'] as const)('has every word of ip for %s', (kind) => {
    const said = execFileSync('sh', ['-c', `ip link add type ${kind} help 2>&1 || true`], { encoding: 'utf8' });
    expect(wordsIn(said).filter((word) => !table[kind].some((row) => row.word === word))).toEqual([]);
  });

  it.skipIf(missing !== undefined)('has every word of bridge for ports', () => {
    const said = execFileSync('sh', ['-c', 'bridge link help 2>&1 || true'], { encoding: 'utf8' });
    // Who is asked, and what only hardware does.
    const others = ['hwmode', 'self', 'master', 'dev'];
    const words = wordsIn(said).filter((word) => !others.includes(word));
    expect(words.filter((word) => !table.bridge_slave.some(({ bridge }) => bridge === word))).toEqual([]);
  });

  it('is what docs/link-attributes.md says', () => {
    const text = readFileSync(join(PROJECT_ROOT, 'docs', 'link-attributes.md'), 'utf8');
    expect(text === linkAttributesDocument(), 'it is old: node scripts/link-attributes-docs.js writes it').toBe(true);
  });
});

/** `[ forward_delay FORWARD_DELAY ]`, `[ num_grat_arp|num_unsol_na … ]`. */
const wordsIn = (help: string): string[] =>
  [...help.matchAll(/\[ ([a-z][a-z0-9_|]+) /g)].flatMap(([, words = '']) => words.split('|'));

describe('the comparison of answers', () => {
  const answer = (told: string, differs?: AttributeAnswer['row']['differs']): AttributeAnswer => ({
    command: 'ip link set br0 type bridge priority 1',
    exitCode: 0,
    said: '',
    told,
    row: { attribute: 'IFLA_BR_PRIORITY', ...(differs === undefined ? {} : { differs }) },
  });

  it('finds what differs, and nothing else', () => {
    expect(compareAnswers('a kernel', [answer('1')], [answer('1')])).toEqual({ unexplained: [], stale: [] });
    expect(compareAnswers('a kernel', [answer('1')], [answer('2')]).unexplained).toHaveLength(1);
    expect(compareAnswers('a kernel', [answer('1')], []).unexplained).toHaveLength(1);
  });

  it('knows what may differ, and when it no longer does', () => {
    const differs = [{ on: 'a kernel', why: 'it is made otherwise' }];
    expect(compareAnswers('a kernel', [answer('1', differs)], [answer('2')])).toEqual({ unexplained: [], stale: [] });
    expect(compareAnswers('a kernel', [answer('1', differs)], [answer('1')]).stale).toEqual(['IFLA_BR_PRIORITY']);
    expect(compareAnswers('another', [answer('1', differs)], [answer('2')]).unexplained).toHaveLength(1);
  });
});
