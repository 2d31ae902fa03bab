/** Targets by name. */
import { isReferenceModel, type ReferenceModel } from '../../reference-impl/device/limits.js';
import type { Target } from '../contract/index.js';
import { nearestName, UsageError } from '../runner/usage.js';

export interface OpenOptions {
  /** Everything that a model draws at random is drawn from it. */
  readonly seed: number;
  /** Paths in a name are relative to it; default: the working directory. */
  readonly folder?: string;
}

export interface TargetKind {
  /** As it is written on the command line. */
  readonly name: string;
  readonly title: string;
  readonly needs: string;
}

export const TARGET_KINDS: readonly TargetKind[] = [
  { name: 'reference', title: 'the reference kernel over the reference NIC, in this process', needs: '' },
  {
    name: 'reference:no-switchdev',
    title: 'the same without a switch chip between the ports: the bridge and the router of the kernel alone',
    needs: '',
  },
  { name: 'module:PATH', title: 'a device or a target that a JavaScript or TypeScript module makes', needs: '' },
  {
    name: 'process:COMMAND',
    title: 'a device that another program is, in any language, over its standard input and output',
    needs: '',
  },
  {
    name: 'linux:veth',
    title: 'the Linux kernel of this machine, over veth pairs in namespaces of its own',
    needs: 'root',
  },
  {
    name: 'linux:bridge',
    title: 'the same with four veth pairs, for the bridge of the kernel',
    needs: 'root',
  },
  {
    name: 'linux:dut=NETDEV,peer=NETDEV',
    title: 'two ports of this machine that are cabled together, in namespaces of their own',
    needs: 'root',
  },
  {
    name: 'linux:host',
    title: 'the kernel of this machine as it is: for nettool and its agents, not for the suite',
    needs: '',
  },
  {
    name: 'agent:COMMAND',
    title: 'a target of another machine: the command starts an agent there, as in "ssh lab-host nicspec agent"',
    needs: '',
  },
  { name: 'agent:tcp:HOST:PORT', title: 'the same where an agent listens', needs: '' },
  {
    name: 'lab:DEVICE',
    title: 'a driver of a real Linux kernel over a device that QEMU emulates',
    needs: 'nicspec lab setup',
  },
];

/**
 * Opens a target.
 * @throws UsageError if the name names none, or the module it names is none; TargetFault if it does not start.
 */
export async function openTarget(name: string, options: OpenOptions): Promise<Target> {
  const { kind, rest } = parseTargetName(name);
  switch (kind) {
    case 'reference': {
      const { openReferenceTarget } = await import('./reference.js');
      return openReferenceTarget({ seed: options.seed, model: referenceModel(rest) });
    }
    case 'module': {
      const { openModuleTarget } = await import('./module.js');
      return openModuleTarget(rest, options);
    }
    case 'process': {
      const { openProcessTarget } = await import('./process/index.js');
      return openProcessTarget(rest, options);
    }
    case 'linux': {
      const { openLinuxTarget } = await import('./linux/index.js');
      return openLinuxTarget(rest);
    }
    case 'agent': {
      const { openAgentTarget } = await import('./agent/index.js');
      return openAgentTarget(rest);
    }
    case 'lab': {
      const { openLabTarget } = await import('./lab/index.js');
      return openLabTarget(rest);
    }
  }
}

const KINDS = {
  reference: 'reference or reference:no-switchdev',
  module: 'module:PATH',
  process: 'process:COMMAND',
  linux: 'linux:veth',
  agent: 'agent:COMMAND or agent:tcp:HOST:PORT',
  lab: 'lab:DEVICE',
} as const;

export type TargetKindName = keyof typeof KINDS;

const isKind = (name: string): name is TargetKindName => Object.hasOwn(KINDS, name);

/** @throws UsageError with the targets there are. */
export function parseTargetName(name: string): { readonly kind: TargetKindName; readonly rest: string } {
  const colon = name.indexOf(':');
  const [kind, rest] = colon < 0 ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)];
  if (isKind(kind)) {
    if (kind === 'reference' ? colon < 0 || isReferenceModel(rest) : rest !== '') return { kind, rest };
    throw new UsageError(`"${name}" names no target; write ${KINDS[kind]}`);
  }
  const near = nearestName(kind, Object.keys(KINDS));
  const known = TARGET_KINDS.map((target) => target.name).join(', ');
  const suggestion = TARGET_KINDS.find((target) => near !== undefined && target.name.startsWith(near));
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion.name}?`;
  throw new UsageError(`no target is called "${name}"${hint} (known: ${known})`);
}

/** What stands behind `reference`, as parseTargetName() lets it pass. */
export const referenceModel = (rest: string): ReferenceModel => (isReferenceModel(rest) ? rest : 'switchdev');

/** A name for a folder: `linux:veth` becomes `linux-veth`. */
export function targetFolderName(name: string): string {
  return name.replace(/[:/\\]+/g, '-').replace(/[^\w.-]/g, '_');
}
