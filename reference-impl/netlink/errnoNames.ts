/** asm-generic/errno-base.h, errno.h: the names of the errors that networking answers with. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  5: 'EIO',
  6: 'ENXIO',
  7: 'E2BIG',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  20: 'ENOTDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  27: 'EFBIG',
  28: 'ENOSPC',
  31: 'EMLINK',
  34: 'ERANGE',
  38: 'ENOSYS',
  39: 'ENOTEMPTY',
  40: 'ELOOP',
  61: 'ENODATA',
  71: 'EPROTO',
  74: 'EBADMSG',
  75: 'EOVERFLOW',
  85: 'ERESTART',
  90: 'EMSGSIZE',
  92: 'ENOPROTOOPT',
  93: 'EPROTONOSUPPORT',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  105: 'ENOBUFS',
  110: 'ETIMEDOUT',
  113: 'EHOSTUNREACH',
  125: 'ECANCELED',
};

/** `EINVAL` for 22; the number itself for one that is not in the list. 0 is `0`. */
export const errnoName = (errno: number): string => NAMES[errno] ?? String(errno);

/** 22 for `EINVAL`; undefined for a name that is not in the list. */
export function errnoNumber(name: string): number | undefined {
  const entry = Object.entries(NAMES).find(([, candidate]) => candidate === name);
  return entry === undefined ? undefined : Number(entry[0]);
}
