/** asm-generic/errno.h: what the server refuses with on its own account. */
export const EPERM = 1;
export const ENOENT = 2;
export const ENXIO = 6;
export const EACCES = 13;
export const ENODEV = 19;
export const ENOTDIR = 20;
export const EISDIR = 21;
export const EINVAL = 22;
export const ENOPROTOOPT = 92;
export const EPROTONOSUPPORT = 93;
export const EOPNOTSUPP = 95;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
