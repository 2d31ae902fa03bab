/** Debian's packages that the lab is made of, fetched by apt, which checks their signatures, without touching the machine's own lists. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TargetFault } from '../../contract/index.js';
import type { LabFolders } from './cache.js';
import { runProgram } from './program.js';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Debian 12, with the newer kernel of its security archive and the newer QEMU of its backports. */
const SOURCES = [
  'http://deb.debian.org/debian bookworm main',
  'http://deb.debian.org/debian bookworm-backports main',
  'http://deb.debian.org/debian-security bookworm-security main',
];
/** A long-term kernel that has the netlink families of the scenarios. */
const KERNEL_SERIES = '6.12';

/** Changes with what is fetched. */
export const PACKAGES_RECIPE = JSON.stringify([SOURCES, KERNEL_SERIES]);

/** Unpacked together: where to. */
export type PackageGroup = 'kernel' | 'source' | 'qemu';

export interface PackageList {
  /** The kernel's package version, `6.12.117-1~deb12u1`. */
  readonly kernelVersion: string;
  readonly groups: Readonly<Record<PackageGroup, readonly string[]>>;
}

/** Asks apt which packages there are today. Throws TargetFault where the archive cannot be reached. */
export async function resolvePackages(folders: LabFolders): Promise<PackageList> {
  const apt = await AptLists.update(folders);
  const image = await apt.dependencyOf(`linux-image-${KERNEL_SERIES}-amd64`);
  const headers = await apt.dependencyOf(`linux-headers-${KERNEL_SERIES}-amd64`);
  const { name, version } = image;
  const flavour = name.replace(/^linux-image-/, '');
  const base = flavour.replace(/-amd64$/, '');
  if (headers.version !== version) {
    throw new TargetFault(
      `Debian's headers (${headers.version}) and kernel (${version}) differ today; try again later`,
    );
  }
  return {
    kernelVersion: version,
    groups: {
      kernel: [
        `${name}=${version}`,
        `linux-headers-${flavour}=${version}`,
        `linux-headers-${base}-common=${version}`,
        `linux-kbuild-${base}=${version}`,
        'busybox-static',
      ],
      source: [`linux-source-${KERNEL_SERIES}=${version}`],
      qemu: ['x86', 'common', 'data']
        .map((part) => `qemu-system-${part}/bookworm-backports`)
        .concat('seabios/bookworm-backports'),
    },
  };
}

/** Downloads a group and unpacks it into its folder, in place of what is there. */
export async function unpackGroup(folders: LabFolders, group: PackageGroup, list: PackageList): Promise<void> {
  const packages = join(folders.packages, group);
  const folder = folders[group];
  for (const path of [packages, folder]) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
  }
  await new AptLists(folders).download(list.groups[group], packages);
  for (const file of await readdir(packages)) await runProgram('dpkg', ['-x', join(packages, file), folder]);
  // Half a gigabyte that nobody looks at again.
  await rm(packages, { recursive: true, force: true });
}

class AptLists {
  readonly #options: readonly string[];

  constructor({ packages }: LabFolders) {
    const settings = {
      'Dir::Etc::sourcelist': join(packages, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(packages, 'lists'),
      'Dir::Cache': join(packages, 'cache'),
      // Downloads go to a folder that apt's own user may not write to.
      'APT::Sandbox::User': 'root',
      'Acquire::Retries': '3',
    };
    this.#options = ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  }

  static async update(folders: LabFolders): Promise<AptLists> {
    const { packages } = folders;
    for (const path of ['lists/partial', 'cache/archives/partial']) {
      await mkdir(join(packages, path), { recursive: true });
    }
    const signed = existsSync(KEYRING) ? `[arch=amd64 signed-by=${KEYRING}] ` : '[arch=amd64] ';
    await writeFile(join(packages, 'sources.list'), SOURCES.map((source) => `deb ${signed}${source}\n`).join(''));
    const lists = new AptLists(folders);
    await lists.#run('apt-get', ['update', '--error-on=any']);
    return lists;
  }

  /** The one package that a meta-package depends on, with its exact version. */
  async dependencyOf(metaPackage: string): Promise<{ readonly name: string; readonly version: string }> {
    const text = await this.#run('apt-cache', ['show', '--no-all-versions', metaPackage]);
    const [, name, version] = /^Depends: (\S+) \(= ([^)]+)\)/m.exec(text) ?? [];
    if (name === undefined || version === undefined) {
      throw new TargetFault(`${metaPackage} does not say which kernel it stands for`);
    }
    return { name, version };
  }

  async download(packages: readonly string[], folder: string): Promise<void> {
    await this.#run('apt-get', ['download', ...packages], folder);
  }

  async #run(command: string, args: readonly string[], folder?: string): Promise<string> {
    return runProgram(command, [...this.#options, ...args], folder === undefined ? {} : { folder });
  }
}
