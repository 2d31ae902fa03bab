/**
 * The system calls of this adapter, through koffi. All of them are synchronous and none of them blocks: a thread that switches its
 * network namespace must be the thread that makes the next call, and a call of koffi's worker threads is not.
 */
import { createRequire } from 'node:module';
import type koffiModule from 'koffi';
import { errnoName } from '../../../reference-impl/netlink/errnoNames.js';
import type { Errno } from '../../contract/index.js';
import { ENOSYS } from './uapi.js';

type Koffi = typeof koffiModule;

/** A system call that was refused. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly errno: Errno;

  constructor(call: string, errno: number) {
    super(`${call}: ${errnoName(errno)}`);
    this.errno = toErrno(errno);
  }
}

/** The kernel's own error numbers need no check. */
export const toErrno = (errno: number): Errno => errno as Errno;

/** A call's result, or -errno where it was refused, as the kernel itself answers. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  /** On another thread: the kernel works on a netlink request while it is sent, and a driver may take its time. */
  sendAsync(fd: number, bytes: Uint8Array, length: number, flags: number): Promise<number>;
  /** On another thread; nothing that the headers point to may move meanwhile. */
  sendmmsgAsync(fd: number, messages: Uint8Array, count: number, flags: number): Promise<number>;
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  sendmsg(fd: number, message: Uint8Array, flags: number): number;
  recvmsg(fd: number, message: Uint8Array, flags: number): number;
  sendmmsg(fd: number, messages: Uint8Array, count: number, flags: number): number;
  recvmmsg(fd: number, messages: Uint8Array, count: number, flags: number, timeout: null): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  open(path: string, flags: number): number;
  close(fd: number): number;
  /** On another thread. */
  closeAsync(fd: number): Promise<void>;
  unshare(flags: number): number;
  setns(fd: number, type: number): number;
  clockGettime(clock: number, timespec: Uint8Array): number;
  bpf(command: number, attributes: Uint8Array, length: number): number;
  fsopen(name: string, flags: number): number;
  fsconfig(fd: number, command: number): number;
  fsmount(fd: number, flags: number, attributes: number): number;
  /** Where the first byte of a buffer lies. The buffer must be referenced for as long as the address is used. */
  address(bytes: Uint8Array): bigint;
  /** Calls `ready` each time the descriptor is readable, until it is stopped. */
  watch(fd: number, ready: () => void): { stop(): void };
  /** Calls `ready` as long as the descriptor is what is asked for. A descriptor has one watch at most: the event loop takes no second. */
  watchFor(fd: number, ready: (state: Readiness) => void): ReadinessWatch;
  listen(fd: number, backlog: number): number;
  accept4(fd: number, address: Uint8Array, length: Uint8Array, flags: number): number;
}

export interface Readiness {
  readonly readable: boolean;
  readonly writable: boolean;
}

/** Begins with what can be read. */
export interface ReadinessWatch {
  change(wanted: Readiness): void;
  stop(): void;
}

/** Numbers of system calls that the C library has no function for. The mount ones are the same on every machine. */
const SYS_FSOPEN = 430;
const SYS_FSCONFIG = 431;
const SYS_FSMOUNT = 432;
const SYS_BPF: Readonly<Partial<Record<NodeJS.Architecture, number>>> = {
  x64: 321,
  arm64: 280,
  riscv64: 280,
  loong64: 280,
};

let loaded: Libc | undefined;

/** The C library. Throws where koffi is not installed or has no build for this machine. */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

/** A call of four arguments on another thread, whose error number is not seen here: -1 where it failed. */
const aside =
  (call: ReturnType<ReturnType<Koffi['load']>['func']>): Libc['sendAsync'] =>
  (fd, bytes, length, flags) =>
    new Promise((resolve, reject) => {
      call.async(fd, bytes, length, flags, (error: Error | null, result: number) => {
        if (error === null) resolve(result);
        else reject(error);
      });
    });

function load(): Libc {
  // koffi is native code: an import at the top would make the whole package fail where it cannot be loaded.
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const library = koffi.load(null);
  const bind = (definition: string): ((...args: readonly unknown[]) => number) => {
    const call = library.func(definition) as (...args: readonly unknown[]) => number;
    return (...args) => {
      const result = call(...args);
      return result < 0 ? -koffi.errno() : result;
    };
  };
  const close = library.func('int close(int fd)');
  const sendTo = library.func('long send(int fd, void *bytes, size_t length, int flags)');
  const bpf = bind('long syscall(long number, int command, void *attributes, uint length)');
  const fsopen = bind('long syscall(long number, str name, uint flags)');
  const fsconfig = bind('long syscall(long number, int fd, uint command, void *key, void *value, int aux)');
  const fsmount = bind('long syscall(long number, int fd, uint flags, uint attributes)');
  const sysBpf = SYS_BPF[process.arch];
  return {
    socket: bind('int socket(int domain, int type, int protocol)'),
    bind: bind('int bind(int fd, void *address, uint length)'),
    getsockname: bind('int getsockname(int fd, void *address, void *length)'),
    setsockopt: bind('int setsockopt(int fd, int level, int name, void *value, uint length)'),
    send: bind('long send(int fd, void *bytes, size_t length, int flags)'),
    sendAsync: aside(sendTo),
    sendmmsgAsync: aside(library.func('int sendmmsg(int fd, void *messages, uint count, int flags)')),
    recv: bind('long recv(int fd, void *bytes, size_t length, int flags)'),
    sendmsg: bind('long sendmsg(int fd, void *message, int flags)'),
    recvmsg: bind('long recvmsg(int fd, void *message, int flags)'),
    sendmmsg: bind('int sendmmsg(int fd, void *messages, uint count, int flags)'),
    recvmmsg: bind('int recvmmsg(int fd, void *messages, uint count, int flags, void *timeout)'),
    ioctl: bind('int ioctl(int fd, ulong request, void *argument)'),
    open: bind('int open(str path, int flags)'),
    close: bind('int close(int fd)'),
    closeAsync: (fd) => new Promise((resolve) => void close.async(fd, () => resolve())),
    unshare: bind('int unshare(int flags)'),
    setns: bind('int setns(int fd, int type)'),
    clockGettime: bind('int clock_gettime(int clock, void *timespec)'),
    bpf: (command, attributes, length) => (sysBpf === undefined ? -ENOSYS : bpf(sysBpf, command, attributes, length)),
    fsopen: (name, flags) => fsopen(SYS_FSOPEN, name, flags),
    fsconfig: (fd, command) => fsconfig(SYS_FSCONFIG, fd, command, null, null, 0),
    fsmount: (fd, flags, attributes) => fsmount(SYS_FSMOUNT, fd, flags, attributes),
    address: (bytes) => koffi.address(bytes),
    watch: (fd, ready) => {
      const handle = koffi.node.poll(fd, { readable: true }, ready);
      return { stop: () => handle.close() };
    },
    watchFor: (fd, ready) => {
      // koffi hands over a status before the state that its types tell of.
      const told = (...state: readonly unknown[]): void => ready(state.at(-1) as Readiness);
      const handle = koffi.node.poll(fd, { readable: true }, told);
      return {
        change: ({ readable, writable }) => {
          if (readable || writable) handle.start({ readable, writable }, told);
          else handle.stop();
        },
        stop: () => handle.close(),
      };
    },
    listen: bind('int listen(int fd, int backlog)'),
    accept4: bind('int accept4(int fd, void *address, void *length, int flags)'),
  };
}

/** The result of a call, or SystemCallError where it was refused. */
export function checked(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, -result);
  return result;
}

export function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** setsockopt with an int. */
export function setOption(fd: number, level: number, name: number, value: number): void {
  checked(`setsockopt ${level}/${name}`, libc().setsockopt(fd, level, name, int32(value), 4));
}

export const closeFd = (fd: number): void => void libc().close(fd);

/** How many descriptors are closed at the same time. They wait for the same event of the kernel, so four take as long as one. */
const CLOSERS = 4;
const waiting: number[] = [];
const closing = new Set<Promise<void>>();

/**
 * Closes a packet socket. The kernel waits there until no processor can be using the socket any more, ten milliseconds or so; nobody
 * else needs to.
 */
export function closeInBackground(fd: number): void {
  waiting.push(fd);
  closeNext();
}

function closeNext(): void {
  while (closing.size < CLOSERS) {
    const fd = waiting.shift();
    if (fd === undefined) return;
    const closed = libc()
      .closeAsync(fd)
      .then(() => {
        closing.delete(closed);
        closeNext();
      });
    closing.add(closed);
  }
}

/** Until no more than so many descriptors are still to be closed. */
export async function backgroundClosed(left = 0): Promise<void> {
  while (waiting.length + closing.size > left) await Promise.race(closing);
}
