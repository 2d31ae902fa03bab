/** SIOCETHTOOL: the ioctl of a device with a `struct ethtool_…` in and out. */
import type { IoctlResult, NetDeviceName } from '../../contract/index.js';
import { checked, closeFd, libc, toErrno } from './libc.js';
import type { NetNamespace } from './netNamespace.js';
import { AF_INET, EINVAL, IFNAMSIZ, SIOCETHTOOL, SOCK_CLOEXEC, SOCK_DGRAM } from './uapi.js';

/** sizeof(struct ifreq): a name and a union, here a pointer. */
const IFREQ = 40;
/** Every command starts with its number. */
const COMMAND = 4;
/** What the kernel may write behind a command that is given shorter than its struct: no struct without a table is longer. */
const MARGIN = 4096;

export function ethtoolIoctl(namespace: NetNamespace, netDevice: NetDeviceName, command: Uint8Array): IoctlResult {
  const name = new TextEncoder().encode(netDevice);
  if (command.length < COMMAND || name.length >= IFNAMSIZ) return { ok: false, errno: toErrno(EINVAL) };
  const bytes = new Uint8Array(command.length + MARGIN);
  bytes.set(command);
  const request = new Uint8Array(IFREQ);
  request.set(name);
  new DataView(request.buffer).setBigUint64(IFNAMSIZ, libc().address(bytes), true);
  const fd = checked(
    'socket(AF_INET, SOCK_DGRAM)',
    namespace.inside(() => libc().socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
  );
  try {
    const result = libc().ioctl(fd, SIOCETHTOOL, request);
    return result < 0 ? { ok: false, errno: toErrno(-result) } : { ok: true, bytes: bytes.slice(0, command.length) };
  } finally {
    closeFd(fd);
  }
}
