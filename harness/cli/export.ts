/** `nicspec export`: the network hierarchy of a target, read over netlink. */
import { stringify } from 'yaml';
import {
  EXPORT_PROTOCOLS,
  hierarchyTree,
  readHierarchy,
  type ExportProtocol,
} from '../../reference-impl/netlink/hierarchy.js';
import { openTarget } from '../targets/index.js';
import { unknownName } from '../runner/usage.js';

export interface ExportFlags {
  readonly target: string;
  readonly protocol?: string;
  readonly origin?: number;
  readonly format: 'json' | 'yaml' | 'tree';
}

const isProtocol = (name: string): name is ExportProtocol => (EXPORT_PROTOCOLS as readonly string[]).includes(name);

/** @throws UsageError for a protocol that there is not. Answers the exit code. */
export async function exportCommand({ target: name, protocol, origin, format }: ExportFlags): Promise<number> {
  if (protocol !== undefined && !isProtocol(protocol)) throw unknownName('protocol', protocol, EXPORT_PROTOCOLS);
  const target = await openTarget(name, { seed: 1 });
  try {
    const hierarchy = await readHierarchy((wanted) => target.netlink(wanted), {
      ...(protocol === undefined ? {} : { protocol }),
      ...(origin === undefined ? {} : { origin }),
    });
    process.stdout.write(
      format === 'tree'
        ? hierarchyTree(hierarchy)
        : format === 'json'
          ? `${JSON.stringify(hierarchy, null, 2)}\n`
          : stringify(hierarchy),
    );
  } finally {
    await target.close();
  }
  return 0;
}
