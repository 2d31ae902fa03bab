/** The modules of the lab's kernel: those that Debian leaves out are built, and of all of them the useful ones are chosen. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TargetFault } from '../../contract/index.js';
import { kernelRelease, type LabFolders } from './cache.js';
import { runProgram } from './program.js';

/** Drivers that Debian's kernel has switched off: the option, and where their source is below drivers/net. */
const OUT_OF_TREE = [
  { option: 'CONFIG_NETDEVSIM', folder: 'netdevsim' },
  { option: 'CONFIG_ROCKER', folder: 'ethernet/rocker' },
] as const;

/** Folders of modules that a scenario may need, now or when the kernel asks for them by modprobe. */
const WANTED = [
  'net/8021q',
  'net/802',
  'net/bridge',
  'net/core',
  'net/ipv4',
  'net/ipv6',
  'net/llc',
  'net/mpls',
  'net/netfilter',
  'net/packet',
  'net/psample',
  'net/sched',
  'net/unix',
  'net/xfrm',
  'drivers/net/bonding',
  'drivers/net/dummy.ko',
  'drivers/net/geneve.ko',
  'drivers/net/ifb.ko',
  'drivers/net/macvlan.ko',
  'drivers/net/netdevsim',
  'drivers/net/team',
  'drivers/net/veth.ko',
  'drivers/net/vrf.ko',
  'drivers/net/vxlan',
  'drivers/net/virtio_net.ko',
  'drivers/net/vmxnet3',
  'drivers/net/ethernet/intel/e1000e',
  'drivers/net/ethernet/intel/igb',
  'drivers/net/ethernet/rocker',
  'crypto/crc32c_generic.ko',
  'crypto/xor.ko',
  'lib',
] as const;

/** Changes with what is built. */
export const MODULES_RECIPE = JSON.stringify(OUT_OF_TREE);
/** Changes with what is chosen. */
export const WANTED_RECIPE = JSON.stringify(WANTED);

/** Builds the drivers that Debian leaves out, against its headers, and puts them beside its modules. */
export async function buildModules(folders: LabFolders): Promise<void> {
  const release = releaseOf(folders);
  const headers = await relocatedHeaders(folders, release);
  const tree = await unpackDriverSource(folders);
  for (const { option, folder } of OUT_OF_TREE) {
    const source = join(tree, folder);
    // Without type information of the kernel image, which is 30 MB to read for nothing.
    const settings = [`${option}=m`, 'CONFIG_DEBUG_INFO_BTF_MODULES='];
    await runProgram('make', ['-C', headers, `M=${source}`, ...settings, 'modules']);
    const built = (await readdir(source)).find((name) => name.endsWith('.ko'));
    if (built === undefined) throw new TargetFault(`no module came out of ${source}`);
    const installed = join(modulesFolder(folders), 'kernel', 'drivers', 'net', folder);
    await mkdir(installed, { recursive: true });
    await copyFile(join(source, built), join(installed, built));
  }
  await rm(folders.source, { recursive: true, force: true });
  await runProgram('depmod', ['-b', folders.kernel, release]);
}

export const modulesFolder = (folders: LabFolders): string =>
  join(folders.kernel, 'lib', 'modules', releaseOf(folders));

function releaseOf(folders: LabFolders): string {
  const release = kernelRelease(folders);
  if (release === undefined) throw new TargetFault('the kernel package has no modules');
  return release;
}

/** The headers name their other half by its installed path. */
async function relocatedHeaders({ kernel }: LabFolders, release: string): Promise<string> {
  const sources = join(kernel, 'usr', 'src');
  const headers = join(sources, `linux-headers-${release}`);
  const makefile = join(headers, 'Makefile');
  const text = await readFile(makefile, 'utf8');
  await writeFile(makefile, text.replace(/^include \/usr\/src\//m, `include ${sources}/`));
  return headers;
}

/** Only the drivers: the whole source is 1.5 GB. */
async function unpackDriverSource({ source }: LabFolders): Promise<string> {
  const folder = join(source, 'usr', 'src');
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tar.xz'));
  if (archive === undefined) throw new TargetFault('the source package has no archive');
  const top = archive.replace(/\.tar\.xz$/, '');
  const drivers = OUT_OF_TREE.map((driver) => `${top}/drivers/net/${driver.folder}`);
  await runProgram('tar', ['-C', folder, '-xJf', join(folder, archive), ...drivers]);
  return join(folder, top, 'drivers', 'net');
}

/** Copies the modules that are wanted, and those they need, uncompressed, and says how they depend on each other. */
export async function copyModules(folders: LabFolders, root: string): Promise<void> {
  const from = modulesFolder(folders);
  const release = releaseOf(folders);
  const to = join(root, 'lib', 'modules', release);
  const compressed: string[] = [];
  for (const path of wantedModules(await readFile(join(from, 'modules.dep'), 'utf8'))) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(from, path), join(to, path));
    if (path.endsWith('.xz')) compressed.push(join(to, path));
  }
  if (compressed.length > 0) await runProgram('xargs', ['-0', 'xz', '-d'], { input: compressed.join('\0') });
  for (const name of ['modules.builtin', 'modules.order']) {
    if (existsSync(join(from, name))) await copyFile(join(from, name), join(to, name));
  }
  await runProgram('depmod', ['-b', root, release]);
}

/** Of the lines of modules.dep, `path: needed needed …`, the wanted paths with everything that they need. */
function wantedModules(dependencies: string): readonly string[] {
  const needs = new Map(
    dependencies
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => {
        const [path = '', rest = ''] = line.split(':');
        return [path, rest.split(' ').filter((needed) => needed !== '')] as const;
      }),
  );
  const isWanted = (path: string): boolean => WANTED.some((wanted) => path.startsWith(`kernel/${wanted}`));
  const chosen = new Set<string>();
  for (const [path, needed] of needs) {
    if (isWanted(path)) for (const one of [path, ...needed]) chosen.add(one);
  }
  return [...chosen].sort();
}
