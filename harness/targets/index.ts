/** Targets by name. */
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
  { name: 'module:PATH', title: 'a device or a target that a JavaScript or TypeScript module makes', needs: '' },
  {
    name: 'linux:veth',
    title: 'the Linux kernel of this machine, over veth pairs in namespaces of its own',
    needs: 'root',
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
      return openReferenceTarget({ seed: options.seed });
    }
    case 'module': {
      const { openModuleTarget } = await import('./module.js');
      return openModuleTarget(rest, options);
    }
    case 'linux': {
      const { openLinuxTarget } = await import('./linux/index.js');
      return openLinuxTarget(rest);
    }
  }
}

/** @throws UsageError with the targets there are. */
export function parseTargetName(name: string): {
  readonly kind: 'reference' | 'module' | 'linux';
  readonly rest: string;
} {
  const colon = name.indexOf(':');
  const [kind, rest] = colon < 0 ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)];
  if (kind === 'reference' && colon < 0) return { kind, rest };
  if (kind === 'module' || kind === 'linux') {
    if (rest !== '') return { kind, rest };
    throw new UsageError(`"${name}" names no target; write ${kind === 'module' ? 'module:PATH' : 'linux:veth'}`);
  }
  const near = nearestName(kind, ['reference', 'module', 'linux']);
  const known = TARGET_KINDS.map((target) => target.name).join(', ');
  const suggestion = TARGET_KINDS.find((target) => near !== undefined && target.name.startsWith(near));
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion.name}?`;
  throw new UsageError(`no target is called "${name}"${hint} (known: ${known})`);
}

/** A name for a folder: `linux:veth` becomes `linux-veth`. */
export function targetFolderName(name: string): string {
  return name.replace(/[:/\\]+/g, '-').replace(/[^\w.-]/g, '_');
}
