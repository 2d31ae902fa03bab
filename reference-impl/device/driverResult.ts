/** How a driver says yes and no. */
import type { DriverResult, Errno } from '../../harness/contract/index.js';

const errno = (value: number): Errno => value as Errno;
export const ENOENT = errno(2);
export const EBUSY = errno(16);
export const EINVAL = errno(22);
export const ENOSPC = errno(28);
export const ERANGE = errno(34);
export const EOPNOTSUPP = errno(95);

export const done: DriverResult = { ok: true, value: undefined };
export const refuse = (code: Errno, message?: string): { ok: false; errno: Errno; message?: string } =>
  message === undefined ? { ok: false, errno: code } : { ok: false, errno: code, message };
