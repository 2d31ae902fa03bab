/**
 * Network namespaces without a name: a descriptor holds each of them, so that nothing is left of it when the process ends, however
 * it ends.
 */
import { fstatSync, writeFileSync } from 'node:fs';
import { checked, closeFd, libc } from './libc.js';
import { CLONE_NEWNET, FSCONFIG_CMD_CREATE, FSMOUNT_CLOEXEC, FSOPEN_CLOEXEC, O_CLOEXEC, O_RDONLY } from './uapi.js';

/** The calling thread's own; /proc/self would be the main thread's. */
const OWN_NAMESPACE = '/proc/thread-self/ns/net';

const QUIET: Readonly<Record<string, string>> = {
  'net/ipv6/conf/all/disable_ipv6': '1',
  'net/ipv6/conf/default/disable_ipv6': '1',
  // br_netfilter: a bridge is not to ask the firewall of IP, which drops what is no good packet (br_validate_ipv4()).
  'net/bridge/bridge-nf-call-iptables': '0',
  'net/bridge/bridge-nf-call-ip6tables': '0',
  'net/bridge/bridge-nf-call-arptables': '0',
};

export class NetNamespace {
  readonly fd: number;
  readonly #isOwn: boolean;
  #open = true;

  private constructor(fd: number, isOwn = false) {
    this.fd = fd;
    this.#isOwn = isOwn;
  }

  /** A new namespace, with nothing in it but a loopback device that is down. Throws SystemCallError. */
  static create(): NetNamespace {
    const home = openOwnNamespace();
    try {
      checked('unshare(CLONE_NEWNET)', libc().unshare(CLONE_NEWNET));
      try {
        return new NetNamespace(openOwnNamespace());
      } finally {
        goHome(home);
      }
    } finally {
      closeFd(home);
    }
  }

  /** The one that the calling thread is in. Throws SystemCallError. */
  static own(): NetNamespace {
    return new NetNamespace(openOwnNamespace(), true);
  }

  /** One that a descriptor holds, as another process passes it on. */
  static held(fd: number): NetNamespace {
    return new NetNamespace(fd);
  }

  /** Two namespaces with the same number are the same. */
  get inode(): number {
    return fstatSync(this.fd).ino;
  }

  /**
   * Runs `action` with the thread in this namespace. It must be synchronous: in the next turn of the event loop the thread is back.
   * A socket that it opens stays in this namespace.
   */
  inside<Value>(action: () => Value): Value {
    // The thread is there between two calls; setns(2) would ask for CAP_SYS_ADMIN all the same.
    if (this.#isOwn) return action();
    const home = openOwnNamespace();
    try {
      checked('setns', libc().setns(this.fd, CLONE_NEWNET));
      try {
        return action();
      } finally {
        goHome(home);
      }
    } finally {
      closeFd(home);
    }
  }

  /** Writes values of sysctls of this namespace, by path below /proc/sys. */
  setSysctls(values: Readonly<Record<string, string>>): void {
    this.inside(() => {
      for (const [name, value] of Object.entries(values)) writeFileSync(`/proc/sys/${name}`, value);
    });
  }

  /**
   * Nothing is sent by the kernel itself (no neighbour discovery, no multicast listener reports), and bridges forward by themselves.
   * Devices come later.
   */
  keepQuiet(): void {
    for (const [name, value] of Object.entries(QUIET)) {
      try {
        this.setSysctls({ [name]: value });
      } catch (error) {
        // A kernel without IPv6, or without br_netfilter, has none of its settings, and none of its doings.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  /** A mount of sysfs that shows this namespace's devices, attached nowhere: its descriptor. */
  mountSysfs(): number {
    return this.inside(() => {
      const context = checked('fsopen("sysfs")', libc().fsopen('sysfs', FSOPEN_CLOEXEC));
      try {
        checked('fsconfig', libc().fsconfig(context, FSCONFIG_CMD_CREATE));
        return checked('fsmount', libc().fsmount(context, FSMOUNT_CLOEXEC, 0));
      } finally {
        closeFd(context);
      }
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeFd(this.fd);
  }
}

const openOwnNamespace = (): number =>
  checked(`open ${OWN_NAMESPACE}`, libc().open(OWN_NAMESPACE, O_RDONLY | O_CLOEXEC));

/** A thread that stays in another namespace would work on the wrong devices from then on: nothing may go on. */
function goHome(home: number): void {
  const result = libc().setns(home, CLONE_NEWNET);
  if (result < 0) {
    process.stderr.write(`nicspec: the thread cannot return to its network namespace (errno ${-result})\n`);
    process.exit(3);
  }
}
