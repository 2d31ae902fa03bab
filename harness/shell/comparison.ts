/** The same commands on two machines: what is run, what may differ, and what does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../runner/project.js';
import type { ToolMachine, ToolResult } from './toolMachine.js';

const CORPUS = join(PROJECT_ROOT, 'harness', 'shell', 'corpus');

export interface ToolScript {
  readonly name: string;
  /** What a kernel may lack. */
  readonly needs?: readonly string[];
  readonly commands: readonly string[];
}

interface Rewrite {
  readonly on?: string;
  readonly pattern: string;
  readonly with: string;
  readonly why: string;
}

/** Commands whose answers differ. */
export interface AllowedDifference {
  readonly on?: string;
  readonly script: string;
  readonly commands: readonly string[];
  readonly why: string;
}

interface Differences {
  readonly rewrites: readonly Rewrite[];
  readonly allowed?: readonly AllowedDifference[];
}

// The project's own files: what is wrong in them fails the comparison.
export const loadScripts = (): readonly ToolScript[] =>
  parse(readFileSync(join(CORPUS, 'scripts.yaml'), 'utf8')) as readonly ToolScript[];
const loadDifferences = (): Differences => parse(readFileSync(join(CORPUS, 'differences.yaml'), 'utf8')) as Differences;

/** Commands that succeed where a kernel has something, by what `needs` calls it. */
const PROBES: Readonly<Record<string, readonly string[]>> = {
  'bridge-vlan-filtering': ['ip link add br9 type bridge vlan_filtering 1'],
  'vlan-device': ['ip link add link p1 name p1.9 type vlan id 9'],
  bond: ['ip link add bond9 type bond mode active-backup'],
  vrf: ['ip link add red9 type vrf table 9'],
  'ip-routing': ['ip route show'],
  'net-tools': ['arp -n'],
  nft: ['nft add table inet t', "nft add rule inet t nosuch accept 2>&1 | grep -q 'No such file'", 'nft flush ruleset'],
  'nft-bridge-meta': [
    'nft add table bridge t',
    'nft add chain bridge t c',
    'nft add rule bridge t c meta ibrname br0',
    'nft flush ruleset',
  ],
  ss: ['ss -f netlink | grep -q :kernel'],
  'tc-flower': ['tc qdisc add dev p1 clsact', 'tc filter add dev p1 ingress pref 1 protocol ip flower action drop'],
};

/** Why a script cannot be run on a machine, or undefined. */
export async function whyNot(
  machine: ToolMachine,
  { needs = [] }: Pick<ToolScript, 'needs'>,
): Promise<string | undefined> {
  for (const need of needs) {
    await machine.reset();
    for (const command of PROBES[need] ?? ['false']) {
      const { exitCode, stderr } = await machine.run(command);
      if (exitCode !== 0) return `${machine.name} lacks ${need}: ${command}: ${stderr.trim().split('\n')[0] ?? ''}`;
    }
  }
  return undefined;
}

export async function runScript(machine: ToolMachine, { commands }: ToolScript): Promise<readonly ToolResult[]> {
  await machine.reset();
  const results: ToolResult[] = [];
  for (const command of commands) results.push(await machine.run(command));
  return results;
}

export interface Difference {
  readonly command: string;
  /** What differs, one line a side. */
  readonly text: string;
}

export interface ScriptComparison {
  /** Differences that nothing allows. */
  readonly unexplained: readonly Difference[];
  /** Entries of `allowed` that allow nothing any more. */
  readonly stale: readonly string[];
}

/** Compares standard output, standard error and exit codes of a script on the reference and on a real kernel. */
export function compareScript(
  { name }: ToolScript,
  kernel: string,
  reference: readonly ToolResult[],
  real: readonly ToolResult[],
): ScriptComparison {
  const { rewrites, allowed = [] } = loadDifferences();
  const rewrite = rewriter(rewrites.filter(({ on = kernel }) => on === kernel));
  const differences = reference.flatMap((mine, index): (Difference & { readonly index: number })[] => {
    const theirs = real[index];
    const text = theirs === undefined ? 'was not run' : differenceOf(rewrite, mine, theirs);
    return text === undefined ? [] : [{ command: mine.command, text, index }];
  });
  const here = allowed.filter(({ on = kernel, script }) => on === kernel && script === name);
  const isAllowed = (command: string): boolean => here.some(({ commands }) => commands.includes(command));
  const differing = new Set(differences.map(({ command }) => command));
  return {
    unexplained: differences
      .filter(({ command }) => !isAllowed(command))
      .map(({ command, text }) => ({ command, text })),
    stale: here.flatMap(({ commands }) => commands.filter((command) => !differing.has(command))),
  };
}

function rewriter(rewrites: readonly Rewrite[]): (text: string) => string {
  const compiled = rewrites.map(({ pattern, with: replacement }) => [new RegExp(pattern, 'gm'), replacement] as const);
  return (text) => compiled.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** Commands whose lines have no order: the kernel lists what it has hashed. */
const UNORDERED = /^(ip (-j )?neigh|bridge (-[jd] )?mdb) /;

function differenceOf(rewrite: (text: string) => string, mine: ToolResult, theirs: ToolResult): string | undefined {
  const told = ({ command, stdout, stderr, exitCode }: ToolResult): string => {
    const output = rewrite(UNORDERED.test(command) ? ordered(stdout) : stdout);
    return JSON.stringify({ exitCode, stdout: output, stderr: rewrite(stderr) });
  };
  const [one, other] = [told(mine), told(theirs)];
  return one === other ? undefined : `reference: ${one}\n     real: ${other}`;
}

function ordered(text: string): string {
  if (!text.startsWith('[')) return text.split('\n').sort().join('\n');
  try {
    return JSON.stringify(inOrder(JSON.parse(text)));
  } catch {
    // What is no JSON is compared as it is.
    return text;
  }
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder).sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inOrder(member)]));
}

/** Numbers of net devices differ from machine to machine. */
const keyOf = (value: unknown): string => JSON.stringify(value).replace(/"(ifindex|index)":\d+,/g, '');
