/** The whole system of the guest: busybox, the modules, the agent, and the script that starts it. */
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabFolders } from './cache.js';
import { WANTED_RECIPE, copyModules } from './kernelModules.js';
import { runProgram } from './program.js';

const FOLDERS = ['bin', 'sbin', 'dev', 'proc', 'sys', 'run', 'tmp', 'lib/firmware'];

/** Names under which busybox is asked for: what the script and the kernel call. A shell is there for `nicspec lab shell`. */
const APPLETS = [
  'bin/sh',
  'bin/mount',
  'sbin/modprobe',
  'sbin/insmod',
  'sbin/lsmod',
  'bin/cat',
  'bin/ls',
  'bin/dmesg',
  'bin/sleep',
  'bin/grep',
  'bin/ps',
  'sbin/ip',
  'sbin/ifconfig',
];

/** As nicspec.modules= on the kernel's command line says; nicspec.shell gives a console. */
const INIT = `#!/bin/sh
export PATH=/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t debugfs debugfs /sys/kernel/debug
mount -t bpf bpf /sys/fs/bpf
# The kernel sends nothing of its own: no neighbour discovery, no multicast listener reports.
for scope in all default; do echo 1 > /proc/sys/net/ipv6/conf/$scope/disable_ipv6; done
modules=
for word in $(cat /proc/cmdline); do
  case $word in
    nicspec.modules=*) modules=$(echo "\${word#*=}" | /bin/busybox tr , ' ') ;;
    nicspec.shell) shell=yes ;;
  esac
done
for module in $modules; do modprobe $module || echo "nicspec: no module $module"; done
if [ -n "$shell" ]; then
  echo "The lab's guest, Linux $(/bin/busybox uname -r). Leave with: poweroff -f"
  /bin/busybox setsid /bin/busybox sh -c 'exec /bin/busybox sh -i </dev/ttyS0 >/dev/ttyS0 2>&1'
  /bin/busybox poweroff -f
fi
# netdevsim links ports by the descriptors of their namespaces: 3 is that of the guest.
exec 3</proc/self/ns/net
for port in /sys/class/virtio-ports/*; do
  [ "$(cat $port/name)" = agent ] && exec /agent --port /dev/\${port##*/} --firmware /lib/firmware
done
echo "nicspec: no port for the agent"
`;

/** br_stp_call_user(): the kernel asks it whether it takes the spanning tree protocol over. It does, and leaves all to the scenarios. */
const BRIDGE_STP = '#!/bin/sh\nexit 0\n';

/** Changes with what the guest is made of. */
export const INITRAMFS_RECIPE = JSON.stringify([FOLDERS, APPLETS, INIT, BRIDGE_STP, WANTED_RECIPE]);

/** Writes the file that the kernel unpacks into its memory. */
export async function makeInitramfs(folders: LabFolders): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'nicspec-initramfs-'));
  try {
    for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
    await copyFile(join(folders.kernel, 'bin', 'busybox'), join(root, 'bin', 'busybox'));
    for (const applet of APPLETS) await symlink('/bin/busybox', join(root, applet));
    await copyFile(folders.agent, join(root, 'agent'));
    await writeFile(join(root, 'init'), INIT);
    await writeFile(join(root, 'sbin', 'bridge-stp'), BRIDGE_STP);
    for (const program of ['init', 'agent', 'bin/busybox', 'sbin/bridge-stp']) await chmod(join(root, program), 0o755);
    await copyModules(folders, root);
    // Fast to unpack under emulation: a smaller file would cost more than it saves.
    const pack = 'find . -print0 | cpio --null --create --format=newc --owner=0:0 --quiet | gzip -1';
    await runProgram('sh', ['-c', `${pack} > "$1"`, 'sh', `${folders.initramfs}.part`], { folder: root });
    await runProgram('mv', [`${folders.initramfs}.part`, folders.initramfs]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
