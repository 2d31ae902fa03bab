import type { DriverResult, Errno } from '../../harness/contract/index.js';

/** asm-generic/errno-base.h and errno.h. */
const number = (value: number): Errno => value as Errno;

export const EPERM = number(1);
export const ENOENT = number(2);
export const EIO = number(5);
export const ESRCH = number(3);
export const ENXIO = number(6);
export const E2BIG = number(7);
export const EBADF = number(9);
export const EAGAIN = number(11);
export const ENOMEM = number(12);
export const EACCES = number(13);
export const EFAULT = number(14);
export const EBUSY = number(16);
export const EEXIST = number(17);
export const ENODEV = number(19);
export const ENOTDIR = number(20);
export const EINVAL = number(22);
export const ENOSPC = number(28);
export const ERANGE = number(34);
export const ENFILE = number(23);
export const EFBIG = number(27);
export const EMLINK = number(31);
export const ENOTEMPTY = number(39);
export const ENODATA = number(61);
export const EOVERFLOW = number(75);
export const ERESTART = number(85);
export const EALREADY = number(114);
/** linux/errno.h, what no C library names. */
export const ETOOSMALL = number(525);
export const ENOSYS = number(38);
export const ELOOP = number(40);
export const EMSGSIZE = number(90);
export const EOPNOTSUPP = number(95);
export const EAFNOSUPPORT = number(97);
export const EADDRINUSE = number(98);
export const EADDRNOTAVAIL = number(99);
export const ENETDOWN = number(100);
export const ENETUNREACH = number(101);
export const ENOBUFS = number(105);
export const EHOSTUNREACH = number(113);
export const ECANCELED = number(125);

export const OK: DriverResult = { ok: true, value: undefined };

/** A refusal, with the text that goes into the extended acknowledgement where there is one. */
export function refused(errno: Errno, message?: string): { ok: false; errno: Errno; message?: string } {
  return message === undefined ? { ok: false, errno } : { ok: false, errno, message };
}
